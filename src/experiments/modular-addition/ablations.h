#ifndef TC_MODULAR_ADDITION_ABLATIONS_H
#define TC_MODULAR_ADDITION_ABLATIONS_H

#include "experiments/modular-addition/grid.h"

#include <stddef.h>

/* Losses of edited models, each the row of a table.  */
struct tc_modular_ablation
{
  const char *id;               /* "neurons_polynomial", in ablations.csv */
  double paper;                 /* Nanda et al. 2023, mainline model; NaN: not there */
  double loss;                  /* whole grid, classes of numbers only, nats */
};

struct tc_modular_ablations
{
  size_t n, capacity;
  struct tc_modular_ablation *rows;
};

enum { TC_MODULAR_ABLATIONS = 40 };

/* Adds a row; there must be room.  */
void tc_modular_add_ablation (struct tc_modular_ablations *list, const char *id,
                              double paper, double loss);

/* Edits of activations and logits, in float64 on the grid.  */
enum tc_status tc_modular_ablate_logits (const struct tc_modular_grid *grid,
                                         struct tc_modular_ablations *list,
                                         struct tc_error *err) TC_MUST_USE;
enum tc_status tc_modular_ablate_neurons (const struct tc_modular_analysis *a,
                                          const struct tc_modular_grid *grid,
                                          struct tc_modular_ablations *list,
                                          struct tc_error *err) TC_MUST_USE;
/* Edits that the model runs with: attention made linear, heads and the path around
   the MLP cut.  */
enum tc_status tc_modular_ablate_model (struct tc_modular_analysis *a,
                                        const struct tc_modular_grid *grid,
                                        struct tc_modular_ablations *list,
                                        struct tc_error *err) TC_MUST_USE;

/* random-sets.csv: restricted loss and explained logit variance of 100 sets of as
   many frequencies as there are keys, drawn without replacement.  */
enum tc_status tc_modular_report_random_sets (struct tc_modular_analysis *a,
                                              const struct tc_modular_grid *grid,
                                              struct tc_error *err) TC_MUST_USE;

#endif
