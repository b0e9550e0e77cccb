/* Combinations and the sequences that begin with them.  */

#include "experiments/permutation/task.h"

#include <gsl/gsl_combination.h>
#include <stdlib.h>

/* ---- Combinations ---- */

static enum tc_status
list_all (struct tc_permutation_list *list, struct tc_error *err)
{
  const size_t n = (size_t) list->n;
  uint8_t *token = list->tokens;
  gsl_combination *c = gsl_combination_calloc (TC_PERMUTATION_ELEMENTS, n);
  if (c == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for a combination of %zu", n);
  do
    for (size_t slot = 0; slot < n; slot++)
      *token++ = (uint8_t) (TC_PERMUTATION_SPECIAL + gsl_combination_get (c, slot));
  while (gsl_combination_next (c) == GSL_SUCCESS);
  gsl_combination_free (c);
  return TC_OK;
}

enum tc_status
tc_permutation_list_alloc (struct tc_permutation_list *list, int n, size_t n_test,
                           struct tc_mt19937 *stream, struct tc_error *err)
{
  const size_t count = tc_permutation_combinations (n);
  *list = (struct tc_permutation_list) {
    .n = n, .n_train = count - n_test, .n_test = n_test,
    .tokens = malloc (count * (size_t) n)
  };
  if (list->tokens == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for %zu combinations", count);
  enum tc_status status = list_all (list, err);
  if (status != TC_OK)
    {
      tc_permutation_list_free (list);
      return status;
    }
  tc_python_shuffle (stream, count, (size_t) n, list->tokens);
  return TC_OK;
}

void
tc_permutation_list_free (struct tc_permutation_list *list)
{
  free (list->tokens);
  *list = (struct tc_permutation_list) { .n = 0 };
}

void
tc_permutation_get (const struct tc_permutation_list *list, size_t i, int32_t *first)
{
  const size_t n = (size_t) list->n;
  for (size_t slot = 0; slot < n; slot++)
    first[slot] = list->tokens[i * n + slot];
}

/* ---- Sequences ---- */

enum tc_status
tc_permutation_set_alloc (struct tc_permutation_set *set, int n, size_t capacity,
                          struct tc_error *err)
{
  const size_t n_pos = tc_permutation_length (n), n_targets = capacity * (n_pos - 1);
  *set = (struct tc_permutation_set) {
    .n = n, .capacity = capacity, .n_pos = n_pos,
    .tokens = calloc (capacity * n_pos, sizeof (int32_t)),
    .target_seq = calloc (n_targets, sizeof (int32_t)),
    .target_pos = calloc (n_targets, sizeof (int32_t)),
    .target = calloc (n_targets, sizeof (int32_t)),
    .target_group = calloc (n_targets, sizeof (int32_t)),
    .orders = malloc (tc_permutation_terms (n) * (size_t) n)
  };
  enum tc_status status = TC_OK;
  if (set->tokens == NULL || set->target_seq == NULL || set->target_pos == NULL
      || set->target == NULL || set->target_group == NULL || set->orders == NULL)
    status = tc_fail (err, TC_ENOMEM, "no memory for %zu sequences of %zu tokens", capacity,
                      n_pos);
  if (status == TC_OK)
    status = tc_permutation_orders (n, set->orders, err);
  if (status != TC_OK)
    tc_permutation_set_free (set);
  return status;
}

void
tc_permutation_set_free (struct tc_permutation_set *set)
{
  free (set->tokens);
  free (set->target_seq);
  free (set->target_pos);
  free (set->target);
  free (set->target_group);
  free (set->orders);
  *set = (struct tc_permutation_set) { .n = 0 };
}

/* Position 1 holds the space before the first term.  */
static int32_t
group_of (int n, size_t position)
{
  return position >= 1 && position <= (size_t) n ? (int32_t) position - 1 : (int32_t) n;
}

void
tc_permutation_set_sequence (struct tc_permutation_set *set, size_t i, const int32_t *first)
{
  int32_t *tokens = set->tokens + i * set->n_pos;
  tc_permutation_write (set->n, set->orders, first, tokens);
  for (size_t p = 0, k = i * (set->n_pos - 1); p + 1 < set->n_pos; p++, k++)
    {
      set->target_seq[k] = (int32_t) i;
      set->target_pos[k] = (int32_t) p;
      set->target[k] = tokens[p + 1];
      set->target_group[k] = group_of (set->n, p);
    }
}

void
tc_permutation_batch (const struct tc_permutation_set *set, size_t n_seq,
                      struct tc_batch *batch)
{
  const size_t n_targets = n_seq * (set->n_pos - 1);
  *batch = (struct tc_batch) {
    .n_seq = n_seq, .n_pos = set->n_pos, .tokens = set->tokens, .n_targets = n_targets,
    .target_seq = set->target_seq, .target_pos = set->target_pos, .target = set->target,
    .target_group = set->target_group, .loss_scale = 1.0 / (double) n_targets
  };
}
