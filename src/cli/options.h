#ifndef TC_CLI_OPTIONS_H
#define TC_CLI_OPTIONS_H

#include "numerics/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* One option table serves the command line, configuration files, ranges,
   --help and run.json alike.  */

enum tc_option_kind
{
  TC_OPT_INT,       /* int */
  TC_OPT_SEED,      /* uint64_t, below 2^63 */
  TC_OPT_REAL,      /* double, finite */
  TC_OPT_BOOL,      /* bool; --name, --name=yes|no, --no-name */
  TC_OPT_CHOICE,    /* int-sized enum, spelled by choices */
  TC_OPT_STRING     /* const char *, not empty; lives as long as the table */
};

/* Who gave an option its value; a later one never loses to an earlier.  */
enum tc_option_source { TC_BY_DEFAULT, TC_BY_FILE, TC_BY_COMMAND_LINE };

struct tc_option
{
  const char *name;             /* "d-model": --d-model 32 or `d-model = 32` */
  enum tc_option_kind kind;
  void *target;                 /* where the value goes; holds the default */
  double min, max;              /* inclusive; INT, SEED and REAL.  max HUGE_VAL
                                   (INT_MAX, 2^53): no upper bound */
  const char *const *choices;   /* CHOICE: NULL-terminated */
  const char *metavar;          /* "N", "DIR", ... */
  const char *unit;             /* "nats", "steps", ...; NULL if none */
  const char *help;             /* lower case, no period */
  const char *group;            /* heading in --help: "Model", "Training", ... */
  bool is_hyperparameter;       /* goes into configuration files and run.json;
                                   false for --out, --threads, --quiet, ... */
  enum tc_option_source set_by;
};

struct tc_options
{
  size_t n, capacity;
  struct tc_option *option;
  void *strings;                /* private */
};

void tc_options_init (struct tc_options *options);
void tc_options_free (struct tc_options *options);
/* Adds rows (copied).  Duplicate names are a programming error: TC_EINVAL.  */
enum tc_status tc_options_add (struct tc_options *options, size_t n,
                               const struct tc_option *rows, struct tc_error *err) TC_MUST_USE;
/* The row of that name, or NULL.  */
struct tc_option *tc_options_find (const struct tc_options *options, const char *name);

/* Reads `name = value` lines; # starts a comment.  Only hyper-parameters may
   appear, each once.  A later file wins over an earlier one.  Messages name
   file:line; TC_EINVAL, or TC_EIO if the file cannot be read.  */
enum tc_status tc_options_read_file (struct tc_options *options, const char *path,
                                     struct tc_error *err) TC_MUST_USE;

/* Parses argv[1..]; options only, `--name value` or `--name=value`, unique
   prefixes not accepted.  Anything else is TC_EINVAL.  An option given on the
   command line wins over files read earlier or later.  */
enum tc_status tc_options_parse (struct tc_options *options, int argc, char *const *argv,
                                 struct tc_error *err) TC_MUST_USE;

/* --help: usage line, description, then each group with name, metavar, help,
   range or choices, unit, and as default the value that each option has now;
   79 columns.  */
void tc_options_help (const struct tc_options *options, const char *program,
                      const char *description, FILE *stream);

/* An option's present value as a configuration file spells it; "" for a string
   that is not set.  Cut to size, as snprintf does.  */
void tc_option_format (const struct tc_option *option, char *buffer, size_t size);

/* The hyper-parameters as a JSON object (jansson's json_t, the caller owns it);
   NULL when out of memory.  */
struct json_t;
struct json_t *tc_options_json (const struct tc_options *options);
/* Sets every hyper-parameter from such an object.  One that is missing, unknown,
   of another type or out of range is TC_EFORMAT; `where` (the file's name)
   starts the message.  */
enum tc_status tc_options_read_json (struct tc_options *options, const struct json_t *object,
                                     const char *where, struct tc_error *err) TC_MUST_USE;

#endif
