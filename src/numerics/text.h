#ifndef TC_NUMERICS_TEXT_H
#define TC_NUMERICS_TEXT_H

/* Numbers as text.  Part of the arithmetic contract, so that published files
   compare equal byte for byte: the shortest decimal that reads back as the same
   number, written the same way everywhere.  */

enum { TC_NUMBER_MAX = 32 };    /* bytes that any formatted number fits */

/* "0.1", "3000", "2.34e-09", "-0", "inf", "nan": as few digits as read back
   exactly (of those, the nearest), with an exponent of at least two digits
   where the value is below 1e-4 or at least 1e16.  buffer holds TC_NUMBER_MAX
   bytes.  Returns buffer.  */
char *tc_format_double (char *buffer, double x);
/* The same for float32: 0.1f is "0.1".  */
char *tc_format_float (char *buffer, float x);

/* Reads a whole string as one decimal number ("nan" and "inf" included; no
   space around it, no hexadecimal); 0, or -1 if it is anything else.  Overflow
   gives an infinity, as IEEE rounding says.  */
int tc_parse_double (const char *text, double *x);

#endif
