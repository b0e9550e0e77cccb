#ifndef TC_SKIP_TRIGRAM_EXPERIMENT_H
#define TC_SKIP_TRIGRAM_EXPERIMENT_H

#include "experiments/experiment.h"
#include "experiments/skip-trigram/task.h"

/* The skip-trigram experiment as train.c and analyse.c know it.  */

enum tc_skip_trigram_model { TC_SKIP_TRANSFORMER, TC_SKIP_MINIMAL };

/* How much of a run analyse looks at.  */
enum tc_skip_trigram_examine { TC_SKIP_ALL, TC_SKIP_ONSETS, TC_SKIP_FLOOR };

struct tc_skip_trigram_settings
{
  struct tc_skip_trigram_options task;  /* its seeds are set in finish */
  enum tc_skip_trigram_model model;
  uint64_t test_seed;                   /* 0: the data seed again */
  enum tc_skip_trigram_examine examine;
};

extern const struct tc_experiment tc_skip_trigram_experiment;

#endif
