#ifndef TC_ADDITION_FIGURES_H
#define TC_ADDITION_FIGURES_H

#include "experiments/addition/analysis.h"
#include "report/figure.h"

/* gnuplot scripts of losses and accuracies, one function per figure NAME; each
   reads the CSVs named in its script.  */

/* Opens figures/.../NAME.gp and writes its head, with n (answer digits), steps,
   place(k), colour(k), small, tiny, across(cm), up(cm) and nice(x) defined.  */
enum tc_status tc_addition_script (const struct tc_addition_analysis *a,
                                   struct tc_file *file, const char *name, double width,
                                   double height, const char *title, struct tc_error *err)
  TC_MUST_USE;

enum tc_status tc_addition_figure_loss (const struct tc_addition_analysis *a,
                                        struct tc_error *err) TC_MUST_USE;
enum tc_status tc_addition_figure_digits (const struct tc_addition_analysis *a,
                                          struct tc_error *err) TC_MUST_USE;
enum tc_status tc_addition_figure_phases (const struct tc_addition_analysis *a,
                                          struct tc_error *err) TC_MUST_USE;
enum tc_status tc_addition_figure_generalisation (const struct tc_addition_analysis *a,
                                                  struct tc_error *err) TC_MUST_USE;
enum tc_status tc_addition_figure_errors (const struct tc_addition_analysis *a,
                                          struct tc_error *err) TC_MUST_USE;

#endif
