#ifndef TC_TRAINING_TRAINER_H
#define TC_TRAINING_TRAINER_H

#include "numerics/compute.h"
#include "numerics/error.h"
#include "training/learner.h"
#include "training/optimizer.h"
#include "training/schedule.h"
#include "training/task.h"

#include <signal.h>
#include <stdbool.h>

/* The training loop and its run folder:
     run.json            every option, seed, version, numerics id
     loss.csv            step,loss,<groups>,test_loss,...   (loss.csv.part while running)
     checkpoint.safetensors   parameters, moments, schedule, task state, log length
     snapshots/step-000100.safetensors    parameters only, every snapshot_every
     model.safetensors   the result
   Writing is atomic; a run stopped at any moment resumes from its last
   checkpoint and ends in the same bytes.  */

struct tc_training_options
{
  int steps;
  int log_every;                /* 1: every step */
  int test_every;               /* test batch at steps divisible by it; 0: never */
  bool test_after_update;       /* TransformerLens's demo measures after the update */
  int checkpoint_every;         /* 0: only at the end and when interrupted */
  int snapshot_every;           /* 0: none; step 0 is the initialisation */
  double stop_below;            /* stop when test loss falls below; negative: never */
  struct tc_optimizer_options optimizer;
  struct tc_schedule schedule;
};

/* What a step tells whoever watches.  */
struct tc_step_record
{
  int step;
  double loss, lr, grad_norm;   /* grad_norm is NaN unless clipping is on */
  double test_loss;             /* NaN where not measured */
  const double *group_loss, *test_group_loss;  /* [n_groups], NaN: no such target */
};

struct tc_trainer
{
  struct tc_compute *compute;
  struct tc_learner learner;
  struct tc_task task;
  struct tc_training_options options;
  const char *folder;           /* run folder, created if missing */
  const char *run_json;         /* its text; also the identity a resume checks */
  bool resume;
  /* Set from a signal handler: finish the step, save a checkpoint, return
     TC_EINTERRUPTED.  May be NULL.  */
  const volatile sig_atomic_t *stop;
  /* Called after each step, for a progress bar; may be NULL.  */
  void (*progress) (const struct tc_step_record *record, void *user);
  void *user;
  /* Extra log columns an experiment computes from the batch and the logits of
     its targets (accuracies, say); may be 0 / NULL.  Called on logged steps,
     before the update.  */
  size_t n_extra;
  const char *const *extra_names;
  void (*extra) (const struct tc_batch *batch, const tc_real *const *logits,
                 double *values, void *user);
};

/* Trains from the current parameters (or the checkpoint) to the end.
   TC_ENONFINITE names the step, the first non-finite tensor and the last good
   checkpoint.  */
enum tc_status tc_train (struct tc_trainer *trainer, struct tc_error *err) TC_MUST_USE;

/* The decoder as a learner; the run is TC_ROWS_NEEDED and sized for the task. */
struct tc_decoder;
struct tc_model;
enum tc_status tc_decoder_alloc (struct tc_decoder **out, struct tc_compute *compute,
                                 struct tc_model *model, const struct tc_task *task,
                                 struct tc_learner *learner, struct tc_error *err)
  TC_MUST_USE;
void tc_decoder_free (struct tc_decoder *decoder);

#endif
