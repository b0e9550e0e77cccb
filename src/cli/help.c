#include "cli/options.h"

#include "cli/value.h"

#include <string.h>

enum { WIDTH = 79, TEXT_COLUMN = 26 };

/* Writes text word by word, starting at column and continuing at indent, up to
   WIDTH columns; ends the line.  */
static void
write_wrapped (FILE *stream, const char *text, size_t column, size_t indent)
{
  bool line_is_empty = true;
  while (*text != '\0')
    {
      size_t n = strcspn (text, " ");
      if (!line_is_empty && column + 1 + n > WIDTH)
        {
          fprintf (stream, "\n%*s", (int) indent, "");
          column = indent;
          line_is_empty = true;
        }
      fprintf (stream, "%s%.*s", line_is_empty ? "" : " ", (int) n, text);
      column += n + !line_is_empty;
      line_is_empty = false;
      text += n + strspn (text + n, " ");
    }
  putc ('\n', stream);
}

/* Range or choices, unit and default: " (an integer from 1 to 9, in steps;
   default 3)"; empty for an unset string and for flags such as --help.  */
static void
describe_value (const struct tc_option *option, char *buffer, size_t size)
{
  char expected[256], value[128];
  bool is_text = option->kind == TC_OPT_STRING;
  tc_option_expected (option, expected, sizeof expected);
  tc_option_format (option, value, sizeof value);
  if ((is_text && *value == '\0')
      || (option->kind == TC_OPT_BOOL && !option->is_hyperparameter))
    *buffer = '\0';
  else if (is_text || option->kind == TC_OPT_BOOL)
    snprintf (buffer, size, " (default %s)", value);
  else if (option->unit != NULL)
    snprintf (buffer, size, " (%s, in %s; default %s)", expected, option->unit, value);
  else
    snprintf (buffer, size, " (%s; default %s)", expected, value);
}

static void
write_option (FILE *stream, const struct tc_option *option)
{
  char text[1024], value[512];
  int column = fprintf (stream, "  --%s", option->name);
  if (option->kind != TC_OPT_BOOL)
    column += fprintf (stream, " %s", option->metavar);
  if (column > TEXT_COLUMN - 2)
    {
      putc ('\n', stream);
      column = 0;
    }
  fprintf (stream, "%*s", TEXT_COLUMN - column, "");
  describe_value (option, value, sizeof value);
  snprintf (text, sizeof text, "%s%s", option->help, value);
  write_wrapped (stream, text, TEXT_COLUMN, TEXT_COLUMN);
}

/* Whether an option before the i-th has the same group.  */
static bool
group_was_written (const struct tc_options *options, size_t i)
{
  for (size_t j = 0; j < i; j++)
    if (strcmp (options->option[j].group, options->option[i].group) == 0)
      return true;
  return false;
}

void
tc_options_help (const struct tc_options *options, const char *program,
                 const char *description, FILE *stream)
{
  fprintf (stream, "Usage: %s [OPTION]...\n", program);
  while (*description != '\0')  /* a line of the description is a paragraph */
    {
      char paragraph[1024];
      size_t n = strcspn (description, "\n");
      snprintf (paragraph, sizeof paragraph, "%.*s", (int) n, description);
      write_wrapped (stream, paragraph, 0, 0);
      description += n + (description[n] == '\n');
    }
  for (size_t i = 0; i < options->n; i++)
    {
      if (group_was_written (options, i))
        continue;
      fprintf (stream, "\n%s:\n", options->option[i].group);
      for (size_t j = i; j < options->n; j++)
        if (strcmp (options->option[j].group, options->option[i].group) == 0)
          write_option (stream, &options->option[j]);
    }
}
