#ifndef TC_CIRCUITS_QK_OV_H
#define TC_CIRCUITS_QK_OV_H

#include "circuits/dense.h"
#include "numerics/error.h"
#include "transformer/model.h"

#include <stddef.h>
#include <stdint.h>

/* The full QK and OV circuits of a head over tokens and positions jointly
   (Elhage et al. 2021, "A Mathematical Framework for Transformer Circuits",
   section "Splitting attention head terms into circuits", there W_E^T W_QK W_E
   and W_U W_OV W_E; here with positions and, where the model has them, biases,
   and rows multiply from the left as in TransformerLens).

   The *inputs* of a model are the rows that add up to its embedding:
     row t, t < d_vocab               W_E[t]
     row d_vocab + p, p < n_ctx       W_pos[p] (learned or sinusoidal)
     one last row                     the head's bias; only with attn_bias
   The embedding of token t at position p is row t plus row d_vocab + p.

   They read the head from the embedding directly.  For a head in layer 0 of a
   model without normalisation that is all there is, and the circuits are exact:
   adding their cells gives the attention score, and the pattern-weighted OV
   rows give the head's logits.  In deeper layers they are the direct path from
   the embedding; with LayerNorm they omit its scale and centring.  */

/* Number of input rows, bias row included.  */
size_t tc_circuit_inputs (const struct tc_config *config);
/* Row of token t, of position p, and of the biases.  */
size_t tc_circuit_token (const struct tc_config *config, size_t token);
size_t tc_circuit_position (const struct tc_config *config, size_t position);

/* qk [inputs, inputs]: row = input of the destination (query), column = input of
   the source (key); X W_Q (X W_K)^T / attn_scale, where X holds the inputs and
   the bias row is (b_Q, b_K).  The attention score of token t at position p for
   token u at position r is the sum of qk[{t, p, bias}, {u, r, bias}].
   TC_EINVAL for a layer or head that the model does not have.  */
enum tc_status tc_full_qk (const struct tc_model *model, int layer, int head,
                           struct tc_dense *qk, struct tc_error *err) TC_MUST_USE;

/* ov [inputs, d_vocab_out]: what attending wholly to that input adds to each
   logit, X W_V W_O W_U; the bias row is b_V W_O W_U.  */
enum tc_status tc_full_ov (const struct tc_model *model, int layer, int head,
                           struct tc_dense *ov, struct tc_error *err) TC_MUST_USE;

/* direct [tokens and positions, d_vocab_out]: the direct path, X W_U, which
   needs no head (no bias row).  */
enum tc_status tc_direct_path (const struct tc_model *model, struct tc_dense *direct,
                               struct tc_error *err) TC_MUST_USE;

/* The score of destination token t at position p for source token u at position
   r, summed from qk.  */
double tc_qk_score (const struct tc_config *config, const struct tc_dense *qk,
                    size_t token, size_t position, size_t source_token,
                    size_t source_position);

/* One attention row over sources 0 ... position of a sequence: softmax of the
   scores above; pattern [position + 1].  */
void tc_qk_pattern (const struct tc_config *config, const struct tc_dense *qk,
                    const int32_t *tokens, size_t position, double *pattern);

#endif
