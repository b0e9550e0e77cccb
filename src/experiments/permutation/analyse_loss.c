/* The log: loss with its landmarks, loss per slot of the first term, learning rate and
   gradient norm.  */

#include "experiments/measure.h"
#include "experiments/permutation/analysis.h"
#include "experiments/permutation/figures.h"
#include "report/csv_columns.h"

#include <math.h>
#include <stdio.h>

enum { KEEP_ALL = 200, KEEP_EVERY = 20, SMOOTH_EVERY = 40, WINDOW = 101, DIGITS = 5 };

/* Columns of the log that are published: loss, slots, rest, rate, norm, accuracy.  */
enum { MOST_COLUMNS = TC_PERMUTATION_MAX + 6 };
struct columns
{
  size_t n;
  const double *column[MOST_COLUMNS];
};

static void
add_column (const struct tc_permutation_analysis *a, struct columns *found,
            struct tc_csv_columns *columns, const char *log_name, const char *name,
            const char *meaning)
{
  const double *column = tc_permutation_column (a, log_name);
  if (column == NULL)
    return;
  found->column[found->n++] = column;
  tc_csv_columns_add (columns, name, meaning);
}

static void
list_columns (const struct tc_permutation_analysis *a, struct columns *found,
              struct tc_csv_columns *columns)
{
  found->n = 0;
  tc_csv_columns_add (columns, "step", "updates made before this row");
  add_column (a, found, columns, "loss", "loss", "loss of the training batch, nats per token");
  for (int slot = 1; slot <= a->task->n; slot++)
    {
      char log_name[32], name[32];
      snprintf (log_name, sizeof log_name, "loss_slot_%d", slot);
      snprintf (name, sizeof name, "slot_%d", slot);
      add_column (a, found, columns, log_name, name,
                  "mean loss of a character of the first term, nats");
    }
  add_column (a, found, columns, "loss_rest", "rest", "mean loss of the tokens after it, nats");
  add_column (a, found, columns, "lr", "lr", "learning rate of this step's update");
  add_column (a, found, columns, "grad_norm", "grad_norm",
              "norm of the gradient before it is clipped");
  add_column (a, found, columns, "accuracy_rest", "accuracy",
              "share of the tokens after the first term that have the largest logit");
}

/* ---- CSVs ---- */

static bool
is_kept (const struct tc_permutation_analysis *a, size_t row, int window)
{
  if (window > 1)
    return row % SMOOTH_EVERY == 0 || row + 1 == a->log.n_rows;
  return row <= KEEP_ALL || row % KEEP_EVERY == 0 || row + 1 == a->log.n_rows
         || tc_permutation_is_jump (a, row);
}

static enum tc_status
write_log (const struct tc_permutation_analysis *a, const char *name, const char *title,
           int window, struct tc_error *err)
{
  struct tc_csv csv;
  struct tc_csv_columns columns;
  struct columns found;
  const double *step = tc_permutation_column (a, "step");
  const size_t width = a->log.n_columns;
  enum tc_status status = tc_csv_columns_alloc (&columns, MOST_COLUMNS + 1, err);
  if (status != TC_OK)
    return status;
  list_columns (a, &found, &columns);
  status = tc_session_csv (a->session, &csv, name, title, columns.n, columns.column, err);
  tc_csv_columns_free (&columns);
  if (status != TC_OK)
    return status;
  for (size_t row = 0; status == TC_OK && row < a->log.n_rows; row++)
    if (is_kept (a, row, window))
      {
        tc_csv_int (&csv, (long long) step[row * width]);
        for (size_t i = 0; i < found.n; i++)
          tc_csv_real (&csv, tc_rounded (tc_smoothed (found.column[i], a->log.n_rows, width,
                                                      row, window), DIGITS));
        status = tc_csv_end_row (&csv, err);
      }
  return tc_csv_finish (&csv, status, err);
}

/* ---- Macros ---- */

static void
describe (const struct tc_permutation_analysis *a)
{
  const struct tc_setup *setup = &a->session->setup;
  const struct tc_optimizer_options *optimizer = &setup->training.optimizer;
  struct tc_macros *m = a->macros;
  tc_macros_int (m, "Steps", setup->training.steps);
  tc_macros_int (m, "BatchSize", a->task->batch_size);
  tc_macros_int (m, "N", a->task->n);
  tc_macros_int (m, "Terms", (long long) tc_permutation_terms (a->task->n));
  tc_macros_int (m, "ModelWidth", a->config->d_model);
  tc_macros_int (m, "HeadWidth", a->config->d_head);
  tc_macros_int (m, "Vocabulary", a->config->d_vocab);
  tc_macros_int (m, "Parameters", (long long) a->session->model.params.count);
  tc_macros_int (m, "Seed", (long long) setup->data_seed);
  tc_macros_real (m, "Rate", optimizer->lr, 1);
  tc_macros_real (m, "BetaTwo", optimizer->beta2, 3);
  tc_macros_int (m, "Patience", setup->training.schedule.patience);
  tc_macros_int (m, "HeldOut", a->task->n_test);
  tc_macros_int (m, "EpochSize", a->task->epoch_size);
  if (a->task->epoch_size > 0)
    {
      int steps = (a->task->epoch_size + a->task->batch_size - 1) / a->task->batch_size;
      tc_macros_int (m, "EpochSteps", steps);
      tc_macros_int (m, "Epochs", setup->training.steps / steps);
      tc_macros_int (m, "Sequences", (long long) setup->training.steps / steps
                                     * a->task->epoch_size);
    }
}

/* Since when (almost) every token after the first term is right.  */
static void
report_rest (const struct tc_permutation_analysis *a)
{
  const double *accuracy = tc_permutation_column (a, "accuracy_rest");
  const double *step = tc_permutation_column (a, "step");
  for (size_t row = 0; row < a->log.n_rows; row++)
    if (tc_smoothed (accuracy, a->log.n_rows, a->log.n_columns, row, 11) > 0.999)
      {
        tc_macros_int (a->macros, "RestKnownStep", (long long) step[row * a->log.n_columns]);
        return;
      }
  tc_macros_real (a->macros, "RestKnownStep", NAN, 1);
}

enum tc_status
tc_permutation_report_loss (struct tc_permutation_analysis *a, struct tc_error *err)
{
  describe (a);
  report_rest (a);
  enum tc_status status = write_log (a, "loss", "Training log, every step to 200, then every "
                                     "twentieth, the last, and each whose loss jumps", 1, err);
  if (status == TC_OK)
    status = write_log (a, "smooth", "Training log as a centred mean over 101 steps", WINDOW,
                        err);
  if (status == TC_OK)
    status = tc_permutation_figure_loss (a, err);
  return status == TC_OK ? tc_permutation_figure_rates (a, err) : status;
}
