#include "training/loss.h"

#include "numerics/vector.h"

#include <stdbool.h>

double
tc_sum (size_t n, const double *x)
{
  double lane[TC_LANES] = { 0.0 };
  for (size_t i = 0; i < n; i++)
    lane[i % TC_LANES] += x[i];
  double sum = lane[0];
  for (int l = 1; l < TC_LANES; l++)
    sum += lane[l];
  return sum;
}

void
tc_cross_entropy (struct tc_compute *compute, size_t n, size_t d_vocab_out,
                  const tc_real *const *rows, const int32_t *target,
                  double scale, double *nll, tc_real *dlogits)
{
  tc_nll_rows (compute, n, d_vocab_out, rows, target, scale, nll, dlogits);
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
