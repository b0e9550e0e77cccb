#ifndef TC_TESTS_ELEMENTARY_ORACLE_H
#define TC_TESTS_ELEMENTARY_ORACLE_H

/* The correctly rounded value of an elementary function, known without our
   own code.  Shared by test_elementary.c and expensive/exhaustive_elementary.c.

   MPFR is the judge, but asking it 2^32 times would take days.  A filter asks
   the C library's double function first: its error is a few ulp, so where
   stretching its result by 2^-48 both ways gives the same float, that is the
   right one.  Only the rest goes to MPFR.  */

#include "numerics/elementary.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#ifdef HAVE_MPFR
# include <mpfr.h>
typedef int mpfr_function (mpfr_t y, const mpfr_t x, mpfr_rnd_t rounding);
# define MPFR_FUNCTION(f) f
#else
typedef int mpfr_function (void);
# define MPFR_FUNCTION(f) NULL
#endif

struct function
{
  const char *name;
  float (*ours) (float x);
  double (*libm) (double x);
  mpfr_function *mpfr;
};

enum { EXP, LOG, TANH, ERF, SIN, COS, N_FUNCTIONS };

static const struct function functions[N_FUNCTIONS] =
{
  [EXP] = { "exp", tc_exp, exp, MPFR_FUNCTION (mpfr_exp) },
  [LOG] = { "log", tc_log, log, MPFR_FUNCTION (mpfr_log) },
  [TANH] = { "tanh", tc_tanh, tanh, MPFR_FUNCTION (mpfr_tanh) },
  [ERF] = { "erf", tc_erf, erf, MPFR_FUNCTION (mpfr_erf) },
  [SIN] = { "sin", tc_sin, sin, MPFR_FUNCTION (mpfr_sin) },
  [COS] = { "cos", tc_cos, cos, MPFR_FUNCTION (mpfr_cos) }
};

static inline uint32_t
bits_of (float x)
{
  uint32_t bits;
  memcpy (&bits, &x, sizeof bits);
  return bits;
}

static inline float
float_of (uint32_t bits)
{
  float x;
  memcpy (&x, &bits, sizeof x);
  return x;
}

/* NaN has one representation.  */
static inline float
canonical (float x)
{
  return isnan (x) ? float_of (0x7fc00000) : x;
}

/* Whether the filter knows the value; if so, sets it.  */
static inline bool
by_filter (const struct function *f, float x, float *y)
{
  double d = f->libm (x);
  *y = canonical ((float) (d * (1.0 - 0x1p-48)));
  return bits_of (*y) == bits_of (canonical ((float) (d * (1.0 + 0x1p-48))));
}

#ifdef HAVE_MPFR
/* 256 bits, then one more rounding: transcendental values never lie so near
   the middle of two floats that the first rounding could matter.  */
static inline float
by_mpfr (const struct function *f, float x)
{
  mpfr_t t;
  mpfr_init2 (t, 256);
  mpfr_set_flt (t, x, MPFR_RNDN);
  f->mpfr (t, t, MPFR_RNDN);
  float y = mpfr_get_flt (t, MPFR_RNDN);
  mpfr_clear (t);
  return canonical (y);
}
#endif

/* Counter-based mixing (SplitMix64; Steele, Lea and Flood 2014).  */
static inline uint64_t
mix (uint64_t i)
{
  uint64_t z = (i + 1) * UINT64_C (0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * UINT64_C (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C (0x94d049bb133111eb);
  return z ^ (z >> 31);
}

/* Sample number i: any of the 2^32 floats where i is even, and where it is odd
   one of magnitude 2^-20 ... 2^20, where the functions are not trivial.  */
static inline float
sample (uint64_t i)
{
  uint32_t bits = (uint32_t) (mix (i) >> 32);
  if (i % 2 == 1)
    bits = (bits & 0x807fffff) | ((107 + bits / 2 % 41) << 23);
  return float_of (bits);
}

#endif
