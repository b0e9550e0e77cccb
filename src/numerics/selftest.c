#include "numerics/selftest.h"

#include "numerics/crew.h"
#include "numerics/elementary.h"
#include "numerics/kernels.h"
#include "numerics/matmul.h"
#include "numerics/matmul_plan.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* What the digests below must be; the failing self-test prints the new ones when
   the arithmetic changes on purpose.  Hexadecimal, eight digits, without 0x. */
#define PRODUCTS_DIGEST 3a8167ed
#define FUNCTIONS_DIGEST 1e95ee4e

#define STRING2(x) #x
#define STRING(x) STRING2 (x)
#define HEX2(x) 0x##x
#define HEX(x) HEX2 (x)

const char *
tc_numerics_id (void)
{
  return "tc1-" STRING (PRODUCTS_DIGEST) STRING (FUNCTIONS_DIGEST);
}

/* --- Every thread --- */

enum thread_fault { NO_FAULT, ROUNDING, FLUSHED_RESULT, FLUSHED_INPUT, FMA };

static const char *
fault_name (enum thread_fault fault)
{
  switch (fault)
    {
    case ROUNDING:
      return "does not round to nearest, ties to even";
    case FLUSHED_RESULT:
      return "flushes denormal results to zero";
    case FLUSHED_INPUT:
      return "reads denormal inputs as zero";
    default:
      return "rounds a fused multiply-add twice";
    }
}

static float
one_fma (struct tc_compute *compute, int thread, float a, float b, float c)
{
  tc_real x = a, y = b, z = c;
  struct tc_product product =
    {
      .m = 1, .n = 1, .k = 1, .a = &x, .a_row = 1, .a_step = 1,
      .b = &y, .b_step = 1, .b_col = 1,
      .start = TC_FROM_OUTPUT, .c = &z, .c_row = 1, .count = 1
    };
  tc_compute_kernels (compute)->matmul->run (&product, tc_compute_scratch (compute, thread));
  return (float) z;
}

/* Both vectors are rounded wrongly by the fmaf of several C libraries
   (openlibm issue 357, dotnet/runtime issue 98704).  */
static enum thread_fault
find_fault (struct tc_compute *compute, int thread)
{
  volatile float one = 1, half_ulp = 0x1p-24f, more = 0x1.8p-24f;
  volatile float tiny = 0x1p-100f, small = 0x1p-40f, denormal = 0x1p-140f, large = 0x1p60f;
  volatile double tiny64 = 0x1p-1000, small64 = 0x1p-60;
  if (one + half_ulp != 1 || one + more != 1 + 0x1p-23f || -one - more != -1 - 0x1p-23f)
    return ROUNDING;
  if (tiny * small != denormal || denormal == 0 || tiny64 * small64 != 0x1p-1060)
    return FLUSHED_RESULT;
  if (denormal * large != 0x1p-80f)
    return FLUSHED_INPUT;
  if (sizeof (tc_real) == sizeof (float)
      && (one_fma (compute, thread, 0.9474001f, 4.639901e-7f, -0.24325085f)
          != -0x1.f22d46p-3f
          || one_fma (compute, thread, -1.9369631e13f, 2.1513551e-7f, -1.7354427e-24f)
             != -4167095.75f))
    return FMA;
  return NO_FAULT;
}

struct thread_test
{
  struct tc_compute *compute;
  enum thread_fault *found;     /* [n_threads] */
};

static void
test_thread (const void *args, size_t part, int thread)
{
  const struct thread_test *test = args;
  (void) part;
  test->found[thread] = find_fault (test->compute, thread);
}

static enum tc_status
test_threads (struct tc_compute *compute, struct tc_error *err)
{
  const int n_threads = tc_compute_threads (compute);
  const struct thread_test test = { compute, calloc ((size_t) n_threads,
                                                     sizeof *test.found) };
  if (test.found == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for the self-test");
  tc_crew_run (tc_compute_crew (compute), (size_t) n_threads, test_thread, &test);
  enum tc_status status = TC_OK;
  for (int i = 0; i < n_threads && status == TC_OK; i++)
    if (test.found[i] != NO_FAULT)
      status = tc_fail (err, TC_EPLATFORM,
                        "the arithmetic of this process breaks the contract: thread %d of "
                        "%d (%s kernels) %s", i + 1, n_threads, tc_compute_isa (compute),
                        fault_name (test.found[i]));
  free (test.found);
  return status;
}

/* --- The kernels --- */

#ifndef TC_REAL_DOUBLE

/* FNV-1a over 32-bit words (Fowler, Noll and Vo), folded to 32 bits.  */
static uint64_t
digest_add (uint64_t digest, const void *data, size_t n_words)
{
  const unsigned char *bytes = data;
  for (size_t i = 0; i < n_words; i++)
    {
      uint32_t word;
      memcpy (&word, bytes + 4 * i, sizeof word);
      digest = (digest ^ word) * 0x100000001b3;
    }
  return digest;
}

static const uint64_t digest_start = 0xcbf29ce484222325;

static uint32_t
digest_end (uint64_t digest)
{
  return (uint32_t) (digest ^ digest >> 32);
}

static uint32_t
draw (uint64_t *state)
{
  *state = *state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t) (*state >> 32);
}

/* Numbers between 2^-8 and 2^8 of either sign.  */
static void
fill (uint64_t *state, size_t n, float *x)
{
  for (size_t i = 0; i < n; i++)
    {
      uint32_t bits = draw (state);
      bits = (bits & 0x807fffff) | (119 + bits % 17) << 23;
      memcpy (x + i, &bits, sizeof bits);
    }
}

enum { M = 13, N = 37, K = 270 };

static uint32_t
digest_products (struct tc_compute *compute)
{
  float a[M * K], b[K * N], c[M * N];
  uint64_t state = 20240229, digest = digest_start;
  fill (&state, M * K, a);
  fill (&state, K * N, b);
  fill (&state, M * N, c);
  struct tc_mat a_normal = { a, M, K, K }, a_turned = { a, K, M, M };
  struct tc_mat b_normal = { b, K, N, N }, b_turned = { b, N, K, K };
  tc_matmul (compute, TC_NORMAL, a_normal, TC_NORMAL, b_normal, TC_FROM_OUTPUT, NULL, c, N);
  digest = digest_add (digest, c, M * N);
  tc_matmul (compute, TC_NORMAL, a_normal, TC_TRANSPOSED, b_turned, TC_FROM_BIAS, a, c, N);
  digest = digest_add (digest, c, M * N);
  tc_matmul (compute, TC_TRANSPOSED, a_turned, TC_NORMAL, b_normal, TC_FROM_ZERO, NULL, c, N);
  return digest_end (digest_add (digest, c, M * N));
}

enum { SAMPLES = 256 };

/* Any bit patterns, and as many numbers of everyday size.  */
static uint32_t
digest_functions (struct tc_compute *compute)
{
  float x[SAMPLES], y[SAMPLES], z[SAMPLES];
  uint64_t state = 19870628, digest = digest_start;
  for (size_t i = 0; i < SAMPLES / 2; i++)
    {
      uint32_t bits = draw (&state);
      memcpy (x + i, &bits, sizeof bits);
    }
  fill (&state, SAMPLES / 2, x + SAMPLES / 2);

  tc_exp_array (compute, SAMPLES, x, y);
  digest = digest_add (digest, y, SAMPLES);
  tc_log_array (compute, SAMPLES, x, y);
  digest = digest_add (digest, y, SAMPLES);
  tc_tanh_array (compute, SAMPLES, x, y);
  digest = digest_add (digest, y, SAMPLES);
  tc_erf_array (compute, SAMPLES, x, y);
  digest = digest_add (digest, y, SAMPLES);
  tc_sincos_array (compute, SAMPLES, x, y, z);
  digest = digest_add (digest, y, SAMPLES);
  digest = digest_add (digest, z, SAMPLES);
  for (size_t i = SAMPLES / 2; i < SAMPLES; i++)
    {
      double t = 1.1 * x[i];
      double value[] = { tc_exp64 (t), tc_log64 (t < 0 ? -t : t), tc_tanh64 (t), tc_erf64 (t) };
      uint64_t bits[4];
      memcpy (bits, value, sizeof bits);
      for (int j = 0; j < 4; j++)
        {
          uint32_t words[] = { (uint32_t) bits[j], (uint32_t) (bits[j] >> 32) };
          digest = digest_add (digest, words, 2);
        }
    }
  return digest_end (digest);
}

static enum tc_status
compare_digest (struct tc_compute *compute, const char *what, uint32_t got,
                uint32_t expected, struct tc_error *err)
{
  if (got == expected)
    return TC_OK;
  return tc_fail (err, TC_EPLATFORM,
                  "the %s kernels break the arithmetic contract on this machine: digest of "
                  "%s %08x, expected %08x (TC_KERNELS=portable may work)",
                  tc_compute_isa (compute), what, got, expected);
}

static enum tc_status
test_kernels (struct tc_compute *compute, struct tc_error *err)
{
  enum tc_status status = compare_digest (compute, "matrix products",
                                          digest_products (compute),
                                          HEX (PRODUCTS_DIGEST), err);
  if (status == TC_OK)
    status = compare_digest (compute, "elementary functions", digest_functions (compute),
                             HEX (FUNCTIONS_DIGEST), err);
  return status;
}

#else

/* Digests are those of the float build.  */
static enum tc_status
test_kernels (struct tc_compute *compute, struct tc_error *err)
{
  (void) compute;
  (void) err;
  return TC_OK;
}

#endif

enum tc_status
tc_selftest (struct tc_compute *compute, struct tc_error *err)
{
  enum tc_status status = test_threads (compute, err);
  return status == TC_OK ? test_kernels (compute, err) : status;
}
