#ifndef TC_SORT_FIGURES_CIRCUITS_H
#define TC_SORT_FIGURES_CIRCUITS_H

#include "experiments/sort/figures.h"

#include <stddef.h>
#include <stdint.h>

/* Figures of attention, circuits, attribution and errors.  */

/* patterns.csv; tokens of the two lists [context].  */
enum tc_status tc_sort_figure_patterns (const struct tc_sort_analysis *a, const int32_t *chosen,
                                        const int32_t *typical, struct tc_error *err)
  TC_MUST_USE;
/* attention.csv.  */
enum tc_status tc_sort_figure_attention (const struct tc_sort_analysis *a,
                                         struct tc_error *err) TC_MUST_USE;

/* qk.csv and ov.csv of head 0: the full circuits; limit is the greatest modulus.
   unscaled: as notebook 002 draws the QK circuit, without 1/sqrt (d_head).  */
enum tc_status tc_sort_figure_qk (const struct tc_sort_analysis *a, const char *name,
                                  bool unscaled, double limit, struct tc_error *err)
  TC_MUST_USE;
enum tc_status tc_sort_figure_ov (const struct tc_sort_analysis *a, double limit,
                                  struct tc_error *err) TC_MUST_USE;

/* attribution.csv: n_components of one example; limits of logits and of margins.  */
enum tc_status tc_sort_figure_attribution (const struct tc_sort_analysis *a,
                                           size_t n_components, const char (*names)[64],
                                           const double limits[2], struct tc_error *err)
  TC_MUST_USE;
/* logits.csv: the three maps.  */
enum tc_status tc_sort_figure_logits (const struct tc_sort_analysis *a, size_t n_examples,
                                      const double limits[3], struct tc_error *err)
  TC_MUST_USE;
/* predicted.csv.  */
enum tc_status tc_sort_figure_predicted (const struct tc_sort_analysis *a, size_t n_examples,
                                         struct tc_error *err) TC_MUST_USE;
/* errors.csv and triples.csv.  */
enum tc_status tc_sort_figure_errors (const struct tc_sort_analysis *a, struct tc_error *err)
  TC_MUST_USE;
/* bound.csv.  */
enum tc_status tc_sort_figure_bound (const struct tc_sort_analysis *a, struct tc_error *err)
  TC_MUST_USE;

#endif
