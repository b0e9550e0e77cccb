#include "experiments/modular-addition/progress.h"

#include "experiments/modular-addition/phases.h"
#include "numerics/elementary.h"

#include <math.h>
#include <stdlib.h>

/* Where one phase ends and the next begins, by rules:

     memorisation    from the start to where the excluded loss is least: from there
                     on the key frequencies carry ever more of the training loss
     circuit         from there to where the cleanup begins
     cleanup         as phases.h says  */

/* The cleanup in the test rows of the log.  */
static enum tc_status
find_cleanup (const struct tc_modular_analysis *a, struct tc_modular_cleanup *cleanup,
              struct tc_error *err)
{
  size_t n = 0;
  double *step = calloc (2 * a->log.n_rows + 1, sizeof *step);
  double *loss = step + a->log.n_rows;
  if (step == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for %zu test losses", a->log.n_rows);
  for (size_t row = 0; row < a->log.n_rows; row++)
    if (tc_modular_logged (a, row, "test_loss") > 0)
      {
        step[n] = tc_modular_logged (a, row, "step");
        loss[n++] = tc_modular_logged (a, row, "test_loss");
      }
  enum tc_status status = tc_modular_find_cleanup (n, step, loss, cleanup, err);
  free (step);
  return status;
}

/* The snapshot with the least excluded loss, NaN without key frequencies.  */
static double
end_of_memorisation (size_t n, const struct tc_modular_progress *rows)
{
  size_t best = 0;
  for (size_t i = 0; i < n; i++)
    if (rows[i].excluded < rows[best].excluded)
      best = i;
  return n > 0 && !isnan (rows[0].excluded) ? rows[best].step : NAN;
}

static enum tc_status
write_csv (const struct tc_modular_analysis *a, double memorised,
           const struct tc_modular_cleanup *cleanup, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "phase", "its name" }, { "from", "first epoch" }, { "to", "last epoch" },
    { "rule", "what decides its end" }
  };
  const struct { const char *name; double from, to; const char *rule; } phases[] = {
    { "memorisation", 0, memorised, "least excluded loss of a snapshot" },
    { "circuit formation", memorised, cleanup->from, "the cleanup begins" },
    { "cleanup", cleanup->from, cleanup->to,
      "the slope of ln (test loss) is a tenth of its greatest" }
  };
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "phases", "Phases by rules", 4,
                                          columns, err);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; status == TC_OK && i < sizeof phases / sizeof *phases; i++)
    {
      tc_csv_text (&csv, phases[i].name);
      tc_csv_real (&csv, phases[i].from);
      tc_csv_real (&csv, phases[i].to);
      tc_csv_text (&csv, phases[i].rule);
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

/* The row of the greatest sum of squares; the last row.  */
static void
write_numbers (struct tc_modular_analysis *a, size_t n, const struct tc_modular_progress *rows,
               double memorised, const struct tc_modular_cleanup *cleanup)
{
  size_t peak = 0, best = 0, at_memory = 0;
  for (size_t i = 0; i < n; i++)
    {
      if (rows[i].test_accuracy > rows[best].test_accuracy)
        best = i;
      if (rows[i].squares > rows[peak].squares)
        peak = i;
      if (rows[i].step <= memorised)
        at_memory = i;
    }
  const struct tc_modular_progress *last = &rows[n - 1];
  tc_modular_number (a, "MemorisationEnds", memorised, 0);
  tc_modular_number (a, "ExcludedLeast", rows[at_memory].excluded, 2);
  tc_modular_number (a, "CleanupBegins", cleanup->from, 0);
  tc_modular_number (a, "CleanupSteepest", cleanup->steepest, 0);
  tc_modular_number (a, "CleanupEnds", cleanup->to, 0);
  tc_modular_number (a, "CleanupHalving", tc_log64 (0.5) / cleanup->slope, 2);
  tc_modular_number (a, "SquaresInitial", rows[0].squares, 4);
  tc_modular_number (a, "SquaresPeak", rows[peak].squares, 4);
  tc_modular_number (a, "SquaresPeakStep", rows[peak].step, 0);
  tc_modular_number (a, "SquaresFinal", last->squares, 4);
  tc_modular_number (a, "FinalAccuracyPercent", 100 * last->accuracy, 3);
  tc_modular_number (a, "FinalTestAccuracyPercent", 100 * last->test_accuracy, 3);
  tc_modular_number (a, "BestTestAccuracyPercent", 100 * rows[best].test_accuracy, 3);
  tc_modular_number (a, "BestTestAccuracyStep", rows[best].step, 0);
  tc_modular_number (a, "SeriesKeys", (double) a->n_keys, 0);
  tc_modular_number (a, "SeriesGiniEmbedding", last->gini_w_e, 3);
  tc_modular_number (a, "SeriesGiniNeuronLogits", last->gini_w_l, 3);
  tc_modular_number (a, "SeriesRestricted", last->restricted, 2);
  tc_modular_number (a, "SeriesExcluded", last->excluded, 3);
  tc_modular_number (a, "SeriesRestrictedBlocks", last->restricted_blocks, 2);
  tc_modular_number (a, "SeriesExcludedBlocks", last->excluded_blocks, 3);
  tc_modular_number (a, "SeriesExplained", last->explained, 3);
}

/* What the measures were when the cleanup began: hidden progress.  */
static void
write_hidden_progress (struct tc_modular_analysis *a, size_t n,
                       const struct tc_modular_progress *rows, double begins)
{
  size_t at = 0;
  for (size_t i = 0; i < n; i++)
    if (rows[i].step <= begins)
      at = i;
  tc_modular_number (a, "HiddenStep", rows[at].step, 0);
  tc_modular_number (a, "HiddenTestLoss", rows[at].test_loss, 3);
  tc_modular_number (a, "HiddenRestricted", rows[at].restricted, 3);
  tc_modular_number (a, "HiddenExcluded", rows[at].excluded, 3);
  tc_modular_number (a, "HiddenExplained", rows[at].explained, 3);
}

enum tc_status
tc_modular_report_phases (struct tc_modular_analysis *a, size_t n,
                          const struct tc_modular_progress *rows, struct tc_error *err)
{
  struct tc_modular_cleanup cleanup;
  enum tc_status status = find_cleanup (a, &cleanup, err);
  if (status != TC_OK)
    return status;
  double memorised = end_of_memorisation (n, rows);
  write_numbers (a, n, rows, memorised, &cleanup);
  if (!isnan (cleanup.from) && a->n_keys > 0)
    write_hidden_progress (a, n, rows, cleanup.from);
  return write_csv (a, memorised, &cleanup, err);
}
