#ifndef TC_TRANSFORMER_LAYERS_H
#define TC_TRANSFORMER_LAYERS_H

#include "numerics/compute.h"
#include "numerics/matmul.h"
#include "transformer/hook_points.h"
#include "transformer/run.h"

/* Private to this room: the parts of the model, each forward beside backward.
   Forward functions read run->params and leave their activations in run;
   backward functions take a gradient one step down and overwrite their part of
   run->grads.  Both fire the hooks on their way.  */

/* --- embed.c --- */

/* tokens -> resid_pre of layer 0.  */
void tc_embed_forward (struct tc_compute *compute, struct tc_run *run);
/* W_pos at every row -> pos_embed, for whoever asks.  */
void tc_embed_positions (struct tc_compute *compute, struct tc_run *run);
/* d loss / d resid_pre of layer 0 -> dW_E, dW_pos.  */
void tc_embed_backward (struct tc_compute *compute, struct tc_run *run, tc_real *d_resid);

/* resid_post of the last layer -> logits.  */
void tc_unembed_forward (struct tc_compute *compute, struct tc_run *run);
/* d_logits [n_out, d_vocab_out] -> d_resid [n_out, d_model], d ln_final, dW_U, db_U. */
void tc_unembed_backward (struct tc_compute *compute, struct tc_run *run,
                          const tc_real *d_logits, tc_real *d_resid);

/* --- attention.c --- */

/* resid_pre -> attn_out.  */
void tc_attention_forward (struct tc_compute *compute, struct tc_run *run, int layer);
/* d_mid [n_out, d_model] -> scratch.d_in, except what passes the layer by.  */
void tc_attention_backward (struct tc_compute *compute, struct tc_run *run, int layer,
                            tc_real *d_mid);
/* z W_O head by head -> result; -inf -> scores of keys not seen.  For whoever
   asks, TC_ROWS_ALL only.  */
void tc_attention_results (struct tc_compute *compute, struct tc_run *run, int layer);
void tc_attention_mask_scores (struct tc_run *run, int layer);

/* --- heads.c --- */

static inline size_t
tc_heads_width (const struct tc_config *config)
{
  return (size_t) config->n_heads * (size_t) config->d_head;
}

/* ln1.out -> q, k, v.  */
void tc_heads_forward (struct tc_compute *compute, struct tc_run *run, int layer);
/* scratch.d_q, d_k, d_v -> d_x [n_in, d_model], dW_Q, dW_K, dW_V, db_Q, db_K, db_V.  */
void tc_heads_backward (struct tc_compute *compute, struct tc_run *run, int layer,
                        tc_real *d_x);

/* --- mlp.c --- */

/* resid_mid -> mlp_out.  */
void tc_mlp_forward (struct tc_compute *compute, struct tc_run *run, int layer);
/* d_out = d loss / d mlp_out [n_out, d_model] -> scratch.d_mid, except what passes
   the MLP by.  */
void tc_mlp_backward (struct tc_compute *compute, struct tc_run *run, int layer,
                      tc_real *d_out);

/* --- norm.c: x -> cache->out, in n rows --- */

/* Hook points of a normalisation; layer is -1 for ln_final.  */
struct tc_norm_points
{
  enum tc_point scale, normalized;
  int layer;
};

void tc_norm_forward (struct tc_compute *compute, struct tc_run *run, size_t n,
                      const struct tc_norm_params *params, struct tc_norm_points points,
                      tc_real *x, struct tc_norm_cache *cache);
/* Replaces d = d loss / d out by d loss / d x.  */
void tc_norm_backward (struct tc_compute *compute, struct tc_run *run, size_t n,
                       const struct tc_norm_params *params,
                       const struct tc_norm_params *grads, struct tc_norm_points points,
                       const struct tc_norm_cache *cache, tc_real *d);

/* --- linear.c: y = x W + b --- */

struct tc_linear
{
  size_t d_in, d_out;
  size_t stride;                /* of W's rows */
  tc_real *W;                   /* [d_in, d_out] */
  tc_real *b;                   /* [d_out] or NULL */
};

/* x [n, d_in] -> y [n, d_out].  */
void tc_linear_forward (struct tc_compute *compute, struct tc_linear linear, size_t n,
                        const tc_real *x, tc_real *y);
/* dy [n, d_out] -> dx [n, d_in], set or added to.  */
void tc_linear_backward_input (struct tc_compute *compute, struct tc_linear linear,
                               size_t n, const tc_real *dy, enum tc_start start,
                               tc_real *dx);
/* x, dy -> the gradients that grad.W and grad.b point at, overwritten.  */
void tc_linear_backward_weights (struct tc_compute *compute, struct tc_linear grad,
                                 size_t n, const tc_real *x, const tc_real *dy);

#endif
