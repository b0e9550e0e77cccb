#ifndef TC_PERMUTATION_ANALYSIS_H
#define TC_PERMUTATION_ANALYSIS_H

#include "experiments/permutation/experiment.h"
#include "experiments/permutation/floors.h"
#include "experiments/session.h"
#include "report/csv.h"
#include "report/macros.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The analysis of one run, in parts that each write their CSVs, figures and
   macros.  To add one: declare it here, add its row to the table in analyse.c. */

struct tc_permutation_analysis
{
  struct tc_session *session;
  const struct tc_permutation_options *task;
  const struct tc_permutation_list *list;       /* combinations: train, then held out */
  struct tc_table log;          /* loss.csv of the run */
  int *snapshot;                /* [n_snapshots] steps, ascending */
  size_t n_snapshots;
  uint32_t *start;              /* the task's state before its first batch; every part
                                   begins there */
  struct tc_macros *macros;
};

struct tc_permutation_part
{
  bool (*applies) (const struct tc_permutation_analysis *a);    /* NULL: always */
  enum tc_status (*report) (struct tc_permutation_analysis *a, struct tc_error *err);
};

/* Reads the log and lists the snapshots.  Close it, also after a failure.  */
enum tc_status tc_permutation_analysis_open (struct tc_permutation_analysis *a,
                                             struct tc_session *session,
                                             struct tc_error *err) TC_MUST_USE;
void tc_permutation_analysis_close (struct tc_permutation_analysis *a);

/* Whether this is run `name`.  */
bool tc_permutation_is_run (const struct tc_permutation_analysis *a, const char *name);

/* A column of the log; NULL if there is none.  Its entries are a->log.n_columns
   apart.  */
const double *tc_permutation_column (const struct tc_permutation_analysis *a,
                                     const char *name);

/* ---- The parts ---- */

/* floors.csv.  */
enum tc_status tc_permutation_report_floors (struct tc_permutation_analysis *a,
                                             struct tc_error *err) TC_MUST_USE;

#endif
