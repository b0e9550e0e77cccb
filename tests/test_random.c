/* Random streams against vectors drawn with PyTorch, NumPy, Python and the
   authors' mt19937ar.c.  tests/golden/compare_random.py compares millions of
   draws with the live libraries.  */

#include "numerics/random.h"

#include <criterion/criterion.h>
#include <gsl/gsl_rng.h>
#include <stdlib.h>
#include <string.h>

#define LENGTH(array) (sizeof array / sizeof *array)

static uint32_t
bits_of (float x)
{
  uint32_t bits;
  memcpy (&bits, &x, sizeof bits);
  return bits;
}

static void
expect_floats (const float *x, const uint32_t *bits, size_t n)
{
  for (size_t i = 0; i < n; i++)
    cr_expect (bits_of (x[i]) == bits[i], "value %zu is %08x, expected %08x", i,
               bits_of (x[i]), bits[i]);
}

static void
expect_ints (const int32_t *x, const int32_t *expected, size_t n)
{
  for (size_t i = 0; i < n; i++)
    cr_expect (x[i] == expected[i], "value %zu is %d, expected %d", i, x[i],
               expected[i]);
}

static void
expect_longs (const int64_t *x, const int64_t *expected, size_t n)
{
  for (size_t i = 0; i < n; i++)
    cr_expect (x[i] == expected[i], "value %zu is %lld, expected %lld", i,
               (long long) x[i], (long long) expected[i]);
}

/* FNV-1a over bytes: a long stream as one number.  */
static uint64_t
digest (const void *data, size_t n)
{
  const unsigned char *byte = data;
  uint64_t hash = UINT64_C (0xcbf29ce484222325);
  for (size_t i = 0; i < n; i++)
    hash = (hash ^ byte[i]) * UINT64_C (0x100000001b3);
  return hash;
}

/* --- The generator --- */

/* GSL's mt19937 is the oracle; its seed 0 means 4357.  */
Test (mt19937, equals_gsl)
{
  const unsigned long seeds[] = { 1, 42, 4357, 123456789, 4294967295 };
  gsl_rng *gsl = gsl_rng_alloc (gsl_rng_mt19937);
  for (size_t s = 0; s < LENGTH (seeds); s++)
    {
      struct tc_mt19937 mt;
      tc_mt_seed (&mt, (uint32_t) seeds[s]);
      gsl_rng_set (gsl, seeds[s]);
      for (int i = 0; i < 5000; i++)
        cr_assert_eq (tc_mt_next (&mt), gsl_rng_get (gsl),
                      "seed %lu, draw %d", seeds[s], i);
    }
  gsl_rng_free (gsl);
}

Test (mt19937, seed_0_is_0)
{
  struct tc_mt19937 mt;
  tc_mt_seed (&mt, 0);
  cr_expect_eq (tc_mt_next (&mt), 2357136044u);
}

/* The first lines of mt19937ar.out.  */
Test (mt19937, array_seed)
{
  const uint32_t key[] = { 0x123, 0x234, 0x345, 0x456 };
  const uint32_t expected[] = { 1067595299, 955945823, 477289528, 4107218783,
                                4228976476, 3344332714, 3355579695, 227628506 };
  struct tc_mt19937 mt;
  tc_mt_seed_array (&mt, key, LENGTH (key));
  for (size_t i = 0; i < LENGTH (expected); i++)
    cr_expect_eq (tc_mt_next (&mt), expected[i]);
}

Test (mt19937, copy_continues)
{
  struct tc_mt19937 mt, copy;
  tc_mt_seed (&mt, 7);
  for (int i = 0; i < 700; i++)
    tc_mt_next (&mt);
  copy = mt;
  for (int i = 0; i < 2000; i++)
    cr_assert_eq (tc_mt_next (&mt), tc_mt_next (&copy));
}

/* --- PyTorch, seed 42 --- */

static struct tc_torch_rng
torch_42 (void)
{
  struct tc_torch_rng rng;
  tc_torch_seed (&rng, 42);
  return rng;
}

Test (torch, rand)
{
  const uint32_t expected[] = { 0x3f61dc66, 0x3f6a3db3, 0x3ec406b8, 0x3f75950e };
  struct tc_torch_rng rng = torch_42 ();
  float x[4];
  tc_torch_rand (&rng, 4, x);
  expect_floats (x, expected, 4);
}

Test (torch, randn_16)
{
  const uint32_t expected[] = { 0x3ff6a529, 0x3fbe5f53, 0x3f669567, 0xc006c0db };
  struct tc_torch_rng rng = torch_42 ();
  float x[16];
  tc_torch_randn (&rng, 16, x);
  expect_floats (x, expected, 4);
}

Test (torch, randn_20_draws_the_last_block_again)
{
  const uint32_t expected[] = { 0xbe9e9482, 0xbeca9a91, 0x3f4dac3c, 0xbf1f20e0 };
  struct tc_torch_rng rng = torch_42 ();
  float x[20];
  tc_torch_randn (&rng, 20, x);
  expect_floats (x + 16, expected, 4);
}

Test (torch, randn_3)
{
  const uint32_t expected[] = { 0x3eac62ae, 0x3e03e69d, 0x3e7016e7 };
  struct tc_torch_rng rng = torch_42 ();
  float x[3];
  tc_torch_randn (&rng, 3, x);
  expect_floats (x, expected, 3);
}

Test (torch, uniform)
{
  const uint32_t expected[] = { 0x3d9c93d7, 0x3da9fc52, 0xbcbfea80, 0x3dbc21b0 };
  struct tc_torch_rng rng = torch_42 ();
  float x[4];
  tc_torch_uniform (&rng, 4, -0.1, 0.1, x);
  expect_floats (x, expected, 4);
}

/* 5 + u ulp often rounds to the excluded end.  */
Test (torch, uniform_excludes_its_end)
{
  struct tc_torch_rng rng = torch_42 ();
  float x[1000];
  tc_torch_uniform (&rng, 1000, 5.0, 5.000001, x);
  for (int i = 0; i < 1000; i++)
    cr_expect_lt (x[i], 5.000001f);
}

Test (torch, randint)
{
  const int32_t expected[] = { 52, 104, 10, 18, 71, 19, 9, 29 };
  struct tc_torch_rng rng = torch_42 ();
  int32_t x[8];
  tc_torch_randint (&rng, 0, 113, 8, x);
  expect_ints (x, expected, 8);
}

Test (torch, randperm)
{
  const int32_t expected[] = { 2, 6, 1, 8, 4, 5, 0, 9, 3, 7 };
  struct tc_torch_rng rng = torch_42 ();
  int32_t x[10];
  tc_torch_randperm (&rng, 10, x);
  expect_ints (x, expected, 10);
}

Test (torch, seed_counts_modulo_2_to_32)
{
  struct tc_torch_rng a, b;
  tc_torch_seed (&a, UINT64_C (4294967301));
  tc_torch_seed (&b, 5);
  cr_expect_eq (tc_torch_random64 (&a), tc_torch_random64 (&b));
}

/* Ranges from 2^28 take two draws.  Values from PyTorch 2.13.  */
Test (torch, randint_wide)
{
  const int32_t narrow[] = { 266460267, 199900607, 56755051, 250975504 };
  const int32_t wide[] = { 1273642419, -1359637234, 1201263687, 415968276 };
  const uint64_t widest[] = { 909045637428952499, 537583593393853710,
                              502904847239337031 };
  int32_t x[4];
  struct tc_torch_rng rng = torch_42 ();
  tc_torch_randint (&rng, 0, (1 << 28) - 1, 4, x);
  expect_ints (x, narrow, 4);
  rng = torch_42 ();
  tc_torch_randint (&rng, INT32_MIN, (int64_t) INT32_MAX + 1, 4, x);
  expect_ints (x, wide, 4);
  rng = torch_42 ();
  for (int i = 0; i < 3; i++)
    cr_expect_eq (tc_torch_below (&rng, UINT64_C (1000000000000000000)), widest[i]);
}

/* The value that waits survives a large fill; a new seed forgets it.  */
Test (torch, waiting_normal)
{
  const uint32_t expected[] = { 0x3eac62ae, 0x3e03e69d, 0x3fad2049, 0x3f2fb2cb };
  struct tc_torch_rng rng = torch_42 ();
  float x[20], y[4];
  tc_torch_randn (&rng, 1, y);
  tc_torch_randn (&rng, 20, x);
  tc_torch_randn (&rng, 3, y + 1);
  expect_floats (y, expected, 4);
  tc_torch_randn (&rng, 1, y);
  rng = torch_42 ();
  tc_torch_randn (&rng, 1, y);
  expect_floats (y, expected, 1);
}

/* Mean and scaled value nearly cancel: what is left shows that PyTorch fuses
   them.  */
Test (torch, scalar_normal_is_fused)
{
  const uint32_t expected[] = { 0xa4037f93 };
  struct tc_torch_rng rng;
  float x;
  tc_torch_seed (&rng, 0);
  tc_torch_normal (&rng, 1, -0.5136653694146811, 1.0 / 3.0, &x);
  expect_floats (&x, expected, 1);
}

/* Long streams of every kind in one digest each; from PyTorch 2.13 by
   tests/golden/make_random.py.  */
Test (torch, long_streams)
{
  enum { N = 100003 };
  float *x = malloc (N * sizeof *x);
  int32_t *y = malloc (N * sizeof *y);
  struct tc_torch_rng rng;
  tc_torch_seed (&rng, 6798);
  tc_torch_randn (&rng, N, x);
  cr_expect_eq (digest (x, N * sizeof *x), UINT64_C (0x3dbdb8125712aa4b));
  tc_torch_normal (&rng, N, -3.7, 0.1, x);
  cr_expect_eq (digest (x, N * sizeof *x), UINT64_C (0x8c10c09b77a3d136));
  tc_torch_uniform (&rng, N, -7.3, 1e-3, x);
  cr_expect_eq (digest (x, N * sizeof *x), UINT64_C (0xc094fb522401abd4));
  for (int i = 0; i < N / 15; i++)
    tc_torch_randn (&rng, 15, x + 15 * i);
  cr_expect_eq (digest (x, N / 15 * 15 * sizeof *x), UINT64_C (0x53140a45a3dada9d));
  tc_torch_randint (&rng, -50, 51, N, y);
  cr_expect_eq (digest (y, N * sizeof *y), UINT64_C (0x6d70c87ef8d99abc));
  tc_torch_randperm (&rng, N, y);
  cr_expect_eq (digest (y, N * sizeof *y), UINT64_C (0x1091d2878a105abd));
  free (x);
  free (y);
}

/* --- PyTorch on a GPU --- */

/* Random123's known answer for counter 0 and key 0 begins 6627e8d5.  The values are
   what torch.rand and torch.randn (2, 3, device="cuda") print after manual_seed (0)
   in countless questions and answers.  */
Test (cuda, is_philox)
{
  static const double uniform[] = { 0.3990, 0.5167, 0.0249, 0.9401, 0.9459, 0.7967 };
  static const double normal[] = { -0.9247, -0.4253, -2.6438, 0.1452, -0.1209, -0.5797 };
  struct tc_cuda_rng rng;
  float x[6];
  tc_cuda_seed (&rng, 0);
  tc_cuda_uniform (&rng, 6, 0.0, 1.0, x);
  cr_expect_eq (x[0], (float) 0x6627e8d5 * 0x1p-32f);
  for (int i = 0; i < 6; i++)
    cr_expect_float_eq (x[i], uniform[i], 5e-5, "%d: %g", i, (double) x[i]);
  tc_cuda_seed (&rng, 0);
  tc_cuda_normal (&rng, 6, 0.0, 1.0, x);
  for (int i = 0; i < 6; i++)
    cr_expect_float_eq (x[i], normal[i], 5e-5, "%d: %g", i, (double) x[i]);
}

/* Each fill begins at the next offset, with the first word of its counter.  */
Test (cuda, fills_do_not_overlap)
{
  struct tc_cuda_rng rng;
  float first[100], second[100];
  tc_cuda_seed (&rng, 123);
  tc_cuda_uniform (&rng, 100, -1.0, 1.0, first);
  tc_cuda_uniform (&rng, 100, -1.0, 1.0, second);
  cr_expect_eq (rng.offset, 8);
  for (int i = 0; i < 100; i++)
    {
      cr_expect (first[i] >= -1.0f && first[i] < 1.0f);
      cr_expect (first[i] != second[i]);
    }
}

/* --- NumPy, seed 42 --- */

Test (numpy, permutation)
{
  const int64_t expected[] = { 8, 1, 5, 0, 7, 2, 9, 4, 3, 6 };
  struct tc_mt19937 mt;
  int64_t x[10];
  tc_numpy_seed (&mt, 42);
  tc_numpy_permutation (&mt, 10, x);
  expect_longs (x, expected, 10);
}

Test (numpy, randint)
{
  const int64_t expected[] = { 102, 51, 92, 14, 106, 71, 60, 20 };
  struct tc_mt19937 mt;
  int64_t x[8];
  tc_numpy_seed (&mt, 42);
  tc_numpy_randint (&mt, 0, 113, 8, x);
  expect_longs (x, expected, 8);
}

/* From NumPy 2.4; one possible value draws nothing.  */
Test (numpy, randint_ranges)
{
  const int64_t expected[] = { 0, 5, 5, 3143890026, 670094950, -999209258682727982 };
  const int64_t bounds[][2] = { { 0, 2 }, { 5, 6 }, { -9, 9 }, { 0, 4294967296 },
                                { 0, 4294967297 }, { INT64_MIN, INT64_MAX } };
  struct tc_mt19937 mt;
  int64_t x[LENGTH (bounds)];
  tc_numpy_seed (&mt, 42);
  for (size_t i = 0; i < LENGTH (bounds); i++)
    tc_numpy_randint (&mt, bounds[i][0], bounds[i][1], 1, x + i);
  expect_longs (x, expected, LENGTH (expected));
}

Test (numpy, rand)
{
  const double expected[] = { 0.3745401188473625, 0.9507143064099162,
                              0.7319939418114051 };
  struct tc_mt19937 mt;
  tc_numpy_seed (&mt, 42);
  for (size_t i = 0; i < LENGTH (expected); i++)
    cr_expect (tc_mt_double (&mt) == expected[i]);
}

Test (numpy, shuffle_of_wide_items_moves_them_whole)
{
  enum { SIZE = 100 };
  const unsigned char expected[] = { 8, 1, 5, 0, 7, 2, 9, 4, 3, 6 };
  unsigned char items[10][SIZE];
  struct tc_mt19937 mt;
  for (int i = 0; i < 10; i++)
    memset (items[i], i, SIZE);
  tc_numpy_seed (&mt, 42);
  tc_numpy_shuffle (&mt, 10, SIZE, items);
  for (int i = 0; i < 10; i++)
    for (int j = 0; j < SIZE; j++)
      cr_expect_eq (items[i][j], expected[i]);
}

/* --- Python, seed 42 --- */

Test (python, shuffle)
{
  const int32_t expected[] = { 7, 3, 2, 8, 5, 6, 9, 4, 0, 1 };
  int32_t x[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 };
  struct tc_mt19937 mt;
  tc_python_seed (&mt, 42);
  tc_python_shuffle (&mt, 10, sizeof *x, x);
  expect_ints (x, expected, 10);
}

Test (python, sample_by_set)
{
  const int32_t expected[] = { 81, 14, 3, 94, 35, 31 };
  struct tc_mt19937 mt;
  int32_t x[6];
  tc_python_seed (&mt, 42);
  cr_assert_eq (tc_python_sample (&mt, 100, 6, x, NULL), TC_OK);
  expect_ints (x, expected, 6);
}

/* 85 = 21 + 4^3 is the largest population that keeps a pool for 21 values;
   from Python 3.11.  */
Test (python, sample_from_pool)
{
  const int32_t last[] = { 75, 27, 29, 64, 72, 25, 53, 79 };
  struct tc_mt19937 mt;
  int32_t x[21];
  tc_python_seed (&mt, 42);
  cr_assert_eq (tc_python_sample (&mt, 85, 21, x, NULL), TC_OK);
  expect_ints (x + 13, last, 8);
}

Test (python, random_and_below)
{
  const uint64_t bounds[] = { 1, 2, 113, UINT64_C (1) << 32, 1000000000000000,
                              UINT64_MAX };
  const uint64_t expected[] = { 0, 1, 31, 958682846, 115400344428713,
                                UINT64_C (13662908291426823533) };
  struct tc_mt19937 mt;
  tc_python_seed (&mt, 42);
  cr_expect (tc_mt_double (&mt) == 0.6394267984578837);
  for (size_t i = 0; i < LENGTH (bounds); i++)
    cr_expect_eq (tc_python_below (&mt, bounds[i]), expected[i], "below %zu", i);
}

/* From 2^32 the key has two words.  */
Test (python, wide_seed)
{
  struct tc_mt19937 mt;
  tc_python_seed (&mt, (UINT64_C (1) << 32) + 5);
  cr_expect (tc_mt_double (&mt) == 0.15727238718789782);
  tc_python_seed (&mt, 0);
  cr_expect (tc_mt_double (&mt) == 0.8444218515250481);
}

Test (python, sample_of_too_many_is_refused)
{
  struct tc_mt19937 mt;
  struct tc_error err;
  int32_t x[6];
  tc_python_seed (&mt, 42);
  cr_expect_eq (tc_python_sample (&mt, 5, 6, x, &err), TC_EINVAL);
  cr_expect_str_eq (err.message, "cannot sample 6 distinct values from 5");
}
