#ifndef TC_CIRCUITS_COPYING_H
#define TC_CIRCUITS_COPYING_H

#include "circuits/dense.h"
#include "numerics/error.h"

#include <stddef.h>

/* Does an OV circuit copy?  m is at least n x n: row = token attended to, column =
   class whose logit it adds to; tokens and classes 0 ... n - 1 are looked at.  */

/* Elhage et al. 2021 ("Summarizing OV/QK matrices"): sum of eigenvalues over the
   sum of their moduli, in [-1, 1]; 1: each token raises itself (or tokens as a set
   raise themselves), -1: lowers.  Eigenvalues by GSL: round what is published.  0
   for a zero matrix.  */
enum tc_status tc_copying_score (const struct tc_dense *m, size_t n, double *score,
                                 struct tc_error *err) TC_MUST_USE;

/* Share of rows whose greatest entry lies on the diagonal.  */
double tc_diagonal_rate (const struct tc_dense *m, size_t n);

/* Mean over rows of how many columns' entries exceed the diagonal's: 0 where all
   copy, (n - 1) / 2 by chance.  */
double tc_diagonal_rank (const struct tc_dense *m, size_t n);

#endif
