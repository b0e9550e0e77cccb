/* The loss head against PyTorch in float64 (tests/golden/make_optimizer.py) and
   against itself on other threads.  */

#include "numerics/elementary.h"
#include "numerics/vector.h"
#include "training/loss.h"

#include "golden/stream.h"
#include "golden/training_golden.h"

#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 6, CLASSES = 37 };

static const int32_t target[ROWS] = { 3, 0, 36, 17, 5, 20 };

static struct tc_compute *
compute_with (int threads)
{
  struct tc_compute *compute;
  struct tc_error err;
  cr_assert_eq (tc_compute_alloc (&compute, NULL, threads, &err), TC_OK);
  return compute;
}

static void
make_logits (float *logits, const float **rows)
{
  static const double scale[ROWS] = { 1, 5, 20, 80, 1e-3, 300 };
  uint64_t state = 7;
  for (int i = 0; i < ROWS; i++)
    {
      stream_fill (&state, CLASSES, scale[i], logits + i * CLASSES);
      rows[i] = logits + i * CLASSES;
    }
  logits[2 * CLASSES + 36] = 60.0f;
}

Test (loss, equals_pytorch)
{
  float logits[ROWS * CLASSES], dlogits[ROWS * CLASSES];
  const float *rows[ROWS];
  double nll[ROWS];
  struct tc_compute *compute = compute_with (1);
  make_logits (logits, rows);
  tc_cross_entropy (compute, ROWS, CLASSES, rows, target, 1.0 / ROWS, nll, dlogits);
  for (int i = 0; i < ROWS; i++)
    cr_assert (fabs (nll[i] - golden_nll[i]) <= 4 * DBL_EPSILON * fabs (golden_nll[i]),
               "row %d: %a instead of %a", i, nll[i], golden_nll[i]);
  for (int i = 0; i < ROWS * CLASSES; i++)
    {
      float expected;
      memcpy (&expected, &golden_dlogits[i], sizeof expected);
      /* Rounded once from doubles that agree to an ulp or two.  */
      cr_assert (dlogits[i] == expected || fabsf (dlogits[i] - expected)
                 <= FLT_EPSILON * fabsf (expected), "element %d: %a instead of %a", i,
                 dlogits[i], expected);
    }
  tc_compute_free (compute);
}

Test (loss, uniform_logits_cost_the_logarithm_of_the_classes)
{
  float logits[10];
  const float *rows[1] = { logits };
  double nll;
  struct tc_compute *compute = compute_with (1);
  int32_t answer = 4;
  for (int i = 0; i < 10; i++)
    logits[i] = 123.25f;
  tc_cross_entropy (compute, 1, 10, rows, &answer, 1.0, &nll, NULL);
  cr_assert_float_eq (nll, log (10), 1e-15);
  tc_compute_free (compute);
}

Test (loss, extreme_logits_stay_finite)
{
  float logits[3] = { FLT_MAX, -FLT_MAX, 0.0f }, dlogits[3];
  const float *rows[1] = { logits };
  double nll;
  struct tc_compute *compute = compute_with (1);
  int32_t answer = 0;
  tc_cross_entropy (compute, 1, 3, rows, &answer, 1.0, &nll, dlogits);
  cr_assert_eq (nll, 0.0);
  answer = 1;
  tc_cross_entropy (compute, 1, 3, rows, &answer, 1.0, &nll, dlogits);
  cr_assert_eq (nll, 2.0 * (double) FLT_MAX);
  cr_assert_eq (dlogits[0], 1.0f);
  cr_assert_eq (dlogits[1], -1.0f);
  tc_compute_free (compute);
}

Test (loss, not_a_number_gives_one)
{
  float logits[3] = { 1.0f, NAN, 0.0f };
  const float *rows[1] = { logits };
  double nll;
  struct tc_compute *compute = compute_with (1);
  int32_t answer = 0;
  tc_cross_entropy (compute, 1, 3, rows, &answer, 1.0, &nll, NULL);
  cr_assert (isnan (nll));
  tc_compute_free (compute);
}

/* Enough rows that threads are used: same bits with one and with three, and the
   gradient of a row sums to zero.  */
Test (loss, threads_do_not_matter)
{
  enum { N = 1000, D = 65 };
  float *logits = malloc (N * D * sizeof *logits);
  float *dlogits[2] = { malloc (N * D * sizeof (float)), malloc (N * D * sizeof (float)) };
  const float **rows = malloc (N * sizeof *rows);
  int32_t *answer = malloc (N * sizeof *answer);
  double *nll[2] = { malloc (N * sizeof (double)), malloc (N * sizeof (double)) };
  uint64_t state = 99;
  stream_fill (&state, N * D, 10.0, logits);
  for (int i = 0; i < N; i++)
    {
      rows[i] = logits + i * D;
      answer[i] = (i * 7) % D;
    }
  for (int k = 0; k < 2; k++)
    {
      struct tc_compute *compute = compute_with (k == 0 ? 1 : 3);
      tc_cross_entropy (compute, N, D, rows, answer, 0.25, nll[k], dlogits[k]);
      tc_compute_free (compute);
    }
  cr_assert_eq (memcmp (nll[0], nll[1], N * sizeof (double)), 0);
  cr_assert_eq (memcmp (dlogits[0], dlogits[1], N * D * sizeof (float)), 0);
  for (int i = 0; i < N; i++)
    {
      double sum = 0.0;
      for (int j = 0; j < D; j++)
        sum += (double) dlogits[0][i * D + j];
      cr_assert_float_eq (sum, 0.0, 1e-6);
    }
  free (logits);
  free (dlogits[0]);
  free (dlogits[1]);
  free (rows);
  free (answer);
  free (nll[0]);
  free (nll[1]);
}

/* More classes than are held at a time: the chunks join up.  */
Test (loss, many_classes)
{
  enum { D = 1300 };
  static float logits[D], dlogits[D];
  const float *rows[1] = { logits };
  double nll, sum = 0.0;
  int32_t answer = 700;
  uint64_t state = 4;
  struct tc_compute *compute = compute_with (1);
  stream_fill (&state, D, 6.0, logits);
  tc_cross_entropy (compute, 1, D, rows, &answer, 2.0, &nll, dlogits);
  for (int i = 0; i < D; i++)
    sum += exp ((double) logits[i]);
  cr_assert_float_eq (nll, log (sum) - (double) logits[answer], 1e-13);
  for (int i = 0; i < D; i++)
    {
      double p = exp ((double) logits[i]) / sum - (i == answer);
      cr_assert (fabs (dlogits[i] - 2.0 * p) <= 1e-7 * fabs (2.0 * p), "class %d", i);
    }
  tc_compute_free (compute);
}

/* Bit for bit by the definition: class i goes to lane i mod 16.  The sums are
   near 2, where the logarithm shows an ulp.  */
Test (loss, classes_take_lanes_in_index_order)
{
  enum { D = 1300 };
  static float logits[D];
  const float *rows[1] = { logits };
  int32_t answer = 0;
  uint64_t state = 6;
  struct tc_compute *compute = compute_with (1);
  for (int trial = 0; trial < 20; trial++)
    {
      double lane[TC_LANES] = { 0.0 }, total = 0.0, nll;
      stream_fill (&state, D, 1.0, logits);
      logits[0] = 7.0f;
      for (int i = 0; i < D; i++)
        lane[i % TC_LANES] += tc_exp64 ((double) logits[i] - 7.0);
      for (int l = 0; l < TC_LANES; l++)
        total += lane[l];
      tc_cross_entropy (compute, 1, D, rows, &answer, 1.0, &nll, NULL);
      cr_assert (nll == tc_log64 (total), "%a instead of %a", nll, tc_log64 (total));
    }
  tc_compute_free (compute);
}

Test (loss, accuracy_counts_targets_and_sequences)
{
  /* Sequence 0 all right, 2 half, 5 wrong; a tie goes to the first class.  */
  static const float logits[5][3] = { { 0, 1, 0 }, { 2, 1, 0 }, { 1, 1, 0 }, { 0, 0, 9 },
                                      { 1, 0, 0 } };
  static const int32_t seq[5] = { 0, 0, 2, 2, 5 }, answer[5] = { 1, 0, 0, 1, 2 };
  const float *rows[5];
  struct tc_batch batch = { .n_seq = 6, .n_targets = 5, .target_seq = seq, .target = answer };
  double per_target, per_sequence;
  for (int i = 0; i < 5; i++)
    rows[i] = logits[i];
  tc_accuracy (&batch, 3, rows, &per_target, &per_sequence);
  cr_assert_eq (per_target, 3.0 / 5.0);
  cr_assert_eq (per_sequence, 1.0 / 3.0);
  batch.n_targets = 0;
  tc_accuracy (&batch, 3, rows, &per_target, &per_sequence);
  cr_assert (isnan (per_target) && isnan (per_sequence));
}

Test (loss, sum_takes_lanes_in_index_order)
{
  /* 16 lanes: 1e16 and the 17th value meet in lane 0, where 1 is lost.  */
  double x[33] = { 0.0 };
  x[0] = 1e16;
  x[16] = 1.0;
  x[1] = 2.0;
  cr_assert_eq (tc_sum (33, x), 1e16 + 2.0);
  cr_assert_eq (tc_sum (0, x), 0.0);
}
