#include "numerics/vector.h"
#include "transformer/layers.h"

static struct tc_mat
matrix (const tc_real *data, size_t rows, size_t columns, size_t stride)
{
  return (struct tc_mat) { .data = data, .rows = rows, .cols = columns, .stride = stride };
}

void
tc_linear_forward (struct tc_compute *compute, struct tc_linear linear, size_t n,
                   const tc_real *x, tc_real *y)
{
  tc_matmul (compute,
             TC_NORMAL, matrix (x, n, linear.d_in, linear.d_in),
             TC_NORMAL, matrix (linear.W, linear.d_in, linear.d_out, linear.stride),
             linear.b == NULL ? TC_FROM_ZERO : TC_FROM_BIAS, linear.b,
             y, linear.d_out);
}

void
tc_linear_backward_input (struct tc_compute *compute, struct tc_linear linear, size_t n,
                          const tc_real *dy, enum tc_start start, tc_real *dx)
{
  tc_matmul (compute,
             TC_NORMAL, matrix (dy, n, linear.d_out, linear.d_out),
             TC_TRANSPOSED, matrix (linear.W, linear.d_in, linear.d_out, linear.stride),
             start, NULL,
             dx, linear.d_in);
}

void
tc_linear_backward_weights (struct tc_compute *compute, struct tc_linear grad, size_t n,
                            const tc_real *x, const tc_real *dy)
{
  tc_matmul (compute,
             TC_TRANSPOSED, matrix (x, n, grad.d_in, grad.d_in),
             TC_NORMAL, matrix (dy, n, grad.d_out, grad.d_out),
             TC_FROM_ZERO, NULL,
             grad.W, grad.stride);
  if (grad.b != NULL)
    tc_column_sums (compute, n, grad.d_out, dy, grad.b);
}
