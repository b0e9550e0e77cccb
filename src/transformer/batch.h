#ifndef TC_TRANSFORMER_BATCH_H
#define TC_TRANSFORMER_BATCH_H

#include <stddef.h>
#include <stdint.h>

/* Sequences and the predictions asked of a model.  Target i says: the logits
   at position target_pos[i] of sequence target_seq[i] should name class
   target[i].  Positions without target are never unembedded in training.
   Targets ascend by (seq, pos) and are unique.  The arrays belong to whoever
   made the batch and live until it makes the next one.  */
struct tc_batch
{
  size_t n_seq, n_pos;
  const int32_t *tokens;        /* [n_seq, n_pos] */
  size_t n_targets;
  const int32_t *target_seq, *target_pos, *target;  /* [n_targets] */
  const int32_t *target_group;  /* [n_targets] or NULL: the log column it belongs to */
  double loss_scale;            /* loss = loss_scale * sum of -log p (target);
                                   1 / n_targets for a mean */
  size_t n_unscored;            /* test batches: the last so many targets are no part
                                   of the loss, only of their groups' */
};

#endif
