#ifndef TC_NUMERICS_ELEMENTARY_FLOAT_H
#define TC_NUMERICS_ELEMENTARY_FLOAT_H

/* Correctly rounded float functions.

   Each has two forms.  tc_<f>_fast is branch-free: it rounds the double of
   elementary_inline.h once, and sets the top bit of *hard when that may be
   wrong - a special argument, or a double so near the middle of two floats
   that its own error could decide.  tc_<f>_exact calls it and mends those.
   The vector loops call the first, look at hard once per block, and only then
   the second, so both give the same bits.

   Which arguments the double error does decide is known, because tests/
   expensive/exhaustive_elementary.c compares all 2^32 with MPFR: a handful,
   listed below with their results.  */

#include "numerics/isa/elementary_inline.h"

#include <stddef.h>

/* Top bit set if y lies within 4 ulp of the middle of two normal floats.  */
static inline uint64_t
tc_near_middle (double y)
{
  uint64_t distance = (tc_bits64 (y) + 0x10000004) & 0x1ffffff8;
  return distance - 1;
}

struct tc_exception
{
  uint32_t x, y;
};

static inline float
tc_mend (const struct tc_exception *table, size_t n, float x, float y)
{
  for (size_t i = 0; i < n; i++)
    if (table[i].x == tc_bits32 (x))
      return tc_from_bits32 (table[i].y);
  return y;
}

#define TC_MEND(table, x, y) tc_mend (table, sizeof table / sizeof *table, x, y)

/* --- exp: no exception --- */

static inline float
tc_exp_exact (float x)
{
  double d = x;
  d = d > 89.0 ? 89.0 : d;                 /* rounds to infinity */
  d = d < -104.0 ? -104.0 : d;             /* rounds to 0 */
  float y = (float) tc_exp_core (d);
  return x == x ? y : tc_from_bits32 (TC_NAN32);
}

/* --- log --- */

static inline float
tc_log_fast (float x, uint64_t *hard)
{
  uint64_t bits = tc_bits64 ((double) x);
  double y = tc_log_core ((double) x);
  /* Zero wraps around, infinity and NaN carry into the sign.  */
  *hard |= (bits - 1) | (bits + UINT64_C (0x0010000000000000)) | tc_near_middle (y);
  return (float) y;
}

static inline float
tc_log_exact (float x)
{
  static const struct tc_exception table[] = { { 0, 0xff800000 } };
  uint64_t hard = 0;
  float y = tc_log_fast (x, &hard);
  if (x != x || x < 0.0f)
    return tc_from_bits32 (TC_NAN32);
  if (x == 0.0f)
    return tc_from_bits32 (UINT32_C (0xff800000));
  if (x > 0x1.fffffep127f)
    return x;
  return hard >> 63 ? TC_MEND (table, x, y) : y;
}

/* --- tanh --- */

static inline float
tc_tanh_exact (float x)
{
  double d = tc_abs64 (x);
  d = d > 10.0 ? 10.0 : d;                 /* rounds to 1 */
  float y = (float) tc_with_sign64 (tc_tanh_core (d), x);
  return x == x ? y : tc_from_bits32 (TC_NAN32);
}

/* --- erf --- */

static inline float
tc_erf_exact (float x)
{
  double d = tc_abs64 (x);
  d = d > 4.0 ? 4.0 : d;                   /* rounds to 1 */
  float y = (float) tc_with_sign64 (tc_erf_core (d), x);
  return x == x ? y : tc_from_bits32 (TC_NAN32);
}

/* --- sin and cos --- */

struct tc_sincosf
{
  float sin, cos;
};

static inline struct tc_sincosf
tc_sincos_fast (float x, uint64_t *hard)
{
  struct tc_sincos d = tc_sincos_core (x);
  struct tc_sincosf y = { (float) d.sin, (float) d.cos };
  *hard |= tc_bits64 (tc_abs64 (x)) + (TC_SIGN64 - UINT64_C (0x4130000000000000));
  *hard |= tc_near_middle (d.sin) | tc_near_middle (d.cos);
  return y;
}

static inline struct tc_sincosf
tc_sincos_exact (float x)
{
  uint64_t hard = 0;
  return tc_sincos_fast (x, &hard);
}

#endif
