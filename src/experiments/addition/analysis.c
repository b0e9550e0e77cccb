#include "experiments/addition/analysis.h"

#include "experiments/measure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* data/reference/addition-published.csv, compiled in.  */
static const struct { const char *key; double value; } published[] = {
#include "stamps/addition/published.inc"
};

double
tc_addition_published (const char *key)
{
  for (size_t i = 0; i < sizeof published / sizeof *published; i++)
    if (strcmp (published[i].key, key) == 0)
      return published[i].value;
  return NAN;
}

enum tc_status
tc_addition_analysis_open (struct tc_addition_analysis *a, struct tc_session *session,
                           struct tc_error *err)
{
  const struct tc_addition_settings *settings = session->setup.settings;
  const struct tc_task *task = &session->task;
  *a = (struct tc_addition_analysis) {
    .session = session, .macros = session->macros, .task = &settings->task,
    .is_whole = settings->examine == TC_ADDITION_ALL,
    .num_digits = settings->task.num_digits,
    .n_answers = (size_t) tc_addition_answers (settings->task.num_digits),
    .is_finite = settings->task.n_data > 0,
    .start = calloc (task->n_state, sizeof (uint32_t))
  };
  if (a->start == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for the generators' state");
  task->save_state (task->self, a->start);
  enum tc_status status = tc_session_log (session, &a->log, err);
  if (status == TC_OK)
    status = tc_session_snapshots (session, &a->snapshot, &a->n_snapshots, err);
  return status;
}

void
tc_addition_analysis_close (struct tc_addition_analysis *a)
{
  tc_table_free (&a->log);
  free (a->snapshot);
  free (a->start);
}

bool
tc_addition_is_run (const struct tc_addition_analysis *a, const char *name)
{
  return strcmp (a->session->run, name) == 0;
}

const double *
tc_addition_log_column (const struct tc_addition_analysis *a, const char *prefix, int k)
{
  char name[64];
  if (k < 0)
    snprintf (name, sizeof name, "%s", prefix);
  else
    snprintf (name, sizeof name, "%s_%d", prefix, k);
  int column = tc_table_column (&a->log, name);
  return column < 0 ? NULL : a->log.value + column;
}

/* ---- Reading the log ---- */

double
tc_addition_first_below (const struct tc_addition_analysis *a, const double *column,
                         int window, double threshold)
{
  if (column == NULL)
    return NAN;
  long row = tc_first_below (column, a->log.n_rows, a->log.n_columns, window, threshold);
  return row < 0 ? NAN : tc_addition_log_column (a, "step", -1)[(size_t) row
                                                                * a->log.n_columns];
}

double
tc_addition_last_mean (const struct tc_addition_analysis *a, const double *column,
                       size_t count)
{
  double sum = 0;
  size_t used = 0;
  for (size_t row = a->log.n_rows; column != NULL && row > 0 && used < count; row--)
    if (!isnan (column[(row - 1) * a->log.n_columns]))
      {
        sum += column[(row - 1) * a->log.n_columns];
        used++;
      }
  return used > 0 ? sum / (double) used : NAN;
}

/* ---- Names ---- */

static const char *const places[] = {
  "units", "tens", "hundreds", "thousands", "ten-thousands", "hundred-thousands",
  "millions", "ten-millions"
};
static const char *const macro_places[] = {
  "Units", "Tens", "Hundreds", "Thousands", "TenThousands", "HundredThousands", "Millions",
  "TenMillions"
};

const char *
tc_addition_place (const struct tc_addition_analysis *a, size_t k)
{
  return k == 0 ? "lead" : places[(size_t) a->num_digits - k];
}

static void
macro_name (const struct tc_addition_analysis *a, char name[64], const char *first, size_t k)
{
  snprintf (name, 64, "%s%s", first,
            k == 0 ? "Lead" : macro_places[(size_t) a->num_digits - k]);
}

void
tc_addition_macro (const struct tc_addition_analysis *a, const char *name, size_t k,
                   double value, int digits)
{
  char full[64];
  macro_name (a, full, name, k);
  tc_macros_real (a->macros, full, value, digits);
}

void
tc_addition_macro_step (const struct tc_addition_analysis *a, const char *name, double step)
{
  if (isnan (step))
    tc_macros_real (a->macros, name, NAN, 1);
  else
    tc_macros_int (a->macros, name, (long long) step);
}

void
tc_addition_macro_place_step (const struct tc_addition_analysis *a, const char *name,
                              size_t k, double step)
{
  char full[64];
  macro_name (a, full, name, k);
  tc_addition_macro_step (a, full, step);
}
