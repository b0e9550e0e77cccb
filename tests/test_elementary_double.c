/* Double functions: special arguments, and their error against MPFR.  Without
   MPFR the program says so and counts as skipped.  */

#include "numerics/elementary.h"

#ifdef HAVE_MPFR

#include <criterion/criterion.h>
#include <math.h>
#include <mpfr.h>
#include <stdint.h>

typedef int mpfr_function (mpfr_t y, const mpfr_t x, mpfr_rnd_t rounding);

Test (elementary, double_special_arguments)
{
  double inf = INFINITY;
  cr_expect (tc_exp64 (0.0) == 1.0 && tc_exp64 (-inf) == 0.0 && tc_exp64 (inf) == inf);
  cr_expect (tc_exp64 (709.782712893384) == 0x1.fffffffffff2ap+1023);
  cr_expect (tc_exp64 (709.79) == inf && tc_exp64 (-746.0) == 0.0);
  cr_expect (tc_exp64 (-745.0) == 0x1p-1074);
  cr_expect (tc_log64 (1.0) == 0.0 && tc_log64 (0.0) == -inf && tc_log64 (inf) == inf);
  cr_expect (isnan (tc_log64 (-1.0)));
  cr_expect (tc_tanh64 (inf) == 1.0 && tc_tanh64 (-inf) == -1.0);
  cr_expect (signbit (tc_tanh64 (-0.0)) && tc_tanh64 (0x1p-1074) == 0x1p-1074);
  cr_expect (tc_erf64 (inf) == 1.0 && tc_erf64 (-inf) == -1.0);
  cr_expect (signbit (tc_erf64 (-0.0)) && tc_erf64 (-0.0) == 0.0);
  cr_expect (isnan (tc_exp64 (NAN)) && isnan (tc_log64 (NAN)));
  cr_expect (isnan (tc_tanh64 (NAN)) && isnan (tc_erf64 (NAN)));
  cr_expect (tc_sin64 (0.0) == 0.0 && tc_cos64 (0.0) == 1.0);
  cr_expect (isnan (tc_sin64 (0x1.1p20)) && isnan (tc_cos64 (-inf)));
}

/* |y - right| in units of the last place of right.  */
static double
ulps (double y, const mpfr_t right)
{
  int exponent;
  frexp (mpfr_get_d (right, MPFR_RNDN), &exponent);
  mpfr_t error;
  mpfr_init2 (error, 64);
  mpfr_sub_d (error, right, y, MPFR_RNDN);
  mpfr_mul_2si (error, error, 53 - (exponent < -1021 ? -1021 : exponent), MPFR_RNDN);
  double u = fabs (mpfr_get_d (error, MPFR_RNDN));
  mpfr_clear (error);
  return u;
}

static void
check_double (const char *name, double (*ours) (double), mpfr_function *right,
              double low, double high, double most)
{
  enum { N = 20000 };
  mpfr_t t;
  mpfr_init2 (t, 160);
  double worst = 0.0, worst_x = 0.0;
  for (uint64_t i = 0; i < N; i++)
    {
      /* Spread evenly without a pattern: multiples of the golden ratio.  */
      double unit = fmod (0.6180339887498949 * (double) (i + 1), 1.0);
      double x = low + (high - low) * unit;
      mpfr_set_d (t, x, MPFR_RNDN);
      right (t, t, MPFR_RNDN);
      double u = ulps (ours (x), t);
      if (u > worst)
        {
          worst = u;
          worst_x = x;
        }
    }
  mpfr_clear (t);
  cr_expect (worst < most, "%s (%.17g) is %.3f ulp off, expected less than %g", name,
             worst_x, worst, most);
}

Test (elementary, double_error)
{
  check_double ("exp", tc_exp64, mpfr_exp, -745.0, 709.7, 1.0);
  check_double ("exp", tc_exp64, mpfr_exp, -1.0, 1.0, 1.0);
  check_double ("log", tc_log64, mpfr_log, 0.0, 1000.0, 1.0);
  check_double ("log", tc_log64, mpfr_log, 0.5, 2.0, 1.0);
  check_double ("log", tc_log64, mpfr_log, 0.0, 0x1p-1022, 1.0);
  check_double ("tanh", tc_tanh64, mpfr_tanh, -20.0, 20.0, 1.0);
  check_double ("tanh", tc_tanh64, mpfr_tanh, -0.5, 0.5, 1.0);
  check_double ("erf", tc_erf64, mpfr_erf, -6.0, 6.0, 1.5);
  check_double ("erf", tc_erf64, mpfr_erf, -1.0, 1.0, 1.5);
  check_double ("sin", tc_sin64, mpfr_sin, -1.6, 1.6, 1.0);
  check_double ("sin", tc_sin64, mpfr_sin, -0x1p20, 0x1p20, 2.0);
  check_double ("cos", tc_cos64, mpfr_cos, -1.6, 1.6, 1.0);
  check_double ("cos", tc_cos64, mpfr_cos, -0x1p20, 0x1p20, 2.0);
}

#else

#include <stdio.h>

int
main (void)
{
  puts ("MPFR is missing (./bootstrap installs it): the error of tc_exp64, tc_log64, "
        "tc_tanh64, tc_erf64, tc_sin64 and tc_cos64 is not measured");
  return 77;
}

#endif
