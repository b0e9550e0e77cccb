#ifndef TC_CIRCUITS_GENERATE_H
#define TC_CIRCUITS_GENERATE_H

#include "numerics/compute.h"
#include "numerics/error.h"
#include "numerics/random.h"
#include "transformer/model.h"

#include <stddef.h>
#include <stdint.h>

/* Letting a model continue prompts token by token (TransformerLens's generate,
   without its stopping at an end token).  */

/* How a token is chosen from logits.  TransformerLens samples at temperature 1
   unless told otherwise.  */
struct tc_sampling
{
  double temperature;           /* 0: greedy, the greatest logit (the first of
                                   equals); else softmax (logits / temperature) */
  struct tc_mt19937 *stream;    /* draws; may be NULL if greedy */
};

/* The greatest of n >= 1 logits, the first of equals.  */
int32_t tc_greatest_logit (size_t n, const tc_real *logits);

/* -log softmax (logits)[token], nats, in float64.  */
double tc_surprisal (size_t n, const tc_real *logits, size_t token);

/* The token whose share of [0, 1) holds u, classes in index order, shares being
   softmax (logits / temperature); temperature > 0.  */
int32_t tc_sampled_logit (size_t n, const tc_real *logits, double temperature, double u);

/* Continues n_seq prompts of n_prompt >= 1 tokens by n_new each.

   tokens [n_seq, n_prompt + n_new] holds each prompt at the start of its row and
   receives the new tokens after it; surprisal [n_seq, n_new], in nats at
   temperature 1, may be NULL.  The model reads at most n_ctx positions, so that
   n_prompt + n_new - 1 may not exceed it: TC_EINVAL, as is a chosen class that is
   no token (d_vocab_out > d_vocab) and is to be read again.

   Sampling takes one tc_mt_double of the stream for every new token, all those of
   sequence 0, then of sequence 1, ...: a prompt's continuation does not depend on
   what else is asked, only on where its draws begin.  The same prompts and stream
   give the same tokens on every machine.  */
enum tc_status tc_generate (struct tc_compute *compute, const struct tc_model *model,
                            size_t n_seq, size_t n_prompt, size_t n_new,
                            const struct tc_sampling *sampling, int32_t *tokens,
                            double *surprisal, struct tc_error *err) TC_MUST_USE;

#endif
