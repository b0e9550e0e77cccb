#include "peak.h"

#include "numerics/crew.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CHAINS = 12, ROUNDS = 20000 };
enum { BLOCK = 1024, ARRAY = 1 << 24 };  /* numbers */

/* A source of values that the compiler can't see through.  */
static const volatile float seed = 0.5f;

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
  volatile float sink;          /* and where they end */
  long loops = 0;
  do
    {
      sink = loop ();
      loops++;
      now = tc_bench_now (alone);
    }
  while (now - start < seconds);
  (void) sink;
  return 2.0 * CHAINS * ROUNDS * lanes * loops / (now - start);
}

struct peak_run
{
  loop_of_fma *loop;
  int lanes;
  double seconds, *rate;        /* [threads] */
};

static void
run_on_thread (const void *args, size_t part, int thread)
{
  const struct peak_run *run = args;
  (void) part;
  run->rate[thread] = run_loop (run->loop, run->lanes, false, run->seconds);
}

double
tc_bench_peak (const char *isa, int threads, double seconds)
{
  int lanes;
  loop_of_fma *loop = find_loop (isa, &lanes);
  if (loop == NULL)
    return 0;
  if (threads == 1)
    return run_loop (loop, lanes, true, seconds);
  struct tc_crew *crew = tc_crew_alloc (threads);
  double *rate = calloc ((size_t) threads, sizeof *rate), sum = 0;
  if (crew != NULL && rate != NULL)
    {
      const struct peak_run run = { loop, lanes, seconds, rate };
      tc_crew_run (crew, (size_t) threads, run_on_thread, &run);
      for (int t = 0; t < threads; t++)
        sum += rate[t];
    }
  tc_crew_free (crew);
  free (rate);
  return sum;
}

/* --- Memory --- */

/* Each thread's part of the arrays.  */
struct triad
{
  float *a, *b, *c;
  size_t part;
};

static void
fill_part (const void *args, size_t part, int thread)
{
  const struct triad *t = args;
  (void) thread;
  for (size_t i = part * t->part; i < (part + 1) * t->part; i++)
    t->a[i] = t->b[i] = t->c[i] = 1;
}

/* BLOCK numbers at a time, so that any compiler makes vectors of it.  */
static void
triad_part (const void *args, size_t part, int thread)
{
  const struct triad *t = args;
  const size_t first = part * t->part;
  float *restrict a = t->a + first;
  const float *restrict b = t->b + first, *restrict c = t->c + first;
  const float s = seed;
  (void) thread;
  for (size_t i = 0; i + BLOCK <= t->part; i += BLOCK)
    for (size_t j = 0; j < BLOCK; j++)
      a[i + j] = b[i + j] + s * c[i + j];
}

/* The best of the runs that fit the time.  */
static double
run_triad (struct tc_crew *crew, const struct triad *t, double seconds)
{
  const size_t threads = (size_t) tc_crew_threads (crew);
  const double bytes = 3.0 * sizeof *t->a * (double) (t->part * threads);
  const double start = tc_bench_now (false);
  double best = 0, end = start;
  tc_crew_run (crew, threads, fill_part, t);
  do
    {
      const double begun = tc_bench_now (false);
      tc_crew_run (crew, threads, triad_part, t);
      end = tc_bench_now (false);
      best = bytes / (end - begun) > best ? bytes / (end - begun) : best;
    }
  while (end - start < seconds);
  return best;
}

double
tc_bench_bandwidth (int threads, double seconds)
{
  struct tc_crew *crew = tc_crew_alloc (threads);
  struct triad t = { malloc (ARRAY * sizeof *t.a), malloc (ARRAY * sizeof *t.b),
                     malloc (ARRAY * sizeof *t.c),
                     ARRAY / (size_t) threads / BLOCK * BLOCK };
  double best = 0;
  if (crew != NULL && t.a != NULL && t.b != NULL && t.c != NULL)
    best = run_triad (crew, &t, seconds);
  tc_crew_free (crew);
  free (t.a);
  free (t.b);
  free (t.c);
  return best;
}
