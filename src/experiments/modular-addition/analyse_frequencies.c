#include "experiments/modular-addition/grid.h"

#include "circuits/fourier2d.h"
#include "circuits/frequency.h"
#include "circuits/logits.h"
#include "circuits/similarity.h"
#include "experiments/modular-addition/circuit_figures.h"
#include "experiments/modular-addition/tables.h"
#include "report/csv_columns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Everything that there is one of for each frequency, index k - 1.  */
struct spectrum
{
  size_t n;                     /* frequencies */
  double *embedding, *w_l;      /* norms */
  double *neurons;              /* how many have more than 0.85 of their variance there */
  double *without_logits;       /* loss without k's sum directions in the logits */
  double *without_neurons;      /* loss without k's 3x3 block in the neurons */
  size_t *all;                  /* 1 ... n */
  struct tc_modular_keys by_embedding, by_w_l;
  struct tc_logit_fit fit;      /* over all frequencies */
  struct tc_logit_fit key_fit;  /* over the key frequencies */
};

static void
spectrum_free (struct spectrum *s)
{
  free (s->embedding);
  free (s->all);
  tc_logit_fit_free (&s->fit);
  tc_logit_fit_free (&s->key_fit);
}

static enum tc_status
spectrum_alloc (struct spectrum *s, size_t n, struct tc_error *err)
{
  memset (s, 0, sizeof *s);
  s->n = n;
  s->embedding = calloc (5 * n, sizeof *s->embedding);
  s->all = calloc (n, sizeof *s->all);
  if (s->embedding == NULL || s->all == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for %zu frequencies", n);
  s->w_l = s->embedding + n;
  s->neurons = s->w_l + n;
  s->without_logits = s->neurons + n;
  s->without_neurons = s->without_logits + n;
  for (size_t k = 1; k <= n; k++)
    s->all[k - 1] = k;
  return TC_OK;
}

static enum tc_status
measure_norms (const struct tc_modular_analysis *a, const struct tc_modular_grid *grid,
               struct spectrum *s, struct tc_error *err)
{
  struct tc_dense w_e = { 0 };
  enum tc_status status = tc_modular_embedding (a, &w_e, err);
  if (status == TC_OK)
    status = tc_fourier_norms (grid->f, &w_e, s->embedding, err);
  if (status == TC_OK)
    status = tc_fourier_norms (grid->f, &grid->w_l, s->w_l, err);
  tc_dense_free (&w_e);
  if (status != TC_OK)
    return status;
  s->by_embedding = tc_modular_keys_of_norms (s->n, s->embedding);
  s->by_w_l = tc_modular_keys_of_norms (s->n, s->w_l);
  for (size_t j = 0; j < grid->d_mlp; j++)
    if (a->cluster[j] > 0)
      s->neurons[a->cluster[j] - 1]++;
  return TC_OK;
}

/* What the loss is without each frequency.  */
static enum tc_status
measure_losses (const struct tc_modular_grid *grid, struct spectrum *s, struct tc_error *err)
{
  unsigned block = TC_FOURIER_SUM | TC_FOURIER_DIFFERENCE | TC_FOURIER_LINEAR;
  enum tc_status status = TC_OK;
  for (size_t k = 1; status == TC_OK && k <= s->n; k++)
    {
      status = tc_modular_edited_loss (grid, TC_MODULAR_TAKE_OUT, &grid->logits, grid->set, 1,
                                       &k, &s->without_logits[k - 1], err);
      if (status == TC_OK)
        status = tc_modular_edited_loss (grid, TC_MODULAR_TAKE_OUT, &grid->mlp_logits, block,
                                         1, &k, &s->without_neurons[k - 1], err);
    }
  return status;
}

static enum tc_status
fit_logits (const struct tc_modular_grid *grid, struct spectrum *s, struct tc_error *err)
{
  enum tc_status status = tc_logit_fit_alloc (&s->fit, grid->f, &grid->logits, grid->answers,
                                              s->n, s->all, err);
  if (status == TC_OK)
    status = tc_logit_fit_alloc (&s->key_fit, grid->f, &grid->logits, grid->answers,
                                 grid->keys.n, grid->keys.k, err);
  return status;
}

/* --- CSVs --- */

static enum tc_status
write_spectrum (const struct tc_modular_analysis *a, const struct tc_modular_grid *grid,
                const struct spectrum *s, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "k", "frequency" },
    { "embedding", "norm of W_E there, cosine and sine together" },
    { "w_l", "norm of the neuron-logit map W_L there" },
    { "neurons", "neurons with more than 0.85 of their variance in its 3x3 block" },
    { "key", "1: a key frequency, by neurons (the rule all measures use)" },
    { "key_by_embedding", "1: before the greatest gap of the embedding's norms" },
    { "key_by_w_l", "1: before the greatest gap of W_L's norms" },
    { "alpha", "coefficient of cos (w_k (answer - c)) in the logits, least squares" },
    { "explained", "share of the logits' variance that this cosine explains" },
    { "without_logits", "loss without its sum (or difference) directions in the logits, nats" },
    { "without_neurons", "loss without its 3x3 block in all neurons, nats" }
  };
  struct tc_csv csv;
  enum tc_status status
    = tc_session_csv (a->session, &csv, "spectrum", "Each frequency in the trained model",
                      sizeof columns / sizeof *columns, columns, err);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; status == TC_OK && i < s->n; i++)
    {
      size_t k = i + 1;
      tc_csv_int (&csv, (long long) k);
      tc_csv_real (&csv, s->embedding[i]);
      tc_csv_real (&csv, s->w_l[i]);
      tc_csv_int (&csv, (long long) s->neurons[i]);
      tc_csv_int (&csv, tc_modular_is_key (&grid->keys, k));
      tc_csv_int (&csv, tc_modular_is_key (&s->by_embedding, k));
      tc_csv_int (&csv, tc_modular_is_key (&s->by_w_l, k));
      tc_csv_real (&csv, s->fit.alpha[i]);
      tc_csv_real (&csv, s->fit.fraction[i]);
      tc_csv_real (&csv, s->without_logits[i]);
      tc_csv_real (&csv, s->without_neurons[i]);
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

/* Norms of W_E and W_L at each function of the basis.  */
static enum tc_status
write_components (const struct tc_modular_analysis *a, const struct tc_modular_grid *grid,
                  const struct tc_dense *w_e, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "component", "function of the basis" }, { "k", "its frequency" },
    { "is_sine", "1: a sine" }, { "embedding", "norm of W_E there" },
    { "w_l", "norm of W_L there" }
  };
  struct tc_csv csv;
  double *norms = malloc (2 * a->p * sizeof *norms);
  if (norms == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for %zu norms", 2 * a->p);
  enum tc_status status = tc_fourier_row_norms (grid->f, w_e, norms, err);
  if (status == TC_OK)
    status = tc_fourier_row_norms (grid->f, &grid->w_l, norms + a->p, err);
  if (status == TC_OK)
    status = tc_session_csv (a->session, &csv, "components",
                             "Embedding and neuron-logit map in the Fourier basis", 5, columns,
                             err);
  if (status == TC_OK)
    {
      for (size_t row = 0; status == TC_OK && row < a->p; row++)
        {
          char name[TC_FOURIER_NAME];
          tc_fourier_name (grid->f, row, name);
          tc_csv_text (&csv, name);
          tc_csv_int (&csv, (long long) tc_fourier_frequency (row));
          tc_csv_int (&csv, row > 0 && row % 2 == 0);
          tc_csv_real (&csv, norms[row]);
          tc_csv_real (&csv, norms[a->p + row]);
          status = tc_csv_end_row (&csv, err);
        }
      status = tc_csv_finish (&csv, status, err);
    }
  free (norms);
  return status;
}

/* Cosines between W_E's rows at the key frequencies: [2 keys, 2 keys].  */
static enum tc_status
key_cosines (const struct tc_modular_grid *grid, const struct tc_dense *w_e,
             struct tc_dense *cosines, struct tc_error *err)
{
  size_t rows[2 * TC_MODULAR_MOST_KEYS + 1], n = 2 * grid->keys.n;
  struct tc_dense transformed = { 0 }, chosen = { 0 };
  tc_modular_key_rows (grid->keys.n, grid->keys.k, rows);
  enum tc_status status
    = tc_fourier_columns (grid->f, TC_FOURIER_FORWARD, w_e, &transformed, err);
  if (status == TC_OK)
    status = tc_dense_alloc (&chosen, n, w_e->cols, err);
  for (size_t i = 0; status == TC_OK && i < n; i++)
    memcpy (tc_dense_row (&chosen, i), tc_dense_row (&transformed, rows[i + 1]),
            w_e->cols * sizeof *chosen.data);
  if (status == TC_OK)
    status = tc_covariance (&chosen, true, cosines, err);
  tc_dense_free (&transformed);
  tc_dense_free (&chosen);
  return status;
}

static enum tc_status
write_cosines (const struct tc_modular_analysis *a, const struct tc_modular_grid *grid,
               const struct tc_dense *cosines, struct tc_error *err)
{
  size_t rows[2 * TC_MODULAR_MOST_KEYS + 1], n = cosines->rows;
  struct tc_csv_columns columns;
  struct tc_csv csv;
  char name[TC_FOURIER_NAME];
  tc_modular_key_rows (grid->keys.n, grid->keys.k, rows);
  enum tc_status status = tc_csv_columns_alloc (&columns, n + 1, err);
  if (status == TC_OK)
    {
      tc_csv_columns_add (&columns, "component", "function of the basis");
      for (size_t j = 0; j < n; j++)
        {
          tc_fourier_name (grid->f, rows[j + 1], name);
          tc_csv_columns_add (&columns, name, "cosine with it");
        }
      status = tc_session_csv (a->session, &csv, "cosines",
                               "Cosines between the embedding's directions at the key "
                               "frequencies", columns.n, columns.column, err);
    }
  tc_csv_columns_free (&columns);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; status == TC_OK && i < n; i++)
    {
      tc_fourier_name (grid->f, rows[i + 1], name);
      tc_csv_text (&csv, name);
      for (size_t j = 0; j < n; j++)
        tc_csv_real (&csv, tc_dense_get (cosines, i, j));
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

/* The greatest cosine between two different directions.  */
static double
worst_cosine (const struct tc_dense *cosines)
{
  double worst = 0;
  for (size_t i = 0; i < cosines->rows; i++)
    for (size_t j = 0; j < i; j++)
      {
        double size = tc_dense_get (cosines, i, j);
        size = size < 0 ? -size : size;
        worst = size > worst ? size : worst;
      }
  return worst;
}

static enum tc_status
report_embedding (struct tc_modular_analysis *a, const struct tc_modular_grid *grid,
                  struct tc_error *err)
{
  struct tc_dense w_e = { 0 }, cosines = { 0 };
  enum tc_status status = tc_modular_embedding (a, &w_e, err);
  if (status == TC_OK)
    status = write_components (a, grid, &w_e, err);
  if (status == TC_OK)
    status = key_cosines (grid, &w_e, &cosines, err);
  if (status == TC_OK)
    status = write_cosines (a, grid, &cosines, err);
  if (status == TC_OK)
    tc_modular_number (a, "EmbeddingWorstCosine", worst_cosine (&cosines), 2);
  tc_dense_free (&w_e);
  tc_dense_free (&cosines);
  return status;
}

/* --- Numbers --- */

/* As which multiple of a key frequency another can be understood: the smallest m
   with m key = +-k modulo p.  */
static size_t
smallest_multiple (const struct tc_modular_grid *grid, size_t k, size_t *key)
{
  for (size_t m = 2; m < grid->p; m++)
    for (size_t i = 0; i < grid->keys.n; i++)
      {
        size_t product = m * grid->keys.k[i] % grid->p;
        if (product == k || product == grid->p - k)
          {
            *key = grid->keys.k[i];
            return m;
          }
      }
  *key = 0;
  return 0;
}

/* The frequency of the greatest norm of W_L that is no key.  */
static void
describe_runner_up (struct tc_modular_analysis *a, const struct tc_modular_grid *grid,
                    const struct spectrum *s)
{
  size_t best = 0, multiple = 0, of = 0;
  for (size_t k = 1; k <= s->n; k++)
    if (!tc_modular_is_key (&grid->keys, k) && (best == 0 || s->w_l[k - 1] > s->w_l[best - 1]))
      best = k;
  if (best > 0)
    multiple = smallest_multiple (grid, best, &of);
  tc_modular_number (a, "RunnerUp", (double) best, 0);
  tc_modular_number (a, "RunnerUpMultiple", (double) multiple, 0);
  tc_modular_number (a, "RunnerUpOf", (double) of, 0);
  tc_modular_number (a, "RunnerUpNorm", best > 0 ? s->w_l[best - 1] : 0, 2);
  tc_modular_number (a, "RunnerUpWithoutLoss", best > 0 ? s->without_neurons[best - 1] : 0, 2);
}

/* What the embedding shows beyond the keys: "16 (2 times 8), 38 (2 times 19)".  */
static void
describe_extras (struct tc_modular_analysis *a, const struct tc_modular_grid *grid,
                 const struct spectrum *s)
{
  char text[256] = "none";
  size_t used = 0;
  for (size_t i = 0; s->by_embedding.is_clear && i < s->by_embedding.n; i++)
    {
      size_t of, k = s->by_embedding.k[i];
      if (tc_modular_is_key (&grid->keys, k) || used >= sizeof text)
        continue;
      size_t multiple = smallest_multiple (grid, k, &of);
      used += (size_t) snprintf (text + used, sizeof text - used, "%s%zu (%zu times %zu)",
                                 used > 0 ? ", " : "", k, multiple, of);
    }
  tc_macros_text (a->macros, "EmbeddingExtras", text);
}

static enum tc_status
write_numbers (struct tc_modular_analysis *a, const struct tc_modular_grid *grid,
               const struct spectrum *s, struct tc_error *err)
{
  char text[TC_MODULAR_KEYS_TEXT];
  double residual;
  enum tc_status status = tc_frequency_residual (grid->f, &grid->w_l, grid->keys.n,
                                                 grid->keys.k, &residual, err);
  if (status != TC_OK)
    return status;
  tc_modular_keys_text (&grid->keys, text);
  tc_macros_text (a->macros, "CircuitKeys", text);
  tc_macros_text (a->macros, "NeuronKeys", a->n_keys > 0 ? text : "none");
  tc_modular_keys_text (&s->by_embedding, text);
  tc_macros_text (a->macros, "KeysByEmbedding", s->by_embedding.is_clear ? text : "none");
  tc_modular_keys_text (&s->by_w_l, text);
  tc_macros_text (a->macros, "KeysByMap", s->by_w_l.is_clear ? text : "none");
  tc_modular_number (a, "CircuitKeyCount", (double) grid->keys.n, 0);
  tc_modular_number (a, "KeysByEmbeddingCount",
                     s->by_embedding.is_clear ? (double) s->by_embedding.n : 0, 0);
  tc_modular_number (a, "KeysByMapCount", s->by_w_l.is_clear ? (double) s->by_w_l.n : 0, 0);
  tc_modular_number (a, "EmbeddingGap", s->by_embedding.gap, 2);
  tc_modular_number (a, "MapGap", s->by_w_l.gap, 2);
  tc_modular_number (a, "MapResidual", residual, 2);
  tc_modular_number (a, "MapResidualPercent", 100 * residual, 2);
  tc_modular_number (a, "MapResidualEnergyPercent", 100 * residual * residual, 2);
  tc_modular_number (a, "CircuitLogitFve", s->key_fit.explained, 4);
  tc_modular_number (a, "CircuitLogitFvePercent", 100 * s->key_fit.explained, 3);
  tc_modular_number (a, "AllLogitFvePercent", 100 * s->fit.explained, 3);
  describe_runner_up (a, grid, s);
  describe_extras (a, grid, s);
  return TC_OK;
}

enum tc_status
tc_modular_report_frequencies (struct tc_modular_analysis *a,
                               const struct tc_modular_grid *grid, struct tc_error *err)
{
  struct spectrum s;
  enum tc_status status = spectrum_alloc (&s, tc_fourier_frequencies (grid->f), err);
  if (status == TC_OK)
    status = measure_norms (a, grid, &s, err);
  if (status == TC_OK)
    status = measure_losses (grid, &s, err);
  if (status == TC_OK)
    status = fit_logits (grid, &s, err);
  if (status == TC_OK)
    status = write_spectrum (a, grid, &s, err);
  if (status == TC_OK)
    status = report_embedding (a, grid, err);
  if (status == TC_OK)
    status = write_numbers (a, grid, &s, err);
  if (status == TC_OK)
    status = tc_modular_figure_spectra (a, grid, err);
  if (status == TC_OK)
    status = tc_modular_figure_components (a, grid, err);
  spectrum_free (&s);
  return status;
}
