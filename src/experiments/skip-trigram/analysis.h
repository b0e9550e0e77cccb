#ifndef TC_SKIP_TRIGRAM_ANALYSIS_H
#define TC_SKIP_TRIGRAM_ANALYSIS_H

#include "circuits/dense.h"
#include "experiments/session.h"
#include "experiments/skip-trigram/experiment.h"
#include "report/csv.h"
#include "report/csv_columns.h"
#include "report/macros.h"

#include <stdbool.h>
#include <stddef.h>

/* The analysis of one run, in parts that each write their CSVs and figures.  */

struct tc_skip_analysis
{
  struct tc_session *session;
  const struct tc_skip_trigram_settings *settings;
  const struct tc_skip_trigram_options *task;
  int n;                        /* trigrams */
  bool is_finite;
  bool is_reducible;            /* minimal, or one layer of one head: the theory
                                   and the circuits below read it */
  struct tc_table log;          /* loss.csv of the run */
  int *snapshot;                /* [n_snapshots] steps, ascending */
  size_t n_snapshots;
  struct tc_macros *macros;

  double *onset;                /* [n] steps, NaN: never; set by the loss part */
  int view;                     /* steps a close-up of the phase change shows */
};

/* Window of the moving mean that onsets are read from: the loss of a trigram on
   one batch is the mean of some 26 examples.  */
enum { TC_SKIP_WINDOW = 11 };

/* Logs keep every step to here, then every TC_SKIP_KEEP_EVERY-th and the last. */
enum { TC_SKIP_KEEP_ALL = 500, TC_SKIP_KEEP_EVERY = 10 };

/* loss.csv, trigrams.csv, onset.csv (without theory); figures loss, trigrams,
   generalisation.  */
enum tc_status tc_skip_report_loss (struct tc_skip_analysis *a, struct tc_error *err)
  TC_MUST_USE;
/* replay.csv and replay_table.tex: the notebook's printed log beside ours.  */
enum tc_status tc_skip_report_replay (struct tc_skip_analysis *a, struct tc_error *err)
  TC_MUST_USE;
/* onset.csv, correlations.csv, theory.csv; figures onset, theory.  */
enum tc_status tc_skip_report_onset (struct tc_skip_analysis *a, struct tc_error *err)
  TC_MUST_USE;
/* dynamics.csv, invariants.csv; figures attention, portrait.  */
enum tc_status tc_skip_report_dynamics (struct tc_skip_analysis *a, struct tc_error *err)
  TC_MUST_USE;
/* foresight.csv.  */
enum tc_status tc_skip_report_foresight (struct tc_skip_analysis *a, struct tc_error *err)
  TC_MUST_USE;
/* qk_*.csv, ov_*.csv, scores.csv; figures qk, ov, scores.  */
enum tc_status tc_skip_report_circuits (struct tc_skip_analysis *a, struct tc_error *err)
  TC_MUST_USE;
/* patterns.csv, pattern-*.csv, attribution.csv, contributions.csv; figures
   patterns, attribution.  */
enum tc_status tc_skip_report_examples (struct tc_skip_analysis *a, struct tc_error *err)
  TC_MUST_USE;
/* Finite data: places.csv; figure places.  */
enum tc_status tc_skip_report_places (struct tc_skip_analysis *a, struct tc_error *err)
  TC_MUST_USE;
/* floor.csv; figure floor.  */
enum tc_status tc_skip_report_floor (struct tc_skip_analysis *a, struct tc_error *err)
  TC_MUST_USE;

/* The kept snapshot closest to step, or -1 (the trained model) if there is none. */
int tc_skip_snapshot (const struct tc_skip_analysis *a, int step);

/* How often each trigger is in the training set [n]; endless data have each
   equally often.  Draws a batch of finite data, which is always the same one.  */
enum tc_status tc_skip_frequencies (const struct tc_skip_analysis *a, double *frequency,
                                    struct tc_error *err) TC_MUST_USE;

/* What the last token at the last position, the only destination that is read,
   asks of an input (a row of the full QK circuit): part of the score.  */
double tc_skip_score_from_last (const struct tc_skip_analysis *a, const struct tc_dense *qk,
                                size_t input);

/* One column per trigram, NAME_0 ... */
void tc_skip_column_each (struct tc_csv_columns *columns, const char *name, int n,
                          const char *meaning);
enum tc_status tc_skip_csv (const struct tc_skip_analysis *a, struct tc_csv *csv,
                            const char *name, const char *title,
                            const struct tc_csv_columns *columns, struct tc_error *err)
  TC_MUST_USE;

/* A column of the log, or NULL; stride is log.n_columns.  */
const double *tc_skip_log_column (const struct tc_skip_analysis *a, const char *prefix, int k);

#endif
