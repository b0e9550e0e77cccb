/* Matrix products on one thread, compiled once per instruction set.

   Small operands are read where they lie.  Large ones are cut into blocks that
   fit the caches and packed into panels that a tile walks from end to end
   (Goto and van de Geijn, "Anatomy of high-performance matrix multiplication",
   ACM TOMS 34, 2008).  What is packed changes speed only: every output remains
   one chain of fma over ascending k, carried through C between blocks.  */

#include "numerics/isa/matmul_pack.h"
#include "numerics/isa/matmul_tile.h"
#include "numerics/kernels.h"
#include "numerics/matmul_plan.h"

#include <stdbool.h>

/* A panel of B stays in the first cache, blocks of A and B in the second.  */
enum
{
  K_BLOCK = 256,
  M_PANELS = 16,
  M_BLOCK = M_PANELS * TC_TILE_ROWS_2,
  N_BLOCK = 512,
  /* Packed panels of A wider than a vector are padded to whole vectors.  */
  A_WIDTH = TC_TILE_ROWS_2 <= TC_VF_LANES
            ? TC_TILE_ROWS_2
            : (TC_TILE_ROWS_2 + TC_VF_LANES - 1) / TC_VF_LANES * TC_VF_LANES,
  A_LENGTH = M_PANELS * A_WIDTH * K_BLOCK + TC_VF_LANES,
  B_LENGTH = N_BLOCK * K_BLOCK,
  SCRATCH_LENGTH = A_LENGTH + B_LENGTH
};

/* --- The tiles --- */

#define TILE(rows, vectors)                                             \
  static void                                                           \
  tile_##rows##_##vectors (const struct tc_tile *tile)                  \
  {                                                                     \
    tc_tile_run (tile, rows, vectors);                                  \
  }
#define TILE_NAME(rows, vectors) tile_##rows##_##vectors,

#define ROWS_1(X, v) X (1, v)
#define ROWS_4(X, v) ROWS_1 (X, v) X (2, v) X (3, v) X (4, v)
#define ROWS_6(X, v) ROWS_4 (X, v) X (5, v) X (6, v)
#define ROWS_8(X, v) ROWS_6 (X, v) X (7, v) X (8, v)
#define ROWS_9(X, v) ROWS_8 (X, v) X (9, v)
#define ROWS_12(X, v) ROWS_9 (X, v) X (10, v) X (11, v) X (12, v)
#define ROWS_14(X, v) ROWS_12 (X, v) X (13, v) X (14, v)
#define TILES(rows, X, v) TC_ISA_PASTE (ROWS, rows) (X, v)

TILES (TC_TILE_ROWS_1, TILE, 1)
TILES (TC_TILE_ROWS_2, TILE, 2)
TILES (TC_TILE_ROWS_3, TILE, 3)

static tc_tile_function *const tiles[TC_TILE_MAX_VECTORS][TC_TILE_MAX_ROWS] =
{
  { TILES (TC_TILE_ROWS_1, TILE_NAME, 1) },
  { TILES (TC_TILE_ROWS_2, TILE_NAME, 2) },
  { TILES (TC_TILE_ROWS_3, TILE_NAME, 3) }
};

static const size_t tile_rows[TC_TILE_MAX_VECTORS] =
{
  TC_TILE_ROWS_1, TC_TILE_ROWS_2, TC_TILE_ROWS_3
};

/* --- Blocks --- */

/* One block of a product: what the tiles see.  */
struct block
{
  struct tc_tile tile;
  bool a_packed, b_packed;
  tc_real *a_panels, *b_panels;
  size_t rows, columns;
};

/* Cuts rows into the fewest pieces of at most `most`, as equal as possible:
   43 rows are 11 + 11 + 11 + 10 rather than 14 + 14 + 14 + 1.  */
static size_t
next_piece (size_t rows, size_t most)
{
  size_t pieces = (rows + most - 1) / most;
  return (rows + pieces - 1) / pieces;
}

/* Vectors of the next panel: two, because that tile is the best; three rather
   than two and one, unless packed panels of A have the two-vector height.  */
static size_t
next_vectors (size_t vectors, bool a_packed)
{
  if (vectors == 3 && !a_packed)
    return 3;
  return tc_pack_min (vectors, 2);
}

static void
run_panel (const struct block *block, struct tc_tile *tile, size_t vectors)
{
  size_t most = block->a_packed ? TC_TILE_ROWS_2 : tile_rows[vectors - 1];
  const tc_real *a = block->tile.a, *from = tile->from;
  tc_real *c = tile->c;
  size_t panel = 0;
  for (size_t i = 0; i < block->rows; panel++)
    {
      size_t rows = next_piece (block->rows - i, most);
      if (block->a_packed)
        {
          tile->a = block->a_panels + panel * A_WIDTH * tile->k;
          tile->a_row = 1;
          tile->a_step = rows <= TC_VF_LANES ? rows : A_WIDTH;
        }
      else
        tile->a = a + i * tile->a_row;
      tile->c = c + i * tile->c_row;
      if (from != NULL)
        tile->from = from + i * tile->from_row;
      tiles[vectors - 1][rows - 1] (tile);
      i += rows;
    }
}

static void
run_block (const struct block *block)
{
  struct tc_tile tile = block->tile;
  size_t vectors = (block->columns + TC_VF_LANES - 1) / TC_VF_LANES;
  for (size_t v = 0, n; v < vectors; v += n)
    {
      n = next_vectors (vectors - v, block->a_packed);
      size_t j = v * TC_VF_LANES;
      size_t columns = tc_pack_min (block->columns - j, n * TC_VF_LANES);
      bool partial = columns < n * TC_VF_LANES;
      tile.last = columns - (n - 1) * TC_VF_LANES;
      tile.c = block->tile.c + j;
      if (block->tile.from != NULL)
        tile.from = block->tile.from + j;
      if (block->b_packed || (partial && !TC_TILE_READS_TAIL))
        {
          tile.b = block->b_panels + j * tile.k;
          tile.b_step = n * TC_VF_LANES;
        }
      else
        {
          tile.b = block->tile.b + j;
          tile.b_step = block->tile.b_step;
        }
      run_panel (block, &tile, n);
    }
}

static void
pack_a (const struct block *block, const struct tc_product *product,
        const tc_real *a)
{
  size_t k = block->tile.k;
  size_t panel = 0;
  for (size_t i = 0; i < block->rows; panel++)
    {
      size_t rows = next_piece (block->rows - i, TC_TILE_ROWS_2);
      tc_pack_panel (block->a_panels + panel * A_WIDTH * k,
                     rows <= TC_VF_LANES ? rows : A_WIDTH,
                     a + i * product->a_row, product->a_row, product->a_step, rows, k);
      i += rows;
    }
}

/* Packs the panels that the tiles can't read in place: all, or the one with a
   partial vector.  */
static void
pack_b (const struct block *block, const struct tc_product *product,
        const tc_real *b)
{
  size_t k = block->tile.k;
  size_t vectors = (block->columns + TC_VF_LANES - 1) / TC_VF_LANES;
  for (size_t v = 0, n; v < vectors; v += n)
    {
      n = next_vectors (vectors - v, block->a_packed);
      size_t j = v * TC_VF_LANES;
      size_t columns = tc_pack_min (block->columns - j, n * TC_VF_LANES);
      bool partial = columns < n * TC_VF_LANES;
      if (block->b_packed || (partial && !TC_TILE_READS_TAIL))
        tc_pack_panel (block->b_panels + j * k, n * TC_VF_LANES, b + j * product->b_col,
                       product->b_col, product->b_step, columns, k);
    }
}

/* --- Products --- */

static void
start_from (struct tc_tile *tile, enum tc_start start, const tc_real *bias, size_t column)
{
  tile->from = start == TC_FROM_OUTPUT ? tile->c
               : start == TC_FROM_BIAS ? bias + column : NULL;
  tile->from_row = start == TC_FROM_OUTPUT ? tile->c_row : 0;
}

static void
run_one (const struct tc_product *product, struct block *block)
{
  for (size_t j = 0; j < product->n; j += N_BLOCK)
    {
      size_t p = 0;
      block->columns = tc_pack_min (product->n - j, N_BLOCK);
      do
        {
          block->tile.k = tc_pack_min (product->k - p, K_BLOCK);
          block->tile.b = product->b + p * product->b_step + j * product->b_col;
          pack_b (block, product, block->tile.b);
          for (size_t i = 0; i < product->m; i += M_BLOCK)
            {
              block->rows = tc_pack_min (product->m - i, M_BLOCK);
              block->tile.a = product->a + i * product->a_row + p * product->a_step;
              block->tile.c = product->c + i * product->c_row + j;
              start_from (&block->tile, p == 0 ? product->start : TC_FROM_OUTPUT,
                          product->bias, j);
              if (block->a_packed)
                pack_a (block, product, block->tile.a);
              run_block (block);
            }
          p += K_BLOCK;
        }
      while (p < product->k);
    }
}

static void
plan (struct block *block, const struct tc_product *product, tc_real *scratch)
{
  block->a_panels = scratch;
  block->b_panels = scratch + A_LENGTH;
  block->tile.a_row = product->a_row;
  block->tile.a_step = product->a_step;
  block->tile.b_step = product->b_step;
  block->tile.c_row = product->c_row;
  block->a_packed = product->n >= 64 && product->m * product->k >= 16384;
  block->b_packed = product->b_col != 1
                    || (product->m >= 32 && product->n * product->k >= 16384);
}

static void
run (const struct tc_product *product, tc_real *scratch)
{
  struct tc_product one = *product;
  struct block block;
  plan (&block, product, scratch);
  for (size_t t = 0; t < product->count; t++)
    {
      run_one (&one, &block);
      one.a += product->a_next;
      one.b += product->b_next;
      one.c += product->c_next;
      if (one.start == TC_FROM_BIAS)
        one.bias += product->bias_next;
    }
}

const struct tc_matmul_kernels TC_ISA_SYMBOL (tc_matmul_kernels) =
{
  run, SCRATCH_LENGTH, TC_TILE_ROWS_2, 2 * TC_VF_LANES
};
