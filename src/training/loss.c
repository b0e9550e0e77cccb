#include "training/loss.h"

#include "numerics/elementary.h"
#include "numerics/isa/elementary_inline.h"
#include "numerics/vector.h"

#include <stdbool.h>

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

static tc_real
largest (size_t n, const tc_real *x)
{
  tc_real max = x[0];
  for (size_t i = 1; i < n; i++)
    if (x[i] > max)
      max = x[i];
  return max;
}

/* Classes that are held at a time; a multiple of TC_LANES.  */
enum { CHUNK = 512 };

/* e[i] = e^(x[i] - max) for the chunk of the row that begins at start; returns
   its length.  The loop vectorises, and its exponential is tc_exp64's but for
   the clamp: below -708 both are far too small to change the sum of a softmax,
   which is at least 1, or a float.  */
static size_t
exponentials (size_t n, const tc_real *restrict x, double max, size_t start,
              double *restrict e)
{
  size_t length = n - start < CHUNK ? n - start : CHUNK;
  for (size_t i = 0; i < length; i++)
    {
      double d = (double) x[start + i] - max;
      e[i] = tc_exp_core (d < -708.0 ? -708.0 : d);
    }
  return length;
}

/* Adds x[i] to lane i mod TC_LANES.  */
static void
add_to_lanes (size_t n, const double *x, double lane[TC_LANES])
{
  size_t i = 0;
  for (; i + TC_LANES <= n; i += TC_LANES)
    for (size_t l = 0; l < TC_LANES; l++)
      lane[l] += x[i + l];
  for (; i < n; i++)
    lane[i % TC_LANES] += x[i];
}

double
tc_sum (size_t n, const double *x)
{
  double lane[TC_LANES] = { 0.0 };
  add_to_lanes (n, x, lane);
  return combine_lanes (lane);
}

/* [softmax] */
/* One row: -log softmax (x)[target], and its gradient if dx is not NULL.  */
static double
row_loss (size_t n, const tc_real *x, size_t target, double scale, tc_real *dx)
{
  double e[CHUNK], lane[TC_LANES] = { 0.0 }, max = (double) largest (n, x);
  for (size_t start = 0; start < n; start += CHUNK)
    {
      size_t length = exponentials (n, x, max, start, e);
      add_to_lanes (length, e, lane);
    }
  double sum = combine_lanes (lane);
  for (size_t start = 0; dx != NULL && start < n; start += CHUNK)
    {
      size_t length = n <= CHUNK ? n : exponentials (n, x, max, start, e);
      for (size_t i = 0; i < length; i++)
        dx[start + i] = (tc_real) (scale * (e[i] / sum));
      if (target - start < length)
        dx[target] = (tc_real) (scale * (e[target - start] / sum - 1.0));
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
    nll[i] = row_loss (d_vocab_out, rows[i], (size_t) target[i], scale,
                       dlogits == NULL ? NULL : dlogits + i * d_vocab_out);
}

static bool
is_right (size_t n, const tc_real *x, int32_t target)
{
  size_t best = 0;
  for (size_t i = 1; i < n; i++)
    if (x[i] > x[best])
      best = i;
  return best == (size_t) target;
}

void
tc_accuracy (const struct tc_batch *batch, size_t d_vocab_out, const tc_real *const *rows,
             double *per_target, double *per_sequence)
{
  size_t n_right = 0, n_sequences = 0, n_right_sequences = 0;
  bool all_right = true;        /* so far in this sequence; targets ascend by it */
  for (size_t i = 0; i < batch->n_targets; i++)
    {
      bool right = is_right (d_vocab_out, rows[i], batch->target[i]);
      n_right += right;
      all_right = all_right && right;
      if (i + 1 == batch->n_targets || batch->target_seq[i + 1] != batch->target_seq[i])
        {
          n_sequences++;
          n_right_sequences += all_right;
          all_right = true;
        }
    }
  *per_target = (double) n_right / (double) batch->n_targets;
  *per_sequence = (double) n_right_sequences / (double) n_sequences;
}
