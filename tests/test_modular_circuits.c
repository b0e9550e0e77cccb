/* What the modular-addition analysis says of hand-made models: key frequencies by
   norms, heads that look by one frequency, clocks and pizzas.  */

#include "circuits/fourier2d.h"
#include "experiments/modular-addition/amplitude.h"
#include "experiments/modular-addition/attention.h"
#include "experiments/modular-addition/keys.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

enum { P = 13, N = P * P };

static struct tc_error error;
#define OK(call) cr_assert_eq ((call), TC_OK, "%s", error.message)

#define NEAR(a, b, tolerance) \
  cr_expect (fabs ((a) - (b)) <= (tolerance), "%s:%d: %.17g is not %.17g", __FILE__, \
             __LINE__, (double) (a), (double) (b))

static double
turn (int k, int x)
{
  return 2 * M_PI * k * x / P;
}

/* --- Keys --- */

Test (keys, cut_at_the_greatest_gap)
{
  double norms[9] = { 0.11, 6.1, 0.13, 0.1, 4.4, 0.9, 5.2, 0.12, 0.1 };
  struct tc_modular_keys keys = tc_modular_keys_of_norms (9, norms);
  char text[TC_MODULAR_KEYS_TEXT];
  tc_modular_keys_text (&keys, text);
  /* 4.4 to 0.9 is 4.9; 0.9 to 0.13 is 6.9: the weak one counts.  */
  cr_expect_str_eq (text, "2, 5, 6, 7");
  cr_expect (keys.is_clear && tc_modular_is_key (&keys, 6) && !tc_modular_is_key (&keys, 3));
  NEAR (keys.gap, 0.9 / 0.13, 1e-15);
  norms[5] = 0.13;
  keys = tc_modular_keys_of_norms (9, norms);
  tc_modular_keys_text (&keys, text);
  cr_expect_str_eq (text, "2, 5, 7");
}

Test (keys, stand_in_where_there_is_no_gap)
{
  double norms[8] = { 1.0, 1.2, 1.1, 0.9, 1.3, 0.7, 0.8, 1.05 };
  struct tc_modular_keys keys = tc_modular_keys_of_norms (8, norms);
  char text[TC_MODULAR_KEYS_TEXT];
  tc_modular_keys_text (&keys, text);
  cr_expect (!keys.is_clear);
  cr_expect_str_eq (text, "1, 2, 3, 5, 8");
}

/* Only the greatest TC_MODULAR_MOST_KEYS may be cut off.  */
Test (keys, many)
{
  double norms[40];
  for (int i = 0; i < 40; i++)
    norms[i] = i < 20 ? 5 + 0.01 * i : 0.1;
  norms[7] = 15;
  struct tc_modular_keys keys = tc_modular_keys_of_norms (40, norms);
  cr_expect (keys.is_clear && keys.n == 1 && keys.k[0] == 8);
}

/* --- Heads --- */

static void
grid_open (struct tc_modular_grid *grid, struct tc_fourier *f, size_t n_keys,
           const size_t *keys)
{
  int32_t *answers = malloc (N * sizeof *answers);
  OK (tc_fourier_alloc (f, P, &error));
  for (int i = 0; i < N; i++)
    answers[i] = (i / P + i % P) % P;
  *grid = (struct tc_modular_grid) {
    .p = P, .n = N, .n_heads = 2, .f = f, .set = TC_FOURIER_SUM, .answers = answers
  };
  grid->keys.n = n_keys;
  for (size_t i = 0; i < n_keys; i++)
    grid->keys.k[i] = keys[i];
}

static void
grid_close (struct tc_modular_grid *grid, struct tc_fourier *f)
{
  free ((void *) grid->answers);
  tc_dense_free (&grid->pattern);
  tc_fourier_free (f);
}

/* Head 0 looks by frequency 5 alone; head 1 by 2 and a little by 5, and at `=`.  */
static void
fill_pattern (struct tc_modular_grid *grid)
{
  OK (tc_dense_alloc (&grid->pattern, N, 6, &error));
  for (int i = 0; i < N; i++)
    {
      int a = i / P, b = i % P;
      double five = cos (turn (5, a)) - cos (turn (5, b));
      double two = sin (turn (2, a)) - sin (turn (2, b));
      double first = 0.5 + 0.21 * five, second = 0.45 - 0.12 * two + 0.03 * five;
      double row[6] = { first, 1 - first, 0, second, 0.9 - second, 0.1 };
      for (int j = 0; j < 6; j++)
        grid->pattern.data[6 * i + j] = row[j];
    }
}

Test (attention, fit)
{
  struct tc_fourier f;
  struct tc_modular_grid grid;
  struct tc_modular_head head;
  grid_open (&grid, &f, 2, (size_t[]) { 2, 5 });
  fill_pattern (&grid);
  OK (tc_modular_fit_head (&grid, 0, &head, &error));
  cr_expect_eq (head.k, 5);
  NEAR (head.alpha, 0.21, 1e-14);
  NEAR (head.beta, 0, 1e-14);
  NEAR (head.explained, 1, 1e-13);
  NEAR (head.mean[0], 0.5, 1e-14);
  NEAR (head.most_to_equals, 0, 0);
  OK (tc_modular_fit_head (&grid, 1, &head, &error));
  cr_expect_eq (head.k, 2);
  NEAR (head.beta, -0.12, 1e-14);
  NEAR (head.explained, 0.0144 / (0.0144 + 0.0009), 1e-13);
  NEAR (head.key_explained, 1, 1e-13);
  NEAR (head.key_alpha[1], 0.03, 1e-14);
  NEAR (head.mean[0], 0.45, 1e-14);
  NEAR (head.mean[2], 0.1, 1e-14);
  double two = sin (turn (2, 3)) - sin (turn (2, 11));
  double five = cos (turn (5, 3)) - cos (turn (5, 11));
  NEAR (tc_modular_linear_attention (&grid, &head, 3, 11), 0.5 - 0.12 * two, 1e-13);
  NEAR (tc_modular_key_attention (&grid, &head, 3, 11), 0.5 - 0.12 * two + 0.03 * five, 1e-13);
  grid_close (&grid, &f);
}

/* --- Methods --- */

/* Frequency 3 by a clock, frequency 4 by a pizza; and something for every pair that
   no frequency of the answer has.  */
static void
fill_logits (struct tc_dense *logits)
{
  OK (tc_dense_alloc (logits, N, P, &error));
  for (int i = 0; i < N * P; i++)
    {
      int a = i / P / P, b = i / P % P, c = i % P;
      logits->data[i] = 7.5 * cos (turn (3, a + b - c))
                        + 4 * fabs (cos (turn (4, a - b) / 2)) * cos (turn (4, a + b - c))
                        + 2.5 * sin (turn (3, a + b - c)) + 0.3 * a;
    }
}

Test (methods, clock_and_pizza)
{
  struct tc_fourier f;
  struct tc_modular_grid grid;
  struct tc_dense logits;
  double amplitude[P];
  grid_open (&grid, &f, 2, (size_t[]) { 3, 4 });
  fill_logits (&logits);
  tc_modular_amplitudes (&grid, &logits, 3, amplitude);
  for (int i = 0; i < P; i++)
    NEAR (amplitude[i], 7.5, 1e-13);
  NEAR (tc_modular_variation (P, amplitude), 0, 1e-13);
  NEAR (tc_modular_opposite (P, amplitude), 1, 1e-13);
  tc_modular_amplitudes (&grid, &logits, 4, amplitude);
  for (int i = 0; i < P; i++)
    NEAR (amplitude[i], 4 * fabs (cos (M_PI * i / P)), 1e-13);
  /* Of |cos|: deviation sqrt (1/2 - 4/pi^2) over mean 2/pi, nearly.  */
  NEAR (tc_modular_variation (P, amplitude), 0.483, 0.01);
  NEAR (tc_modular_opposite (P, amplitude), cos (M_PI * 6 / P) * M_PI / 2, 0.01);
  tc_dense_free (&logits);
  grid_close (&grid, &f);
}

/* For subtraction the sum of a and b takes the place of their difference.  */
Test (methods, subtraction)
{
  struct tc_fourier f;
  struct tc_modular_grid grid;
  struct tc_dense logits;
  double amplitude[P];
  grid_open (&grid, &f, 1, (size_t[]) { 2 });
  grid.set = TC_FOURIER_DIFFERENCE;
  for (int i = 0; i < N; i++)
    ((int32_t *) grid.answers)[i] = (i / P - i % P + P) % P;
  OK (tc_dense_alloc (&logits, N, P, &error));
  for (int i = 0; i < N * P; i++)
    logits.data[i] = (2 + cos (turn (2, i / P / P + i / P % P)))
                     * cos (turn (2, i / P / P - i / P % P - i % P));
  tc_modular_amplitudes (&grid, &logits, 2, amplitude);
  for (int i = 0; i < P; i++)
    NEAR (amplitude[i], 2 + cos (2 * M_PI * i / P), 1e-13);
  tc_dense_free (&logits);
  grid_close (&grid, &f);
}
