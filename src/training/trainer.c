#include "training/trainer.h"

#include "numerics/file.h"
#include "numerics/memory.h"
#include "training/checkpoint.h"
#include "training/columns.h"
#include "training/folder.h"
#include "training/log.h"
#include "training/loss.h"
#include "transformer/safetensors.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One run while it goes on.  */
struct loop
{
  const struct tc_trainer *trainer;
  struct tc_task task;
  struct tc_optimizer optimizer;
  struct tc_schedule schedule;
  struct tc_log log;
  int step;                     /* updates made */
  bool is_over;                 /* stop_below was reached, or the task is content */
  int saved_step;               /* of the last checkpoint; -1: none */

  const tc_real **rows;         /* [max_targets] each target's logits */
  double *nll;                  /* [max_targets] */
  tc_real *dlogits;             /* [max_targets, d_vocab_out] */
  tc_real *grads;               /* [params->count] */
  double *groups, *test_groups; /* [n_groups] */
  size_t *group_count;          /* [n_groups] */
  double *measures;             /* [n_measures] */
  double *extra;                /* [n_extra] */
  uint32_t *task_state;         /* [n_state] */
  char *row;                    /* text of a log row */
  char *checkpoint_path;
};

/* ---- Memory ---- */

static void
loop_free (struct loop *loop)
{
  tc_optimizer_free (&loop->optimizer);
  tc_log_close (&loop->log);
  free (loop->rows);
  free (loop->nll);
  free (loop->dlogits);
  free (loop->grads);
  free (loop->groups);
  free (loop->test_groups);
  free (loop->group_count);
  free (loop->measures);
  free (loop->extra);
  free (loop->task_state);
  free (loop->row);
  free (loop->checkpoint_path);
}

static enum tc_status
loop_alloc (struct loop *loop, const struct tc_trainer *trainer, struct tc_error *err)
{
  const struct tc_task *task = &trainer->task;
  size_t n = task->max_targets, count = trainer->learner.params->count;
  *loop = (struct loop) {
    .trainer = trainer, .task = *task, .schedule = trainer->options.schedule,
    .saved_step = -1,
    .rows = calloc (n + 1, sizeof *loop->rows),
    .nll = calloc (n + 1, sizeof *loop->nll),
    .dlogits = tc_reals_alloc (n * trainer->learner.d_vocab_out),
    .grads = tc_reals_zeroed (count),
    .groups = calloc (task->n_groups + 1, sizeof *loop->groups),
    .test_groups = calloc (task->n_groups + 1, sizeof *loop->test_groups),
    .group_count = calloc (task->n_groups + 1, sizeof *loop->group_count),
    .measures = calloc (task->n_measures + 1, sizeof *loop->measures),
    .extra = calloc (trainer->n_extra + 1, sizeof *loop->extra),
    .task_state = calloc (task->n_state + 1, sizeof *loop->task_state),
    .row = malloc (tc_columns_row_size (trainer)),
    .checkpoint_path = tc_join (trainer->folder, "checkpoint.safetensors")
  };
  tc_schedule_start (&loop->schedule);
  enum tc_status status = TC_OK;
  if (loop->rows == NULL || loop->nll == NULL || loop->dlogits == NULL
      || loop->grads == NULL || loop->groups == NULL || loop->test_groups == NULL
      || loop->group_count == NULL || loop->measures == NULL || loop->extra == NULL
      || loop->task_state == NULL || loop->row == NULL || loop->checkpoint_path == NULL)
    status = tc_fail (err, TC_ENOMEM, "no memory for training with %zu parameters", count);
  if (status == TC_OK)
    status = tc_optimizer_alloc (&loop->optimizer, &trainer->options.optimizer, count, err);
  if (status != TC_OK)
    loop_free (loop);
  return status;
}

/* ---- Finiteness ---- */

/* The first parameter tensor with a NaN or an infinity, or NULL.  */
static const struct tc_tensor *
first_non_finite (const struct tc_params *params)
{
  for (size_t i = 0; i < params->n_tensors; i++)
    {
      const struct tc_tensor *tensor = &params->tensors[i];
      for (size_t j = 0; j < tensor->count; j++)
        {
          tc_real x = params->data[tensor->offset + j];
          if (x - x != 0)
            return tensor;
        }
    }
  return NULL;
}

/* What went wrong at the present step, and where to go back to.  */
static enum tc_status
non_finite (const struct loop *loop, const char *what, struct tc_error *err)
{
  const struct tc_tensor *tensor = first_non_finite (loop->trainer->learner.params);
  char culprit[128], saved[300];
  if (tensor != NULL)
    snprintf (culprit, sizeof culprit, "tensor %s is the first that is not finite",
              tensor->name);
  else
    snprintf (culprit, sizeof culprit, "all parameters are finite, the logits are not");
  if (loop->saved_step >= 0)
    snprintf (saved, sizeof saved, "the last good checkpoint is %.200s, of step %d",
              loop->checkpoint_path, loop->saved_step);
  else
    snprintf (saved, sizeof saved, "there is no checkpoint yet");
  return tc_fail (err, TC_ENONFINITE, "%s at step %d: %s; %s", what, loop->step, culprit,
                  saved);
}

/* ---- Checkpoints and results ---- */

static struct tc_checkpoint
checkpoint_of (struct loop *loop)
{
  return (struct tc_checkpoint) {
    .run_json = loop->trainer->run_json, .params = loop->trainer->learner.params,
    .optimizer = &loop->optimizer, .schedule = &loop->schedule, .task = &loop->task,
    .task_state = loop->task_state, .step = loop->step, .is_over = loop->is_over,
    .log_bytes = loop->log.n_bytes, .log_hash = loop->log.hash
  };
}

/* Saves the state, never one with a parameter that is not finite.  */
static enum tc_status
save_checkpoint (struct loop *loop, struct tc_error *err)
{
  if (first_non_finite (loop->trainer->learner.params) != NULL)
    return non_finite (loop, "a parameter is not finite", err);
  struct tc_checkpoint checkpoint = checkpoint_of (loop);
  enum tc_status status = tc_log_sync (&loop->log, err);
  if (status == TC_OK && loop->trainer->options.snapshot_every > 0)
    status = tc_file_sync_all (loop->trainer->folder, err);
  if (status == TC_OK)
    status = tc_checkpoint_save (&checkpoint, loop->checkpoint_path, err);
  if (status == TC_OK)
    loop->saved_step = loop->step;
  return status;
}

static enum tc_status
resume (struct loop *loop, struct tc_error *err)
{
  struct tc_checkpoint checkpoint = checkpoint_of (loop);
  enum tc_status status = tc_checkpoint_load (&checkpoint, loop->checkpoint_path, err);
  if (status != TC_OK)
    return status;
  loop->step = loop->saved_step = checkpoint.step;
  loop->is_over = checkpoint.is_over;
  return tc_log_resume (&loop->log, loop->trainer->folder, checkpoint.log_bytes,
                        checkpoint.log_hash, err);
}

static enum tc_status
start (struct loop *loop, struct tc_error *err)
{
  const char *folder = loop->trainer->folder;
  enum tc_status status = tc_make_folder (folder, err);
  if (status != TC_OK)
    return status;
  if (loop->trainer->resume && access (loop->checkpoint_path, F_OK) == 0)
    return resume (loop, err);
  status = tc_folder_clear_unfinished (folder, err);
  if (status == TC_OK)
    status = tc_log_create (&loop->log, folder, err);
  if (status == TC_OK)
    status = tc_columns_write_header (loop->trainer, &loop->log, err);
  return status;
}

/* Keeps the parameters after `step` updates if that step is to be kept.  */
static enum tc_status
save_snapshot (struct loop *loop, struct tc_error *err)
{
  int every = loop->trainer->options.snapshot_every;
  if (every == 0 || loop->step % every != 0)
    return TC_OK;
  char *path = tc_folder_snapshot (loop->trainer->folder, loop->step, err);
  if (path == NULL)
    return err != NULL ? err->status : TC_EIO;
  /* Not synced: the next checkpoint does it for all of them.  */
  const struct tc_learner *learner = &loop->trainer->learner;
  enum tc_status status
    = tc_params_save_unsynced (path, learner->params, learner->config, 0, NULL, err);
  free (path);
  return status;
}

static enum tc_status
save_model (const struct loop *loop, struct tc_error *err)
{
  const struct tc_learner *learner = &loop->trainer->learner;
  char *path = tc_join (loop->trainer->folder, "model.safetensors");
  if (path == NULL)
    return tc_fail (err, TC_ENOMEM, "out of memory");
  enum tc_status status
    = tc_params_save (path, learner->params, learner->config, 0, NULL, err);
  free (path);
  return status;
}

static enum tc_status
write_run_json (const struct loop *loop, struct tc_error *err)
{
  struct tc_file file;
  char *path = tc_join (loop->trainer->folder, "run.json");
  if (path == NULL)
    return tc_fail (err, TC_ENOMEM, "out of memory");
  enum tc_status status = tc_file_create (&file, path, err);
  if (status == TC_OK)
    {
      fputs (loop->trainer->run_json, file.stream);
      status = tc_file_close (&file, err);
    }
  free (path);
  return status;
}

/* Makes the finished run the folder's result.  Each piece replaces the earlier
   one in an instant; the model comes last and marks the run as complete.
   Stopped in between, a resumed run does it again.  */
static enum tc_status
publish (struct loop *loop, struct tc_error *err)
{
  const struct tc_trainer *trainer = loop->trainer;
  enum tc_status status = save_checkpoint (loop, err);
  if (status == TC_OK)
    status = tc_folder_publish_snapshots (trainer->folder,
                                          trainer->options.snapshot_every > 0, err);
  if (status == TC_OK)
    status = tc_log_publish (&loop->log, err);
  if (status == TC_OK)
    status = write_run_json (loop, err);
  if (status == TC_OK)
    status = save_model (loop, err);
  return status;
}

/* ---- A step ---- */

/* Mean of nll over each group's targets; NaN for a group without any.  */
static void
mean_by_group (struct loop *loop, const struct tc_batch *batch, double *mean)
{
  size_t n_groups = loop->task.n_groups;
  for (size_t g = 0; g < n_groups; g++)
    {
      mean[g] = 0.0;
      loop->group_count[g] = 0;
    }
  for (size_t i = 0; batch->target_group != NULL && i < batch->n_targets; i++)
    {
      mean[batch->target_group[i]] += loop->nll[i];
      loop->group_count[batch->target_group[i]]++;
    }
  for (size_t g = 0; g < n_groups; g++)
    mean[g] = loop->group_count[g] == 0 ? __builtin_nan ("")
                                        : mean[g] / (double) loop->group_count[g];
}

static void
fill_nan (size_t n, double *x)
{
  for (size_t i = 0; i < n; i++)
    x[i] = __builtin_nan ("");
}

/* Runs the model on a batch: its loss, the groups' losses unless `groups` is
   NULL, and d loss / d logits if `dlogits` is not.  */
static enum tc_status
measure (struct loop *loop, const struct tc_batch *batch, tc_real *dlogits, double *loss,
         double *groups, struct tc_error *err)
{
  const struct tc_trainer *trainer = loop->trainer;
  const struct tc_learner *learner = &trainer->learner;
  if (batch->n_targets > loop->task.max_targets)
    return tc_fail (err, TC_EINVAL, "a batch has %zu targets, the task announced %zu",
                    batch->n_targets, loop->task.max_targets);
  enum tc_status status = learner->forward (learner->self, batch, loop->rows, err);
  if (status != TC_OK)
    return status;
  tc_cross_entropy (trainer->compute, batch->n_targets, learner->d_vocab_out, loop->rows,
                    batch->target, batch->loss_scale, loop->nll, dlogits);
  *loss = batch->loss_scale * tc_sum (batch->n_targets - batch->n_unscored, loop->nll);
  if (groups != NULL)
    mean_by_group (loop, batch, groups);
  return TC_OK;
}

static enum tc_status
test (struct loop *loop, struct tc_step_record *record, struct tc_error *err)
{
  struct tc_batch batch;
  enum tc_status status = loop->task.next_test (loop->task.self, &batch, err);
  if (status == TC_OK)
    status = measure (loop, &batch, NULL, &record->test_loss, loop->test_groups, err);
  if (status == TC_OK && record->test_loss - record->test_loss != 0.0)
    status = non_finite (loop, "the test loss is not finite", err);
  if (status == TC_OK && loop->task.n_measures > 0)
    loop->is_over = loop->task.measure (loop->task.self, &batch,
                                        (const tc_real *const *) loop->rows, loop->measures);
  return status;
}

/* Loss and gradients of the next batch.  */
static enum tc_status
learn (struct loop *loop, struct tc_step_record *record, bool is_logged, struct tc_error *err)
{
  const struct tc_trainer *trainer = loop->trainer;
  struct tc_batch batch;
  enum tc_status status = loop->task.next (loop->task.self, &batch, err);
  if (status == TC_OK)
    status = measure (loop, &batch, loop->dlogits, &record->loss,
                      is_logged ? loop->groups : NULL, err);
  if (status != TC_OK)
    return status;
  if (record->loss - record->loss != 0.0)
    return non_finite (loop, "the loss is not finite", err);
  if (is_logged && trainer->n_extra > 0)
    trainer->extra (&batch, (const tc_real *const *) loop->rows, loop->extra, trainer->user);
  trainer->learner.backward (trainer->learner.self, loop->dlogits, loop->grads);
  return TC_OK;
}

static void
update (struct loop *loop, struct tc_step_record *record)
{
  const struct tc_trainer *trainer = loop->trainer;
  const struct tc_optimizer_options *options = &trainer->options.optimizer;
  struct tc_params *params = trainer->learner.params;
  if (options->max_grad_norm > 0.0)
    record->grad_norm = tc_clip_gradients (trainer->compute, params, loop->grads,
                                           options->max_grad_norm);
  record->lr = tc_schedule_lr (&loop->schedule, options->lr, loop->step);
  tc_optimizer_step (trainer->compute, &loop->optimizer, params, loop->grads, record->lr);
  tc_schedule_observe (&loop->schedule, options->lr, record->loss);
}

/* [step] */
static enum tc_status
do_step (struct loop *loop, struct tc_error *err)
{
  const struct tc_training_options *options = &loop->trainer->options;
  bool is_logged = loop->step % options->log_every == 0;
  bool is_tested = options->test_every > 0 && loop->step % options->test_every == 0;
  struct tc_step_record record = {
    .step = loop->step, .grad_norm = __builtin_nan (""), .test_loss = __builtin_nan (""),
    .group_loss = loop->groups, .test_group_loss = loop->test_groups,
    .test_measures = loop->measures
  };
  if (!is_logged)
    fill_nan (loop->task.n_groups, loop->groups);
  if (!is_tested)
    {
      fill_nan (loop->task.n_groups, loop->test_groups);
      fill_nan (loop->task.n_measures, loop->measures);
    }

  enum tc_status status = learn (loop, &record, is_logged, err);
  if (status == TC_OK && is_tested && !options->test_after_update)
    status = test (loop, &record, err);
  if (status == TC_OK)
    update (loop, &record);
  if (status == TC_OK && is_tested && options->test_after_update)
    status = test (loop, &record, err);
  if (status == TC_OK && is_logged)
    status = tc_columns_write_row (loop->trainer, &record, loop->extra, loop->row,
                                   &loop->log, err);
  if (status != TC_OK)
    return status;
  loop->step++;
  if (options->stop_below >= 0.0 && record.test_loss < options->stop_below)
    loop->is_over = true;
  if (loop->trainer->progress != NULL)
    loop->trainer->progress (&record, loop->trainer->user);
  return TC_OK;
}
/* [end step] */

/* ---- The loop ---- */

static enum tc_status
interrupt (struct loop *loop, struct tc_error *err)
{
  enum tc_status status = save_checkpoint (loop, err);
  if (status != TC_OK)
    return status;
  return tc_fail (err, TC_EINTERRUPTED, "interrupted after %d of %d steps; the state is in "
                  "%s, and --resume continues from it", loop->step,
                  loop->trainer->options.steps, loop->checkpoint_path);
}

static enum tc_status
run (struct loop *loop, struct tc_error *err)
{
  const struct tc_trainer *trainer = loop->trainer;
  int steps = trainer->options.steps, every = trainer->options.checkpoint_every;
  enum tc_status status = TC_OK;
  while (status == TC_OK && loop->step < steps && !loop->is_over)
    {
      status = save_snapshot (loop, err);
      if (status == TC_OK)
        status = do_step (loop, err);
      if (status != TC_OK || loop->step == steps || loop->is_over)
        break;
      if (trainer->stop != NULL && *trainer->stop)
        status = interrupt (loop, err);
      else if (every > 0 && loop->step % every == 0)
        status = save_checkpoint (loop, err);
    }
  /* A run that had ended kept its last snapshot before its last checkpoint, and
     may have published both.  */
  if (status == TC_OK && loop->saved_step != loop->step)
    status = save_snapshot (loop, err);
  if (status == TC_OK)
    status = publish (loop, err);
  return status;
}

static enum tc_status
check_options (const struct tc_trainer *trainer, struct tc_error *err)
{
  const struct tc_training_options *options = &trainer->options;
  if (options->steps < 0 || options->log_every < 1)
    return tc_fail (err, TC_EINVAL, "training needs steps of at least 0 and log_every of at "
                    "least 1");
  if (options->test_every > 0 && trainer->task.next_test == NULL)
    return tc_fail (err, TC_EINVAL, "test-every: this task has no test data; expected 0");
  if (options->stop_below >= 0.0 && options->test_every == 0)
    return tc_fail (err, TC_EINVAL, "stop-below needs test-every of at least 1");
  return TC_OK;
}

enum tc_status
tc_train (struct tc_trainer *trainer, struct tc_error *err)
{
  struct loop loop;
  enum tc_status status = check_options (trainer, err);
  if (status == TC_OK)
    status = loop_alloc (&loop, trainer, err);
  if (status != TC_OK)
    return status;
  status = start (&loop, err);
  if (status == TC_OK)
    status = run (&loop, err);
  loop_free (&loop);
  return status;
}
