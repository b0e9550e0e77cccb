#ifndef TC_BENCH_STEPPER_H
#define TC_BENCH_STEPPER_H

#include "experiments/setup.h"
#include "training/optimizer.h"

/* One training run in memory that makes step after step as the trainer does:
   batch, forward, loss, backward, update, and the test loss where it is asked
   for; but without files.  */
struct tc_stepper
{
  const struct tc_experiment *experiment;
  struct tc_compute *compute;
  struct tc_setup setup;
  struct tc_task task;
  struct tc_subject subject;
  struct tc_run *run;
  struct tc_optimizer optimizer;
  const tc_real **rows;         /* [max_targets] */
  double *nll;                  /* [max_targets] */
  tc_real *dlogits;             /* [max_targets, d_vocab_out] */
  tc_real *grads;               /* [params] */
  bool tests;                   /* the test loss of every step, too */
  int step;
  double ms;                    /* per step, when last timed */
  struct tc_batch batch;        /* of the last step */
  double loss;                  /* its loss before the update */
};

/* What one step takes; the test loss included where it is asked for.  */
struct tc_step_cost
{
  struct tc_operations work;
  double bytes;                 /* traffic.h */
};

/* The experiment's shipped configuration `run` with so many threads; `changes`,
   NULL or a list that NULL ends, are options that differ ("--d-model=64").
   TC_EINVAL where the model is not the decoder.  Free with tc_stepper_free.  */
enum tc_status tc_stepper_alloc (struct tc_stepper *stepper,
                                 const struct tc_experiment *experiment, const char *run,
                                 char *const *changes, const char *isa, int threads,
                                 struct tc_error *err) TC_MUST_USE;
void tc_stepper_free (struct tc_stepper *stepper);
enum tc_status tc_stepper_step (struct tc_stepper *stepper, struct tc_error *err) TC_MUST_USE;

/* Makes a step and counts what it costs.  */
enum tc_status tc_stepper_count (struct tc_stepper *stepper, struct tc_step_cost *cost,
                                 struct tc_error *err) TC_MUST_USE;
/* Steps for about `seconds`, at least one: *ms per step.  A single thread counts
   its own time, so that what else runs on the machine does not.  */
enum tc_status tc_stepper_time (struct tc_stepper *stepper, double seconds, double *ms,
                                struct tc_error *err) TC_MUST_USE;

#endif
