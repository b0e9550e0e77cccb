/* Energy by frequency, restricted and excluded logits, and the cosine fit:
   against PyTorch and least squares, and on hand-made models.  */

#include "circuits/fourier2d.h"
#include "circuits/frequency.h"
#include "circuits/logits.h"
#include "circuits/similarity.h"
#include "golden/fourier_golden.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

static struct tc_error error;
#define OK(call) cr_assert_eq ((call), TC_OK, "%s", error.message)

#define NEAR(a, b, tolerance) \
  cr_expect (fabs ((a) - (b)) <= (tolerance), "%s:%d: %.17g is not %.17g", __FILE__, \
             __LINE__, (double) (a), (double) (b))

enum { P = 7 };

/* make_fourier.py's logits: a formula's noise and two cosines.  */
static struct tc_dense
noisy_logits (int32_t answers[P * P])
{
  struct tc_dense logits;
  OK (tc_dense_alloc (&logits, P * P, P, &error));
  for (int i = 0; i < P * P * P; i++)
    {
      double j = i + 1, angle = 2 * M_PI / P * (i / P / P + i / P % P - i % P);
      logits.data[i] = fmod (j * j * sqrt (2.0), 1.0) - 0.5 + 1.25 * cos (2 * angle)
                       + 0.5 * cos (3 * angle);
      answers[i / P] = (i / P / P + i / P % P) % P;
    }
  return logits;
}

static double
loss (const struct tc_dense *logits, const int32_t *answers)
{
  return tc_mean_cross_entropy (logits, answers, logits->rows, NULL);
}

Test (logits, restricted_and_excluded_agree_with_torch)
{
  int32_t answers[P * P];
  size_t keys[2] = { 2, 3 };
  struct tc_fourier f;
  struct tc_dense logits = noisy_logits (answers), directions, kept, rest;
  OK (tc_fourier_alloc (&f, P, &error));
  OK (tc_directions (&f, TC_FOURIER_SUM, 2, keys, &directions, &error));
  OK (tc_restricted_logits (&directions, &logits, &kept, &error));
  OK (tc_excluded_logits (&directions, &logits, &rest, &error));
  NEAR (loss (&logits, answers), golden_losses[0], 1e-13);
  NEAR (loss (&kept, answers), golden_losses[1], 1e-13);
  NEAR (loss (&rest, answers), golden_losses[2], 1e-13);
  /* Together they hold the logits, the mean twice.  */
  struct tc_dense both = { P * P, P, rest.data };
  double means[P];
  for (size_t i = 0; i < P * P * P; i++)
    both.data[i] += kept.data[i] - logits.data[i];
  tc_centre_rows (&both, means);
  for (size_t i = 0; i < P * P * P; i++)
    NEAR (both.data[i], 0, 1e-14);
  tc_dense_free (&logits);
  tc_dense_free (&directions);
  tc_dense_free (&kept);
  tc_dense_free (&rest);
  tc_fourier_free (&f);
}

Test (logits, fit_agrees_with_least_squares)
{
  int32_t answers[P * P];
  size_t keys[2] = { 2, 3 };
  struct tc_fourier f;
  struct tc_logit_fit fit;
  struct tc_dense logits = noisy_logits (answers);
  OK (tc_fourier_alloc (&f, P, &error));
  OK (tc_logit_fit_alloc (&fit, &f, &logits, answers, 2, keys, &error));
  NEAR (fit.alpha[0], golden_alpha[0], 1e-13);
  NEAR (fit.alpha[1], golden_alpha[1], 1e-13);
  NEAR (fit.explained, golden_explained[0], 1e-13);
  NEAR (fit.fraction[0] + fit.fraction[1], golden_explained[0], 1e-13);
  NEAR (fit.loss, golden_losses[3], 1e-13);
  tc_logit_fit_free (&fit);
  logits.cols = P - 1;
  cr_expect_eq (tc_logit_fit_alloc (&fit, &f, &logits, answers, 2, keys, &error), TC_EINVAL);
  tc_dense_free (&logits);
  tc_fourier_free (&f);
}

/* Logits that are one cosine of (a - b) - c, plus a bias per pair and one per
   class, neither of which is variance to explain.  */
Test (logits, fit_of_a_perfect_model)
{
  int32_t answers[P * P];
  size_t key = 3;
  struct tc_fourier f;
  struct tc_logit_fit fit;
  struct tc_dense logits;
  OK (tc_fourier_alloc (&f, P, &error));
  OK (tc_dense_alloc (&logits, P * P, P, &error));
  for (int i = 0; i < P * P * P; i++)
    {
      int a = i / P / P, b = i / P % P, c = i % P;
      answers[i / P] = (a - b + P) % P;
      logits.data[i] = 11.5 * cos (6 * M_PI / P * (a - b - c)) + 0.37 * a * b + 0.21 * c * c;
    }
  OK (tc_logit_fit_alloc (&fit, &f, &logits, answers, 1, &key, &error));
  NEAR (fit.explained, 1, 1e-13);
  NEAR (fit.alpha[0], 11.5, 1e-12);
  cr_expect_lt (fit.loss, 0.1);
  tc_logit_fit_free (&fit);
  tc_dense_free (&logits);
  tc_fourier_free (&f);
}

Test (logits, loss_and_accuracy_of_chosen_rows)
{
  double values[6] = { 1.5, 1.5, 1.5,  800, -800, 3 };
  struct tc_dense logits = { 2, 3, values };
  int32_t answers[2] = { 2, 1 };
  size_t second = 1;
  NEAR (tc_mean_cross_entropy (&logits, answers, 1, NULL), log (3.0), 1e-15);
  NEAR (tc_mean_cross_entropy (&logits, answers, 1, &second), 1600, 1e-12);
  NEAR (tc_mean_cross_entropy (&logits, answers, 2, NULL), (1600 + log (3.0)) / 2, 1e-12);
  cr_expect_eq (tc_mean_accuracy (&logits, answers, 2, NULL), 0);
  answers[0] = answers[1] = 0;
  cr_expect_eq (tc_mean_accuracy (&logits, answers, 2, NULL), 1);
}

/* Three "neurons": one of frequency 5 alone, one two thirds 2 and one third 4, one
   that is constant.  */
static struct tc_dense
neurons (const struct tc_fourier *f)
{
  size_t n = f->n;
  double *term = malloc (n * n * sizeof *term);
  struct tc_dense x;
  OK (tc_dense_alloc (&x, n * n, 3, &error));
  struct { size_t col, i, j; double size; } parts[] = {
    { 0, 9, 10, 1.5 }, { 0, 0, 9, -2 }, { 0, 0, 0, 77 },
    { 1, 3, 3, 1 }, { 1, 4, 0, 1 }, { 1, 7, 8, -1 }, { 2, 0, 0, 3 },
  };
  for (size_t p = 0; p < sizeof parts / sizeof *parts; p++)
    {
      tc_fourier2d_term (f, parts[p].i, parts[p].j, term);
      for (size_t i = 0; i < n * n; i++)
        x.data[i * 3 + parts[p].col] += parts[p].size * term[i];
    }
  free (term);
  return x;
}

Test (frequency, blocks_and_fractions)
{
  struct tc_fourier f;
  OK (tc_fourier_alloc (&f, 11, &error));
  struct tc_dense x = neurons (&f), y, fractions;
  double block[3][3], fraction;
  OK (tc_fourier2d (&f, TC_FOURIER_FORWARD, &x, &y, &error));
  OK (tc_frequency_fractions (&f, &y, &fractions, &error));
  cr_assert (fractions.rows == 5 && fractions.cols == 3);
  cr_expect_eq (tc_best_frequency (&fractions, 0, &fraction), 5);
  NEAR (fraction, 1, 1e-12);
  cr_expect_eq (tc_best_frequency (&fractions, 1, &fraction), 2);
  NEAR (fraction, 2.0 / 3, 1e-13);
  NEAR (tc_dense_get (&fractions, 3, 1), 1.0 / 3, 1e-13);
  tc_frequency_block (&f, &y, 0, 5, block);
  double expected[3][3] = { { 77, -2, 0 }, { 0, 0, 1.5 }, { 0, 0, 0 } };
  for (size_t i = 0; i < 9; i++)
    NEAR (block[i / 3][i % 3], expected[i / 3][i % 3], 1e-12);
  tc_dense_free (&x);
  tc_dense_free (&y);
  tc_dense_free (&fractions);
  tc_fourier_free (&f);
}

Test (frequency, residual_of_a_matrix)
{
  struct tc_fourier f;
  struct tc_dense w;
  size_t keys[2] = { 1, 4 };
  double residual;
  OK (tc_fourier_alloc (&f, 11, &error));
  OK (tc_dense_alloc (&w, 11, 2, &error));
  for (size_t i = 0; i < 11; i++)
    {
      w.data[2 * i] = 4 * tc_dense_get (&f.basis, 8, i);
      w.data[2 * i + 1] = 3 * tc_dense_get (&f.basis, 5, i);
    }
  OK (tc_frequency_residual (&f, &w, 2, keys, &residual, &error));
  NEAR (residual, 0.6, 1e-14);
  OK (tc_frequency_residual (&f, &w, 2, (size_t[]) { 3, 4 }, &residual, &error));
  NEAR (residual, 0, 1e-14);
  tc_dense_free (&w);
  tc_fourier_free (&f);
}
