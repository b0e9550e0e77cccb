#ifndef TC_CIRCUITS_ATTRIBUTION_H
#define TC_CIRCUITS_ATTRIBUTION_H

#include "circuits/dense.h"
#include "numerics/error.h"
#include "transformer/model.h"

#include <stdbool.h>
#include <stddef.h>

/* Direct logit attribution (nostalgebraist 2020, "the logit lens"; Elhage et
   al. 2021; TransformerLens's ActivationCache.logit_attrs): the residual stream
   is a sum of what each component wrote, and the unembedding is linear, so the
   logits are a sum over components.

   Components, in this order, by TransformerLens's names:
     embed, pos_embed (if the model has positions),
     per layer L: L0H0, L0H1 ... or, split by source, "L0H0<-7" (the part of the
       head's output read from position 7), then "0_attn_bias" (b_O, if any),
       "0_mlp_out" (if the layer has an MLP; its bias included),
     "ln_bias" (final LayerNorm's b through W_U), "unembed_bias" (b_U).
   With a doubled residual (x <- 2x + attn (x)) everything written before layer l
   reaches the logits doubled once per layer from l on; that factor is included.
   With LayerNorm a component is centred, divided by the cached scale of this
   very row and multiplied by w, so that the terms still sum to the logits.

   All arithmetic is float64 on the model's float32 activations and weights; the
   sum differs from the model's own float32 logits by its rounding only, and
   max_error says by how much.  */
struct tc_attribution
{
  size_t n_components, d_vocab_out;
  char (*name)[TC_NAME_MAX];    /* [n_components] */
  struct tc_dense logits;       /* [n_components, d_vocab_out] */
  double max_error;             /* max over classes |sum of terms - model's logit| */
};

/* Attributes the logits at one position of the last TC_ROWS_ALL forward of run.
   split_sources: one term per head and source position 0 ... position instead
   of one per head.  Free with tc_attribution_free.  TC_EINVAL for a row outside
   the batch or a run that keeps needed rows only.  */
enum tc_status tc_attribute_logits (const struct tc_model *model, struct tc_run *run,
                                    size_t sequence, size_t position, bool split_sources,
                                    struct tc_attribution *out, struct tc_error *err)
  TC_MUST_USE;
void tc_attribution_free (struct tc_attribution *attribution);

/* The term of that name, [d_vocab_out], or NULL.  */
const double *tc_attribution_find (const struct tc_attribution *attribution,
                                   const char *name);

#endif
