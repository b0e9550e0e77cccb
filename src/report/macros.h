#ifndef TC_REPORT_MACROS_H
#define TC_REPORT_MACROS_H

#include "numerics/error.h"
#include "numerics/file.h"

/* LaTeX macros: no number is typed in the paper.  A macro's name is the prefix
   plus letters only: \skipTrigramFinalLoss.  */
struct tc_macros { struct tc_file file; const char *prefix; };

enum tc_status tc_macros_create (struct tc_macros *macros, const char *path,
                                 const char *prefix, struct tc_error *err) TC_MUST_USE;
void tc_macros_text (struct tc_macros *macros, const char *name, const char *value);
void tc_macros_int (struct tc_macros *macros, const char *name, long long value);
/* Rounded to significant digits; scientific values become $a \times 10^{b}$.  */
void tc_macros_real (struct tc_macros *macros, const char *name, double value, int digits);
enum tc_status tc_macros_close (struct tc_macros *macros, struct tc_error *err) TC_MUST_USE;

#endif
