#ifndef TC_TRANSFORMER_RUN_H
#define TC_TRANSFORMER_RUN_H

#include "numerics/causal.h"
#include "numerics/compute.h"
#include "transformer/hooks.h"
#include "transformer/model.h"
#include "transformer/rows.h"

/* Private to this room: one pass through the model, with the shape beside every
   buffer.  n_in, n_q and n_out are a layer's row counts (rows.h); heads are
   adjacent, so [n, heads*d_head] is also [n, heads, d_head].  */

/* --- Parameters (or their gradients) by name; NULL where the model lacks one --- */

struct tc_norm_params
{
  tc_real *w, *b;               /* [d_model] */
};

struct tc_layer_params
{
  struct tc_norm_params ln1, ln2;
  tc_real *W_Q, *W_K, *W_V;     /* [heads, d_model, d_head] */
  tc_real *b_Q, *b_K, *b_V;     /* [heads, d_head] */
  tc_real *W_O;                 /* [heads, d_head, d_model] */
  tc_real *b_O;                 /* [d_model] */
  tc_real *W_in;                /* [d_model, d_mlp] */
  tc_real *b_in;                /* [d_mlp] */
  tc_real *W_out;               /* [d_mlp, d_model] */
  tc_real *b_out;               /* [d_model] */
};

struct tc_model_params
{
  tc_real *W_E;                 /* [d_vocab, d_model] */
  tc_real *W_pos;               /* [n_ctx, d_model] */
  struct tc_layer_params *layers;
  struct tc_norm_params ln_final;
  tc_real *W_U;                 /* [d_model, d_vocab_out] */
  tc_real *b_U;                 /* [d_vocab_out] */
  const tc_real *base;          /* the flat buffer they point into */
};

/* --- Activations of the forward pass, kept for the backward pass --- */

struct tc_norm_cache
{
  tc_real *normalized;          /* [n, d_model] before w and b */
  tc_real *scale;               /* [n] */
  tc_real *out;                 /* [n, d_model] what the layer reads: normalized w + b,
                                   normalized, or the residual stream itself */
};

struct tc_layer_cache
{
  tc_real *resid_pre;           /* [n_in, d_model], the layer before's resid_post */
  struct tc_norm_cache ln1;     /* n_in rows */
  tc_real *W_qkv;               /* [d_model, 3*heads*d_head] queries, keys, values */
  tc_real *b_qkv;               /* [3*heads*d_head] */
  tc_real *q;                   /* [n_q, heads*d_head] */
  tc_real *k, *v;               /* [n_in, heads*d_head], rows kv_stride apart */
  tc_real *scores;              /* weights as in causal.h; TC_ROWS_ALL only */
  tc_real *pattern;             /* weights */
  tc_real *z;                   /* [n_out, heads*d_head] */
  tc_real *attn_out;            /* [n_out, d_model] */
  tc_real *resid_mid;           /* [n_out, d_model] */
  struct tc_norm_cache ln2;     /* n_out rows */
  tc_real *pre, *post;          /* [n_out, d_mlp] */
  tc_real *mlp_out;             /* [n_out, d_model] */
  tc_real *resid_post;          /* [n_out, d_model]; resid_mid itself where nothing
                                   comes in between */
  tc_real *result;              /* [n_out, heads, d_model], made on demand */
};

/* --- Gradients on their way down; shared by all layers --- */

struct tc_scratch
{
  tc_real *d_out;               /* [n_out, d_model] d loss / d resid_post */
  tc_real *d_mid;               /* [n_out, d_model] */
  tc_real *d_in;                /* [n_in, d_model] d loss / d resid_pre */
  tc_real *x_q;                 /* [n_q, d_model] rows that ask, and their gradient */
  tc_real *d_post, *d_pre;      /* [n_out, d_mlp]; one buffer where the activation
                                   allows it */
  tc_real *d_z;                 /* [n_out, heads*d_head] */
  tc_real *d_weights;           /* weights: d pattern, then d scores */
  tc_real *d_asked;             /* [n_out, heads*d_head] what each row asked with */
  tc_real *table;               /* [heads, n_q, n_in] where scores are tabulated;
                                   at most a quarter of the weights */
  tc_real *d_q;                 /* [n_q, heads*d_head] */
  tc_real *d_k, *d_v;           /* [n_in, heads*d_head], rows kv_stride apart */
  tc_real *dW_qkv;              /* [d_model, 3*heads*d_head] */
  tc_real *db_qkv;              /* [3*heads*d_head] */
  tc_real *d_logits;            /* [n_out, d_vocab_out]; TC_ROWS_ALL only */
};

struct tc_hook_list
{
  size_t n, capacity;
  struct tc_hook *hooks;
};

struct tc_run
{
  struct tc_config config;
  struct tc_row_sets rows;
  struct tc_model_params params, grads;

  tc_real *embed, *pos_embed;   /* [n_embedded, d_model]; TC_ROWS_ALL only */
  struct tc_layer_cache *layers;
  struct tc_norm_cache ln_final;  /* rows of the last layer's n_out */
  tc_real *logits;              /* [n_out, d_vocab_out] */
  struct tc_scratch scratch;

  /* Keys and values of a row lie side by side in TC_ROWS_NEEDED, so that one
     product makes both; hooks want them apart.  */
  bool kv_joint;
  size_t kv_stride;             /* heads*d_head, joint twice that */
  double attn_scale;

  struct tc_hook_list hooks;
  tc_real *hook_buffer;         /* what a hook asks for and nobody else keeps */
  void *arena;                  /* the activations and gradients */
};

/* Points params or grads at the tensors of the model inside a flat buffer, with
   trainable_only at those alone.  Does nothing where they already point there. */
void tc_bind_params (struct tc_model_params *view, const struct tc_model *model,
                     tc_real *base, bool trainable_only);

#endif
