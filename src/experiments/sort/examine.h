#ifndef TC_SORT_EXAMINE_H
#define TC_SORT_EXAMINE_H

#include "experiments/sort/analysis.h"
#include "transformer/model.h"

/* Running the session's decoder on many lists with every activation at hand.  */

/* One chunk: run has just been run on batch, whose sequence 0 is list `first` of the
   set.  */
typedef enum tc_status tc_sort_look_fn (struct tc_run *run, const struct tc_batch *batch,
                                        size_t first, void *user, struct tc_error *err);

/* Runs the model on the set's lists, some hundreds at a time, with n_hooks hooks, and
   calls look for each chunk, in order.  */
enum tc_status tc_sort_examine (struct tc_sort_analysis *a, const struct tc_sort_set *set,
                                size_t n_hooks, const struct tc_hook *hooks,
                                tc_sort_look_fn *look, void *user, struct tc_error *err)
  TC_MUST_USE;

/* A fresh set of n lists of the greatest length, the first of a seed's stream; free
   with tc_sort_set_free.  */
enum tc_status tc_sort_lists (struct tc_sort_analysis *a, uint64_t seed, size_t n,
                              struct tc_sort_set *set, struct tc_error *err) TC_MUST_USE;

/* A set of the one list given, of the greatest length.  */
enum tc_status tc_sort_one_list (struct tc_sort_analysis *a, const int32_t *list,
                                 struct tc_sort_set *set, struct tc_error *err) TC_MUST_USE;

/* The token's name, in the buffer.  */
const char *tc_sort_label (const struct tc_sort_options *task, int32_t token,
                           char label[TC_TOKEN_NAME]);

/* Whether the run is the first of its family: not NAME-seed-N.  */
bool tc_sort_is_first (const struct tc_sort_analysis *a);

/* Whether the run is one of the few whose circuits, patterns and logits are published
   number by number and drawn: the notebooks' runs, and what is compared with them.  */
bool tc_sort_is_pictured (const struct tc_sort_analysis *a);

/* To three digits: enough for a picture.  */
float tc_sort_for_picture (double value);

#endif
