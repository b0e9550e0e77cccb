#ifndef TC_TRAINING_TASK_H
#define TC_TRAINING_TASK_H

#include "numerics/error.h"
#include "numerics/random.h"
#include "numerics/real.h"
#include "transformer/batch.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where batches come from.  A task owns its random streams and buffers; the
   same options and seed give the same batches.  */
struct tc_task
{
  void *self;
  size_t max_seq, max_pos, max_targets;  /* largest batch, train or test */
  /* Log columns beside the total: mean loss of each target_group.  */
  size_t n_groups;
  const char *const *group_names;        /* "trigram_0", "digit_3", ... */

  /* The batch of the next training step.  */
  enum tc_status (*next) (void *self, struct tc_batch *batch, struct tc_error *err);
  /* The next test batch, or NULL if the task has none; drawn at each logged
     step, before the update unless the trainer is told otherwise.  */
  enum tc_status (*next_test) (void *self, struct tc_batch *batch, struct tc_error *err);

  /* Log columns test_<measure> of a test batch, from its targets' logits (its
     accuracy, say).  Returns whether the run is over; what it must remember for
     that is part of the task's state.  n_measures 0: none.  */
  size_t n_measures;
  const char *const *measure_names, *const *measure_meanings;
  bool (*measure) (void *self, const struct tc_batch *batch, const tc_real *const *logits,
                   double *values);

  /* Everything that a resumed run needs (stream states, cursor), as
     little-endian-independent words: n_state of them.  */
  size_t n_state;
  void (*save_state) (const void *self, uint32_t *state);
  void (*load_state) (void *self, const uint32_t *state);
};

/* A stream as so many words of such a state, and back.  */
enum { TC_MT_STATE = TC_MT_WORDS + 1, TC_TORCH_STATE = TC_MT_STATE + 3 };
void tc_save_mt (const struct tc_mt19937 *mt, uint32_t state[TC_MT_STATE]);
void tc_load_mt (struct tc_mt19937 *mt, const uint32_t state[TC_MT_STATE]);
void tc_save_torch (const struct tc_torch_rng *rng, uint32_t state[TC_TORCH_STATE]);
void tc_load_torch (struct tc_torch_rng *rng, const uint32_t state[TC_TORCH_STATE]);

#endif
