#ifndef TC_CLI_OPTIONS_H
#define TC_CLI_OPTIONS_H

#include "numerics/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* One option table serves the command line, configuration files, ranges,
   --help and run.json alike.  */

enum tc_option_kind
{
  TC_OPT_INT,       /* int */
  TC_OPT_SEED,      /* uint64_t */
  TC_OPT_REAL,      /* double */
  TC_OPT_BOOL,      /* bool; --name, --name=yes|no, --no-name */
  TC_OPT_CHOICE,    /* int-sized enum, spelled by choices */
  TC_OPT_STRING     /* const char *; lives as long as the table */
};

struct tc_option
{
  const char *name;             /* "d-model": --d-model 32 or `d-model = 32` */
  enum tc_option_kind kind;
  void *target;                 /* where the value goes; holds the default */
  double min, max;              /* inclusive; INT, SEED and REAL */
  const char *const *choices;   /* CHOICE: NULL-terminated */
  const char *metavar;          /* "N", "DIR", ... */
  const char *unit;             /* "nats", "steps", ...; NULL if none */
  const char *help;
  const char *group;            /* heading in --help: "Model", "Training", ... */
  bool is_hyperparameter;       /* goes into configuration files and run.json;
                                   false for --out, --threads, --quiet, ... */
  bool is_set;                  /* given by file or command line */
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

/* Reads `name = value` lines; # starts a comment.  Messages name file:line.
   Only hyper-parameters may appear.  */
enum tc_status tc_options_read_file (struct tc_options *options, const char *path,
                                     struct tc_error *err) TC_MUST_USE;

/* Parses argv[1..]; options only, `--name value` or `--name=value`, unique
   prefixes not accepted.  Non-option words are TC_EINVAL.  An option given on
   the command line wins over files read earlier or later (is_set).  */
enum tc_status tc_options_parse (struct tc_options *options, int argc, char *const *argv,
                                 struct tc_error *err) TC_MUST_USE;

/* --help: usage line, description, then each group with name, metavar, help,
   range or choices, default and unit; 79 columns.  */
void tc_options_help (const struct tc_options *options, const char *program,
                      const char *description, FILE *stream);

/* The hyper-parameters as a JSON object (jansson's json_t, caller owns; numbers
   shortest round-trip).  */
struct json_t;
struct json_t *tc_options_json (const struct tc_options *options);

#endif
