/* Compares tc_exp, tc_log, tc_tanh, tc_erf, tc_sin and tc_cos with MPFR for
   all 2^32 floats, on every instruction set this machine has, and as scalar
   functions.  Takes some minutes on two cores; prints what differs and fails.

   Asking MPFR 2^32 times would take days.  So a filter asks the C library's
   double function first: its error is a few ulp, so where stretching its
   result by 2^-48 both ways gives the same float, that is the right one.  MPFR
   decides the rest, and the first part of the program checks the filter
   itself against MPFR on a random sample, special values included.

   usage: exhaustive_elementary [exp|log|tanh|erf|sincos]...  */

#include "numerics/elementary.h"
#include "numerics/elementary_kernels.h"
#include "numerics/kernels.h"

#include <math.h>
#include <mpfr.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { BLOCK = 1 << 14, SAMPLE = 1 << 20, MAX_SHOWN = 40 };

typedef int mpfr_function (mpfr_t y, const mpfr_t x, mpfr_rnd_t rounding);

/* One function under test: what it is, and three ways to compute it.  */
struct function
{
  const char *name;
  double (*libm) (double x);
  mpfr_function *mpfr;
  float (*scalar) (float x);
};

enum { EXP, LOG, TANH, ERF, SIN, COS, N_FUNCTIONS };

static const struct function functions[N_FUNCTIONS] =
{
  [EXP] = { "exp", exp, mpfr_exp, tc_exp },
  [LOG] = { "log", log, mpfr_log, tc_log },
  [TANH] = { "tanh", tanh, mpfr_tanh, tc_tanh },
  [ERF] = { "erf", erf, mpfr_erf, tc_erf },
  [SIN] = { "sin", sin, mpfr_sin, tc_sin },
  [COS] = { "cos", cos, mpfr_cos, tc_cos }
};

static const char *const isas[] = { "portable", "avx2", "avx512", "neon" };
enum { N_ISAS = sizeof isas / sizeof *isas };

static atomic_ulong n_wrong, n_mpfr;

static uint32_t
bits_of (float x)
{
  uint32_t bits;
  memcpy (&bits, &x, sizeof bits);
  return bits;
}

static float
float_of (uint32_t bits)
{
  float x;
  memcpy (&x, &bits, sizeof x);
  return x;
}

/* NaN is one value to us.  */
static bool
same (float a, float b)
{
  return bits_of (a) == bits_of (b) || (isnan (a) && isnan (b));
}

static float
by_mpfr (const struct function *f, float x)
{
  mpfr_t t;
  mpfr_init2 (t, 256);
  mpfr_set_flt (t, x, MPFR_RNDN);
  f->mpfr (t, t, MPFR_RNDN);
  float y = mpfr_get_flt (t, MPFR_RNDN);
  mpfr_clear (t);
  return y;
}

/* Whether the filter knows the float; if so, sets it.  */
static bool
by_filter (const struct function *f, float x, float *y)
{
  double d = f->libm (x);
  *y = (float) (d * (1.0 - 0x1p-48));
  return same (*y, (float) (d * (1.0 + 0x1p-48)));
}

static float
right_result (const struct function *f, float x)
{
  float y;
  if (!by_filter (f, x, &y))
    {
      y = by_mpfr (f, x);
      atomic_fetch_add (&n_mpfr, 1);
    }
  return isnan (y) ? float_of (0x7fc00000) : y;
}

static void
complain (const struct function *f, const char *who, float x, float y, float right)
{
  if (atomic_fetch_add (&n_wrong, 1) < MAX_SHOWN)
    fprintf (stderr, "%s, %s: x = 0x%08x (%a) gives 0x%08x, should be 0x%08x\n",
             f->name, who, bits_of (x), x, bits_of (y), bits_of (right));
}

/* Counter-based mixing (Steele and others, SplitMix): sample i is always the
   same float, and all 2^32 bit patterns are equally likely.  */
static float
random_float (uint64_t i)
{
  uint64_t z = i * UINT64_C (0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * UINT64_C (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C (0x94d049bb133111eb);
  return float_of ((uint32_t) (z >> 32));
}

static void
check_filter (const struct function *f)
{
  unsigned long decided = 0;
#pragma omp parallel for schedule(dynamic, 1024) reduction(+: decided)
  for (long i = 0; i < SAMPLE; i++)
    {
      /* Half of the sample where the functions are not trivial.  */
      float x = random_float ((uint64_t) i), y;
      if (i % 2 == 1)
        x = ldexpf (copysignf (1.0f + fabsf (fmodf (x, 1.0f)), x),
                    (int) (i / 2 % 40) - 20);
      if (by_filter (f, x, &y))
        {
          decided++;
          float right = by_mpfr (f, x);
          if (!same (y, right))
            complain (f, "filter", x, y, right);
        }
    }
  printf ("%-5s filter right on %lu sampled floats\n", f->name, decided);
}

static void
compare (const struct function *f, const char *who, const float *x,
         const float *y, const float *right)
{
  for (size_t i = 0; i < BLOCK; i++)
    if (bits_of (y[i]) != bits_of (right[i]))
      complain (f, who, x[i], y[i], right[i]);
}

static void
fill_right (const struct function *f, const float *x, float *right)
{
  for (size_t i = 0; i < BLOCK; i++)
    right[i] = right_result (f, x[i]);
}

static void
check_scalar (const struct function *f, const float *x, const float *right)
{
  float y[BLOCK];
  for (size_t i = 0; i < BLOCK; i++)
    y[i] = f->scalar (x[i]);
  compare (f, "scalar", x, y, right);
}

static void
check_block (int k, const float *x)
{
  float right[BLOCK], y[BLOCK];
  const struct function *f = &functions[k];
  fill_right (f, x, right);
  check_scalar (f, x, right);
  for (int i = 0; i < N_ISAS; i++)
    {
      const struct tc_kernels *kernels = tc_kernels_find (isas[i]);
      if (kernels == NULL)
        continue;
      const struct tc_elementary_kernels *e = kernels->elementary;
      (k == EXP ? e->exp : k == LOG ? e->log : k == TANH ? e->tanh : e->erf)
        (BLOCK, x, y);
      compare (f, isas[i], x, y, right);
    }
}

static void
check_sincos_block (const float *x)
{
  float right_sin[BLOCK], right_cos[BLOCK], s[BLOCK], c[BLOCK];
  fill_right (&functions[SIN], x, right_sin);
  fill_right (&functions[COS], x, right_cos);
  check_scalar (&functions[SIN], x, right_sin);
  check_scalar (&functions[COS], x, right_cos);
  for (int i = 0; i < N_ISAS; i++)
    {
      const struct tc_kernels *kernels = tc_kernels_find (isas[i]);
      if (kernels == NULL)
        continue;
      kernels->elementary->sincos (BLOCK, x, s, c);
      compare (&functions[SIN], isas[i], x, s, right_sin);
      compare (&functions[COS], isas[i], x, c, right_cos);
    }
}

static void
check_all_floats (int k)
{
  atomic_store (&n_mpfr, 0);
  unsigned long before = atomic_load (&n_wrong);
#pragma omp parallel for schedule(dynamic, 16)
  for (uint32_t block = 0; block < UINT32_C (0xffffffff) / BLOCK + 1; block++)
    {
      float x[BLOCK];
      for (uint32_t i = 0; i < BLOCK; i++)
        x[i] = float_of (block * BLOCK + i);
      if (k == SIN)
        check_sincos_block (x);
      else
        check_block (k, x);
    }
  printf ("%-5s all 2^32 floats: %lu wrong, %lu decided by MPFR\n",
          k == SIN ? "sincos" : functions[k].name,
          atomic_load (&n_wrong) - before, atomic_load (&n_mpfr));
  fflush (stdout);
}

static bool
wanted (const char *name, int argc, char **argv)
{
  for (int i = 1; i < argc; i++)
    if (strcmp (argv[i], name) == 0)
      return true;
  return argc == 1;
}

int
main (int argc, char **argv)
{
  for (int k = EXP; k <= SIN; k++)
    if (wanted (k == SIN ? "sincos" : functions[k].name, argc, argv))
      {
        check_filter (&functions[k]);
        if (k == SIN)
          check_filter (&functions[COS]);
        check_all_floats (k);
      }
  unsigned long wrong = atomic_load (&n_wrong);
  printf ("%lu wrong results\n", wrong);
  return wrong != 0;
}
