#include "training/loss.h"

#include "numerics/elementary.h"
#include "numerics/vector.h"

/* Below this many exponentials, starting threads costs more than the work.  */
enum { WORTH_THREADS = 8192 };

static double
combine_lanes (const double lane[TC_LANES])
{
  double sum = lane[0];
  for (int l = 1; l < TC_LANES; l++)
    sum += lane[l];
  return sum;
}

double
tc_sum (size_t n, const double *x)
{
  double lane[TC_LANES] = { 0.0 };
  for (size_t i = 0; i < n; i++)
    lane[i % TC_LANES] += x[i];
  return combine_lanes (lane);
}

static tc_real
largest (size_t n, const tc_real *x)
{
  tc_real max = x[0];
  for (size_t i = 1; i < n; i++)
    if (x[i] > max)
      max = x[i];
  return max;
}

/* Sum over classes of e^(x - max).  */
static double
sum_of_exponentials (size_t n, const tc_real *x, double max)
{
  double lane[TC_LANES] = { 0.0 };
  for (size_t i = 0; i < n; i++)
    lane[i % TC_LANES] += tc_exp64 ((double) x[i] - max);
  return combine_lanes (lane);
}

/* [softmax] */
/* One row: -log softmax (x)[target], and its gradient if dx is not NULL.  */
static double
row_loss (size_t n, const tc_real *x, int32_t target, double scale, tc_real *dx)
{
  double max = (double) largest (n, x);
  double sum = sum_of_exponentials (n, x, max);
  if (dx != NULL)
    for (size_t i = 0; i < n; i++)
      {
        double p = tc_exp64 ((double) x[i] - max) / sum;
        dx[i] = (tc_real) (scale * (i == (size_t) target ? p - 1.0 : p));
      }
  return tc_log64 (sum) - ((double) x[target] - max);
}
/* [end softmax] */

void
tc_cross_entropy (struct tc_compute *compute, size_t n, size_t d_vocab_out,
                  const tc_real *const *rows, const int32_t *target,
                  double scale, double *nll, tc_real *dlogits)
{
  int threads = n * d_vocab_out >= WORTH_THREADS ? tc_compute_threads (compute) : 1;
  (void) threads;               /* unused without OpenMP */
#pragma omp parallel for num_threads (threads) schedule (static) if (threads > 1)
  for (size_t i = 0; i < n; i++)
    nll[i] = row_loss (d_vocab_out, rows[i], target[i], scale,
                       dlogits == NULL ? NULL : dlogits + i * d_vocab_out);
}
