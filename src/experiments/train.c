/* tc_train_program: the driver of every tc-<experiment>-train.  */

#include "experiments/program.h"

#include "experiments/frame.h"
#include "experiments/setup.h"
#include "report/progress.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Set by a signal, read by the trainer after each step.  */
static volatile sig_atomic_t stop_requested;

/* A second signal ends the program at once, unless it comes within a second of
   the first: timeout(1) and job schedulers signal a program and its group, so
   that one request arrives twice.  */
static void
request_stop (int signal_number)
{
  static time_t requested;
  time_t now = time (NULL);
  if (!stop_requested)
    requested = now;
  else if (now - requested > 1)
    {
      signal (signal_number, SIG_DFL);
      raise (signal_number);
    }
  stop_requested = 1;
}

/* A signal that was ignored (nohup, a shell's background job) stays ignored.  */
static void
catch_signal (int signal_number)
{
  struct sigaction old, action = { .sa_handler = request_stop, .sa_flags = SA_RESTART };
  sigemptyset (&action.sa_mask);
  if (sigaction (signal_number, NULL, &old) == 0 && old.sa_handler != SIG_IGN)
    sigaction (signal_number, &action, NULL);
}

/* The options that do not change a result.  */
struct flags
{
  const char *run, *config, *out;
  int threads;
  bool resume, quiet, help, version;
  uint64_t seed;
};

/* Everything one invocation owns.  */
struct training
{
  struct tc_program program;
  struct flags flags;
  struct tc_setup setup;
  struct tc_options options;
  char *run;                    /* its name */
  char *folder;
  struct tc_compute *compute;
  struct tc_task task;
  bool has_task;
  struct tc_subject subject;
  bool has_subject;
  char *run_json, *provenance, *label;
  struct tc_progress progress;
  bool progress_started;
  double last_loss;
};

/* ---- Options ---- */

static enum tc_status
add_flags (struct training *t, struct tc_error *err)
{
  struct flags *f = &t->flags;
  const struct tc_option rows[] = {
    { .name = "run", .kind = TC_OPT_STRING, .target = &f->run, .metavar = "NAME",
      .group = "Run", .help = "a shipped configuration" },
    { .name = "config", .kind = TC_OPT_STRING, .target = &f->config, .metavar = "FILE",
      .group = "Run", .help = "your own configuration; with --run, on top of it" },
    { .name = "seed", .kind = TC_OPT_SEED, .target = &f->seed, .min = 0, .max = UINT32_MAX,
      .metavar = "N", .group = "Run", .is_hyperparameter = true,
      .help = "sets --data-seed and --model-seed" },
    { .name = "out", .kind = TC_OPT_STRING, .target = &f->out, .metavar = "DIR",
      .group = "Run", .help = "run folder" },
    { .name = "threads", .kind = TC_OPT_INT, .target = &f->threads, .min = 0, .max = 1024,
      .metavar = "N", .group = "Run",
      .help = "threads; 0: all there are.  Results do not depend on it" },
    { .name = "checkpoint-every", .kind = TC_OPT_INT,
      .target = &t->setup.training.checkpoint_every, .min = 0, .max = 2147483647,
      .metavar = "N", .unit = "steps", .group = "Run",
      .help = "save all state every N steps; 0: only at the end and on Ctrl-C" },
    { .name = "resume", .kind = TC_OPT_BOOL, .target = &f->resume, .group = "Run",
      .help = "continue from the run folder's checkpoint, if there is one; without this, "
              "start afresh and forget it" },
    { .name = "quiet", .kind = TC_OPT_BOOL, .target = &f->quiet, .group = "Run",
      .help = "no progress on stderr" },
    { .name = "help", .kind = TC_OPT_BOOL, .target = &f->help, .group = "Run",
      .help = "show this help and exit" },
    { .name = "version", .kind = TC_OPT_BOOL, .target = &f->version, .group = "Run",
      .help = "show the version and exit" }
  };
  return tc_options_add (&t->options, sizeof rows / sizeof *rows, rows, err);
}

static enum tc_status
read_configuration (struct training *t, const char *path, struct tc_error *err)
{
  enum tc_status status = tc_options_read_file (&t->options, path, err);
  tc_setup_settle_seeds (&t->options);
  return status;
}

static enum tc_status
read_shipped (struct training *t, const char *run, struct tc_error *err)
{
  char *path;
  enum tc_status status = tc_program_find_run (&t->program, run, &path, err);
  if (status == TC_OK)
    status = read_configuration (t, path, err);
  free (path);
  return status;
}

/* A file's name without folder and .conf: the run's name.  */
static char *
name_of_file (const char *path)
{
  const char *slash = strrchr (path, '/');
  char *name = strdup (slash == NULL ? path : slash + 1);
  size_t n = name == NULL ? 0 : strlen (name);
  if (n > 5 && strcmp (name + n - 5, ".conf") == 0)
    name[n - 5] = '\0';
  return name;
}

/* Reads the files that the command line asks for and names the run.  */
static enum tc_status
read_files (struct training *t, struct tc_error *err)
{
  const struct flags *f = &t->flags;
  bool own_only = f->config != NULL && tc_options_find (&t->options, "run")->set_by == TC_BY_DEFAULT;
  enum tc_status status = TC_OK;
  tc_setup_settle_seeds (&t->options);
  t->run = own_only ? name_of_file (f->config) : strdup (f->run);
  if (t->run == NULL)
    status = tc_fail (err, TC_ENOMEM, "out of memory");
  if (status == TC_OK && !own_only)
    status = read_shipped (t, f->run, err);
  if (status == TC_OK && f->config != NULL)
    status = read_configuration (t, f->config, err);
  return status;
}

static enum tc_status
read_options (struct training *t, int argc, char **argv, struct tc_error *err)
{
  enum tc_status status = tc_setup_alloc (&t->setup, t->program.experiment, err);
  if (status == TC_OK)
    status = add_flags (t, err);
  if (status == TC_OK)
    status = tc_setup_options (&t->setup, t->program.experiment, &t->options, err);
  if (status == TC_OK)
    status = tc_options_parse (&t->options, argc, argv, err);
  if (status == TC_OK && t->flags.version)
    return TC_OK;
  if (status == TC_OK)
    status = read_files (t, err);
  if (status == TC_OK && t->flags.out == NULL)
    {
      t->folder = tc_program_folder (&t->program, "runs", t->run);
      t->flags.out = t->folder;
      if (t->folder == NULL)
        status = tc_fail (err, TC_ENOMEM, "out of memory");
    }
  return status;
}

/* ---- Help ---- */

static int
print_help (struct training *t)
{
  char description[1536];
  const struct tc_experiment *experiment = t->program.experiment;
  int n = snprintf (description, sizeof description,
                    "%.700s\n\nWrites run.json, loss.csv and model.safetensors into the run "
                    "folder. Defaults below are those of run '%.60s'. Runs:",
                    experiment->summary, t->run);
  for (const char *const *run = experiment->runs; *run != NULL; run++)
    n += snprintf (description + n, sizeof description - (size_t) n, " %.60s%s", *run,
                   run[1] == NULL ? "." : ",");
  t->flags.seed = t->setup.data_seed;
  t->flags.help = false;        /* not what it is by default */
  tc_options_help (&t->options, t->program.name, description, stdout);
  tc_program_help_end (stdout);
  return tc_program_close_stdout (&t->program);
}

static int
print_version (struct training *t)
{
  tc_program_version (&t->program, stdout);
  return tc_program_close_stdout (&t->program);
}

/* ---- Training ---- */

static void
show_progress (const struct tc_step_record *record, void *user)
{
  struct training *t = user;
  if (!t->progress_started)
    tc_progress_start (&t->progress, t->label, record->step, t->setup.training.steps,
                       t->flags.quiet);
  t->progress_started = true;
  t->last_loss = record->loss;
  tc_progress_update (&t->progress, record->step, record->loss);
}

/* An experiment's extra columns know the setup, not this driver.  */
static void
compute_extra (const struct tc_batch *batch, const tc_real *const *logits, double *values,
               void *user)
{
  struct training *t = user;
  t->program.experiment->extra (batch, logits, values, &t->setup);
}

/* Task, model and texts from the options.  */
static enum tc_status
prepare (struct training *t, struct tc_error *err)
{
  const struct tc_experiment *experiment = t->program.experiment;
  enum tc_status status = tc_setup_finish (&t->setup, experiment, err);
  if (status == TC_OK)
    status = tc_compute_alloc (&t->compute, getenv ("TC_KERNELS"), t->flags.threads, err);
  if (status != TC_OK)
    return status;
  status = experiment->make_task (&t->task, &t->setup, err);
  t->has_task = status == TC_OK;
  /* A run without test data need not say so.  */
  if (t->has_task && t->task.next_test == NULL
      && tc_options_find (&t->options, "test-every")->set_by == TC_BY_DEFAULT)
    t->setup.training.test_every = 0;
  if (status == TC_OK)
    status = tc_subject_alloc (&t->subject, t->compute, &t->setup, experiment, &t->task, err);
  t->has_subject = status == TC_OK;
  if (status == TC_OK)
    status = tc_setup_json (&t->setup, experiment, &t->options, t->run, &t->run_json, err);
  if (status != TC_OK)
    return status;
  t->provenance = tc_setup_provenance (&t->setup, experiment, &t->options, t->run);
  size_t n = strlen (experiment->name) + strlen (t->run) + 2;
  t->label = malloc (n);
  if (t->provenance == NULL || t->label == NULL)
    return tc_fail (err, TC_ENOMEM, "out of memory");
  snprintf (t->label, n, "%s %s", experiment->name, t->run);
  return TC_OK;
}

static enum tc_status
train (struct training *t, struct tc_error *err)
{
  const struct tc_experiment *experiment = t->program.experiment;
  char title[256];
  snprintf (title, sizeof title, "Training log of %.100s, run %.100s", experiment->name, t->run);
  catch_signal (SIGINT);
  catch_signal (SIGTERM);
  struct tc_trainer trainer = {
    .compute = t->compute, .learner = t->subject.learner, .task = t->task,
    .options = t->setup.training, .folder = t->flags.out, .run_json = t->run_json,
    .title = title, .provenance = t->provenance, .resume = t->flags.resume,
    .stop = &stop_requested, .progress = show_progress, .user = t,
    .n_extra = experiment->n_extra, .extra_names = experiment->extra_names,
    .extra_meanings = experiment->extra_meanings,
    .extra = experiment->extra == NULL ? NULL : compute_extra
  };
  enum tc_status status = tc_train (&trainer, err);
  if (t->progress_started)
    tc_progress_finish (&t->progress, t->last_loss);
  return status;
}

static void
training_free (struct training *t)
{
  if (t->has_subject)
    tc_subject_free (&t->subject);
  if (t->has_task && t->program.experiment->free_task != NULL)
    t->program.experiment->free_task (&t->task);
  tc_compute_free (t->compute);
  tc_options_free (&t->options);
  tc_setup_free (&t->setup);
  free (t->run);
  free (t->folder);
  free (t->run_json);
  free (t->provenance);
  free (t->label);
}

static int
run_training (struct training *t, int argc, char **argv)
{
  struct tc_error err;
  enum tc_status status = read_options (t, argc, argv, &err);
  if (status == TC_OK && t->flags.version)
    return print_version (t);
  if (status == TC_OK && t->flags.help)
    return print_help (t);
  if (status == TC_OK)
    status = prepare (t, &err);
  if (status == TC_OK)
    status = train (t, &err);
  if (status != TC_OK)
    return tc_program_fail (&t->program, &err);
  if (!t->flags.quiet)
    fprintf (stderr, "%s: wrote %s/model.safetensors\n", t->program.name, t->flags.out);
  return 0;
}

int
tc_train_program (int argc, char **argv, const struct tc_experiment *experiment)
{
  struct training training = { .program = tc_program_start (experiment, "train"),
                               .flags = { .run = experiment->runs[0] } };
  tc_options_init (&training.options);
  int exit_status = run_training (&training, argc, argv);
  training_free (&training);
  return exit_status;
}
