#include "experiments/modular-addition/task.h"

#include "numerics/random.h"

#include <stdlib.h>
#include <string.h>

const char *const tc_modular_function_names[]
  = { "add", "subtract", "x2xyy2", "random", NULL };
const char *const tc_modular_split_names[] = { "python", "torch", NULL };

int
tc_modular_value (enum tc_modular_function function, int p, int a, int b)
{
  switch (function)
    {
    case TC_MODULAR_SUBTRACT:
      return (a - b + p) % p;
    case TC_MODULAR_X2XYY2:
      return (a * a + a * b + b * b) % p;
    case TC_MODULAR_ADD:
    case TC_MODULAR_RANDOM:
      break;
    }
  return (a + b) % p;
}

size_t
tc_modular_n_train (const struct tc_modular_options *options)
{
  double n = (double) options->p * (double) options->p;
  return (size_t) (options->frac_train * n);
}

/* ---- Making the pairs ---- */

/* np.random.seed (table_seed); np.random.randint (low=0, high=p, size=(p, p)) */
static enum tc_status
draw_table (struct tc_modular *self, struct tc_error *err)
{
  struct tc_mt19937 mt;
  int64_t *value = calloc (self->n, sizeof *value);
  if (value == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for a table of %zu answers", self->n);
  tc_numpy_seed (&mt, (uint32_t) self->options.table_seed);
  tc_numpy_randint (&mt, 0, self->options.p, self->n, value);
  for (size_t i = 0; i < self->n; i++)
    self->answer[i] = (int32_t) value[i];
  free (value);
  return TC_OK;
}

static enum tc_status
fill_answers (struct tc_modular *self, struct tc_error *err)
{
  int p = self->options.p;
  if (self->options.function == TC_MODULAR_RANDOM)
    return draw_table (self, err);
  for (int a = 0; a < p; a++)
    for (int b = 0; b < p; b++)
      self->answer[a * p + b] = tc_modular_value (self->options.function, p, a, b);
  return TC_OK;
}

/* [split] */
static void
split (struct tc_modular *self)
{
  for (size_t i = 0; i < self->n; i++)
    self->order[i] = (int32_t) i;       /* pairs in lexicographic order */
  if (self->options.split == TC_MODULAR_PYTHON)
    {
      struct tc_mt19937 mt;
      tc_python_seed (&mt, self->options.data_seed);
      tc_python_shuffle (&mt, self->n, sizeof *self->order, self->order);
    }
  else
    {
      struct tc_torch_rng rng;
      tc_torch_seed (&rng, self->options.data_seed);
      tc_torch_randperm (&rng, self->n, self->order);
    }
  for (size_t i = 0; i < self->n_train; i++)
    self->is_train[self->order[i]] = true;
}
/* [end split] */

static void
write_sequence (int32_t *tokens, int32_t pair, int p)
{
  tokens[0] = pair / p;
  tokens[1] = pair % p;
  tokens[2] = p;                /* `=` */
}

static void
fill_batches (struct tc_modular *self)
{
  int p = self->options.p;
  for (size_t i = 0; i < self->n; i++)
    {
      int32_t pair = self->order[i], swap = pair % p * p + pair / p;
      write_sequence (self->tokens + i * TC_MODULAR_CONTEXT, pair, p);
      write_sequence (self->grid_tokens + i * TC_MODULAR_CONTEXT, (int32_t) i, p);
      self->target[i] = self->answer[pair];
      self->group[i] = self->is_train[swap] ? TC_MODULAR_SWAP_SEEN : TC_MODULAR_SWAP_UNSEEN;
      self->seq[i] = (int32_t) i;
      self->pos[i] = TC_MODULAR_CONTEXT - 1;
    }
}

/* ---- Batches ---- */

/* n sequences from `first` of the split.  */
static void
describe (const struct tc_modular *self, size_t first, size_t n, struct tc_batch *batch)
{
  *batch = (struct tc_batch) {
    .n_seq = n, .n_pos = TC_MODULAR_CONTEXT,
    .tokens = self->tokens + first * TC_MODULAR_CONTEXT, .n_targets = n,
    .target_seq = self->seq, .target_pos = self->pos, .target = self->target + first,
    .target_group = self->group + first, .loss_scale = 1.0 / (double) n
  };
}

void
tc_modular_train_batch (const struct tc_modular *self, struct tc_batch *batch)
{
  describe (self, 0, self->n_train, batch);
}

void
tc_modular_test_batch (const struct tc_modular *self, struct tc_batch *batch)
{
  describe (self, self->n_train, self->n - self->n_train, batch);
}

void
tc_modular_grid_batch (const struct tc_modular *self, struct tc_batch *batch)
{
  describe (self, 0, self->n, batch);
  batch->tokens = self->grid_tokens;
  batch->target = self->answer;
  batch->target_group = NULL;
}

/* ---- The task ---- */

static enum tc_status
next (void *self, struct tc_batch *batch, struct tc_error *err)
{
  (void) err;
  tc_modular_train_batch (self, batch);
  return TC_OK;
}

static enum tc_status
next_test (void *self, struct tc_batch *batch, struct tc_error *err)
{
  (void) err;
  tc_modular_test_batch (self, batch);
  return TC_OK;
}

/* Nothing changes from step to step.  */
static void
save_state (const void *self, uint32_t *state)
{
  (void) self;
  (void) state;
}

static void
load_state (void *self, const uint32_t *state)
{
  (void) self;
  (void) state;
}

static const char *const group_names[TC_MODULAR_GROUPS] = { "swap_seen", "swap_unseen" };

static void
fill_task (struct tc_modular *self, struct tc_task *task)
{
  size_t n_test = self->n - self->n_train;
  size_t most = self->n_train > n_test ? self->n_train : n_test;
  *task = (struct tc_task) {
    .self = self, .max_seq = most, .max_pos = TC_MODULAR_CONTEXT, .max_targets = most,
    .n_groups = TC_MODULAR_GROUPS, .group_names = group_names,
    .next = next, .next_test = n_test > 0 ? next_test : NULL,
    .n_state = 0, .save_state = save_state, .load_state = load_state
  };
}

void
tc_modular_free (struct tc_modular *self)
{
  if (self == NULL)
    return;
  free (self->answer);
  free (self->order);
  free (self->is_train);
  free (self->tokens);
  free (self->target);
  free (self->group);
  free (self->seq);
  free (self->pos);
  free (self->grid_tokens);
  free (self);
}

static enum tc_status
alloc_pairs (struct tc_modular *self, struct tc_error *err)
{
  size_t n = self->n;
  self->answer = calloc (n, sizeof *self->answer);
  self->order = calloc (n, sizeof *self->order);
  self->is_train = calloc (n, sizeof *self->is_train);
  self->tokens = calloc (n * TC_MODULAR_CONTEXT, sizeof *self->tokens);
  self->target = calloc (n, sizeof *self->target);
  self->group = calloc (n, sizeof *self->group);
  self->seq = calloc (n, sizeof *self->seq);
  self->pos = calloc (n, sizeof *self->pos);
  self->grid_tokens = calloc (n * TC_MODULAR_CONTEXT, sizeof *self->grid_tokens);
  if (self->answer == NULL || self->order == NULL || self->is_train == NULL
      || self->tokens == NULL || self->target == NULL || self->group == NULL
      || self->seq == NULL || self->pos == NULL || self->grid_tokens == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for %zu pairs", n);
  return TC_OK;
}

enum tc_status
tc_modular_alloc (struct tc_modular **out, const struct tc_modular_options *options,
                  struct tc_task *task, struct tc_error *err)
{
  *out = NULL;
  struct tc_modular *self = calloc (1, sizeof *self);
  if (self == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for the modular-addition task");
  self->options = *options;
  self->n = (size_t) options->p * (size_t) options->p;
  self->n_train = tc_modular_n_train (options);
  enum tc_status status = alloc_pairs (self, err);
  if (status == TC_OK)
    status = fill_answers (self, err);
  if (status != TC_OK)
    {
      tc_modular_free (self);
      return status;
    }
  split (self);
  fill_batches (self);
  fill_task (self, task);
  *out = self;
  return TC_OK;
}
