#ifndef TC_CIRCUITS_POSITION_SCORES_H
#define TC_CIRCUITS_POSITION_SCORES_H

#include "circuits/dense.h"
#include "circuits/first_layer.h"
#include "numerics/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How far a head of layer 0 attends by position alone, and whether the positions it
   prefers are those of a relation.  */

/* scores [n_ctx, n_ctx], allocated: the attention score of position p (row) for
   position r, averaged over the tokens that can stand there,

     mean over t of query (t, p) . mean over u of key (u, r)

   stands [n_ctx, d_vocab]: whether a token can stand at a position.  A position where
   none can has scores of 0.  The mean over pairs of tokens, which may not depend on
   each other, is exact because a score is a product.  */
enum tc_status tc_position_scores (const struct tc_first_layer *table, const bool *stands,
                                   struct tc_dense *scores, struct tc_error *err) TC_MUST_USE;

/* A relation of rows and columns, int8_t [rows, cols]: 1 related, 0 not, negative: not
   to be looked at (masked).  Rows with no related or no unrelated column are passed
   over.  */
struct tc_relation_fit
{
  size_t n_rows;                /* rows looked at */
  double slope;                 /* mean score of related columns over the others, rows
                                   centred first (a softmax ignores what a row shares):
                                   least squares */
  double explained;             /* share of the centred scores' variance that slope times
                                   the relation explains */
  double ordered;               /* share of pairs (related, unrelated) in a row with the
                                   greater score related; a tie is one half */
  double first;                 /* share of rows whose greatest score is related */
  double least_gap;             /* least, over rows, of lowest related - highest
                                   unrelated: above 0, a row never errs */
};
struct tc_relation_fit tc_relation_fit (const struct tc_dense *scores,
                                        const int8_t *relation);

#endif
