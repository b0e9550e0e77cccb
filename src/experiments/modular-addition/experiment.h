#ifndef TC_MODULAR_ADDITION_EXPERIMENT_H
#define TC_MODULAR_ADDITION_EXPERIMENT_H

#include "experiments/experiment.h"
#include "experiments/modular-addition/task.h"

/* The modular-addition experiment as train.c and analyse.c know it.  */

struct tc_modular_settings
{
  struct tc_modular_options task;       /* its data_seed is set in finish */
  bool equals_class;                    /* p + 1 classes, one of them `=` */
};

extern const struct tc_experiment tc_modular_addition_experiment;

#endif
