#include "experiments/induction/analysis.h"

#include "experiments/measure.h"
#include "numerics/elementary.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum tc_status
tc_induction_analysis_open (struct tc_induction_analysis *a, struct tc_session *session,
                            struct tc_error *err)
{
  const struct tc_induction_settings *settings = session->setup.settings;
  const struct tc_induction_options *task = &settings->task;
  *a = (struct tc_induction_analysis) {
    .session = session, .macros = session->macros, .task = task, .shape = &task->shape,
    .is_finite = task->num_batches > 0, .is_main = strcmp (session->run, "infinite") == 0,
    .uniform = tc_log64 (task->shape.vocab_size - 1)
  };
  enum tc_status status = tc_session_log (session, &a->log, err);
  if (status == TC_OK)
    status = tc_session_snapshots (session, &a->snapshot, &a->n_snapshots, err);
  return status;
}

void
tc_induction_analysis_close (struct tc_induction_analysis *a)
{
  tc_table_free (&a->log);
  free (a->snapshot);
}

bool
tc_induction_is_run (const struct tc_induction_analysis *a, const char *name)
{
  return strcmp (a->session->run, name) == 0;
}

bool
tc_induction_is_main (const struct tc_induction_analysis *a)
{
  return a->is_main;
}

/* ---- The log ---- */

const double *
tc_induction_column (const struct tc_induction_analysis *a, const char *name)
{
  int column = tc_table_column (&a->log, name);
  return column < 0 ? NULL : a->log.value + column;
}

double
tc_induction_first_below (const struct tc_induction_analysis *a, double threshold)
{
  const double *loss = tc_induction_column (a, "loss");
  const double *step = tc_induction_column (a, "step");
  long row = tc_first_below (loss, a->log.n_rows, a->log.n_columns, TC_INDUCTION_WINDOW,
                             threshold);
  return row < 0 ? NAN : step[(size_t) row * a->log.n_columns];
}

double
tc_induction_mean_before (const struct tc_induction_analysis *a, const double *column,
                          size_t end, size_t count)
{
  double sum = 0;
  if (column == NULL || end > a->log.n_rows || count > end || count == 0)
    return NAN;
  for (size_t row = end - count; row < end; row++)
    sum += column[row * a->log.n_columns];
  return sum / (double) count;
}

/* ---- Numbers ---- */

static void
write_macro (const struct tc_induction_analysis *a, const char *name, double value, int digits)
{
  if (digits > 0)
    tc_macros_real (a->macros, name, value, digits);
  else if (isnan (value))
    tc_macros_text (a->macros, name, "never");
  else
    tc_macros_int (a->macros, name, (long long) value);
}

void
tc_induction_number (struct tc_induction_analysis *a, const char *name, double value,
                     int digits)
{
  if (a->n_numbers < sizeof a->numbers / sizeof *a->numbers)
    a->numbers[a->n_numbers++] = (struct tc_induction_number) { name, value };
  write_macro (a, name, value, digits);
}

double
tc_induction_own_number (const struct tc_induction_analysis *a, const char *name)
{
  for (size_t i = 0; i < a->n_numbers; i++)
    if (strcmp (a->numbers[i].name, name) == 0)
      return a->numbers[i].value;
  return NAN;
}

enum tc_status
tc_induction_write_summary (struct tc_induction_analysis *a, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "quantity", "as the run's macros name it" }, { "value", "empty: there is none" }
  };
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "summary",
                                          "Numbers of the run that tables over runs read",
                                          2, columns, err);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; status == TC_OK && i < a->n_numbers; i++)
    {
      tc_csv_text (&csv, a->numbers[i].name);
      tc_csv_real (&csv, a->numbers[i].value);
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

void
tc_induction_head_macro (const struct tc_induction_analysis *a, const char *first,
                         size_t layer, size_t head, double value, int digits)
{
  static const char *const layers[] = { "Zero", "One", "Two", "Three" };
  char name[64];
  if (layer >= sizeof layers / sizeof *layers || head >= 26)
    return;
  snprintf (name, sizeof name, "%s%s%c", first, layers[layer], (char) ('A' + head));
  write_macro (a, name, value, digits);
}

/* ---- Files ---- */

enum tc_status
tc_induction_script (const struct tc_induction_analysis *a, struct tc_file *file,
                     const char *name, double width, double height, const char *title,
                     struct tc_error *err)
{
  enum tc_status status = tc_session_figure (a->session, file, name, err);
  if (status != TC_OK)
    return status;
  tc_figure_head (file, &(struct tc_figure) { title, a->session->experiment->name,
                                              a->session->run, name, width, height });
  tc_figure_line (file, "steps = %d; heads = %d", a->session->setup.training.steps,
                  a->session->setup.config.n_heads);
  SCRIPT (file,
    "small = format eq \"svg\" ? \",10\" : \",8\"; tiny = format eq \"svg\" ? \",9\" : \",7\"",
    "# Places on the page in cm from its left and lower edges.",
    "across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)",
    "");
  return TC_OK;
}

enum tc_status
tc_induction_evaluation (const struct tc_induction_analysis *a, struct tc_induction_set *set,
                         size_t n, struct tc_mt19937 *numpy, struct tc_error *err)
{
  enum tc_status status = tc_induction_set_alloc (set, a->shape, n, err);
  if (status != TC_OK)
    return status;
  tc_numpy_seed (numpy, (uint32_t) a->task->data_seed + 2);
  tc_induction_draw (set, numpy);
  return TC_OK;
}
