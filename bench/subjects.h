#ifndef TC_BENCH_SUBJECTS_H
#define TC_BENCH_SUBJECTS_H

#include "experiments/experiment.h"

#include <stdbool.h>
#include <stddef.h>

/* What the notebooks train.  Some also take the test loss of every step; then both
   ways are measured.  */
struct tc_bench_subject
{
  const char *name;             /* "modular-addition/add+test" */
  const struct tc_experiment *experiment;
  const char *run;              /* its configuration */
  bool tests;
};
extern const struct tc_bench_subject tc_bench_subjects[];
extern const size_t tc_bench_n_subjects;

/* The subject of that name, or NULL.  */
const struct tc_bench_subject *tc_bench_find (const char *name);

#endif
