#ifndef TC_CIRCUITS_FIRST_LAYER_H
#define TC_CIRCUITS_FIRST_LAYER_H

#include "circuits/dense.h"
#include "numerics/error.h"
#include "transformer/model.h"

#include <stddef.h>

/* What a head of layer 0 does, exactly: its input at a place is a function of the
   token and the position there alone, LayerNorm included, so that queries, keys
   and outputs of every (token, position) fit a table.  Unlike the full circuits
   (qk_ov.h) nothing is left out.  All float64 from the model's weights.

   Row p * d_vocab + t stands for token t at position p.  */
struct tc_first_layer
{
  size_t d_vocab, n_ctx;
  struct tc_dense query;        /* [n_ctx d_vocab, d_head], divided by attn_scale */
  struct tc_dense key;          /* [n_ctx d_vocab, d_head] */
  struct tc_dense output;       /* [n_ctx d_vocab, d_model]: value W_O, without b_O */
};

/* TC_EINVAL for a head that the model does not have.  */
enum tc_status tc_first_layer_alloc (struct tc_first_layer *table,
                                     const struct tc_model *model, int head,
                                     struct tc_error *err) TC_MUST_USE;
void tc_first_layer_free (struct tc_first_layer *table);

size_t tc_first_layer_row (const struct tc_first_layer *table, size_t token,
                           size_t position);

/* The attention score of `token` at `position` for source_token at
   source_position.  */
double tc_first_layer_score (const struct tc_first_layer *table, size_t token,
                             size_t position, size_t source_token,
                             size_t source_position);

#endif
