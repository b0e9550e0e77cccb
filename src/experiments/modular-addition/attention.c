#include "experiments/modular-addition/attention.h"

#include <math.h>
#include <stdlib.h>

static double
attention (const struct tc_modular_grid *grid, size_t head, size_t pair, size_t position)
{
  return tc_dense_get (&grid->pattern, pair, head * TC_MODULAR_CONTEXT + position);
}

/* by_a[x]: the mean over b of the attention to a where a = x, less the same with a
   and b exchanged.  What the fit has to explain is in it: its functions are
   differences of one of a and the same of b.  */
static double
one_sided (const struct tc_modular_grid *grid, size_t head, size_t x)
{
  double sum = 0;
  for (size_t y = 0; y < grid->p; y++)
    sum += attention (grid, head, x * grid->p + y, 0) - attention (grid, head, y * grid->p + x, 0);
  return sum / (double) grid->p;
}

static double
variance (const struct tc_modular_grid *grid, size_t head)
{
  double mean = 0, sum = 0;
  for (size_t i = 0; i < grid->n; i++)
    mean += attention (grid, head, i, 0) / (double) grid->n;
  for (size_t i = 0; i < grid->n; i++)
    sum += (attention (grid, head, i, 0) - mean) * (attention (grid, head, i, 0) - mean);
  return sum / (double) grid->n;
}

/* Least squares: cos (w a) - cos (w b) has mean square 1 over pairs and is
   orthogonal to everything else in the fit, so that alpha is the mean over pairs of
   attention times it, which is the mean over x of one_sided (x) cos (w x).  */
static void
coefficients (const struct tc_modular_grid *grid, const double *by_a, size_t k, double *alpha,
              double *beta)
{
  size_t p = grid->p;
  *alpha = *beta = 0;
  for (size_t x = 0; x < p; x++)
    {
      double cosine, sine;
      tc_turn (k * x % p, p, &cosine, &sine);
      *alpha += by_a[x] * cosine / (double) p;
      *beta += by_a[x] * sine / (double) p;
    }
}

static void
fit_frequencies (const struct tc_modular_grid *grid, const double *by_a, double total,
                 struct tc_modular_head *head)
{
  head->k = 1;
  for (size_t k = 1; k <= tc_fourier_frequencies (grid->f); k++)
    {
      double alpha, beta;
      coefficients (grid, by_a, k, &alpha, &beta);
      double explained = total > 0 ? (alpha * alpha + beta * beta) / total : 0;
      if (explained > head->explained)
        {
          head->k = k;
          head->alpha = alpha;
          head->beta = beta;
          head->explained = explained;
        }
    }
  for (size_t i = 0; i < grid->keys.n; i++)
    {
      double *alpha = &head->key_alpha[i], *beta = &head->key_beta[i];
      coefficients (grid, by_a, grid->keys.k[i], alpha, beta);
      head->key_explained += total > 0 ? (*alpha * *alpha + *beta * *beta) / total : 0;
    }
}

enum tc_status
tc_modular_fit_head (const struct tc_modular_grid *grid, size_t index,
                     struct tc_modular_head *head, struct tc_error *err)
{
  *head = (struct tc_modular_head) { 0 };
  double *by_a = malloc (grid->p * sizeof *by_a);
  if (by_a == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for %zu numbers", grid->p);
  for (size_t x = 0; x < grid->p; x++)
    by_a[x] = one_sided (grid, index, x);
  fit_frequencies (grid, by_a, variance (grid, index), head);
  free (by_a);
  for (size_t i = 0; i < grid->n; i++)
    {
      for (size_t position = 0; position < TC_MODULAR_CONTEXT; position++)
        head->mean[position] += attention (grid, index, i, position) / (double) grid->n;
      head->most_to_equals = fmax (head->most_to_equals, attention (grid, index, i, 2));
    }
  return TC_OK;
}

static double
term (const struct tc_modular_grid *grid, size_t k, double alpha, double beta, size_t a,
      size_t b)
{
  double cos_a, sin_a, cos_b, sin_b;
  tc_turn (k * a % grid->p, grid->p, &cos_a, &sin_a);
  tc_turn (k * b % grid->p, grid->p, &cos_b, &sin_b);
  return alpha * (cos_a - cos_b) + beta * (sin_a - sin_b);
}

double
tc_modular_linear_attention (const struct tc_modular_grid *grid,
                             const struct tc_modular_head *head, size_t a, size_t b)
{
  return 0.5 + term (grid, head->k, head->alpha, head->beta, a, b);
}

double
tc_modular_key_attention (const struct tc_modular_grid *grid,
                          const struct tc_modular_head *head, size_t a, size_t b)
{
  double sum = 0.5;
  for (size_t i = 0; i < grid->keys.n; i++)
    sum += term (grid, grid->keys.k[i], head->key_alpha[i], head->key_beta[i], a, b);
  return sum;
}
