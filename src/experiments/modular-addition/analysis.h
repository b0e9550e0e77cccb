#ifndef TC_MODULAR_ADDITION_ANALYSIS_H
#define TC_MODULAR_ADDITION_ANALYSIS_H

#include "circuits/dense.h"
#include "circuits/fourier.h"
#include "experiments/modular-addition/experiment.h"
#include "experiments/session.h"
#include "numerics/file.h"
#include "report/csv.h"
#include "report/figure.h"
#include "report/macros.h"
#include "transformer/model.h"

#include <stdbool.h>
#include <stddef.h>

/* A number of a run that tables over runs want.  */
struct tc_modular_number
{
  char name[48];
  double value;
  int digits;
};

/* The analysis of one run, in parts that each write their CSVs, macros and
   figures.  A part is a row of the table in analyse.c; when it starts, the
   session's model is the trained one.  */

struct tc_modular_analysis
{
  struct tc_session *session;
  const struct tc_modular_settings *settings;
  const struct tc_modular *task;        /* pairs, answers, split, batches */
  size_t p, n;                          /* n = p p pairs */
  size_t d_out;                         /* classes: p, or p + 1 with `=` */
  struct tc_fourier fourier;            /* of functions on 0 ... p-1 */
  size_t n_train, n_test;
  size_t *train_rows, *test_rows;       /* [n_train], [n_test] pairs of the grid,
                                           ascending */

  struct tc_table log;                  /* the run's loss.csv */
  int *snapshot;                        /* [n_snapshots] steps, ascending */
  size_t n_snapshots;
  struct tc_macros *macros;

  /* Key frequencies of the trained model, ascending (analysis_keys.c): those of
     which a cluster of neurons is made.  A neuron belongs to frequency k if the
     3x3 block of k has more than 0.85 of its variance over pairs; a cluster is at
     least one neuron of 64.  */
  size_t n_keys, *keys;
  size_t *cluster;                      /* [d_mlp] a neuron's frequency, 0: none */

  /* What tc_modular_number said so far: summary.csv.  */
  size_t n_numbers, numbers_capacity;
  struct tc_modular_number *numbers;

  struct tc_run *logit_run;             /* private: the fast run for logits */
};

enum tc_status tc_modular_analysis_open (struct tc_modular_analysis *a,
                                         struct tc_session *session, struct tc_error *err)
  TC_MUST_USE;
void tc_modular_analysis_close (struct tc_modular_analysis *a);
/* Sets keys and cluster from the session's present model.  */
enum tc_status tc_modular_find_keys (struct tc_modular_analysis *a, struct tc_error *err)
  TC_MUST_USE;

/* The logits at `=` of all pairs in the grid's order, of the session's model with
   whichever parameters it has now: all classes [n, d_out], or [n, p] without that
   of `=`, which measures in the Fourier basis leave out.  Allocated.  */
enum tc_status tc_modular_logits (struct tc_modular_analysis *a, struct tc_dense *logits,
                                  struct tc_error *err) TC_MUST_USE;
enum tc_status tc_modular_number_logits (struct tc_modular_analysis *a,
                                         struct tc_dense *logits, struct tc_error *err)
  TC_MUST_USE;

/* The part of an activation at `=`, [n, columns] in the grid's order, allocated:
   "blocks.0.mlp.hook_post" gives [n, d_mlp]; "blocks.0.attn.hook_z" [n, heads
   d_head]; "blocks.0.attn.hook_pattern" [n, heads 3].  `which` names at most four
   of them at once, one forward pass for all.  */
enum tc_status tc_modular_activations (struct tc_modular_analysis *a, size_t n_which,
                                       const char *const *which, struct tc_dense *out,
                                       struct tc_error *err) TC_MUST_USE;

/* A parameter of the session's present model, by TransformerLens's name, as a
   matrix of rows x the rest, allocated.  */
enum tc_status tc_modular_matrix (const struct tc_modular_analysis *a, const char *name,
                                  size_t rows, struct tc_dense *matrix,
                                  struct tc_error *err) TC_MUST_USE;
/* W_E of the numbers [p, d_model], and W_L, from neurons to numbers, transposed:
   [p, d_mlp] = (W_out W_U)^T without the class of `=`.  Allocated.  */
enum tc_status tc_modular_embedding (const struct tc_modular_analysis *a,
                                     struct tc_dense *w_e, struct tc_error *err) TC_MUST_USE;
enum tc_status tc_modular_neuron_logits (const struct tc_modular_analysis *a,
                                         struct tc_dense *w_l, struct tc_error *err)
  TC_MUST_USE;

/* Opens figures/.../NAME.gp and writes its head, with p, steps, the fonts small and
   tiny, and across (cm), up (cm) of a place on the page defined.  */
enum tc_status tc_modular_script (const struct tc_modular_analysis *a, struct tc_file *file,
                                  const char *name, double width, double height,
                                  const char *title, struct tc_error *err) TC_MUST_USE;
/* SCRIPT (&file, "line", "line", ...)  */
#define SCRIPT(file, ...) \
  tc_figure_lines (file, sizeof ((const char *[]) { __VA_ARGS__ }) / sizeof (char *), \
                   (const char *const[]) { __VA_ARGS__ })

/* ---- Numbers and columns ---- */

/* Writes the macro NAME, rounded to digits (0: an integer; a dash for NaN), and a
   row of summary.csv, which the tables over runs read.  Out of memory shows when
   the analysis closes.  */
void tc_modular_number (struct tc_modular_analysis *a, const char *name, double value,
                        int digits);
/* What the run said of NAME, or NaN: this run so far, or another one's
   summary.csv.  */
double tc_modular_own_number (const struct tc_modular_analysis *a, const char *name);
double tc_modular_number_in (const struct tc_table *summary, const char *name);
/* summary.csv, at the end.  */
enum tc_status tc_modular_write_summary (struct tc_modular_analysis *a,
                                         struct tc_error *err) TC_MUST_USE;

/* Columns of a CSV whose number depends on the run.  */
struct tc_modular_columns
{
  size_t n, capacity;
  struct tc_csv_column *column;
  char (*text)[2][96];
};
enum tc_status tc_modular_columns_alloc (struct tc_modular_columns *columns, size_t capacity,
                                         struct tc_error *err) TC_MUST_USE;
void tc_modular_columns_free (struct tc_modular_columns *columns);
/* Name and meaning, cut to 95 characters; of each number, NAME_number.  */
void tc_modular_column (struct tc_modular_columns *columns, const char *name,
                        const char *meaning);
void tc_modular_column_each (struct tc_modular_columns *columns, const char *name, size_t n,
                             const size_t *numbers, const char *meaning);
enum tc_status tc_modular_csv (const struct tc_modular_analysis *a, struct tc_csv *csv,
                               const char *name, const char *title,
                               const struct tc_modular_columns *columns,
                               struct tc_error *err) TC_MUST_USE;

/* A cell of the run's log; NaN where there is no such column or no value.  */
double tc_modular_logged (const struct tc_modular_analysis *a, size_t row,
                          const char *column);

/* ---- The parts ---- */

/* loss.csv (thinned); figures loss, swap.  */
enum tc_status tc_modular_report_loss (struct tc_modular_analysis *a, struct tc_error *err)
  TC_MUST_USE;
/* Over the snapshots: progress.csv, weights.csv, embedding.csv, moments.csv,
   phases.csv; figures progress, frequencies, norms, embedding.  */
enum tc_status tc_modular_report_progress (struct tc_modular_analysis *a,
                                           struct tc_error *err) TC_MUST_USE;
/* Function x2xyy2: ladder.csv, by what symmetry a test pair is known.  */
enum tc_status tc_modular_report_ladder (struct tc_modular_analysis *a, struct tc_error *err)
  TC_MUST_USE;
/* bases.csv: the function, the logits and the embedding in additive and
   multiplicative characters.  */
enum tc_status tc_modular_report_bases (struct tc_modular_analysis *a, struct tc_error *err)
  TC_MUST_USE;
/* What the trained model computes, and how (grid.h): spectrum.csv, terms.csv,
   neurons.csv, attention.csv, ablations.csv, geometry.csv and more.  */
enum tc_status tc_modular_report_circuits (struct tc_modular_analysis *a,
                                           struct tc_error *err) TC_MUST_USE;
/* Run transformerlens-demo: replay.csv, replay_table.tex, crossings.csv, band.csv;
   figure replay.  */
enum tc_status tc_modular_report_replay (struct tc_modular_analysis *a, struct tc_error *err)
  TC_MUST_USE;
/* Run add, after all others: seeds.csv, functions.csv, function_losses.csv; figure
   functions.  Median and range of every number that the seeds gave.  */
enum tc_status tc_modular_report_runs (struct tc_modular_analysis *a, struct tc_error *err)
  TC_MUST_USE;

#endif
