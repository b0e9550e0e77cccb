#ifndef TC_PERMUTATION_EXPERIMENT_H
#define TC_PERMUTATION_EXPERIMENT_H

#include "experiments/experiment.h"
#include "experiments/permutation/task.h"

/* The permutation experiment as train.c and analyse.c know it.  */

struct tc_permutation_settings
{
  struct tc_permutation_options task;   /* its seed is set in finish */
};

extern const struct tc_experiment tc_permutation_experiment;

#endif
