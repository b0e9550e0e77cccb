#ifndef TC_TRAINING_LEARNER_H
#define TC_TRAINING_LEARNER_H

#include "numerics/error.h"
#include "numerics/real.h"
#include "transformer/batch.h"
#include "transformer/params.h"

/* Anything that maps a batch to logits and back: the decoder, or an
   experiment's own reduced model.  The trainer sees only this.  */
struct tc_learner
{
  void *self;
  struct tc_params *params;
  size_t d_vocab_out;
  /* Computes logits of every target; rows[i] is set to target i's logits.  */
  enum tc_status (*forward) (void *self, const struct tc_batch *batch,
                             const tc_real **rows, struct tc_error *err);
  /* Gradient of the last forward, overwriting grads [params->count].  */
  void (*backward) (void *self, const tc_real *dlogits, tc_real *grads);
  /* For saving: the decoder's configuration, or NULL.  */
  const struct tc_config *config;
};

#endif
