#ifndef TC_NUMERICS_ELEMENTARY_INLINE_H
#define TC_NUMERICS_ELEMENTARY_INLINE_H

/* The arithmetic of the elementary functions, shared by the scalar functions
   (elementary.c) and the vector loops (elementary_kernel.c).

   Everything is evaluated in double with additions, multiplications and
   divisions in a written order; no fused multiply-add, so that a machine
   without one computes the same bits at the same speed.  The functions have no
   branch and no table, only selects, so that loops over them vectorise.

   The coefficients are minimax polynomials printed by
   build-aux/elementary-coefficients.py; the errors given are those of the
   polynomials, relative to the function.  */

#include <stdint.h>
#include <string.h>

static inline uint64_t
tc_bits64 (double x)
{
  uint64_t bits;
  memcpy (&bits, &x, sizeof bits);
  return bits;
}

static inline double
tc_from_bits64 (uint64_t bits)
{
  double x;
  memcpy (&x, &bits, sizeof x);
  return x;
}

static inline uint32_t
tc_bits32 (float x)
{
  uint32_t bits;
  memcpy (&bits, &x, sizeof bits);
  return bits;
}

static inline float
tc_from_bits32 (uint32_t bits)
{
  float x;
  memcpy (&x, &bits, sizeof x);
  return x;
}

#define TC_SIGN64 UINT64_C (0x8000000000000000)
#define TC_ONE64 UINT64_C (0x3ff0000000000000)     /* the bits of 1.0 */
#define TC_NAN32 UINT32_C (0x7fc00000)

/* Adding and subtracting 1.5 * 2^52 rounds to an integer, which the low bits
   of the sum also hold in two's complement.  */
#define TC_ROUNDER 0x1.8p52

static inline double
tc_abs64 (double x)
{
  return tc_from_bits64 (tc_bits64 (x) & ~TC_SIGN64);
}

static inline double
tc_with_sign64 (double magnitude, double sign)
{
  return tc_from_bits64 (tc_bits64 (magnitude) | (tc_bits64 (sign) & TC_SIGN64));
}

/* --- exp --- */

#define TC_LN2_HI 0x1.62e42fefa3800p-1             /* 42 bits: n LN2_HI is exact */
#define TC_LN2_LO 0x1.ef35793c76730p-45
#define TC_INV_LN2 0x1.71547652b82fep+0

/* e^x = 2^n (1 + r + rest).  */
struct tc_exp_parts
{
  double r, rest;              /* rest is about r^2/2 */
  uint64_t n;                  /* modulo 2^12, two's complement */
};

/* 2^n for -1022 <= n <= 1023, taken modulo 2^12.  */
static inline double
tc_power_of_2 (uint64_t n)
{
  return tc_from_bits64 ((n << 52) + TC_ONE64);
}

/* e^r - 1 - r for |r| <= 0.3466; error 2^-58.9 (relative to e^r - 1).  */
static inline double
tc_exp_rest (double r)
{
  double r2 = r * r;
  double a = 0x1.0000000000000p-1 + r * 0x1.5555555555559p-3;
  double b = 0x1.555555555555ap-5 + r * 0x1.111111110f82ap-7;
  double c = 0x1.6c16c16c14698p-10 + r * 0x1.a01a01af5fd33p-13;
  double d = 0x1.a01a01b02e6aep-16 + r * 0x1.71ddf984ed216p-19;
  double e = 0x1.27e4c68add0ffp-22 + r * 0x1.af5cd33227eb4p-26;
  double f = 0x1.1f9436a3f116fp-29;
  return r2 * (a + r2 * (b + r2 * (c + r2 * (d + r2 * (e + r2 * f)))));
}

static inline struct tc_exp_parts
tc_exp_split (double x)
{
  double shifted = x * TC_INV_LN2 + TC_ROUNDER;
  double n = shifted - TC_ROUNDER;
  double hi = x - n * TC_LN2_HI;
  double lo = n * TC_LN2_LO;
  struct tc_exp_parts parts;
  parts.r = hi - lo;
  parts.rest = tc_exp_rest (parts.r) + ((hi - parts.r) - lo);
  parts.n = tc_bits64 (shifted);
  return parts;
}

/* -708 <= x <= 709 */
static inline double
tc_exp_core (double x)
{
  struct tc_exp_parts e = tc_exp_split (x);
  return (1.0 + (e.r + e.rest)) * tc_power_of_2 (e.n);
}

/* --- log --- */

/* x positive, normal and finite: x = 2^k (1 + f) with 1 + f between the
   square roots of 1/2 and 2, log (1 + f) = f - f^2/2 + s (f^2/2 + R (s^2)),
   s = f / (2 + f), as in FreeBSD's e_log.c; error 2^-59.5.  */
static inline double
tc_log_core (double x)
{
  const uint64_t sqrt_half = UINT64_C (0x3fe6a09e00000000);
  uint64_t t = tc_bits64 (x) + (TC_ONE64 - sqrt_half);
  double k = tc_from_bits64 (UINT64_C (0x4330000000000000) | (t >> 52))
             - (0x1p52 + 1023.0);
  double f = tc_from_bits64 ((t & UINT64_C (0x000fffffffffffff)) + sqrt_half) - 1.0;
  double s = f / (2.0 + f);
  double z = s * s;
  double z2 = z * z;
  double a = 0x1.5555555555592p-1 + z * 0x1.999999997ff3cp-2;
  double b = 0x1.24924941ded65p-2 + z * 0x1.c71c5216500a7p-3;
  double c = 0x1.74663c91f67cep-3 + z * 0x1.39a1f01cb2758p-3;
  double d = 0x1.2f0385e460876p-3;
  double R = z * (a + z2 * (b + z2 * (c + z2 * d)));
  double half_square = 0.5 * f * f;
  return k * TC_LN2_HI
         + (f - (half_square - (s * (half_square + R) + k * TC_LN2_LO)));
}

/* --- tanh --- */

/* tanh x = t / (t + 2), t = e^(2x) - 1; 0 <= x <= 20.  */
static inline double
tc_tanh_core (double x)
{
  struct tc_exp_parts e = tc_exp_split (2.0 * x);
  double scale = tc_power_of_2 (e.n);
  double t = scale * (e.r + e.rest) + (scale - 1.0);
  return t / (t + 2.0);
}

/* --- erf --- */

#define TC_ERF_EDGE 1.0

/* x in 0 ... 1: x + x P (x^2); error 2^-56.  */
static inline double
tc_erf_low (double x)
{
  double z = x * x;
  double z2 = z * z;
  double a = 0x1.06eba8214db69p-3 + z * -0x1.812746b037a25p-2;
  double b = 0x1.ce2f21a0458d6p-4 + z * -0x1.b82ce313553e1p-6;
  double c = 0x1.565bcd2ca3e0bp-8 + z * -0x1.c02db949e991cp-11;
  double d = 0x1.f9a3bd4539539p-14 + z * -0x1.f4dd5670d2004p-17;
  double e = 0x1.ba6f562397c63p-20 + z * -0x1.63cf1d02a5ad4p-23;
  double f = 0x1.149daddc63831p-26 + z * -0x1.ceee6cdb9c241p-30;
  double g = 0x1.4aaa30e916293p-33;
  double p = a + z2 * (b + z2 * (c + z2 * (d + z2 * (e + z2 * (f + z2 * g)))));
  return x + x * p;
}

/* x in 1 ... 6: 1 - e^(-x^2) P (t) / (x + 3), t = (x - 3) / (x + 3), the
   classical variable for erfc; error 2^-57.  */
static inline double
tc_erf_high (double x)
{
  double inverse = 1.0 / (x + 3.0);
  double t = (x - 3.0) * inverse;
  double t2 = t * t;
  double a = 0x1.12f21ddd9f5ecp+0 + t * -0x1.c44c471baa166p-1;
  double b = 0x1.2e326945ddb5ap-1 + t * -0x1.3deb2141834a7p-2;
  double c = 0x1.e995f119d16a8p-4 + t * -0x1.b789937ea8ee8p-6;
  double d = -0x1.3dd3ce86020d3p-10 + t * 0x1.8dae1c662ba24p-9;
  double e = -0x1.1f7ce6c30a2bfp-11 + t * -0x1.223e2af102a24p-12;
  double f = 0x1.c417b262271b6p-14 + t * 0x1.036043d523650p-15;
  double g = -0x1.28acb14a0bc34p-16 + t * -0x1.cdd2f5aac6dfap-18;
  double p = a + t2 * (b + t2 * (c + t2 * (d + t2 * (e + t2 * (f + t2 * g)))));
  return 1.0 - tc_exp_core (-(x * x)) * (p * inverse);
}

/* 0 <= x <= 6 */
static inline double
tc_erf_core (double x)
{
  double low = tc_erf_low (x);
  double high = tc_erf_high (x);
  return x < TC_ERF_EDGE ? low : high;
}

/* --- sin and cos --- */

/* pi/2 in three parts; the first two have 33 bits, so that n PIO2_1 and
   n PIO2_2 are exact for n < 2^20.  */
#define TC_PIO2_1 0x1.921fb54400000p+0
#define TC_PIO2_2 0x1.0b4611a600000p-34
#define TC_PIO2_3 0x1.3198a2e037073p-69
#define TC_TWO_OVER_PI 0x1.45f306dc9c883p-1
#define TC_SINCOS_LIMIT 0x1p20

/* x = quadrant pi/2 + hi + lo, |hi + lo| <= pi/4.  */
struct tc_reduced
{
  double hi, lo;
  uint64_t quadrant;           /* modulo 4; higher bits are arbitrary */
};

struct tc_sincos
{
  double sin, cos;
};

/* 0 <= x <= TC_SINCOS_LIMIT */
static inline struct tc_reduced
tc_reduce_pio2 (double x)
{
  struct tc_reduced r;
  double shifted = x * TC_TWO_OVER_PI + TC_ROUNDER;
  double n = shifted - TC_ROUNDER;
  double a = x - n * TC_PIO2_1;            /* exact */
  double b = n * TC_PIO2_2;                /* exact */
  r.hi = a - b;
  r.lo = ((a - r.hi) - b) - n * TC_PIO2_3;
  r.quadrant = tc_bits64 (shifted);
  return r;
}

/* Errors 2^-57.8 (sin) and 2^-63 (cos).  */
static inline struct tc_sincos
tc_sincos_reduced (struct tc_reduced r)
{
  double z = r.hi * r.hi;
  double z2 = z * z;
  double s1 = -0x1.5555555555548p-3 + z * 0x1.111111110f730p-7;
  double s2 = -0x1.a01a019be91b4p-13 + z * 0x1.71de35551f9b0p-19;
  double s3 = -0x1.ae5e4b979addcp-26 + z * 0x1.5d8b6e3809090p-33;
  double c1 = 0x1.555555555554bp-5 + z * -0x1.6c16c16c15014p-10;
  double c2 = 0x1.a01a019c8ef96p-16 + z * -0x1.27e4f7f166442p-22;
  double c3 = 0x1.1ee9dbaaffa3ep-29 + z * -0x1.8fa66ebe65e23p-37;
  double half_square = 0.5 * z;
  double w = 1.0 - half_square;
  double s = r.hi + (r.hi * (z * (s1 + z2 * (s2 + z2 * s3))) + r.lo * w);
  double c = w + (((1.0 - w) - half_square)
                  + (z2 * (c1 + z2 * (c2 + z2 * c3)) - r.hi * r.lo));

  /* Odd quadrants exchange the two; the second bit of the quadrant, and of
     the next one, are the signs.  */
  uint64_t odd = -(r.quadrant & 1);
  uint64_t change = (tc_bits64 (s) ^ tc_bits64 (c)) & odd;
  uint64_t sign_s = (r.quadrant << 62) & TC_SIGN64;
  uint64_t sign_c = ((r.quadrant + 1) << 62) & TC_SIGN64;
  struct tc_sincos y;
  y.sin = tc_from_bits64 (tc_bits64 (s) ^ change ^ sign_s);
  y.cos = tc_from_bits64 (tc_bits64 (c) ^ change ^ sign_c);
  return y;
}

/* |x| <= TC_SINCOS_LIMIT */
static inline struct tc_sincos
tc_sincos_core (double x)
{
  struct tc_sincos y = tc_sincos_reduced (tc_reduce_pio2 (tc_abs64 (x)));
  y.sin = tc_from_bits64 (tc_bits64 (y.sin) ^ (tc_bits64 (x) & TC_SIGN64));
  return y;
}

#endif
