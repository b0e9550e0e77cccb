#ifndef TC_SORT_BOUND_STEPS_H
#define TC_SORT_BOUND_STEPS_H

#include "numerics/error.h"

#include <stddef.h>

/* Private to the bound: E min (1, exp (A)) over multisets of values, where A is a sum
   over the values of a list.  The sum's distribution is found exactly but for steps of
   the exponent, always rounded up, so that the result is never too small.  */

/* What keys add to G for one slot, current token, right token and rival.  */
struct tc_sort_gains
{
  size_t j, current, y;
  double fixed;                 /* START and MID */
  double *in;                   /* [length, n_values] place in the list, value */
  double *said;                 /* [length, n_values] place among those said, value */
  double *place;                /* [length] working space */
};

/* The same as factors of exp (-t G), after the mean over orders.  */
struct tc_sort_factors
{
  double t;
  double *log_value, *value;    /* [n_values] of one copy in the list */
  double *said;                 /* [length, n_values] of being said */
};

struct tc_sort_steps;

enum tc_sort_care { TC_SORT_ROUGHLY, TC_SORT_CLOSELY };

/* weight [length + 1], of m copies of a value, must outlive it.  */
enum tc_status tc_sort_steps_alloc (struct tc_sort_steps **out, size_t length,
                                    size_t n_values, const double *weight,
                                    struct tc_error *err) TC_MUST_USE;
void tc_sort_steps_free (struct tc_sort_steps *steps);

/* The sum of weights times min (1, exp (A)); A = -t fixed + the logarithms of all
   factors.  */
double tc_sort_steps_sum (struct tc_sort_steps *steps, const struct tc_sort_gains *gains,
                          const struct tc_sort_factors *factors, enum tc_sort_care care);

#endif
