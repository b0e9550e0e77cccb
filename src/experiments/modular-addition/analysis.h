#ifndef TC_MODULAR_ADDITION_ANALYSIS_H
#define TC_MODULAR_ADDITION_ANALYSIS_H

#include "experiments/modular-addition/experiment.h"
#include "experiments/session.h"
#include "report/csv.h"
#include "report/macros.h"

#include <stdbool.h>
#include <stddef.h>

/* The analysis of one run, in parts that each write their CSVs, macros and
   figures.  A part is a row of the table in analyse.c; when it starts, the
   session's model is the trained one.  */

struct tc_modular_analysis
{
  struct tc_session *session;
  const struct tc_modular_settings *settings;
  const struct tc_modular *task;        /* pairs, answers, split, batches */
  int p;
  size_t n;                             /* p p pairs */
  size_t d_out;                         /* classes: p, or p + 1 with `=` */
  struct tc_table log;                  /* the run's loss.csv */
  int *snapshot;                        /* [n_snapshots] steps, ascending */
  size_t n_snapshots;
  struct tc_macros *macros;

  struct tc_run *run;                   /* all positions of all n pairs: for
                                           tc_modular_forward_grid */
  struct tc_macros macros_file;         /* private: what macros points to */
};

enum tc_status tc_modular_analysis_open (struct tc_modular_analysis *a,
                                         struct tc_session *session, struct tc_error *err)
  TC_MUST_USE;
/* Finishes the macros where status is TC_OK, else gives them up; frees all.  */
enum tc_status tc_modular_analysis_close (struct tc_modular_analysis *a,
                                          enum tc_status status, struct tc_error *err)
  TC_MUST_USE;

/* Runs the session's model, whichever parameters it has now, on all pairs in the
   grid's order; tc_run_activation (a->run, ...) then reads any activation
   [pair, position, ...].  *logits (unless NULL) is set to [n, d_out] at `=`, the
   caller's to free, in double.  */
enum tc_status tc_modular_forward_grid (struct tc_modular_analysis *a, double **logits,
                                        struct tc_error *err) TC_MUST_USE;

/* Mean cross-entropy of logits [n, d_out] over the pairs of the grid: all, those
   with is_train, those without.  */
enum tc_modular_pairs { TC_MODULAR_ALL, TC_MODULAR_TRAIN, TC_MODULAR_TEST };
double tc_modular_cross_entropy (const struct tc_modular_analysis *a, const double *logits,
                                 enum tc_modular_pairs pairs);
/* The fraction of them whose answer has the largest logit.  */
double tc_modular_accuracy (const struct tc_modular_analysis *a, const double *logits,
                            enum tc_modular_pairs pairs);

/* ---- The parts ---- */

enum tc_status tc_modular_report_loss (struct tc_modular_analysis *a, struct tc_error *err)
  TC_MUST_USE;

#endif
