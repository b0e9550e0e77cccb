#ifndef TC_ADDITION_FIGURES_CIRCUITS_H
#define TC_ADDITION_FIGURES_CIRCUITS_H

#include "experiments/addition/analysis.h"
#include "report/figure.h"

/* gnuplot scripts of the circuits, one function per figure NAME; each reads the
   CSVs named in its script.  */

/* Opens figures/.../NAME.gp and writes its head, with n (digits), answers
   (n + 1), positions, across(cm) and up(cm) defined.  */
enum tc_status tc_addition_circuit_script (const struct tc_addition_analysis *a,
                                           struct tc_file *file, const char *name,
                                           double width, double height, const char *title,
                                           struct tc_error *err) TC_MUST_USE;

/* LINES (&file, "line", "line", ...)  */
#define LINES(file, ...) \
  tc_figure_lines (file, sizeof ((const char *[]) { __VA_ARGS__ }) / sizeof (char *), \
                   (const char *const[]) { __VA_ARGS__ })

enum tc_status tc_addition_figure_attention (const struct tc_addition_analysis *a,
                                             struct tc_error *err) TC_MUST_USE;
/* set holds the one sum.  */
enum tc_status tc_addition_figure_pattern (const struct tc_addition_analysis *a,
                                           const struct tc_addition_set *set,
                                           struct tc_error *err) TC_MUST_USE;
enum tc_status tc_addition_figure_swaps (const struct tc_addition_analysis *a,
                                         struct tc_error *err) TC_MUST_USE;
enum tc_status tc_addition_figure_lookahead (const struct tc_addition_analysis *a,
                                             struct tc_error *err) TC_MUST_USE;
enum tc_status tc_addition_figure_basis (const struct tc_addition_analysis *a,
                                         struct tc_error *err) TC_MUST_USE;
/* title[objects]: what the panels show.  */
enum tc_status tc_addition_figure_energy (const struct tc_addition_analysis *a,
                                          size_t objects, const char *const *title,
                                          struct tc_error *err) TC_MUST_USE;
/* head: the one whose code is shown.  */
enum tc_status tc_addition_figure_codes (const struct tc_addition_analysis *a, size_t head,
                                         struct tc_error *err) TC_MUST_USE;
enum tc_status tc_addition_figure_pairs (const struct tc_addition_analysis *a,
                                         struct tc_error *err) TC_MUST_USE;
/* Two lines above each neuron.  */
struct tc_addition_neuron_caption { char text[2][32]; };
enum tc_status
tc_addition_figure_neurons (const struct tc_addition_analysis *a, size_t n,
                            const struct tc_addition_neuron_caption *caption,
                            struct tc_error *err) TC_MUST_USE;

#endif
