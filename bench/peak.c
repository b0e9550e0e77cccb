#include "peak.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CHAINS = 12, ROUNDS = 20000, MOST_THREADS = 256 };
enum { BLOCK = 1024, ARRAY = 1 << 24 };  /* numbers */

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

typedef float loop_of_fma (void);

/* The loop for an instruction set, NULL where it has no fma, and the numbers in
   one of its vectors.  */
static loop_of_fma *
find_loop (const char *isa, int *lanes)
{
#if defined __x86_64__
  if (strcmp (isa, "avx512") == 0)
    return *lanes = 16, peak_avx512;
  if (strcmp (isa, "avx2") == 0)
    return *lanes = 8, peak_avx2;
#elif defined __aarch64__
  if (strcmp (isa, "neon") == 0)
    return *lanes = 4, peak_neon;
#endif
  (void) isa;
  *lanes = 0;
  return NULL;
}

static double
run_loop (loop_of_fma *loop, int lanes, bool alone, double seconds)
{
  double start = tc_bench_now (alone), now;
  long loops = 0;
  do
    {
      seed = loop () > 1e30f ? 1 : 0.5f;
      loops++;
      now = tc_bench_now (alone);
    }
  while (now - start < seconds);
  return 2.0 * CHAINS * ROUNDS * lanes * loops / (now - start);
}

double
tc_bench_peak (const char *isa, int threads, double seconds)
{
  int lanes;
  loop_of_fma *loop = find_loop (isa, &lanes);
  double rates[MOST_THREADS] = { 0 }, sum = 0;
  if (threads > MOST_THREADS)
    threads = MOST_THREADS;
  if (loop == NULL)
    return 0;
  if (threads == 1)
    return run_loop (loop, lanes, true, seconds);
#pragma omp parallel for num_threads (threads) schedule (static, 1)
  for (int t = 0; t < threads; t++)
    rates[t] = run_loop (loop, lanes, false, seconds);
  for (int t = 0; t < threads; t++)
    sum += rates[t];
  return sum;
}

/* --- Memory --- */

/* A thread's part of the arrays: BLOCK numbers at a time, so that any compiler
   makes vectors of it.  */
static void
triad (float *restrict a, const float *restrict b, const float *restrict c, size_t n)
{
  const float s = seed;
  for (size_t i = 0; i + BLOCK <= n; i += BLOCK)
    for (size_t j = 0; j < BLOCK; j++)
      a[i + j] = b[i + j] + s * c[i + j];
}

double
tc_bench_bandwidth (int threads, double seconds)
{
  const size_t part = ARRAY / (size_t) threads / BLOCK * BLOCK;
  float *a = malloc (ARRAY * sizeof *a), *b = malloc (ARRAY * sizeof *b);
  float *c = malloc (ARRAY * sizeof *c);
  double bytes = 0, best = 0, start = tc_bench_now (false);
  bool is_warm = false;
  if (a != NULL && b != NULL && c != NULL)
    do
      {
        const double begun = tc_bench_now (false);
#pragma omp parallel for num_threads (threads) schedule (static, 1)
        for (int t = 0; t < threads; t++)
          {
            const size_t first = (size_t) t * part;
            if (!is_warm)
              for (size_t i = first; i < first + part; i++)
                b[i] = c[i] = 1;
            triad (a + first, b + first, c + first, part);
          }
        bytes = 3.0 * sizeof *a * (double) part * threads / (tc_bench_now (false) - begun);
        if (is_warm && bytes > best)
          best = bytes;
        is_warm = true;
      }
    while (best == 0 || tc_bench_now (false) - start < seconds);
  seed = a != NULL && a[0] > 1e30f ? 1 : 0.5f;
  free (a);
  free (b);
  free (c);
  return best;
}
