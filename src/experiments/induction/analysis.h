#ifndef TC_INDUCTION_ANALYSIS_H
#define TC_INDUCTION_ANALYSIS_H

#include "experiments/induction/experiment.h"
#include "experiments/session.h"
#include "report/csv.h"
#include "report/macros.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The analysis of one run, in parts that each write their CSVs, figures and
   macros.  To add one: declare it here, add its row to the table in analyse.c. */

struct tc_induction_analysis
{
  struct tc_session *session;
  const struct tc_induction_options *task;
  const struct tc_induction_shape *shape;
  bool is_finite;
  struct tc_table log;          /* loss.csv of the run */
  int *snapshot;                /* [n_snapshots] steps, ascending */
  size_t n_snapshots;
  struct tc_macros *macros;
};

struct tc_induction_part
{
  bool (*applies) (const struct tc_induction_analysis *a);      /* NULL: always */
  enum tc_status (*report) (struct tc_induction_analysis *a, struct tc_error *err);
};

/* Reads the log and lists the snapshots.  Close it, also after a failure.  */
enum tc_status tc_induction_analysis_open (struct tc_induction_analysis *a,
                                           struct tc_session *session, struct tc_error *err)
  TC_MUST_USE;
void tc_induction_analysis_close (struct tc_induction_analysis *a);

/* Whether this is run `name`.  */
bool tc_induction_is_run (const struct tc_induction_analysis *a, const char *name);

/* A column of the log; NULL if there is none.  Its entries are a->log.n_columns
   apart.  */
const double *tc_induction_column (const struct tc_induction_analysis *a, const char *name);

/* ---- The parts ---- */

/* Run infinite: replay.csv, replay_table.tex.  */
bool tc_induction_is_printed (const struct tc_induction_analysis *a);
enum tc_status tc_induction_report_replay (struct tc_induction_analysis *a,
                                           struct tc_error *err) TC_MUST_USE;

#endif
