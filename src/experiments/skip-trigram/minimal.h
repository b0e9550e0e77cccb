#ifndef TC_SKIP_TRIGRAM_MINIMAL_H
#define TC_SKIP_TRIGRAM_MINIMAL_H

#include "numerics/compute.h"
#include "numerics/error.h"
#include "numerics/random.h"
#include "training/learner.h"
#include "training/task.h"
#include "transformer/params.h"

#include <stddef.h>

/* Notebook 004's reduced model of the skip-trigram transformer, its class
   SkipTrigramOld: one number QK[t] and one row OV[t] per token, no positions;

     logits = sum over p of softmax_p (QK[x_p]) OV[x_p]

   over the whole sequence.  It is the one-head attention-only transformer with
   the query, the positions and the direct path taken away, and its QK and OV
   are that model's full circuits, learned directly.  */

struct tc_minimal;

/* Allocates it for the batches of task and fills learner, whose parameters are
   "QK" [d_vocab] and "OV" [d_vocab, d_vocab_out], zeros to begin with.  A
   target may stand at any position; the model reads the whole sequence.  Free
   with tc_minimal_free.  */
enum tc_status tc_minimal_alloc (struct tc_minimal **out, struct tc_compute *compute,
                                 size_t d_vocab, size_t d_vocab_out,
                                 const struct tc_task *task, struct tc_learner *learner,
                                 struct tc_error *err) TC_MUST_USE;
void tc_minimal_free (struct tc_minimal *self);

/* The notebook's draw: QK = randn (d_vocab) / sqrt (d_vocab), then
   OV = randn (d_vocab, d_vocab_out) / sqrt (d_vocab).  */
void tc_minimal_init (struct tc_minimal *self, struct tc_torch_rng *rng);

#endif
