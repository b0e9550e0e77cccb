#include "cli/value.h"

#include "numerics/text.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- What a value must be ---- */

static bool
has_maximum (const struct tc_option *option)
{
  switch (option->kind)
    {
    case TC_OPT_INT:  return option->max < INT_MAX;
    case TC_OPT_SEED: return option->max < 0x1p53;
    default:          return option->max < HUGE_VAL;
    }
}

static bool
has_minimum (const struct tc_option *option)
{
  return option->kind == TC_OPT_INT ? option->min > INT_MIN : option->min > -HUGE_VAL;
}

static void
expect_number (const struct tc_option *option, char *buffer, size_t size)
{
  const char *what = option->kind == TC_OPT_REAL ? "a number" : "an integer";
  char min[TC_NUMBER_MAX], max[TC_NUMBER_MAX];
  tc_format_double (min, option->min);
  tc_format_double (max, option->max);
  if (has_minimum (option) && has_maximum (option))
    snprintf (buffer, size, "%s from %s to %s", what, min, max);
  else if (has_minimum (option))
    snprintf (buffer, size, "%s of at least %s", what, min);
  else
    snprintf (buffer, size, "%s", what);
}

static void
expect_choice (const struct tc_option *option, char *buffer, size_t size)
{
  size_t used = 0;
  for (const char *const *c = option->choices; *c != NULL && used < size; c++)
    {
      const char *separator = c == option->choices ? "" : c[1] == NULL ? " or " : ", ";
      used += (size_t) snprintf (buffer + used, size - used, "%s%s", separator, *c);
    }
}

void
tc_option_expected (const struct tc_option *option, char *buffer, size_t size)
{
  switch (option->kind)
    {
    case TC_OPT_BOOL:   snprintf (buffer, size, "yes or no"); break;
    case TC_OPT_CHOICE: expect_choice (option, buffer, size); break;
    case TC_OPT_STRING: snprintf (buffer, size, "%s", option->metavar); break;
    default:            expect_number (option, buffer, size);
    }
}

static enum tc_status
unexpected (const struct tc_option *option, const char *text, const char *where,
            struct tc_error *err)
{
  char expected[256];
  tc_option_expected (option, expected, sizeof expected);
  return tc_fail (err, TC_EINVAL, "%s: expected %s, found '%s'", where, expected, text);
}

/* ---- Setting ---- */

/* A whole string of digits with an optional sign.  */
static bool
parse_integer (const char *text, long long *value)
{
  const char *digits = *text == '-' || *text == '+' ? text + 1 : text;
  if (*digits == '\0' || digits[strspn (digits, "0123456789")] != '\0')
    return false;
  errno = 0;
  *value = strtoll (text, NULL, 10);
  return errno == 0;
}

static bool
set_integer (struct tc_option *option, const char *text)
{
  long long value;
  if (!parse_integer (text, &value)
      || (double) value < option->min || (double) value > option->max)
    return false;
  if (option->kind == TC_OPT_SEED)
    *(uint64_t *) option->target = (uint64_t) value;
  else
    *(int *) option->target = (int) value;
  return true;
}

static bool
set_real (struct tc_option *option, const char *text)
{
  double value;
  if (tc_parse_double (text, &value) != 0 || value - value != 0.0   /* nan, inf */
      || value < option->min || value > option->max)
    return false;
  *(double *) option->target = value;
  return true;
}

static bool
set_bool (struct tc_option *option, const char *text)
{
  bool yes = strcmp (text, "yes") == 0 || strcmp (text, "true") == 0;
  if (!yes && strcmp (text, "no") != 0 && strcmp (text, "false") != 0)
    return false;
  *(bool *) option->target = yes;
  return true;
}

static bool
set_choice (struct tc_option *option, const char *text)
{
  for (int i = 0; option->choices[i] != NULL; i++)
    if (strcmp (option->choices[i], text) == 0)
      {
        *(int *) option->target = i;
        return true;
      }
  return false;
}

static enum tc_status
set_string (struct tc_options *options, struct tc_option *option, const char *text,
            struct tc_error *err)
{
  struct tc_kept_string *kept = malloc (sizeof *kept + strlen (text) + 1);
  if (kept == NULL)
    return tc_fail (err, TC_ENOMEM, "out of memory reading the options");
  strcpy (kept->text, text);
  kept->next = options->strings;
  options->strings = kept;
  *(const char **) option->target = kept->text;
  return TC_OK;
}

enum tc_status
tc_option_set (struct tc_options *options, struct tc_option *option, const char *text,
               const char *where, struct tc_error *err)
{
  bool ok = false;
  switch (option->kind)
    {
    case TC_OPT_INT:
    case TC_OPT_SEED:   ok = set_integer (option, text); break;
    case TC_OPT_REAL:   ok = set_real (option, text); break;
    case TC_OPT_BOOL:   ok = set_bool (option, text); break;
    case TC_OPT_CHOICE: ok = set_choice (option, text); break;
    case TC_OPT_STRING:
      if (*text != '\0')
        return set_string (options, option, text, err);
    }
  return ok ? TC_OK : unexpected (option, text, where, err);
}

/* ---- Formatting ---- */

void
tc_option_format (const struct tc_option *option, char *buffer, size_t size)
{
  const void *target = option->target;
  char number[TC_NUMBER_MAX];
  switch (option->kind)
    {
    case TC_OPT_INT:
      snprintf (buffer, size, "%d", *(const int *) target);
      break;
    case TC_OPT_SEED:
      snprintf (buffer, size, "%llu", (unsigned long long) *(const uint64_t *) target);
      break;
    case TC_OPT_REAL:
      snprintf (buffer, size, "%s", tc_format_double (number, *(const double *) target));
      break;
    case TC_OPT_BOOL:
      snprintf (buffer, size, "%s", *(const bool *) target ? "yes" : "no");
      break;
    case TC_OPT_CHOICE:
      snprintf (buffer, size, "%s", option->choices[*(const int *) target]);
      break;
    case TC_OPT_STRING:
      {
        const char *text = *(const char *const *) target;
        snprintf (buffer, size, "%s", text == NULL ? "" : text);
      }
    }
}

/* ---- Suggestions ---- */

/* Edits (insert, delete, replace) that turn a into b; both short.  */
static size_t
edit_distance (const char *a, const char *b)
{
  enum { LONGEST = 40 };
  size_t m = strlen (a), n = strlen (b), row[LONGEST + 1];
  if (m > LONGEST || n > LONGEST)
    return LONGEST;
  for (size_t j = 0; j <= n; j++)
    row[j] = j;
  for (size_t i = 1; i <= m; i++)
    {
      size_t diagonal = row[0];
      row[0] = i;
      for (size_t j = 1; j <= n; j++)
        {
          size_t replace = diagonal + (a[i - 1] != b[j - 1]);
          size_t other = 1 + (row[j] < row[j - 1] ? row[j] : row[j - 1]);
          diagonal = row[j];
          row[j] = replace < other ? replace : other;
        }
    }
  return row[n];
}

void
tc_option_suggest (const struct tc_options *options, const char *name, char *buffer,
                   size_t size)
{
  size_t best = 3;
  *buffer = '\0';
  for (size_t i = 0; i < options->n; i++)
    {
      size_t distance = edit_distance (name, options->option[i].name);
      if (distance < best)
        {
          best = distance;
          snprintf (buffer, size, " (did you mean '%s'?)", options->option[i].name);
        }
    }
}
