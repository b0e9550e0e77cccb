#ifndef TC_INDUCTION_FIGURES_H
#define TC_INDUCTION_FIGURES_H

#include "experiments/induction/analysis.h"

/* Figures that read the run's CSVs.  */

/* The loss with its levels; over epochs with the test loss.  */
enum tc_status tc_induction_figure_loss (const struct tc_induction_analysis *a,
                                         struct tc_error *err) TC_MUST_USE;
enum tc_status tc_induction_figure_finite (const struct tc_induction_analysis *a,
                                           struct tc_error *err) TC_MUST_USE;
/* Scores of heads over the snapshots.  */
enum tc_status tc_induction_figure_scores (const struct tc_induction_analysis *a,
                                           struct tc_error *err) TC_MUST_USE;
enum tc_status tc_induction_figure_composition (const struct tc_induction_analysis *a,
                                                struct tc_error *err) TC_MUST_USE;
enum tc_status tc_induction_figure_eigenvalues (const struct tc_induction_analysis *a,
                                                struct tc_error *err) TC_MUST_USE;
enum tc_status tc_induction_figure_switches (const struct tc_induction_analysis *a,
                                             struct tc_error *err) TC_MUST_USE;
enum tc_status tc_induction_figure_places (const struct tc_induction_analysis *a,
                                           struct tc_error *err) TC_MUST_USE;
/* All heads' attention in a sequence whose copies begin at start.  */
enum tc_status tc_induction_figure_patterns (const struct tc_induction_analysis *a,
                                             const int32_t *start, struct tc_error *err)
  TC_MUST_USE;
/* Losses of the runs that are compared.  */
enum tc_status tc_induction_figure_residual (const struct tc_induction_analysis *a,
                                             struct tc_error *err) TC_MUST_USE;

#endif
