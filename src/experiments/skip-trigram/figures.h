#ifndef TC_SKIP_TRIGRAM_FIGURES_H
#define TC_SKIP_TRIGRAM_FIGURES_H

#include "experiments/skip-trigram/analysis.h"

/* gnuplot scripts, one function per figure NAME; each reads the CSVs named in
   its script.  */
enum tc_status tc_skip_figure_loss (const struct tc_skip_analysis *a, struct tc_error *err);
enum tc_status tc_skip_figure_trigrams (const struct tc_skip_analysis *a, struct tc_error *err);
enum tc_status tc_skip_figure_generalisation (const struct tc_skip_analysis *a,
                                              struct tc_error *err);
enum tc_status tc_skip_figure_onset (const struct tc_skip_analysis *a, struct tc_error *err);
enum tc_status tc_skip_figure_theory (const struct tc_skip_analysis *a, struct tc_error *err);
enum tc_status tc_skip_figure_attention (const struct tc_skip_analysis *a, struct tc_error *err);
enum tc_status tc_skip_figure_portrait (const struct tc_skip_analysis *a, struct tc_error *err);
enum tc_status tc_skip_figure_qk (const struct tc_skip_analysis *a, double range,
                                  struct tc_error *err);
enum tc_status tc_skip_figure_ov (const struct tc_skip_analysis *a, double range,
                                  struct tc_error *err);
enum tc_status tc_skip_figure_scores (const struct tc_skip_analysis *a, struct tc_error *err);
enum tc_status tc_skip_figure_patterns (const struct tc_skip_analysis *a, size_t n_steps,
                                        const int *steps, struct tc_error *err);
enum tc_status tc_skip_figure_pattern (const struct tc_skip_analysis *a, struct tc_error *err);
enum tc_status tc_skip_figure_attribution (const struct tc_skip_analysis *a, double range,
                                           struct tc_error *err);
enum tc_status tc_skip_figure_places (const struct tc_skip_analysis *a, struct tc_error *err);
enum tc_status tc_skip_figure_floor (const struct tc_skip_analysis *a, struct tc_error *err);

#endif
