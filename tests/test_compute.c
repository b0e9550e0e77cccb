/* The compute context: who may compute, and the self-test that says no.  */

#include "numerics/compute.h"
#include "numerics/kernels.h"
#include "numerics/selftest.h"

#include <criterion/criterion.h>
#include <ctype.h>
#include <fenv.h>
#include <string.h>
#include <time.h>

#if defined __x86_64__
# include <xmmintrin.h>
#endif

Test (compute, unknown_instruction_set)
{
  static const char *const names[] = { "sse9", "", "AVX2", "avx" };
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    {
      struct tc_compute *compute;
      struct tc_error err;
      cr_assert_eq (tc_compute_alloc (&compute, names[i], 1, &err), TC_EINVAL);
      cr_assert_null (compute);
      cr_assert_eq (err.status, TC_EINVAL);
      cr_assert_not_null (strstr (err.message, names[i]));
      cr_assert_not_null (strstr (err.message, "portable"), "%s", err.message);
    }
}

Test (compute, impossible_threads)
{
  static const int threads[] = { -1, 1 << 20 };
  for (size_t i = 0; i < sizeof threads / sizeof *threads; i++)
    {
      struct tc_compute *compute;
      struct tc_error err;
      cr_assert_eq (tc_compute_alloc (&compute, NULL, threads[i], &err), TC_EINVAL);
      cr_assert_not_null (strstr (err.message, "threads"));
    }
}

/* Every set this CPU has passes the self-test under its own name, with any
   number of threads; NULL takes the first.  */
Test (compute, every_instruction_set)
{
  static const int threads[] = { 1, 2, 7 };
  const struct tc_kernels *kernels;
  bool portable = false;
  struct tc_compute *compute;
  struct tc_error err = { 0 };
  for (size_t i = 0; (kernels = tc_kernels_at (i)) != NULL; i++)
    for (size_t t = 0; t < sizeof threads / sizeof *threads; t++)
      {
        portable |= strcmp (kernels->name, "portable") == 0;
        cr_assert_eq (tc_compute_alloc (&compute, kernels->name, threads[t], &err), TC_OK,
                      "%s", err.message);
        cr_assert_str_eq (tc_compute_isa (compute), kernels->name);
        cr_assert_eq (tc_compute_threads (compute), threads[t]);
        cr_assert_eq (tc_compute_kernels (compute), kernels);
        tc_compute_free (compute);
      }
  cr_assert (portable);

  cr_assert_eq (tc_compute_alloc (&compute, NULL, 0, NULL), TC_OK);
  cr_assert_str_eq (tc_compute_isa (compute), tc_kernels_at (0)->name);
  cr_assert_geq (tc_compute_threads (compute), 1);
  tc_compute_free (compute);
  tc_compute_free (NULL);
}

static void
expect_refusal (const char *reason)
{
  const struct tc_kernels *kernels;
  for (size_t i = 0; (kernels = tc_kernels_at (i)) != NULL; i++)
    {
      struct tc_compute *compute;
      struct tc_error err;
      cr_assert_eq (tc_compute_alloc (&compute, kernels->name, 1, &err), TC_EPLATFORM,
                    "%s kernels", kernels->name);
      cr_assert_null (compute);
      cr_assert_not_null (strstr (err.message, reason), "%s", err.message);
    }
}

Test (compute, wrong_rounding_is_refused)
{
  static const int modes[] = { FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO };
  for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
    {
      fesetround (modes[i]);
      expect_refusal ("round");
    }
  fesetround (FE_TONEAREST);
}

#if defined __x86_64__
Test (compute, flushing_is_refused)
{
  const unsigned int flush_results = 0x8000, flush_inputs = 0x0040;
  unsigned int usual = _mm_getcsr ();
  _mm_setcsr (usual | flush_results);
  expect_refusal ("flush");
  _mm_setcsr (usual | flush_inputs);
  expect_refusal ("denormal");
  _mm_setcsr (usual);
}
#endif

Test (compute, self_test_is_quick)
{
  struct tc_compute *compute;
  struct timespec start, end;
  cr_assert_eq (tc_compute_alloc (&compute, NULL, 2, NULL), TC_OK);
  double best = 1;
  for (int i = 0; i < 20; i++)
    {
      clock_gettime (CLOCK_MONOTONIC, &start);
      cr_assert_eq (tc_selftest (compute, NULL), TC_OK);
      clock_gettime (CLOCK_MONOTONIC, &end);
      double seconds = end.tv_sec - start.tv_sec + 1e-9 * (end.tv_nsec - start.tv_nsec);
      best = seconds < best ? seconds : best;
    }
  cr_assert_lt (best, 0.05);
  tc_compute_free (compute);
}

Test (compute, numerics_id)
{
  const char *id = tc_numerics_id ();
  cr_assert_eq (strlen (id), 20);
  cr_assert_eq (strncmp (id, "tc1-", 4), 0);
  for (const char *c = id + 4; *c != '\0'; c++)
    cr_assert (isxdigit ((unsigned char) *c) && !isupper ((unsigned char) *c));
}
