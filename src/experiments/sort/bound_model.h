#ifndef TC_SORT_BOUND_MODEL_H
#define TC_SORT_BOUND_MODEL_H

#include "experiments/sort/bound.h"

/* Private to the bound: what each key can contribute, from the model's weights.

   For one slot and current token, key (x, i) - value x at the i-th place of the list,
   or said i-th - has weight e = exp (score - greatest score), which is all that
   softmax's numerator is, and pull [class] = e (what attending to it adds to the class's
   logit + the direct path's logit).  The sum of pull [y] - pull [v] over the keys of a
   list is the logit margin of y over v times a positive number.  */
struct tc_sort_keys
{
  size_t list_length, n_values, n_classes;
  size_t j, current;            /* slot; token at its position */
  double margin;
  double *in_weight, *in_pull;  /* [list_length, n_values], [..., n_classes] */
  double *said_weight, *said_pull;      /* likewise; the first j are set */
  double fixed_weight, *fixed_pull;     /* START and MID together; [n_classes] */
  struct tc_sort_key_tables *tables;    /* private */
};

enum tc_status tc_sort_keys_alloc (struct tc_sort_keys **out, const struct tc_model *model,
                                   const struct tc_sort_bound_task *task,
                                   struct tc_error *err) TC_MUST_USE;
void tc_sort_keys_free (struct tc_sort_keys *keys);

/* Sets weights and pulls for a slot and the token at its position.  */
void tc_sort_keys_set (struct tc_sort_keys *keys, size_t j, size_t current);

/* One key's part of G for y against v, the margin taken off.  */
static inline double
tc_sort_key_gain (const struct tc_sort_keys *keys, double weight, const double *pull,
                  size_t y, size_t v)
{
  return pull[y] - pull[v] - keys->margin * weight;
}

#endif
