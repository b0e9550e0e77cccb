#ifndef TC_SORT_SCORE_H
#define TC_SORT_SCORE_H

#include "experiments/sort/analysis.h"

#include <stddef.h>
#include <stdint.h>

/* How well the session's model, whichever parameters it has now, sorts lists: each
   token predicted from the right tokens before it, as in the notebooks.  */

/* Lists that measure a run's accuracy closely; they begin with the test set.  */
enum { TC_SORT_MANY = 10000 };

/* Over the first `lists` lists of `length` values of a seed's stream.  */
enum tc_status tc_sort_score_lists (struct tc_sort_analysis *a, uint64_t seed, size_t lists,
                                    int length, struct tc_sort_score *score,
                                    struct tc_error *err) TC_MUST_USE;

/* The greatest logit's token of every target of the batch, [batch->n_targets].  At
   most the task's test_size (or batch size) lists.  */
enum tc_status tc_sort_predict (struct tc_sort_analysis *a, const struct tc_batch *batch,
                                int32_t *predicted, struct tc_error *err) TC_MUST_USE;

#endif
