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
#include "numerics/isa/isa.h"

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

/* --- exp: no exception ---

   Softmax lives on it, so it has a shorter way than tc_exp_core's, in which
   multiplications and additions are fused where the machine can: their doubles
   differ in the last bits, the floats that they round to do not.  */

static inline double
tc_multiply_add (double a, double b, double c)
{
  return TC_ISA_HAS_FMA ? __builtin_fma (a, b, c) : a * b + c;
}

/* As tc_exp_rest, of which this has the coefficients, in pairs of pairs.  */
static inline double
tc_exp_short_rest (double r, double r2)
{
  double r4 = r2 * r2;
  double a = tc_multiply_add (r, 0x1.5555555555559p-3, 0x1.0000000000000p-1);
  double b = tc_multiply_add (r, 0x1.111111110f82ap-7, 0x1.555555555555ap-5);
  double c = tc_multiply_add (r, 0x1.a01a01af5fd33p-13, 0x1.6c16c16c14698p-10);
  double d = tc_multiply_add (r, 0x1.71ddf984ed216p-19, 0x1.a01a01b02e6aep-16);
  double e = tc_multiply_add (r, 0x1.af5cd33227eb4p-26, 0x1.27e4c68add0ffp-22);
  double f = 0x1.1f9436a3f116fp-29;
  double low = tc_multiply_add (r2, b, a), middle = tc_multiply_add (r2, d, c);
  double high = tc_multiply_add (r2, f, e);
  return tc_multiply_add (r4, tc_multiply_add (r4, high, middle), low);
}

/* -104 <= x <= 89 */
static inline double
tc_exp_short (double x)
{
  double shifted = tc_multiply_add (x, TC_INV_LN2, TC_ROUNDER);
  double n = shifted - TC_ROUNDER;
  double r = tc_multiply_add (-n, TC_LN2_LO, tc_multiply_add (-n, TC_LN2_HI, x));
  double r2 = r * r;
  double p = tc_multiply_add (r2, tc_exp_short_rest (r, r2), r);
  return (1.0 + p) * tc_power_of_2 (tc_bits64 (shifted));
}

/* Clamped to [-104, 89], beyond which exp rounds to 0 or infinity.  Bits of
   floats are ordered as they are, from -0 on the other way round: their
   comparison costs no mask.  */
static inline float
tc_exp_clamp (float x)
{
  const uint32_t least = UINT32_C (0xc2d00000);
  const int32_t greatest = INT32_C (0x42b20000);
  uint32_t bits = tc_bits32 (x);
  bits = bits < least ? bits : least;
  int32_t number = (int32_t) bits;
  number = number < greatest ? number : greatest;
  return tc_from_bits32 ((uint32_t) number);
}

static inline float
tc_exp_exact (float x)
{
  float y = (float) tc_exp_short (tc_exp_clamp (x));
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
  static const struct tc_exception table[] = {
    { 0x3c413d3a, 0xc08e158f }, { 0x41178feb, 0x400fe5e7 },
    { 0x4c5d65a5, 0x418f034b }, { 0x65d890d3, 0x4254d1f9 },
    { 0x6f31a8ec, 0x42845a89 }
  };
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

/* --- tanh: no exception --- */

static inline float
tc_tanh_exact (float x)
{
  double d = tc_abs64 (x);
  d = d > 10.0 ? 10.0 : d;                 /* rounds to 1 */
  float y = (float) tc_with_sign64 (tc_tanh_core (d), x);
  return x == x ? y : tc_from_bits32 (TC_NAN32);
}

/* --- erf: no exception --- */

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

/* 128 bits of x (2/pi) / 4 modulo 1, for a float x >= 2^20: the reduction of
   Payne and Hanek (SIGNUM Newsletter 18, 1983).  With x = m 2^e, bits of 2/pi
   whose product with m 2^e is a multiple of 4 are skipped; bits beyond the
   window change the result by less than 2^-100.  */
static inline void
tc_times_two_over_pi (float x, uint64_t *high, uint64_t *low)
{
  /* 32 zero bits, then 2/pi.  */
  static const uint32_t two_over_pi[9] = {
    0x00000000, 0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0,
    0xdb629599, 0x3c439041, 0xfe5163ab, 0xdebbc561
  };
  uint32_t bits = tc_bits32 (x);
  uint64_t m = (bits & 0x007fffff) | 0x00800000;
  unsigned int skip = ((bits >> 23) & 0xff) - 150 + 30;
  const uint32_t *word = two_over_pi + skip / 32;
  uint32_t window[4];
  for (int i = 0; i < 4; i++)
    window[i] = (uint32_t) ((((uint64_t) word[i] << 32) | word[i + 1])
                            >> (32 - skip % 32));
  uint64_t carry = 0;
  uint32_t product[4];
  for (int i = 3; i >= 0; i--)
    {
      carry += m * window[i];
      product[i] = (uint32_t) carry;
      carry >>= 32;
    }
  *high = ((uint64_t) product[0] << 32) | product[1];
  *low = ((uint64_t) product[2] << 32) | product[3];
}

/* As tc_reduce_pio2, for a finite float x >= TC_SINCOS_LIMIT.  */
static inline struct tc_reduced
tc_reduce_huge (float x)
{
  uint64_t high, low;
  tc_times_two_over_pi (x, &high, &low);

  /* Two bits of quadrant, rounded to nearest; the rest is a signed fraction
     of a quadrant, taken apart into magnitude and sign.  */
  struct tc_reduced r;
  r.quadrant = (high + (UINT64_C (1) << 61)) >> 62;
  high -= r.quadrant << 62;
  uint64_t negative = -(high >> 63);
  low = (low ^ negative) + (negative & 1);
  high = (high ^ negative) + (low == 0 ? negative & 1 : 0);

  /* The fraction is f + f_low; times pi/2, it is hi + lo.  */
  double top = (double) (high >> 32) * 0x1p-30;
  double rest = (double) (high & 0xffffffff) * 0x1p-62;
  double f = top + rest;
  double f_low = ((top - f) + rest) + (double) (low >> 32) * 0x1p-94;
  double product_low;
  double product = tc_isa_two_product (f, 0x1.921fb54442d18p+0, &product_low);
  double small = product_low + (f * 0x1.1a62633145c07p-54
                                + f_low * 0x1.921fb54442d18p+0);
  r.hi = product + small;
  r.lo = (product - r.hi) + small;
  if (negative)
    {
      r.hi = -r.hi;
      r.lo = -r.lo;
    }
  return r;
}

static inline struct tc_sincosf
tc_sincos_huge (float x)
{
  struct tc_sincos d = tc_sincos_reduced (tc_reduce_huge (x));
  struct tc_sincosf y = { (float) d.sin, (float) d.cos };
  if (x < 0.0f)
    y.sin = -y.sin;
  return y;
}

static inline struct tc_sincosf
tc_sincos_exact (float x)
{
  static const struct tc_exception sin_table[] = {
    { 0x46199998, 0xbeb1fa5d }, { 0xc6199998, 0x3eb1fa5d }
  };
  static const struct tc_exception cos_table[] = {
    { 0x5f18b878, 0x3f7f14bb }, { 0xdf18b878, 0x3f7f14bb },
    { 0x6115cb11, 0x3f78142f }, { 0xe115cb11, 0x3f78142f }
  };
  uint64_t hard = 0;
  struct tc_sincosf y = tc_sincos_fast (x, &hard);
  if (!(hard >> 63))
    return y;
  if (x - x != 0.0f)                       /* infinity or NaN */
    {
      y.sin = y.cos = tc_from_bits32 (TC_NAN32);
      return y;
    }
  if (tc_abs64 (x) >= TC_SINCOS_LIMIT)
    y = tc_sincos_huge (x);
  y.sin = TC_MEND (sin_table, x, y.sin);
  y.cos = TC_MEND (cos_table, x, y.cos);
  return y;
}

#endif
