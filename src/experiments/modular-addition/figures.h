#ifndef TC_MODULAR_ADDITION_FIGURES_H
#define TC_MODULAR_ADDITION_FIGURES_H

#include "experiments/modular-addition/analysis.h"

/* gnuplot scripts of the dynamics, one function per figure NAME; each reads the
   CSVs named in its script.  */
enum tc_status tc_modular_figure_loss (const struct tc_modular_analysis *a,
                                       struct tc_error *err) TC_MUST_USE;
enum tc_status tc_modular_figure_swap (const struct tc_modular_analysis *a,
                                       struct tc_error *err) TC_MUST_USE;
enum tc_status tc_modular_figure_progress (const struct tc_modular_analysis *a,
                                           struct tc_error *err) TC_MUST_USE;
enum tc_status tc_modular_figure_frequencies (const struct tc_modular_analysis *a,
                                              struct tc_error *err) TC_MUST_USE;
enum tc_status tc_modular_figure_norms (const struct tc_modular_analysis *a,
                                        struct tc_error *err) TC_MUST_USE;
/* The steps [n_panels] that get a panel.  */
enum tc_status tc_modular_figure_embedding (const struct tc_modular_analysis *a,
                                            size_t n_panels, const int *steps,
                                            struct tc_error *err) TC_MUST_USE;
enum tc_status tc_modular_figure_replay (const struct tc_modular_analysis *a,
                                         struct tc_error *err) TC_MUST_USE;
enum tc_status tc_modular_figure_functions (const struct tc_modular_analysis *a,
                                            struct tc_error *err) TC_MUST_USE;

#endif
