#ifndef TC_CIRCUITS_SIMILARITY_H
#define TC_CIRCUITS_SIMILARITY_H

#include "circuits/dense.h"
#include "numerics/error.h"

#include <stdbool.h>
#include <stddef.h>

/* Small measures of vectors and of lists of numbers; sums run in index order. */

/* a . b / (|a| |b|), in [-1, 1]; 0 if a vector is zero (the notebook's cos). */
double tc_cosine (size_t n, const double *a, const double *b);

/* |a - b|^2 / (|a| |b|): 0 for equal vectors and 2 - 2 cos for equally long ones
   (the notebook's is_close, which is therefore small when they are close); 0 if
   both are zero, infinity if one is.  */
double tc_separation (size_t n, const double *a, const double *b);

/* cov [rows, rows] = V V^T of the rows of v, allocated (the notebook's get_cov);
   normalised: every row is first divided by its norm, which makes it the matrix
   of cosines (zero rows stay zero).  */
enum tc_status tc_covariance (const struct tc_dense *v, bool normalised,
                              struct tc_dense *cov, struct tc_error *err) TC_MUST_USE;

/* Gini coefficient of n nonnegative numbers (Hurley and Rickard 2009): with v
   ascending, 2 sum_i i v_i / (n sum v) - (n + 1) / n for i = 1 ... n.  0: all
   equal; 1 - 1/n: one has everything.  0 if all are zero.  TC_EINVAL for n = 0 or
   a number that is negative or not finite.  */
enum tc_status tc_gini (size_t n, const double *values, double *gini,
                        struct tc_error *err) TC_MUST_USE;

double tc_sum_of_squares (size_t n, const double *values);

#endif
