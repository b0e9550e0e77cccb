#ifndef TC_MODULAR_ADDITION_PROGRESS_H
#define TC_MODULAR_ADDITION_PROGRESS_H

#include "experiments/modular-addition/analysis.h"

/* What the phases of a run are read from: one snapshot.  NaN where the model has
   no key frequencies.  */
struct tc_modular_progress
{
  int step;
  double loss, test_loss;
  double accuracy, test_accuracy;
  double restricted, excluded;  /* key directions of the function, all together */
  double restricted_blocks, excluded_blocks;    /* all four products of each key */
  double explained;             /* logit variance by cos (w_k (answer - c)) */
  double gini_w_e, gini_w_l;
  double squares;               /* of all parameters */
};

/* TC_FOURIER_SUM for addition, TC_FOURIER_DIFFERENCE for subtraction, both for the
   other functions: the directions of a key frequency.  */
unsigned tc_modular_directions (const struct tc_modular_analysis *a);

/* phases.csv and macros; rows ascend by step.  */
enum tc_status tc_modular_report_phases (struct tc_modular_analysis *a, size_t n,
                                         const struct tc_modular_progress *rows,
                                         struct tc_error *err) TC_MUST_USE;

#endif
