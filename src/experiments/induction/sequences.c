/* Sequences of noise with a repeated block.  */

#include "experiments/induction/task.h"

#include <stdlib.h>
#include <string.h>

int
tc_induction_slot (const struct tc_induction_shape *shape)
{
  return (shape->seq_len - 1) / shape->num_repeats;
}

int
tc_induction_places (const struct tc_induction_shape *shape)
{
  return tc_induction_slot (shape) - (shape->subseq_len - 1);
}

int
tc_induction_scored (const struct tc_induction_shape *shape)
{
  return (shape->num_repeats - 1) * (shape->subseq_len - 1);
}

double
tc_induction_unit (const struct tc_induction_shape *shape)
{
  return (double) shape->seq_len / (double) (shape->seq_len - 1);
}

/* ---- Memory ---- */

enum tc_status
tc_induction_set_alloc (struct tc_induction_set *set, const struct tc_induction_shape *shape,
                        size_t n, struct tc_error *err)
{
  size_t n_tokens = n * (size_t) shape->seq_len;
  size_t n_targets = n * (size_t) tc_induction_scored (shape);
  *set = (struct tc_induction_set) {
    .shape = *shape, .n = n,
    .tokens = calloc (n_tokens, sizeof (int32_t)),
    .start = calloc (n * (size_t) shape->num_repeats, sizeof (int32_t)),
    .target_seq = calloc (n_targets, sizeof (int32_t)),
    .target_pos = calloc (n_targets, sizeof (int32_t)),
    .target = calloc (n_targets, sizeof (int32_t)),
    .target_group = calloc (n_targets, sizeof (int32_t)),
    .noise = calloc (n_tokens, sizeof (int64_t))
  };
  if (set->tokens != NULL && set->start != NULL && set->target_seq != NULL
      && set->target_pos != NULL && set->target != NULL && set->target_group != NULL
      && set->noise != NULL)
    return TC_OK;
  tc_induction_set_free (set);
  return tc_fail (err, TC_ENOMEM, "no memory for %zu sequences", n);
}

void
tc_induction_set_free (struct tc_induction_set *set)
{
  free (set->tokens);
  free (set->start);
  free (set->target_seq);
  free (set->target_pos);
  free (set->target);
  free (set->target_group);
  free (set->noise);
  *set = (struct tc_induction_set) { .n = 0 };
}

/* ---- Drawing ---- */

/* Positions and classes of sequence i's scored tokens.  */
static void
write_targets (struct tc_induction_set *set, size_t i)
{
  const struct tc_induction_shape *shape = &set->shape;
  const int32_t *tokens = set->tokens + i * (size_t) shape->seq_len;
  const int32_t *start = set->start + i * (size_t) shape->num_repeats;
  size_t k = i * (size_t) tc_induction_scored (shape);
  for (int32_t copy = 1; copy < shape->num_repeats; copy++)
    for (int32_t j = 0; j < shape->subseq_len - 1; j++, k++)
      {
        set->target_seq[k] = (int32_t) i;
        set->target_pos[k] = start[copy] + j;
        set->target[k] = tokens[start[copy] + j + 1];
        set->target_group[k] = copy - 1;
      }
}

/* [draw] */
void
tc_induction_draw (struct tc_induction_set *set, struct tc_mt19937 *numpy)
{
  const struct tc_induction_shape *shape = &set->shape;
  const size_t n = set->n, seq_len = (size_t) shape->seq_len;
  const size_t copies = (size_t) shape->num_repeats;
  const int slot = tc_induction_slot (shape);
  tc_numpy_randint (numpy, 1, shape->vocab_size, n * seq_len, set->noise);
  for (size_t i = 0; i < n * seq_len; i++)
    set->tokens[i] = i % seq_len == 0 ? 0 : (int32_t) set->noise[i];
  for (size_t copy = 0; copy < copies; copy++)
    {
      const int64_t lowest = 1 + (int64_t) copy * slot;
      tc_numpy_randint (numpy, lowest, lowest + tc_induction_places (shape), n, set->noise);
      for (size_t i = 0; i < n; i++)
        set->start[i * copies + copy] = (int32_t) set->noise[i];
    }
  for (size_t i = 0; i < n; i++)
    {
      int32_t *tokens = set->tokens + i * seq_len, *start = set->start + i * copies;
      for (size_t copy = 1; copy < copies; copy++)
        memcpy (tokens + start[copy], tokens + start[0],
                (size_t) shape->subseq_len * sizeof *tokens);
      write_targets (set, i);
    }
}
/* [end draw] */

void
tc_induction_copy (struct tc_induction_set *set, size_t j,
                   const struct tc_induction_set *from, size_t i)
{
  const size_t seq_len = (size_t) set->shape.seq_len;
  const size_t copies = (size_t) set->shape.num_repeats;
  memcpy (set->tokens + j * seq_len, from->tokens + i * seq_len,
          seq_len * sizeof *set->tokens);
  memcpy (set->start + j * copies, from->start + i * copies, copies * sizeof *set->start);
  write_targets (set, j);
}

void
tc_induction_batch (const struct tc_induction_set *set, struct tc_batch *batch)
{
  const size_t n_targets = set->n * (size_t) tc_induction_scored (&set->shape);
  *batch = (struct tc_batch) {
    .n_seq = set->n, .n_pos = (size_t) set->shape.seq_len, .tokens = set->tokens,
    .n_targets = n_targets, .target_seq = set->target_seq, .target_pos = set->target_pos,
    .target = set->target, .target_group = set->target_group,
    .loss_scale = tc_induction_unit (&set->shape) / (double) n_targets
  };
}
