/* PyTorch's CUDA generator (aten/src/ATen/native/cuda/DistributionTemplates.h over
   cuRAND's curand_philox4x32_x.h, curand_uniform.h and curand_normal.h).  Where the
   GPU's compiler fuses a multiplication with an addition, so do we.  */

#include "numerics/random.h"

#include "numerics/elementary.h"
#include "numerics/isa/elementary_double.h"

enum { ROUNDS = 10, WORDS_PER_FILL = 4 };

static const uint32_t multiplier[2] = { 0xd2511f53, 0xcd9e8d57 };
static const uint32_t key_step[2] = { 0x9e3779b9, 0xbb67ae85 };

/* --- Philox4x32-10 --- */

static void
philox_round (uint32_t counter[4], const uint32_t key[2])
{
  uint64_t a = (uint64_t) multiplier[0] * counter[0];
  uint64_t b = (uint64_t) multiplier[1] * counter[2];
  uint32_t next[4] = { (uint32_t) (b >> 32) ^ counter[1] ^ key[0], (uint32_t) b,
                       (uint32_t) (a >> 32) ^ counter[3] ^ key[1], (uint32_t) a };
  for (int i = 0; i < 4; i++)
    counter[i] = next[i];
}

/* The four words of element i of the present fill.  */
static void
draw (const struct tc_cuda_rng *rng, size_t i, uint32_t word[4])
{
  uint64_t at = rng->offset / WORDS_PER_FILL, subsequence = i;
  uint32_t key[2] = { (uint32_t) rng->seed, (uint32_t) (rng->seed >> 32) };
  word[0] = (uint32_t) at;
  word[1] = (uint32_t) (at >> 32);
  word[2] = (uint32_t) subsequence;
  word[3] = (uint32_t) (subsequence >> 32);
  for (int round = 0; round < ROUNDS; round++)
    {
      philox_round (word, key);
      key[0] += key_step[0];
      key[1] += key_step[1];
    }
}

/* --- Values --- */

/* curand_uniform: (0, 1].  */
static inline float
unit_float (uint32_t word)
{
  return tc_isa_fma32 ((float) word, 0x1p-32f, 0x1p-33f);
}

/* (0, 2 pi].  */
static inline float
angle (uint32_t word)
{
  const float scale = 0x1p-32f * 6.2831855f;
  return tc_isa_fma32 ((float) word, scale, scale / 2.0f);
}

void
tc_cuda_seed (struct tc_cuda_rng *rng, uint64_t seed)
{
  rng->seed = seed;
  rng->offset = 0;
}

void
tc_cuda_uniform (struct tc_cuda_rng *rng, size_t n, double low, double high, float *out)
{
  float from = (float) low, to = (float) high;
  float width = to - from;
  for (size_t i = 0; i < n; i++)
    {
      uint32_t word[4];
      draw (rng, i, word);
      float value = tc_isa_fma32 (unit_float (word[0]), width, from);
      out[i] = value == to ? from : value;      /* PyTorch turns the ends around */
    }
  rng->offset += WORDS_PER_FILL;
}

void
tc_cuda_normal (struct tc_cuda_rng *rng, size_t n, double mean, double std, float *out)
{
  for (size_t i = 0; i < n; i++)
    {
      uint32_t word[4];
      draw (rng, i, word);
      float radius = __builtin_sqrtf (-2.0f * tc_log (unit_float (word[0])));
      float normal = radius * tc_sin (angle (word[1]));
      out[i] = tc_isa_fma32 (normal, (float) std, (float) mean);
    }
  rng->offset += WORDS_PER_FILL;
}
