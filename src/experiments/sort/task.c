#include "experiments/sort/task.h"

#include "training/loss.h"

#include <stdlib.h>
#include <string.h>

const char *const tc_sort_stop_names[] = { "never", "written", "documented", NULL };

struct tc_sort
{
  struct tc_sort_options options;
  struct tc_sort_stream stream;
  struct tc_sort_set train, validation;
  uint32_t drawn;               /* lists since the stream last began; counted with n_data */
  /* For the stop rule: the last validation accuracy in ten-thousandths, and how
     many in a row are like it.  */
  uint32_t last_accuracy, n_alike;
};

struct tc_sort_options
tc_sort_defaults (void)
{
  return (struct tc_sort_options) {
    .list_length = 10, .n_values = 64, .start_token = 64, .batch_size = 128,
    .test_size = 1000, .data_seed = 42, .validation_seed = 66, .test_seed = 1729,
    .stop_rule = TC_SORT_STOP_WRITTEN
  };
}

/* ---- Batches ---- */

/* One length for all lists of the batch.  */
static int
draw_length (struct tc_sort *task)
{
  int longest = task->options.list_length;
  int32_t length;
  if (!task->options.variable_length)
    return longest;
  if (task->stream.is_python)
    return 1 + (int) tc_python_below (&task->stream.python, (uint64_t) longest);
  tc_torch_randint (&task->stream.torch, 1, longest + 1, 1, &length);
  return (int) length;
}

static enum tc_status
draw_batch (struct tc_sort *task, struct tc_error *err)
{
  int length = draw_length (task);
  return tc_sort_set_draw (&task->train, &task->stream, (size_t) task->options.batch_size,
                           length, err);
}

/* From the beginning of the stream.  */
static enum tc_status
restart (struct tc_sort *task, struct tc_error *err)
{
  enum tc_status status = TC_OK;
  tc_sort_stream_start (&task->stream, &task->options, task->options.data_seed);
  for (int i = 0; status == TC_OK && i < task->options.set_aside; i++)
    status = draw_batch (task, err);
  task->drawn = 0;
  return status;
}

static enum tc_status
next (void *self, struct tc_batch *batch, struct tc_error *err)
{
  struct tc_sort *task = self;
  const struct tc_sort_options *options = &task->options;
  enum tc_status status = TC_OK;
  if (options->n_data > 0 && task->drawn >= (uint32_t) options->n_data)
    status = restart (task, err);
  if (options->n_data > 0)
    task->drawn += (uint32_t) options->batch_size;
  if (status == TC_OK)
    status = draw_batch (task, err);
  if (status == TC_OK)
    tc_sort_set_batch (&task->train, batch);
  return status;
}

static enum tc_status
next_test (void *self, struct tc_batch *batch, struct tc_error *err)
{
  struct tc_sort *task = self;
  (void) err;
  tc_sort_set_batch (&task->validation, batch);
  return TC_OK;
}

/* ---- Validation ---- */

static const char *const measure_names[] = { "accuracy", "token_accuracy" };
static const char *const measure_meanings[] = {
  "fraction of the test lists with every token right, each from the right tokens before it",
  "fraction of the test lists' tokens that are right"
};

/* [stop rule] */
/* Whether the rule is content, after this accuracy of lists.  */
static bool
is_enough (struct tc_sort *task, double accuracy)
{
  uint32_t now = (uint32_t) (accuracy * 10000.0 + 0.5);
  task->n_alike = now == task->last_accuracy ? task->n_alike + 1 : 1;
  task->last_accuracy = now;
  switch (task->options.stop_rule)
    {
    case TC_SORT_STOP_WRITTEN:
      return task->n_alike >= 2;
    case TC_SORT_STOP_DOCUMENTED:
      return task->n_alike >= 10 && now == 10000;
    default:
      return false;
    }
}
/* [end stop rule] */

static bool
measure (void *self, const struct tc_batch *batch, const tc_real *const *logits, double *values)
{
  struct tc_sort *task = self;
  tc_accuracy (batch, (size_t) tc_sort_vocabulary (&task->options), logits, &values[1],
               &values[0]);
  return is_enough (task, values[0]);
}

/* ---- State ---- */

enum { DRAWN = TC_TORCH_STATE, LAST_ACCURACY, N_ALIKE, N_STATE };

static void
save_state (const void *self, uint32_t *state)
{
  const struct tc_sort *task = self;
  memset (state, 0, N_STATE * sizeof *state);
  if (task->stream.is_python)
    tc_save_mt (&task->stream.python, state);
  else
    tc_save_torch (&task->stream.torch, state);
  state[DRAWN] = task->drawn;
  state[LAST_ACCURACY] = task->last_accuracy;
  state[N_ALIKE] = task->n_alike;
}

static void
load_state (void *self, const uint32_t *state)
{
  struct tc_sort *task = self;
  if (task->stream.is_python)
    tc_load_mt (&task->stream.python, state);
  else
    tc_load_torch (&task->stream.torch, state);
  task->drawn = state[DRAWN];
  task->last_accuracy = state[LAST_ACCURACY];
  task->n_alike = state[N_ALIKE];
}

/* ---- The task ---- */

static void
fill_task (struct tc_sort *self, struct tc_task *task)
{
  const struct tc_sort_options *options = &self->options;
  size_t n = (size_t) (options->batch_size > options->test_size ? options->batch_size
                                                                : options->test_size);
  *task = (struct tc_task) {
    .self = self, .max_seq = n,
    .max_pos = (size_t) tc_sort_context (options, options->list_length),
    .max_targets = n * (size_t) tc_sort_answers (options, options->list_length),
    .next = next, .next_test = next_test,
    .n_measures = 2, .measure_names = measure_names, .measure_meanings = measure_meanings,
    .measure = measure, .n_state = N_STATE, .save_state = save_state, .load_state = load_state
  };
}

enum tc_status
tc_sort_alloc (struct tc_sort **out, const struct tc_sort_options *options,
               struct tc_task *task, struct tc_error *err)
{
  *out = NULL;
  struct tc_sort *self = calloc (1, sizeof *self);
  if (self == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for the sorting task");
  self->options = *options;
  struct tc_sort_stream validation;
  tc_sort_stream_start (&validation, options, options->validation_seed);
  size_t n_test = (size_t) options->test_size;
  enum tc_status status = tc_sort_set_alloc (&self->train, &self->options,
                                             (size_t) options->batch_size, err);
  if (status == TC_OK)
    status = restart (self, err);
  if (status == TC_OK)
    status = tc_sort_set_alloc (&self->validation, &self->options, n_test, err);
  if (status == TC_OK)
    status = tc_sort_set_draw (&self->validation, &validation, n_test, options->list_length,
                               err);
  if (status != TC_OK)
    {
      tc_sort_free (self);
      return status;
    }
  fill_task (self, task);
  *out = self;
  return TC_OK;
}

void
tc_sort_free (struct tc_sort *self)
{
  if (self == NULL)
    return;
  tc_sort_set_free (&self->train);
  tc_sort_set_free (&self->validation);
  free (self);
}
