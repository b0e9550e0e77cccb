/* Python's random module (Lib/random.py, Modules/_randommodule.c, 3.11).  */

#include "numerics/mt19937_draw.h"

#include <stdbool.h>
#include <stdlib.h>

void
tc_python_seed (struct tc_mt19937 *mt, uint64_t seed)
{
  uint32_t key[2] = { (uint32_t) seed, (uint32_t) (seed >> 32) };
  tc_mt_seed_array (mt, key, key[1] != 0 ? 2 : 1);
}

/* getrandbits: whole words from the lowest, the last one cut from above.  */
static uint64_t
random_bits (struct tc_mt19937 *mt, int n_bits)
{
  if (n_bits <= 32)
    return tc_mt_draw (mt) >> (32 - n_bits);
  uint64_t low = tc_mt_draw (mt);
  return low | ((uint64_t) (tc_mt_draw (mt) >> (64 - n_bits)) << 32);
}

uint64_t
tc_python_below (struct tc_mt19937 *mt, uint64_t n)
{
  int n_bits = 64 - __builtin_clzll (n);
  uint64_t value;
  do
    value = random_bits (mt, n_bits);
  while (value >= n);
  return value;
}

void
tc_python_shuffle (struct tc_mt19937 *mt, size_t n, size_t size, void *items)
{
  for (size_t i = n; i-- > 1;)
    tc_swap_items (items, size, i, tc_python_below (mt, i + 1));
}

/* Python keeps a pool where that takes no more memory than a set would.  */
static bool
sample_uses_pool (size_t n, size_t k)
{
  size_t set_size = 21;
  if (k > 5)
    {
      size_t power = 1;
      while (power < 3 * k)
        power *= 4;
      set_size += power;
    }
  return n <= set_size;
}

static enum tc_status
sample_from_pool (struct tc_mt19937 *mt, size_t n, size_t k, int32_t *out,
                  struct tc_error *err)
{
  int32_t *pool = malloc (n * sizeof *pool);
  if (pool == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory to sample from %zu values", n);
  for (size_t i = 0; i < n; i++)
    pool[i] = (int32_t) i;
  for (size_t i = 0; i < k; i++)
    {
      size_t j = tc_python_below (mt, n - i);
      out[i] = pool[j];
      pool[j] = pool[n - i - 1];
    }
  free (pool);
  return TC_OK;
}

static enum tc_status
sample_unseen (struct tc_mt19937 *mt, size_t n, size_t k, int32_t *out,
               struct tc_error *err)
{
  unsigned char *seen = calloc (n / 8 + 1, 1);
  if (seen == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory to sample from %zu values", n);
  for (size_t i = 0; i < k; i++)
    {
      size_t j;
      do
        j = tc_python_below (mt, n);
      while (seen[j / 8] >> (j % 8) & 1);
      seen[j / 8] |= (unsigned char) (1u << (j % 8));
      out[i] = (int32_t) j;
    }
  free (seen);
  return TC_OK;
}

enum tc_status
tc_python_sample (struct tc_mt19937 *mt, size_t n, size_t k, int32_t *out,
                  struct tc_error *err)
{
  if (k > n)
    return tc_fail (err, TC_EINVAL,
                    "cannot sample %zu distinct values from %zu", k, n);
  if (k == 0)
    return TC_OK;
  return sample_uses_pool (n, k) ? sample_from_pool (mt, n, k, out, err)
                                 : sample_unseen (mt, n, k, out, err);
}
