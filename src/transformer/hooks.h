#ifndef TC_TRANSFORMER_HOOKS_H
#define TC_TRANSFORMER_HOOKS_H

#include "numerics/error.h"
#include "numerics/real.h"

#include <stddef.h>

/* Every activation has TransformerLens's name and a shape:
     hook_embed, hook_pos_embed                                [b,p,d_model]
     blocks.L.hook_resid_pre, .hook_attn_out, .hook_resid_mid (with MLP),
       .hook_mlp_out, .hook_resid_post                         [b,p,d_model]
     blocks.L.ln1.hook_scale [b,p,1], .ln1.hook_normalized     [b,p,d_model]; ln2 likewise
     blocks.L.attn.hook_q, .hook_k, .hook_v, .hook_z           [b,p,heads,d_head]
     blocks.L.attn.hook_attn_scores, .hook_pattern             [b,heads,query,key]
     blocks.L.attn.hook_result                                 [b,p,heads,d_model]
     blocks.L.mlp.hook_pre, .hook_post                         [b,p,d_mlp]
     ln_final.hook_scale, ln_final.hook_normalized
     unembed.hook_in [b,p,d_model]; unembed.hook_out           [b,p,d_vocab_out]
   Scores are hooked after division and masking (-inf present).  Nothing is
   computed for keys after the query: patterns and all gradients are 0 there,
   and edits there are not seen.  Where a forward hook edits an activation, the
   gradient passes the edit as if it had added a constant.
   hook_result and hook_pos_embed are computed only when hooked.  */

/* One activation (or its gradient) as a callback sees it: row-major, may be
   edited in place going forward; whatever is read later sees the edit.  */
struct tc_activation
{
  const char *name;
  int n_dims;
  size_t shape[4];
  tc_real *data;
};

enum tc_direction { TC_FORWARD, TC_BACKWARD };

typedef void tc_hook_fn (const struct tc_activation *activation, void *user);

struct tc_hook
{
  const char *name;             /* exact hook name, or "*" for all */
  enum tc_direction direction;  /* TC_BACKWARD: data is d loss / d activation */
  tc_hook_fn *fn;
  void *user;
};

#endif
