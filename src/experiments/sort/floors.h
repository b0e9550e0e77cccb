#ifndef TC_SORT_FLOORS_H
#define TC_SORT_FLOORS_H

#include "experiments/sort/task.h"
#include "numerics/error.h"

/* What sorting a list with repeats costs at least if one does not count.

   Whoever knows which values the list holds, but not how often, knows the first
   token and, after a token c, that c again or the next greater value comes.  What
   that uncertainty costs, in nats per token, is an entropy: of "c comes again" given
     [0] how many distinct values of the list are greater than c;
     [1] that, and the position;
     [2] those, and how often c came already.
   Estimated by counting in lists drawn with a seed of their own.  */
enum { TC_SORT_FLOORS = 3 };
struct tc_sort_floors
{
  size_t lists;
  double nats[TC_SORT_FLOORS];
};
extern const char *const tc_sort_floor_names[TC_SORT_FLOORS];

/* lists of options->list_length values of options->n_values, any values; TC_ENOMEM. */
enum tc_status tc_sort_find_floors (const struct tc_sort_options *options, size_t lists,
                                    uint64_t seed, struct tc_sort_floors *floors,
                                    struct tc_error *err) TC_MUST_USE;

#endif
