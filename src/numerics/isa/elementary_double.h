#ifndef TC_NUMERICS_ELEMENTARY_DOUBLE_H
#define TC_NUMERICS_ELEMENTARY_DOUBLE_H

/* Double functions for every double argument, on top of elementary_inline.h.
   elementary.c makes them public; the double build loops over them.  */

#include "numerics/isa/elementary_inline.h"
#include "numerics/isa/isa.h"

#define TC_INF64 __builtin_inf ()
#define TC_NAN64 __builtin_nan ("")

static inline double
tc_exp_double (double x)
{
  if (x != x)
    return TC_NAN64;
  if (x > 709.8)
    return TC_INF64;
  if (x < -745.2)
    return 0.0;
  struct tc_exp_parts e = tc_exp_split (x);
  /* Two steps, since 2^n alone may be out of range.  */
  int64_t n = (int64_t) (e.n - tc_bits64 (TC_ROUNDER));
  int64_t half = n / 2;
  return (1.0 + (e.r + e.rest)) * tc_power_of_2 ((uint64_t) half)
         * tc_power_of_2 ((uint64_t) (n - half));
}

static inline double
tc_log_double (double x)
{
  if (x != x || x < 0.0)
    return TC_NAN64;
  if (x == 0.0)
    return -TC_INF64;
  if (x == TC_INF64)
    return x;
  if (x < 0x1p-1022)
    return tc_log_core (x * 0x1p54) - 54.0 * 0x1.62e42fefa39efp-1;
  return tc_log_core (x);
}

/* tanh x = t / (t + 2), t = e^(2x) - 1, with the rounding errors of numerator,
   denominator and quotient carried along.  */
static inline double
tc_tanh_double (double x)
{
  if (x != x)
    return TC_NAN64;
  double a = tc_abs64 (x);
  if (a < 0x1p-30)
    return x;
  if (a > 20.0)
    return tc_with_sign64 (1.0, x);
  struct tc_exp_parts e = tc_exp_split (2.0 * a);
  double scale = tc_power_of_2 (e.n);
  double p = e.r + e.rest, p_low = (e.r - p) + e.rest;
  double large = scale - 1.0;
  double t = large + scale * p;
  double t_low = (large == 0.0 ? 0.0 : (large - t) + scale * p) + scale * p_low;
  double d = 2.0 + t;
  double d_low = (t > 2.0 ? (t - d) + 2.0 : (2.0 - d) + t) + t_low;
  double q = t / d;
  double product_low;
  double product = tc_isa_two_product (q, d, &product_low);
  double rest = ((t - product) - product_low) + (t_low - q * d_low);
  return tc_with_sign64 (q + rest / d, x);
}

static inline double
tc_erf_double (double x)
{
  if (x != x)
    return TC_NAN64;
  double a = tc_abs64 (x);
  return tc_with_sign64 (a > 6.0 ? 1.0 : tc_erf_core (a), x);
}

/* NaN beyond TC_SINCOS_LIMIT: positions and angles are never that large.  */
static inline struct tc_sincos
tc_sincos_double (double x)
{
  struct tc_sincos none = { TC_NAN64, TC_NAN64 };
  return tc_abs64 (x) <= TC_SINCOS_LIMIT ? tc_sincos_core (x) : none;
}

#endif
