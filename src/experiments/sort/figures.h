#ifndef TC_SORT_FIGURES_H
#define TC_SORT_FIGURES_H

#include "experiments/sort/analysis.h"
#include "report/figure.h"

/* Opens figures/.../NAME.gp and writes its head; sizes in cm.  After it across(cm)
   and up(cm) are places on the page, `small` the size of small text.  */
enum tc_status tc_sort_script (const struct tc_sort_analysis *a, struct tc_file *file,
                               const char *name, double width, double height,
                               const char *title, struct tc_error *err) TC_MUST_USE;

/* The limit of a scale that holds x: a round number, at most a third above it.  */
double tc_sort_round_up (double x);

enum tc_status tc_sort_figure_loss (const struct tc_sort_analysis *a, struct tc_error *err)
  TC_MUST_USE;
enum tc_status tc_sort_figure_replay (const struct tc_sort_analysis *a, struct tc_error *err)
  TC_MUST_USE;
enum tc_status tc_sort_figure_seeds (const struct tc_sort_analysis *a, struct tc_error *err)
  TC_MUST_USE;
enum tc_status tc_sort_figure_band (const struct tc_sort_analysis *a, struct tc_error *err)
  TC_MUST_USE;
enum tc_status tc_sort_figure_duplicates (const struct tc_sort_analysis *a,
                                          struct tc_error *err) TC_MUST_USE;

#endif
