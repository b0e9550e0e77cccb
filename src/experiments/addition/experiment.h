#ifndef TC_ADDITION_EXPERIMENT_H
#define TC_ADDITION_EXPERIMENT_H

#include "experiments/addition/task.h"
#include "experiments/experiment.h"

/* The addition experiment as train.c and analyse.c know it.  */

/* How much of a run analyse looks at.  */
enum tc_addition_examine { TC_ADDITION_ALL, TC_ADDITION_PHASES };

struct tc_addition_settings
{
  struct tc_addition_options task;      /* its seeds are set in finish */
  uint64_t fresh_seed;                  /* 0: derived from the data seed */
  enum tc_addition_examine examine;
};

extern const struct tc_experiment tc_addition_experiment;

#endif
