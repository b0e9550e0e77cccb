/* The Mersenne Twister: M. Matsumoto and T. Nishimura, "Mersenne twister: a
   623-dimensionally equidistributed uniform pseudo-random number generator",
   ACM TOMACS 8, 1998, with the seeding of their 2002 version.  */

#include "numerics/mt19937_draw.h"

#include <string.h>

enum { N = TC_MT_WORDS, M = 397 };

/* What the word at distance M is combined with: the top bit of one word and
   the rest of the next, halved, and the twist if that was odd.  */
static inline uint32_t
twist (uint32_t word, uint32_t following)
{
  uint32_t y = (word & UINT32_C (0x80000000)) | (following & UINT32_C (0x7fffffff));
  return (y >> 1) ^ (-(y & 1) & UINT32_C (0x9908b0df));
}

/* Two loops without a wrapping index, so that both vectorise.  */
void
tc_mt_refill (struct tc_mt19937 *mt)
{
  uint32_t *x = mt->word;
  for (size_t i = 0; i < N - M; i++)
    x[i] = x[i + M] ^ twist (x[i], x[i + 1]);
  for (size_t i = N - M; i < N - 1; i++)
    x[i] = x[i - (N - M)] ^ twist (x[i], x[i + 1]);
  x[N - 1] = x[M - 1] ^ twist (x[N - 1], x[0]);
  mt->next = 0;
}

void
tc_mt_seed (struct tc_mt19937 *mt, uint32_t seed)
{
  mt->word[0] = seed;
  for (uint32_t i = 1; i < N; i++)
    {
      uint32_t last = mt->word[i - 1];
      mt->word[i] = UINT32_C (1812433253) * (last ^ (last >> 30)) + i;
    }
  mt->next = N;
}

/* One step of init_by_array's two passes: the word at *i absorbs its
   predecessor and something; *i runs from 1 to 623, round and round.  */
static void
absorb (uint32_t *x, uint32_t *i, uint32_t multiplier, uint32_t something)
{
  uint32_t last = x[*i - 1];
  x[*i] = (x[*i] ^ ((last ^ (last >> 30)) * multiplier)) + something;
  if (++*i == N)
    {
      x[0] = x[N - 1];
      *i = 1;
    }
}

void
tc_mt_seed_array (struct tc_mt19937 *mt, const uint32_t *key, size_t n)
{
  tc_mt_seed (mt, UINT32_C (19650218));
  uint32_t i = 1;
  size_t j = 0;
  for (size_t k = n > N ? n : N; k > 0; k--)
    {
      absorb (mt->word, &i, UINT32_C (1664525), key[j] + (uint32_t) j);
      j = j + 1 < n ? j + 1 : 0;
    }
  for (size_t k = N - 1; k > 0; k--)
    absorb (mt->word, &i, UINT32_C (1566083941), -i);
  mt->word[0] = UINT32_C (0x80000000);
}

uint32_t
tc_mt_next (struct tc_mt19937 *mt)
{
  return tc_mt_draw (mt);
}

double
tc_mt_double (struct tc_mt19937 *mt)
{
  uint32_t a = tc_mt_draw (mt) >> 5;
  uint32_t b = tc_mt_draw (mt) >> 6;
  return (a * 67108864.0 + b) / 9007199254740992.0;
}

void
tc_swap_items (void *items, size_t size, size_t i, size_t j)
{
  unsigned char *a = (unsigned char *) items + i * size;
  unsigned char *b = (unsigned char *) items + j * size;
  unsigned char piece[64];
  for (size_t done = 0, n; done < size; done += n)
    {
      n = size - done < sizeof piece ? size - done : sizeof piece;
      memcpy (piece, a + done, n);
      memmove (a + done, b + done, n);
      memcpy (b + done, piece, n);
    }
}
