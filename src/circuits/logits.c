#include "circuits/logits.h"

#include "circuits/fourier2d.h"
#include "circuits/similarity.h"
#include "numerics/elementary.h"

#include <stdlib.h>

/* --- Restricted and excluded logits --- */

enum tc_status
tc_restricted_logits (const struct tc_dense *directions, const struct tc_dense *logits,
                      struct tc_dense *restricted, struct tc_error *err)
{
  enum tc_status status = tc_project (directions, logits, restricted, err);
  for (size_t col = 0; status == TC_OK && col < logits->cols; col++)
    {
      double sum = 0;
      for (size_t row = 0; row < logits->rows; row++)
        sum += tc_dense_get (logits, row, col);
      double mean = sum / (double) logits->rows;
      for (size_t row = 0; row < logits->rows; row++)
        restricted->data[row * logits->cols + col] += mean;
    }
  return status;
}

enum tc_status
tc_excluded_logits (const struct tc_dense *directions, const struct tc_dense *logits,
                    struct tc_dense *excluded, struct tc_error *err)
{
  enum tc_status status = tc_project (directions, logits, excluded, err);
  for (size_t i = 0; status == TC_OK && i < logits->rows * logits->cols; i++)
    excluded->data[i] = logits->data[i] - excluded->data[i];
  return status;
}

/* --- Loss --- */

static size_t
greatest (size_t n, const double *values)
{
  size_t best = 0;
  for (size_t i = 1; i < n; i++)
    if (values[i] > values[best])
      best = i;
  return best;
}

static double
cross_entropy (size_t n, const double *logits, size_t answer)
{
  double top = logits[greatest (n, logits)], sum = 0;
  for (size_t i = 0; i < n; i++)
    sum += tc_exp64 (logits[i] - top);
  return tc_log64 (sum) - (logits[answer] - top);
}

double
tc_mean_cross_entropy (const struct tc_dense *logits, const int32_t *answers, size_t n,
                       const size_t *rows)
{
  double sum = 0;
  for (size_t i = 0; i < n; i++)
    {
      size_t row = rows != NULL ? rows[i] : i;
      sum += cross_entropy (logits->cols, tc_dense_row (logits, row), (size_t) answers[row]);
    }
  return sum / (double) n;
}

double
tc_mean_accuracy (const struct tc_dense *logits, const int32_t *answers, size_t n,
                  const size_t *rows)
{
  size_t hits = 0;
  for (size_t i = 0; i < n; i++)
    {
      size_t row = rows != NULL ? rows[i] : i;
      hits += greatest (logits->cols, tc_dense_row (logits, row)) == (size_t) answers[row];
    }
  return (double) hits / (double) n;
}

/* --- Fit by cosines of the distance to the answer --- */

static enum tc_status
centred (const struct tc_dense *logits, struct tc_dense *out, struct tc_error *err)
{
  enum tc_status status = tc_dense_alloc (out, logits->rows, logits->cols, err);
  for (size_t row = 0; status == TC_OK && row < logits->rows; row++)
    {
      const double *from = tc_dense_row (logits, row);
      double sum = 0, *to = tc_dense_row (out, row);
      for (size_t c = 0; c < logits->cols; c++)
        sum += from[c];
      for (size_t c = 0; c < logits->cols; c++)
        to[c] = from[c] - sum / (double) logits->cols;
    }
  if (status == TC_OK)
    tc_centre_rows (out, NULL);
  return status;
}

/* by_distance[d]: the sum over pairs of the centred logit whose class lies d below
   the answer, answer - c = d modulo n.  It holds all that the fit needs.  */
static void
sum_by_distance (const struct tc_dense *logits, const int32_t *answers, double *by_distance)
{
  size_t n = logits->cols;
  for (size_t d = 0; d < n; d++)
    by_distance[d] = 0;
  for (size_t row = 0; row < logits->rows; row++)
    for (size_t c = 0; c < n; c++)
      by_distance[((size_t) answers[row] + n - c) % n] += tc_dense_get (logits, row, c);
}

static double
fitted (const struct tc_logit_fit *fit, size_t n, const size_t *keys, size_t distance)
{
  double sum = 0;
  for (size_t i = 0; i < fit->n_keys; i++)
    {
      double c, s;
      tc_turn (keys[i] * distance % n, n, &c, &s);
      sum += fit->alpha[i] * c;
    }
  return sum;
}

/* by_distance -> alpha, fraction and explained.  The squared norm of each cosine
   over all (x, y, c) is n^3 / 2; |L~ - fit|^2 = |L~|^2 - sum alpha_k^2 n^3 / 2.  */
static void
solve (struct tc_logit_fit *fit, size_t n, const size_t *keys, const double *by_distance,
       double energy)
{
  double norm = (double) (n * n * n) / 2;
  fit->explained = 0;
  for (size_t i = 0; i < fit->n_keys; i++)
    {
      double sum = 0;
      for (size_t d = 0; d < n; d++)
        {
          double c, s;
          tc_turn (keys[i] * d % n, n, &c, &s);
          sum += by_distance[d] * c;
        }
      fit->alpha[i] = sum / norm;
      fit->fraction[i] = energy > 0 ? fit->alpha[i] * sum / energy : 0;
      fit->explained += fit->fraction[i];
    }
}

/* The fit gives every pair the same logits up to a rotation of the classes.  */
static void
fit_loss (struct tc_logit_fit *fit, size_t n, const size_t *keys, double *logits)
{
  for (size_t d = 0; d < n; d++)
    logits[d] = fitted (fit, n, keys, d);
  fit->loss = cross_entropy (n, logits, 0);
}

enum tc_status
tc_logit_fit_alloc (struct tc_logit_fit *fit, const struct tc_fourier *f,
                    const struct tc_dense *logits, const int32_t *answers, size_t n_keys,
                    const size_t *keys, struct tc_error *err)
{
  size_t n = f->n;
  *fit = (struct tc_logit_fit) { .n_keys = n_keys };
  if (logits->rows != n * n || logits->cols != n)
    return tc_fail (err, TC_EINVAL, "expected logits [%zu, %zu], not [%zu, %zu]", n * n, n,
                    logits->rows, logits->cols);
  fit->alpha = calloc (2 * n_keys + 1, sizeof *fit->alpha);
  double *by_distance = malloc (n * sizeof *by_distance);
  struct tc_dense even = { 0 };
  enum tc_status status = TC_OK;
  if (fit->alpha == NULL || by_distance == NULL)
    status = tc_fail (err, TC_ENOMEM, "no memory to fit %zu frequencies", n_keys);
  if (status == TC_OK)
    status = centred (logits, &even, err);
  if (status == TC_OK)
    {
      fit->fraction = fit->alpha + n_keys;
      sum_by_distance (&even, answers, by_distance);
      solve (fit, n, keys, by_distance, tc_sum_of_squares (n * n * n, even.data));
      fit_loss (fit, n, keys, by_distance);
    }
  tc_dense_free (&even);
  free (by_distance);
  if (status != TC_OK)
    tc_logit_fit_free (fit);
  return status;
}

void
tc_logit_fit_free (struct tc_logit_fit *fit)
{
  free (fit->alpha);
  *fit = (struct tc_logit_fit) { 0 };
}
