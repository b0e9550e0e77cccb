/* tc-bench-steps: milliseconds per training step of an experiment's run, whole
   steps as the trainer makes them (batch, forward, loss, backward, update) but
   without its files.  The rows have the columns of bench/pytorch.py.  */

#include "cli/options.h"
#include "experiments/frame.h"
#include "experiments/setup.h"
#include "experiments/skip-trigram/experiment.h"
#include "numerics/compute.h"
#include "training/loss.h"
#include "training/optimizer.h"
#include "training/schedule.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST_REPEATS = 99 };

/* Every experiment that can be measured.  */
static const struct tc_experiment *const experiments[] = { &tc_skip_trigram_experiment };
enum { N_EXPERIMENTS = sizeof experiments / sizeof *experiments };

struct flags
{
  const char *experiment, *run;
  int threads, steps, repeats;
  bool help;
};

/* One training run in memory.  */
struct bench
{
  struct tc_compute *compute;
  struct tc_setup setup;
  struct tc_task task;
  struct tc_subject subject;
  struct tc_optimizer optimizer;
  const tc_real **rows;         /* [max_targets] */
  double *nll;                  /* [max_targets] */
  tc_real *dlogits;             /* [max_targets, d_vocab_out] */
  tc_real *grads;               /* [params] */
  int step;
};

static enum tc_status
one_step (struct bench *b, struct tc_error *err)
{
  struct tc_batch batch;
  struct tc_learner *learner = &b->subject.learner;
  enum tc_status status = b->task.next (b->task.self, &batch, err);
  if (status == TC_OK)
    status = learner->forward (learner->self, &batch, b->rows, err);
  if (status != TC_OK)
    return status;
  tc_cross_entropy (b->compute, batch.n_targets, learner->d_vocab_out, b->rows, batch.target,
                    batch.loss_scale, b->nll, b->dlogits);
  learner->backward (learner->self, b->dlogits, b->grads);
  if (b->setup.training.optimizer.max_grad_norm > 0)
    tc_clip_gradients (b->compute, learner->params, b->grads,
                       b->setup.training.optimizer.max_grad_norm);
  double lr = tc_schedule_lr (&b->setup.training.schedule, b->setup.training.optimizer.lr,
                              b->step++);
  tc_optimizer_step (b->compute, &b->optimizer, learner->params, b->grads, lr);
  return TC_OK;
}

static double
seconds (void)
{
  struct timespec now;
  clock_gettime (CLOCK_MONOTONIC, &now);
  return (double) now.tv_sec + 1e-9 * (double) now.tv_nsec;
}

static int
by_value (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;
  return (x > y) - (x < y);
}

/* Times `repeats` stretches of `steps` steps after a warm-up and prints a row.  */
static enum tc_status
measure (struct bench *b, const struct flags *f, struct tc_error *err)
{
  double ms[MOST_REPEATS];
  enum tc_status status = TC_OK;
  for (int i = 0; i < 10 + f->steps / 10 && status == TC_OK; i++)
    status = one_step (b, err);
  for (int r = 0; r < f->repeats && status == TC_OK; r++)
    {
      double start = seconds ();
      for (int i = 0; i < f->steps && status == TC_OK; i++)
        status = one_step (b, err);
      ms[r] = (seconds () - start) * 1e3 / f->steps;
    }
  if (status != TC_OK)
    return status;
  qsort (ms, (size_t) f->repeats, sizeof *ms, by_value);
  printf ("%s,toycircuits,%s,%d,%.4f,%.4f,%.4f,%d\n", f->experiment,
          tc_compute_isa (b->compute), tc_compute_threads (b->compute), ms[f->repeats / 2],
          ms[0], ms[f->repeats - 1], f->repeats);
  return TC_OK;
}

static enum tc_status
bench_alloc (struct bench *b, const struct tc_experiment *experiment, struct tc_error *err)
{
  enum tc_status status = experiment->make_task (&b->task, &b->setup, err);
  if (status == TC_OK)
    status = tc_subject_alloc (&b->subject, b->compute, &b->setup, experiment, &b->task, err);
  if (status != TC_OK)
    return status;
  size_t n = b->task.max_targets, count = b->subject.learner.params->count;
  b->rows = calloc (n + 1, sizeof *b->rows);
  b->nll = calloc (n + 1, sizeof *b->nll);
  b->dlogits = calloc (n * b->subject.learner.d_vocab_out + 1, sizeof *b->dlogits);
  b->grads = calloc (count + 1, sizeof *b->grads);
  if (b->rows == NULL || b->nll == NULL || b->dlogits == NULL || b->grads == NULL)
    return tc_fail (err, TC_ENOMEM, "out of memory");
  return tc_optimizer_alloc (&b->optimizer, &b->setup.training.optimizer, count, err);
}

/* The run's shipped configuration.  */
static enum tc_status
configure (struct bench *b, const struct tc_experiment *experiment, const struct flags *f,
           struct tc_options *options, struct tc_error *err)
{
  struct tc_program program = tc_program_start (experiment, "train");
  uint64_t seed = 0;
  const struct tc_option row = { .name = "seed", .kind = TC_OPT_SEED, .target = &seed,
                                 .min = 0, .max = UINT32_MAX, .metavar = "N",
                                 .group = "Run", .is_hyperparameter = true,
                                 .help = "data and model seed" };
  char *path = NULL;
  enum tc_status status = tc_setup_alloc (&b->setup, experiment, err);
  if (status == TC_OK)
    status = tc_options_add (options, 1, &row, err);
  if (status == TC_OK)
    status = tc_setup_options (&b->setup, experiment, options, err);
  if (status == TC_OK)
    status = tc_program_find_run (&program, f->run, &path, err);
  if (status == TC_OK)
    status = tc_options_read_file (options, path, err);
  if (status == TC_OK)
    status = tc_setup_finish (&b->setup, experiment, err);
  free (path);
  return status;
}

static enum tc_status
read_flags (struct flags *f, struct tc_options *options, int argc, char **argv,
            struct tc_error *err)
{
  const struct tc_option rows[] = {
    { .name = "experiment", .kind = TC_OPT_STRING, .target = &f->experiment,
      .metavar = "NAME", .group = "Measurement", .help = "whose step" },
    { .name = "run", .kind = TC_OPT_STRING, .target = &f->run, .metavar = "NAME",
      .group = "Measurement", .help = "a shipped configuration" },
    { .name = "threads", .kind = TC_OPT_INT, .target = &f->threads, .min = 0, .max = 1024,
      .metavar = "N", .group = "Measurement", .help = "threads; 0: all there are" },
    { .name = "steps", .kind = TC_OPT_INT, .target = &f->steps, .min = 1, .max = 1000000,
      .metavar = "N", .unit = "steps", .group = "Measurement", .help = "steps per repeat" },
    { .name = "repeats", .kind = TC_OPT_INT, .target = &f->repeats, .min = 1,
      .max = MOST_REPEATS, .metavar = "N", .group = "Measurement",
      .help = "repeats, of which the median, least and greatest are printed" },
    { .name = "help", .kind = TC_OPT_BOOL, .target = &f->help, .group = "Measurement",
      .help = "show this help and exit" }
  };
  enum tc_status status = tc_options_add (options, sizeof rows / sizeof *rows, rows, err);
  return status == TC_OK ? tc_options_parse (options, argc, argv, err) : status;
}

static const struct tc_experiment *
find_experiment (const char *name)
{
  for (int i = 0; i < N_EXPERIMENTS; i++)
    if (strcmp (experiments[i]->name, name) == 0)
      return experiments[i];
  return NULL;
}

static enum tc_status
run_bench (const struct flags *f, struct tc_error *err)
{
  const struct tc_experiment *experiment = find_experiment (f->experiment);
  if (experiment == NULL)
    return tc_fail (err, TC_EINVAL, "unknown experiment '%s'", f->experiment);
  struct bench bench = { .step = 0 };
  struct tc_options options;
  tc_options_init (&options);
  enum tc_status status = configure (&bench, experiment, f, &options, err);
  if (status == TC_OK)
    status = tc_compute_alloc (&bench.compute, getenv ("TC_KERNELS"), f->threads, err);
  if (status == TC_OK)
    status = bench_alloc (&bench, experiment, err);
  if (status == TC_OK)
    status = measure (&bench, f, err);
  /* The process ends here; the system takes the memory back.  */
  return status;
}

int
main (int argc, char **argv)
{
  struct flags flags = { .experiment = "skip-trigram", .run = "infinite", .steps = 1000,
                         .repeats = 7 };
  struct tc_options options;
  struct tc_error err;
  tc_options_init (&options);
  enum tc_status status = read_flags (&flags, &options, argc, argv, &err);
  if (status == TC_OK && flags.help)
    tc_options_help (&options, "tc-bench-steps",
                     "Milliseconds per training step, as CSV: run, framework, instruction "
                     "set, threads, median, least, greatest, repeats. TC_KERNELS chooses the "
                     "instruction set.", stdout);
  else if (status == TC_OK)
    status = run_bench (&flags, &err);
  if (status != TC_OK)
    fprintf (stderr, "tc-bench-steps: %s\n", err.message);
  tc_options_free (&options);
  return tc_exit_status (status);
}
