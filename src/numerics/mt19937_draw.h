#ifndef TC_NUMERICS_MT19937_DRAW_H
#define TC_NUMERICS_MT19937_DRAW_H

/* Private to the numerics room: draws from the Mersenne Twister, inline.  */

#include "numerics/random.h"

/* Replaces the 624 words by the next 624 (mt19937.c).  */
void tc_mt_refill (struct tc_mt19937 *mt);

static inline uint32_t
tc_mt_draw (struct tc_mt19937 *mt)
{
  if (mt->next >= TC_MT_WORDS)
    tc_mt_refill (mt);
  uint32_t y = mt->word[mt->next++];
  y ^= y >> 11;
  y ^= (y << 7) & UINT32_C (0x9d2c5680);
  y ^= (y << 15) & UINT32_C (0xefc60000);
  return y ^ (y >> 18);
}

/* 64 bits, the first draw above the second, as PyTorch and NumPy join them. */
static inline uint64_t
tc_mt_draw64 (struct tc_mt19937 *mt)
{
  uint64_t high = tc_mt_draw (mt);
  return (high << 32) | tc_mt_draw (mt);
}

/* Exchanges items i and j of an array of items of size bytes (mt19937.c).  */
void tc_swap_items (void *items, size_t size, size_t i, size_t j);

#endif
