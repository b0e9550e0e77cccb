/* NumPy's legacy RandomState (numpy/random/src/distributions/distributions.c,
   mtrand.pyx): the stream is frozen by NumPy's policy.  */

#include "numerics/mt19937_draw.h"

void
tc_numpy_seed (struct tc_mt19937 *mt, uint32_t seed)
{
  tc_mt_seed (mt, seed);
}

/* 0 ... max by masked rejection; max = 0 draws nothing.  */
static uint64_t
up_to (struct tc_mt19937 *mt, uint64_t max)
{
  if (max == 0)
    return 0;
  uint64_t mask = UINT64_MAX >> __builtin_clzll (max);
  uint64_t value;
  do
    value = (max <= UINT32_MAX ? tc_mt_draw (mt) : tc_mt_draw64 (mt)) & mask;
  while (value > max);
  return value;
}

void
tc_numpy_randint (struct tc_mt19937 *mt, int64_t low, int64_t high, size_t n,
                  int64_t *out)
{
  uint64_t max = (uint64_t) high - (uint64_t) low - 1;
  for (size_t i = 0; i < n; i++)
    out[i] = (int64_t) ((uint64_t) low + up_to (mt, max));
}

void
tc_numpy_shuffle (struct tc_mt19937 *mt, size_t n, size_t size, void *items)
{
  for (size_t i = n; i-- > 1;)
    tc_swap_items (items, size, i, up_to (mt, i));
}

void
tc_numpy_permutation (struct tc_mt19937 *mt, size_t n, int64_t *out)
{
  for (size_t i = 0; i < n; i++)
    out[i] = (int64_t) i;
  tc_numpy_shuffle (mt, n, sizeof *out, out);
}
