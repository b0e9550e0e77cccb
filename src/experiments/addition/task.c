#include "experiments/addition/task.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

struct tc_addition
{
  struct tc_addition_options options;
  struct tc_addition_set train;
  struct tc_addition_set test;  /* the notebook's batch, then the fresh one */
  struct tc_torch_rng train_rng, test_rng, fresh_rng;
  char group_name[2 * (TC_ADDITION_MAX_DIGITS + 1)][32];
  const char *group_names[2 * (TC_ADDITION_MAX_DIGITS + 1)];
};

struct tc_addition_options
tc_addition_defaults (void)
{
  return (struct tc_addition_options) {
    .num_digits = 5, .batch_size = 64, .n_data = 0, .fresh_size = 256, .data_seed = 129000,
    .fresh_seed = tc_addition_stream_seed (129000, 1)
  };
}

/* Steele, Lea and Flood 2014.  */
uint64_t
tc_addition_stream_seed (uint64_t data_seed, uint64_t number)
{
  uint64_t z = data_seed + number * UINT64_C (0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * UINT64_C (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C (0x94d049bb133111eb);
  return (z ^ (z >> 31)) & UINT32_MAX;
}

/* ---- Batches ---- */

static enum tc_status
next_endless (void *self, struct tc_batch *batch, struct tc_error *err)
{
  struct tc_addition *task = self;
  (void) err;
  tc_addition_draw (&task->train, 0, task->train.n, &task->train_rng);
  tc_addition_batch (&task->train, batch);
  return TC_OK;
}

/* The notebook draws a test batch at every step, whether it is looked at or
   not.  */
static enum tc_status
next_fixed (void *self, struct tc_batch *batch, struct tc_error *err)
{
  struct tc_addition *task = self;
  (void) err;
  tc_addition_draw (&task->test, 0, (size_t) task->options.batch_size, &task->test_rng);
  tc_addition_batch (&task->train, batch);
  return TC_OK;
}

static enum tc_status
next_test (void *self, struct tc_batch *batch, struct tc_error *err)
{
  struct tc_addition *task = self;
  const struct tc_addition_options *options = &task->options;
  size_t scored = (size_t) options->batch_size, fresh = (size_t) options->fresh_size;
  size_t answers = (size_t) tc_addition_answers (options->num_digits);
  (void) err;
  tc_addition_draw (&task->test, scored, fresh, &task->fresh_rng);
  for (size_t i = scored * answers; i < (scored + fresh) * answers; i++)
    task->test.target_group[i] = (int32_t) (answers + i % answers);
  tc_addition_batch (&task->test, batch);
  batch->n_unscored = fresh * answers;
  batch->loss_scale = 1.0 / (double) (scored * answers);
  return TC_OK;
}

/* ---- State ---- */

static void
save_state (const void *self, uint32_t *state)
{
  const struct tc_addition *task = self;
  tc_save_torch (&task->train_rng, state);
  tc_save_torch (&task->test_rng, state + TC_TORCH_STATE);
  tc_save_torch (&task->fresh_rng, state + 2 * TC_TORCH_STATE);
}

static void
load_state (void *self, const uint32_t *state)
{
  struct tc_addition *task = self;
  tc_load_torch (&task->train_rng, state);
  tc_load_torch (&task->test_rng, state + TC_TORCH_STATE);
  tc_load_torch (&task->fresh_rng, state + 2 * TC_TORCH_STATE);
}

/* ---- The task ---- */

static void
name_groups (struct tc_addition *self)
{
  int answers = tc_addition_answers (self->options.num_digits);
  for (int g = 0; g < 2 * answers; g++)
    {
      snprintf (self->group_name[g], sizeof self->group_name[g], "%stok_%d",
                g < answers ? "" : "fresh_", g % answers);
      self->group_names[g] = self->group_name[g];
    }
}

static void
fill_task (struct tc_addition *self, struct tc_task *task)
{
  const struct tc_addition_options *options = &self->options;
  size_t answers = (size_t) tc_addition_answers (options->num_digits);
  size_t n_seq = self->train.n > self->test.n ? self->train.n : self->test.n;
  bool is_finite = options->n_data > 0;
  *task = (struct tc_task) {
    .self = self, .max_seq = n_seq,
    .max_pos = (size_t) tc_addition_context (options->num_digits),
    .max_targets = n_seq * answers, .n_groups = is_finite ? 2 * answers : answers,
    .group_names = self->group_names,
    .next = is_finite ? next_fixed : next_endless,
    .next_test = is_finite ? next_test : NULL,
    .n_state = 3 * TC_TORCH_STATE, .save_state = save_state, .load_state = load_state
  };
}

enum tc_status
tc_addition_alloc (struct tc_addition **out, const struct tc_addition_options *options,
                   struct tc_task *task, struct tc_error *err)
{
  *out = NULL;
  struct tc_addition *self = calloc (1, sizeof *self);
  if (self == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for the addition task");
  self->options = *options;
  tc_torch_seed (&self->train_rng, options->data_seed);
  tc_torch_seed (&self->test_rng, options->data_seed);
  tc_torch_seed (&self->fresh_rng, options->fresh_seed);

  bool is_finite = options->n_data > 0;
  size_t n_train = (size_t) (is_finite ? options->n_data : options->batch_size);
  size_t n_test = is_finite ? (size_t) options->batch_size + (size_t) options->fresh_size : 0;
  enum tc_status status = tc_addition_set_alloc (&self->train, options->num_digits, n_train,
                                                 err);
  if (status == TC_OK)
    status = tc_addition_set_alloc (&self->test, options->num_digits, n_test, err);
  if (status != TC_OK)
    {
      tc_addition_free (self);
      return status;
    }
  if (is_finite)
    tc_addition_draw (&self->train, 0, n_train, &self->train_rng);
  name_groups (self);
  fill_task (self, task);
  *out = self;
  return TC_OK;
}

void
tc_addition_free (struct tc_addition *self)
{
  if (self == NULL)
    return;
  tc_addition_set_free (&self->train);
  tc_addition_set_free (&self->test);
  free (self);
}
