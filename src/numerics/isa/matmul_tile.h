#ifndef TC_NUMERICS_MATMUL_TILE_H
#define TC_NUMERICS_MATMUL_TILE_H

/* Register tiles: the innermost loop of every matrix product.

   A tile holds rows x vectors accumulators in registers and walks k once.
   Each step loads one row of B vectors, broadcasts one element of A per row
   and multiplies; more accumulators than the latency times the throughput of
   fma (8 to 10) keep the unit busy, and more rows per load keep the load ports
   free.  Both operands are read through strides, so the same code serves
   packed panels and matrices where they lie.  */

#include "numerics/isa/isa.h"
#include "numerics/matmul.h"

/* Largest number of rows for 1, 2 and 3 vectors: what fits the registers
   beside the B vectors and one broadcast.  */
#if TC_ISA_ID == TC_ISA_ID_avx512
# define TC_TILE_ROWS_1 24
# define TC_TILE_ROWS_2 12
# define TC_TILE_ROWS_3 9
#elif TC_ISA_ID == TC_ISA_ID_avx2
# define TC_TILE_ROWS_1 12
# define TC_TILE_ROWS_2 6
# define TC_TILE_ROWS_3 4
#elif TC_ISA_ID == TC_ISA_ID_neon
# define TC_TILE_ROWS_1 12
# define TC_TILE_ROWS_2 12
# define TC_TILE_ROWS_3 8
#else
# define TC_TILE_ROWS_1 4
# define TC_TILE_ROWS_2 4
# define TC_TILE_ROWS_3 4
#endif

/* Whether tiles read the last vector of B under a mask, or need it padded.  */
#define TC_TILE_READS_TAIL (TC_ISA_ID == TC_ISA_ID_avx512)

enum { TC_TILE_MAX_ROWS = TC_TILE_ROWS_1, TC_TILE_MAX_VECTORS = 3 };

/* One tile's work.  Element (i, p) of A is a[i * a_row + p * a_step]; row p of
   B begins at b + p * b_step.  The last vector has `last` columns, 1 to
   TC_VF_LANES; the tile reads and writes no other column of C, but of B it
   reads whole vectors unless TC_TILE_READS_TAIL.  */
struct tc_tile
{
  size_t k;
  const tc_real *a;
  size_t a_row, a_step;
  const tc_real *b;
  size_t b_step;
  const tc_real *from;          /* C, the bias, or NULL for zero */
  size_t from_row;
  tc_real *c;
  size_t c_row;
  const tc_real *next_c;        /* the tile to come, for the caches, or NULL */
  size_t last;
};

typedef void tc_tile_function (const struct tc_tile *tile);

struct tc_accumulators
{
  tc_vf v[TC_TILE_MAX_ROWS][TC_TILE_MAX_VECTORS];
};

/* Row p of C (or the bias) as vectors.  */
TC_INLINE void
tc_tile_load_row (tc_vf *row, const tc_real *p, int vectors, tc_vf_tail tail)
{
  TC_UNROLL
  for (int v = 0; v < vectors - 1; v++)
    row[v] = tc_vf_load (p + v * TC_VF_LANES);
  row[vectors - 1] = tc_vf_load_tail (p + (vectors - 1) * TC_VF_LANES, tail);
}

/* `from` holds C, or with from_step 0 the bias; NULL starts from zero.  */
TC_INLINE void
tc_tile_start (struct tc_accumulators *acc, const tc_real *from, size_t from_step,
               int rows, int vectors, tc_vf_tail tail)
{
  if (from == NULL)
    {
      TC_UNROLL
      for (int i = 0; i < rows; i++)
        TC_UNROLL
        for (int v = 0; v < vectors; v++)
          acc->v[i][v] = tc_vf_set1 (0);
    }
  else
    {
      TC_UNROLL
      for (int i = 0; i < rows; i++)
        {
          tc_tile_load_row (acc->v[i], from, vectors, tail);
          from += from_step;
          TC_OPAQUE (from);
        }
    }
}

TC_INLINE void
tc_tile_finish (const struct tc_accumulators *acc, tc_real *c, size_t c_row,
                int rows, int vectors, tc_vf_tail tail)
{
  TC_UNROLL
  for (int i = 0; i < rows; i++)
    {
      TC_UNROLL
      for (int v = 0; v < vectors - 1; v++)
        tc_vf_store (c + v * TC_VF_LANES, acc->v[i][v]);
      tc_vf_store_tail (c + (vectors - 1) * TC_VF_LANES, tail, acc->v[i][vectors - 1]);
      c += c_row;
      TC_OPAQUE (c);
    }
}

enum
{
  TC_TILE_LINE = 64 / sizeof (tc_real),
  TC_TILE_FETCH_STEPS = 8       /* how far ahead B is fetched, in steps of k */
};

/* Fetches the rows of C that the next tile loads or stores: they lie a whole
   row of C apart, where no hardware prefetcher looks.  */
TC_INLINE void
tc_tile_fetch_ahead (const tc_real *c, size_t c_row, int rows, int vectors)
{
  TC_UNROLL
  for (int i = 0; i < rows; i++)
    {
      TC_UNROLL
      for (int v = 0; v < vectors; v++)
        if (v * TC_VF_LANES % TC_TILE_LINE == 0)
          __builtin_prefetch (c + v * TC_VF_LANES, 1);
      c += c_row;
      TC_OPAQUE (c);
    }
}

/* Three rows share a pointer: row, row + stride and row + 2 stride are
   addresses that x86 forms for free.  */
enum { TC_TILE_POINTERS = (TC_TILE_MAX_ROWS + 2) / 3 };

TC_INLINE void
tc_tile_run (const struct tc_tile *tile, const int rows, const int vectors)
{
  struct tc_accumulators acc;
  tc_vf_tail tail = tc_vf_first (tile->last);
  size_t a_row = tile->a_row, a_step = tile->a_step, b_step = tile->b_step;
  const tc_real *a[TC_TILE_POINTERS], *b = tile->b;
  TC_UNROLL
  for (int g = 0; 3 * g < rows; g++)
    a[g] = tile->a + 3 * g * a_row;

  tc_tile_start (&acc, tile->from, tile->from_row, rows, vectors, tail);
  if (tile->next_c != NULL)
    tc_tile_fetch_ahead (tile->next_c, tile->c_row, rows, vectors);
  for (size_t p = tile->k; p > 0; p--)
    {
      tc_vf row[TC_TILE_MAX_VECTORS];
      TC_UNROLL
      for (int v = 0; v < vectors; v++)
        row[v] = TC_TILE_READS_TAIL && v == vectors - 1
                 ? tc_vf_load_tail (b + v * TC_VF_LANES, tail)
                 : tc_vf_load (b + v * TC_VF_LANES);
      TC_UNROLL
      for (int v = 0; v < vectors; v++)
        if (vectors > 1 && v * TC_VF_LANES % TC_TILE_LINE == 0)
          __builtin_prefetch (b + TC_TILE_FETCH_STEPS * b_step + v * TC_VF_LANES);
      b += b_step;
      TC_UNROLL
      for (int i = 0; i < rows; i++)
        {
          tc_vf x = tc_vf_set1 (a[i / 3][(i % 3) * a_row]);
          TC_UNROLL
          for (int v = 0; v < vectors; v++)
            acc.v[i][v] = tc_vf_fma (x, row[v], acc.v[i][v]);
        }
      TC_UNROLL
      for (int g = 0; 3 * g < rows; g++)
        {
          a[g] += a_step;
          TC_OPAQUE (a[g]);
        }
    }
  tc_tile_finish (&acc, tile->c, tile->c_row, rows, vectors, tail);
}

#endif
