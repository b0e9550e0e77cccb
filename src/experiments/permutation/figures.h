#ifndef TC_PERMUTATION_FIGURES_H
#define TC_PERMUTATION_FIGURES_H

#include "experiments/permutation/analysis.h"
#include "report/figure.h"

/* gnuplot scripts, one function per figure NAME; each reads the CSVs named in it.  */

/* Opens figures/.../NAME.gp and writes its head, with n, terms, positions (of queries),
   steps, small, tiny, across(cm) and up(cm) defined.  */
enum tc_status tc_permutation_script (const struct tc_permutation_analysis *a,
                                      struct tc_file *file, const char *name, double width,
                                      double height, const char *title,
                                      struct tc_error *err) TC_MUST_USE;

enum tc_status tc_permutation_figure_loss (const struct tc_permutation_analysis *a,
                                           struct tc_error *err) TC_MUST_USE;
enum tc_status tc_permutation_figure_rates (const struct tc_permutation_analysis *a,
                                            struct tc_error *err) TC_MUST_USE;
enum tc_status tc_permutation_figure_learning (const struct tc_permutation_analysis *a,
                                               struct tc_error *err) TC_MUST_USE;
enum tc_status tc_permutation_figure_replay (const struct tc_permutation_analysis *a,
                                             struct tc_error *err) TC_MUST_USE;
enum tc_status tc_permutation_figure_pattern (const struct tc_permutation_analysis *a,
                                              struct tc_error *err) TC_MUST_USE;
enum tc_status tc_permutation_figure_tokens (const struct tc_permutation_analysis *a,
                                             struct tc_error *err) TC_MUST_USE;
enum tc_status tc_permutation_figure_attention (const struct tc_permutation_analysis *a,
                                                struct tc_error *err) TC_MUST_USE;
enum tc_status tc_permutation_figure_qk (const struct tc_permutation_analysis *a,
                                         struct tc_error *err) TC_MUST_USE;
enum tc_status tc_permutation_figure_ov (const struct tc_permutation_analysis *a,
                                         struct tc_error *err) TC_MUST_USE;
enum tc_status tc_permutation_figure_hubs (const struct tc_permutation_analysis *a,
                                           struct tc_error *err) TC_MUST_USE;
enum tc_status tc_permutation_figure_paths (const struct tc_permutation_analysis *a,
                                            struct tc_error *err) TC_MUST_USE;

#define TC_PERMUTATION_SCRIPT(file, ...) \
  tc_figure_lines (file, sizeof ((const char *[]) { __VA_ARGS__ }) / sizeof (char *), \
                   (const char *const[]) { __VA_ARGS__ })

#endif
