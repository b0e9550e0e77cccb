#include "circuits/product64.h"

/* A tile of outputs stays in registers while l runs: 4 x 4 doubles fill half of
   what any of our machines has.  k is taken in blocks, continuing each sum where
   the last block left it, so that a panel of B - four of its columns, packed -
   stays in the first cache for all rows of A.  */
enum { TILE = 4, BLOCK = 256 };

typedef double panel[BLOCK][TILE];

/* Missing columns are padded with zeros.  */
static void
pack (size_t depth, size_t cols, size_t n, const double *b, panel packed)
{
  for (size_t l = 0; l < depth; l++)
    for (size_t j = 0; j < TILE; j++)
      packed[l][j] = j < cols ? b[l * n + j] : 0;
}

/* Missing rows of A repeat row 0.  */
static void
tile (size_t depth, size_t rows, const double *a, size_t a_row, size_t a_col,
      const panel b, double sum[TILE][TILE])
{
  size_t row[TILE];
  for (size_t i = 0; i < TILE; i++)
    row[i] = i < rows ? i * a_row : 0;
  for (size_t l = 0; l < depth; l++)
    for (size_t i = 0; i < TILE; i++)
      for (size_t j = 0; j < TILE; j++)
        sum[i][j] += a[row[i] + l * a_col] * b[l][j];
}

static void
add_tile (size_t depth, size_t rows, size_t cols, size_t n, const double *a, size_t a_row,
          size_t a_col, const panel b, double *out)
{
  double sum[TILE][TILE] = { { 0 } };
  for (size_t i = 0; i < rows; i++)
    for (size_t j = 0; j < cols; j++)
      sum[i][j] = out[i * n + j];
  tile (depth, rows, a, a_row, a_col, b, sum);
  for (size_t i = 0; i < rows; i++)
    for (size_t j = 0; j < cols; j++)
      out[i * n + j] = sum[i][j];
}

static size_t
at_most (size_t n, size_t limit)
{
  return n < limit ? n : limit;
}

void
tc_product64 (size_t m, size_t k, size_t n, const double *a, size_t a_row, size_t a_col,
              const double *b, double *out)
{
  panel packed;
  for (size_t i = 0; i < m * n; i++)
    out[i] = 0;
  for (size_t l = 0; l < k; l += BLOCK)
    for (size_t j = 0; j < n; j += TILE)
      {
        size_t depth = at_most (k - l, BLOCK), cols = at_most (n - j, TILE);
        pack (depth, cols, n, b + l * n + j, packed);
        for (size_t i = 0; i < m; i += TILE)
          add_tile (depth, at_most (m - i, TILE), cols, n, a + i * a_row + l * a_col, a_row,
                    a_col, (const double (*)[TILE]) packed, out + i * n + j);
      }
}
