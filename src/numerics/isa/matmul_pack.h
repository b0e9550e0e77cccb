#ifndef TC_NUMERICS_MATMUL_PACK_H
#define TC_NUMERICS_MATMUL_PACK_H

/* Packing: copies of a block of A or B in the order in which tiles read it.

   A panel holds, for each p in turn, one column of the block of A (its rows)
   or one row of the block of B (its columns), width elements apart.  Stored
   the other way round, squares of the source are transposed in registers.
   Panels are whole vectors wide, padded with anything; nothing is ever padded
   along p.  */

#include "numerics/isa/isa.h"

TC_INLINE size_t
tc_pack_min (size_t a, size_t b)
{
  return a < b ? a : b;
}

/* VL rows of x, from column 0 on, as the columns of a square; where there are
   fewer the last one stands in for the rest.  */
TC_INLINE void
tc_pack_load_square (tc_vf square[TC_VF_LANES], const tc_real *x, size_t stride,
                     size_t rows, tc_vf_tail tail)
{
  TC_UNROLL
  for (size_t i = 0; i < TC_VF_LANES; i++)
    {
      square[i] = tc_vf_load_tail (x, tail);
      x += i + 1 < rows ? stride : 0;
      TC_OPAQUE (x);
    }
  tc_vf_transpose (square);
}

/* Asks for the rows of x behind these, which are packed next.  */
TC_INLINE void
tc_pack_fetch_ahead (const tc_real *x, size_t stride)
{
  TC_UNROLL
  for (size_t i = 0; i < TC_VF_LANES; i++)
    {
      __builtin_prefetch (x, 0, 2);
      x += stride;
      TC_OPAQUE (x);
    }
}

/* panel[p * width + i] = x[i * stride + p] for i < rows <= TC_VF_LANES, p < k;
   writes whole vectors.  */
TC_INLINE void
tc_pack_across (tc_real *panel, size_t width, const tc_real *x, size_t stride,
                size_t rows, size_t k)
{
  tc_vf square[TC_VF_LANES];
  size_t whole = k / TC_VF_LANES * TC_VF_LANES;
  for (size_t p = 0; p < whole; p += TC_VF_LANES)
    {
      tc_pack_load_square (square, x + p, stride, rows, tc_vf_first (TC_VF_LANES));
      tc_pack_fetch_ahead (x + p + rows * stride, stride);
      TC_UNROLL
      for (size_t q = 0; q < TC_VF_LANES; q++)
        {
          tc_vf_store (panel, square[q]);
          panel += width;
          TC_OPAQUE (panel);
        }
    }
  if (whole < k)
    {
      tc_pack_load_square (square, x + whole, stride, rows, tc_vf_first (k - whole));
      TC_UNROLL
      for (size_t q = 0; q < TC_VF_LANES; q++)
        if (q < k - whole)
          tc_vf_store (panel + q * width, square[q]);
    }
}

/* panel[p * width + i] = x[p * stride + i] for i < rows, p < k; writes whole
   vectors.  */
TC_INLINE void
tc_pack_along (tc_real *panel, size_t width, const tc_real *x, size_t stride,
               size_t rows, size_t k)
{
  size_t whole = (rows - 1) / TC_VF_LANES * TC_VF_LANES;
  tc_vf_tail tail = tc_vf_first (rows - whole);
  for (size_t p = 0; p < k; p++)
    {
      for (size_t i = 0; i < whole; i += TC_VF_LANES)
        tc_vf_store (panel + i, tc_vf_load (x + i));
      tc_vf_store (panel + whole, tc_vf_load_tail (x + whole, tail));
      panel += width;
      x += stride;
    }
}

/* y[j * y_stride + i] = x[i * x_stride + j] for i < rows, j < columns.  */
static void
tc_pack_transpose (tc_real *y, size_t y_stride, const tc_real *x, size_t x_stride,
                   size_t rows, size_t columns)
{
  tc_vf square[TC_VF_LANES];
  for (size_t i = 0; i < rows; i += TC_VF_LANES)
    for (size_t j = 0; j < columns; j += TC_VF_LANES)
      {
        size_t height = tc_pack_min (rows - i, TC_VF_LANES);
        size_t width = tc_pack_min (columns - j, TC_VF_LANES);
        tc_vf_tail tail = tc_vf_first (height);
        tc_pack_load_square (square, x + i * x_stride + j, x_stride, height,
                             tc_vf_first (width));
        tc_real *to = y + j * y_stride + i;
        TC_UNROLL
        for (size_t q = 0; q < TC_VF_LANES; q++)
          if (q < width)
            tc_vf_store_tail (to + q * y_stride, tail, square[q]);
      }
}

/* One panel of `rows` rows of A or columns of B.  `across` is the distance
   between those in x, `along` that between values of p; one of them is 1.  */
static void
tc_pack_panel (tc_real *panel, size_t width, const tc_real *x, size_t across,
               size_t along, size_t rows, size_t k)
{
  if (across == 1)
    tc_pack_along (panel, width, x, along, rows, k);
  else
    for (size_t i = 0; i < rows; i += TC_VF_LANES)
      tc_pack_across (panel + i, width, x + i * across, across,
                      tc_pack_min (rows - i, TC_VF_LANES), k);
}

#endif
