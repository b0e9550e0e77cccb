#include "experiments/induction/task.h"

#include <stdio.h>
#include <stdlib.h>

struct tc_induction
{
  struct tc_induction_options options;
  struct tc_induction_set batch;        /* of training */
  struct tc_induction_set fixed, test;  /* empty on endless data */
  struct tc_mt19937 numpy;
  struct tc_torch_rng shuffler;
  uint64_t epoch_seed;                  /* of the present permutation */
  uint32_t cursor;                      /* batches taken of this epoch */
  int32_t *order;                       /* [fixed.n] */
  char (*group_name)[32];               /* [num_repeats - 1] */
  const char **group_names;
};

struct tc_induction_options
tc_induction_defaults (void)
{
  return (struct tc_induction_options) {
    .shape = { .seq_len = 85, .subseq_len = 16, .num_repeats = 3, .vocab_size = 128 },
    .batch_size = 128, .num_batches = 0, .test_batches = 5, .data_seed = 123
  };
}

/* ---- Batches ---- */

static enum tc_status
next_endless (void *self, struct tc_batch *batch, struct tc_error *err)
{
  struct tc_induction *task = self;
  (void) err;
  tc_induction_draw (&task->batch, &task->numpy);
  tc_induction_batch (&task->batch, batch);
  return TC_OK;
}

/* The epoch's permutation, as PyTorch's RandomSampler draws it.  */
static void
shuffle (struct tc_induction *task)
{
  struct tc_torch_rng sampler;
  tc_torch_seed (&sampler, task->epoch_seed);
  tc_torch_randperm (&sampler, task->fixed.n, task->order);
}

static enum tc_status
next_fixed (void *self, struct tc_batch *batch, struct tc_error *err)
{
  struct tc_induction *task = self;
  (void) err;
  if (task->cursor == (uint32_t) task->options.num_batches)
    {
      /* The iterator's own seed, which only worker processes use, is drawn first.  */
      tc_torch_random64 (&task->shuffler);
      task->epoch_seed = tc_torch_random64 (&task->shuffler);
      task->cursor = 0;
      shuffle (task);
    }
  const int32_t *order = task->order + task->cursor * task->batch.n;
  for (size_t i = 0; i < task->batch.n; i++)
    tc_induction_copy (&task->batch, i, &task->fixed, (size_t) order[i]);
  task->cursor++;
  tc_induction_batch (&task->batch, batch);
  return TC_OK;
}

static enum tc_status
next_test (void *self, struct tc_batch *batch, struct tc_error *err)
{
  struct tc_induction *task = self;
  (void) err;
  tc_induction_batch (&task->test, batch);
  return TC_OK;
}

/* ---- State ---- */

enum { N_STATE = TC_MT_STATE + TC_TORCH_STATE + 3 };

static void
save_state (const void *self, uint32_t *state)
{
  const struct tc_induction *task = self;
  tc_save_mt (&task->numpy, state);
  tc_save_torch (&task->shuffler, state + TC_MT_STATE);
  state += TC_MT_STATE + TC_TORCH_STATE;
  state[0] = (uint32_t) task->epoch_seed;
  state[1] = (uint32_t) (task->epoch_seed >> 32);
  state[2] = task->cursor;
}

static void
load_state (void *self, const uint32_t *state)
{
  struct tc_induction *task = self;
  tc_load_mt (&task->numpy, state);
  tc_load_torch (&task->shuffler, state + TC_MT_STATE);
  state += TC_MT_STATE + TC_TORCH_STATE;
  task->epoch_seed = state[0] | (uint64_t) state[1] << 32;
  task->cursor = state[2];
  if (task->fixed.n > 0)
    shuffle (task);
}

/* ---- Memory ---- */

static enum tc_status
name_groups (struct tc_induction *self, struct tc_error *err)
{
  size_t n = (size_t) self->options.shape.num_repeats - 1;
  self->group_name = calloc (n, sizeof *self->group_name);
  self->group_names = calloc (n, sizeof *self->group_names);
  if (self->group_name == NULL || self->group_names == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for %zu group names", n);
  for (size_t i = 0; i < n; i++)
    {
      snprintf (self->group_name[i], sizeof self->group_name[i], "copy_%zu", i + 2);
      self->group_names[i] = self->group_name[i];
    }
  return TC_OK;
}

/* The training set and the test set, each one batch of the notebook's stream.  */
static enum tc_status
draw_fixed (struct tc_induction *self, struct tc_error *err)
{
  const struct tc_induction_options *options = &self->options;
  const size_t batch = (size_t) options->batch_size;
  struct tc_mt19937 numpy;
  enum tc_status status
    = tc_induction_set_alloc (&self->fixed, &options->shape,
                              batch * (size_t) options->num_batches, err);
  if (status == TC_OK)
    status = tc_induction_set_alloc (&self->test, &options->shape,
                                     batch * (size_t) options->test_batches, err);
  if (status != TC_OK)
    return status;
  self->order = calloc (self->fixed.n, sizeof *self->order);
  if (self->order == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory to shuffle %zu sequences", self->fixed.n);
  tc_induction_draw (&self->fixed, &self->numpy);
  tc_numpy_seed (&numpy, (uint32_t) options->data_seed + 1);
  tc_induction_draw (&self->test, &numpy);
  self->cursor = (uint32_t) options->num_batches;
  return TC_OK;
}

static void
fill_task (struct tc_induction *self, struct tc_task *task)
{
  const struct tc_induction_shape *shape = &self->options.shape;
  const bool is_fixed = self->fixed.n > 0;
  const size_t n = self->test.n > self->batch.n ? self->test.n : self->batch.n;
  *task = (struct tc_task) {
    .self = self, .max_seq = n, .max_pos = (size_t) shape->seq_len,
    .max_targets = n * (size_t) tc_induction_scored (shape),
    .n_groups = (size_t) shape->num_repeats - 1, .group_names = self->group_names,
    .next = is_fixed ? next_fixed : next_endless, .next_test = is_fixed ? next_test : NULL,
    .n_state = N_STATE, .save_state = save_state, .load_state = load_state
  };
}

enum tc_status
tc_induction_alloc (struct tc_induction **out, const struct tc_induction_options *options,
                    struct tc_task *task, struct tc_error *err)
{
  *out = NULL;
  struct tc_induction *self = calloc (1, sizeof *self);
  if (self == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for the induction task");
  self->options = *options;
  self->shuffler = options->shuffler;
  tc_numpy_seed (&self->numpy, (uint32_t) options->data_seed);
  enum tc_status status = tc_induction_set_alloc (&self->batch, &options->shape,
                                                  (size_t) options->batch_size, err);
  if (status == TC_OK)
    status = name_groups (self, err);
  if (status == TC_OK && options->num_batches > 0)
    status = draw_fixed (self, err);
  if (status != TC_OK)
    {
      tc_induction_free (self);
      return status;
    }
  /* The batch that the notebook only looks at.  */
  if (options->num_batches == 0)
    tc_induction_draw (&self->batch, &self->numpy);
  fill_task (self, task);
  *out = self;
  return TC_OK;
}

void
tc_induction_free (struct tc_induction *self)
{
  if (self == NULL)
    return;
  tc_induction_set_free (&self->batch);
  tc_induction_set_free (&self->fixed);
  tc_induction_set_free (&self->test);
  free (self->order);
  free (self->group_name);
  free (self->group_names);
  free (self);
}
