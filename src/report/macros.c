#include "report/macros.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum tc_status
tc_macros_create (struct tc_macros *macros, const char *path, const char *prefix,
                  struct tc_error *err)
{
  macros->prefix = prefix;
  macros->bad_name[0] = '\0';
  return tc_file_create (&macros->file, path, err);
}

static bool
is_letters (const char *name)
{
  for (; *name != '\0'; name++)
    if (!isalpha ((unsigned char) *name))
      return false;
  return true;
}

/* "\newcommand{\prefixName}{", or false for a name that LaTeX cannot read.  */
static bool
start (struct tc_macros *macros, const char *name)
{
  if (*name == '\0' || !is_letters (name) || !is_letters (macros->prefix))
    {
      if (macros->bad_name[0] == '\0')
        snprintf (macros->bad_name, sizeof macros->bad_name, "%s%s", macros->prefix, name);
      return false;
    }
  fprintf (macros->file.stream, "\\newcommand{\\%s%s}{", macros->prefix, name);
  return true;
}

static void
finish (struct tc_macros *macros)
{
  fputs ("}\n", macros->file.stream);
}

static void
write_escaped (FILE *stream, const char *text)
{
  for (; *text != '\0'; text++)
    switch (*text)
      {
      case '#': case '$': case '%': case '&': case '_': case '{': case '}':
        fprintf (stream, "\\%c", *text);
        break;
      case '\\': fputs ("\\textbackslash{}", stream); break;
      case '~':  fputs ("\\textasciitilde{}", stream); break;
      case '^':  fputs ("\\textasciicircum{}", stream); break;
      default:   putc (*text, stream);
      }
}

void
tc_macros_text (struct tc_macros *macros, const char *name, const char *value)
{
  if (!start (macros, name))
    return;
  write_escaped (macros->file.stream, value);
  finish (macros);
}

void
tc_macros_int (struct tc_macros *macros, const char *name, long long value)
{
  if (!start (macros, name))
    return;
  fprintf (macros->file.stream, value < 0 ? "\\ensuremath{%lld}" : "%lld", value);
  finish (macros);
}

/* A finite number to so many significant digits.  */
static void
write_finite (FILE *stream, double value, int digits)
{
  char text[64];
  snprintf (text, sizeof text, "%.*e", digits - 1, value);
  char *e = strchr (text, 'e');
  int exponent = atoi (e + 1);
  if (value == 0.0)
    fputs ("0", stream);
  else if (exponent < -3 || exponent >= 6)
    fprintf (stream, "\\ensuremath{%.*s \\times 10^{%d}}", (int) (e - text), text, exponent);
  else
    {
      int decimals = digits - 1 - exponent;
      /* From the rounded text, so that 12345 to two digits is 12000.  */
      fprintf (stream, "\\ensuremath{%.*f}", decimals < 0 ? 0 : decimals, strtod (text, NULL));
    }
}

void
tc_latex_real (FILE *stream, double value, int digits)
{
  digits = digits < 1 ? 1 : digits > 17 ? 17 : digits;
  if (value != value)
    fputs ("--", stream);
  else if (value - value != 0.0)
    fputs (value > 0.0 ? "\\ensuremath{\\infty}" : "\\ensuremath{-\\infty}", stream);
  else
    write_finite (stream, value, digits);
}

void
tc_macros_real (struct tc_macros *macros, const char *name, double value, int digits)
{
  if (!start (macros, name))
    return;
  tc_latex_real (macros->file.stream, value, digits);
  finish (macros);
}

enum tc_status
tc_macros_close (struct tc_macros *macros, struct tc_error *err)
{
  if (macros->bad_name[0] != '\0')
    {
      enum tc_status status
        = tc_fail (err, TC_EINVAL, "%s: the macro name \\%s must consist of letters",
                   macros->file.path, macros->bad_name);
      tc_file_abandon (&macros->file);
      return status;
    }
  return tc_file_close (&macros->file, err);
}

void
tc_macros_abandon (struct tc_macros *macros)
{
  tc_file_abandon (&macros->file);
}
