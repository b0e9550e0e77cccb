/* Elementary functions: every instruction set and the scalar functions against
   the correctly rounded value, on samples.  All 2^32 floats are in expensive/
   exhaustive_elementary.c; the double functions in test_elementary_double.c. */

#include "elementary_oracle.h"
#include "numerics/elementary_kernels.h"
#include "numerics/kernels.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

enum { SAMPLE = 1 << 20, BLOCK = 1 << 12 };

#define LENGTH(array) (sizeof array / sizeof *array)

static void
assert_bits (const char *what, float x, float y, float right)
{
  cr_assert (bits_of (y) == bits_of (right), "%s (%a = 0x%08x) gives 0x%08x, should be 0x%08x",
             what, x, bits_of (x), bits_of (y), bits_of (right));
}

/* One function of one instruction set.  */
static void
apply (const struct tc_kernels *kernels, int k, size_t n, const float *x, float *y)
{
  const struct tc_elementary_kernels *e = kernels->elementary;
  float *other = malloc ((n + 1) * sizeof *other);
  switch (k)
    {
    case EXP: e->exp (n, x, y); break;
    case LOG: e->log (n, x, y); break;
    case TANH: e->tanh (n, x, y); break;
    case ERF: e->erf (n, x, y); break;
    case SIN: e->sincos (n, x, y, other); break;
    case COS: e->sincos (n, x, other, y); break;
    }
  free (other);
}

/* --- Samples --- */

/* The oracle's value, or false where only MPFR would know and is missing.  */
static bool
right_value (const struct function *f, float x, float *y)
{
  if (by_filter (f, x, y))
    return true;
#ifdef HAVE_MPFR
  *y = by_mpfr (f, x);
  return true;
#else
  return false;
#endif
}

static void
check_block (int k, const float *x)
{
  float right[BLOCK], y[BLOCK];
  bool known[BLOCK];
  for (size_t i = 0; i < BLOCK; i++)
    {
      known[i] = right_value (&functions[k], x[i], &right[i]);
      if (known[i])
        assert_bits (functions[k].name, x[i], functions[k].ours (x[i]), right[i]);
    }
  const struct tc_kernels *kernels;
  for (size_t t = 0; (kernels = tc_kernels_at (t)) != NULL; t++)
    {
      apply (kernels, k, BLOCK, x, y);
      for (size_t i = 0; i < BLOCK; i++)
        if (known[i])
          assert_bits (kernels->name, x[i], y[i], right[i]);
    }
}

static void
check_sample (int k)
{
  float x[BLOCK];
  for (size_t done = 0; done < SAMPLE; done += BLOCK)
    {
      for (size_t i = 0; i < BLOCK; i++)
        x[i] = sample (done + i);
      check_block (k, x);
    }
}

Test (elementary, sampled_exp) { check_sample (EXP); }
Test (elementary, sampled_log) { check_sample (LOG); }
Test (elementary, sampled_tanh) { check_sample (TANH); }
Test (elementary, sampled_erf) { check_sample (ERF); }
Test (elementary, sampled_sin) { check_sample (SIN); }
Test (elementary, sampled_cos) { check_sample (COS); }

/* --- Known values --- */

struct known
{
  int k;
  uint32_t x, y;
};

static void
check_known (const struct known *table, size_t n)
{
  for (size_t i = 0; i < n; i++)
    {
      const struct function *f = &functions[table[i].k];
      float x = float_of (table[i].x), right = float_of (table[i].y);
      assert_bits (f->name, x, f->ours (x), right);
      const struct tc_kernels *kernels;
      for (size_t t = 0; (kernels = tc_kernels_at (t)) != NULL; t++)
        {
          /* Among ordinary values, in the middle of a short rest.  */
          float in[5] = { 0.5f, 1.0f, x, 2.0f, 3.0f }, y[5];
          apply (kernels, table[i].k, 5, in, y);
          assert_bits (kernels->name, x, y[2], right);
        }
    }
}

/* Results within 2^-56 of the middle of two floats, where our double is on the
   wrong side: the exhaustive test found these and no other.  */
Test (elementary, hardest)
{
  const struct known table[] = {
    { LOG, 0x3c413d3a, 0xc08e158f }, { LOG, 0x41178feb, 0x400fe5e7 },
    { LOG, 0x4c5d65a5, 0x418f034b }, { LOG, 0x65d890d3, 0x4254d1f9 },
    { LOG, 0x6f31a8ec, 0x42845a89 }, { SIN, 0x46199998, 0xbeb1fa5d },
    { SIN, 0xc6199998, 0x3eb1fa5d }, { COS, 0x5f18b878, 0x3f7f14bb },
    { COS, 0xdf18b878, 0x3f7f14bb }, { COS, 0x6115cb11, 0x3f78142f },
    { COS, 0xe115cb11, 0x3f78142f }
  };
  check_known (table, LENGTH (table));
}

#define ZERO 0x00000000
#define MINUS_ZERO 0x80000000
#define ONE 0x3f800000
#define MINUS_ONE 0xbf800000
#define INF 0x7f800000
#define MINUS_INF 0xff800000
#define QUIET_NAN 0x7fc00000

Test (elementary, special_arguments)
{
  const struct known table[] = {
    { EXP, ZERO, ONE }, { EXP, MINUS_ZERO, ONE }, { EXP, INF, INF }, { EXP, MINUS_INF, ZERO },
    { LOG, ONE, ZERO }, { LOG, ZERO, MINUS_INF }, { LOG, MINUS_ZERO, MINUS_INF },
    { LOG, INF, INF }, { LOG, MINUS_INF, QUIET_NAN }, { LOG, MINUS_ONE, QUIET_NAN },
    { LOG, 0x80000001, QUIET_NAN },
    { TANH, ZERO, ZERO }, { TANH, MINUS_ZERO, MINUS_ZERO }, { TANH, INF, ONE },
    { TANH, MINUS_INF, MINUS_ONE },
    { ERF, ZERO, ZERO }, { ERF, MINUS_ZERO, MINUS_ZERO }, { ERF, INF, ONE },
    { ERF, MINUS_INF, MINUS_ONE },
    { SIN, ZERO, ZERO }, { SIN, MINUS_ZERO, MINUS_ZERO }, { SIN, INF, QUIET_NAN },
    { SIN, MINUS_INF, QUIET_NAN },
    { COS, ZERO, ONE }, { COS, MINUS_ZERO, ONE }, { COS, INF, QUIET_NAN },
    { COS, MINUS_INF, QUIET_NAN }
  };
  check_known (table, LENGTH (table));
}

/* Any NaN - either sign, quiet or signalling, any payload - gives one NaN.  */
Test (elementary, nan_is_canonical)
{
  const uint32_t nans[] = { 0x7fc00000, 0xffc00000, 0x7f800001, 0xff800001, 0x7fffffff,
                            0xffffffff };
  for (int k = 0; k < N_FUNCTIONS; k++)
    for (size_t i = 0; i < LENGTH (nans); i++)
      {
        const struct known one = { k, nans[i], QUIET_NAN };
        check_known (&one, 1);
      }
}

/* Both sides of where exp overflows, turns subnormal and vanishes, tanh and erf
   reach 1, angles become huge, and cos leaves 1; and the smallest and largest
   arguments.  From mpmath.  */
Test (elementary, edges)
{
  const struct known table[] = {
    { EXP, 0x42b17217, 0x7f7fff84 }, { EXP, 0x42b17218, 0x7f800000 },
    { EXP, 0xc2aeac4f, 0x00800026 }, { EXP, 0xc2aeac50, 0x007fffe6 },
    { EXP, 0xc2cff1b4, 0x00000001 }, { EXP, 0xc2cff1b5, 0x00000000 },
    { LOG, 0x00000001, 0xc2ce8ed0 }, { LOG, 0x7f7fffff, 0x42b17218 },
    { TANH, 0x00000001, 0x00000001 }, { TANH, 0x41102cb3, 0x3f7fffff },
    { TANH, 0x41102cb4, 0x3f800000 }, { ERF, 0x00000001, 0x00000001 },
    { ERF, 0x007fffff, 0x00906eb9 }, { ERF, 0x407ad444, 0x3f7fffff },
    { ERF, 0x407ad445, 0x3f800000 }, { SIN, 0x00000001, 0x00000001 },
    { COS, 0x00000001, 0x3f800000 }, { SIN, 0x497fffff, 0x3e8ab32c },
    { COS, 0x497fffff, 0x3f766d7a }, { SIN, 0x49800000, 0x3ea93666 },
    { COS, 0x49800000, 0x3f719d6d }, { SIN, 0x49800001, 0x3ee42388 },
    { COS, 0x49800001, 0x3f652e79 }, { SIN, 0x7f7fffff, 0xbf0599b3 },
    { COS, 0x7f7fffff, 0x3f5a5f96 }, { SIN, 0xff7fffff, 0x3f0599b3 },
    { COS, 0xff7fffff, 0x3f5a5f96 }, { COS, 0x39800000, 0x3f800000 },
    { COS, 0x39800001, 0x3f7fffff }
  };
  check_known (table, LENGTH (table));
}

/* --- Arrays --- */

/* Every length across a block, with y = x, and nothing written beyond.  */
Test (elementary, rests_and_in_place)
{
  enum { MOST = 300 };
  const struct tc_kernels *kernels;
  for (size_t t = 0; (kernels = tc_kernels_at (t)) != NULL; t++)
    for (int k = 0; k < N_FUNCTIONS; k++)
      for (size_t n = 0; n <= MOST; n = n < 40 ? n + 1 : n + 13)
        {
          float x[MOST + 1], y[MOST + 1];
          for (size_t i = 0; i <= MOST; i++)
            x[i] = y[i] = 0.01f + 0.02f * (float) i;
          apply (kernels, k, n, y, y);
          for (size_t i = 0; i < n; i++)
            assert_bits (kernels->name, x[i], y[i], functions[k].ours (x[i]));
          assert_bits ("beyond the end", x[n], y[n], x[n]);
        }
}

/* A hard argument makes its block be computed twice; the others must not
   notice, even in place.  */
Test (elementary, hard_block_in_place)
{
  const struct tc_kernels *kernels;
  for (size_t t = 0; (kernels = tc_kernels_at (t)) != NULL; t++)
    {
      float x[200], s[200], c[200];
      for (size_t i = 0; i < 200; i++)
        x[i] = s[i] = 0.5f + (float) i;
      x[150] = s[150] = 1e30f;
      x[3] = s[3] = 0.0f;
      kernels->elementary->sincos (200, s, s, c);
      for (size_t i = 0; i < 200; i++)
        {
          assert_bits (kernels->name, x[i], s[i], tc_sin (x[i]));
          assert_bits (kernels->name, x[i], c[i], tc_cos (x[i]));
        }
      memcpy (s, x, sizeof s);
      kernels->elementary->log (200, s, s);
      for (size_t i = 0; i < 200; i++)
        assert_bits (kernels->name, x[i], s[i], tc_log (x[i]));
    }
}

/* Any number of threads, several pieces and a rest.  */
Test (elementary, threads_do_not_matter)
{
  enum { N = 100003 };
  typedef void array_function (struct tc_compute *, size_t, const float *, float *);
  array_function *const arrays[] = { tc_exp_array, tc_log_array, tc_tanh_array, tc_erf_array };
  float *x = malloc (N * sizeof *x), *y = malloc (N * sizeof *y), *z = malloc (N * sizeof *z);
  for (size_t i = 0; i < N; i++)
    x[i] = sample (i);
  for (int threads = 1; threads <= 3; threads++)
    {
      struct tc_compute *compute;
      cr_assert_eq (tc_compute_alloc (&compute, NULL, threads, NULL), TC_OK);
      for (size_t k = 0; k < LENGTH (arrays); k++)
        {
          arrays[k] (compute, N, x, y);
          for (size_t i = 0; i < N; i++)
            assert_bits (functions[k].name, x[i], y[i], functions[k].ours (x[i]));
        }
      tc_sincos_array (compute, N, x, y, z);
      for (size_t i = 0; i < N; i++)
        {
          assert_bits ("sin", x[i], y[i], tc_sin (x[i]));
          assert_bits ("cos", x[i], z[i], tc_cos (x[i]));
        }
      tc_compute_free (compute);
    }
  free (x);
  free (y);
  free (z);
}
