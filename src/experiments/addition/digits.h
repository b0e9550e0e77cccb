#ifndef TC_ADDITION_DIGITS_H
#define TC_ADDITION_DIGITS_H

#include "circuits/dense.h"
#include "transformer/model.h"

#include <stddef.h>

/* Parts of a one-layer model as functions of a digit: matrices [10, c], one row
   per digit, float64.  All are allocated.  */

/* W_E of the ten digit tokens [10, d_model].  */
enum tc_status tc_addition_digit_embedding (const struct tc_model *model,
                                            struct tc_dense *out, struct tc_error *err)
  TC_MUST_USE;

/* W_U^T: of the answer [10, d_model]; W_L^T = (W_out W_U)^T: what each neuron adds
   to its logit [10, d_mlp].  */
enum tc_status tc_addition_digit_unembedding (const struct tc_model *model,
                                              struct tc_dense *out, struct tc_error *err)
  TC_MUST_USE;
enum tc_status tc_addition_neuron_logits (const struct tc_model *model, struct tc_dense *out,
                                          struct tc_error *err) TC_MUST_USE;

/* What attending wholly to a digit through a head adds to the input of every
   neuron [10, d_mlp]: W_E W_V W_O W_in.  */
enum tc_status tc_addition_neuron_inputs (const struct tc_model *model, size_t head,
                                          struct tc_dense *out, struct tc_error *err)
  TC_MUST_USE;

#endif
