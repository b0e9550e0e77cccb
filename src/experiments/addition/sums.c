#include "experiments/addition/task.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

int
tc_addition_context (int num_digits)
{
  return 3 * num_digits + 3;
}

int
tc_addition_answers (int num_digits)
{
  return num_digits + 1;
}

void
tc_addition_set_free (struct tc_addition_set *set)
{
  free (set->x);
  free (set->y);
  free (set->tokens);
  free (set->carries);
  free (set->target_seq);
  free (set->target_pos);
  free (set->target);
  free (set->target_group);
  *set = (struct tc_addition_set) { 0 };
}

enum tc_status
tc_addition_set_alloc (struct tc_addition_set *set, int num_digits, size_t n,
                       struct tc_error *err)
{
  size_t digits = n * (size_t) num_digits;
  size_t answers = n * (size_t) tc_addition_answers (num_digits);
  *set = (struct tc_addition_set) {
    .num_digits = num_digits, .n = n,
    .x = calloc (digits + 1, sizeof (int32_t)), .y = calloc (digits + 1, sizeof (int32_t)),
    .tokens = calloc (n * (size_t) tc_addition_context (num_digits) + 1, sizeof (int32_t)),
    .carries = calloc (answers + 1, sizeof (int32_t)),
    .target_seq = calloc (answers + 1, sizeof (int32_t)),
    .target_pos = calloc (answers + 1, sizeof (int32_t)),
    .target = calloc (answers + 1, sizeof (int32_t)),
    .target_group = calloc (answers + 1, sizeof (int32_t))
  };
  if (set->x == NULL || set->y == NULL || set->tokens == NULL || set->carries == NULL
      || set->target_seq == NULL || set->target_pos == NULL || set->target == NULL
      || set->target_group == NULL)
    {
      tc_addition_set_free (set);
      return tc_fail (err, TC_ENOMEM, "no memory for %zu sums", n);
    }
  for (size_t i = 0; i < n; i++)
    tc_addition_write (set, i);
  return TC_OK;
}

/* [sum] */
/* The answer, from the units up, with its carries.  */
static void
add (int num_digits, const int32_t *x, const int32_t *y, int32_t *answer, int32_t *carries)
{
  carries[0] = 0;
  for (int i = 0; i < num_digits; i++)
    {
      int at = num_digits - 1 - i;
      int32_t sum = x[at] + y[at] + carries[i];
      answer[at + 1] = sum % 10;
      carries[i + 1] = sum >= 10;
    }
  answer[0] = carries[num_digits];
}

void
tc_addition_write (struct tc_addition_set *set, size_t i)
{
  size_t d = (size_t) set->num_digits, answers = d + 1;
  const int32_t *x = set->x + i * d, *y = set->y + i * d;
  int32_t *row = set->tokens + i * (3 * d + 3), *answer = row + 2 * d + 2;
  memcpy (row, x, d * sizeof *row);
  row[d] = TC_ADDITION_PLUS;
  memcpy (row + d + 1, y, d * sizeof *row);
  row[2 * d + 1] = TC_ADDITION_EQUALS;
  add (set->num_digits, x, y, answer, set->carries + i * answers);
  for (size_t k = 0; k < answers; k++)
    {
      set->target_seq[i * answers + k] = (int32_t) i;
      set->target_pos[i * answers + k] = (int32_t) (2 * d + 1 + k);
      set->target[i * answers + k] = answer[k];
      set->target_group[i * answers + k] = (int32_t) k;
    }
}

void
tc_addition_draw (struct tc_addition_set *set, size_t from, size_t count,
                  struct tc_torch_rng *rng)
{
  size_t d = (size_t) set->num_digits;
  tc_torch_randint (rng, 0, 10, count * d, set->x + from * d);
  tc_torch_randint (rng, 0, 10, count * d, set->y + from * d);
  for (size_t i = from; i < from + count; i++)
    tc_addition_write (set, i);
}
/* [end sum] */

void
tc_addition_batch (const struct tc_addition_set *set, struct tc_batch *batch)
{
  size_t n_targets = set->n * (size_t) tc_addition_answers (set->num_digits);
  *batch = (struct tc_batch) {
    .n_seq = set->n, .n_pos = (size_t) tc_addition_context (set->num_digits),
    .tokens = set->tokens, .n_targets = n_targets, .target_seq = set->target_seq,
    .target_pos = set->target_pos, .target = set->target, .target_group = set->target_group,
    .loss_scale = 1.0 / (double) n_targets
  };
}

int
tc_addition_chain (const struct tc_addition_set *set, size_t i)
{
  size_t d = (size_t) set->num_digits;
  int run = 0, longest = 0;
  for (size_t column = 0; column < d; column++)
    {
      size_t at = i * d + d - 1 - column;
      bool passes = set->x[at] + set->y[at] == 9 && set->carries[i * (d + 1) + column] == 1;
      run = passes ? run + 1 : 0;
      longest = run > longest ? run : longest;
    }
  return longest;
}
