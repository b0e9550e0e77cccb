#ifndef TC_SORT_ZERO_H
#define TC_SORT_ZERO_H

#include "numerics/compute.h"
#include "numerics/error.h"
#include "numerics/random.h"
#include "training/learner.h"
#include "training/task.h"
#include "transformer/config.h"

/* The baseline without any layer: logits = (W_E[token] + W_pos[position]) W_U + b_U
   from the last token alone.  It cannot know the list; what it can learn is what
   usually comes after that token at that place.  */
struct tc_zero_layer;

/* Sizes are the configuration's d_model, n_ctx, d_vocab, d_vocab_out; batches those
   of the task.  Weights are drawn as TransformerLens draws them, the bias is 0.  */
enum tc_status tc_zero_layer_alloc (struct tc_zero_layer **out, struct tc_compute *compute,
                                    const struct tc_config *config, const struct tc_task *task,
                                    struct tc_torch_rng *rng, struct tc_learner *learner,
                                    struct tc_error *err) TC_MUST_USE;
void tc_zero_layer_free (struct tc_zero_layer *self);

#endif
