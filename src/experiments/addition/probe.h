#ifndef TC_ADDITION_PROBE_H
#define TC_ADDITION_PROBE_H

#include "experiments/addition/task.h"
#include "numerics/compute.h"
#include "transformer/model.h"

#include <stddef.h>

/* A model and the sums it is asked: put digits into set, tc_addition_write them,
   run, read.  */
struct tc_addition_probe
{
  struct tc_compute *compute;
  const struct tc_model *model;
  struct tc_run *run;
  struct tc_addition_set set;
};

/* A probe for n sums at a time; with TC_ROWS_ALL activations can be read, with
   TC_ROWS_NEEDED only logits.  Borrows compute and model.  Free with
   tc_addition_probe_free, also after a failure.  */
enum tc_status tc_addition_probe_alloc (struct tc_addition_probe *probe,
                                        struct tc_compute *compute,
                                        const struct tc_model *model, int num_digits,
                                        size_t n, enum tc_rows rows, struct tc_error *err)
  TC_MUST_USE;
void tc_addition_probe_free (struct tc_addition_probe *probe);

/* Runs the model on the set.  */
enum tc_status tc_addition_probe_run (struct tc_addition_probe *probe, struct tc_error *err)
  TC_MUST_USE;

/* Of the last run: the logits of answer digit tok k of sum i [10]; the class with
   the greatest, the smallest of equals; the right class.  */
const tc_real *tc_addition_probe_logits (const struct tc_addition_probe *probe, size_t i,
                                         size_t k);
int tc_addition_probe_guess (const struct tc_addition_probe *probe, size_t i, size_t k);
int tc_addition_probe_truth (const struct tc_addition_probe *probe, size_t i, size_t k);

/* Row of an activation [b, p, d] where answer digit tok k of sum i is predicted. */
const tc_real *tc_addition_probe_row (const struct tc_addition_probe *probe,
                                      const struct tc_activation *activation, size_t i,
                                      size_t k);

/* centred[10] = logits less their mean.  */
void tc_addition_centre (const tc_real *logits, double *centred);

/* The pair of digits in the column of 10^column of sum i.  */
struct tc_addition_pair { int32_t x, y; };
struct tc_addition_pair tc_addition_get_pair (const struct tc_addition_set *set, size_t i,
                                              int column);
void tc_addition_set_pair (struct tc_addition_set *set, size_t i, int column,
                           struct tc_addition_pair pair);

#endif
