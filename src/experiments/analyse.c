/* tc_analyse_program: the driver of every tc-<experiment>-analyse.  */

#include "experiments/program.h"

#include "experiments/frame.h"
#include "experiments/prompt.h"
#include "experiments/setup.h"
#include "training/folder.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct flags
{
  const char *run, *model, *out, *figures, *others;
  int threads;
  bool quiet, help, version;
};

/* Everything one invocation owns.  */
struct analysing
{
  struct tc_program program;
  struct flags flags;
  struct tc_prompt prompt;
  struct tc_options command_line;       /* the flags */
  struct tc_options options;            /* the trained run's, from run.json */
  struct tc_subject subject;
  bool has_task, has_subject;
  char *run, *folder, *data_folder, *figure_folder, *others_folder, *provenance,
    *macro_prefix;
  struct tc_session session;
};

/* ---- Options ---- */

static enum tc_status
add_flags (struct analysing *a, struct tc_error *err)
{
  struct flags *f = &a->flags;
  const struct tc_option rows[] = {
    { .name = "run", .kind = TC_OPT_STRING, .target = &f->run, .metavar = "NAME",
      .group = "Options", .help = "the run to analyse" },
    { .name = "model", .kind = TC_OPT_STRING, .target = &f->model, .metavar = "DIR",
      .group = "Options", .help = "its run folder (default runs/EXPERIMENT/RUN)" },
    { .name = "out", .kind = TC_OPT_STRING, .target = &f->out, .metavar = "DIR",
      .group = "Options",
      .help = "for CSVs, macros.tex and run.json (default data/EXPERIMENT/RUN)" },
    { .name = "figures", .kind = TC_OPT_STRING, .target = &f->figures, .metavar = "DIR",
      .group = "Options", .help = "for gnuplot scripts (default figures/EXPERIMENT/RUN)" },
    { .name = "others", .kind = TC_OPT_STRING, .target = &f->others, .metavar = "DIR",
      .group = "Options",
      .help = "where the data of the experiment's other runs are, for what compares runs "
              "(default data/EXPERIMENT)" },
    { .name = "threads", .kind = TC_OPT_INT, .target = &f->threads, .min = 0, .max = 1024,
      .metavar = "N", .group = "Options",
      .help = "threads; 0: all there are.  Results do not depend on it" },
    { .name = "quiet", .kind = TC_OPT_BOOL, .target = &f->quiet, .group = "Options",
      .help = "nothing on stderr but errors" },
    { .name = "help", .kind = TC_OPT_BOOL, .target = &f->help, .group = "Options",
      .help = "show this help and exit" },
    { .name = "version", .kind = TC_OPT_BOOL, .target = &f->version, .group = "Options",
      .help = "show the version and exit" }
  };
  return tc_options_add (&a->command_line, sizeof rows / sizeof *rows, rows, err);
}

static int
print_help (struct analysing *a)
{
  char description[1024];
  snprintf (description, sizeof description,
            "Reads a run that tc-%.60s-train has made: writes CSVs and LaTeX macros to one "
            "folder, gnuplot scripts that draw them to another. Every hyper-parameter comes "
            "from the run folder's run.json.", a->program.experiment->name);
  tc_options_help (&a->command_line, a->program.name, description, stdout);
  fputs ("\nExit status: 0 done; 1 failure; 2 misuse.\n", stdout);
  return tc_program_close_stdout (&a->program);
}

/* ---- The trained run ---- */

/* A folder from the command line, or ROOT/EXPERIMENT/RUN.  */
static enum tc_status
choose_folder (const struct analysing *a, const char *given, const char *root,
               const char *run, char **folder, struct tc_error *err)
{
  *folder = given != NULL ? strdup (given) : tc_program_folder (&a->program, root, run);
  return *folder != NULL ? TC_OK : tc_fail (err, TC_ENOMEM, "out of memory");
}

/* Where the other runs' data are: given, or data/EXPERIMENT.  */
static enum tc_status
choose_others (const struct analysing *a, char **folder, struct tc_error *err)
{
  *folder = a->flags.others != NULL ? strdup (a->flags.others)
                                    : tc_join ("data", a->program.experiment->name);
  return *folder != NULL ? TC_OK : tc_fail (err, TC_ENOMEM, "out of memory");
}

static bool
is_known_run (const struct tc_experiment *experiment, const char *run)
{
  for (const char *const *known = experiment->runs; *known != NULL; known++)
    if (strcmp (*known, run) == 0)
      return true;
  return false;
}

/* A run folder that is not there: most likely it was not trained yet, or the
   run's name is wrong.  */
static enum tc_status
explain_missing (const struct analysing *a, struct tc_error *err)
{
  const struct tc_experiment *experiment = a->program.experiment;
  char *path;
  if (a->flags.model == NULL && !is_known_run (experiment, a->flags.run))
    {
      enum tc_status status = tc_program_find_run (&a->program, a->flags.run, &path, err);
      free (path);
      return status;
    }
  return tc_fail (err, TC_EIO, "there is no trained run in %s: expected run.json and "
                  "model.safetensors, which tc-%s-train writes", a->folder, experiment->name);
}

/* run.json: options and the run's name.  */
static enum tc_status
read_run (struct analysing *a, struct tc_error *err)
{
  const struct tc_experiment *experiment = a->program.experiment;
  enum tc_status status = choose_folder (a, a->flags.model, "runs", a->flags.run, &a->folder,
                                         err);
  char *path = status == TC_OK ? tc_join (a->folder, "run.json") : NULL;
  if (status == TC_OK && path == NULL)
    status = tc_fail (err, TC_ENOMEM, "out of memory");
  if (status == TC_OK && access (path, F_OK) != 0)
    status = explain_missing (a, err);
  if (status == TC_OK)
    status = tc_setup_read_json (experiment, &a->options, path, &a->run, err);
  free (path);
  bool run_was_given = tc_options_find (&a->command_line, "run")->set_by != TC_BY_DEFAULT;
  if (status == TC_OK && run_was_given && strcmp (a->run, a->flags.run) != 0)
    status = tc_fail (err, TC_EINVAL, "%s holds run '%s', not '%s'", a->folder, a->run,
                      a->flags.run);
  return status;
}

/* "skip-trigram", "one-head" give "skipTrigramOneHead"; TeX's names have no
   digits, so 0 ... 9 become A ... J.  */
static char *
make_macro_prefix (const char *experiment, const char *run)
{
  char *prefix = malloc (strlen (experiment) + strlen (run) + 1), *out = prefix;
  bool starts_word = false;
  if (prefix == NULL)
    return NULL;
  for (int part = 0; part < 2; part++, starts_word = true)
    for (const char *c = part == 0 ? experiment : run; *c != '\0'; c++)
      if (isalpha ((unsigned char) *c))
        {
          *out++ = starts_word ? (char) toupper ((unsigned char) *c) : *c;
          starts_word = false;
        }
      else
        {
          if (isdigit ((unsigned char) *c))
            *out++ = (char) ('A' + (*c - '0'));
          starts_word = true;
        }
  *out = '\0';
  return prefix;
}

/* ---- The session ---- */

/* Task and trained model from the restored options.  */
static enum tc_status
load (struct analysing *a, struct tc_error *err)
{
  const struct tc_experiment *experiment = a->program.experiment;
  struct tc_session *s = &a->session;
  enum tc_status status = tc_setup_finish (&s->setup, experiment, err);
  if (status == TC_OK)
    status = tc_compute_alloc (&s->compute, getenv ("TC_KERNELS"), a->flags.threads, err);
  if (status == TC_OK)
    {
      status = experiment->make_task (&s->task, &s->setup, err);
      a->has_task = status == TC_OK;
    }
  if (status == TC_OK)
    {
      status = tc_subject_alloc (&a->subject, s->compute, &s->setup, experiment, &s->task, err);
      a->has_subject = status == TC_OK;
    }
  if (status != TC_OK)
    return status;
  s->is_decoder = a->subject.is_decoder;
  s->model = a->subject.model;
  s->learner = a->subject.learner;
  s->folder = a->folder;
  return tc_session_load (s, -1, err);
}

/* Where results go, and what they say about themselves.  */
static enum tc_status
prepare_output (struct analysing *a, struct tc_error *err)
{
  const struct tc_experiment *experiment = a->program.experiment;
  struct tc_session *s = &a->session;
  const char *what = a->prompt.text != NULL ? "prompt" : a->run;
  enum tc_status status
    = choose_folder (a, a->flags.out, "data", what, &a->data_folder, err);
  if (status == TC_OK)
    status = choose_folder (a, a->flags.figures, "figures", what, &a->figure_folder, err);
  if (status == TC_OK)
    status = choose_others (a, &a->others_folder, err);
  if (status == TC_OK)
    status = tc_make_folder (a->data_folder, err);
  if (status == TC_OK)
    status = tc_make_folder (a->figure_folder, err);
  if (status != TC_OK)
    return status;
  a->provenance = tc_setup_provenance (&s->setup, experiment, &a->options, a->run);
  a->macro_prefix = make_macro_prefix (experiment->name, a->run);
  s->experiment = experiment;
  s->run = a->run;
  s->quiet = a->flags.quiet;
  s->data_folder = a->data_folder;
  s->figure_folder = a->figure_folder;
  s->others_folder = a->others_folder;
  s->provenance = a->provenance;
  if (a->provenance == NULL || a->macro_prefix == NULL)
    return tc_fail (err, TC_ENOMEM, "out of memory");
  return TC_OK;
}

/* Copies the stream to the file; both are small.  */
static enum tc_status
copy_stream (FILE *from, struct tc_file *to, const char *path, struct tc_error *err)
{
  char buffer[4096];
  size_t n;
  while ((n = fread (buffer, 1, sizeof buffer, from)) > 0)
    fwrite (buffer, 1, n, to->stream);
  if (!ferror (from))
    return tc_file_close (to, err);
  tc_file_abandon (to);
  return tc_fail (err, TC_EIO, "cannot read %s", path);
}

static enum tc_status
copy_run_json (const struct analysing *a, struct tc_error *err)
{
  struct tc_file to;
  char *source = tc_join (a->folder, "run.json"), *target = tc_join (a->data_folder, "run.json");
  FILE *from = source == NULL ? NULL : fopen (source, "rb");
  enum tc_status status = TC_OK;
  if (source == NULL || target == NULL)
    status = tc_fail (err, TC_ENOMEM, "out of memory");
  else if (from == NULL)
    status = tc_fail (err, TC_EIO, "cannot read %s: %s", source, strerror (errno));
  else
    status = tc_file_create (&to, target, err);
  if (status == TC_OK)
    status = copy_stream (from, &to, source, err);
  if (from != NULL)
    fclose (from);
  free (source);
  free (target);
  return status;
}

/* ---- The whole ---- */

/* The analysis with macros.tex open, which stays as it was unless all goes well. */
static enum tc_status
analyse_with_macros (struct analysing *a, tc_analysis_fn *analyse, struct tc_error *err)
{
  struct tc_macros macros;
  char *path = tc_join (a->data_folder, "macros.tex");
  if (path == NULL)
    return tc_fail (err, TC_ENOMEM, "out of memory");
  enum tc_status status = tc_macros_create (&macros, path, a->macro_prefix, err);
  free (path);
  if (status != TC_OK)
    return status;
  a->session.macros = &macros;
  status = analyse (&a->session, err);
  if (status == TC_OK)
    return tc_macros_close (&macros, err);
  tc_macros_abandon (&macros);
  return status;
}

static void
analysing_free (struct analysing *a)
{
  if (a->has_subject)
    tc_subject_free (&a->subject);
  if (a->has_task && a->program.experiment->free_task != NULL)
    a->program.experiment->free_task (&a->session.task);
  tc_compute_free (a->session.compute);
  tc_setup_free (&a->session.setup);
  tc_options_free (&a->command_line);
  tc_options_free (&a->options);
  free (a->run);
  free (a->folder);
  free (a->data_folder);
  free (a->figure_folder);
  free (a->others_folder);
  free (a->provenance);
  free (a->macro_prefix);
}

static enum tc_status
read_options (struct analysing *a, int argc, char **argv, struct tc_error *err)
{
  enum tc_status status = add_flags (a, err);
  if (status == TC_OK && a->program.experiment->name_token != NULL)
    status = tc_prompt_options (&a->prompt, &a->command_line, err);
  if (status == TC_OK)
    status = tc_setup_alloc (&a->session.setup, a->program.experiment, err);
  if (status == TC_OK)
    status = tc_setup_options (&a->session.setup, a->program.experiment, &a->options, err);
  if (status == TC_OK)
    status = tc_options_parse (&a->command_line, argc, argv, err);
  return status;
}

static int
run_analysis (struct analysing *a, int argc, char **argv, tc_analysis_fn *analyse)
{
  struct tc_error err;
  enum tc_status status = read_options (a, argc, argv, &err);
  if (status == TC_OK && a->flags.help)
    return print_help (a);
  if (status == TC_OK && a->flags.version)
    {
      tc_program_version (&a->program, stdout);
      return tc_program_close_stdout (&a->program);
    }
  if (status == TC_OK)
    status = read_run (a, &err);
  if (status == TC_OK)
    status = load (a, &err);
  if (status == TC_OK)
    status = prepare_output (a, &err);
  if (status == TC_OK && a->prompt.text != NULL)
    status = tc_prompt_answer (&a->session, &a->prompt, &err);
  else if (status == TC_OK)
    status = analyse_with_macros (a, analyse, &err);
  if (status == TC_OK)
    status = copy_run_json (a, &err);
  if (status != TC_OK)
    return tc_program_fail (&a->program, &err);
  if (!a->flags.quiet)
    fprintf (stderr, "%s: wrote %s and %s\n", a->program.name, a->data_folder,
             a->figure_folder);
  return 0;
}

int
tc_analyse_program (int argc, char **argv, const struct tc_experiment *experiment,
                    tc_analysis_fn *analyse)
{
  struct analysing analysing = { .program = tc_program_start (experiment, "analyse"),
                                 .flags = { .run = experiment->runs[0] } };
  tc_options_init (&analysing.command_line);
  tc_options_init (&analysing.options);
  int exit_status = run_analysis (&analysing, argc, argv, analyse);
  analysing_free (&analysing);
  return exit_status;
}
