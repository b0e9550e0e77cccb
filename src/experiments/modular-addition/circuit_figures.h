#ifndef TC_MODULAR_ADDITION_CIRCUIT_FIGURES_H
#define TC_MODULAR_ADDITION_CIRCUIT_FIGURES_H

#include "experiments/modular-addition/attention.h"
#include "experiments/modular-addition/grid.h"

#include <stddef.h>

/* gnuplot scripts of the circuit's figures, one function per figure NAME.  */

/* How many key frequencies have a panel of their own in figures of maps.  */
size_t tc_modular_shown_keys (const struct tc_modular_grid *grid);

enum tc_status tc_modular_figure_spectra (const struct tc_modular_analysis *a,
                                          const struct tc_modular_grid *grid,
                                          struct tc_error *err);
enum tc_status tc_modular_figure_components (const struct tc_modular_analysis *a,
                                             const struct tc_modular_grid *grid,
                                             struct tc_error *err);
enum tc_status tc_modular_figure_logits (const struct tc_modular_analysis *a,
                                         const struct tc_modular_grid *grid,
                                         struct tc_error *err);
enum tc_status tc_modular_figure_neurons (const struct tc_modular_analysis *a,
                                          const struct tc_modular_grid *grid,
                                          struct tc_error *err);
enum tc_status tc_modular_figure_clusters (const struct tc_modular_analysis *a,
                                           const struct tc_modular_grid *grid,
                                           struct tc_error *err);
/* heads [n_heads]; transformed: of the grid's pattern.  */
enum tc_status tc_modular_figure_heads (const struct tc_modular_analysis *a,
                                        const struct tc_modular_grid *grid,
                                        const struct tc_modular_head *heads,
                                        const struct tc_dense *transformed,
                                        struct tc_error *err);
enum tc_status tc_modular_figure_ablations (const struct tc_modular_analysis *a,
                                            const struct tc_modular_grid *grid,
                                            struct tc_error *err);
enum tc_status tc_modular_figure_methods (const struct tc_modular_analysis *a,
                                          const struct tc_modular_grid *grid,
                                          struct tc_error *err);
enum tc_status tc_modular_figure_all_methods (const struct tc_modular_analysis *a,
                                              struct tc_error *err);
enum tc_status tc_modular_figure_circles (const struct tc_modular_analysis *a,
                                          const struct tc_modular_grid *grid,
                                          struct tc_error *err);

#endif
