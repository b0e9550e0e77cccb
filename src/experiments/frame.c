#ifdef HAVE_CONFIG_H
# include "config.h"
#endif

#include "experiments/frame.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct tc_program
tc_program_start (const struct tc_experiment *experiment, const char *verb)
{
  struct tc_program program = { .experiment = experiment };
  snprintf (program.name, sizeof program.name, "tc-%.100s-%s", experiment->name, verb);
  /* A closed pipe is a failed write like any other, and a closed stderr must not
     end a training run.  */
  signal (SIGPIPE, SIG_IGN);
  return program;
}

int
tc_program_fail (const struct tc_program *program, const struct tc_error *err)
{
  fprintf (stderr, "%s: %s\n", program->name, err->message);
  if (err->status == TC_EINVAL)
    fprintf (stderr, "Try '%s --help' for more information.\n", program->name);
  return tc_exit_status (err->status);
}

int
tc_program_close_stdout (const struct tc_program *program)
{
  struct tc_error err;
  bool failed = ferror (stdout);
  int error_number = EIO;
  if (fclose (stdout) != 0)
    {
      failed = true;
      error_number = errno;
    }
  if (!failed)
    return 0;
  (void) tc_fail (&err, TC_EIO, "cannot write standard output: %s", strerror (error_number));
  return tc_program_fail (program, &err);
}

void
tc_program_version (const struct tc_program *program, FILE *stream)
{
  fprintf (stream, "%s (%s) %s\n", program->name, PACKAGE_NAME, PACKAGE_VERSION);
  fputs ("Licence GPLv3+: GNU GPL version 3 or later <https://gnu.org/licenses/gpl.html>.\n"
         "This is free software: you are free to change and redistribute it.\n"
         "There is NO WARRANTY, to the extent permitted by law.\n", stream);
}

void
tc_program_help_end (FILE *stream)
{
  fputs ("\n"
         "--name value and --name=value are the same; of yes-or-no options, --name,\n"
         "--name=yes|no and --no-name.  A configuration file has a line 'name = value'\n"
         "for each option that it sets, comments after '#'.  In the environment,\n"
         "TC_KERNELS (portable, avx2, avx512, neon) chooses the instruction set, for\n"
         "tests, and TC_CONFIG_DIR is searched first for shipped configurations.\n"
         "\n"
         "Exit status: 0 done; 1 failure; 2 misuse; 130 interrupted, state saved.\n", stream);
}

/* ---- Shipped configurations ---- */

static bool
is_known (const struct tc_experiment *experiment, const char *run)
{
  for (const char *const *known = experiment->runs; *known != NULL; known++)
    if (strcmp (*known, run) == 0)
      return true;
  return false;
}

static enum tc_status
unknown_run (const struct tc_experiment *experiment, const char *run, struct tc_error *err)
{
  char names[900] = "";
  for (const char *const *known = experiment->runs; *known != NULL; known++)
    {
      size_t used = strlen (names);
      snprintf (names + used, sizeof names - used, "%s%s", used == 0 ? "" : ", ", *known);
    }
  return tc_fail (err, TC_EINVAL, "unknown run '%.60s'; expected one of: %s", run, names);
}

/* Whether FOLDER/EXPERIMENT/RUN.conf can be read; then *path is its name.  */
static bool
try_folder (const char *folder, const char *experiment, const char *run, char **path)
{
  if (folder == NULL)
    return false;
  size_t n = strlen (folder) + strlen (experiment) + strlen (run) + sizeof "//.conf";
  *path = malloc (n);
  if (*path == NULL)
    return false;
  snprintf (*path, n, "%s/%s/%s.conf", folder, experiment, run);
  if (access (*path, R_OK) == 0)
    return true;
  free (*path);
  *path = NULL;
  return false;
}

enum tc_status
tc_program_find_run (const struct tc_program *program, const char *run, char **path,
                     struct tc_error *err)
{
  const struct tc_experiment *experiment = program->experiment;
  const char *own = getenv ("TC_CONFIG_DIR");
  *path = NULL;
  if (!is_known (experiment, run))
    return unknown_run (experiment, run, err);
  if (try_folder (own, experiment->name, run, path)
      || try_folder (TC_SOURCE_CONFIGS, experiment->name, run, path)
      || try_folder (TC_INSTALLED_CONFIGS, experiment->name, run, path))
    return TC_OK;
  return tc_fail (err, TC_EIO, "cannot find %s/%s.conf in %s%s%s nor %s; set TC_CONFIG_DIR",
                  experiment->name, run, own == NULL ? "" : own, own == NULL ? "" : ", ",
                  TC_SOURCE_CONFIGS, TC_INSTALLED_CONFIGS);
}

char *
tc_program_folder (const struct tc_program *program, const char *root, const char *run)
{
  const char *name = program->experiment->name;
  size_t n = strlen (root) + strlen (name) + strlen (run) + sizeof "//";
  char *path = malloc (n);
  if (path != NULL)
    snprintf (path, n, "%s/%s/%s", root, name, run);
  return path;
}
