/* PyTorch's CPU generator (aten/src/ATen: core/DistributionsHelper.h, core/
   TransformationHelper.h, native/cpu/DistributionTemplates.h, native/
   TensorFactories.cpp), as its x86 wheels with AVX2 compute it.  Where the
   compiler of those wheels fused a multiplication with an addition, so do we;
   nothing but comparison with the library tells where.  */

#include "numerics/cephes.h"
#include "numerics/isa/elementary_double.h"
#include "numerics/mt19937_draw.h"

enum { HALF = 8, BLOCK = 16 };   /* normal values come in blocks of 8 pairs */

void
tc_torch_seed (struct tc_torch_rng *rng, uint64_t seed)
{
  tc_mt_seed (&rng->mt, (uint32_t) seed);
  rng->next_normal = 0.0;
  rng->has_next_normal = 0;
  rng->seed = seed;
}

uint64_t
tc_torch_random64 (struct tc_torch_rng *rng)
{
  return tc_mt_draw64 (&rng->mt);
}

/* --- Uniform --- */

/* 24 bits in [0, 1).  */
static inline float
unit_float (struct tc_mt19937 *mt)
{
  return (float) (tc_mt_draw (mt) & 0xffffff) * 0x1p-24f;
}

/* 53 bits in [0, 1).  */
static inline double
unit_double (struct tc_mt19937 *mt)
{
  return (double) (tc_mt_draw64 (mt) & (UINT64_MAX >> 11)) * 0x1p-53;
}

void
tc_torch_rand (struct tc_torch_rng *rng, size_t n, float *out)
{
  for (size_t i = 0; i < n; i++)
    out[i] = unit_float (&rng->mt);
}

void
tc_torch_uniform (struct tc_torch_rng *rng, size_t n, double low, double high,
                  float *out)
{
  float from = (float) low, to = (float) high;
  float width = to - from;
  for (size_t i = 0; i < n; i++)
    {
      float value = tc_isa_fma32 (unit_float (&rng->mt), width, from);
      out[i] = value == to ? from : value; /* the end is excluded */
    }
}

/* --- Normal --- */

/* Box-Muller on 8 pairs of uniforms, in place: data[j] and data[j + 8].  */
static void
normal_block (float *data, float mean, float std)
{
  for (int j = 0; j < HALF; j++)
    {
      float radius = __builtin_sqrtf (-2.0f * tc_cephes_log (1.0f - data[j]));
      float sin_theta, cos_theta;
      tc_cephes_sincos (0x1.921fb6p+2f * data[j + HALF], &sin_theta, &cos_theta);
      data[j] = tc_isa_fma32 (radius * cos_theta, std, mean);
      data[j + HALF] = tc_isa_fma32 (radius * sin_theta, std, mean);
    }
}

/* A rest shorter than a block is filled by drawing the last 16 values again,
   over values already made.  */
static void
normal_blocks (struct tc_torch_rng *rng, size_t n, float mean, float std,
               float *out)
{
  tc_torch_rand (rng, n, out);
  for (size_t i = 0; i + BLOCK <= n; i += BLOCK)
    normal_block (out + i, mean, std);
  if (n % BLOCK != 0)
    {
      tc_torch_rand (rng, BLOCK, out + n - BLOCK);
      normal_block (out + n - BLOCK, mean, std);
    }
}

/* Box-Muller in double; the second value of a pair waits for the next call,
   whatever else is drawn in between.  u2 is a multiple of 2^-53, so 1 - u2 is
   exact and its logarithm is PyTorch's log1p (-u2).  PyTorch's come from the C
   library: the doubles may differ in the last bit, but the floats made of them
   only if a double lies within that bit of the middle of two floats.  */
static double
next_normal (struct tc_torch_rng *rng)
{
  if (rng->has_next_normal)
    {
      rng->has_next_normal = 0;
      return rng->next_normal;
    }
  double u1 = unit_double (&rng->mt);
  double u2 = unit_double (&rng->mt);
  double radius = __builtin_sqrt (-2.0 * tc_log_double (1.0 - u2));
  struct tc_sincos theta = tc_sincos_double (0x1.921fb54442d18p+2 * u1);
  rng->next_normal = radius * theta.sin;
  rng->has_next_normal = 1;
  return radius * theta.cos;
}

void
tc_torch_normal (struct tc_torch_rng *rng, size_t n, double mean, double std,
                 float *out)
{
  if (n >= BLOCK)
    normal_blocks (rng, n, (float) mean, (float) std, out);
  else
    for (size_t i = 0; i < n; i++)
      out[i] = (float) tc_isa_fma64 (next_normal (rng), std, mean);
}

void
tc_torch_randn (struct tc_torch_rng *rng, size_t n, float *out)
{
  tc_torch_normal (rng, n, 0.0, 1.0, out);
}

/* --- Integers --- */

uint64_t
tc_torch_below (struct tc_torch_rng *rng, uint64_t range)
{
  if (range >= UINT64_C (1) << 28)
    return tc_mt_draw64 (&rng->mt) % range;
  return tc_mt_draw (&rng->mt) % (uint32_t) range;
}

void
tc_torch_randint (struct tc_torch_rng *rng, int64_t low, int64_t high, size_t n,
                  int32_t *out)
{
  uint64_t range = (uint64_t) high - (uint64_t) low;
  for (size_t i = 0; i < n; i++)
    out[i] = (int32_t) ((uint64_t) low + tc_torch_below (rng, range));
}

void
tc_torch_randperm (struct tc_torch_rng *rng, size_t n, int32_t *out)
{
  for (size_t i = 0; i < n; i++)
    out[i] = (int32_t) i;
  for (size_t i = 0; i + 1 < n; i++)
    {
      size_t j = i + tc_mt_draw (&rng->mt) % (uint32_t) (n - i);
      int32_t saved = out[i];
      out[i] = out[j];
      out[j] = saved;
    }
}
