#include "subjects.h"

#include "experiments/addition/experiment.h"
#include "experiments/induction/experiment.h"
#include "experiments/modular-addition/experiment.h"
#include "experiments/permutation/experiment.h"
#include "experiments/skip-trigram/experiment.h"
#include "experiments/sort/experiment.h"

#include <string.h>

const struct tc_bench_subject tc_bench_subjects[] =
{
  { "skip-trigram/infinite", &tc_skip_trigram_experiment, "infinite", false },
  { "induction/infinite", &tc_induction_experiment, "infinite", false },
  { "addition/infinite", &tc_addition_experiment, "infinite", false },
  { "modular-addition/add", &tc_modular_addition_experiment, "add", false },
  { "modular-addition/add+test", &tc_modular_addition_experiment, "add", true },
  { "sort/one-head", &tc_sort_experiment, "one-head", false },
  { "sort/attn-only", &tc_sort_experiment, "attn-only", false },
  { "permutation/notebook", &tc_permutation_experiment, "notebook", false }
};

const size_t tc_bench_n_subjects = sizeof tc_bench_subjects / sizeof *tc_bench_subjects;

const struct tc_bench_subject *
tc_bench_find (const char *name)
{
  for (size_t i = 0; i < tc_bench_n_subjects; i++)
    if (strcmp (tc_bench_subjects[i].name, name) == 0)
      return &tc_bench_subjects[i];
  return NULL;
}
