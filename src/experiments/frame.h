#ifndef TC_EXPERIMENTS_FRAME_H
#define TC_EXPERIMENTS_FRAME_H

#include "experiments/experiment.h"

#include <stdio.h>

/* Private to the two drivers: what a command-line program needs around its
   work.  */

/* "tc-copy-train".  */
struct tc_program
{
  char name[128];
  const struct tc_experiment *experiment;
};
struct tc_program tc_program_start (const struct tc_experiment *experiment, const char *verb);

/* Prints the message (and, for misuse, where help is) and gives the exit
   status.  */
int tc_program_fail (const struct tc_program *program, const struct tc_error *err);

/* Flushes and closes stdout: a full disk or a closed pipe is a failure, exit
   status 1, even of --help.  */
int tc_program_close_stdout (const struct tc_program *program);

/* --help's closing lines and --version's text.  */
void tc_program_version (const struct tc_program *program, FILE *stream);
void tc_program_help_end (FILE *stream);

/* Finds <experiment>/<run>.conf in $TC_CONFIG_DIR, where the sources were, where
   they were installed.  *path is to be freed.  TC_EINVAL lists the known runs. */
enum tc_status tc_program_find_run (const struct tc_program *program, const char *run,
                                    char **path, struct tc_error *err) TC_MUST_USE;

/* "runs/copy/plain", to be freed; NULL when out of memory.  */
char *tc_program_folder (const struct tc_program *program, const char *root, const char *run);

#endif
