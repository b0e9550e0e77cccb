/* The compute context: instruction sets by name, and a self-test that refuses a
   machine or a process which breaks the arithmetic contract.  */

#include "numerics/compute.h"
#include "numerics/kernels.h"
#include "numerics/selftest.h"

#include <criterion/criterion.h>
#include <fenv.h>
#include <string.h>

#ifdef __SSE__
# include <xmmintrin.h>
#endif

Test (compute, every_instruction_set_passes_the_self_test)
{
  const struct tc_kernels *kernels;
  size_t n = 0;
  for (; (kernels = tc_kernels_at (n)) != NULL; n++)
    for (int threads = 1; threads <= 3; threads++)
      {
        struct tc_compute *compute;
        struct tc_error err;
        cr_assert_eq (tc_compute_alloc (&compute, kernels->name, threads, &err), TC_OK, "%s",
                      err.message);
        cr_assert_str_eq (tc_compute_isa (compute), kernels->name);
        cr_assert_eq (tc_compute_threads (compute), threads);
        tc_compute_free (compute);
      }
  cr_assert_geq (n, 1);
}

Test (compute, an_unknown_instruction_set_is_misuse_and_names_the_known)
{
  struct tc_compute *compute;
  struct tc_error err;
  cr_assert_eq (tc_compute_alloc (&compute, "sse9", 1, &err), TC_EINVAL);
  cr_assert (strstr (err.message, "sse9") != NULL && strstr (err.message, "portable") != NULL,
             "%s", err.message);
  cr_assert_eq (tc_exit_status (err.status), 2);
}

Test (compute, a_negative_number_of_threads_is_misuse)
{
  struct tc_compute *compute;
  struct tc_error err;
  cr_assert_eq (tc_compute_alloc (&compute, NULL, -1, &err), TC_EINVAL);
}

Test (compute, another_rounding_mode_is_refused)
{
  static const int modes[] = { FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO };
  for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
    {
      struct tc_compute *compute;
      struct tc_error err;
      fesetround (modes[i]);
      enum tc_status status = tc_compute_alloc (&compute, NULL, 1, &err);
      fesetround (FE_TONEAREST);
      cr_assert_eq (status, TC_EPLATFORM, "mode %d was accepted", modes[i]);
      cr_assert (strstr (err.message, "round") != NULL, "%s", err.message);
      cr_assert_eq (tc_exit_status (status), 1);
    }
}

#ifdef __SSE__
Test (compute, flushed_denormals_are_refused)
{
  static const unsigned bits[] = { 0x8000 /* results */, 0x0040 /* operands */ };
  for (size_t i = 0; i < sizeof bits / sizeof *bits; i++)
    {
      struct tc_compute *compute;
      struct tc_error err;
      unsigned before = _mm_getcsr ();
      _mm_setcsr (before | bits[i]);
      enum tc_status status = tc_compute_alloc (&compute, NULL, 2, &err);
      _mm_setcsr (before);
      cr_assert_eq (status, TC_EPLATFORM, "bit %#x was accepted", bits[i]);
      cr_assert (strstr (err.message, "denormal") != NULL, "%s", err.message);
    }
}
#endif

Test (compute, the_numerics_id_names_a_digest)
{
  cr_assert_eq (strlen (tc_numerics_id ()), strlen ("tc1-") + 16);
  cr_assert_eq (strspn (tc_numerics_id () + 4, "0123456789abcdef"), 16);
}
