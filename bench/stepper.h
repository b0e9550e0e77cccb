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
};

/* The experiment's shipped configuration `run` with so many threads; TC_EINVAL
   where its model is not the decoder.  The process keeps the memory.  */
enum tc_status tc_stepper_alloc (struct tc_stepper *stepper,
                                 const struct tc_experiment *experiment, const char *run,
                                 const char *isa, int threads, struct tc_error *err)
  TC_MUST_USE;
enum tc_status tc_stepper_step (struct tc_stepper *stepper, struct tc_error *err) TC_MUST_USE;

#endif
