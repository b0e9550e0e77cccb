#include "circuits/fourier.h"

#include "circuits/product64.h"
#include "numerics/elementary.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>

#define QUARTER_PI 0x1.921fb54442d18p-1

void
tc_turn (size_t part, size_t whole, double *cosine, double *sine)
{
  size_t octant = 8 * part / whole, rest = 8 * part % whole;
  if (octant % 2 == 1)
    rest = whole - rest;        /* odd octants run back from their upper end */
  double angle = QUARTER_PI * (double) rest / (double) whole;
  double c = tc_cos64 (angle), s = tc_sin64 (angle);
  bool steep = (octant + 1) / 2 % 2 == 1;       /* octants 1, 2, 5, 6 */
  double x = steep ? s : c, y = steep ? c : s;
  /* 0 - x, not -x: a zero stays without a sign.  */
  *cosine = octant >= 2 && octant < 6 ? 0.0 - x : x;
  *sine = octant >= 4 ? 0.0 - y : y;
}

size_t
tc_fourier_frequencies (const struct tc_fourier *f)
{
  return (f->n - 1) / 2;
}

size_t
tc_fourier_cos (size_t k)
{
  return 2 * k - 1;
}

size_t
tc_fourier_sin (size_t k)
{
  return 2 * k;
}

size_t
tc_fourier_frequency (size_t row)
{
  return (row + 1) / 2;
}

static bool
is_alternating (const struct tc_fourier *f, size_t row)
{
  return f->n % 2 == 0 && row == f->n - 1;
}

static void
fill_row (const struct tc_fourier *f, size_t row)
{
  size_t n = f->n, k = tc_fourier_frequency (row);
  bool lone = row == 0 || is_alternating (f, row);
  double scale = sqrt ((lone ? 1.0 : 2.0) / (double) n);
  for (size_t x = 0; x < n; x++)
    {
      double c, s;
      tc_turn (k * x % n, n, &c, &s);
      bool odd = row > 0 && row % 2 == 0;
      f->basis.data[row * n + x] = scale * (odd ? s : c);
    }
}

enum tc_status
tc_fourier_alloc (struct tc_fourier *f, size_t n, struct tc_error *err)
{
  *f = (struct tc_fourier) { .n = n };
  if (n == 0)
    return tc_fail (err, TC_EINVAL, "a Fourier basis needs at least one point, not 0");
  enum tc_status status = tc_dense_alloc (&f->basis, n, n, err);
  if (status != TC_OK)
    return status;
  for (size_t row = 0; row < n; row++)
    fill_row (f, row);
  return TC_OK;
}

void
tc_fourier_free (struct tc_fourier *f)
{
  tc_dense_free (&f->basis);
  f->n = 0;
}

void
tc_fourier_name (const struct tc_fourier *f, size_t row, char name[TC_FOURIER_NAME])
{
  if (row == 0)
    snprintf (name, TC_FOURIER_NAME, "const");
  else if (is_alternating (f, row))
    snprintf (name, TC_FOURIER_NAME, "+-1");
  else
    snprintf (name, TC_FOURIER_NAME, "%s %zu", row % 2 == 1 ? "cos" : "sin",
              tc_fourier_frequency (row));
}

enum tc_status
tc_fourier_gram (const struct tc_fourier *f, struct tc_dense *gram, struct tc_error *err)
{
  return tc_dense_product_nt (gram, &f->basis, &f->basis, err);
}

void
tc_fourier_axis (const struct tc_fourier *f, enum tc_fourier_way way, size_t outer,
                 size_t inner, const double *in, double *out)
{
  size_t n = f->n, slab = n * inner;
  size_t row = way == TC_FOURIER_FORWARD ? n : 1, col = way == TC_FOURIER_FORWARD ? 1 : n;
  for (size_t o = 0; o < outer; o++)
    tc_product64 (n, n, inner, f->basis.data, row, col, in + o * slab, out + o * slab);
}

enum tc_status
tc_fourier_columns (const struct tc_fourier *f, enum tc_fourier_way way,
                    const struct tc_dense *in, struct tc_dense *out, struct tc_error *err)
{
  if (in->rows != f->n)
    return tc_fail (err, TC_EINVAL, "cannot transform a matrix of %zu rows with a Fourier "
                    "basis for %zu", in->rows, f->n);
  enum tc_status status = tc_dense_alloc (out, in->rows, in->cols, err);
  if (status == TC_OK)
    tc_fourier_axis (f, way, 1, in->cols, in->data, out->data);
  return status;
}

/* squares[row]: the energy of a matrix at each row of the basis.  */
static enum tc_status
row_squares (const struct tc_fourier *f, const struct tc_dense *in, double *squares,
             struct tc_error *err)
{
  struct tc_dense transformed = { 0 };
  enum tc_status status = tc_fourier_columns (f, TC_FOURIER_FORWARD, in, &transformed, err);
  for (size_t row = 0; status == TC_OK && row < f->n; row++)
    {
      squares[row] = 0;
      for (size_t col = 0; col < in->cols; col++)
        {
          double value = tc_dense_get (&transformed, row, col);
          squares[row] += value * value;
        }
    }
  tc_dense_free (&transformed);
  return status;
}

enum tc_status
tc_fourier_row_norms (const struct tc_fourier *f, const struct tc_dense *in, double *norms,
                      struct tc_error *err)
{
  enum tc_status status = row_squares (f, in, norms, err);
  for (size_t row = 0; status == TC_OK && row < f->n; row++)
    norms[row] = sqrt (norms[row]);
  return status;
}

enum tc_status
tc_fourier_norms (const struct tc_fourier *f, const struct tc_dense *in, double *norms,
                  struct tc_error *err)
{
  struct tc_dense squares = { 0 };
  enum tc_status status = tc_dense_alloc (&squares, 1, f->n, err);
  if (status == TC_OK)
    status = row_squares (f, in, squares.data, err);
  for (size_t k = 1; status == TC_OK && k <= f->n / 2; k++)
    {
      double sum = squares.data[tc_fourier_cos (k)];
      if (tc_fourier_sin (k) < f->n)
        sum += squares.data[tc_fourier_sin (k)];
      norms[k - 1] = sqrt (sum);
    }
  tc_dense_free (&squares);
  return status;
}
