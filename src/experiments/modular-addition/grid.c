#include "experiments/modular-addition/grid.h"

#include "circuits/fourier2d.h"
#include "circuits/frequency.h"
#include "circuits/logits.h"
#include "circuits/product64.h"
#include "circuits/similarity.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* --- The grid --- */

static enum tc_status
check (const struct tc_modular_analysis *a, struct tc_error *err)
{
  const struct tc_config *config = &a->session->model.config;
  if (a->p < 5 || a->p % 2 == 0)
    return tc_fail (err, TC_EINVAL, "the circuit analysis needs an odd p >= 5, not %zu", a->p);
  if (config->n_layers != 1 || config->d_mlp == 0)
    return tc_fail (err, TC_EINVAL, "the circuit analysis needs one layer with an MLP");
  return TC_OK;
}

/* The analysis's keys, or in their absence those of W_L.  */
static enum tc_status
find_keys (const struct tc_modular_analysis *a, struct tc_modular_grid *grid,
           struct tc_error *err)
{
  struct tc_modular_keys *keys = &grid->keys;
  if (a->n_keys > 0 && a->n_keys <= TC_MODULAR_MOST_KEYS)
    {
      *keys = (struct tc_modular_keys) { .n = a->n_keys, .is_clear = true };
      for (size_t i = 0; i < a->n_keys; i++)
        keys->k[i] = a->keys[i];
      return TC_OK;
    }
  double *norms = malloc ((a->p / 2 + 1) * sizeof *norms);
  if (norms == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for the norms of %zu frequencies", a->p / 2);
  enum tc_status status = tc_fourier_norms (grid->f, &grid->w_l, norms, err);
  if (status == TC_OK)
    *keys = tc_modular_keys_of_norms (tc_fourier_frequencies (grid->f), norms);
  free (norms);
  return status;
}

/* Heat maps of the notebook's own seed and of the demo; other seeds and the demo's
   replicas are there for their numbers, and a table of random numbers has nothing
   to see.  */
static bool
has_maps (const struct tc_modular_analysis *a)
{
  const struct tc_modular_options *task = &a->settings->task;
  return task->function != TC_MODULAR_RANDOM && a->session->setup.nudge_seed == 0
         && (task->data_seed == 0 || task->split == TC_MODULAR_TORCH);
}

static enum tc_status
run_model (struct tc_modular_analysis *a, struct tc_modular_grid *grid, struct tc_error *err)
{
  static const char *const which[] = { "blocks.0.mlp.hook_post", "blocks.0.attn.hook_pattern" };
  struct tc_dense activations[2] = { { 0 }, { 0 } };
  enum tc_status status = tc_modular_number_logits (a, &grid->logits, err);
  if (status == TC_OK)
    status = tc_modular_activations (a, 2, which, activations, err);
  grid->neurons = activations[0];
  grid->pattern = activations[1];
  return status;
}

static enum tc_status
transform (struct tc_modular_grid *grid, struct tc_error *err)
{
  enum tc_status status = tc_fourier2d (grid->f, TC_FOURIER_FORWARD, &grid->neurons,
                                        &grid->transformed, err);
  if (status == TC_OK)
    status = tc_frequency_fractions (grid->f, &grid->transformed, &grid->fractions, err);
  if (status == TC_OK)
    status = tc_modular_to_logits (grid, &grid->neurons, &grid->mlp_logits, err);
  return status;
}

enum tc_status
tc_modular_grid_alloc (struct tc_modular_grid *grid, struct tc_modular_analysis *a,
                       struct tc_error *err)
{
  const struct tc_config *config = &a->session->model.config;
  bool subtracts = a->settings->task.function == TC_MODULAR_SUBTRACT;
  *grid = (struct tc_modular_grid) {
    .p = a->p, .n = a->n, .d_mlp = (size_t) config->d_mlp,
    .n_heads = (size_t) config->n_heads, .answers = a->task->answer, .f = &a->fourier,
    .set = subtracts ? TC_FOURIER_DIFFERENCE : TC_FOURIER_SUM, .has_maps = has_maps (a)
  };
  enum tc_status status = check (a, err);
  if (status == TC_OK)
    status = tc_modular_neuron_logits (a, &grid->w_l, err);
  if (status == TC_OK)
    status = find_keys (a, grid, err);
  if (status == TC_OK)
    status = run_model (a, grid, err);
  if (status == TC_OK)
    status = transform (grid, err);
  return status;
}

void
tc_modular_grid_free (struct tc_modular_grid *grid)
{
  tc_dense_free (&grid->logits);
  tc_dense_free (&grid->neurons);
  tc_dense_free (&grid->pattern);
  tc_dense_free (&grid->w_l);
  tc_dense_free (&grid->mlp_logits);
  tc_dense_free (&grid->transformed);
  tc_dense_free (&grid->fractions);
}

/* --- Edited logits --- */

enum tc_status
tc_modular_to_logits (const struct tc_modular_grid *grid, const struct tc_dense *neurons,
                      struct tc_dense *logits, struct tc_error *err)
{
  size_t p = grid->p, m = grid->d_mlp;
  struct tc_dense turned = { 0 };
  *logits = (struct tc_dense) { 0 };
  if (neurons->cols != m)
    return tc_fail (err, TC_EINVAL, "expected %zu neurons, not %zu", m, neurons->cols);
  enum tc_status status = tc_dense_alloc (&turned, m, p, err);
  for (size_t i = 0; status == TC_OK && i < m * p; i++)
    turned.data[i] = grid->w_l.data[i % p * m + i / p];
  if (status == TC_OK)
    status = tc_dense_alloc (logits, neurons->rows, p, err);
  if (status == TC_OK)
    tc_product64 (neurons->rows, m, p, neurons->data, m, 1, turned.data, logits->data);
  tc_dense_free (&turned);
  return status;
}

double
tc_modular_grid_loss (const struct tc_modular_grid *grid, const struct tc_dense *logits)
{
  return tc_mean_cross_entropy (logits, grid->answers, grid->n, NULL);
}

enum tc_status
tc_modular_edited_loss (const struct tc_modular_grid *grid, enum tc_modular_edit edit,
                        const struct tc_dense *of, unsigned sets, size_t n_keys,
                        const size_t *keys, double *loss, struct tc_error *err)
{
  struct tc_dense directions = { 0 }, edited = { 0 };
  enum tc_status status = tc_directions (grid->f, sets, n_keys, keys, &directions, err);
  if (status == TC_OK)
    status = (edit == TC_MODULAR_KEEP ? tc_restricted_logits : tc_excluded_logits)
               (&directions, of, &edited, err);
  for (size_t i = 0; status == TC_OK && i < grid->n * grid->p; i++)
    edited.data[i] += grid->logits.data[i] - of->data[i];
  if (status == TC_OK)
    *loss = tc_modular_grid_loss (grid, &edited);
  tc_dense_free (&directions);
  tc_dense_free (&edited);
  return status;
}

/* --- Linear algebra --- */

void
tc_modular_orthonormalise (struct tc_dense *rows, size_t i)
{
  double *row = tc_dense_row (rows, i);
  for (int pass = 0; pass < 2; pass++)
    for (size_t j = 0; j < i; j++)
      {
        const double *other = tc_dense_row (rows, j);
        double along = 0;
        for (size_t col = 0; col < rows->cols; col++)
          along += row[col] * other[col];
        for (size_t col = 0; col < rows->cols; col++)
          row[col] -= along * other[col];
      }
  double length = sqrt (tc_sum_of_squares (rows->cols, row));
  for (size_t col = 0; length > 0 && col < rows->cols; col++)
    row[col] /= length;
}
