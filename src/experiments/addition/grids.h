#ifndef TC_ADDITION_GRIDS_H
#define TC_ADDITION_GRIDS_H

#include "circuits/dense.h"
#include "experiments/addition/circuits.h"
#include "experiments/addition/shares.h"

#include <stddef.h>

/* What a model computes as a function of the pair (D, D') of one column: means over
   random other digits, of which those to the right carry into the column, or do
   not.  Every pair sees the same other digits.  */

/* Where it is read: at the column's own answer digit, or at the next to the left,
   which gets the column's carry.  */
enum tc_addition_reading { TC_ADDITION_OWN, TC_ADDITION_NEXT, TC_ADDITION_READINGS };

/* Inputs of neurons, their outputs, logits less their mean.  At the next digit the
   logits are shifted, so that class c is c more than the answer without carry. */
enum tc_addition_quantity
{
  TC_ADDITION_PRE, TC_ADDITION_POST, TC_ADDITION_LOGITS, TC_ADDITION_QUANTITIES
};

/* Means [100, c], row 10 D + D'.  */
struct tc_addition_grid
{
  struct tc_dense mean[TC_ADDITION_READINGS][TC_ADDITION_QUANTITIES];
};

/* Draws of the other digits that each mean is over.  */
enum { TC_ADDITION_CONTEXTS = 8, TC_ADDITION_PAIRS = 100 };

/* Of the column of 10^column with that carry into it (0 for the units).  Free with
   tc_addition_grid_free, also after a failure.  */
enum tc_status tc_addition_grid_measure (const struct tc_addition_analysis *a,
                                         const struct tc_model *model, int column, int carry,
                                         struct tc_addition_grid *grid, struct tc_error *err)
  TC_MUST_USE;
void tc_addition_grid_free (struct tc_addition_grid *grid);

/* The right answer in the same form, one class 1 and the others 0.  */
enum tc_status tc_addition_grid_truth (enum tc_addition_reading reading, int carry,
                                       struct tc_dense *truth, struct tc_error *err)
  TC_MUST_USE;

/* How the variance over pairs divides, shares of its total.  */
struct tc_addition_split
{
  double variance;              /* mean over pairs, summed over functions */
  double additive;              /* f(D) + g(D') */
  struct tc_addition_shares waves;      /* functions of (D + D') mod 10, by frequency */
  double sum;                   /* functions of D + D', which overlap both */
  struct tc_addition_range random;      /* nine random functions of the pair */
};

/* Directions that tc_addition_split_grid projects on.  */
struct tc_addition_space
{
  struct tc_dense additive;     /* [18, 100] */
  struct tc_dense waves;        /* [9, 100] */
  struct tc_dense sums;         /* [19, 100]: the constant among them */
  struct tc_addition_bases turned, random;      /* of the waves; of the pairs */
};
enum tc_status tc_addition_space_alloc (const struct tc_addition_analysis *a,
                                        struct tc_addition_space *space,
                                        struct tc_error *err) TC_MUST_USE;
void tc_addition_space_free (struct tc_addition_space *space);

/* Of the functions in the columns of a [100, c] matrix.  */
enum tc_status tc_addition_split_grid (const struct tc_addition_space *space,
                                       const struct tc_dense *grid,
                                       struct tc_addition_split *split, struct tc_error *err)
  TC_MUST_USE;

#endif
