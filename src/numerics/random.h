#ifndef TC_NUMERICS_RANDOM_H
#define TC_NUMERICS_RANDOM_H

#include "numerics/error.h"

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
/* init_by_array with key[n], n >= 1, as Python seeds with any integer.  */
void tc_mt_seed_array (struct tc_mt19937 *mt, const uint32_t *key, size_t n);
uint32_t tc_mt_next (struct tc_mt19937 *mt);

/* --- PyTorch: torch.Generator(device="cpu") --- */

struct tc_torch_rng
{
  struct tc_mt19937 mt;
  double next_normal;          /* second value of the last scalar Box-Muller */
  uint32_t has_next_normal;
  uint64_t seed;               /* as given: manual_seed seeds the GPU's stream too */
};

/* manual_seed: only the low 32 bits count here.  */
void tc_torch_seed (struct tc_torch_rng *rng, uint64_t seed);
/* rand: out[n] in [0, 1), multiples of 2^-24.  */
void tc_torch_rand (struct tc_torch_rng *rng, size_t n, float *out);
/* uniform_(low, high), both rounded to float first.  */
void tc_torch_uniform (struct tc_torch_rng *rng, size_t n, double low, double high, float *out);
/* randn of a contiguous tensor of n elements: blocks of 16 for n >= 16, scalar
   Box-Muller below.  One call of n is not n calls of one.  */
void tc_torch_randn (struct tc_torch_rng *rng, size_t n, float *out);
/* normal_(mean, std).  */
void tc_torch_normal (struct tc_torch_rng *rng, size_t n, double mean, double std, float *out);
/* randint(low, high): low <= value < high, both within int32_t; high may be
   2^31.  */
void tc_torch_randint (struct tc_torch_rng *rng, int64_t low, int64_t high, size_t n, int32_t *out);
/* One value of randint(0, range) for any range >= 1.  */
uint64_t tc_torch_below (struct tc_torch_rng *rng, uint64_t range);
/* randperm(n), for n below (2^32 - 1) / 20 = 214,748,364, where PyTorch's
   method changes.  */
void tc_torch_randperm (struct tc_torch_rng *rng, size_t n, int32_t *out);
/* 64 bits as the DataLoader draws its seeds.  */
uint64_t tc_torch_random64 (struct tc_torch_rng *rng);

/* --- PyTorch: torch.Generator(device="cuda") --- */

/* What a GPU draws: Philox4x32-10 (Salmon et al. 2011) as cuRAND counts it.  Each
   fill of a tensor takes element i from subsequence i, at an offset that grows by
   four from fill to fill.  That is so for tensors that the GPU fills with one
   thread per element; larger ones depend on the GPU.  */
struct tc_cuda_rng
{
  uint64_t seed, offset;
};
enum { TC_CUDA_MAX = 1 << 15 };     /* one thread per element on a GPU with 16
                                       multiprocessors or more */

/* torch.cuda.manual_seed, which torch.manual_seed calls as well.  */
void tc_cuda_seed (struct tc_cuda_rng *rng, uint64_t seed);
/* uniform_(low, high) of a tensor of n <= TC_CUDA_MAX elements.  */
void tc_cuda_uniform (struct tc_cuda_rng *rng, size_t n, double low, double high, float *out);
/* normal_(mean, std).  The GPU's own logarithm and sine are approximations that
   its maker does not specify to the last bit; ours are correctly rounded, so that
   values agree to some 2^-21 of std.  */
void tc_cuda_normal (struct tc_cuda_rng *rng, size_t n, double mean, double std, float *out);

/* --- NumPy: numpy.random.seed, RandomState --- */

/* seed(integer).  */
void tc_numpy_seed (struct tc_mt19937 *mt, uint32_t seed);
/* randint(low, high, n) with the default 64-bit dtype: low <= value < high.  */
void tc_numpy_randint (struct tc_mt19937 *mt, int64_t low, int64_t high, size_t n, int64_t *out);
/* permutation(n): the numbers below n.  */
void tc_numpy_permutation (struct tc_mt19937 *mt, size_t n, int64_t *out);
/* shuffle: n items of size bytes each, in place.  */
void tc_numpy_shuffle (struct tc_mt19937 *mt, size_t n, size_t size, void *items);
/* rand(): 53 bits; also Python's random.random().  */
double tc_mt_double (struct tc_mt19937 *mt);

/* --- Python: random.seed, shuffle, sample, randrange --- */

/* seed(integer) for 0 <= integer < 2^64.  */
void tc_python_seed (struct tc_mt19937 *mt, uint64_t seed);
/* _randbelow(n), n >= 1; randrange(a, b) is a + below(b - a), choice(seq) is
   seq[below(len(seq))].  */
uint64_t tc_python_below (struct tc_mt19937 *mt, uint64_t n);
/* shuffle: n items of size bytes each, in place.  */
void tc_python_shuffle (struct tc_mt19937 *mt, size_t n, size_t size, void *items);
/* sample(range(n), k): k distinct values below n, n <= 2^31, in Python's
   order.  TC_EINVAL if k > n; TC_ENOMEM if its working memory (4 n bytes, n/8
   where k is small beside n) cannot be had.  */
enum tc_status tc_python_sample (struct tc_mt19937 *mt, size_t n, size_t k,
                                 int32_t *out, struct tc_error *err) TC_MUST_USE;

#endif
