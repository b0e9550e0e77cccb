#ifndef TC_NUMERICS_MATMUL_PLAN_H
#define TC_NUMERICS_MATMUL_PLAN_H

/* Private to the numerics room: how matmul.c hands work to the kernels of one
   instruction set.  */

#include "numerics/matmul.h"

/* count products of one shape on one thread.  Element (i, p) of A is
   a[i * a_row + p * a_step], element (p, j) of B is b[p * b_step + j * b_col];
   one stride of each operand is 1.  Product t reads a + t * a_next and so on. */
struct tc_product
{
  size_t m, n, k;
  const tc_real *a;
  size_t a_row, a_step;
  const tc_real *b;
  size_t b_step, b_col;
  enum tc_start start;
  const tc_real *bias;
  tc_real *c;
  size_t c_row;
  size_t count, a_next, b_next, bias_next, c_next;
};

struct tc_matmul_kernels
{
  /* Works through a product; scratch holds scratch_length elements, aligned
     to 64 bytes.  */
  void (*run) (const struct tc_product *product, tc_real *scratch);
  size_t scratch_length;
  /* Rows and columns of the largest tile: pieces for threads are multiples. */
  size_t tile_rows, tile_columns;
};

#endif
