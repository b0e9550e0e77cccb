#ifndef TC_TRAINING_CHECKPOINT_H
#define TC_TRAINING_CHECKPOINT_H

#include "numerics/error.h"
#include "training/optimizer.h"
#include "training/schedule.h"
#include "training/task.h"
#include "transformer/params.h"

#include <stdbool.h>
#include <stdint.h>

/* checkpoint.safetensors: everything that the rest of a run depends on.
   Tensors params, exp_avg, exp_avg_sq [count], task [n_state], schedule [2] and
   counters; metadata run (run.json's text) and hash, which covers all of them. */

struct tc_checkpoint
{
  const char *run_json;
  struct tc_params *params;
  struct tc_optimizer *optimizer;
  struct tc_schedule *schedule;
  const struct tc_task *task;
  uint32_t *task_state;         /* [task->n_state], scratch */
  /* Where the run stands.  */
  int step;                     /* updates made: the next step to do */
  bool is_over;                 /* stopped early by stop_below */
  uint64_t log_bytes, log_hash;
};

/* Writes the state atomically.  */
enum tc_status tc_checkpoint_save (const struct tc_checkpoint *checkpoint, const char *path,
                                   struct tc_error *err) TC_MUST_USE;

/* Puts a saved state back.  TC_EFORMAT: damaged, or of another model.
   TC_EINVAL: of a run with another run.json, and the first line that differs.  */
enum tc_status tc_checkpoint_load (struct tc_checkpoint *checkpoint, const char *path,
                                   struct tc_error *err) TC_MUST_USE;

#endif
