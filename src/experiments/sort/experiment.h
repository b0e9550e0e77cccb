#ifndef TC_SORT_EXPERIMENT_H
#define TC_SORT_EXPERIMENT_H

#include "experiments/experiment.h"
#include "experiments/sort/task.h"

#include <stdbool.h>
#include <stdint.h>

/* The sorting experiment as train.c and analyse.c know it.  */

enum tc_sort_model { TC_SORT_TRANSFORMER, TC_SORT_ZERO_LAYER };

struct tc_sort_settings
{
  struct tc_sort_options task;  /* data_seed is set in finish */
  int start_token;              /* -1: the first id after the values */
  enum tc_sort_model model;
};

/* "7", "START", "MID", "EOS" (003 calls START BOS, 002 MID STOP).  */
void tc_sort_name_token (const struct tc_sort_options *task, int32_t token,
                         char name[TC_TOKEN_NAME]);

extern const struct tc_experiment tc_sort_experiment;

#endif
