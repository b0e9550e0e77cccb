#ifndef TC_ADDITION_ANALYSIS_H
#define TC_ADDITION_ANALYSIS_H

#include "experiments/addition/experiment.h"
#include "experiments/session.h"
#include "report/csv.h"
#include "report/macros.h"

#include <stdbool.h>
#include <stddef.h>

/* The analysis of one run, in parts that each write their CSVs, figures and
   macros.  To add one: declare it here, add its row to the table in analyse.c. */

struct tc_addition_analysis
{
  struct tc_session *session;
  const struct tc_addition_options *task;
  int num_digits;
  size_t n_answers;             /* num_digits + 1: tok 0 ... tok num_digits */
  bool is_finite;
  struct tc_table log;          /* loss.csv of the run */
  int *snapshot;                /* [n_snapshots] steps, ascending */
  size_t n_snapshots;
  uint32_t *start;              /* the task's state before its first batch; every part
                                   begins there */
  struct tc_macros *macros;
};

struct tc_addition_part
{
  bool (*applies) (const struct tc_addition_analysis *a);       /* NULL: always */
  enum tc_status (*report) (struct tc_addition_analysis *a, struct tc_error *err);
};

/* Reads the log and lists the snapshots.  Close it, also after a failure.  */
enum tc_status tc_addition_analysis_open (struct tc_addition_analysis *a,
                                          struct tc_session *session, struct tc_error *err)
  TC_MUST_USE;
void tc_addition_analysis_close (struct tc_addition_analysis *a);

/* Whether this is run `name`.  */
bool tc_addition_is_run (const struct tc_addition_analysis *a, const char *name);

/* Column PREFIX, or PREFIX_K for k >= 0, of the log; NULL if there is none.  Its
   entries are a->log.n_columns apart.  */
const double *tc_addition_log_column (const struct tc_addition_analysis *a,
                                      const char *prefix, int k);

#endif
