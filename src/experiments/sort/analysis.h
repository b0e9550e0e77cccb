#ifndef TC_SORT_ANALYSIS_H
#define TC_SORT_ANALYSIS_H

#include "experiments/session.h"
#include "experiments/sort/experiment.h"
#include "report/csv.h"
#include "report/macros.h"

#include <stdbool.h>
#include <stddef.h>

/* The analysis of one run, in parts that each write their CSVs, figures and macros.
   To add one: declare it at the end, add its row to the table in analyse.c.  When a
   part starts, the session's model is the trained one.  */

/* How well a model sorts some lists, each token predicted from the right tokens
   before it.  */
struct tc_sort_score
{
  size_t lists;
  double loss;                  /* nats per token */
  double accuracy, token_accuracy;      /* fractions of lists, of tokens */
};

struct tc_sort_analysis
{
  struct tc_session *session;
  const struct tc_sort_settings *settings;
  const struct tc_sort_options *task;   /* settings->task */
  struct tc_table log;                  /* the run's loss.csv */
  struct tc_macros *macros;

  struct tc_sort_set test;              /* test_size lists of the test seed */
  struct tc_sort_score many;            /* of many such lists; set by the log part */
};

enum tc_status tc_sort_analysis_open (struct tc_sort_analysis *a, struct tc_session *session,
                                      struct tc_error *err) TC_MUST_USE;
void tc_sort_analysis_close (struct tc_sort_analysis *a);

/* Whether this is run `name`, or one of its family: NAME, NAME-seed-2, ...  */
bool tc_sort_is_run (const struct tc_sort_analysis *a, const char *name);
bool tc_sort_is_of (const struct tc_sort_analysis *a, const char *name);

/* Entry of a column of the log; NaN if there is no such column or value.  */
double tc_sort_log_value (const struct tc_sort_analysis *a, const char *column, size_t row);

/* ---- The parts ---- */

/* loss.csv, accuracy.csv; figure loss.  */
enum tc_status tc_sort_report_log (struct tc_sort_analysis *a, struct tc_error *err)
  TC_MUST_USE;
/* What the notebooks printed, where this run repeats it: replay.csv, published.csv,
   replay_table.tex; figure replay.  */
enum tc_status tc_sort_report_replay (struct tc_sort_analysis *a, struct tc_error *err)
  TC_MUST_USE;
/* Runs with a stop rule: stop.csv, progress.csv; one-head: seeds.csv, stops.csv;
   figure seeds.  */
enum tc_status tc_sort_report_stop (struct tc_sort_analysis *a, struct tc_error *err)
  TC_MUST_USE;
/* attn-only: band.csv; figure band.  */
enum tc_status tc_sort_report_band (struct tc_sort_analysis *a, struct tc_error *err)
  TC_MUST_USE;
/* mispredictions.txt.  */
enum tc_status tc_sort_report_mispredictions (struct tc_sort_analysis *a, struct tc_error *err)
  TC_MUST_USE;
/* attn-only and its seeds: floors.csv, duplicates.csv, mass.csv; figure duplicates.  */
enum tc_status tc_sort_report_duplicates (struct tc_sort_analysis *a, struct tc_error *err)
  TC_MUST_USE;
/* five, five-script, five-plain and their seeds: echo.csv.  */
enum tc_status tc_sort_report_echo (struct tc_sort_analysis *a, struct tc_error *err)
  TC_MUST_USE;
/* one-head: configurations.csv, configurations_table.tex.  */
enum tc_status tc_sort_report_configurations (struct tc_sort_analysis *a, struct tc_error *err)
  TC_MUST_USE;
/* Decoders: attention.csv; figure attention.  Pictured runs and five-script:
   patterns.csv; figure patterns.  */
enum tc_status tc_sort_report_attention (struct tc_sort_analysis *a, struct tc_error *err)
  TC_MUST_USE;
/* Decoders: circuits.csv.  Pictured runs: qk.csv, ov.csv; figures qk, qk-unscaled, ov.  */
enum tc_status tc_sort_report_circuits (struct tc_sort_analysis *a, struct tc_error *err)
  TC_MUST_USE;
/* Decoders: ablations.csv.  */
enum tc_status tc_sort_report_ablations (struct tc_sort_analysis *a, struct tc_error *err)
  TC_MUST_USE;
/* Pictured runs and attn-only-two-heads: attribution.csv, logits.csv, predicted.csv and
   their figures.  */
enum tc_status tc_sort_report_attribution (struct tc_sort_analysis *a, struct tc_error *err)
  TC_MUST_USE;
/* Decoders: errors.csv.  Pictured runs: triples.csv; figure errors.  */
enum tc_status tc_sort_report_errors (struct tc_sort_analysis *a, struct tc_error *err)
  TC_MUST_USE;
/* attn-only, five-plain: bound.csv; figure bound.  Reads errors.csv.  */
enum tc_status tc_sort_report_bound (struct tc_sort_analysis *a, struct tc_error *err)
  TC_MUST_USE;
/* one-head: public.csv, public_table.tex, from its own and one-head-long's CSVs.  */
enum tc_status tc_sort_report_public (struct tc_sort_analysis *a, struct tc_error *err)
  TC_MUST_USE;
/* Lists of five: interventions.csv.  */
enum tc_status tc_sort_report_interventions (struct tc_sort_analysis *a, struct tc_error *err)
  TC_MUST_USE;
/* Lists of five: rows.csv.  */
enum tc_status tc_sort_report_rows (struct tc_sort_analysis *a, struct tc_error *err)
  TC_MUST_USE;
/* five: claims.csv, claims_table.tex, from its own and its relatives' CSVs.  */
enum tc_status tc_sort_report_claims (struct tc_sort_analysis *a, struct tc_error *err)
  TC_MUST_USE;

#endif
