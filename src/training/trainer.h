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
     loss.csv            one row per logged step (below)
     snapshots/step-000100.safetensors    parameters after 100 updates
     model.safetensors   the result
     checkpoint.safetensors   all state: parameters, moments, schedule, task state,
                         log length; a hash finds any damage
   While a run goes on it writes loss.csv.part, snapshots.part/ and the
   checkpoint; what an earlier run left in the folder stays untouched until the
   new one has ended and is published in one go.  Writing is atomic; a run
   stopped at any moment resumes from its last checkpoint and ends in the same
   bytes.

   loss.csv has the columns
     step, loss, loss_<group> ..., [test_loss, test_loss_<group> ...,
     test_<measure> ...], [lr], [grad_norm], [<extra> ...]
   with test columns if test_every > 0, lr if the schedule is plateau or cosine,
   grad_norm if gradients are clipped.  Row `step` tells of the model after
   `step` updates: row 0 is the loss of the initial parameters.  A mean over no
   target is an empty cell.  */

struct tc_training_options
{
  int steps;
  int log_every;                /* 1: every step */
  int test_every;               /* test batch at steps divisible by it; 0: never */
  bool test_after_update;       /* TransformerLens's demo measures after the update */
  int checkpoint_every;         /* 0: only at the end and when interrupted */
  int snapshot_every;           /* 0: none; step 0 is the initialisation */
  double stop_below;            /* stop after the step whose test loss is below; negative: never */
  struct tc_optimizer_options optimizer;
  struct tc_schedule schedule;
};

/* What a step tells whoever watches.  */
struct tc_step_record
{
  int step;
  double loss, lr, grad_norm;   /* grad_norm is NaN unless clipping is on */
  double test_loss;             /* NaN where not measured */
  const double *group_loss, *test_group_loss;  /* [n_groups], mean of -log p of the
                                   group's targets; NaN: none, or the step is not
                                   logged */
  const double *test_measures;  /* [n_measures]; NaN where not measured */
};

struct tc_trainer
{
  struct tc_compute *compute;
  struct tc_learner learner;
  struct tc_task task;
  struct tc_training_options options;
  const char *folder;           /* run folder, created if missing */
  const char *run_json;         /* its text; also the identity a resume checks */
  const char *title;            /* first comment line of loss.csv */
  const char *provenance;       /* last comment lines of loss.csv; may be NULL */
  bool resume;                  /* from the folder's checkpoint, if there is one;
                                   otherwise the run starts afresh and an unfinished
                                   one in the folder is lost */
  /* Set from a signal handler: finish the step, save a checkpoint, return
     TC_EINTERRUPTED.  May be NULL.  */
  const volatile sig_atomic_t *stop;
  /* Called after each step, for a progress bar; may be NULL.  The first call of
     a resumed run has the step it resumed at.  */
  void (*progress) (const struct tc_step_record *record, void *user);
  void *user;
  /* Extra log columns an experiment computes from the batch and the logits of
     its targets (accuracies, say); may be 0 / NULL.  Called on logged steps,
     before the update.  */
  size_t n_extra;
  const char *const *extra_names, *const *extra_meanings;
  void (*extra) (const struct tc_batch *batch, const tc_real *const *logits,
                 double *values, void *user);
};

/* Trains from the current parameters (or the checkpoint) to the end.
   TC_ENONFINITE names the step, the first non-finite tensor and the last good
   checkpoint; TC_EINTERRUPTED says where the state was saved; TC_EINVAL: a
   checkpoint belongs to a run with other options, named.  After the first step
   a step allocates nothing.  */
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
