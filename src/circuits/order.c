#include "circuits/order.h"

#include <math.h>
#include <stdbool.h>

struct share
{
  double won, cases;
};

static void
compare (struct share *share, double a, double b)
{
  share->won += a > b ? 1 : a == b ? 0.5 : 0;
  share->cases++;
}

static double
value (struct share share)
{
  return share.cases > 0 ? share.won / share.cases : NAN;
}

static bool
is_greatest (const double *row, size_t k, size_t from, size_t n)
{
  for (size_t other = from; other < n; other++)
    if (other != k && row[other] >= row[k])
      return false;
  return true;
}

struct tc_order
tc_order_statistics (const struct tc_dense *score, size_t n)
{
  struct share nearer = { 0, 0 }, above = { 0, 0 }, first = { 0, 0 }, all = { 0, 0 };
  for (size_t q = 0; q < n; q++)
    {
      const double *row = tc_dense_row (score, q);
      for (size_t k = q + 1; k < n; k++)
        {
          for (size_t further = k + 1; further < n; further++)
            compare (&nearer, row[k], row[further]);
          for (size_t below = 0; below <= q; below++)
            compare (&above, row[k], row[below]);
        }
      if (q + 1 < n)
        {
          compare (&first, is_greatest (row, q + 1, q + 1, n), 0.5);
          compare (&all, is_greatest (row, q + 1, 0, n), 0.5);
        }
    }
  return (struct tc_order) { value (nearer), value (above), value (first), value (all) };
}
