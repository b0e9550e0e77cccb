#ifndef TC_ADDITION_ANALYSIS_H
#define TC_ADDITION_ANALYSIS_H

#include "experiments/addition/experiment.h"
#include "experiments/session.h"
#include "report/csv.h"
#include "report/macros.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The analysis of one run, in parts that each write their CSVs, figures and
   macros.  To add one: declare it here, add its row to the table in analyse.c. */

struct tc_addition_analysis
{
  struct tc_session *session;
  const struct tc_addition_options *task;
  bool is_whole;                /* everything is examined */
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
  bool is_brief;                /* runs of which only the phases are examined have it,
                                   too */
};

/* Reads the log and lists the snapshots.  Close it, also after a failure.  */
enum tc_status tc_addition_analysis_open (struct tc_addition_analysis *a,
                                          struct tc_session *session, struct tc_error *err)
  TC_MUST_USE;
void tc_addition_analysis_close (struct tc_addition_analysis *a);

/* Window of the centred running mean that thresholds are read from: a digit's loss
   on one batch is the mean of 64 examples.  */
enum { TC_ADDITION_WINDOW = 51 };

/* The parts.  */

/* loss.csv, smooth.csv, theory.csv, levels.csv; figures loss, digits.  */
enum tc_status tc_addition_report_loss (struct tc_addition_analysis *a,
                                        struct tc_error *err) TC_MUST_USE;
/* Endless data: phases.csv, phases_table.tex; figure phases.  */
bool tc_addition_has_phases (const struct tc_addition_analysis *a);
enum tc_status tc_addition_report_phases (struct tc_addition_analysis *a,
                                          struct tc_error *err) TC_MUST_USE;
/* Fixed data: finite.csv; figure generalisation.  */
bool tc_addition_is_finite (const struct tc_addition_analysis *a);
enum tc_status tc_addition_report_finite (struct tc_addition_analysis *a,
                                          struct tc_error *err) TC_MUST_USE;
/* Fixed data: overlap.csv.  */
enum tc_status tc_addition_report_overlap (struct tc_addition_analysis *a,
                                           struct tc_error *err) TC_MUST_USE;
/* accuracy.csv, errors.csv; figure errors.  */
enum tc_status tc_addition_report_accuracy (struct tc_addition_analysis *a,
                                            struct tc_error *err) TC_MUST_USE;
/* examples.csv, examples_table.tex.  */
enum tc_status tc_addition_report_examples (struct tc_addition_analysis *a,
                                            struct tc_error *err) TC_MUST_USE;
/* Run infinite: replay.csv, replay_table.tex.  */
bool tc_addition_is_printed (const struct tc_addition_analysis *a);
enum tc_status tc_addition_report_replay (struct tc_addition_analysis *a,
                                          struct tc_error *err) TC_MUST_USE;

/* ---- What they share ---- */

/* Whether this is run `name`.  */
bool tc_addition_is_run (const struct tc_addition_analysis *a, const char *name);

/* Column PREFIX, or PREFIX_K for k >= 0, of the log; NULL if there is none.  Its
   entries are a->log.n_columns apart.  */
const double *tc_addition_log_column (const struct tc_addition_analysis *a,
                                      const char *prefix, int k);

/* The first step at which the centred mean of such a column over `window` rows is
   below threshold; NaN if there is none.  */
double tc_addition_first_below (const struct tc_addition_analysis *a, const double *column,
                                int window, double threshold);
/* Mean of its last `count` entries that are numbers.  */
double tc_addition_last_mean (const struct tc_addition_analysis *a, const double *column,
                              size_t count);

/* What the digit of tok k counts: "lead", "units", "tens", ...  */
const char *tc_addition_place (const struct tc_addition_analysis *a, size_t k);
/* Writes macro NAMEPlace, as in HalfStepUnits.  tc_addition_macro_step writes a
   whole number of steps, or a dash for never.  */
void tc_addition_macro (const struct tc_addition_analysis *a, const char *name, size_t k,
                        double value, int digits);
void tc_addition_macro_step (const struct tc_addition_analysis *a, const char *name,
                             double step);
void tc_addition_macro_place_step (const struct tc_addition_analysis *a, const char *name,
                                   size_t k, double step);

/* A value of data/reference/addition-published.csv; NaN if there is none.  */
double tc_addition_published (const char *key);

#endif
