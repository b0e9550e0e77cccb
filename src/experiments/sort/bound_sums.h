#ifndef TC_SORT_BOUND_SUMS_H
#define TC_SORT_BOUND_SUMS_H

#include "experiments/sort/bound_model.h"

/* Private to the bound: sums over all lists, for one slot, current token, right token y
   and rival v at a time.  */
struct tc_sort_sums;

enum tc_sort_effort
{
  TC_SORT_SETTLED,              /* no list can get it wrong */
  TC_SORT_COARSE,               /* E exp (-t G) is as good as nothing, for the best t */
  TC_SORT_FINE                  /* E min (1, exp (...)), in steps */
};

enum tc_status tc_sort_sums_alloc (struct tc_sort_sums **out,
                                   const struct tc_sort_bound_task *task,
                                   struct tc_error *err) TC_MUST_USE;
void tc_sort_sums_free (struct tc_sort_sums *sums);

/* Share of lists whose right token at slot j is y after `current` (anything for j =
   0); exact, but for the lists that have many copies of one value: they are left out
   everywhere here.  */
double tc_sort_sums_share (struct tc_sort_sums *sums, size_t j, size_t current, size_t y);

/* At most this share of lists has that and a logit of v that is not below y's by more
   than the margin.  A result below `enough` is not sought to be lowered.  */
double tc_sort_sums_wrong (struct tc_sort_sums *sums, const struct tc_sort_keys *keys,
                           size_t y, size_t v, double enough,
                           enum tc_sort_effort *effort);

#endif
