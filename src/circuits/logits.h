#ifndef TC_CIRCUITS_LOGITS_H
#define TC_CIRCUITS_LOGITS_H

#include "circuits/dense.h"
#include "circuits/fourier.h"
#include "numerics/error.h"

#include <stddef.h>
#include <stdint.h>

/* Logits of a model of modular arithmetic on every pair, [n n, classes]: what a
   few directions of fourier2d.h contribute to its loss.  Definitions: Nanda et
   al. 2023 (arXiv 2301.05217).  */

/* restricted = Pi L + mean over pairs of L: only what lies in the directions, and
   the constant; excluded = L - Pi L: all but that.  Directions as tc_directions
   makes them: sum directions count two for each key frequency (the paper's
   published code), sum and difference four (its text).  Allocated.  */
enum tc_status tc_restricted_logits (const struct tc_dense *directions,
                                     const struct tc_dense *logits,
                                     struct tc_dense *restricted,
                                     struct tc_error *err) TC_MUST_USE;
enum tc_status tc_excluded_logits (const struct tc_dense *directions,
                                   const struct tc_dense *logits,
                                   struct tc_dense *excluded,
                                   struct tc_error *err) TC_MUST_USE;

/* Mean of -log softmax (row)[answer], in nats, over n rows of logits: rows[i], or
   all rows 0 ... n - 1 where rows is NULL.  answers is indexed by row.  */
double tc_mean_cross_entropy (const struct tc_dense *logits, const int32_t *answers,
                              size_t n, const size_t *rows);
/* Share of these rows whose greatest logit is the answer's (the first of equals).  */
double tc_mean_accuracy (const struct tc_dense *logits, const int32_t *answers, size_t n,
                         const size_t *rows);

/* The logits as sum_k alpha_k cos (w_k (answer(x, y) - c)), c a class: ordinary
   least squares on logits [n n, n] centred over classes and over pairs.  For any
   answers the cosines of different k are orthogonal, so
   alpha_k = 2 / n^3 sum_xyc L~ cos (w_k (answer - c)).  */
struct tc_logit_fit
{
  size_t n_keys;
  double *alpha;                /* [n_keys] */
  double *fraction;             /* [n_keys]: variance explained by each alone */
  double explained;             /* by all: 1 - |L~ - fit|^2 / |L~|^2 */
  double loss;                  /* cross entropy of the fit itself, nats */
};
enum tc_status tc_logit_fit_alloc (struct tc_logit_fit *fit, const struct tc_fourier *f,
                                   const struct tc_dense *logits, const int32_t *answers,
                                   size_t n_keys, const size_t *keys,
                                   struct tc_error *err) TC_MUST_USE;
void tc_logit_fit_free (struct tc_logit_fit *fit);

#endif
