#include "circuits/fourier2d.h"

#include "circuits/product64.h"

#include <math.h>
#include <stdlib.h>

enum tc_status
tc_fourier2d (const struct tc_fourier *f, enum tc_fourier_way way, const struct tc_dense *in,
              struct tc_dense *out, struct tc_error *err)
{
  size_t n = f->n, c = in->cols;
  if (in->rows != n * n)
    return tc_fail (err, TC_EINVAL, "a tensor of %zu rows is no function of pairs of %zu",
                    in->rows, n);
  struct tc_dense half = { 0 };
  enum tc_status status = tc_dense_alloc (out, in->rows, c, err);
  if (status == TC_OK)
    status = tc_dense_alloc (&half, in->rows, c, err);
  if (status == TC_OK)
    {
      tc_fourier_axis (f, way, 1, n * c, in->data, half.data);
      tc_fourier_axis (f, way, n, c, half.data, out->data);
    }
  tc_dense_free (&half);
  return status;
}

void
tc_fourier2d_term (const struct tc_fourier *f, size_t i, size_t j, double *term)
{
  const double *in_x = tc_dense_row (&f->basis, i), *in_y = tc_dense_row (&f->basis, j);
  for (size_t x = 0; x < f->n; x++)
    for (size_t y = 0; y < f->n; y++)
      term[x * f->n + y] = in_x[x] * in_y[y];
}

/* --- Ranked terms --- */

struct square
{
  double value;
  size_t index;
};

static int
greater_first (const void *left, const void *right)
{
  const struct square *a = left, *b = right;
  if (a->value != b->value)
    return a->value < b->value ? 1 : -1;
  return a->index < b->index ? -1 : 1;
}

static double
fill_squares (const struct tc_dense *transformed, size_t col, struct square *squares)
{
  double total = 0;
  for (size_t i = 0; i < transformed->rows; i++)
    {
      double value = tc_dense_get (transformed, i, col);
      squares[i] = (struct square) { value * value, i };
      total += value * value;
    }
  return total;
}

enum tc_status
tc_fourier2d_ranks (const struct tc_fourier *f, const struct tc_dense *transformed,
                    size_t col, size_t top, struct tc_fourier2d_rank *ranks,
                    struct tc_error *err)
{
  size_t n = f->n;
  if (transformed->rows != n * n || col >= transformed->cols || top > n * n)
    return tc_fail (err, TC_EINVAL, "cannot rank %zu terms of column %zu of a %zu x %zu "
                    "transform over pairs of %zu", top, col, transformed->rows,
                    transformed->cols, n);
  struct square *squares = malloc (n * n * sizeof *squares);
  if (squares == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory to rank %zu terms", n * n);
  double total = fill_squares (transformed, col, squares), sum = 0;
  qsort (squares, n * n, sizeof *squares, greater_first);
  for (size_t i = 0; i < top; i++)
    {
      size_t index = squares[i].index;
      sum += squares[i].value;
      ranks[i] = (struct tc_fourier2d_rank) {
        .x = index / n, .y = index % n,
        .coefficient = tc_dense_get (transformed, index, col),
        .fraction = total > 0 ? squares[i].value / total : 0,
        .cumulative = total > 0 ? sum / total : 0
      };
    }
  free (squares);
  return TC_OK;
}

/* --- Directions --- */

size_t
tc_directions_each (unsigned sets)
{
  return (sets & TC_FOURIER_SUM ? 2 : 0) + (sets & TC_FOURIER_DIFFERENCE ? 2 : 0)
         + (sets & TC_FOURIER_LINEAR ? 4 : 0);
}

/* cos and sin of w (x + step y), a unit vector each; step is 1 or n - 1.  */
static void
fill_combined (const struct tc_fourier *f, size_t k, size_t step, double *cosine,
               double *sine)
{
  size_t n = f->n;
  /* The sum over pairs of cos^2 is n n / 2.  */
  double scale = sqrt (2.0) / (double) n;
  for (size_t x = 0; x < n; x++)
    for (size_t y = 0; y < n; y++)
      {
        double c, s;
        tc_turn (k * (x + step * y % n) % n, n, &c, &s);
        cosine[x * n + y] = scale * c;
        sine[x * n + y] = scale * s;
      }
}

static void
fill_frequency (const struct tc_fourier *f, unsigned sets, size_t k, double *rows)
{
  size_t m = f->n * f->n;
  if (sets & TC_FOURIER_SUM)
    {
      fill_combined (f, k, 1, rows, rows + m);
      rows += 2 * m;
    }
  if (sets & TC_FOURIER_DIFFERENCE)
    {
      fill_combined (f, k, f->n - 1, rows, rows + m);
      rows += 2 * m;
    }
  if (sets & TC_FOURIER_LINEAR)
    {
      tc_fourier2d_term (f, tc_fourier_cos (k), 0, rows);
      tc_fourier2d_term (f, tc_fourier_sin (k), 0, rows + m);
      tc_fourier2d_term (f, 0, tc_fourier_cos (k), rows + 2 * m);
      tc_fourier2d_term (f, 0, tc_fourier_sin (k), rows + 3 * m);
    }
}

static enum tc_status
check_frequencies (const struct tc_fourier *f, size_t n_frequencies,
                   const size_t *frequencies, struct tc_error *err)
{
  for (size_t i = 0; i < n_frequencies; i++)
    {
      if (frequencies[i] < 1 || frequencies[i] > tc_fourier_frequencies (f))
        return tc_fail (err, TC_EINVAL, "%zu is no frequency: expected 1 to %zu",
                        frequencies[i], tc_fourier_frequencies (f));
      for (size_t j = 0; j < i; j++)
        if (frequencies[j] == frequencies[i])
          return tc_fail (err, TC_EINVAL, "frequency %zu is given twice", frequencies[i]);
    }
  return TC_OK;
}

enum tc_status
tc_directions (const struct tc_fourier *f, unsigned sets, size_t n_frequencies,
               const size_t *frequencies, struct tc_dense *directions, struct tc_error *err)
{
  size_t each = tc_directions_each (sets), m = f->n * f->n;
  enum tc_status status = check_frequencies (f, n_frequencies, frequencies, err);
  if (status == TC_OK)
    status = tc_dense_alloc (directions, n_frequencies * each, m, err);
  for (size_t i = 0; status == TC_OK && i < n_frequencies; i++)
    fill_frequency (f, sets, frequencies[i], directions->data + i * each * m);
  return status;
}

enum tc_status
tc_collapse (const struct tc_dense *directions, const struct tc_dense *tensor,
             struct tc_dense *coefficients, struct tc_error *err)
{
  if (directions->cols != tensor->rows)
    return tc_fail (err, TC_EINVAL, "directions over %zu pairs do not fit a tensor of %zu",
                    directions->cols, tensor->rows);
  enum tc_status status
    = tc_dense_alloc (coefficients, directions->rows, tensor->cols, err);
  if (status == TC_OK)
    tc_product64 (directions->rows, directions->cols, tensor->cols, directions->data,
                  directions->cols, 1, tensor->data, coefficients->data);
  return status;
}

enum tc_status
tc_project (const struct tc_dense *directions, const struct tc_dense *tensor,
            struct tc_dense *projected, struct tc_error *err)
{
  struct tc_dense coefficients = { 0 };
  enum tc_status status = tc_collapse (directions, tensor, &coefficients, err);
  if (status == TC_OK)
    status = tc_dense_alloc (projected, tensor->rows, tensor->cols, err);
  if (status == TC_OK)
    tc_product64 (directions->cols, directions->rows, tensor->cols, directions->data, 1,
                  directions->cols, coefficients.data, projected->data);
  tc_dense_free (&coefficients);
  return status;
}

void
tc_centre_rows (struct tc_dense *tensor, double *means)
{
  for (size_t col = 0; col < tensor->cols; col++)
    {
      double sum = 0;
      for (size_t row = 0; row < tensor->rows; row++)
        sum += tc_dense_get (tensor, row, col);
      double mean = tensor->rows > 0 ? sum / (double) tensor->rows : 0;
      for (size_t row = 0; row < tensor->rows; row++)
        tensor->data[row * tensor->cols + col] -= mean;
      if (means != NULL)
        means[col] = mean;
    }
}
