#include "experiments/modular-addition/amplitude.h"

#include "circuits/fourier2d.h"

#include <math.h>
#include <string.h>

void
tc_modular_amplitudes (const struct tc_modular_grid *grid, const struct tc_dense *logits,
                       size_t k, double *amplitude)
{
  size_t p = grid->p;
  memset (amplitude, 0, p * sizeof *amplitude);
  /* [amplitudes] */
  for (size_t pair = 0; pair < grid->n; pair++)
    {
      size_t a = pair / p, b = pair % p, answer = (size_t) grid->answers[pair];
      size_t other = grid->set == TC_FOURIER_SUM ? a + p - b : a + b;
      double sum = 0;
      for (size_t c = 0; c < p; c++)
        {
          /* sqrt (2 / p) cos (w_k x) is in the basis.  */
          size_t distance = (answer + p - c) % p;
          sum += tc_dense_get (logits, pair, c)
                 * tc_dense_get (&grid->f->basis, tc_fourier_cos (k), distance);
        }
      amplitude[k * other % p] += sum;
    }
  /* [end amplitudes] */
  for (size_t phase = 0; phase < p; phase++)
    amplitude[phase] *= sqrt (2.0 / (double) p) / (double) p;
}

static double
mean (size_t n, const double *values)
{
  double sum = 0;
  for (size_t i = 0; i < n; i++)
    sum += values[i];
  return sum / (double) n;
}

double
tc_modular_variation (size_t n, const double *values)
{
  double centre = mean (n, values), sum = 0;
  for (size_t i = 0; i < n; i++)
    sum += (values[i] - centre) * (values[i] - centre);
  return sqrt (sum / (double) n) / centre;
}

double
tc_modular_opposite (size_t p, const double *values)
{
  return (values[p / 2] + values[p / 2 + 1]) / 2 / mean (p, values);
}
