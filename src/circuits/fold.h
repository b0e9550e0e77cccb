#ifndef TC_CIRCUITS_FOLD_H
#define TC_CIRCUITS_FOLD_H

#include "numerics/error.h"
#include "transformer/model.h"

/* Copies a model with the weights and biases of its LayerNorms folded into the
   matrices that read them (TransformerLens's fold_layer_norm):

     W <- diag (w) W, then each column less its mean;   b <- b + b_norm W

   for W_Q, W_K, W_V of every layer (ln1), W_in (ln2) and W_U (ln_final).  The copy
   has normalisation LNPre and says the same, up to rounding; its full circuits
   (qk_ov.h) then lack only the division by each row's scale.  A model without
   LayerNorm is copied as it is; with LNPre the columns are centred only.

   folded is allocated: tc_model_free it.  Biases that the model did not have
   appear where the folding makes them.  Sums are float64, rounded once.  */
enum tc_status tc_fold_norm (const struct tc_model *model, struct tc_model *folded,
                             struct tc_error *err) TC_MUST_USE;

#endif
