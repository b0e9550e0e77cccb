#ifndef TC_ADDITION_CIRCUITS_H
#define TC_ADDITION_CIRCUITS_H

#include "experiments/addition/analysis.h"
#include "transformer/model.h"

/* What a trained model of addition contains: where its heads look, which digits
   its answers depend on, how digits and carries are coded.

   Places are counted from the answer.  Answer digit tok k has as its own column
   that of 10^(num_digits - k); the column at distance d is d columns to the right
   of it, worth 10^d times less.  tok 0 has no column of its own.  */

/* Whether the parts below apply: one layer with an MLP, no normalisation, endless
   data.  (A model of fixed sums answers by what it remembers.)  */
bool tc_addition_has_circuits (const struct tc_addition_analysis *a);

/* attention.csv, columns.csv, heads.csv, heads_table.tex; figure attention.  */
enum tc_status tc_addition_report_attention (struct tc_addition_analysis *a,
                                             struct tc_error *err) TC_MUST_USE;
/* pattern.csv; figure pattern: one sum.  */
enum tc_status tc_addition_report_pattern (struct tc_addition_analysis *a,
                                           struct tc_error *err) TC_MUST_USE;
/* ablation.csv, ablation_table.tex.  */
enum tc_status tc_addition_report_ablation (struct tc_addition_analysis *a,
                                            struct tc_error *err) TC_MUST_USE;
/* swaps.csv; figure swaps.  */
enum tc_status tc_addition_report_swaps (struct tc_addition_analysis *a,
                                         struct tc_error *err) TC_MUST_USE;
/* lookahead.csv; figure lookahead.  */
enum tc_status tc_addition_report_lookahead (struct tc_addition_analysis *a,
                                             struct tc_error *err) TC_MUST_USE;
/* basis.csv, gram.csv, energy.csv, energy_table.tex; figures basis, energy.  */
enum tc_status tc_addition_report_fourier (struct tc_addition_analysis *a,
                                           struct tc_error *err) TC_MUST_USE;
/* codes.csv, reach.csv; figure codes.  */
enum tc_status tc_addition_report_codes (struct tc_addition_analysis *a,
                                         struct tc_error *err) TC_MUST_USE;
/* pairs.csv, pairs_mean.csv; figure pairs.  */
enum tc_status tc_addition_report_pairs (struct tc_addition_analysis *a,
                                         struct tc_error *err) TC_MUST_USE;
/* neurons.csv, neuron_cells.csv; figure neurons.  */
enum tc_status tc_addition_report_neurons (struct tc_addition_analysis *a,
                                           struct tc_error *err) TC_MUST_USE;

/* Streams of their own (tc_addition_stream_seed): what is measured on one set of
   sums does not depend on what else is measured.  */
enum tc_addition_stream
{
  TC_ADDITION_STREAM_ATTENTION = 11,
  TC_ADDITION_STREAM_SWAPS,
  TC_ADDITION_STREAM_LOOKAHEAD,
  TC_ADDITION_STREAM_PAIRS,
  TC_ADDITION_STREAM_BASES,
  TC_ADDITION_STREAM_ABLATION
};
void tc_addition_stream (const struct tc_addition_analysis *a, enum tc_addition_stream stream,
                         struct tc_torch_rng *rng);

/* The model before training; free with tc_model_free.  */
enum tc_status tc_addition_untrained (const struct tc_addition_analysis *a,
                                      struct tc_model *model, struct tc_error *err)
  TC_MUST_USE;

/* The position where tok k is predicted.  */
size_t tc_addition_query (int num_digits, size_t k);

/* The column of 10^i that lies `distance` to the right of tok k's own, or -1 if
   there is none.  */
int tc_addition_column_at (int num_digits, int k, int distance);

/* "own column", "1 to the right", ...  */
enum { TC_ADDITION_LABEL = 32 };
void tc_addition_distance_label (int distance, char label[TC_ADDITION_LABEL]);

#endif
