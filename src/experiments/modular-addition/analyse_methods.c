#include "experiments/modular-addition/grid.h"

#include "experiments/modular-addition/amplitude.h"
#include "experiments/modular-addition/attention.h"
#include "experiments/modular-addition/circuit_figures.h"
#include "experiments/modular-addition/methods.h"
#include "experiments/modular-addition/sweep.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How each key frequency is computed.

   A clock multiplies: the amplitude A of cos (w_k (a+b-c)) in the logits is the same
   for every pair.  A pizza adds: cos (w a) + cos (w b) = 2 cos (w (a-b) / 2)
   cos (w (a+b) / 2), so that A is proportional to |cos (w_k (a-b) / 2)| and pairs at
   opposite points of the circle are blind (Zhong et al. 2023).  The frequency 2 k in
   the embedding can fill that gap: cos (2 w a) + cos (2 w b) is 2 cos (w (a+b))
   cos (w (a-b)), greatest just where the pizza is blind.  Hence A is measured by the
   difference of a and b, for the model as it is and with 2 k taken out of its
   embedding.  For subtraction, sum and difference change places.  */

struct method
{
  size_t k, doubled;            /* doubled: 2 k or p - 2 k */
  double heads;                 /* root of the sum over heads of alpha^2 + beta^2 at k */
  double embedding, embedding_doubled;  /* norms of W_E */
  double *amplitude;            /* [p] mean over pairs with k (a-b) = index modulo p */
  double *without;              /* [p] the same with 2 k taken out of the embedding */
  double loss_without;
};

/* --- The model without a frequency in its embedding --- */

struct removal
{
  const struct tc_modular_sweep *sweep;
  struct tc_dense part;         /* [p, d_model] what W_E holds of it */
};

static void
remove_part (const struct tc_activation *activation, void *user)
{
  const struct removal *removal = user;
  size_t positions = activation->shape[1], width = activation->shape[2];
  for (size_t b = 0; b < activation->shape[0]; b++)
    for (size_t position = 0; position < 2; position++)
      {
        const double *part = tc_dense_row (&removal->part,
                                           position == 0 ? removal->sweep->row : b);
        tc_real *row = activation->data + (b * positions + position) * width;
        for (size_t i = 0; i < width; i++)
          row[i] = (tc_real) ((double) row[i] - part[i]);
      }
}

/* part = what W_E has at frequency k.  */
static enum tc_status
embedding_part (const struct tc_modular_analysis *a, const struct tc_fourier *f, size_t k,
                struct tc_dense *part, struct tc_error *err)
{
  struct tc_dense w_e = { 0 }, transformed = { 0 };
  enum tc_status status = tc_modular_embedding (a, &w_e, err);
  if (status == TC_OK)
    status = tc_fourier_columns (f, TC_FOURIER_FORWARD, &w_e, &transformed, err);
  for (size_t row = 0; status == TC_OK && row < f->n; row++)
    if (tc_fourier_frequency (row) != k)
      memset (tc_dense_row (&transformed, row), 0, w_e.cols * sizeof *w_e.data);
  if (status == TC_OK)
    status = tc_fourier_columns (f, TC_FOURIER_INVERSE, &transformed, part, err);
  tc_dense_free (&w_e);
  tc_dense_free (&transformed);
  return status;
}

static enum tc_status
logits_without (struct tc_modular_analysis *a, const struct tc_modular_grid *grid, size_t k,
                struct tc_dense *logits, struct tc_error *err)
{
  struct tc_modular_sweep sweep;
  struct removal removal = { &sweep, { 0 } };
  struct tc_hook hook = { "hook_embed", TC_FORWARD, remove_part, &removal };
  enum tc_status status = tc_modular_sweep_alloc (&sweep, a, err);
  if (status == TC_OK)
    status = embedding_part (a, grid->f, k, &removal.part, err);
  if (status == TC_OK)
    status = tc_run_add_hook (sweep.run, hook, err);
  if (status == TC_OK)
    status = tc_modular_sweep_logits (&sweep, logits, err);
  tc_modular_sweep_free (&sweep);
  tc_dense_free (&removal.part);
  return status;
}

/* --- One key frequency --- */

static enum tc_status
head_strength (const struct tc_modular_grid *grid, size_t key, double *strength,
               struct tc_error *err)
{
  double sum = 0;
  enum tc_status status = TC_OK;
  for (size_t h = 0; status == TC_OK && h < grid->n_heads; h++)
    {
      struct tc_modular_head head;
      status = tc_modular_fit_head (grid, h, &head, err);
      if (status == TC_OK)
        sum += head.key_alpha[key] * head.key_alpha[key]
               + head.key_beta[key] * head.key_beta[key];
    }
  *strength = sqrt (sum);
  return status;
}

static enum tc_status
measure_method (struct tc_modular_analysis *a, const struct tc_modular_grid *grid, size_t key,
                const double *norms, struct method *method, struct tc_error *err)
{
  struct tc_dense logits = { 0 };
  size_t p = grid->p, k = grid->keys.k[key];
  method->k = k;
  method->doubled = 2 * k < p - 2 * k ? 2 * k : p - 2 * k;
  method->embedding = norms[k - 1];
  method->embedding_doubled = norms[method->doubled - 1];
  method->amplitude = calloc (2 * p, sizeof *method->amplitude);
  if (method->amplitude == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for %zu amplitudes", 2 * p);
  method->without = method->amplitude + p;
  tc_modular_amplitudes (grid, &grid->logits, k, method->amplitude);
  enum tc_status status = head_strength (grid, key, &method->heads, err);
  if (status == TC_OK)
    status = logits_without (a, grid, method->doubled, &logits, err);
  if (status == TC_OK)
    {
      tc_modular_amplitudes (grid, &logits, k, method->without);
      method->loss_without = tc_modular_grid_loss (grid, &logits);
    }
  tc_dense_free (&logits);
  return status;
}

/* --- Output --- */

static enum tc_status
write_amplitudes (const struct tc_modular_analysis *a, size_t n, const struct method *methods,
                  struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "k", "key frequency" }, { "phase", "k (a-b) modulo p; for subtraction k (a+b)" },
    { "amplitude", "of cos (w_k (answer - c)) in the logits, mean over such pairs" },
    { "without_double", "the same with frequency 2 k taken out of the embedding" }
  };
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "amplitudes",
                                          "What a key frequency contributes to the logits, by "
                                          "the difference of the two numbers", 4, columns, err);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; i < n; i++)
    for (size_t phase = 0; status == TC_OK && phase < a->p; phase++)
      {
        tc_csv_int (&csv, (long long) methods[i].k);
        tc_csv_int (&csv, (long long) phase);
        tc_csv_float (&csv, (float) methods[i].amplitude[phase]);
        tc_csv_float (&csv, (float) methods[i].without[phase]);
        status = tc_csv_end_row (&csv, err);
      }
  return tc_csv_finish (&csv, status, err);
}

static enum tc_status
write_methods (const struct tc_modular_analysis *a, size_t n, const struct method *methods,
               struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "k", "key frequency" }, { "double", "2 k, or p minus it" },
    { "heads", "root of the sum over heads of alpha^2 + beta^2, the attention's terms at k" },
    { "embedding", "norm of W_E at k" }, { "embedding_double", "norm of W_E at 2 k" },
    { "variation", "deviation of its amplitude over differences, as a share of the mean" },
    { "opposite", "amplitude for opposite a and b, as a share of the mean" },
    { "variation_without", "with 2 k taken out of the embedding" },
    { "opposite_without", "likewise" },
    { "loss_without", "loss with 2 k taken out of the embedding, nats" }
  };
  struct tc_csv csv;
  enum tc_status status
    = tc_session_csv (a->session, &csv, "methods", "How each key frequency is computed",
                      sizeof columns / sizeof *columns, columns, err);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; status == TC_OK && i < n; i++)
    {
      const struct method *m = &methods[i];
      tc_csv_int (&csv, (long long) m->k);
      tc_csv_int (&csv, (long long) m->doubled);
      tc_csv_real (&csv, m->heads);
      tc_csv_real (&csv, m->embedding);
      tc_csv_real (&csv, m->embedding_doubled);
      tc_csv_real (&csv, tc_modular_variation (a->p, m->amplitude));
      tc_csv_real (&csv, tc_modular_opposite (a->p, m->amplitude));
      tc_csv_real (&csv, tc_modular_variation (a->p, m->without));
      tc_csv_real (&csv, tc_modular_opposite (a->p, m->without));
      tc_csv_real (&csv, m->loss_without);
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

/* The keys that are blind, or not, without their double, or these doubles, as
   text.  */
static void
write_names (struct tc_modular_analysis *a, const char *name, bool is_blind, bool doubles,
             size_t n, const struct method *methods)
{
  char text[TC_MODULAR_KEYS_TEXT];
  struct tc_modular_keys keys = { 0 };
  for (size_t i = 0; i < n; i++)
    if ((tc_modular_opposite (a->p, methods[i].without) < TC_MODULAR_BLIND_BELOW) == is_blind)
      keys.k[keys.n++] = doubles ? methods[i].doubled : methods[i].k;
  tc_modular_keys_text (&keys, text);
  tc_macros_text (a->macros, name, keys.n > 0 ? text : "none");
}

static void
write_numbers (struct tc_modular_analysis *a, size_t n, const struct method *methods)
{
  double blind_heads = 0, seeing_heads = INFINITY, blind_variation = 0, most_variation = 0;
  size_t n_blind = 0;
  for (size_t i = 0; i < n; i++)
    {
      const struct method *m = &methods[i];
      bool is_blind = tc_modular_opposite (a->p, m->without) < TC_MODULAR_BLIND_BELOW;
      n_blind += is_blind;
      if (is_blind)
        {
          blind_heads = fmax (blind_heads, m->heads);
          blind_variation = fmax (blind_variation, tc_modular_variation (a->p, m->without));
        }
      else
        seeing_heads = fmin (seeing_heads, m->heads);
      most_variation = fmax (most_variation, tc_modular_variation (a->p, m->amplitude));
    }
  write_names (a, "BlindKeys", true, false, n, methods);
  write_names (a, "BlindDoubles", true, true, n, methods);
  write_names (a, "SeeingKeys", false, false, n, methods);
  tc_modular_number (a, "BlindCount", (double) n_blind, 0);
  tc_modular_number (a, "BlindMostHeads", n_blind > 0 ? blind_heads : NAN, 2);
  tc_modular_number (a, "SeeingLeastHeads", n_blind < n ? seeing_heads : NAN, 2);
  tc_modular_number (a, "MostVariationPercent", 100 * most_variation, 2);
  tc_modular_number (a, "BlindVariationPercent", n_blind > 0 ? 100 * blind_variation : NAN, 2);
}

enum tc_status
tc_modular_report_methods (struct tc_modular_analysis *a, const struct tc_modular_grid *grid,
                           struct tc_error *err)
{
  struct method methods[TC_MODULAR_MOST_KEYS] = { { 0 } };
  struct tc_dense w_e = { 0 };
  size_t n = grid->keys.n;
  if (!grid->keys.is_clear)
    return TC_OK;               /* there is no circuit to ask */
  double *norms = malloc ((grid->p / 2 + 1) * sizeof *norms);
  enum tc_status status = norms == NULL ? tc_fail (err, TC_ENOMEM, "no memory for norms")
                          : tc_modular_embedding (a, &w_e, err);
  if (status == TC_OK)
    status = tc_fourier_norms (grid->f, &w_e, norms, err);
  for (size_t i = 0; status == TC_OK && i < n; i++)
    status = measure_method (a, grid, i, norms, &methods[i], err);
  if (status == TC_OK)
    status = write_amplitudes (a, n, methods, err);
  if (status == TC_OK)
    status = write_methods (a, n, methods, err);
  if (status == TC_OK)
    write_numbers (a, n, methods);
  if (status == TC_OK)
    status = tc_modular_figure_methods (a, grid, err);
  if (status == TC_OK && strcmp (a->session->run, "add") == 0)
    status = tc_modular_report_all_methods (a, err);
  for (size_t i = 0; i < n; i++)
    free (methods[i].amplitude);
  free (norms);
  tc_dense_free (&w_e);
  return status;
}
