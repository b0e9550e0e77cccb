#include "experiments/modular-addition/ablations.h"

#include "circuits/logits.h"
#include "numerics/random.h"

#include <stdio.h>
#include <stdlib.h>

/* The control for key frequencies: do other sets of as many do as well?  */

enum { N_SETS = 100, RANDOM_SEED = 0, MOST_FREQUENCIES = 512 };

struct random_set
{
  size_t k[TC_MODULAR_MOST_KEYS], n_keys_in_it;
  double loss, explained;
};

static void
draw (struct tc_mt19937 *rng, const struct tc_modular_grid *grid, struct random_set *set)
{
  int64_t order[MOST_FREQUENCIES];
  tc_numpy_permutation (rng, tc_fourier_frequencies (grid->f), order);
  set->n_keys_in_it = 0;
  for (size_t i = 0; i < grid->keys.n; i++)
    {
      set->k[i] = (size_t) order[i] + 1;
      set->n_keys_in_it += tc_modular_is_key (&grid->keys, set->k[i]);
    }
}

static enum tc_status
measure (const struct tc_modular_grid *grid, struct random_set *set, struct tc_error *err)
{
  struct tc_logit_fit fit;
  enum tc_status status
    = tc_modular_edited_loss (grid, TC_MODULAR_KEEP, &grid->logits, grid->set, grid->keys.n,
                              set->k, &set->loss, err);
  if (status == TC_OK)
    status = tc_logit_fit_alloc (&fit, grid->f, &grid->logits, grid->answers, grid->keys.n,
                                 set->k, err);
  if (status == TC_OK)
    {
      set->explained = fit.explained;
      tc_logit_fit_free (&fit);
    }
  return status;
}

static enum tc_status
write_csv (const struct tc_modular_analysis *a, const struct tc_modular_grid *grid,
           const struct random_set *sets, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "set", "index" }, { "frequencies", "the set" },
    { "keys", "how many of them are key frequencies" },
    { "loss", "restricted loss over all pairs, nats" },
    { "explained", "share of the logits' variance explained by its cosines" }
  };
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "random-sets",
                                          "Sets of frequencies drawn at random (NumPy's stream, "
                                          "seed 0), as large as that of the keys",
                                          5, columns, err);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; status == TC_OK && i < N_SETS; i++)
    {
      char text[TC_MODULAR_KEYS_TEXT];
      struct tc_modular_keys keys = { .n = grid->keys.n };
      for (size_t j = 0; j < keys.n; j++)
        keys.k[j] = sets[i].k[j];
      tc_modular_keys_text (&keys, text);
      tc_csv_int (&csv, (long long) i);
      tc_csv_text (&csv, text);
      tc_csv_int (&csv, (long long) sets[i].n_keys_in_it);
      tc_csv_real (&csv, sets[i].loss);
      tc_csv_real (&csv, sets[i].explained);
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

static int
by_loss (const void *left, const void *right)
{
  const struct random_set *a = left, *b = right;
  return (a->loss > b->loss) - (a->loss < b->loss);
}

static void
write_numbers (struct tc_modular_analysis *a, struct random_set *sets)
{
  double most = 0;
  for (size_t i = 0; i < N_SETS; i++)
    most = sets[i].explained > most ? sets[i].explained : most;
  qsort (sets, N_SETS, sizeof *sets, by_loss);
  tc_modular_number (a, "RandomSets", N_SETS, 0);
  tc_modular_number (a, "RandomLowestLoss", sets[0].loss, 3);
  tc_modular_number (a, "RandomLowestKeys", (double) sets[0].n_keys_in_it, 0);
  tc_modular_number (a, "RandomMedianLoss",
                     (sets[N_SETS / 2 - 1].loss + sets[N_SETS / 2].loss) / 2, 3);
  tc_modular_number (a, "RandomHighestLoss", sets[N_SETS - 1].loss, 3);
  tc_modular_number (a, "RandomMostFvePercent", 100 * most, 3);
}

enum tc_status
tc_modular_report_random_sets (struct tc_modular_analysis *a,
                               const struct tc_modular_grid *grid, struct tc_error *err)
{
  struct tc_mt19937 rng;
  if (tc_fourier_frequencies (grid->f) > MOST_FREQUENCIES)
    return TC_OK;
  struct random_set *sets = calloc (N_SETS, sizeof *sets);
  enum tc_status status = sets == NULL ? tc_fail (err, TC_ENOMEM, "no memory for random sets")
                          : TC_OK;
  tc_numpy_seed (&rng, RANDOM_SEED);
  for (size_t i = 0; status == TC_OK && i < N_SETS; i++)
    {
      draw (&rng, grid, &sets[i]);
      status = measure (grid, &sets[i], err);
    }
  if (status == TC_OK)
    status = write_csv (a, grid, sets, err);
  if (status == TC_OK)
    write_numbers (a, sets);
  free (sets);
  return status;
}
