#include "stepper.h"

#include "peak.h"
#include "traffic.h"

#include "experiments/frame.h"
#include "numerics/memory.h"
#include "training/loss.h"
#include "training/schedule.h"

#include <stdlib.h>

enum { MOST_CHANGES = 8 };

/* Runs the model on a batch and takes its loss; with a gradient if dlogits.  */
static enum tc_status
measure (struct tc_stepper *s, const struct tc_batch *batch, tc_real *dlogits,
         struct tc_error *err)
{
  const size_t d_vocab_out = (size_t) s->subject.model.config.d_vocab_out;
  enum tc_status status = tc_forward (s->compute, &s->subject.model, batch, s->run, err);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; i < batch->n_targets; i++)
    s->rows[i] = tc_run_logits (s->run, i);
  tc_cross_entropy (s->compute, batch->n_targets, d_vocab_out, s->rows, batch->target,
                    batch->loss_scale, s->nll, dlogits);
  return TC_OK;
}

/* Adds the cost of the pass just made: forward only, or both ways.  */
static enum tc_status
add_cost (const struct tc_stepper *s, const struct tc_batch *batch, bool is_trained,
          struct tc_step_cost *cost, struct tc_error *err)
{
  const struct tc_model *model = &s->subject.model;
  const struct tc_operations work = tc_run_operations (s->run);
  const double share = is_trained ? 1 : 1.0 / 3;    /* of both ways' products */
  double bytes = 0;
  enum tc_status status = tc_bench_traffic (&model->config, model->params.count, batch,
                                            is_trained, &bytes, err);
  cost->work.needed += share * work.needed;
  cost->work.executed += share * work.executed;
  cost->bytes += bytes;
  return status;
}

/* Runs the model on the next test batch.  */
static enum tc_status
measure_test (struct tc_stepper *s, struct tc_batch *batch, struct tc_error *err)
{
  enum tc_status status = s->task.next_test (s->task.self, batch, err);
  if (status == TC_OK)
    status = measure (s, batch, NULL, err);
  return status;
}

static void
update (struct tc_stepper *s)
{
  const struct tc_optimizer_options *options = &s->setup.training.optimizer;
  struct tc_params *params = &s->subject.model.params;
  if (options->max_grad_norm > 0)
    tc_clip_gradients (s->compute, params, s->grads, options->max_grad_norm);
  double lr = tc_schedule_lr (&s->setup.training.schedule, options->lr, s->step++);
  tc_optimizer_step (s->compute, &s->optimizer, params, s->grads, lr);
  tc_schedule_observe (&s->setup.training.schedule, options->lr, s->loss);
}

/* A step; counts what it costs unless cost is NULL.  */
static enum tc_status
make_step (struct tc_stepper *s, struct tc_step_cost *cost, struct tc_error *err)
{
  const struct tc_model *model = &s->subject.model;
  struct tc_batch test;
  enum tc_status status = s->task.next (s->task.self, &s->batch, err);
  if (status == TC_OK)
    status = measure (s, &s->batch, s->dlogits, err);
  if (status != TC_OK)
    return status;
  s->loss = s->batch.loss_scale * tc_sum (s->batch.n_targets, s->nll);
  if (cost != NULL)
    status = add_cost (s, &s->batch, true, cost, err);
  tc_backward (s->compute, model, s->run, s->dlogits, s->grads);
  if (s->tests && status == TC_OK)
    status = measure_test (s, &test, err);
  if (s->tests && cost != NULL && status == TC_OK)
    status = add_cost (s, &test, false, cost, err);
  update (s);
  return status;
}

enum tc_status
tc_stepper_step (struct tc_stepper *s, struct tc_error *err)
{
  return make_step (s, NULL, err);
}

enum tc_status
tc_stepper_count (struct tc_stepper *s, struct tc_step_cost *cost, struct tc_error *err)
{
  *cost = (struct tc_step_cost) { .bytes = 0 };
  return make_step (s, cost, err);
}

enum tc_status
tc_stepper_time (struct tc_stepper *s, double seconds, double *ms, struct tc_error *err)
{
  const bool alone = tc_compute_threads (s->compute) == 1;
  const double wanted = s->ms > 0 ? 1e3 * seconds / s->ms : 1;
  const int steps = wanted > 1 ? (int) wanted : 1;
  const double start = tc_bench_now (alone);
  enum tc_status status = TC_OK;
  for (int i = 0; i < steps && status == TC_OK; i++)
    status = tc_stepper_step (s, err);
  *ms = s->ms = (tc_bench_now (alone) - start) * 1e3 / steps;
  return status;
}

/* The run's shipped configuration, changed.  */
static enum tc_status
configure (struct tc_stepper *s, const char *run, char *const *changes,
           struct tc_options *options, struct tc_error *err)
{
  struct tc_program program = tc_program_start (s->experiment, "train");
  uint64_t seed = 0;
  const struct tc_option row = { .name = "seed", .kind = TC_OPT_SEED, .target = &seed,
                                 .min = 0, .max = UINT32_MAX, .metavar = "N",
                                 .group = "Run", .is_hyperparameter = true,
                                 .help = "data and model seed" };
  char *path = NULL, *argv[MOST_CHANGES + 1] = { "tc-bench" };
  int argc = 1;
  while (changes != NULL && argc <= MOST_CHANGES && changes[argc - 1] != NULL)
    {
      argv[argc] = changes[argc - 1];
      argc++;
    }
  enum tc_status status = tc_setup_alloc (&s->setup, s->experiment, err);
  if (status == TC_OK)
    status = tc_options_add (options, 1, &row, err);
  if (status == TC_OK)
    status = tc_setup_options (&s->setup, s->experiment, options, err);
  if (status == TC_OK)
    status = tc_program_find_run (&program, run, &path, err);
  if (status == TC_OK)
    status = tc_options_read_file (options, path, err);
  if (status == TC_OK)
    tc_setup_settle_seeds (options);
  if (status == TC_OK)
    status = tc_options_parse (options, argc, argv, err);
  if (status == TC_OK)
    status = tc_setup_finish (&s->setup, s->experiment, err);
  if (status == TC_OK && !tc_setup_uses_decoder (&s->setup, s->experiment))
    status = tc_fail (err, TC_EINVAL, "%s/%s does not train the decoder",
                      s->experiment->name, run);
  free (path);
  return status;
}

static enum tc_status
alloc_buffers (struct tc_stepper *s, struct tc_error *err)
{
  const struct tc_model *model = &s->subject.model;
  const size_t n = s->task.max_targets, count = model->params.count;
  s->rows = calloc (n + 1, sizeof *s->rows);
  s->nll = calloc (n + 1, sizeof *s->nll);
  s->dlogits = tc_reals_alloc (n * (size_t) model->config.d_vocab_out);
  s->grads = tc_reals_zeroed (count);
  if (s->rows == NULL || s->nll == NULL || s->dlogits == NULL || s->grads == NULL)
    return tc_fail (err, TC_ENOMEM, "out of memory");
  return tc_optimizer_alloc (&s->optimizer, &s->setup.training.optimizer, count, err);
}

enum tc_status
tc_stepper_alloc (struct tc_stepper *s, const struct tc_experiment *experiment,
                  const char *run, char *const *changes, const char *isa, int threads,
                  struct tc_error *err)
{
  struct tc_options options;
  *s = (struct tc_stepper) { .experiment = experiment };
  tc_options_init (&options);
  enum tc_status status = configure (s, run, changes, &options, err);
  if (status == TC_OK)
    status = tc_compute_alloc (&s->compute, isa, threads, err);
  if (status == TC_OK)
    status = experiment->make_task (&s->task, &s->setup, err);
  if (status == TC_OK)
    status = tc_subject_alloc (&s->subject, s->compute, &s->setup, experiment, &s->task,
                               err);
  if (status == TC_OK)
    status = tc_run_alloc (&s->run, &s->subject.model.config, TC_ROWS_NEEDED,
                           s->task.max_seq, s->task.max_pos, s->task.max_targets, err);
  if (status == TC_OK)
    status = alloc_buffers (s, err);
  tc_schedule_start (&s->setup.training.schedule);
  tc_options_free (&options);
  return status;
}

void
tc_stepper_free (struct tc_stepper *s)
{
  tc_optimizer_free (&s->optimizer);
  free (s->grads);
  free (s->dlogits);
  free (s->nll);
  free (s->rows);
  tc_run_free (s->run);
  tc_subject_free (&s->subject);
  if (s->experiment->free_task != NULL && s->task.self != NULL)
    s->experiment->free_task (&s->task);
  tc_compute_free (s->compute);
  tc_setup_free (&s->setup);
  *s = (struct tc_stepper) { .experiment = NULL };
}
