#ifndef TC_MODULAR_ADDITION_GRID_H
#define TC_MODULAR_ADDITION_GRID_H

#include "circuits/dense.h"
#include "circuits/fourier.h"
#include "experiments/modular-addition/analysis.h"
#include "experiments/modular-addition/keys.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the session's model does at `=` on every pair (a, b), which is row a p + b;
   in float64, so that transforms and products of it are exact enough.  Logits are
   those of the p numbers: the class of `=` is left out, as the paper's code does. */
struct tc_modular_grid
{
  size_t p, n, d_mlp, n_heads;  /* n = p p */
  const int32_t *answers;       /* [n] */
  const struct tc_fourier *f;   /* of period p */
  struct tc_modular_keys keys;  /* the analysis's key frequencies; where it has none
                                   of them, by norms of W_L */
  unsigned set;                 /* directions that its function is made of: the sum's,
                                   for subtraction the difference's */
  bool has_maps;                /* whether heat maps of this run are published */

  struct tc_dense logits;       /* [n, p] */
  struct tc_dense neurons;      /* [n, d_mlp] after the activation function */
  struct tc_dense pattern;      /* [n, n_heads * 3] attention from `=` to a, b, `=` */
  struct tc_dense w_l;          /* [p, d_mlp] neuron-logit map */
  struct tc_dense mlp_logits;   /* [n, p] neurons W_L: the part of the logits that
                                   passes the MLP, without its output bias */

  struct tc_dense transformed;  /* [n, d_mlp] the neurons' 2-D transform */
  struct tc_dense fractions;    /* [frequencies, d_mlp] of each neuron's variance */
};

/* Runs the model on the grid.  TC_EINVAL unless p is odd and at least 5, and the
   model has one layer with an MLP.  Free even after a failure.  */
enum tc_status tc_modular_grid_alloc (struct tc_modular_grid *grid,
                                      struct tc_modular_analysis *a, struct tc_error *err)
  TC_MUST_USE;
void tc_modular_grid_free (struct tc_modular_grid *grid);

/* change [rows, p] = rows [rows, d_mlp] W_L: what these neurons do to the logits;
   allocated.  */
enum tc_status tc_modular_to_logits (const struct tc_modular_grid *grid,
                                     const struct tc_dense *neurons,
                                     struct tc_dense *logits, struct tc_error *err)
  TC_MUST_USE;

/* Mean loss of logits [n, p] over the whole grid, nats.  */
double tc_modular_grid_loss (const struct tc_modular_grid *grid,
                             const struct tc_dense *logits);

/* The mean loss if of the part of the logits that is in `of` - the grid's logits
   or its mlp_logits - the given directions of the given frequencies are kept alone,
   with the mean, or taken out.  */
enum tc_modular_edit { TC_MODULAR_KEEP, TC_MODULAR_TAKE_OUT };
enum tc_status tc_modular_edited_loss (const struct tc_modular_grid *grid,
                                       enum tc_modular_edit edit, const struct tc_dense *of,
                                       unsigned sets, size_t n_keys, const size_t *keys,
                                       double *loss, struct tc_error *err) TC_MUST_USE;

/* Makes row i orthogonal to the rows before it, which are orthonormal, and of norm 1.
   Twice, since once leaves rounding behind; a row that has nothing else becomes 0. */
void tc_modular_orthonormalise (struct tc_dense *rows, size_t i);

/* --- The parts of the analysis that read a grid; each writes its CSVs, numbers and
   figures --- */

/* The neuron with the greatest share of its variance at frequency k.  */
size_t tc_modular_best_neuron (const struct tc_modular_grid *grid, size_t k);

/* spectrum.csv, components.csv, cosines.csv.  */
enum tc_status tc_modular_report_frequencies (struct tc_modular_analysis *a,
                                              const struct tc_modular_grid *grid,
                                              struct tc_error *err) TC_MUST_USE;
/* terms.csv, terms_table.tex, logit-map.csv, logit-terms.csv.  */
enum tc_status tc_modular_report_terms (struct tc_modular_analysis *a,
                                        const struct tc_modular_grid *grid,
                                        struct tc_error *err) TC_MUST_USE;
/* neurons.csv, clusters.csv, neuron-*.csv.  */
enum tc_status tc_modular_report_neurons (struct tc_modular_analysis *a,
                                          const struct tc_modular_grid *grid,
                                          struct tc_error *err) TC_MUST_USE;
/* attention.csv, head-*.csv.  */
enum tc_status tc_modular_report_attention (struct tc_modular_analysis *a,
                                            const struct tc_modular_grid *grid,
                                            struct tc_error *err) TC_MUST_USE;
/* ablations.csv, random-sets.csv.  */
enum tc_status tc_modular_report_ablations (struct tc_modular_analysis *a,
                                            const struct tc_modular_grid *grid,
                                            struct tc_error *err) TC_MUST_USE;
/* amplitudes.csv, methods.csv; nothing where there are no key frequencies.  */
enum tc_status tc_modular_report_methods (struct tc_modular_analysis *a,
                                          const struct tc_modular_grid *grid,
                                          struct tc_error *err) TC_MUST_USE;
/* geometry.csv, circles.csv.  Runs the untrained model too, last of all.  */
enum tc_status tc_modular_report_geometry (struct tc_modular_analysis *a,
                                           const struct tc_modular_grid *grid,
                                           struct tc_error *err) TC_MUST_USE;

#endif
