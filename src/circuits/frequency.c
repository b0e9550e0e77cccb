#include "circuits/frequency.h"

#include "circuits/similarity.h"

#include <math.h>
#include <string.h>

void
tc_frequency_block (const struct tc_fourier *f, const struct tc_dense *transformed,
                    size_t col, size_t k, double block[3][3])
{
  size_t rows[3] = { 0, tc_fourier_cos (k), tc_fourier_sin (k) };
  for (size_t i = 0; i < 3; i++)
    for (size_t j = 0; j < 3; j++)
      block[i][j] = tc_dense_get (transformed, rows[i] * f->n + rows[j], col);
}

static double
block_energy (const struct tc_fourier *f, const struct tc_dense *transformed, size_t col,
              size_t k)
{
  double block[3][3], sum = 0;
  tc_frequency_block (f, transformed, col, k, block);
  block[0][0] = 0;
  for (size_t i = 0; i < 9; i++)
    sum += block[i / 3][i % 3] * block[i / 3][i % 3];
  return sum;
}

static double
variance (const struct tc_dense *transformed, size_t col)
{
  double sum = 0;
  for (size_t row = 1; row < transformed->rows; row++)
    {
      double value = tc_dense_get (transformed, row, col);
      sum += value * value;
    }
  return sum;
}

enum tc_status
tc_frequency_fractions (const struct tc_fourier *f, const struct tc_dense *transformed,
                        struct tc_dense *fractions, struct tc_error *err)
{
  size_t n_freq = tc_fourier_frequencies (f);
  if (transformed->rows != f->n * f->n)
    return tc_fail (err, TC_EINVAL, "%zu rows are no 2-D transform over pairs of %zu",
                    transformed->rows, f->n);
  enum tc_status status = tc_dense_alloc (fractions, n_freq, transformed->cols, err);
  for (size_t col = 0; status == TC_OK && col < transformed->cols; col++)
    {
      double total = variance (transformed, col);
      for (size_t k = 1; total > 0 && k <= n_freq; k++)
        fractions->data[(k - 1) * fractions->cols + col]
          = block_energy (f, transformed, col, k) / total;
    }
  return status;
}

size_t
tc_best_frequency (const struct tc_dense *fractions, size_t col, double *fraction)
{
  size_t best = 0;
  for (size_t row = 1; row < fractions->rows; row++)
    if (tc_dense_get (fractions, row, col) > tc_dense_get (fractions, best, col))
      best = row;
  if (fraction != NULL)
    *fraction = tc_dense_get (fractions, best, col);
  return best + 1;
}

enum tc_status
tc_frequency_residual (const struct tc_fourier *f, const struct tc_dense *w, size_t n_keys,
                       const size_t *keys, double *residual, struct tc_error *err)
{
  struct tc_dense transformed = { 0 };
  enum tc_status status = tc_fourier_columns (f, TC_FOURIER_FORWARD, w, &transformed, err);
  if (status != TC_OK)
    return status;
  double total = tc_sum_of_squares (w->rows * w->cols, transformed.data);
  size_t row_bytes = w->cols * sizeof *transformed.data;
  for (size_t i = 0; i < n_keys; i++)
    {
      memset (tc_dense_row (&transformed, tc_fourier_cos (keys[i])), 0, row_bytes);
      memset (tc_dense_row (&transformed, tc_fourier_sin (keys[i])), 0, row_bytes);
    }
  double rest = tc_sum_of_squares (w->rows * w->cols, transformed.data);
  *residual = total > 0 ? sqrt (rest / total) : 0;
  tc_dense_free (&transformed);
  return TC_OK;
}
