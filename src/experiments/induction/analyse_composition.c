/* What the heads of the second layer read of the first, and the eigenvalues of the
   circuits over tokens.  */

#include "experiments/induction/analysis.h"
#include "experiments/induction/figures.h"

#include "circuits/composition.h"
#include "experiments/measure.h"

#include <math.h>
#include <stdlib.h>

enum { SAMPLES = 400, CHANCE_SEED = 1 };

static enum tc_status
by_chance (const struct tc_induction_analysis *a, double *mean, struct tc_error *err)
{
  const struct tc_config *c = &a->session->model.config;
  struct tc_torch_rng rng;
  tc_torch_seed (&rng, CHANCE_SEED);
  return tc_composition_by_chance ((size_t) c->d_model, (size_t) c->d_head, SAMPLES, &rng,
                                   mean, err);
}

/* ---- Eigenvalues ---- */

/* Eigenvalues of one circuit as rows; frees its factors.  */
static enum tc_status
write_eigenvalues (const struct tc_induction_analysis *a, struct tc_csv *csv,
                   const char *circuit, size_t layer1, size_t head1, size_t layer2,
                   size_t head2, struct tc_dense *left, struct tc_dense *right,
                   double *positivity, struct tc_error *err)
{
  const size_t r = (size_t) a->session->model.config.d_head;
  double *real = calloc (2 * r, sizeof *real);
  enum tc_status status = TC_OK;
  if (real == NULL)
    status = tc_fail (err, TC_ENOMEM, "no memory for %zu eigenvalues", r);
  else
    status = tc_product_eigenvalues (left, right, real, real + r, err);
  if (status == TC_OK)
    *positivity = tc_rounded (tc_positivity (r, real, real + r), 6);
  for (size_t i = 0; status == TC_OK && i < r; i++)
    {
      tc_csv_text (csv, circuit);
      tc_csv_int (csv, (long long) layer1);
      tc_csv_int (csv, (long long) head1);
      tc_csv_int (csv, (long long) layer2);
      tc_csv_int (csv, (long long) head2);
      tc_csv_real (csv, tc_rounded (real[i], 6));
      tc_csv_real (csv, tc_rounded (real[r + i], 6));
      status = tc_csv_end_row (csv, err);
    }
  free (real);
  tc_dense_free (left);
  tc_dense_free (right);
  return status;
}

static enum tc_status
write_ov (const struct tc_induction_analysis *a, struct tc_csv *csv, struct tc_error *err)
{
  const struct tc_config *c = &a->session->model.config;
  enum tc_status status = TC_OK;
  for (int layer = 0; layer < c->n_layers; layer++)
    for (int h = 0; status == TC_OK && h < c->n_heads; h++)
      {
        struct tc_dense left, right;
        double positivity;
        status = tc_token_ov (&a->session->model, layer, h, &left, &right, err);
        if (status == TC_OK)
          status = write_eigenvalues (a, csv, "ov", (size_t) layer, (size_t) h,
                                      (size_t) layer, (size_t) h, &left, &right,
                                      &positivity, err);
      }
  return status;
}

/* Of every pair of heads of the first two layers.  */
static enum tc_status
write_qk (const struct tc_induction_analysis *a, struct tc_csv *csv, double *positivity,
          struct tc_error *err)
{
  const int heads = a->session->model.config.n_heads;
  enum tc_status status = TC_OK;
  for (int h1 = 0; h1 < heads; h1++)
    for (int h2 = 0; status == TC_OK && h2 < heads; h2++)
      {
        struct tc_dense left, right;
        status = tc_token_qk_composed (&a->session->model, 0, h1, 1, h2, &left, &right, err);
        if (status == TC_OK)
          status = write_eigenvalues (a, csv, "qk", 0, (size_t) h1, 1, (size_t) h2, &left,
                                      &right, &positivity[h1 * heads + h2], err);
      }
  return status;
}

static enum tc_status
report_eigenvalues (const struct tc_induction_analysis *a, double *positivity,
                    struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "circuit", "ov: W_E W_V W_O W_U of a head; qk: the K-composed circuit of two" },
    { "layer1", "of the earlier head" }, { "head1", "from 0" },
    { "layer2", "of the later head" }, { "head2", "from 0" },
    { "real", "an eigenvalue" }, { "imaginary", "its imaginary part" }
  };
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "eigenvalues",
                                          "Eigenvalues of the circuits over tokens, those "
                                          "that may differ from 0", 7, columns, err);
  if (status != TC_OK)
    return status;
  status = write_ov (a, &csv, err);
  if (status == TC_OK)
    status = write_qk (a, &csv, positivity, err);
  return tc_csv_finish (&csv, status, err);
}

/* ---- Composition ---- */

static void
write_numbers (struct tc_induction_analysis *a, double chance, const double *k,
               const double *positivity)
{
  const size_t heads = (size_t) a->session->model.config.n_heads;
  const size_t previous = (size_t) tc_induction_own_number (a, "PreviousHead");
  double lowest = HUGE_VAL, highest = -HUGE_VAL, others = -HUGE_VAL;
  for (size_t i = 0; i < heads * heads; i++)
    if (i / heads == previous)
      {
        lowest = fmin (lowest, k[i] - chance);
        highest = fmax (highest, k[i] - chance);
        tc_induction_head_macro (a, "KComposition", 1, i % heads, k[i] - chance, 2);
        tc_induction_head_macro (a, "Matching", 1, i % heads, positivity[i], 3);
      }
    else
      others = fmax (others, k[i] - chance);
  tc_induction_number (a, "CompositionChance", chance, 3);
  tc_induction_number (a, "KCompositionLowest", lowest, 2);
  tc_induction_number (a, "KCompositionHighest", highest, 2);
  tc_induction_number (a, "KCompositionOthers", others, 2);
}

/* The table composition.csv; k[h1, h2] for the numbers.  */
static enum tc_status
write_csv (const struct tc_induction_analysis *a, double chance, const double *positivity,
           double *k, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "head1", "head of layer 0" }, { "head2", "head of layer 1" },
    { "q", "composition with its queries, less that of Gaussian matrices" },
    { "k", "with its keys" }, { "v", "with its values" },
    { "matching", "eigenvalues of the K-composed QK circuit: sum over sum of moduli" }
  };
  const int heads = a->session->model.config.n_heads;
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "composition",
                                          "How far heads of layer 1 read heads of layer 0", 6,
                                          columns, err);
  if (status != TC_OK)
    return status;
  for (int i = 0; status == TC_OK && i < heads * heads; i++)
    {
      struct tc_composition c;
      status = tc_head_composition (&a->session->model, 0, i / heads, 1, i % heads, &c, err);
      if (status != TC_OK)
        break;
      k[i] = c.k;
      tc_csv_int (&csv, i / heads);
      tc_csv_int (&csv, i % heads);
      tc_csv_real (&csv, c.q - chance);
      tc_csv_real (&csv, c.k - chance);
      tc_csv_real (&csv, c.v - chance);
      tc_csv_real (&csv, positivity[i]);
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

enum tc_status
tc_induction_report_composition (struct tc_induction_analysis *a, struct tc_error *err)
{
  const size_t pairs = (size_t) a->session->model.config.n_heads
                       * (size_t) a->session->model.config.n_heads;
  double chance = 0, *positivity, *k = calloc (2 * pairs, sizeof *k);
  if (a->session->model.config.n_layers < 2 || k == NULL)
    {
      free (k);
      return k == NULL ? tc_fail (err, TC_ENOMEM, "no memory for %zu pairs", pairs) : TC_OK;
    }
  positivity = k + pairs;
  enum tc_status status = by_chance (a, &chance, err);
  if (status == TC_OK)
    status = report_eigenvalues (a, positivity, err);
  if (status == TC_OK)
    status = write_csv (a, chance, positivity, k, err);
  if (status == TC_OK)
    write_numbers (a, chance, k, positivity);
  free (k);
  if (status == TC_OK)
    status = tc_induction_figure_composition (a, err);
  if (status == TC_OK)
    status = tc_induction_figure_eigenvalues (a, err);
  return status;
}
