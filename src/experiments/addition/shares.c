#include "experiments/addition/shares.h"

#include "circuits/fourier2d.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Random bases ---- */

static double
dot (size_t n, const double *a, const double *b)
{
  double sum = 0;
  for (size_t i = 0; i < n; i++)
    sum = fma (a[i], b[i], sum);
  return sum;
}

/* Orthonormalises row i against the rows before it; twice is enough (Kahan and
   Parlett).  */
static void
orthonormalise (struct tc_dense *m, size_t i)
{
  double *row = tc_dense_row (m, i);
  for (int pass = 0; pass < 2; pass++)
    for (size_t j = 0; j < i; j++)
      {
        const double *other = tc_dense_row (m, j);
        double along = dot (m->cols, row, other);
        for (size_t c = 0; c < m->cols; c++)
          row[c] = fma (-along, other[c], row[c]);
      }
  double norm = sqrt (dot (m->cols, row, row));
  for (size_t c = 0; c < m->cols; c++)
    row[c] /= norm;
}

static void
take_mean (size_t n, double *row)
{
  double mean = 0;
  for (size_t c = 0; c < n; c++)
    mean += row[c] / (double) n;
  for (size_t c = 0; c < n; c++)
    row[c] -= mean;
}

static enum tc_status
draw_basis (struct tc_dense *basis, size_t m, bool centred, float *normal,
            struct tc_torch_rng *rng, struct tc_error *err)
{
  enum tc_status status = tc_dense_alloc (basis, TC_ADDITION_WAVES, m, err);
  if (status != TC_OK)
    return status;
  tc_torch_randn (rng, TC_ADDITION_WAVES * m, normal);
  for (size_t i = 0; i < TC_ADDITION_WAVES * m; i++)
    basis->data[i] = normal[i];
  for (size_t i = 0; i < TC_ADDITION_WAVES; i++)
    {
      if (centred)
        take_mean (m, tc_dense_row (basis, i));
      orthonormalise (basis, i);
    }
  return TC_OK;
}

enum tc_status
tc_addition_bases_alloc (struct tc_addition_bases *bases, size_t n, size_t m, bool centred,
                         struct tc_torch_rng *rng, struct tc_error *err)
{
  float *normal = calloc (TC_ADDITION_WAVES * m, sizeof *normal);
  bases->n = n;
  bases->basis = calloc (n, sizeof *bases->basis);
  enum tc_status status = bases->basis != NULL && normal != NULL ? TC_OK
    : tc_fail (err, TC_ENOMEM, "no memory for %zu bases", n);
  for (size_t i = 0; status == TC_OK && i < n; i++)
    status = draw_basis (&bases->basis[i], m, centred, normal, rng, err);
  free (normal);
  if (status != TC_OK)
    tc_addition_bases_free (bases);
  return status;
}

void
tc_addition_bases_free (struct tc_addition_bases *bases)
{
  for (size_t i = 0; bases->basis != NULL && i < bases->n; i++)
    tc_dense_free (&bases->basis[i]);
  free (bases->basis);
  *bases = (struct tc_addition_bases) { 0, NULL };
}

/* ---- Waves ---- */

enum tc_status
tc_addition_digit_waves (const struct tc_fourier *fourier, struct tc_dense *waves,
                         struct tc_error *err)
{
  enum tc_status status = tc_dense_alloc (waves, TC_ADDITION_WAVES, 10, err);
  if (status == TC_OK)
    memcpy (waves->data, tc_dense_row (&fourier->basis, 1),
            TC_ADDITION_WAVES * 10 * sizeof *waves->data);
  return status;
}

enum tc_status
tc_addition_sum_waves (const struct tc_fourier *fourier, struct tc_dense *waves,
                       struct tc_error *err)
{
  static const size_t frequencies[] = { 1, 2, 3, 4 };
  struct tc_dense paired = { 0 };
  enum tc_status status = tc_directions (fourier, TC_FOURIER_SUM, 4, frequencies, &paired,
                                         err);
  if (status == TC_OK)
    status = tc_dense_alloc (waves, TC_ADDITION_WAVES, 100, err);
  if (status == TC_OK)
    {
      memcpy (waves->data, paired.data, paired.rows * paired.cols * sizeof *waves->data);
      tc_fourier2d_term (fourier, 9, 9, tc_dense_row (waves, TC_ADDITION_WAVES - 1));
    }
  tc_dense_free (&paired);
  return status;
}

/* ---- Shares ---- */

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;
  return (x > y) - (x < y);
}

static struct tc_addition_range
range_of (double *values, size_t n)
{
  qsort (values, n, sizeof *values, compare);
  double median = n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
  return (struct tc_addition_range) { values[0], median, values[n - 1] };
}

/* inside = U G U^T.  */
static enum tc_status
project (const struct tc_dense *u, const struct tc_dense *gram, struct tc_dense *inside,
         struct tc_error *err)
{
  struct tc_dense half = { 0 };
  enum tc_status status = tc_dense_product (&half, u, gram, err);
  if (status == TC_OK)
    status = tc_dense_product_nt (inside, &half, u, err);
  tc_dense_free (&half);
  return status;
}

/* The energy of one function, a row of coefficients in the waves.  */
static double
energy_of (const struct tc_dense *inside, const double *row)
{
  double sum = 0;
  for (size_t i = 0; i < inside->rows; i++)
    sum = fma (row[i], dot (inside->cols, tc_dense_row (inside, i), row), sum);
  return sum;
}

static enum tc_status
share_randomly (const struct tc_dense *inside, const struct tc_addition_bases *bases,
                struct tc_addition_shares *shares, struct tc_error *err)
{
  enum { PAIRS = TC_ADDITION_FREQUENCIES - 1 };
  double *pairs = calloc (bases->n * TC_ADDITION_FREQUENCIES, sizeof *pairs);
  double *singles = pairs + bases->n * PAIRS;
  if (pairs == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for shares in %zu bases", bases->n);
  for (size_t b = 0; b < bases->n; b++)
    {
      const struct tc_dense *basis = &bases->basis[b];
      for (size_t k = 0; k < PAIRS; k++)
        pairs[b * PAIRS + k] = (energy_of (inside, tc_dense_row (basis, 2 * k))
                                + energy_of (inside, tc_dense_row (basis, 2 * k + 1)))
                               / shares->total;
      singles[b] = energy_of (inside, tc_dense_row (basis, 2 * PAIRS)) / shares->total;
    }
  shares->pair = range_of (pairs, bases->n * PAIRS);
  shares->single = range_of (singles, bases->n);
  free (pairs);
  return TC_OK;
}

enum tc_status
tc_addition_shares (const struct tc_dense *waves, const struct tc_dense *gram, double total,
                    const struct tc_addition_bases *bases, struct tc_addition_shares *shares,
                    struct tc_error *err)
{
  struct tc_dense inside = { 0 };
  *shares = (struct tc_addition_shares) { 0 };
  enum tc_status status = project (waves, gram, &inside, err);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; i < TC_ADDITION_WAVES; i++)
    shares->waves += tc_dense_get (&inside, i, i);
  shares->total = total > 0 ? total : shares->waves;
  shares->waves /= shares->total;
  for (size_t i = 0; i < TC_ADDITION_WAVES; i++)
    shares->share[i / 2] += tc_dense_get (&inside, i, i) / shares->total;
  status = share_randomly (&inside, bases, shares, err);
  tc_dense_free (&inside);
  return status;
}

double
tc_addition_energy (const struct tc_dense *u, const struct tc_dense *gram)
{
  double sum = 0;
  for (size_t i = 0; i < u->rows; i++)
    sum += energy_of (gram, tc_dense_row (u, i));
  return sum;
}

enum tc_status
tc_addition_random_energy (const struct tc_addition_bases *bases, const struct tc_dense *gram,
                           double total, struct tc_addition_range *range,
                           struct tc_error *err)
{
  double *shares = calloc (bases->n, sizeof *shares);
  if (shares == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for shares in %zu bases", bases->n);
  for (size_t b = 0; b < bases->n; b++)
    shares[b] = tc_addition_energy (&bases->basis[b], gram) / total;
  *range = range_of (shares, bases->n);
  free (shares);
  return TC_OK;
}
