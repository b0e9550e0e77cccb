#ifndef TC_CIRCUITS_COMPOSITION_H
#define TC_CIRCUITS_COMPOSITION_H

#include "circuits/dense.h"
#include "numerics/error.h"
#include "numerics/random.h"
#include "transformer/model.h"

#include <stddef.h>

/* Two-layer circuits: how far a later head reads what an earlier one wrote (Elhage et
   al. 2021, "A Mathematical Framework for Transformer Circuits").  Rows multiply from
   the left, as in TransformerLens; norms are Frobenius's.  */

/* The matrices of a head, [d_model, d_model]: qk = W_Q W_K^T (score = x_query qk
   x_key^T, undivided) and ov = W_V W_O.  Allocated.  TC_EINVAL for a layer or head
   that the model does not have.  */
enum tc_status tc_head_qk (const struct tc_model *model, int layer, int head,
                           struct tc_dense *qk, struct tc_error *err) TC_MUST_USE;
enum tc_status tc_head_ov (const struct tc_model *model, int layer, int head,
                           struct tc_dense *ov, struct tc_error *err) TC_MUST_USE;

/* |ov1 qk2| / (|ov1| |qk2|), |qk2 ov1^T| / ..., |ov1 ov2| / ...: composition with the
   later head's queries, keys and values.  In [0, 1].  */
struct tc_composition { double q, k, v; };
enum tc_status tc_head_composition (const struct tc_model *model, int layer1, int head1,
                                    int layer2, int head2, struct tc_composition *out,
                                    struct tc_error *err) TC_MUST_USE;

/* Mean of |a b| / (|a| |b|) over `samples` pairs of products a, b of independent
   Gaussian matrices, [d_model, d_head] [d_head, d_model]: what matrices compose by
   chance.  Drawn from rng.  */
enum tc_status tc_composition_by_chance (size_t d_model, size_t d_head, size_t samples,
                                         struct tc_torch_rng *rng, double *mean,
                                         struct tc_error *err) TC_MUST_USE;

/* The eigenvalues of a b that may differ from 0, a [n, r], b [r, n]: those of b a, r
   of them, by descending modulus, real[r] and imaginary[r].  By GSL: round what is
   published.  */
enum tc_status tc_product_eigenvalues (const struct tc_dense *a, const struct tc_dense *b,
                                       double *real, double *imaginary,
                                       struct tc_error *err) TC_MUST_USE;
/* Their sum over the sum of their moduli, in [-1, 1]; 0 if all are 0.  */
double tc_positivity (size_t r, const double *real, const double *imaginary);

/* The factors a [d_vocab, d_head], b [d_head, d_vocab_out] of circuits over tokens:
   the full OV circuit W_E W_V, W_O W_U of a head; and the K-composed QK circuit
   W_E W_Q2, W_K2^T W_O1^T W_V1^T W_E^T of a later head with an earlier one (row: token
   at the query, column: token that the earlier head attended to from the key).
   Allocated.  */
enum tc_status tc_token_ov (const struct tc_model *model, int layer, int head,
                            struct tc_dense *a, struct tc_dense *b, struct tc_error *err)
  TC_MUST_USE;
enum tc_status tc_token_qk_composed (const struct tc_model *model, int layer1, int head1,
                                     int layer2, int head2, struct tc_dense *a,
                                     struct tc_dense *b, struct tc_error *err) TC_MUST_USE;

#endif
