#ifndef TC_TRANSFORMER_MODEL_H
#define TC_TRANSFORMER_MODEL_H

#include "numerics/compute.h"
#include "numerics/error.h"
#include "numerics/real.h"
#include "transformer/batch.h"
#include "transformer/config.h"
#include "transformer/hooks.h"
#include "transformer/params.h"

#include <stddef.h>

/* The decoder: forward and backward over row sets.

   A layer works on the (sequence, position) rows that something downstream
   reads.  TC_ROWS_NEEDED keeps the smallest sets: only target positions are
   unembedded or enter the last layer's queries and MLP, and inputs with equal
   (token, position) share a row of layer 0.  TC_ROWS_ALL computes every
   position, in [b,p,...] layout, as hooks and analysis want.  The bits of the
   forward pass are the same either way.  */

enum tc_rows { TC_ROWS_NEEDED, TC_ROWS_ALL };

struct tc_model
{
  struct tc_config config;
  struct tc_params params;
};

enum tc_status tc_model_alloc (struct tc_model *model, const struct tc_config *config,
                               struct tc_error *err) TC_MUST_USE;
void tc_model_free (struct tc_model *model);

/* Activations, their gradients and index arrays of one forward and backward
   pass; sized once for at most max_seq sequences of max_pos positions with
   max_targets targets, so that a training step allocates nothing.
   Holds the hooks too.  */
struct tc_run;

enum tc_status tc_run_alloc (struct tc_run **out, const struct tc_config *config,
                             enum tc_rows rows, size_t max_seq, size_t max_pos,
                             size_t max_targets, struct tc_error *err) TC_MUST_USE;
void tc_run_free (struct tc_run *run);

/* Adds a hook.  TC_EINVAL for a name this model does not have, and for hooks on
   a TC_ROWS_NEEDED run (their rows are not [b,p]).  The hook must outlive its
   use; tc_run_clear_hooks removes all.  */
enum tc_status tc_run_add_hook (struct tc_run *run, struct tc_hook hook,
                                struct tc_error *err) TC_MUST_USE;
void tc_run_clear_hooks (struct tc_run *run);

/* Number of hook points of a model and the name of the i-th, in forward order. */
size_t tc_hook_count (const struct tc_config *config);
enum tc_status tc_hook_name (const struct tc_config *config, size_t i,
                             char name[TC_NAME_MAX], struct tc_error *err);

/* Runs the model on the batch.  TC_EINVAL when the batch exceeds the run's
   sizes, holds a token or target outside the vocabulary or has targets out of
   order, and when the run was made for a model of another shape.
   Afterwards tc_run_logits gives the logits of target i (either rows mode),
   valid until the next forward.  */
enum tc_status tc_forward (struct tc_compute *compute, const struct tc_model *model,
                           const struct tc_batch *batch, struct tc_run *run,
                           struct tc_error *err) TC_MUST_USE;
const tc_real *tc_run_logits (const struct tc_run *run, size_t target);
/* All logits, [n_seq, n_pos, d_vocab_out]; TC_ROWS_ALL only, else NULL.  */
const tc_real *tc_run_all_logits (const struct tc_run *run);

/* Backward pass of the last forward.  dlogits [n_targets, d_vocab_out] holds
   d loss / d logits of each target; grads, laid out like params->data, is
   overwritten.  */
void tc_backward (struct tc_compute *compute, const struct tc_model *model,
                  struct tc_run *run, const tc_real *dlogits, tc_real *grads);

/* Floating-point operations, two for each multiply-add, in the matrix and
   attention products of the last forward pass and its backward pass.  Needed:
   one row for each input that occurs, only what targets depend on.  Executed:
   what the run does.  */
struct tc_operations
{
  double needed, executed;
};
struct tc_operations tc_run_operations (const struct tc_run *run);

/* A cached activation of the last TC_ROWS_ALL forward by hook name, without a
   callback: shape and data as a hook would see them (hook_result and
   hook_pos_embed included).  TC_EINVAL for an unknown name.  The data stay
   valid until the next forward.  */
enum tc_status tc_run_activation (struct tc_run *run, const struct tc_model *model,
                                  const char *name, struct tc_activation *out,
                                  struct tc_error *err) TC_MUST_USE;

#endif
