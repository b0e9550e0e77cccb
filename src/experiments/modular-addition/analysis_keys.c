#include "experiments/modular-addition/analysis.h"

#include "circuits/fourier2d.h"
#include "circuits/frequency.h"

#include <stdlib.h>

/* A neuron's share of variance that puts it into a cluster, and the smallest
   cluster: one neuron of so many.  */
static const double least_fraction = 0.85;
enum { NEURONS_PER_SMALLEST_CLUSTER = 64 };

static enum tc_status
cluster_neurons (struct tc_modular_analysis *a, const struct tc_dense *fractions,
                 struct tc_error *err)
{
  size_t d_mlp = fractions->cols, n_freq = tc_fourier_frequencies (&a->fourier);
  size_t *count = calloc (n_freq + 1, sizeof *count);
  a->keys = calloc (n_freq + 1, sizeof *a->keys);
  a->cluster = calloc (d_mlp, sizeof *a->cluster);
  if (count == NULL || a->keys == NULL || a->cluster == NULL)
    {
      free (count);
      return tc_fail (err, TC_ENOMEM, "no memory for clusters of %zu neurons", d_mlp);
    }
  for (size_t j = 0; j < d_mlp; j++)
    {
      double fraction;
      size_t k = tc_best_frequency (fractions, j, &fraction);
      if (fraction > least_fraction)
        {
          a->cluster[j] = k;
          count[k]++;
        }
    }
  for (size_t k = 1; k <= n_freq; k++)
    if (count[k] > 0 && count[k] >= d_mlp / NEURONS_PER_SMALLEST_CLUSTER)
      a->keys[a->n_keys++] = k;
  free (count);
  return TC_OK;
}

enum tc_status
tc_modular_find_keys (struct tc_modular_analysis *a, struct tc_error *err)
{
  static const char *const which[] = { "blocks.0.mlp.hook_post" };
  struct tc_dense neurons = { 0 }, transformed = { 0 }, fractions = { 0 };
  free (a->keys);
  free (a->cluster);
  a->keys = a->cluster = NULL;
  a->n_keys = 0;
  if (a->session->model.config.d_mlp == 0)
    return TC_OK;
  enum tc_status status = tc_modular_activations (a, 1, which, &neurons, err);
  if (status == TC_OK)
    status = tc_fourier2d (&a->fourier, TC_FOURIER_FORWARD, &neurons, &transformed, err);
  if (status == TC_OK)
    status = tc_frequency_fractions (&a->fourier, &transformed, &fractions, err);
  if (status == TC_OK)
    status = cluster_neurons (a, &fractions, err);
  tc_dense_free (&neurons);
  tc_dense_free (&transformed);
  tc_dense_free (&fractions);
  return status;
}
