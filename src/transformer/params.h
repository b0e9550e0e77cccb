#ifndef TC_TRANSFORMER_PARAMS_H
#define TC_TRANSFORMER_PARAMS_H

#include "numerics/error.h"
#include "numerics/random.h"
#include "numerics/real.h"
#include "transformer/config.h"

#include <stdbool.h>
#include <stddef.h>

/* All parameters of a model in one flat buffer, with a named view per tensor,
   so that optimiser, checkpoint and gradient check see one array.  */

enum { TC_MAX_DIMS = 4, TC_NAME_MAX = 64 };

struct tc_tensor
{
  char name[TC_NAME_MAX];       /* TransformerLens: "blocks.0.attn.W_Q" */
  int n_dims;
  size_t shape[TC_MAX_DIMS];
  size_t offset, count;         /* elements, into the flat buffer */
  bool trainable;
};

/* A list of named tensors in one buffer; models of any kind have one.  */
struct tc_params
{
  size_t n_tensors, count;
  struct tc_tensor *tensors;
  tc_real *data;                /* [count], 64-byte aligned */
};

/* Lays out a decoder's parameters, TransformerLens's registration order and
   row-major layouts: embed.W_E [d_vocab,d_model], pos_embed.W_pos
   [n_ctx,d_model], blocks.L.ln1.w/.b, attn.W_Q W_K W_V [heads,d_model,d_head],
   attn.W_O [heads,d_head,d_model], attn.b_Q b_K b_V [heads,d_head], attn.b_O
   [d_model], ln2, mlp.W_in [d_model,d_mlp] b_in W_out b_out, ln_final,
   unembed.W_U [d_model,d_vocab_out] b_U.  Zero-filled.  */
enum tc_status tc_params_alloc (struct tc_params *params, const struct tc_config *config,
                                struct tc_error *err) TC_MUST_USE;

/* The same for any other model: copies the tensor list, fills in offsets and
   counts.  */
enum tc_status tc_params_alloc_list (struct tc_params *params, size_t n_tensors,
                                     const struct tc_tensor *tensors,
                                     struct tc_error *err) TC_MUST_USE;
void tc_params_free (struct tc_params *params);

/* The tensor of that name, or NULL.  */
const struct tc_tensor *tc_params_find (const struct tc_params *params, const char *name);

/* Its elements, or NULL: tc_params_data (p, "blocks.0.attn.W_Q").  */
tc_real *tc_params_data (const struct tc_params *params, const char *name);

/* Draws every parameter from rng as config->init names it.  Bit for bit what
   PyTorch CPU (x86, AVX2) gives the notebook after torch.manual_seed; for
   easytransformer, what a GPU gives (random.h says how closely).  */
enum tc_status tc_params_init (struct tc_params *params, const struct tc_config *config,
                               struct tc_torch_rng *rng, struct tc_error *err) TC_MUST_USE;

#endif
