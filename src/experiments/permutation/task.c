#include "experiments/permutation/task.h"

#include <stdio.h>
#include <stdlib.h>

/* One way through a part of the list.  */
struct reader
{
  struct tc_permutation_set set;
  struct tc_mt19937 stream;     /* arrangements of first terms, if unsorted */
  size_t first, count;          /* of the list */
  uint32_t cursor;              /* sequences taken of the present round */
};

struct tc_permutation
{
  struct tc_permutation_options options;
  struct tc_permutation_list list;
  struct reader train, test;
  uint32_t in_epoch;            /* sequences taken of the present epoch */
  char group_name[TC_PERMUTATION_MAX + 1][16];
  const char *group_names[TC_PERMUTATION_MAX + 1];
};

struct tc_permutation_options
tc_permutation_defaults (void)
{
  return (struct tc_permutation_options) {
    .n = 4, .batch_size = 4, .epoch_size = 122, .n_test = 0, .test_size = 256,
    .data_seed = 0
  };
}

/* ---- Batches ---- */

/* The next n_seq sequences as a batch.  */
static void
read_batch (struct tc_permutation *task, struct reader *reader, size_t n_seq,
            struct tc_batch *batch)
{
  int32_t first[TC_PERMUTATION_MAX];
  for (size_t i = 0; i < n_seq; i++)
    {
      if (reader->cursor == reader->count)
        reader->cursor = 0;
      tc_permutation_get (&task->list, reader->first + reader->cursor++, first);
      if (task->options.is_unsorted)
        tc_python_shuffle (&reader->stream, (size_t) task->options.n, sizeof *first, first);
      tc_permutation_set_sequence (&reader->set, i, first);
    }
  tc_permutation_batch (&reader->set, n_seq, batch);
}

static enum tc_status
next (void *self, struct tc_batch *batch, struct tc_error *err)
{
  struct tc_permutation *task = self;
  size_t n_seq = (size_t) task->options.batch_size;
  size_t epoch = (size_t) task->options.epoch_size;
  (void) err;
  if (epoch > 0 && epoch - task->in_epoch < n_seq)
    n_seq = epoch - task->in_epoch;
  read_batch (task, &task->train, n_seq, batch);
  task->in_epoch += (uint32_t) n_seq;
  if (task->in_epoch == epoch || epoch == 0)
    task->in_epoch = 0;
  return TC_OK;
}

static enum tc_status
next_test (void *self, struct tc_batch *batch, struct tc_error *err)
{
  struct tc_permutation *task = self;
  (void) err;
  read_batch (task, &task->test, (size_t) task->options.test_size, batch);
  return TC_OK;
}

/* ---- State ---- */

enum { N_STATE = 2 * (TC_MT_STATE + 1) + 1 };

static void
save_state (const void *self, uint32_t *state)
{
  const struct tc_permutation *task = self;
  const struct reader *readers[] = { &task->train, &task->test };
  for (int i = 0; i < 2; i++, state += TC_MT_STATE + 1)
    {
      tc_save_mt (&readers[i]->stream, state);
      state[TC_MT_STATE] = readers[i]->cursor;
    }
  *state = task->in_epoch;
}

static void
load_state (void *self, const uint32_t *state)
{
  struct tc_permutation *task = self;
  struct reader *readers[] = { &task->train, &task->test };
  for (int i = 0; i < 2; i++, state += TC_MT_STATE + 1)
    {
      tc_load_mt (&readers[i]->stream, state);
      readers[i]->cursor = state[TC_MT_STATE];
    }
  task->in_epoch = *state;
}

/* ---- Memory ---- */

static void
name_groups (struct tc_permutation *self)
{
  for (int slot = 0; slot < self->options.n; slot++)
    snprintf (self->group_name[slot], sizeof *self->group_name, "slot_%d", slot + 1);
  snprintf (self->group_name[self->options.n], sizeof *self->group_name, "rest");
  for (int g = 0; g <= self->options.n; g++)
    self->group_names[g] = self->group_name[g];
}

static void
fill_task (struct tc_permutation *self, struct tc_task *task)
{
  const size_t n_pos = self->train.set.n_pos;
  const bool has_test = self->options.n_test > 0;
  size_t n_seq = self->train.set.capacity;
  if (has_test && self->test.set.capacity > n_seq)
    n_seq = self->test.set.capacity;
  name_groups (self);
  *task = (struct tc_task) {
    .self = self, .max_seq = n_seq, .max_pos = n_pos, .max_targets = n_seq * (n_pos - 1),
    .n_groups = (size_t) self->options.n + 1, .group_names = self->group_names,
    .next = next, .next_test = has_test ? next_test : NULL,
    .n_state = N_STATE, .save_state = save_state, .load_state = load_state
  };
}

enum tc_status
tc_permutation_alloc (struct tc_permutation **out,
                      const struct tc_permutation_options *options, struct tc_task *task,
                      struct tc_error *err)
{
  *out = NULL;
  struct tc_permutation *self = calloc (1, sizeof *self);
  if (self == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for the permutation task");
  self->options = *options;
  tc_python_seed (&self->train.stream, options->data_seed);
  tc_python_seed (&self->test.stream, options->data_seed + 1);
  enum tc_status status
    = tc_permutation_list_alloc (&self->list, options->n, (size_t) options->n_test,
                                 &self->train.stream, err);
  if (status == TC_OK)
    status = tc_permutation_set_alloc (&self->train.set, options->n,
                                       (size_t) options->batch_size, err);
  if (status == TC_OK && options->n_test > 0)
    status = tc_permutation_set_alloc (&self->test.set, options->n,
                                       (size_t) options->test_size, err);
  if (status != TC_OK)
    {
      tc_permutation_free (self);
      return status;
    }
  self->train.count = self->test.first = self->list.n_train;
  self->test.count = self->list.n_test;
  fill_task (self, task);
  *out = self;
  return TC_OK;
}

void
tc_permutation_free (struct tc_permutation *self)
{
  if (self == NULL)
    return;
  tc_permutation_list_free (&self->list);
  tc_permutation_set_free (&self->train.set);
  tc_permutation_set_free (&self->test.set);
  free (self);
}

const struct tc_permutation_list *
tc_permutation_list_of (const struct tc_permutation *self)
{
  return &self->list;
}
