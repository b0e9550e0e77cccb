#ifndef TC_CIRCUITS_DENSE_H
#define TC_CIRCUITS_DENSE_H

#include "numerics/error.h"
#include "numerics/real.h"

#include <stddef.h>

/* Matrices for analysis: float64, row-major, without padding, so that
   gsl_matrix_view_array (m.data, m.rows, m.cols) lends them to GSL.  Products
   are fma chains in k order, hence the same on every machine.  */
struct tc_dense
{
  size_t rows, cols;
  double *data;                 /* [rows, cols] */
};

/* A zero-filled matrix; free with tc_dense_free, which accepts a zeroed struct
   and leaves one.  */
enum tc_status tc_dense_alloc (struct tc_dense *m, size_t rows, size_t cols,
                               struct tc_error *err) TC_MUST_USE;
void tc_dense_free (struct tc_dense *m);

/* A new matrix holding the rows x cols numbers at values, converted exactly. */
enum tc_status tc_dense_from_real (struct tc_dense *m, size_t rows, size_t cols,
                                   const tc_real *values, struct tc_error *err)
  TC_MUST_USE;

/* out = a b, and out = a b^T.  out is allocated; TC_EINVAL if shapes clash.  */
enum tc_status tc_dense_product (struct tc_dense *out, const struct tc_dense *a,
                                 const struct tc_dense *b, struct tc_error *err)
  TC_MUST_USE;
enum tc_status tc_dense_product_nt (struct tc_dense *out, const struct tc_dense *a,
                                    const struct tc_dense *b, struct tc_error *err)
  TC_MUST_USE;

double tc_dense_get (const struct tc_dense *m, size_t row, size_t col);
double *tc_dense_row (const struct tc_dense *m, size_t row);

#endif
