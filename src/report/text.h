#ifndef TC_REPORT_TEXT_H
#define TC_REPORT_TEXT_H

#include <stddef.h>

/* Shortest decimal text that reads back as the same number, independent of
   locale: "0.1", "2.34e-09", "inf", "nan".  buffer holds at least 32 chars.
   Returns buffer.  */
char *tc_format_double (char *buffer, double x);
char *tc_format_float (char *buffer, float x);

/* Reads a whole string as a number, independent of locale; 0, or -1 if the text
   is not exactly one number.  */
int tc_parse_double (const char *text, double *x);

#endif
