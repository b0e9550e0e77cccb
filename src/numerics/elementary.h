#ifndef TC_NUMERICS_ELEMENTARY_H
#define TC_NUMERICS_ELEMENTARY_H

#include "numerics/compute.h"
#include "numerics/real.h"

#include <stddef.h>

/* Elementary functions without libm.

   float32: correctly rounded (to nearest, ties to even) for every one of the
   2^32 inputs, so the result is defined by mathematics; tests compare all of
   them with MPFR.  NaN gives the canonical quiet NaN 0x7fc00000.
   float64: a fixed sequence of IEEE operations, error below 1 ulp (erf: 1.5);
   the loss head and the analysis use these.  */

float tc_exp (float x);
float tc_log (float x);
float tc_tanh (float x);
float tc_erf (float x);
float tc_sin (float x);
float tc_cos (float x);

double tc_exp64 (double x);
double tc_log64 (double x);
double tc_tanh64 (double x);
double tc_erf64 (double x);
/* x in radians, |x| <= 2^20; NaN beyond.  Below 2 ulp (1 for |x| <= 1.6).  */
double tc_sin64 (double x);
double tc_cos64 (double x);

/* Arrays: y[i] = f (x[i]) for i < n; y may equal x.  Vectorised and, where n
   is large, spread over threads.  In the double build they work in double. */
void tc_exp_array (struct tc_compute *compute, size_t n, const tc_real *x, tc_real *y);
void tc_log_array (struct tc_compute *compute, size_t n, const tc_real *x, tc_real *y);
void tc_tanh_array (struct tc_compute *compute, size_t n, const tc_real *x, tc_real *y);
void tc_erf_array (struct tc_compute *compute, size_t n, const tc_real *x, tc_real *y);
void tc_sincos_array (struct tc_compute *compute, size_t n, const tc_real *x,
                      tc_real *sin_x, tc_real *cos_x);

#endif
