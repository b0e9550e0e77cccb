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

/* Lengths and blocks, in elements.  */
enum
{
  /* The block of B stays in the second cache.  */
  N_BLOCK = 512,
  B_LENGTH = N_BLOCK * 384,
  MOST_K = 512,
  /* Columns of A read in place: what the first cache holds, and the least
     walk that is worth reloading C for.  */
  FIRST_CACHE = 8192,
  SHORT_K = 64,
  /* Columns of A that are copied; panels are whole vectors wide.  */
  PACKED_A_STEPS = 128,
  M_PANELS = 36,
  M_BLOCK = M_PANELS * TC_TILE_ROWS_2,
  A_WIDTH = (TC_TILE_ROWS_2 + TC_VF_LANES - 1) / TC_VF_LANES * TC_VF_LANES,
  A_LENGTH = M_PANELS * A_WIDTH * PACKED_A_STEPS,
  /* C the other way round.  */
  C_LENGTH = 16384,
  SCRATCH_LENGTH = A_LENGTH + B_LENGTH + C_LENGTH,
  /* Steps of p packed at a time where rows lie along the panels.  */
  PACK_STEPS = 32,
  /* From this stride on, a page, rows fall into few cache sets.  */
  LONG_STRIDE = 1024,
  /* Chains too short to hide a fetch of the next tile of C.  */
  FETCH_AHEAD_K = 64
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
#define ROWS_24(X, v) ROWS_14 (X, v) X (15, v) X (16, v) X (17, v) X (18, v) \
  X (19, v) X (20, v) X (21, v) X (22, v) X (23, v) X (24, v)
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

/* --- Blocks --- */

/* One block of a product.  b and c of the tile point at the block's first
   column, c and a at its first row.  */
struct block
{
  const struct tc_product *product;
  struct tc_tile tile;
  bool a_packed, b_packed;
  tc_real *a_panels, *b_panels;
  size_t rows, columns, most_k;
};

/* A length cut into the fewest pieces of at most `most`, as equal as possible:
   37 rows are 10 + 9 + 9 + 9 rather than 12 + 12 + 12 + 1.  */
struct pieces
{
  size_t least, n_longer;
};

static struct pieces
cut (size_t length, size_t most)
{
  size_t n = (length + most - 1) / most;
  return (struct pieces) { length / n, length % n };
}

static size_t
piece (const struct pieces *pieces, size_t i)
{
  return pieces->least + (i < pieces->n_longer);
}

static size_t
count_vectors (const struct block *block)
{
  return (block->columns + TC_VF_LANES - 1) / TC_VF_LANES;
}

/* Vectors of the next panel.  Two make the best tile, but three columns of
   vectors are done at once.  */
static size_t
next_vectors (const struct block *block, size_t vectors_left)
{
  if (vectors_left == 3 && !block->a_packed && count_vectors (block) == 3)
    return 3;
  return tc_pack_min (vectors_left, 2);
}

/* Most rows of a tile, the same for every panel of the block.  */
static size_t
most_rows (const struct block *block)
{
  if (block->a_packed)
    return TC_TILE_ROWS_2;
  switch (count_vectors (block))
    {
    case 1:  return TC_TILE_ROWS_1;
    case 3:  return TC_TILE_ROWS_3;
    default: return TC_TILE_ROWS_2;
    }
}

/* Whether the panel of `vectors` vectors at column j is read from a copy.  */
static bool
is_packed (const struct block *block, size_t j, size_t vectors)
{
  return block->b_packed
         || (!TC_TILE_READS_TAIL && block->columns - j < vectors * TC_VF_LANES);
}

/* All tiles of one row of tiles, from left to right: the panel of A stays in
   the first cache, and C is met in the order in which it lies in memory.  */
static void
run_row (const struct block *block, struct tc_tile *tile, size_t rows)
{
  const tc_real *from = tile->from;
  tc_real *c = tile->c;
  size_t vectors = count_vectors (block);
  for (size_t v = 0, n; v < vectors; v += n)
    {
      n = next_vectors (block, vectors - v);
      size_t j = v * TC_VF_LANES;
      bool packed = is_packed (block, j, n);
      tile->b = packed ? block->b_panels + j * tile->k : block->tile.b + j;
      tile->b_step = packed ? n * TC_VF_LANES : block->tile.b_step;
      tile->c = c + j;
      tile->from = from == NULL ? NULL : from + j;
      tile->last = tc_pack_min (block->columns - j, n * TC_VF_LANES) - (n - 1) * TC_VF_LANES;
      tile->next_c = tile->k >= FETCH_AHEAD_K && v + n < vectors
                     ? tile->c + n * TC_VF_LANES : NULL;
      tiles[n - 1][rows - 1] (tile);
    }
}

static void
run_block (const struct block *block)
{
  struct tc_tile tile = block->tile;
  struct pieces pieces = cut (block->rows, most_rows (block));
  for (size_t i = 0, panel = 0, rows; i < block->rows; i += rows, panel++)
    {
      rows = piece (&pieces, panel);
      if (block->a_packed)
        {
          tile.a = block->a_panels + panel * A_WIDTH * tile.k;
          tile.a_row = 1;
          tile.a_step = A_WIDTH;
        }
      else
        tile.a = block->tile.a + i * tile.a_row;
      tile.c = block->tile.c + i * tile.c_row;
      tile.from = block->tile.from == NULL ? NULL : block->tile.from + i * tile.from_row;
      run_row (block, &tile, rows);
    }
}

/* --- Packing --- */

static void
pack_a_steps (const struct block *block, size_t p0, size_t k)
{
  const struct tc_product *product = block->product;
  struct pieces pieces = cut (block->rows, TC_TILE_ROWS_2);
  for (size_t i = 0, panel = 0, rows; i < block->rows; i += rows, panel++)
    {
      rows = piece (&pieces, panel);
      tc_pack_panel (block->a_panels + (panel * block->tile.k + p0) * A_WIDTH, A_WIDTH,
                     block->tile.a + i * product->a_row + p0 * product->a_step,
                     product->a_row, product->a_step, rows, k);
    }
}

static void
pack_b_steps (const struct block *block, size_t p0, size_t k)
{
  const struct tc_product *product = block->product;
  size_t vectors = count_vectors (block);
  for (size_t v = 0, n; v < vectors; v += n)
    {
      n = next_vectors (block, vectors - v);
      size_t j = v * TC_VF_LANES, width = n * TC_VF_LANES;
      if (is_packed (block, j, n))
        tc_pack_panel (block->b_panels + j * block->tile.k + p0 * width, width,
                       block->tile.b + j * product->b_col + p0 * product->b_step,
                       product->b_col, product->b_step,
                       tc_pack_min (block->columns - j, width), k);
    }
}

/* Rows that lie along the panels are taken a few at a time, so that their
   pages and lines are still at hand for the next panel.  */
static void
pack_a (const struct block *block)
{
  size_t steps = block->product->a_row == 1 ? PACK_STEPS : MOST_K;
  for (size_t p = 0; p < block->tile.k; p += steps)
    pack_a_steps (block, p, tc_pack_min (block->tile.k - p, steps));
}

static void
pack_b (const struct block *block)
{
  size_t steps = block->product->b_col == 1 ? PACK_STEPS : MOST_K;
  for (size_t p = 0; p < block->tile.k; p += steps)
    pack_b_steps (block, p, tc_pack_min (block->tile.k - p, steps));
}

/* --- Products --- */

/* Where the chains of a block continue: at p == 0 from what the caller chose,
   later from C.  */
static void
start_from (struct tc_tile *tile, enum tc_start start, const tc_real *bias)
{
  tile->from = start == TC_FROM_OUTPUT ? tile->c : start == TC_FROM_BIAS ? bias : NULL;
  tile->from_row = start == TC_FROM_OUTPUT ? tile->c_row : 0;
}

/* Columns j and steps p of the block are set; all rows.  */
static void
run_rows (struct block *block, size_t j, size_t p)
{
  const struct tc_product *product = block->product;
  enum tc_start start = p == 0 ? product->start : TC_FROM_OUTPUT;
  const tc_real *bias = start == TC_FROM_BIAS ? product->bias + j : NULL;
  struct pieces pieces = cut (product->m, M_BLOCK);
  for (size_t i = 0, n = 0; i < product->m; i += block->rows, n++)
    {
      block->rows = piece (&pieces, n);
      block->tile.a = product->a + i * product->a_row + p * product->a_step;
      block->tile.c = product->c + i * product->c_row + j;
      start_from (&block->tile, start, bias);
      if (block->a_packed)
        pack_a (block);
      run_block (block);
    }
}

static void
run_blocks (struct block *block)
{
  const struct tc_product *product = block->product;
  struct pieces pieces = { 0, 0 };
  if (product->k > 0)
    pieces = cut (product->k, block->most_k);
  for (size_t j = 0; j < product->n; j += N_BLOCK)
    {
      size_t p = 0, n = 0;
      block->columns = tc_pack_min (product->n - j, N_BLOCK);
      do
        {
          block->tile.k = piece (&pieces, n++);
          block->tile.b = product->b + p * product->b_step + j * product->b_col;
          pack_b (block);
          run_rows (block, j, p);
          p += block->tile.k;
        }
      while (p < product->k);
    }
}

/* Steps of k at a time where the block of B is what matters.  */
static size_t
long_walk (const struct tc_product *product)
{
  return tc_pack_min (B_LENGTH / tc_pack_min (product->n + TC_VF_LANES, N_BLOCK), MOST_K);
}

/* For columns of A read in place: as many as keep the rows of A and B in the
   first cache, all of them where one tile is all.  */
static size_t
short_walk (const struct tc_product *product)
{
  size_t steps = FIRST_CACHE / (product->m + product->n);
  if (product->n <= TC_VF_LANES * 2 && product->m <= TC_TILE_ROWS_2)
    return B_LENGTH / (2 * TC_VF_LANES);
  if (product->n > N_BLOCK)
    return 2 * SHORT_K;
  return steps < SHORT_K ? SHORT_K : tc_pack_min (steps, 4 * SHORT_K);
}

/* Rows of A whole pages apart meet in one set of the first cache, which has no
   room for as many lines as a tall tile has rows.  */
static bool
rows_collide (const struct tc_product *product)
{
  return TC_TILE_ROWS_2 > 8 && product->a_row % LONG_STRIDE == 0
         && product->n >= N_BLOCK / 2;
}

/* What to copy, and how far to walk k at a time.  Rows of A that lie along k
   are best read in place, unless they collide.  Columns of A, contiguous for
   one p, are too, in short walks, unless a long stride puts them all into the
   same cache sets.  Rows of B are copied for the same reason, and where they
   straddle lines.  */
static void
plan (struct block *block, tc_real *scratch)
{
  const struct tc_product *product = block->product;
  bool a_columns = product->a_row == 1;
  block->a_panels = scratch;
  block->b_panels = scratch + A_LENGTH;
  block->tile.a_row = product->a_row;
  block->tile.a_step = product->a_step;
  block->tile.b_step = product->b_step;
  block->tile.c_row = product->c_row;
  block->a_packed = a_columns
                    ? product->n >= N_BLOCK / 2
                      && (product->a_step >= LONG_STRIDE
                          || (product->a_step >= LONG_STRIDE / 2
                              && (product->n <= N_BLOCK || TC_VF_LANES < 16)))
                    : rows_collide (product);
  block->b_packed = product->b_col != 1
                    || (product->m >= 48
                        && (product->b_step >= LONG_STRIDE * TC_VF_LANES / 16
                            || (!a_columns && product->b_step % TC_TILE_LINE != 0)));
  block->most_k = block->a_packed ? PACKED_A_STEPS
                  : !a_columns ? long_walk (product) : short_walk (product);
}

/* --- The other way round ---

   C^T = op (B)^T op (A)^T: the same chains, with vectors over the rows of C.
   Columns of A then are read as vectors, in place.  Worth it where C is narrow
   or its width is no multiple of a vector, or B would have to be transposed.  */

/* Sets the chains of `rows` rows of C, transposed, to where they start.  */
static void
start_turned (const struct tc_product *product, tc_real *turned, size_t turned_row)
{
  if (product->start == TC_FROM_OUTPUT)
    tc_pack_transpose (turned, turned_row, product->c, product->c_row,
                       product->m, product->n);
  else if (product->start == TC_FROM_BIAS)
    for (size_t j = 0; j < product->n; j++)
      for (size_t i = 0; i < product->m; i++)
        turned[j * turned_row + i] = product->bias[j];
}

static void
finish_turned (const struct tc_product *product, const tc_real *turned, size_t turned_row)
{
  if (product->m * product->n <= 2 * TC_VF_LANES)
    for (size_t i = 0; i < product->m; i++)
      for (size_t j = 0; j < product->n; j++)
        product->c[i * product->c_row + j] = turned[j * turned_row + i];
  else
    tc_pack_transpose (product->c, product->c_row, turned, turned_row,
                       product->n, product->m);
}

static void
run_turned (const struct tc_product *product, tc_real *scratch)
{
  tc_real *turned = scratch + A_LENGTH + B_LENGTH;
  size_t most = C_LENGTH / product->n / TC_VF_LANES * TC_VF_LANES;
  struct tc_product part = *product;
  for (size_t i = 0; i < product->m; i += part.m)
    {
      part.m = tc_pack_min (product->m - i, most);
      part.a = product->a + i * product->a_row;
      part.c = product->c + i * product->c_row;
      size_t row = (part.m + TC_VF_LANES - 1) / TC_VF_LANES * TC_VF_LANES;
      struct tc_product swapped =
        {
          .m = part.n, .n = part.m, .k = part.k,
          .a = part.b, .a_row = part.b_col, .a_step = part.b_step,
          .b = part.a, .b_col = part.a_row, .b_step = part.a_step,
          .start = part.start == TC_FROM_ZERO ? TC_FROM_ZERO : TC_FROM_OUTPUT,
          .c = turned, .c_row = row
        };
      struct block block;
      block.product = &swapped;
      plan (&block, scratch);
      start_turned (&part, turned, row);
      run_blocks (&block);
      finish_turned (&part, turned, row);
    }
}

/* Instructions that transpose a rows x columns matrix, about.  */
static size_t
transpose_cost (size_t rows, size_t columns)
{
  size_t squares = (rows + TC_VF_LANES - 1) / TC_VF_LANES
                   * ((columns + TC_VF_LANES - 1) / TC_VF_LANES);
  return squares * 6 * TC_VF_LANES;
}

/* Multiply-adds of m broadcasts by n columns of vectors: tiles one vector wide
   lose a fifth to loads, tiles of less than eight wait for each other.  */
static size_t
tile_cost (size_t m, size_t n, size_t k)
{
  size_t vectors = (n + TC_VF_LANES - 1) / TC_VF_LANES;
  size_t steps = m * vectors < 8 ? 8 : m * vectors;
  return (vectors == 1 ? steps + steps / 5 : steps) * k;
}

static bool
is_better_turned (const struct tc_product *p)
{
  if (p->a_row != 1 || p->n * TC_VF_LANES > C_LENGTH || p->k == 0)
    return false;
  size_t straight = tile_cost (p->m, p->n, p->k)
                    + (p->b_col != 1 ? transpose_cost (p->n, p->k) : 0);
  size_t turned = tile_cost (p->n, p->m, p->k)
                  + transpose_cost (p->m, p->n) * (p->start == TC_FROM_OUTPUT ? 2 : 1);
  return turned < straight;
}

static void
advance (struct tc_product *product)
{
  product->a += product->a_next;
  product->b += product->b_next;
  product->c += product->c_next;
  if (product->start == TC_FROM_BIAS)
    product->bias += product->bias_next;
}

static void
run (const struct tc_product *product, tc_real *scratch)
{
  struct tc_product one = *product;
  /* A single column is also a row, and can be read as either.  */
  if (one.n == 1)
    one.b_col = 1;
  bool turned = is_better_turned (&one);
  struct block block;
  block.product = &one;
  if (!turned)
    plan (&block, scratch);
  for (size_t t = 0; t < product->count; t++)
    {
      if (turned)
        run_turned (&one, scratch);
      else
        run_blocks (&block);
      advance (&one);
    }
}

const struct tc_matmul_kernels TC_ISA_SYMBOL (tc_matmul_kernels) =
{
  run, SCRATCH_LENGTH, TC_TILE_ROWS_2, 2 * TC_VF_LANES
};
