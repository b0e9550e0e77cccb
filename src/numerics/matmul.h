#ifndef TC_NUMERICS_MATMUL_H
#define TC_NUMERICS_MATMUL_H

#include "numerics/compute.h"
#include "numerics/real.h"

#include <stddef.h>

/* Matrix products in every layout that forward and backward need.

   Each output is one chain, acc = fma (a[k], b[k], acc), k ascending, starting
   from +0, from what C holds, or from a bias.  Vectors, register blocks and
   threads divide outputs only; blocking over k stores and reloads the
   accumulator.  So C is a pure function of A, B and the starting values.  */

/* How a stored matrix is read: as it is, or transposed.  */
enum tc_transpose { TC_NORMAL, TC_TRANSPOSED };

/* A view of a row-major matrix in somebody else's memory; stride is the
   distance between rows in elements.  rows and cols are those of the stored
   matrix, before any transposition.  */
struct tc_mat
{
  const tc_real *data;
  size_t rows, cols, stride;
};

/* Where each chain starts.  */
enum tc_start
{
  TC_FROM_ZERO,
  TC_FROM_OUTPUT,   /* accumulate into C */
  TC_FROM_BIAS      /* bias[n], one per column of C */
};

/* C[m,n] = start + op(A)[m,k] op(B)[k,n].
   Shapes: m, n, k follow from A, B and the transpositions; C has row stride
   c_stride >= n.  C must not overlap A or B.  bias [n] is read only with
   TC_FROM_BIAS.  Any of m, n, k may be 0 (k == 0 leaves the start value).
   Memory: packing buffers belong to compute; a product allocates nothing.  */
void tc_matmul (struct tc_compute *compute,
                enum tc_transpose op_a, struct tc_mat a,
                enum tc_transpose op_b, struct tc_mat b,
                enum tc_start start, const tc_real *bias,
                tc_real *c, size_t c_stride);

/* The same for n_batch independent products whose operands lie at constant
   distances (a head axis, for example): product i reads a.data + i a_step,
   b.data + i b_step and writes c + i c_step.  A step of 0 shares an operand. */
void tc_matmul_batched (struct tc_compute *compute, size_t n_batch,
                        enum tc_transpose op_a, struct tc_mat a, size_t a_step,
                        enum tc_transpose op_b, struct tc_mat b, size_t b_step,
                        enum tc_start start, const tc_real *bias, size_t bias_step,
                        tc_real *c, size_t c_stride, size_t c_step);

#endif
