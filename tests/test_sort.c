/* The sorting experiment: lists and losses against the notebooks' own code in
   PyTorch (tests/golden/make_sort.py), the rows that notebook 002 printed, its
   weights as a GPU drew them, the stop rules, resuming, the baseline's gradient.  */

#include "experiments/sort/experiment.h"
#include "experiments/sort/task.h"
#include "experiments/sort/zero.h"
#include "numerics/random.h"
#include "training/loss.h"

#include "experiment_bench.h"
#include "golden/sort_golden.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LENGTH(array) (sizeof array / sizeof *array)

static void
check_tokens (const int32_t *ours, const int32_t *golden, size_t n, const char *what)
{
  for (size_t i = 0; i < n; i++)
    cr_assert_eq (ours[i], golden[i], "%s, token %zu: %d, not %d", what, i, ours[i], golden[i]);
}
#define CHECK(ours, golden) check_tokens (ours, golden, LENGTH (golden), #golden)

/* --- lists --- */

static struct tc_sort_options
options_of_attn_only (void)
{
  struct tc_sort_options options = tc_sort_defaults ();
  options.list_length = 20;
  options.n_values = options.start_token = 30;
  options.repeats = true;
  options.batch_size = 16;
  options.data_seed = 123;
  options.stop_rule = TC_SORT_STOP_NEVER;
  return options;
}

static struct tc_sort_options
options_of_five (void)
{
  struct tc_sort_options options = tc_sort_defaults ();
  options.list_length = 5;
  options.start_token = 65;
  options.repeats = true;
  options.batch_size = 100;
  options.stop_rule = TC_SORT_STOP_NEVER;
  return options;
}

Test (lists, are_written_as_in_the_header)
{
  static const int32_t list[] = { 7, 2, 9, 2 };
  static const int32_t row[] = { 10, 7, 2, 9, 2, 11, 2, 2, 7, 9, 12 };
  struct tc_sort_options options = { .list_length = 4, .n_values = 10, .start_token = 10,
                                     .end_token = true };
  struct tc_sort_set set;
  struct tc_batch batch;
  OK (tc_sort_set_alloc (&set, &options, 1, &error));
  tc_sort_set_fill (&set, 1, 4, list);
  tc_sort_set_batch (&set, &batch);
  CHECK (batch.tokens, row);
  cr_assert_eq (batch.n_pos, 11);
  cr_assert_eq (batch.n_targets, 5);
  for (int k = 0; k < 5; k++)
    {
      cr_assert_eq (batch.target_pos[k], 5 + k);
      cr_assert_eq (batch.target[k], row[6 + k]);
    }
  cr_assert_eq (tc_sort_vocabulary (&options), 13);
  tc_sort_set_free (&set);
}

static void
open_task (struct tc_sort **self, const struct tc_sort_options *options, struct tc_task *task)
{
  OK (tc_sort_alloc (self, options, task, &error));
}

Test (lists, are_those_that_notebook_000_trained_on)
{
  struct tc_sort_options options = tc_sort_defaults ();
  struct tc_sort *self;
  struct tc_task task;
  struct tc_batch batch;
  open_task (&self, &options, &task);
  OK (task.next (task.self, &batch, &error));
  cr_assert_eq (batch.n_targets, 128 * 10);
  CHECK (batch.tokens, golden_one_head_first);
  OK (task.next (task.self, &batch, &error));
  CHECK (batch.tokens + 127 * 22, golden_one_head_second);
  tc_sort_free (self);
}

/* The two rows that the notebook prints.  */
Test (lists, are_those_that_notebook_002_printed)
{
  static const int32_t printed[] = {
    30, 22, 19, 12,  0, 10,  2,  6, 17, 29,  4, 11,  1,  6,  1, 22,  9, 24,
    21, 13, 10, 31,  0,  1,  1,  2,  4,  6,  6,  9, 10, 10, 11, 12, 13, 17,
    19, 21, 22, 22, 24, 29,
    30, 10, 16, 25, 27, 19, 12, 21,  6, 20,  6,  6, 25,  3, 19, 24, 16, 11,
    18, 10,  5, 31,  3,  5,  6,  6,  6, 10, 10, 11, 12, 16, 16, 18, 19, 19,
    20, 21, 24, 25, 25, 27
  };
  struct tc_sort_options options = options_of_attn_only ();
  struct tc_sort *self;
  struct tc_task task;
  struct tc_batch batch;
  open_task (&self, &options, &task);
  OK (task.next (task.self, &batch, &error));
  CHECK (batch.tokens, printed);
  CHECK (batch.tokens + 15 * 42, golden_attn_only_first);
  OK (task.next (task.self, &batch, &error));
  CHECK (batch.tokens, golden_attn_only_second);
  tc_sort_free (self);
  /* It then trains from the second batch on.  */
  options.set_aside = 1;
  open_task (&self, &options, &task);
  OK (task.next (task.self, &batch, &error));
  CHECK (batch.tokens, golden_attn_only_second);
  tc_sort_free (self);
}

Test (lists, vary_in_length_as_in_the_script)
{
  static const struct { const int32_t *row; size_t n; } golden[] = {
    { golden_varying_0, LENGTH (golden_varying_0) },
    { golden_varying_1, LENGTH (golden_varying_1) },
    { golden_varying_2, LENGTH (golden_varying_2) },
    { golden_varying_3, LENGTH (golden_varying_3) },
    { golden_varying_4, LENGTH (golden_varying_4) },
    { golden_varying_5, LENGTH (golden_varying_5) }
  };
  struct tc_sort_options options = options_of_five ();
  struct tc_sort *self;
  struct tc_task task;
  struct tc_batch batch;
  options.variable_length = true;
  open_task (&self, &options, &task);
  for (size_t i = 0; i < LENGTH (golden); i++)
    {
      OK (task.next (task.self, &batch, &error));
      cr_assert_eq (batch.n_pos, golden[i].n);
      cr_assert_eq (batch.n_targets, 100 * (golden[i].n / 2 - 1));
      check_tokens (batch.tokens + 99 * batch.n_pos, golden[i].row, golden[i].n, "list 99");
    }
  tc_sort_free (self);
}

Test (lists, come_again_after_n_data)
{
  struct tc_sort_options options = options_of_five ();
  struct tc_sort *self;
  struct tc_task task;
  struct tc_batch batch;
  int32_t first[12], third[12];
  options.n_data = 300;
  open_task (&self, &options, &task);
  OK (task.next (task.self, &batch, &error));
  memcpy (first, batch.tokens, sizeof first);
  OK (task.next (task.self, &batch, &error));
  OK (task.next (task.self, &batch, &error));
  memcpy (third, batch.tokens, sizeof third);
  cr_assert_neq (memcmp (first, third, sizeof first), 0);
  OK (task.next (task.self, &batch, &error));
  CHECK (batch.tokens, first);
  tc_sort_free (self);
}

/* --- the stop rules --- */

/* Logits of the validation batch that are right in all but n_wrong of its lists.  */
static bool
tell (struct tc_task *task, size_t n_wrong)
{
  enum { VOCABULARY = 66 };
  struct tc_batch batch;
  double values[2];
  OK (task->next_test (task->self, &batch, &error));
  tc_real *logits = calloc (batch.n_targets * VOCABULARY, sizeof *logits);
  const tc_real **rows = calloc (batch.n_targets, sizeof *rows);
  for (size_t i = 0; i < batch.n_targets; i++)
    {
      rows[i] = logits + i * VOCABULARY;
      logits[i * VOCABULARY + (size_t) batch.target[i]] = 1;
    }
  for (size_t i = 0; i < n_wrong; i++)
    logits[i * 10 * VOCABULARY + 65] = 2;
  bool is_over = task->measure (task->self, &batch, rows, values);
  cr_assert_float_eq (values[0], 1.0 - (double) n_wrong / 1000.0, 1e-12);
  cr_assert_float_eq (values[1], 1.0 - (double) n_wrong / 10000.0, 1e-12);
  free (logits);
  free (rows);
  return is_over;
}

Test (stop, as_written_at_two_equal_accuracies)
{
  struct tc_sort_options options = tc_sort_defaults ();
  struct tc_sort *self;
  struct tc_task task;
  open_task (&self, &options, &task);
  cr_assert_not (tell (&task, 1000));
  cr_assert_not (tell (&task, 249));
  cr_assert_not (tell (&task, 3));
  cr_assert_not (tell (&task, 2));
  cr_assert (tell (&task, 2));
  tc_sort_free (self);
}

/* The state goes with the task, so that a resumed run stops at the same step.  */
Test (stop, as_documented_at_ten_perfect_ones)
{
  struct tc_sort_options options = tc_sort_defaults ();
  struct tc_sort *self, *other;
  struct tc_task task, resumed;
  options.stop_rule = TC_SORT_STOP_DOCUMENTED;
  open_task (&self, &options, &task);
  for (int i = 0; i < 12; i++)
    cr_assert_not (tell (&task, 1));
  for (int i = 0; i < 9; i++)
    cr_assert_not (tell (&task, 0));
  uint32_t *state = calloc (task.n_state, sizeof *state);
  task.save_state (task.self, state);
  open_task (&other, &options, &resumed);
  resumed.load_state (resumed.self, state);
  cr_assert (tell (&resumed, 0));
  cr_assert_not (tell (&task, 1));
  free (state);
  tc_sort_free (self);
  tc_sort_free (other);
}

Test (task, continues_from_its_state)
{
  static const bool repeats[] = { false, true };
  for (int i = 0; i < 2; i++)
    {
      struct tc_sort_options options = options_of_five ();
      struct tc_sort *one, *two;
      struct tc_task a, b;
      struct tc_batch x, y;
      options.repeats = repeats[i];
      options.variable_length = true;
      options.n_data = 1000;
      open_task (&one, &options, &a);
      open_task (&two, &options, &b);
      uint32_t *state = calloc (a.n_state, sizeof *state);
      for (int step = 0; step < 17; step++)
        OK (a.next (a.self, &x, &error));
      a.save_state (a.self, state);
      b.load_state (b.self, state);
      for (int step = 0; step < 5; step++)
        {
          OK (a.next (a.self, &x, &error));
          OK (b.next (b.self, &y, &error));
          cr_assert_eq (x.n_pos, y.n_pos);
          check_tokens (y.tokens, x.tokens, 100 * x.n_pos, "after resuming");
        }
      free (state);
      tc_sort_free (one);
      tc_sort_free (two);
    }
}

/* --- runs as the programs set them up --- */

static struct tc_sort_settings *
set_up (struct bench *bench)
{
  bench_start (bench, &tc_sort_experiment);
  bench->setup.training.schedule = (struct tc_schedule) { .kind = TC_LR_CONSTANT };
  return bench->setup.settings;
}

static void
train (struct bench *bench, int steps, struct tc_table *log)
{
  bench->setup.training.steps = steps;
  bench_open (bench);
  bench_train (bench, steps, log);
  bench_close (bench);
}

Test (runs, one_head_follows_pytorch)
{
  struct bench bench;
  struct tc_table log;
  set_up (&bench);
  train (&bench, 31, &log);
  for (size_t i = 0; i < LENGTH (golden_one_head_loss); i++)
    {
      cr_assert_float_eq (logged (&log, "loss", 10 * i) / golden_one_head_loss[i], 1, 5e-5,
                          "step %zu: %.17g", 10 * i, logged (&log, "loss", 10 * i));
      cr_assert_float_eq (logged (&log, "token_accuracy", 10 * i),
                          golden_one_head_token_accuracy[i], 1e-3);
    }
  /* Printed: 4.4698.  */
  cr_assert_float_eq (logged (&log, "loss", 0), 4.4698, 5e-5);
  cr_assert (isnan (logged (&log, "test_accuracy", 5)));
  cr_assert_eq (logged (&log, "test_accuracy", 0), 0.0);
  tc_table_free (&log);
}

/* Notebook 002's whole printed log, losses to four decimals and accuracies to the
   last digit.  Only the right weights and lists give it: its published version shows
   the first loss to the last bit of float32, 3.4683723.  */
Test (runs, attn_only_replays_the_printed_log)
{
  static const struct { int step; double loss, accuracy, unused, unused_too; } printed[] = {
#include "stamps/sort/attn-only.inc"
  };
  enum { N_PRINTED = LENGTH (printed) };
  struct bench bench;
  struct tc_table log;
  struct tc_sort_settings *settings = set_up (&bench);
  struct tc_config *config = &bench.setup.config;
  settings->task = options_of_attn_only ();
  settings->task.set_aside = 1;
  bench.setup.data_seed = bench.setup.model_seed = 123;
  config->d_model = config->d_head = 32;
  config->d_mlp = 0;
  config->normalization = TC_NORM_NONE;
  config->init = TC_INIT_EASYTRANSFORMER;
  bench.setup.training.optimizer.kind = TC_ADAM;
  bench.setup.training.optimizer.weight_decay = 0;
  bench.setup.training.test_every = 0;
  train (&bench, printed[N_PRINTED - 1].step + 1, &log);
  cr_assert_eq (N_PRINTED, 23);
  cr_assert_eq ((float) logged (&log, "loss", 0), 3.4683723f);
  for (size_t i = 0; i < N_PRINTED; i++)
    {
      size_t step = (size_t) printed[i].step;
      cr_assert_leq (fabs (logged (&log, "loss", step) - printed[i].loss), 0.5e-4 + 1e-12,
                     "step %zu: %.17g", step, logged (&log, "loss", step));
      cr_assert_leq (fabs (100 * logged (&log, "token_accuracy", step) - printed[i].accuracy),
                     0.5e-2 + 1e-9, "step %zu", step);
    }
  tc_table_free (&log);
}

Test (runs, reject_what_cannot_be)
{
  struct bench bench;
  set_up (&bench)->task.list_length = 65;
  cr_assert_eq (tc_sort_experiment.finish (&bench.setup, &error), TC_EINVAL);
  tc_setup_free (&bench.setup);
  set_up (&bench)->task.n_data = 100;
  cr_assert_eq (tc_sort_experiment.finish (&bench.setup, &error), TC_EINVAL);
  tc_setup_free (&bench.setup);
  set_up (&bench)->start_token = 63;
  cr_assert_eq (tc_sort_experiment.finish (&bench.setup, &error), TC_EINVAL);
  tc_setup_free (&bench.setup);
  /* A GPU's draws depend on the GPU where a tensor is too large.  */
  struct tc_params params;
  struct tc_torch_rng rng;
  set_up (&bench);
  bench.setup.config.init = TC_INIT_EASYTRANSFORMER;
  OK (tc_sort_experiment.finish (&bench.setup, &error));
  OK (tc_params_alloc (&params, &bench.setup.config, &error));
  tc_torch_seed (&rng, 1);
  cr_assert_eq (tc_params_init (&params, &bench.setup.config, &rng, &error), TC_EINVAL);
  cr_assert_not_null (strstr (error.message, "mlp.W_in"), "%s", error.message);
  tc_params_free (&params);
  tc_setup_free (&bench.setup);
}

/* --- the baseline without layers --- */

static double
loss_of (struct tc_learner *learner, const struct tc_batch *batch, struct tc_compute *compute,
         tc_real *dlogits)
{
  const tc_real *rows[64];
  double nll[64];
  cr_assert_leq (batch->n_targets, 64);
  OK (learner->forward (learner->self, batch, rows, &error));
  tc_cross_entropy (compute, batch->n_targets, learner->d_vocab_out, rows, batch->target,
                    batch->loss_scale, nll, dlogits);
  return batch->loss_scale * tc_sum (batch->n_targets, nll);
}

Test (zero_layer, gradient_is_that_of_its_loss)
{
  struct tc_sort_options options = options_of_five ();
  struct tc_config config = tc_config_default ();
  struct tc_zero_layer *self;
  struct tc_learner learner;
  struct tc_compute *compute;
  struct tc_torch_rng rng;
  struct tc_sort *sort;
  struct tc_task task;
  struct tc_batch batch;
  options.batch_size = 7;
  options.test_size = 1;
  config.d_model = 6;
  config.d_vocab = config.d_vocab_out = tc_sort_vocabulary (&options);
  config.n_ctx = tc_sort_context (&options, 5);
  OK (tc_compute_alloc (&compute, NULL, 1, &error));
  open_task (&sort, &options, &task);
  tc_torch_seed (&rng, 3);
  OK (tc_zero_layer_alloc (&self, compute, &config, &task, &rng, &learner, &error));
  OK (task.next (task.self, &batch, &error));

  size_t count = learner.params->count;
  tc_real *grads = calloc (count, sizeof *grads);
  tc_real *dlogits = calloc (batch.n_targets * learner.d_vocab_out, sizeof *dlogits);
  loss_of (&learner, &batch, compute, dlogits);
  learner.backward (learner.self, dlogits, grads);
  const tc_real step = 0x1p-7f;
  for (size_t i = 0; i < count; i += 5)
    {
      tc_real *x = learner.params->data + i, before = *x;
      *x = before + step;
      double above = loss_of (&learner, &batch, compute, NULL);
      *x = before - step;
      double below = loss_of (&learner, &batch, compute, NULL);
      *x = before;
      cr_assert_float_eq ((above - below) / (2 * (double) step), (double) grads[i], 2e-4,
                          "parameter %zu", i);
    }
  free (grads);
  free (dlogits);
  tc_zero_layer_free (self);
  tc_sort_free (sort);
  tc_compute_free (compute);
}
