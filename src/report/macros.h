#ifndef TC_REPORT_MACROS_H
#define TC_REPORT_MACROS_H

#include "numerics/error.h"
#include "numerics/file.h"

/* LaTeX macros: no number is typed in the paper.  A macro's name is the prefix
   plus letters only: \skipTrigramFinalLoss.  A name with anything else in it
   (LaTeX could not read it) is refused when the file is closed.  */
struct tc_macros
{
  struct tc_file file;
  const char *prefix;
  char bad_name[64];            /* private: the first name refused */
};

enum tc_status tc_macros_create (struct tc_macros *macros, const char *path,
                                 const char *prefix, struct tc_error *err) TC_MUST_USE;
/* Plain text; characters that LaTeX would interpret are escaped.  */
void tc_macros_text (struct tc_macros *macros, const char *name, const char *value);
void tc_macros_int (struct tc_macros *macros, const char *name, long long value);
void tc_macros_real (struct tc_macros *macros, const char *name, double value, int digits);
/* How tc_macros_real writes a number, for tables: rounded to significant digits,
   trailing zeros kept: 0.500; values of at least 10^6 or below 10^-3 become
   1.76 \times 10^{-9}; NaN becomes a dash.  Works in text and in formulas.  */
void tc_latex_real (FILE *stream, double value, int digits);
/* Publishes the file; TC_EINVAL if a name was refused.  */
enum tc_status tc_macros_close (struct tc_macros *macros, struct tc_error *err) TC_MUST_USE;
/* Gives up: whatever was at path stays.  Harmless on a closed file.  */
void tc_macros_abandon (struct tc_macros *macros);

#endif
