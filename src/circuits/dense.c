#include "circuits/dense.h"

#include <math.h>
#include <stdlib.h>

enum tc_status
tc_dense_alloc (struct tc_dense *m, size_t rows, size_t cols, struct tc_error *err)
{
  size_t count = rows * cols;
  m->rows = rows;
  m->cols = cols;
  m->data = calloc (count > 0 ? count : 1, sizeof *m->data);
  if (m->data == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for a %zu x %zu matrix", rows, cols);
  return TC_OK;
}

void
tc_dense_free (struct tc_dense *m)
{
  free (m->data);
  *m = (struct tc_dense) { 0, 0, NULL };
}

enum tc_status
tc_dense_from_real (struct tc_dense *m, size_t rows, size_t cols, const tc_real *values,
                    struct tc_error *err)
{
  enum tc_status status = tc_dense_alloc (m, rows, cols, err);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; i < rows * cols; i++)
    m->data[i] = values[i];
  return TC_OK;
}

enum tc_status
tc_dense_product (struct tc_dense *out, const struct tc_dense *a, const struct tc_dense *b,
                  struct tc_error *err)
{
  if (a->cols != b->rows)
    return tc_fail (err, TC_EINVAL, "cannot multiply a %zu x %zu by a %zu x %zu matrix",
                    a->rows, a->cols, b->rows, b->cols);
  enum tc_status status = tc_dense_alloc (out, a->rows, b->cols, err);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; i < a->rows; i++)
    for (size_t k = 0; k < a->cols; k++)
      for (size_t j = 0; j < b->cols; j++)
        {
          double *cell = &out->data[i * b->cols + j];
          *cell = fma (a->data[i * a->cols + k], b->data[k * b->cols + j], *cell);
        }
  return TC_OK;
}

enum tc_status
tc_dense_product_nt (struct tc_dense *out, const struct tc_dense *a,
                     const struct tc_dense *b, struct tc_error *err)
{
  if (a->cols != b->cols)
    return tc_fail (err, TC_EINVAL,
                    "cannot multiply a %zu x %zu by the transpose of a %zu x %zu matrix",
                    a->rows, a->cols, b->rows, b->cols);
  enum tc_status status = tc_dense_alloc (out, a->rows, b->rows, err);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; i < a->rows; i++)
    for (size_t j = 0; j < b->rows; j++)
      {
        double sum = 0;
        for (size_t k = 0; k < a->cols; k++)
          sum = fma (a->data[i * a->cols + k], b->data[j * b->cols + k], sum);
        out->data[i * b->rows + j] = sum;
      }
  return TC_OK;
}

double
tc_dense_get (const struct tc_dense *m, size_t row, size_t col)
{
  return m->data[row * m->cols + col];
}

double *
tc_dense_row (const struct tc_dense *m, size_t row)
{
  return m->data + row * m->cols;
}
