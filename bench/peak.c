#include "peak.h"

#include <string.h>
#include <time.h>

enum { CHAINS = 12, ROUNDS = 20000 };

/* A source of values that the compiler can't see through.  */
static volatile float seed = 0.5f;

/* Twelve independent chains: more than latency times throughput of any CPU,
   few enough for sixteen registers.  */
#define DEFINE_PEAK(name, attribute, vector, set1, fma, first)          \
  attribute static float                                                \
  name (void)                                                           \
  {                                                                     \
    vector acc[CHAINS], x = set1 (seed), y = set1 (seed / 2);           \
    float sum = 0;                                                      \
    for (int i = 0; i < CHAINS; i++)                                    \
      acc[i] = set1 (seed + i);                                         \
    for (long r = 0; r < ROUNDS; r++)                                   \
      {                                                                 \
        acc[0] = fma (acc[0], x, y);                                    \
        acc[1] = fma (acc[1], x, y);                                    \
        acc[2] = fma (acc[2], x, y);                                    \
        acc[3] = fma (acc[3], x, y);                                    \
        acc[4] = fma (acc[4], x, y);                                    \
        acc[5] = fma (acc[5], x, y);                                    \
        acc[6] = fma (acc[6], x, y);                                    \
        acc[7] = fma (acc[7], x, y);                                    \
        acc[8] = fma (acc[8], x, y);                                    \
        acc[9] = fma (acc[9], x, y);                                    \
        acc[10] = fma (acc[10], x, y);                                  \
        acc[11] = fma (acc[11], x, y);                                  \
      }                                                                 \
    for (int i = 0; i < CHAINS; i++)                                    \
      sum += first (acc[i]);                                            \
    return sum;                                                         \
  }

#if defined __x86_64__
# include <immintrin.h>
DEFINE_PEAK (peak_avx2, __attribute__ ((target ("avx2,fma"))), __m256,
             _mm256_set1_ps, _mm256_fmadd_ps, _mm256_cvtss_f32)
DEFINE_PEAK (peak_avx512, __attribute__ ((target ("avx512f"))), __m512,
             _mm512_set1_ps, _mm512_fmadd_ps, _mm512_cvtss_f32)
#elif defined __aarch64__
# include <arm_neon.h>
# define NEON_FMA(a, b, c) vfmaq_f32 (c, a, b)
# define NEON_FIRST(v) vgetq_lane_f32 (v, 0)
DEFINE_PEAK (peak_neon, , float32x4_t, vdupq_n_f32, NEON_FMA, NEON_FIRST)
#endif

double
tc_bench_now (bool alone)
{
  struct timespec t;
  clock_gettime (alone ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}

double
tc_bench_peak (const char *isa, double seconds)
{
  float (*loop) (void) = NULL;
  int lanes = 0;
#if defined __x86_64__
  if (strcmp (isa, "avx512") == 0)
    loop = peak_avx512, lanes = 16;
  else if (strcmp (isa, "avx2") == 0)
    loop = peak_avx2, lanes = 8;
#elif defined __aarch64__
  if (strcmp (isa, "neon") == 0)
    loop = peak_neon, lanes = 4;
#endif
  if (loop == NULL)
    return 0;
  double start = tc_bench_now (true), now;
  long loops = 0;
  do
    {
      seed = loop () > 1e30f ? 1 : 0.5f;
      loops++;
      now = tc_bench_now (true);
    }
  while (now - start < seconds);
  return 2.0 * CHAINS * ROUNDS * lanes * loops / (now - start);
}
