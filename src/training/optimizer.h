#ifndef TC_TRAINING_OPTIMIZER_H
#define TC_TRAINING_OPTIMIZER_H

#include "numerics/compute.h"
#include "numerics/error.h"
#include "numerics/real.h"
#include "transformer/params.h"

#include <stdint.h>

/* Optimisers with PyTorch's semantics and order of operations in float32
   (torch.optim.AdamW, Adam, SGD; single-tensor CPU path, PyTorch 2.13).  */

enum tc_optimizer_kind { TC_ADAMW, TC_ADAM, TC_SGD };
extern const char *const tc_optimizer_names[];   /* "adamw", "adam", "sgd" */

struct tc_optimizer_options
{
  enum tc_optimizer_kind kind;
  double lr, weight_decay, beta1, beta2, eps, momentum;
  double max_grad_norm;         /* clip the global norm to it; 0: never */
};

/* Moments for each parameter.  For SGD exp_avg is the momentum buffer; moments
   that an optimiser does not keep are NULL.  */
struct tc_optimizer
{
  struct tc_optimizer_options options;
  uint64_t step;                /* updates made */
  size_t count;
  tc_real *exp_avg, *exp_avg_sq;
};

enum tc_status tc_optimizer_alloc (struct tc_optimizer *optimizer,
                                   const struct tc_optimizer_options *options,
                                   size_t count, struct tc_error *err) TC_MUST_USE;
void tc_optimizer_free (struct tc_optimizer *optimizer);

/* One update of all trainable tensors with learning rate lr (the scheduled
   one); grads is laid out like params->data.  The first update comes with
   optimizer->step 0 and leaves it 1.  */
void tc_optimizer_step (struct tc_compute *compute, struct tc_optimizer *optimizer,
                        struct tc_params *params, const tc_real *grads, double lr);

/* Global 2-norm of the trainable gradients, accumulated in float64 in fixed
   order; tc_clip_gradients scales grads as torch.nn.utils.clip_grad_norm_ does
   (max_norm / (norm + 1e-6), at most 1) and returns the norm before.  */
double tc_clip_gradients (struct tc_compute *compute, const struct tc_params *params,
                          tc_real *grads, double max_norm);

#endif
