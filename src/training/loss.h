#ifndef TC_TRAINING_LOSS_H
#define TC_TRAINING_LOSS_H

#include "numerics/compute.h"
#include "numerics/real.h"
#include "transformer/batch.h"

#include <stddef.h>
#include <stdint.h>

/* The loss head, in float64 whatever the parameters are, as in the notebooks:
   -log softmax (logits)[target].  */

/* nll[i] in nats for each of n rows of logits [n, d_vocab_out] (row i starts at
   rows[i]), and, unless dlogits is NULL, dlogits[i,:] = scale (softmax - onehot),
   computed in float64 and rounded once.  Rows are independent; a row's sums run
   in ascending class order over TC_LANES lanes.  */
void tc_cross_entropy (struct tc_compute *compute, size_t n, size_t d_vocab_out,
                       const tc_real *const *rows, const int32_t *target,
                       double scale, double *nll, tc_real *dlogits);

/* The fraction of targets whose class has the largest logit (the first of equals,
   as argmax), and the fraction of sequences all of whose targets have; sequences
   without a target do not count.  NaN for a batch without targets.  rows[i] is
   target i's logits.  */
void tc_accuracy (const struct tc_batch *batch, size_t d_vocab_out,
                  const tc_real *const *rows, double *per_target, double *per_sequence);

/* Sum over TC_LANES lanes: how the losses of a batch become one number.  */
double tc_sum (size_t n, const double *x);

#endif
