#ifndef TC_NUMERICS_RANDOM_H
#define TC_NUMERICS_RANDOM_H

#include "numerics/real.h"

#include <stddef.h>
#include <stdint.h>

/* Random streams, bit for bit those of PyTorch (CPU, x86 with AVX2), NumPy's
   legacy RandomState and Python's random module.  All three draw from one
   Mersenne Twister (Matsumoto and Nishimura 1998) and differ in seeding and in
   how draws become numbers.  A stream is a plain struct: copy it to save it. */

enum { TC_MT_WORDS = 624 };

struct tc_mt19937
{
  uint32_t word[TC_MT_WORDS];
  uint32_t next;               /* index of the next word to temper, 0 ... 624 */
};

/* init_genrand, as PyTorch and NumPy seed with one integer.  */
void tc_mt_seed (struct tc_mt19937 *mt, uint32_t seed);
/* init_by_array, as Python seeds with any integer.  */
void tc_mt_seed_array (struct tc_mt19937 *mt, const uint32_t *key, size_t n);
uint32_t tc_mt_next (struct tc_mt19937 *mt);

/* --- PyTorch: torch.Generator(device="cpu") --- */

struct tc_torch_rng
{
  struct tc_mt19937 mt;
  double next_normal;          /* second value of the last scalar Box-Muller */
  uint32_t has_next_normal;
};

void tc_torch_seed (struct tc_torch_rng *rng, uint64_t seed);  /* manual_seed */
void tc_torch_rand (struct tc_torch_rng *rng, size_t n, float *out);
/* uniform_(low, high).  */
void tc_torch_uniform (struct tc_torch_rng *rng, size_t n, double low, double high, float *out);
/* randn: blocks of 16 for n >= 16, scalar Box-Muller below.  */
void tc_torch_randn (struct tc_torch_rng *rng, size_t n, float *out);
/* normal_(mean, std).  */
void tc_torch_normal (struct tc_torch_rng *rng, size_t n, double mean, double std, float *out);
/* randint(low, high): low <= value < high.  */
void tc_torch_randint (struct tc_torch_rng *rng, int64_t low, int64_t high, size_t n, int32_t *out);
void tc_torch_randperm (struct tc_torch_rng *rng, size_t n, int32_t *out);
/* 64 bits as the DataLoader draws its seeds.  */
uint64_t tc_torch_random64 (struct tc_torch_rng *rng);

/* --- NumPy: numpy.random.seed, RandomState --- */

void tc_numpy_seed (struct tc_mt19937 *mt, uint32_t seed);
/* randint(low, high, n) with the default 64-bit dtype.  */
void tc_numpy_randint (struct tc_mt19937 *mt, int64_t low, int64_t high, size_t n, int64_t *out);
void tc_numpy_permutation (struct tc_mt19937 *mt, size_t n, int64_t *out);
void tc_numpy_shuffle (struct tc_mt19937 *mt, size_t n, size_t size, void *items);
/* rand(): 53 bits; also Python's random.random().  */
double tc_mt_double (struct tc_mt19937 *mt);

/* --- Python: random.seed, shuffle, sample, randrange --- */

void tc_python_seed (struct tc_mt19937 *mt, uint64_t seed);
/* _randbelow(n), n >= 1.  */
uint64_t tc_python_below (struct tc_mt19937 *mt, uint64_t n);
void tc_python_shuffle (struct tc_mt19937 *mt, size_t n, size_t size, void *items);
/* sample(range(n), k): k distinct values below n, in Python's order.  */
void tc_python_sample (struct tc_mt19937 *mt, size_t n, size_t k, int32_t *out);

#endif
