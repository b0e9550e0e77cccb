/* A certified bound: sums over all lists.  bound.h says what, the paper why.

   Notation: slot j, position p = L + 1 + j; `current` is the token there, MID or the
   j-th least value c; y the right next token, v a rival.  The lower values are those
   below c, all of them said already; the upper ones are above y.  */

#include "experiments/sort/bound.h"

#include "experiments/sort/bound_model.h"
#include "experiments/sort/bound_sums.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool
tc_sort_bound_applies (const struct tc_config *config)
{
  return config->n_layers == 1 && config->n_heads == 1 && config->d_mlp == 0
         && config->normalization == TC_NORM_NONE && !config->doubled_residual;
}

static enum tc_status
check (const struct tc_model *model, const struct tc_sort_bound_task *task,
       struct tc_error *err)
{
  const struct tc_config *config = &model->config;
  if (!tc_sort_bound_applies (config))
    return tc_fail (err, TC_EINVAL, "the bound is for one layer of one head without MLP and "
                    "normalisation");
  if (task->list_length < 1 || (size_t) config->n_ctx < 2 * task->list_length + 1
      || (size_t) config->d_vocab < task->n_values || task->start_token >= (size_t) config->d_vocab
      || task->mid_token >= (size_t) config->d_vocab
      || (size_t) config->d_vocab_out < task->n_values)
    return tc_fail (err, TC_EINVAL, "the model is too small for lists of %zu of %zu values",
                    task->list_length, task->n_values);
  return TC_OK;
}

/* Cases as rare as this are counted as wrong without a look: all of them together
   are some 1e-7 of the lists.  */
static const double rare = 1e-12;

/* A bound this low need not be lower, as a share of all lists.  */
static const double low_enough = 1e-7;

/* Every rival of one slot, current and right token.  */
static void
add_case (struct tc_sort_bound *bound, struct tc_sort_sums *sums,
          const struct tc_sort_keys *keys, size_t y)
{
  double share = tc_sort_sums_share (sums, keys->j, keys->current, y);
  double wrong = share > rare ? 0 : share;
  for (size_t v = 0; share > rare && wrong < share && v < keys->n_classes; v++)
    if (v != y)
      {
        enum tc_sort_effort effort;
        wrong += tc_sort_sums_wrong (sums, keys, y, v, low_enough, &effort);
        bound->n_cases++;
        bound->n_settled += effort == TC_SORT_SETTLED;
        bound->n_fine += effort == TC_SORT_FINE;
      }
  wrong = fmin (wrong, share);
  bound->slot[keys->j] += wrong;
  if (keys->j > 0)
    {
      bound->gap[y - keys->current] += wrong;
      bound->gap_share[y - keys->current] += share;
    }
}

/* What the sums leave out: the shares of all cases of a slot are 1 without it.  */
static double
left_out (struct tc_sort_sums *sums, const struct tc_sort_bound_task *task)
{
  double rest = 1;
  for (size_t y = 0; y < task->n_values; y++)
    rest -= tc_sort_sums_share (sums, 0, task->mid_token, y);
  return fmax (rest, 0);
}

static void
add_all (struct tc_sort_bound *bound, struct tc_sort_sums *sums, struct tc_sort_keys *keys,
         const struct tc_sort_bound_task *task)
{
  for (size_t j = 0; j < task->list_length; j++)
    for (size_t c = 0; c < (j == 0 ? 1 : task->n_values); c++)
      {
        size_t current = j == 0 ? task->mid_token : c;
        tc_sort_keys_set (keys, j, current);
        for (size_t y = j == 0 ? 0 : c; y < task->n_values; y++)
          add_case (bound, sums, keys, y);
      }
  bound->left_out = left_out (sums, task);
}

enum tc_status
tc_sort_bound_alloc (struct tc_sort_bound *bound, const struct tc_model *model,
                     const struct tc_sort_bound_task *task, struct tc_error *err)
{
  struct tc_sort_keys *keys = NULL;
  struct tc_sort_sums *sums = NULL;
  *bound = (struct tc_sort_bound) { 0 };
  enum tc_status status = check (model, task, err);
  if (status != TC_OK)
    return status;
  bound->slot = calloc (task->list_length, sizeof *bound->slot);
  bound->gap = calloc (task->n_values, sizeof *bound->gap);
  bound->gap_share = calloc (task->n_values, sizeof *bound->gap_share);
  if (bound->slot == NULL || bound->gap == NULL || bound->gap_share == NULL)
    status = tc_fail (err, TC_ENOMEM, "no memory for a bound");
  if (status == TC_OK)
    status = tc_sort_keys_alloc (&keys, model, task, err);
  if (status == TC_OK)
    status = tc_sort_sums_alloc (&sums, task, err);
  if (status == TC_OK)
    add_all (bound, sums, keys, task);
  tc_sort_keys_free (keys);
  tc_sort_sums_free (sums);
  if (status != TC_OK)
    {
      tc_sort_bound_free (bound);
      return status;
    }
  double wrong = 0;
  for (size_t j = 0; j < task->list_length; j++)
    wrong += bound->slot[j];
  bound->lists = fmax (0, 1 - bound->left_out - wrong);
  bound->tokens = fmax (0, 1 - bound->left_out - wrong / (double) task->list_length);
  return TC_OK;
}

void
tc_sort_bound_free (struct tc_sort_bound *bound)
{
  free (bound->slot);
  free (bound->gap);
  free (bound->gap_share);
  *bound = (struct tc_sort_bound) { 0 };
}
