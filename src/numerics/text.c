#include "numerics/text.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The programs never call setlocale, so printf and strtod speak the C locale.
   glibc's both round correctly, which is all that the searches below need.  */

enum { DOUBLE_DIGITS = 17 };    /* always enough */

/* A positive number as 0 < n decimal digits d.ddd times ten to exponent.  */
struct decimal
{
  int n, exponent;
  char digits[DOUBLE_DIGITS + 1];
};

/* The nearest decimal of n digits.  */
static struct decimal
nearest_decimal (double x, int n)
{
  struct decimal d = { .n = n };
  char text[TC_NUMBER_MAX];
  snprintf (text, sizeof text, "%.*e", n - 1, x);
  d.digits[0] = text[0];
  if (n > 1)
    memcpy (d.digits + 1, text + 2, n - 1);
  d.exponent = atoi (strchr (text, 'e') + 1);
  return d;
}

/* d rounded half up to n digits: the nearest decimal of n digits to the number
   behind d, unless what is cut off is exactly one half.  */
static struct decimal
round_decimal (struct decimal d, int n)
{
  bool up = d.digits[n] >= '5';
  d.n = n;
  d.digits[n] = '\0';
  for (int i = n - 1; up && i >= 0; i--)
    {
      up = d.digits[i] == '9';
      d.digits[i] = up ? '0' : d.digits[i] + 1;
    }
  if (up)                       /* 9.99 became 10.0 */
    {
      memmove (d.digits + 1, d.digits, n - 1);
      d.digits[0] = '1';
      d.exponent++;
    }
  return d;
}

/* n characters; returns the end.  */
static char *
put (char *out, size_t n, const char *text)
{
  memcpy (out, text, n);
  return out + n;
}

/* "e-05": sign, at least two digits, NUL.  (By hand: formatting a loss takes a
   third of a microsecond, and printf would double it.)  */
static void
put_exponent (char *out, int exponent)
{
  unsigned magnitude = (unsigned) (exponent < 0 ? -exponent : exponent);
  *out++ = 'e';
  *out++ = exponent < 0 ? '-' : '+';
  if (magnitude >= 100)
    *out++ = (char) ('0' + magnitude / 100);
  *out++ = (char) ('0' + magnitude / 10 % 10);
  *out++ = (char) ('0' + magnitude % 10);
  *out = '\0';
}

/* d as "1234e-05", which reads back faster than with a point.  */
static void
write_integer (const struct decimal *d, char *text)
{
  put_exponent (put (text, (size_t) d->n, d->digits), d->exponent - (d->n - 1));
}

static bool
reads_back_double (const struct decimal *d, double x)
{
  char text[TC_NUMBER_MAX];
  write_integer (d, text);
  return strtod (text, NULL) == x;
}

static bool
reads_back_float (const struct decimal *d, float x)
{
  char text[TC_NUMBER_MAX];
  write_integer (d, text);
  return strtof (text, NULL) == x;
}

/* Shortest decimal of x > 0.  A normal double that any 15 digits name is named
   by its nearest 15; so only 15, 16 and 17 need looking at, and the first two
   follow from the last.  */
static struct decimal
shortest_double (double x)
{
  if (x < 0x1p-1022)
    for (int n = 1;; n++)
      {
        struct decimal d = nearest_decimal (x, n);
        if (n == DOUBLE_DIGITS || reads_back_double (&d, x))
          return d;
      }
  struct decimal all = nearest_decimal (x, DOUBLE_DIGITS);
  struct decimal d15 = round_decimal (all, 15);
  if (reads_back_double (&d15, x))
    return d15;
  struct decimal d16 = all.digits[16] == '5' ? nearest_decimal (x, 16)
                                              : round_decimal (all, 16);
  return reads_back_double (&d16, x) ? d16 : all;
}

static struct decimal
shortest_float (float x)
{
  for (int n = x < 0x1p-126f ? 1 : 6;; n++)
    {
      struct decimal d = nearest_decimal (x, n);
      if (n == 9 || reads_back_float (&d, x))
        return d;
    }
}

/* Writes d in positional notation where that is no longer than 17 digits.  */
static void
write_decimal (char *out, const struct decimal *d)
{
  static const char zeros[] = "000000000000000";
  int n = d->n, before = d->exponent + 1;       /* digits before the point */
  while (n > 1 && d->digits[n - 1] == '0')
    n--;
  if (before < -3 || before > 16)
    {
      *out++ = d->digits[0];
      if (n > 1)
        *out++ = '.';
      put_exponent (put (out, (size_t) (n - 1), d->digits + 1), d->exponent);
      return;
    }
  if (before <= 0)
    {
      out = put (out, 2, "0.");
      out = put (out, (size_t) -before, zeros);
      out = put (out, (size_t) n, d->digits);
    }
  else if (n <= before)
    {
      out = put (out, (size_t) n, d->digits);
      out = put (out, (size_t) (before - n), zeros);
    }
  else
    {
      out = put (out, (size_t) before, d->digits);
      *out++ = '.';
      out = put (out, (size_t) (n - before), d->digits + before);
    }
  *out = '\0';
}

/* Sign, and the numbers that have no decimal; true if nothing is left to write. */
static bool
write_special (char **out, double x)
{
  if (isnan (x))
    {
      strcpy (*out, "nan");
      return true;
    }
  if (signbit (x))
    *(*out)++ = '-';
  if (x == 0.0 || isinf (x))
    {
      strcpy (*out, x == 0.0 ? "0" : "inf");
      return true;
    }
  return false;
}

char *
tc_format_double (char *buffer, double x)
{
  char *out = buffer;
  if (!write_special (&out, x))
    {
      struct decimal d = shortest_double (x < 0.0 ? -x : x);
      write_decimal (out, &d);
    }
  return buffer;
}

char *
tc_format_float (char *buffer, float x)
{
  char *out = buffer;
  if (!write_special (&out, x))
    {
      struct decimal d = shortest_float (x < 0.0f ? -x : x);
      write_decimal (out, &d);
    }
  return buffer;
}

/* [+-] digits [. digits] [e [+-] digits], with a digit before the exponent.  */
static bool
is_decimal (const char *s)
{
  bool any = false;
  if (*s == '+' || *s == '-')
    s++;
  for (; isdigit ((unsigned char) *s); s++)
    any = true;
  if (*s == '.')
    for (s++; isdigit ((unsigned char) *s); s++)
      any = true;
  if (!any)
    return false;
  if (*s == 'e' || *s == 'E')
    {
      s++;
      if (*s == '+' || *s == '-')
        s++;
      if (!isdigit ((unsigned char) *s))
        return false;
      while (isdigit ((unsigned char) *s))
        s++;
    }
  return *s == '\0';
}

int
tc_parse_double (const char *text, double *x)
{
  const char *magnitude = *text == '-' || *text == '+' ? text + 1 : text;
  if (!is_decimal (text) && strcmp (magnitude, "inf") != 0 && strcmp (text, "nan") != 0)
    return -1;
  *x = strtod (text, NULL);
  return 0;
}
