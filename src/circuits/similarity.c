#include "circuits/similarity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double
dot (size_t n, const double *a, const double *b)
{
  double sum = 0;
  for (size_t i = 0; i < n; i++)
    sum += a[i] * b[i];
  return sum;
}

double
tc_sum_of_squares (size_t n, const double *values)
{
  return dot (n, values, values);
}

double
tc_cosine (size_t n, const double *a, const double *b)
{
  double lengths = sqrt (dot (n, a, a)) * sqrt (dot (n, b, b));
  return lengths > 0 ? dot (n, a, b) / lengths : 0;
}

double
tc_separation (size_t n, const double *a, const double *b)
{
  double lengths = sqrt (dot (n, a, a)) * sqrt (dot (n, b, b)), sum = 0;
  for (size_t i = 0; i < n; i++)
    sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sum > 0 ? sum / lengths : 0;
}

static void
normalise_rows (struct tc_dense *v)
{
  for (size_t row = 0; row < v->rows; row++)
    {
      double *values = tc_dense_row (v, row);
      double length = sqrt (dot (v->cols, values, values));
      for (size_t col = 0; length > 0 && col < v->cols; col++)
        values[col] /= length;
    }
}

enum tc_status
tc_covariance (const struct tc_dense *v, bool normalised, struct tc_dense *cov,
               struct tc_error *err)
{
  struct tc_dense rows = { 0 };
  enum tc_status status = tc_dense_alloc (&rows, v->rows, v->cols, err);
  if (status != TC_OK)
    return status;
  memcpy (rows.data, v->data, v->rows * v->cols * sizeof *v->data);
  if (normalised)
    normalise_rows (&rows);
  status = tc_dense_product_nt (cov, &rows, &rows, err);
  tc_dense_free (&rows);
  return status;
}

static int
ascending (const void *left, const void *right)
{
  double a = *(const double *) left, b = *(const double *) right;
  return (a > b) - (a < b);
}

static enum tc_status
check_masses (size_t n, const double *values, struct tc_error *err)
{
  if (n == 0)
    return tc_fail (err, TC_EINVAL, "a Gini coefficient needs at least one number");
  for (size_t i = 0; i < n; i++)
    if (!(values[i] >= 0 && isfinite (values[i])))
      return tc_fail (err, TC_EINVAL, "a Gini coefficient needs finite numbers >= 0, "
                      "not %g at %zu", values[i], i);
  return TC_OK;
}

enum tc_status
tc_gini (size_t n, const double *values, double *gini, struct tc_error *err)
{
  enum tc_status status = check_masses (n, values, err);
  if (status != TC_OK)
    return status;
  double *sorted = malloc (n * sizeof *sorted);
  if (sorted == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory to sort %zu numbers", n);
  memcpy (sorted, values, n * sizeof *sorted);
  qsort (sorted, n, sizeof *sorted, ascending);
  double total = 0, weighted = 0;
  for (size_t i = 0; i < n; i++)
    {
      total += sorted[i];
      weighted += (double) (i + 1) * sorted[i];
    }
  free (sorted);
  double count = (double) n;
  *gini = total > 0 ? 2 * weighted / (count * total) - (count + 1) / count : 0;
  return TC_OK;
}
