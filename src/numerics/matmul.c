#include "numerics/matmul.h"

#include "numerics/crew.h"
#include "numerics/kernels.h"
#include "numerics/matmul_plan.h"

/* Below this many multiply-adds sharing a product costs more than it saves.  */
static const double parallel_threshold = 250e3;

static size_t
divide_up (size_t a, size_t b)
{
  return (a + b - 1) / b;
}

/* Cuts of the output of one product: rows x columns pieces.  */
struct grid
{
  size_t rows, columns;
};

/* How long a piece takes, up to a factor: it reads its rows and columns beside
   multiplying them.  Where a long k is walked in several goes, pieces side by
   side fetch each other's lines of C, which their neighbours keep writing.  */
static size_t
cost_of_piece (const struct tc_product *product, const struct tc_matmul_kernels *kernels,
               struct grid grid)
{
  enum { LONG_K = 1024 };
  size_t rows = divide_up (product->m, grid.rows);
  size_t tiles_across = divide_up (product->n, kernels->tile_columns);
  size_t columns = divide_up (tiles_across, grid.columns) * kernels->tile_columns;
  size_t cost = (rows + kernels->tile_rows) * (columns + kernels->tile_columns);
  return grid.columns > 1 && product->k >= LONG_K ? cost + cost / 8 : cost;
}

/* The best grid of at most n_pieces pieces.  */
static struct grid
cut (const struct tc_product *product, const struct tc_matmul_kernels *kernels,
     size_t n_pieces)
{
  struct grid best = { 1, 1 };
  size_t best_cost = cost_of_piece (product, kernels, best);
  for (size_t rows = 1; rows <= n_pieces; rows++)
    {
      struct grid grid = { rows, n_pieces / rows };
      size_t cost = cost_of_piece (product, kernels, grid);
      if (cost < best_cost)
        {
          best = grid;
          best_cost = cost;
        }
    }
  return best;
}

/* Where piece i of n_pieces begins when `length` is cut at multiples of unit. */
static size_t
piece_begin (size_t length, size_t unit, size_t n_pieces, size_t i)
{
  size_t begin = divide_up (length, unit) * i / n_pieces * unit;
  return begin < length ? begin : length;
}

static struct tc_product
piece_of (const struct tc_product *product, const struct tc_matmul_kernels *kernels,
          struct grid grid, size_t i)
{
  size_t row = i / grid.columns % grid.rows, column = i % grid.columns;
  size_t i0 = product->m * row / grid.rows;
  size_t i1 = product->m * (row + 1) / grid.rows;
  size_t j0 = piece_begin (product->n, kernels->tile_columns, grid.columns, column);
  size_t j1 = piece_begin (product->n, kernels->tile_columns, grid.columns, column + 1);
  struct tc_product piece = *product;
  piece.m = i1 - i0;
  piece.n = j1 - j0;
  piece.a += i0 * product->a_row;
  piece.b += j0 * product->b_col;
  if (product->start == TC_FROM_BIAS)
    piece.bias += j0;
  piece.c += i0 * product->c_row + j0;
  return piece;
}

/* `count` products of a batch, from the first-th on.  */
static struct tc_product
part_of_batch (const struct tc_product *product, size_t first, size_t count)
{
  struct tc_product part = *product;
  part.a += first * product->a_next;
  part.b += first * product->b_next;
  if (product->start == TC_FROM_BIAS)
    part.bias += first * product->bias_next;
  part.c += first * product->c_next;
  part.count = count;
  return part;
}

/* A product, or a batch of them, cut into shares of the batch and each of those
   into the pieces of a grid.  */
struct cut_product
{
  struct tc_compute *compute;
  const struct tc_product *product;
  struct grid grid;
  size_t n_shares;
};

static void
run_piece (const void *args, size_t i, int thread)
{
  const struct cut_product *cut = args;
  const struct tc_matmul_kernels *kernels = tc_compute_kernels (cut->compute)->matmul;
  const size_t pieces = cut->grid.rows * cut->grid.columns, count = cut->product->count;
  const size_t first = count * (i / pieces) / cut->n_shares;
  const size_t end = count * (i / pieces + 1) / cut->n_shares;
  struct tc_product part = part_of_batch (cut->product, first, end - first);
  part = piece_of (&part, kernels, cut->grid, i % pieces);
  kernels->run (&part, tc_compute_scratch (cut->compute, thread));
}

/* Whole products for each thread where there are enough of them, otherwise
   pieces of each product.  */
static void
run_parallel (struct tc_compute *compute, const struct tc_product *product)
{
  const struct tc_matmul_kernels *kernels = tc_compute_kernels (compute)->matmul;
  size_t n_threads = tc_compute_threads (compute);
  struct grid grid = { 1, 1 };
  size_t n_shares = n_threads;
  if (product->count < n_threads)
    {
      grid = cut (product, kernels, n_threads / product->count);
      n_shares = product->count;
    }
  const struct cut_product args = { compute, product, grid, n_shares };
  tc_crew_run (tc_compute_crew (compute), n_shares * grid.rows * grid.columns, run_piece,
               &args);
}

static void
run (struct tc_compute *compute, const struct tc_product *product)
{
  if (product->m == 0 || product->n == 0 || product->count == 0)
    return;
  double work = (double) product->m * product->n * product->k * product->count;
  if (tc_compute_threads (compute) > 1 && work >= parallel_threshold)
    run_parallel (compute, product);
  else
    tc_compute_kernels (compute)->matmul->run (product, tc_compute_scratch (compute, 0));
}

void
tc_matmul_batched (struct tc_compute *compute, size_t n_batch,
                   enum tc_transpose op_a, struct tc_mat a, size_t a_step,
                   enum tc_transpose op_b, struct tc_mat b, size_t b_step,
                   enum tc_start start, const tc_real *bias, size_t bias_step,
                   tc_real *c, size_t c_stride, size_t c_step)
{
  struct tc_product product =
    {
      .a = a.data, .b = b.data, .start = start, .bias = bias,
      .c = c, .c_row = c_stride, .count = n_batch,
      .a_next = a_step, .b_next = b_step, .bias_next = bias_step, .c_next = c_step
    };
  if (op_a == TC_NORMAL)
    {
      product.m = a.rows;
      product.k = a.cols;
      product.a_row = a.stride;
      product.a_step = 1;
    }
  else
    {
      product.m = a.cols;
      product.k = a.rows;
      product.a_row = 1;
      product.a_step = a.stride;
    }
  if (op_b == TC_NORMAL)
    {
      product.n = b.cols;
      product.b_step = b.stride;
      product.b_col = 1;
    }
  else
    {
      product.n = b.rows;
      product.b_step = 1;
      product.b_col = b.stride;
    }
  run (compute, &product);
}

void
tc_matmul (struct tc_compute *compute,
           enum tc_transpose op_a, struct tc_mat a,
           enum tc_transpose op_b, struct tc_mat b,
           enum tc_start start, const tc_real *bias,
           tc_real *c, size_t c_stride)
{
  tc_matmul_batched (compute, 1, op_a, a, 0, op_b, b, 0, start, bias, 0, c, c_stride, 0);
}
