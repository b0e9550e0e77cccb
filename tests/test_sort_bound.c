/* The certified bound on sorting against enumeration: for small models every list
   is run, and nothing that was certified may be wrong more often than that.  */

#include "experiments/sort/bound.h"
#include "experiments/sort/bound_model.h"
#include "experiments/sort/bound_sums.h"
#include "experiments/sort/task.h"
#include "numerics/random.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct tc_error error;
#define OK(call) cr_assert_eq ((call), TC_OK, "%s", error.message)

/* Logits in float32 may differ from those that the bound speaks of by less.  */
static const double rounding = 1e-4;

struct bench
{
  struct tc_sort_options lists;
  struct tc_sort_bound_task task;
  struct tc_model model;
  struct tc_sort_set set;       /* every list */
  double *logits;               /* [lists, list_length, classes] of the sorted half */
  size_t classes;
};

/* --- every list --- */

/* The next list in the order of numbers of base n; false after the last.  */
static bool
advance (int32_t *list, int length, int n)
{
  for (int i = 0; i < length; i++)
    {
      if (++list[i] < n)
        return true;
      list[i] = 0;
    }
  return false;
}

static bool
is_distinct (const int32_t *list, int length)
{
  for (int i = 0; i < length; i++)
    for (int k = 0; k < i; k++)
      if (list[i] == list[k])
        return false;
  return true;
}

static void
write_every_list (struct bench *bench)
{
  int length = bench->lists.list_length, n = bench->lists.n_values;
  size_t most = 1, count = 0;
  int32_t list[16] = { 0 };
  for (int i = 0; i < length; i++)
    most *= (size_t) n;
  int32_t *all = calloc (most * (size_t) length, sizeof *all);
  do
    if (bench->lists.repeats || is_distinct (list, length))
      memcpy (all + (size_t) length * count++, list, (size_t) length * sizeof *list);
  while (advance (list, length, n));
  OK (tc_sort_set_alloc (&bench->set, &bench->lists, count, &error));
  tc_sort_set_fill (&bench->set, count, length, all);
  free (all);
}

/* Has a model of the right shape whose parameters are all 0.  */
static void
bench_open (struct bench *bench, int length, int n_values, bool repeats, int d_model)
{
  struct tc_config config = tc_config_default ();
  *bench = (struct bench) {
    .lists = { .list_length = length, .n_values = n_values, .start_token = n_values,
               .repeats = repeats },
    .task = { .list_length = (size_t) length, .n_values = (size_t) n_values,
              .repeats = repeats, .start_token = (size_t) n_values,
              .mid_token = (size_t) n_values + 1 }
  };
  config.d_model = config.d_head = d_model;
  config.n_ctx = 2 * length + 2;
  config.d_vocab = config.d_vocab_out = n_values + 2;
  config.attn_bias = config.unembed_bias = true;
  OK (tc_model_alloc (&bench->model, &config, &error));
  bench->classes = (size_t) config.d_vocab_out;
  write_every_list (bench);
}

static void
bench_close (struct bench *bench)
{
  tc_model_free (&bench->model);
  tc_sort_set_free (&bench->set);
  free (bench->logits);
}

/* Runs the model on every list.  */
static void
run_all (struct bench *bench)
{
  struct tc_compute *compute;
  struct tc_run *run;
  struct tc_batch batch;
  size_t size = bench->set.n * bench->task.list_length;
  tc_sort_set_batch (&bench->set, &batch);
  OK (tc_compute_alloc (&compute, NULL, 1, &error));
  OK (tc_run_alloc (&run, &bench->model.config, TC_ROWS_NEEDED, batch.n_seq, batch.n_pos,
                    batch.n_targets, &error));
  OK (tc_forward (compute, &bench->model, &batch, run, &error));
  bench->logits = calloc (size * bench->classes, sizeof *bench->logits);
  for (size_t i = 0; i < size; i++)
    for (size_t c = 0; c < bench->classes; c++)
      bench->logits[i * bench->classes + c] = (double) tc_run_logits (run, i)[c];
  tc_run_free (run);
  tc_compute_free (compute);
}

/* How far the right logit of list i's slot j is above the strongest other one, or
   above that of one rival.  */
static double
lead_over (const struct bench *bench, size_t i, size_t j, size_t rival)
{
  const int32_t *sorted = tc_sort_set_row (&bench->set, i) + bench->task.list_length + 2;
  const double *logits
    = bench->logits + (i * bench->task.list_length + j) * bench->classes;
  return logits[sorted[j]] - logits[rival];
}

static double
lead (const struct bench *bench, size_t i, size_t j)
{
  size_t right = (size_t) tc_sort_set_row (&bench->set, i)[bench->task.list_length + 2 + j];
  double least = INFINITY;
  for (size_t v = 0; v < bench->classes; v++)
    if (v != right)
      least = fmin (least, lead_over (bench, i, j, v));
  return least;
}

/* --- one case: slot, current token, right token, rival --- */

/* Whether the list has that token at slot j, after that one.  */
static bool
is_case (const struct bench *bench, size_t i, size_t j, size_t current, size_t y)
{
  const int32_t *sorted = tc_sort_set_row (&bench->set, i) + bench->task.list_length + 2;
  return (size_t) sorted[j] == y && (j == 0 || (size_t) sorted[j - 1] == current);
}

/* Every case of the bound is at least the share of lists that it is about.  How sharp
   it is, as the sum of those shares over the sum of bounds.  */
static double
check_cases (const struct bench *bench)
{
  const struct tc_sort_bound_task *task = &bench->task;
  struct tc_sort_keys *keys;
  struct tc_sort_sums *sums;
  double n = (double) bench->set.n, all_true = 0, all_bounds = 0;
  OK (tc_sort_keys_alloc (&keys, &bench->model, task, &error));
  OK (tc_sort_sums_alloc (&sums, task, &error));
  for (size_t j = 0; j < task->list_length; j++)
    for (size_t c = 0; c < (j == 0 ? 1 : task->n_values); c++)
      {
        size_t current = j == 0 ? task->mid_token : c;
        tc_sort_keys_set (keys, j, current);
        for (size_t y = j == 0 ? 0 : c; y < task->n_values; y++)
          {
            size_t count = 0;
            for (size_t i = 0; i < bench->set.n; i++)
              count += is_case (bench, i, j, current, y);
            cr_assert_float_eq (tc_sort_sums_share (sums, j, current, y), (double) count / n,
                                1e-12, "slot %zu, %zu after %zu", j, y, current);
            for (size_t v = 0; v < bench->classes; v++)
              {
                enum tc_sort_effort effort;
                size_t wrong = 0;
                if (v == y || count == 0)
                  continue;
                for (size_t i = 0; i < bench->set.n; i++)
                  wrong += is_case (bench, i, j, current, y)
                           && lead_over (bench, i, j, v) < task->margin - rounding;
                double bound = fmin (tc_sort_sums_wrong (sums, keys, y, v, 1e-9, &effort),
                                     (double) count / n);
                cr_assert_geq (bound, (double) wrong / n - 1e-12, "slot %zu, %zu after %zu, "
                               "rival %zu: %zu of %zu lists", j, y, current, v, wrong, count);
                cr_assert (effort != TC_SORT_SETTLED || wrong == 0);
                all_true += (double) wrong / n;
                all_bounds += bound;
              }
          }
      }
  tc_sort_keys_free (keys);
  tc_sort_sums_free (sums);
  return all_true / all_bounds;
}

/* The whole bound: certified accuracies are at most the true ones, slot by slot.  */
static struct tc_sort_bound
check_bound (const struct bench *bench)
{
  struct tc_sort_bound bound;
  size_t length = bench->task.list_length, right_lists = 0, right_tokens = 0;
  double n = (double) bench->set.n;
  OK (tc_sort_bound_alloc (&bound, &bench->model, &bench->task, &error));
  for (size_t j = 0; j < length; j++)
    {
      size_t wrong = 0;
      for (size_t i = 0; i < bench->set.n; i++)
        wrong += lead (bench, i, j) < bench->task.margin - rounding;
      cr_assert_geq (bound.slot[j] + bound.left_out, (double) wrong / n - 1e-12, "slot %zu", j);
    }
  for (size_t i = 0; i < bench->set.n; i++)
    {
      size_t right = 0;
      for (size_t j = 0; j < length; j++)
        right += lead (bench, i, j) > bench->task.margin - rounding;
      right_tokens += right;
      right_lists += right == length;
    }
  cr_assert_leq (bound.lists, (double) right_lists / n + 1e-12);
  cr_assert_leq (bound.tokens, (double) right_tokens / (n * (double) length) + 1e-12);
  return bound;
}

/* --- random models --- */

static void
fill_at_random (struct bench *bench, uint64_t seed, double size)
{
  struct tc_torch_rng rng;
  tc_torch_seed (&rng, seed);
  tc_torch_normal (&rng, bench->model.params.count, 0, size, bench->model.params.data);
}

Test (bound, holds_for_random_models)
{
  static const struct { int length, n_values; bool repeats; double size, margin; } kinds[] = {
    { 3, 4, true, 0.2, 0 }, { 3, 4, true, 0.6, 0.05 }, { 4, 4, true, 0.4, 0 },
    { 4, 3, true, 0.8, 0 }, { 3, 5, false, 0.5, 0 }, { 4, 5, false, 0.3, 0.1 }
  };
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    for (uint64_t seed = 1; seed <= 3; seed++)
      {
        struct bench bench;
        struct tc_sort_bound bound;
        bench_open (&bench, kinds[i].length, kinds[i].n_values, kinds[i].repeats, 6);
        bench.task.margin = kinds[i].margin;
        fill_at_random (&bench, seed, kinds[i].size);
        run_all (&bench);
        check_cases (&bench);
        bound = check_bound (&bench);
        tc_sort_bound_free (&bound);
        bench_close (&bench);
      }
}

/* More than seven copies of a value count as wrong: of 256 lists of two values the two
   that are all 0 or all 1.  */
Test (bound, leaves_out_many_copies)
{
  struct bench bench;
  struct tc_sort_bound bound;
  bench_open (&bench, 8, 2, true, 4);
  fill_at_random (&bench, 4, 0.3);
  run_all (&bench);
  bound = check_bound (&bench);
  cr_assert_float_eq (bound.left_out, 2.0 / 256, 1e-12);
  tc_sort_bound_free (&bound);
  bench_close (&bench);
}

/* --- a sorter made by hand --- */

/* One-hot embeddings; a value attends to greater ones, the less the further, by
   `slope` a step, MID likewise from 0 on; what is attended to is said.  With `shake`
   all parameters are a little off, so that places matter, too.  */
static void
make_sorter (struct bench *bench, double slope, double shake)
{
  const struct tc_params *params = &bench->model.params;
  size_t n = bench->task.n_values, d = bench->classes;
  tc_real *embed = tc_params_data (params, "embed.W_E");
  tc_real *q = tc_params_data (params, "blocks.0.attn.W_Q");
  tc_real *k = tc_params_data (params, "blocks.0.attn.W_K");
  tc_real *v = tc_params_data (params, "blocks.0.attn.W_V");
  tc_real *o = tc_params_data (params, "blocks.0.attn.W_O");
  tc_real *u = tc_params_data (params, "unembed.W_U");
  double scale = sqrt ((double) d);
  fill_at_random (bench, 6, shake);
  for (size_t i = 0; i < d; i++)
    {
      embed[i * d + i] += 1;
      q[i * d + i] += 1;
      v[i * d + i] += 1;
      o[i * d + i] += 20;
      u[i * d + i] += 1;
      for (size_t query = 0; query < d; query++)
        {
          bool sees = i < n && (query == bench->task.mid_token || (query < n && i > query));
          double steps = query < n ? (double) i - (double) query - 1 : (double) i;
          k[i * d + query] += (tc_real) (scale * (sees ? -slope * steps : -slope * 20));
        }
    }
}

Test (bound, certifies_a_sorter_wholly)
{
  struct bench bench;
  struct tc_sort_bound bound;
  bench_open (&bench, 4, 6, false, 8);
  make_sorter (&bench, 3, 0);
  run_all (&bench);
  check_cases (&bench);
  bound = check_bound (&bench);
  cr_assert_gt (bound.lists, 1 - 1e-6, "%.17g", bound.lists);
  tc_sort_bound_free (&bound);
  bench_close (&bench);
}

/* One that makes mistakes: most of what it sorts is certified, and what is certified
   is not more.  */
Test (bound, certifies_most_of_an_imperfect_sorter)
{
  struct bench bench;
  struct tc_sort_bound bound;
  bench_open (&bench, 4, 6, false, 8);
  make_sorter (&bench, 1.5, 0.01);
  run_all (&bench);
  double sharp = check_cases (&bench);
  bound = check_bound (&bench);
  size_t right = 0;
  for (size_t i = 0; i < bench.set.n; i++)
    {
      bool is_right = true;
      for (size_t j = 0; j < 4; j++)
        is_right = is_right && lead (&bench, i, j) > 0;
      right += is_right;
    }
  double accuracy = (double) right / (double) bench.set.n;
  cr_assert (accuracy > 0.6 && accuracy < 0.75, "%g", accuracy);
  cr_assert (bound.lists > 0.45 && bound.lists <= accuracy, "%g", bound.lists);
  cr_assert_gt (sharp, 0.6, "%g", sharp);
  tc_sort_bound_free (&bound);
  bench_close (&bench);
}

Test (bound, refuses_other_models)
{
  struct bench bench;
  struct tc_sort_bound bound;
  bench_open (&bench, 3, 4, true, 6);
  bench.model.config.normalization = TC_NORM_LN;
  cr_assert_eq (tc_sort_bound_alloc (&bound, &bench.model, &bench.task, &error), TC_EINVAL);
  bench.model.config.normalization = TC_NORM_NONE;
  bench.task.list_length = 4;
  cr_assert_eq (tc_sort_bound_alloc (&bound, &bench.model, &bench.task, &error), TC_EINVAL);
  cr_assert_str_eq (error.message, "the model is too small for lists of 4 of 4 values");
  bench_close (&bench);
}
