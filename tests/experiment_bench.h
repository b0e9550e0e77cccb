#ifndef TC_TESTS_EXPERIMENT_BENCH_H
#define TC_TESTS_EXPERIMENT_BENCH_H

/* An experiment's run as its programs set it up: a test makes or reads a
   configuration, changes what it likes, opens it and trains some steps.  */

#include "experiments/experiment.h"
#include "experiments/setup.h"
#include "report/csv.h"
#include "training/trainer.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct tc_error error;
#define OK(call) cr_assert_eq ((call), TC_OK, "%s", error.message)

struct bench
{
  const struct tc_experiment *experiment;
  struct tc_setup setup;
  struct tc_compute *compute;
  struct tc_task task;
  struct tc_subject subject;
};

/* The experiment's defaults.  */
static inline void
bench_start (struct bench *bench, const struct tc_experiment *experiment)
{
  *bench = (struct bench) { .experiment = experiment };
  OK (tc_setup_alloc (&bench->setup, experiment, &error));
}

/* A shipped configuration.  */
static inline void
bench_read (struct bench *bench, const struct tc_experiment *experiment, const char *run)
{
  const char *srcdir = getenv ("srcdir");
  char path[512];
  struct tc_options options;
  uint64_t seed = UINT64_MAX;
  const struct tc_option row = { .name = "seed", .kind = TC_OPT_SEED, .target = &seed,
                                 .max = UINT32_MAX, .is_hyperparameter = true };
  bench_start (bench, experiment);
  snprintf (path, sizeof path, "%s/src/experiments/%s/%s.conf", srcdir == NULL ? "." : srcdir,
            experiment->name, run);
  tc_options_init (&options);
  OK (tc_options_add (&options, 1, &row, &error));
  OK (tc_setup_options (&bench->setup, experiment, &options, &error));
  OK (tc_options_read_file (&options, path, &error));
  if (seed != UINT64_MAX)
    bench->setup.data_seed = bench->setup.model_seed = seed;
  tc_options_free (&options);
}

/* Task and fresh model of what was set up; close it.  */
static inline void
bench_open (struct bench *bench)
{
  const struct tc_experiment *experiment = bench->experiment;
  OK (tc_setup_finish (&bench->setup, experiment, &error));
  OK (tc_compute_alloc (&bench->compute, NULL, 1, &error));
  OK (experiment->make_task (&bench->task, &bench->setup, &error));
  OK (tc_subject_alloc (&bench->subject, bench->compute, &bench->setup, experiment,
                        &bench->task, &error));
}

static inline void
bench_close (struct bench *bench)
{
  tc_subject_free (&bench->subject);
  bench->experiment->free_task (&bench->task);
  tc_setup_free (&bench->setup);
  tc_compute_free (bench->compute);
}

/* Trains an open bench for so many steps and reads the log.  */
static inline void
bench_train (struct bench *bench, int steps, struct tc_table *log)
{
  const struct tc_experiment *experiment = bench->experiment;
  char folder[64] = "/tmp/tc-test-XXXXXX", path[128];
  cr_assert_not_null (mkdtemp (folder));
  struct tc_trainer trainer = {
    .compute = bench->compute, .learner = bench->subject.learner, .task = bench->task,
    .options = bench->setup.training, .title = "a test", .folder = folder, .run_json = "{}",
    .user = &bench->setup, .n_extra = experiment->n_extra,
    .extra_names = experiment->extra_names, .extra_meanings = experiment->extra_meanings,
    .extra = experiment->extra
  };
  trainer.options.steps = steps;
  trainer.options.snapshot_every = 0;
  trainer.options.checkpoint_every = 0;
  trainer.options.stop_below = -1;
  OK (tc_train (&trainer, &error));
  snprintf (path, sizeof path, "%s/loss.csv", folder);
  OK (tc_table_read (log, path, &error));
  cr_assert_eq (log->n_rows, (size_t) steps);
  snprintf (path, sizeof path, "rm -rf %s", folder);
  cr_assert_eq (system (path), 0);
}

static inline double
logged (const struct tc_table *log, const char *column, size_t row)
{
  int at = tc_table_column (log, column);
  cr_assert_geq (at, 0, "no column %s", column);
  return log->value[row * log->n_columns + (size_t) at];
}

#endif
