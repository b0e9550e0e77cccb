#include "cli/options.h"

#include "cli/value.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void
tc_options_init (struct tc_options *options)
{
  *options = (struct tc_options) { 0 };
}

void
tc_options_free (struct tc_options *options)
{
  struct tc_kept_string *kept = options->strings;
  while (kept != NULL)
    {
      struct tc_kept_string *next = kept->next;
      free (kept);
      kept = next;
    }
  free (options->option);
  tc_options_init (options);
}

struct tc_option *
tc_options_find (const struct tc_options *options, const char *name)
{
  for (size_t i = 0; i < options->n; i++)
    if (strcmp (options->option[i].name, name) == 0)
      return &options->option[i];
  return NULL;
}

enum tc_status
tc_options_add (struct tc_options *options, size_t n, const struct tc_option *rows,
                struct tc_error *err)
{
  if (options->n + n > options->capacity)
    {
      size_t capacity = 2 * options->capacity + n;
      struct tc_option *larger = realloc (options->option, capacity * sizeof *larger);
      if (larger == NULL)
        return tc_fail (err, TC_ENOMEM, "out of memory making the option table");
      options->option = larger;
      options->capacity = capacity;
    }
  for (size_t i = 0; i < n; i++)
    {
      if (tc_options_find (options, rows[i].name) != NULL)
        return tc_fail (err, TC_EINVAL, "option --%s is in the table twice", rows[i].name);
      options->option[options->n] = rows[i];
      options->option[options->n++].set_by = TC_BY_DEFAULT;
    }
  return TC_OK;
}

/* ---- The command line ---- */

static enum tc_status
unknown_option (const struct tc_options *options, const char *name, struct tc_error *err)
{
  char suggestion[96];
  tc_option_suggest (options, name, suggestion, sizeof suggestion);
  return tc_fail (err, TC_EINVAL, "unknown option '--%s'%s", name, suggestion);
}

/* Finds the option that `name` spells; for "no-quiet" that is quiet, negated.  */
static struct tc_option *
find_spelled (const struct tc_options *options, const char *name, bool *negated)
{
  struct tc_option *option = tc_options_find (options, name);
  *negated = false;
  if (option == NULL && strncmp (name, "no-", 3) == 0)
    {
      option = tc_options_find (options, name + 3);
      if (option != NULL && option->kind != TC_OPT_BOOL)
        option = NULL;
      *negated = option != NULL;
    }
  return option;
}

/* The value of an option that was not spelled --name=value: the next word, or
   yes or no for a flag.  NULL if there is none.  */
static const char *
implied_value (const struct tc_option *option, bool negated, char *const *argv, int *i)
{
  if (option->kind == TC_OPT_BOOL)
    return negated ? "no" : "yes";
  return argv[*i + 1] == NULL ? NULL : argv[++*i];
}

/* Handles the word argv[*i] and, if it is its value, the next.  */
static enum tc_status
parse_word (struct tc_options *options, char *const *argv, int *i, struct tc_error *err)
{
  char name[64], where[72], expected[256];
  const char *word = argv[*i];
  if (strncmp (word, "--", 2) != 0 || word[2] == '\0')
    return tc_fail (err, TC_EINVAL, "unexpected argument '%s'; expected options, --name value",
                    word);
  const char *equals = strchr (word, '=');
  snprintf (name, sizeof name, "%.*s",
            equals == NULL ? (int) strlen (word + 2) : (int) (equals - word - 2), word + 2);
  bool negated;
  struct tc_option *option = find_spelled (options, name, &negated);
  if (option == NULL || (negated && equals != NULL))
    return unknown_option (options, name, err);
  const char *value = equals != NULL ? equals + 1 : implied_value (option, negated, argv, i);
  if (value == NULL)
    {
      tc_option_expected (option, expected, sizeof expected);
      return tc_fail (err, TC_EINVAL, "--%s: expected %s, found nothing", name, expected);
    }
  snprintf (where, sizeof where, "--%s", name);
  option->set_by = TC_BY_COMMAND_LINE;
  return tc_option_set (options, option, value, where, err);
}

enum tc_status
tc_options_parse (struct tc_options *options, int argc, char *const *argv,
                  struct tc_error *err)
{
  enum tc_status status = TC_OK;
  for (int i = 1; i < argc && status == TC_OK; i++)
    status = parse_word (options, argv, &i, err);
  return status;
}

/* ---- Configuration files ---- */

/* Without comment and surrounding blanks, in place.  */
static char *
strip (char *line)
{
  line[strcspn (line, "#\r\n")] = '\0';
  line += strspn (line, " \t");
  for (size_t n = strlen (line); n > 0 && (line[n - 1] == ' ' || line[n - 1] == '\t'); n--)
    line[n - 1] = '\0';
  return line;
}

/* Splits `name = value` in place; value is NULL if there is no equals sign.  */
static void
split (char *line, char **name, char **value)
{
  *name = line;
  *value = strchr (line, '=');
  if (*value != NULL)
    {
      *(*value)++ = '\0';
      *name = strip (*name);
      *value = strip (*value);
    }
}

/* Sets one option from a stripped line that is not empty.  seen[i] is the line
   that set option i, 0 if none did.  */
static enum tc_status
read_line (struct tc_options *options, char *line, const char *path, int number, int *seen,
           struct tc_error *err)
{
  char *name, *value, where[320], suggestion[96];
  split (line, &name, &value);
  if (value == NULL || *name == '\0')
    return tc_fail (err, TC_EINVAL, "%s:%d: expected 'name = value', found '%.60s'",
                    path, number, line);
  struct tc_option *option = tc_options_find (options, name);
  if (option == NULL)
    {
      tc_option_suggest (options, name, suggestion, sizeof suggestion);
      return tc_fail (err, TC_EINVAL, "%s:%d: unknown option '%.60s'%s", path, number, name,
                      suggestion);
    }
  if (!option->is_hyperparameter)
    return tc_fail (err, TC_EINVAL,
                    "%s:%d: '%s' belongs on the command line (--%s), not in a configuration",
                    path, number, name, name);
  int *first = &seen[option - options->option];
  if (*first != 0)
    return tc_fail (err, TC_EINVAL, "%s:%d: '%s' was already set at line %d", path, number,
                    name, *first);
  *first = number;
  if (option->set_by == TC_BY_COMMAND_LINE)
    return TC_OK;
  snprintf (where, sizeof where, "%.200s:%d: %s", path, number, name);
  option->set_by = TC_BY_FILE;
  return tc_option_set (options, option, value, where, err);
}

static enum tc_status
read_lines (struct tc_options *options, FILE *stream, const char *path, int *seen,
            struct tc_error *err)
{
  char *buffer = NULL;
  size_t size = 0;
  ssize_t n;
  enum tc_status status = TC_OK;
  errno = 0;
  for (int number = 1;
       status == TC_OK && (n = getline (&buffer, &size, stream)) >= 0; number++)
    {
      if (memchr (buffer, '\0', (size_t) n) != NULL)
        status = tc_fail (err, TC_EINVAL, "%s:%d: expected text, found a NUL byte", path, number);
      else
        {
          char *line = strip (buffer);
          if (*line != '\0')
            status = read_line (options, line, path, number, seen, err);
        }
    }
  if (status == TC_OK && ferror (stream))
    status = tc_fail (err, TC_EIO, "cannot read %s: %s", path, strerror (errno));
  free (buffer);
  return status;
}

enum tc_status
tc_options_read_file (struct tc_options *options, const char *path, struct tc_error *err)
{
  FILE *stream = fopen (path, "r");
  if (stream == NULL)
    return tc_fail (err, TC_EIO, "cannot read %s: %s", path, strerror (errno));
  int *seen = calloc (options->n + 1, sizeof *seen);
  enum tc_status status;
  if (seen == NULL)
    status = tc_fail (err, TC_ENOMEM, "out of memory reading %s", path);
  else
    status = read_lines (options, stream, path, seen, err);
  free (seen);
  fclose (stream);
  return status;
}
