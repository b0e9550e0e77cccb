/* The option table: command line, configuration files, --help, JSON.  */

#include "cli/options.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum colour { RED, GREEN, BLUE };
static const char *const colours[] = { "red", "green", "blue", NULL };

/* One option of each kind.  */
struct values
{
  int steps;
  uint64_t seed;
  double rate;
  bool flag, quiet;
  enum colour colour;
  const char *out;
};

static void
make_table (struct tc_options *options, struct values *v)
{
  struct tc_error err;
  *v = (struct values) { .steps = 100, .seed = 1, .rate = 0.001, .colour = GREEN };
  const struct tc_option rows[] = {
    { .name = "steps", .kind = TC_OPT_INT, .target = &v->steps, .min = 0, .max = 5000,
      .metavar = "N", .unit = "steps", .help = "updates to make", .group = "Training",
      .is_hyperparameter = true },
    { .name = "seed", .kind = TC_OPT_SEED, .target = &v->seed, .min = 0, .max = UINT32_MAX,
      .metavar = "N", .help = "seed of everything", .group = "Training",
      .is_hyperparameter = true },
    { .name = "rate", .kind = TC_OPT_REAL, .target = &v->rate, .min = 0, .max = HUGE_VAL,
      .metavar = "X", .help = "learning rate", .group = "Training",
      .is_hyperparameter = true },
    { .name = "flag", .kind = TC_OPT_BOOL, .target = &v->flag, .help = "a switch",
      .group = "Model", .is_hyperparameter = true },
    { .name = "colour", .kind = TC_OPT_CHOICE, .target = &v->colour, .choices = colours,
      .metavar = "NAME", .help = "a choice", .group = "Model", .is_hyperparameter = true },
    { .name = "out", .kind = TC_OPT_STRING, .target = &v->out, .metavar = "DIR",
      .help = "where to write", .group = "Training" },
    { .name = "quiet", .kind = TC_OPT_BOOL, .target = &v->quiet, .help = "no progress",
      .group = "Training" }
  };
  tc_options_init (options);
  cr_assert_eq (tc_options_add (options, sizeof rows / sizeof *rows, rows, &err), TC_OK);
}

/* Parses words (without the program's name) separated by single blanks.  */
static enum tc_status
parse (struct tc_options *options, const char *line, struct tc_error *err)
{
  static char copy[512];
  char *argv[32] = { "program" };
  int argc = 1;
  snprintf (copy, sizeof copy, "%s", line);
  for (char *word = strtok (copy, " "); word != NULL; word = strtok (NULL, " "))
    argv[argc++] = word;
  argv[argc] = NULL;
  return tc_options_parse (options, argc, argv, err);
}

static void
check_parse_failure (const char *line, const char *message)
{
  struct tc_options options;
  struct values v;
  struct tc_error err;
  make_table (&options, &v);
  cr_assert_eq (parse (&options, line, &err), TC_EINVAL, "'%s' was accepted", line);
  cr_assert_str_eq (err.message, message);
  tc_options_free (&options);
}

Test (options, are_read)
{
  struct tc_options options;
  struct values v;
  struct tc_error err;
  make_table (&options, &v);
  cr_assert_eq (parse (&options, "--steps 20 --seed=4294967295 --rate 1e-2 --flag "
                                 "--colour blue --out=a/b --quiet=yes", &err), TC_OK);
  cr_assert_eq (v.steps, 20);
  cr_assert_eq (v.seed, UINT32_MAX);
  cr_assert_eq (v.rate, 0.01);
  cr_assert (v.flag && v.quiet);
  cr_assert_eq (v.colour, BLUE);
  cr_assert_str_eq (v.out, "a/b");
  cr_assert_eq (tc_options_find (&options, "steps")->set_by, TC_BY_COMMAND_LINE);
  cr_assert_eq (parse (&options, "--no-flag --steps 7 --quiet=no", &err), TC_OK);
  cr_assert (!v.flag && !v.quiet);
  cr_assert_eq (v.steps, 7);
  tc_options_free (&options);
}

Test (options, mistakes_are_named)
{
  static const struct { const char *line, *message; } cases[] = {
    { "--steps", "--steps: expected an integer from 0 to 5000, found nothing" },
    { "--steps abc", "--steps: expected an integer from 0 to 5000, found 'abc'" },
    { "--steps=", "--steps: expected an integer from 0 to 5000, found ''" },
    { "--steps 5001", "--steps: expected an integer from 0 to 5000, found '5001'" },
    { "--steps -1", "--steps: expected an integer from 0 to 5000, found '-1'" },
    { "--steps 1.5", "--steps: expected an integer from 0 to 5000, found '1.5'" },
    { "--steps 0x10", "--steps: expected an integer from 0 to 5000, found '0x10'" },
    { "--steps 99999999999999999999",
      "--steps: expected an integer from 0 to 5000, found '99999999999999999999'" },
    { "--seed -1", "--seed: expected an integer from 0 to 4294967295, found '-1'" },
    { "--rate fast", "--rate: expected a number of at least 0, found 'fast'" },
    { "--rate nan", "--rate: expected a number of at least 0, found 'nan'" },
    { "--rate inf", "--rate: expected a number of at least 0, found 'inf'" },
    { "--rate -0.1", "--rate: expected a number of at least 0, found '-0.1'" },
    { "--rate 1,5", "--rate: expected a number of at least 0, found '1,5'" },
    { "--flag=maybe", "--flag: expected yes or no, found 'maybe'" },
    { "--colour pink", "--colour: expected red, green or blue, found 'pink'" },
    { "--out=", "--out: expected DIR, found ''" },
    { "--stepz 3", "unknown option '--stepz' (did you mean 'steps'?)" },
    { "--something 3", "unknown option '--something'" },
    { "--step 3", "unknown option '--step' (did you mean 'steps'?)" },
    { "--no-steps", "unknown option '--no-steps'" },
    { "--no-flag=yes", "unknown option '--no-flag'" },
    { "-s 3", "unexpected argument '-s'; expected options, --name value" },
    { "file", "unexpected argument 'file'; expected options, --name value" },
    { "--", "unexpected argument '--'; expected options, --name value" }
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    check_parse_failure (cases[i].line, cases[i].message);
}

Test (options, a_name_stands_once)
{
  struct tc_options options;
  struct values v;
  struct tc_error err;
  make_table (&options, &v);
  struct tc_option again = *tc_options_find (&options, "steps");
  cr_assert_eq (tc_options_add (&options, 1, &again, &err), TC_EINVAL);
  cr_assert_str_eq (err.message, "option --steps is in the table twice");
  tc_options_free (&options);
}

/* ---- Configuration files ---- */

/* Reads a file of this content; the message is without the file's name.  */
static enum tc_status
read_text (struct tc_options *options, const char *text, size_t n, struct tc_error *err)
{
  char path[] = "/tmp/tc-options-XXXXXX";
  int fd = mkstemp (path);
  cr_assert (fd >= 0 && write (fd, text, n) == (ssize_t) n);
  close (fd);
  enum tc_status status = tc_options_read_file (options, path, err);
  unlink (path);
  if (status != TC_OK)
    {
      cr_assert_eq (strncmp (err->message, path, strlen (path)), 0, "%s", err->message);
      memmove (err->message, err->message + strlen (path),
               strlen (err->message) + 1 - strlen (path));
    }
  return status;
}

Test (configuration, is_read)
{
  struct tc_options options;
  struct values v;
  struct tc_error err;
  static const char text[] = "# A comment\n\n  steps=20\nrate = 1e-2 # another\n\tflag = yes\r\n"
                             "colour = red\nseed = 0";
  make_table (&options, &v);
  cr_assert_eq (read_text (&options, text, sizeof text - 1, &err), TC_OK);
  cr_assert_eq (v.steps, 20);
  cr_assert_eq (v.rate, 0.01);
  cr_assert (v.flag);
  cr_assert_eq (v.colour, RED);
  cr_assert_eq (v.seed, 0);
  cr_assert_eq (tc_options_find (&options, "seed")->set_by, TC_BY_FILE);
  cr_assert_eq (tc_options_find (&options, "out")->set_by, TC_BY_DEFAULT);
  tc_options_free (&options);
}

Test (configuration, the_command_line_wins_and_later_files_do)
{
  struct tc_options options;
  struct values v;
  struct tc_error err;
  make_table (&options, &v);
  cr_assert_eq (read_text (&options, "steps = 1\nrate = 1\n", 19, &err), TC_OK);
  cr_assert_eq (parse (&options, "--steps 2", &err), TC_OK);
  cr_assert_eq (read_text (&options, "steps = 3\nrate = 3\n", 19, &err), TC_OK);
  cr_assert_eq (v.steps, 2);
  cr_assert_eq (v.rate, 3);
  tc_options_free (&options);
}

Test (configuration, mistakes_are_named)
{
  static const struct { const char *text, *message; } cases[] = {
    { "steps = 1\nsteps = 2\n", ":2: 'steps' was already set at line 1" },
    { "\n\nwhat = 2\n", ":3: unknown option 'what'" },
    { "colours = red\n", ":1: unknown option 'colours' (did you mean 'colour'?)" },
    { "steps 20\n", ":1: expected 'name = value', found 'steps 20'" },
    { "= 20\n", ":1: expected 'name = value', found ''" },
    { "steps =\n", ":1: steps: expected an integer from 0 to 5000, found ''" },
    { "\nrate = high\n", ":2: rate: expected a number of at least 0, found 'high'" },
    { "out = a\n", ":1: 'out' belongs on the command line (--out), not in a configuration" },
    { "colour = pink\n", ":1: colour: expected red, green or blue, found 'pink'" }
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    {
      struct tc_options options;
      struct values v;
      struct tc_error err;
      make_table (&options, &v);
      cr_assert_eq (read_text (&options, cases[i].text, strlen (cases[i].text), &err), TC_EINVAL,
                    "'%s' was accepted", cases[i].text);
      cr_assert_str_eq (err.message, cases[i].message);
      tc_options_free (&options);
    }
}

Test (configuration, binary_and_missing_files_are_named)
{
  struct tc_options options;
  struct values v;
  struct tc_error err;
  make_table (&options, &v);
  cr_assert_eq (read_text (&options, "steps = 1\n\0\n", 12, &err), TC_EINVAL);
  cr_assert_str_eq (err.message, ":2: expected text, found a NUL byte");
  cr_assert_eq (tc_options_read_file (&options, "/nonexistent.conf", &err), TC_EIO);
  cr_assert_str_eq (err.message, "cannot read /nonexistent.conf: No such file or directory");
  cr_assert_eq (tc_options_read_file (&options, "/tmp", &err), TC_EIO);
  cr_assert_str_eq (err.message, "cannot read /tmp: Is a directory");
  tc_options_free (&options);
}

/* ---- Help ---- */

Test (help, shows_range_unit_and_default)
{
  struct tc_options options;
  struct values v;
  char *text;
  size_t size;
  make_table (&options, &v);
  FILE *stream = open_memstream (&text, &size);
  tc_options_help (&options, "tc-demo", "Does something that takes a whole sentence to say, "
                   "and then a little more than that.\nSecond paragraph.", stream);
  fclose (stream);
  cr_assert_str_eq (text,
    "Usage: tc-demo [OPTION]...\n"
    "Does something that takes a whole sentence to say, and then a little more than\n"
    "that.\n"
    "Second paragraph.\n"
    "\n"
    "Training:\n"
    "  --steps N               updates to make (an integer from 0 to 5000, in steps;\n"
    "                          default 100)\n"
    "  --seed N                seed of everything (an integer from 0 to 4294967295;\n"
    "                          default 1)\n"
    "  --rate X                learning rate (a number of at least 0; default 0.001)\n"
    "  --out DIR               where to write\n"
    "  --quiet                 no progress\n"
    "\n"
    "Model:\n"
    "  --flag                  a switch (default no)\n"
    "  --colour NAME           a choice (red, green or blue; default green)\n");
  free (text);
  tc_options_free (&options);
}

/* ---- JSON ---- */

Test (json, restores_what_it_saved)
{
  struct tc_options options, other;
  struct values v, w;
  struct tc_error err;
  make_table (&options, &v);
  make_table (&other, &w);
  cr_assert_eq (parse (&options, "--steps 20 --seed 4000000000 --rate 3e-4 --flag --colour red "
                                 "--out x", &err), TC_OK);
  json_t *object = tc_options_json (&options);
  cr_assert_eq (json_object_size (object), 5);
  cr_assert_eq (tc_options_read_json (&other, object, "run.json", &err), TC_OK, "%s",
                err.message);
  cr_assert_eq (w.steps, 20);
  cr_assert_eq (w.seed, 4000000000);
  cr_assert_eq (w.rate, 3e-4);
  cr_assert (w.flag);
  cr_assert_eq (w.colour, RED);
  cr_assert_null (w.out);
  json_decref (object);
  tc_options_free (&options);
  tc_options_free (&other);
}

Test (json, mistakes_are_named)
{
  static const struct { const char *text, *message; } cases[] = {
    { "[]", "run.json: expected an object of options" },
    { "{}", "run.json: option 'steps' is missing" },
    { "{\"stepz\": 1}", "run.json: unknown option 'stepz'" },
    { "{\"quiet\": true}", "run.json: unknown option 'quiet'" },
    { "{\"steps\": \"1\"}", "run.json: steps: expected an integer from 0 to 5000" },
    { "{\"steps\": 9999}",
      "run.json: steps: expected an integer from 0 to 5000, found '9999'" },
    { "{\"steps\": 1.0}", "run.json: steps: expected an integer from 0 to 5000" },
    { "{\"steps\": 1, \"seed\": 1, \"rate\": 1, \"flag\": 1}",
      "run.json: flag: expected yes or no" },
    { "{\"steps\": 1, \"seed\": 1, \"rate\": 1, \"flag\": true, \"colour\": \"x\"}",
      "run.json: colour: expected red, green or blue, found 'x'" }
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    {
      struct tc_options options;
      struct values v;
      struct tc_error err;
      make_table (&options, &v);
      json_t *object = json_loads (cases[i].text, 0, NULL);
      cr_assert_eq (tc_options_read_json (&options, object, "run.json", &err), TC_EFORMAT, "%s",
                    cases[i].text);
      cr_assert_str_eq (err.message, cases[i].message);
      cr_assert_eq (err.status, TC_EFORMAT);
      json_decref (object);
      tc_options_free (&options);
    }
}
