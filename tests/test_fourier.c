/* The Fourier bases and transforms: against the notebook's own functions in
   PyTorch, against GSL's FFT, by round trips, and on functions whose transform
   is known.  */

#include "circuits/fourier.h"
#include "circuits/fourier2d.h"
#include "circuits/similarity.h"
#include "golden/fourier_golden.h"
#include "numerics/elementary.h"

#include <criterion/criterion.h>
#include <gsl/gsl_fft_real.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static struct tc_error error;
#define OK(call) cr_assert_eq ((call), TC_OK, "%s", error.message)

#define NEAR(a, b, tolerance) \
  cr_expect (fabs ((a) - (b)) <= (tolerance), "%s:%d: %.17g is not %.17g", __FILE__, \
             __LINE__, (double) (a), (double) (b))

/* make_fourier.py's tensor.  */
static struct tc_dense
tensor (size_t rows, size_t cols)
{
  struct tc_dense t;
  OK (tc_dense_alloc (&t, rows, cols, &error));
  for (size_t i = 0; i < rows * cols; i++)
    {
      double j = (double) (i + 1);
      t.data[i] = fmod (j * j * sqrt (2.0), 1.0) - 0.5;
    }
  return t;
}

static double
greatest_difference (size_t n, const double *a, const double *b)
{
  double worst = 0;
  for (size_t i = 0; i < n; i++)
    worst = fmax (worst, fabs (a[i] - b[i]));
  return worst;
}

static void
check_period (size_t n, const double *basis, const double *transform, const double *cosine,
              const double *sine)
{
  struct tc_fourier f;
  struct tc_dense x = tensor (n * n, 3), y, directions, collapsed;
  OK (tc_fourier_alloc (&f, n, &error));
  cr_expect_lt (greatest_difference (n * n, f.basis.data, basis), 1e-15);
  OK (tc_fourier2d (&f, TC_FOURIER_FORWARD, &x, &y, &error));
  for (size_t i = 0; i < n * n; i++)
    NEAR (tc_dense_get (&y, i, 1), transform[i], 1e-13);
  OK (tc_directions (&f, TC_FOURIER_SUM, 1, (size_t[]) { 2 }, &directions, &error));
  OK (tc_collapse (&directions, &x, &collapsed, &error));
  cr_expect_lt (greatest_difference (3, tc_dense_row (&collapsed, 0), cosine), 1e-13);
  cr_expect_lt (greatest_difference (3, tc_dense_row (&collapsed, 1), sine), 1e-13);
  tc_dense_free (&x);
  tc_dense_free (&y);
  tc_dense_free (&directions);
  tc_dense_free (&collapsed);
  tc_fourier_free (&f);
}

Test (fourier, agrees_with_the_notebook)
{
  check_period (7, golden_basis_7, golden_fft2d_7, golden_cos_sum_7, golden_sin_sum_7);
  check_period (10, golden_basis_10, golden_fft2d_10, golden_cos_sum_10, golden_sin_sum_10);
}

Test (fourier, ranks_agree_with_the_notebook)
{
  struct tc_fourier f;
  struct tc_dense x = tensor (49, 1), y;
  struct tc_fourier2d_rank ranks[6];
  OK (tc_fourier_alloc (&f, 7, &error));
  OK (tc_fourier2d (&f, TC_FOURIER_FORWARD, &x, &y, &error));
  OK (tc_fourier2d_ranks (&f, &y, 0, 6, ranks, &error));
  for (size_t i = 0; i < 6; i++)
    {
      char name[TC_FOURIER_NAME], other[TC_FOURIER_NAME], both[80];
      tc_fourier_name (&f, ranks[i].x, name);
      tc_fourier_name (&f, ranks[i].y, other);
      snprintf (both, sizeof both, "%s x %s", name, other);
      cr_expect_str_eq (both, golden_rank_names[i]);
      NEAR (ranks[i].coefficient, golden_rank_coefficients[i], 1e-13);
      NEAR (ranks[i].fraction, golden_rank_fractions[i], 1e-13);
      NEAR (ranks[i].cumulative, golden_rank_cumulative[i], 1e-13);
    }
  cr_expect_eq (tc_fourier2d_ranks (&f, &y, 0, 50, ranks, &error), TC_EINVAL);
  tc_dense_free (&x);
  tc_dense_free (&y);
  tc_fourier_free (&f);
}

Test (fourier, turns)
{
  double c, s;
  for (size_t n = 1; n < 130; n++)
    for (size_t k = 0; k < n; k++)
      {
        long double angle = 2 * acosl (-1) * (long double) k / (long double) n;
        tc_turn (k, n, &c, &s);
        NEAR (c, (double) cosl (angle), 3e-16);
        NEAR (s, (double) sinl (angle), 3e-16);
      }
  /* Right angles are exact, and zero has no sign.  */
  double right[4][2] = { { 1, 0 }, { 0, 1 }, { -1, 0 }, { 0, -1 } };
  for (size_t i = 0; i < 4; i++)
    {
      tc_turn (i, 4, &c, &s);
      cr_expect (c == right[i][0] && s == right[i][1]);
      cr_expect (c != 0 || !signbit (c));
      cr_expect (s != 0 || !signbit (s));
    }
  double back, high;
  tc_turn (30, 113, &c, &s);
  tc_turn (83, 113, &back, &high);
  cr_expect (c == back && s == -high, "mirror images differ");
}

Test (fourier, names_and_order)
{
  struct tc_fourier even, odd;
  char name[TC_FOURIER_NAME];
  OK (tc_fourier_alloc (&even, 10, &error));
  OK (tc_fourier_alloc (&odd, 113, &error));
  const char *names[10] = { "const", "cos 1", "sin 1", "cos 2", "sin 2",
                            "cos 3", "sin 3", "cos 4", "sin 4", "+-1" };
  for (size_t i = 0; i < 10; i++)
    {
      tc_fourier_name (&even, i, name);
      cr_expect_str_eq (name, names[i]);
    }
  cr_expect_eq (tc_fourier_frequency (9), 5);
  cr_expect_eq (tc_fourier_frequencies (&even), 4);
  cr_expect_eq (tc_fourier_frequencies (&odd), 56);
  tc_fourier_name (&odd, 112, name);
  cr_expect_str_eq (name, "sin 56");
  cr_expect_eq (tc_fourier_frequency (112), 56);
  struct tc_fourier none;
  cr_expect_eq (tc_fourier_alloc (&none, 0, &error), TC_EINVAL);
  tc_fourier_free (&even);
  tc_fourier_free (&odd);
}

static void
check_gram (size_t n)
{
  struct tc_fourier f;
  struct tc_dense gram;
  OK (tc_fourier_alloc (&f, n, &error));
  OK (tc_fourier_gram (&f, &gram, &error));
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++)
      NEAR (tc_dense_get (&gram, i, j), i == j ? 1.0 : 0.0, 2e-15);
  tc_dense_free (&gram);
  tc_fourier_free (&f);
}

Test (fourier, orthonormal)
{
  size_t sizes[] = { 1, 2, 3, 4, 10, 59, 64, 113 };
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
    check_gram (sizes[i]);
}

/* GSL's half-complex order for odd n: real 0, re 1, im 1, re 2, im 2, ... with
   exp (-i w x), so that sines change sign.  */
Test (fourier, agrees_with_gsl)
{
  enum { N = 113 };
  struct tc_fourier f;
  struct tc_dense x = tensor (N, 1), y;
  double fft[N];
  gsl_fft_real_wavetable *table = gsl_fft_real_wavetable_alloc (N);
  gsl_fft_real_workspace *space = gsl_fft_real_workspace_alloc (N);
  memcpy (fft, x.data, sizeof fft);
  gsl_fft_real_transform (fft, 1, N, table, space);
  OK (tc_fourier_alloc (&f, N, &error));
  OK (tc_fourier_columns (&f, TC_FOURIER_FORWARD, &x, &y, &error));
  for (size_t i = 0; i < N; i++)
    {
      double scale = sqrt ((i == 0 ? 1.0 : 2.0) / N);
      NEAR (y.data[i], scale * (i > 0 && i % 2 == 0 ? -fft[i] : fft[i]), 3e-13);
    }
  gsl_fft_real_wavetable_free (table);
  gsl_fft_real_workspace_free (space);
  tc_dense_free (&x);
  tc_dense_free (&y);
  tc_fourier_free (&f);
}

static void
check_round_trips (size_t n, size_t c)
{
  struct tc_fourier f;
  struct tc_dense x = tensor (n * n, c), there, back;
  OK (tc_fourier_alloc (&f, n, &error));
  OK (tc_fourier2d (&f, TC_FOURIER_FORWARD, &x, &there, &error));
  OK (tc_fourier2d (&f, TC_FOURIER_INVERSE, &there, &back, &error));
  cr_expect_lt (greatest_difference (n * n * c, x.data, back.data), 1e-13);
  double energy = tc_sum_of_squares (n * n * c, x.data);
  NEAR (tc_sum_of_squares (n * n * c, there.data), energy, 1e-12 * energy);
  /* Any axis: the same numbers as [c, n, n] along the last.  */
  tc_fourier_axis (&f, TC_FOURIER_FORWARD, n * c, 1, x.data, there.data);
  NEAR (tc_sum_of_squares (n * n * c, there.data), energy, 1e-12 * energy);
  tc_fourier_axis (&f, TC_FOURIER_INVERSE, n * c, 1, there.data, back.data);
  cr_expect_lt (greatest_difference (n * n * c, x.data, back.data), 1e-13);
  tc_dense_free (&x);
  tc_dense_free (&there);
  tc_dense_free (&back);
  tc_fourier_free (&f);
}

Test (fourier, round_trips_and_parseval)
{
  check_round_trips (1, 2);
  check_round_trips (2, 3);
  check_round_trips (7, 6);
  check_round_trips (10, 1);
  check_round_trips (37, 5);    /* more than one block of the product */
}

/* 3 cos (2 w (x+y)) + 2 sin (w (x-y)): where each lies, and nothing elsewhere.  */
Test (fourier, known_function)
{
  enum { N = 11 };
  struct tc_fourier f;
  struct tc_dense x, y, directions, found;
  OK (tc_fourier_alloc (&f, N, &error));
  OK (tc_dense_alloc (&x, N * N, 1, &error));
  for (int i = 0; i < N * N; i++)
    x.data[i] = 3 * cos (4 * M_PI / N * (i / N + i % N)) + 2 * sin (2 * M_PI / N * (i / N - i % N));
  OK (tc_fourier2d (&f, TC_FOURIER_FORWARD, &x, &y, &error));
  for (size_t i = 0; i < N; i++)
    for (size_t j = 0; j < N; j++)
      {
        double expected = i == 3 && j == 3 ? 1.5 : i == 4 && j == 4 ? -1.5
                          : i == 2 && j == 1 ? 1.0 : i == 1 && j == 2 ? -1.0 : 0;
        NEAR (y.data[i * N + j], expected * N, 1e-12);
      }
  OK (tc_directions (&f, TC_FOURIER_SUM | TC_FOURIER_DIFFERENCE, 2, (size_t[]) { 1, 2 },
                     &directions, &error));
  OK (tc_collapse (&directions, &x, &found, &error));
  double expected[8] = { 0, 0, 0, 2, 3, 0, 0, 0 };
  for (size_t i = 0; i < 8; i++)
    NEAR (found.data[i], expected[i] * N / sqrt (2.0), 1e-12);
  tc_dense_free (&x);
  tc_dense_free (&y);
  tc_dense_free (&directions);
  tc_dense_free (&found);
  tc_fourier_free (&f);
}

/* All sets of a few frequencies are one orthonormal system, and span the 3x3
   blocks without their constants.  */
Test (fourier, directions_are_orthonormal)
{
  enum { N = 13, D = 24 };
  struct tc_fourier f;
  struct tc_dense directions, gram, block;
  unsigned all = TC_FOURIER_SUM | TC_FOURIER_DIFFERENCE | TC_FOURIER_LINEAR;
  OK (tc_fourier_alloc (&f, N, &error));
  OK (tc_directions (&f, all, 3, (size_t[]) { 5, 1, 6 }, &directions, &error));
  cr_assert_eq (directions.rows, D);
  OK (tc_dense_product_nt (&gram, &directions, &directions, &error));
  for (size_t i = 0; i < D; i++)
    for (size_t j = 0; j < D; j++)
      NEAR (tc_dense_get (&gram, i, j), i == j ? 1.0 : 0.0, 1e-14);

  OK (tc_dense_alloc (&block, N * N, 2, &error));
  double term[N * N];
  tc_fourier2d_term (&f, tc_fourier_cos (5), tc_fourier_sin (5), term);
  for (size_t i = 0; i < N * N; i++)
    block.data[2 * i] = term[i];
  tc_fourier2d_term (&f, tc_fourier_cos (4), 0, term);
  for (size_t i = 0; i < N * N; i++)
    block.data[2 * i + 1] = term[i];
  struct tc_dense kept;
  OK (tc_project (&directions, &block, &kept, &error));
  for (size_t i = 0; i < N * N; i++)
    {
      NEAR (kept.data[2 * i], block.data[2 * i], 1e-15);
      NEAR (kept.data[2 * i + 1], 0, 1e-15);
    }
  tc_dense_free (&kept);
  tc_dense_free (&block);
  tc_dense_free (&gram);
  tc_dense_free (&directions);
  tc_fourier_free (&f);
}

/* A single component is the notebook's get_2d_fourier_component.  */
Test (fourier, single_component)
{
  enum { N = 7 };
  struct tc_fourier f;
  struct tc_dense x = tensor (N * N, 3), term, kept;
  OK (tc_fourier_alloc (&f, N, &error));
  OK (tc_dense_alloc (&term, 1, N * N, &error));
  tc_fourier2d_term (&f, 3, 6, term.data);
  OK (tc_project (&term, &x, &kept, &error));
  double sum = 0;
  for (size_t i = 0; i < N * N; i++)
    sum += term.data[i] * x.data[3 * i + 1];
  for (size_t i = 0; i < N * N; i++)
    NEAR (kept.data[3 * i + 1], sum * term.data[i], 1e-14);
  NEAR (sum, golden_fft2d_7[3 * N + 6], 1e-13);
  tc_dense_free (&x);
  tc_dense_free (&term);
  tc_dense_free (&kept);
  tc_fourier_free (&f);
}

Test (fourier, refuses_nonsense)
{
  struct tc_fourier f;
  struct tc_dense x = tensor (10, 2), out = { 0 };
  OK (tc_fourier_alloc (&f, 7, &error));
  cr_expect_eq (tc_fourier2d (&f, TC_FOURIER_FORWARD, &x, &out, &error), TC_EINVAL);
  cr_expect_eq (tc_fourier_columns (&f, TC_FOURIER_FORWARD, &x, &out, &error), TC_EINVAL);
  cr_expect_eq (tc_directions (&f, 1, 1, (size_t[]) { 4 }, &out, &error), TC_EINVAL);
  cr_expect_eq (tc_directions (&f, 1, 1, (size_t[]) { 0 }, &out, &error), TC_EINVAL);
  cr_expect_eq (tc_directions (&f, 1, 2, (size_t[]) { 2, 2 }, &out, &error), TC_EINVAL);
  cr_expect_str_eq (error.message, "frequency 2 is given twice");
  tc_dense_free (&x);
  tc_fourier_free (&f);
}

Test (fourier, norms_by_frequency)
{
  enum { N = 10, C = 3 };
  struct tc_fourier f;
  struct tc_dense w, x = tensor (N, C);
  double norms[N / 2], rows[N], sum = 0;
  OK (tc_fourier_alloc (&f, N, &error));
  OK (tc_dense_alloc (&w, N, 1, &error));
  for (int i = 0; i < N; i++)
    w.data[i] = 5 + 3 * cos (0.4 * M_PI * i) + 4 * sin (0.4 * M_PI * i) + (i % 2 ? -2 : 2);
  OK (tc_fourier_norms (&f, &w, norms, &error));
  double expected[N / 2] = { 0, 5 * sqrt (5.0), 0, 0, 2 * sqrt (10.0) };
  for (size_t k = 0; k < N / 2; k++)
    NEAR (norms[k], expected[k], 1e-13);
  OK (tc_fourier_row_norms (&f, &x, rows, &error));
  OK (tc_fourier_norms (&f, &x, norms, &error));
  sum = rows[0] * rows[0];
  for (size_t k = 0; k < N / 2; k++)
    sum += norms[k] * norms[k];
  NEAR (sum, tc_sum_of_squares (N * C, x.data), 1e-13);
  NEAR (hypot (rows[5], rows[6]), norms[2], 1e-14);
  tc_dense_free (&w);
  tc_dense_free (&x);
  tc_fourier_free (&f);
}

Test (similarity, agrees_with_the_notebook)
{
  struct tc_dense v = tensor (3, 5), cov, cosines, mass = tensor (1, 9);
  double gini;
  OK (tc_covariance (&v, false, &cov, &error));
  OK (tc_covariance (&v, true, &cosines, &error));
  cr_expect_lt (greatest_difference (9, cov.data, golden_cov), 1e-15);
  cr_expect_lt (greatest_difference (9, cosines.data, golden_cosines), 1e-15);
  const double *a = tc_dense_row (&v, 0), *b = tc_dense_row (&v, 1);
  NEAR (tc_cosine (5, a, b), golden_cosines[1], 1e-15);
  NEAR (tc_separation (5, a, b), golden_separation[0], 1e-14);
  cr_expect_eq (tc_separation (5, a, a), 0);
  for (size_t i = 0; i < 9; i++)
    mass.data[i] = fabs (mass.data[i]);
  OK (tc_gini (9, mass.data, &gini, &error));
  NEAR (gini, golden_gini[0], 1e-15);
  tc_dense_free (&v);
  tc_dense_free (&cov);
  tc_dense_free (&cosines);
  tc_dense_free (&mass);
}

Test (similarity, gini_of_extremes)
{
  double gini, equal[4] = { 2.5, 2.5, 2.5, 2.5 }, one[4] = { 0, 0, 7.25, 0 }, none[3] = { 0 };
  double negative[2] = { 1, -1 }, infinite[2] = { 1, INFINITY };
  OK (tc_gini (4, equal, &gini, &error));
  NEAR (gini, 0, 1e-15);
  OK (tc_gini (4, one, &gini, &error));
  NEAR (gini, 0.75, 1e-15);
  OK (tc_gini (3, none, &gini, &error));
  cr_expect_eq (gini, 0);
  cr_expect_eq (tc_gini (2, negative, &gini, &error), TC_EINVAL);
  cr_expect_eq (tc_gini (2, infinite, &gini, &error), TC_EINVAL);
  cr_expect_eq (tc_gini (0, NULL, &gini, &error), TC_EINVAL);
}
