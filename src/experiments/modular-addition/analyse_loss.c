#include "experiments/modular-addition/analysis.h"

#include "experiments/modular-addition/figures.h"
#include "numerics/elementary.h"

#include <math.h>

/* loss.csv keeps rows with a test loss, about so many of them; of a run on the
   demo's split also those whose training loss the demo prints.  */
enum { ROWS_KEPT = 1300, DEMO_PRINTS_EVERY = 100 };

static const struct tc_csv_column columns[] = {
  { "step", "updates made" },
  { "loss", "training loss, nats" },
  { "loss_swap_seen", "of pairs whose swap trains too, nats" },
  { "loss_swap_unseen", "of pairs whose swap is a test pair, nats" },
  { "test_loss", "test loss, nats" },
  { "test_loss_swap_seen", "of pairs whose swap trains, nats" },
  { "test_loss_swap_unseen", "of pairs whose swap is a test pair too, nats" }
};
enum { N_COLUMNS = sizeof columns / sizeof *columns };

static bool
is_kept (const struct tc_modular_analysis *a, size_t row)
{
  const struct tc_training_options *training = &a->session->setup.training;
  int step = (int) tc_modular_logged (a, row, "step");
  int every = training->test_every > 0 ? training->test_every : training->log_every;
  int keep = every * (1 + (int) a->log.n_rows / every / ROWS_KEPT);
  return step % keep == 0 || row + 1 == a->log.n_rows
         || (a->settings->task.split == TC_MODULAR_TORCH
             && (step + 1) % DEMO_PRINTS_EVERY == 0);
}

static enum tc_status
write_csv (const struct tc_modular_analysis *a, struct tc_error *err)
{
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "loss",
                                          "Training and test loss, and by whether a pair's "
                                          "swap is among the training pairs",
                                          N_COLUMNS, columns, err);
  if (status != TC_OK)
    return status;
  for (size_t row = 0; status == TC_OK && row < a->log.n_rows; row++)
    if (is_kept (a, row))
      {
        tc_csv_int (&csv, (long long) tc_modular_logged (a, row, "step"));
        for (size_t i = 1; i < N_COLUMNS; i++)
          tc_csv_real (&csv, tc_modular_logged (a, row, columns[i].name));
        status = tc_csv_end_row (&csv, err);
      }
  return tc_csv_finish (&csv, status, err);
}

/* ---- What the log says ---- */

/* The first step at which a column is below a level, NaN: never.  */
static double
first_below (const struct tc_modular_analysis *a, const char *column, double level)
{
  for (size_t row = 0; row < a->log.n_rows; row++)
    if (tc_modular_logged (a, row, column) < level)
      return tc_modular_logged (a, row, "step");
  return NAN;
}

/* The last value of a column that is not missing.  */
static double
last_value (const struct tc_modular_analysis *a, const char *column)
{
  for (size_t row = a->log.n_rows; row > 0; row--)
    if (!isnan (tc_modular_logged (a, row - 1, column)))
      return tc_modular_logged (a, row - 1, column);
  return NAN;
}

static void
find_peak (const struct tc_modular_analysis *a, double *step, double *peak)
{
  *step = *peak = NAN;
  for (size_t row = 0; row < a->log.n_rows; row++)
    {
      double loss = tc_modular_logged (a, row, "test_loss");
      if (!(loss <= *peak) && !isnan (loss))
        {
          *peak = loss;
          *step = tc_modular_logged (a, row, "step");
        }
    }
}

/* Of the test pairs, in percent.  */
static double
share_of_seen_swaps (const struct tc_modular_analysis *a)
{
  struct tc_batch test;
  size_t seen = 0;
  tc_modular_test_batch (a->task, &test);
  for (size_t i = 0; i < test.n_targets; i++)
    seen += test.target_group[i] == TC_MODULAR_SWAP_SEEN;
  return 100 * (double) seen / (double) a->n_test;
}

static void
write_numbers (struct tc_modular_analysis *a)
{
  double peak_step, peak;
  const struct tc_config *config = &a->session->setup.config;
  const struct tc_training_options *training = &a->session->setup.training;
  find_peak (a, &peak_step, &peak);
  tc_modular_number (a, "Pairs", (double) a->n, 0);
  tc_modular_number (a, "TrainPairs", (double) a->n_train, 0);
  tc_modular_number (a, "TestPairs", (double) a->n_test, 0);
  tc_modular_number (a, "SwapSeenPercent", share_of_seen_swaps (a), 4);
  tc_modular_number (a, "P", (double) a->p, 0);
  tc_modular_number (a, "Classes", (double) a->d_out, 0);
  tc_modular_number (a, "UniformLoss", tc_log64 ((double) a->d_out), 4);
  tc_modular_number (a, "UniformNumberLoss", tc_log64 ((double) a->p), 4);
  tc_modular_number (a, "Heads", config->n_heads, 0);
  tc_modular_number (a, "HeadWidth", config->d_head, 0);
  tc_modular_number (a, "ModelWidth", config->d_model, 0);
  tc_modular_number (a, "MlpWidth", config->d_mlp, 0);
  tc_modular_number (a, "Rate", training->optimizer.lr, 1);
  tc_modular_number (a, "Decay", training->optimizer.weight_decay, 1);
  tc_modular_number (a, "Epochs", (double) a->log.n_rows, 0);
  tc_modular_number (a, "TestEvery", training->test_every, 0);
  tc_modular_number (a, "InitialLoss", tc_modular_logged (a, 0, "loss"), 5);
  tc_modular_number (a, "InitialLossLong", tc_modular_logged (a, 0, "loss"), 14);
  tc_modular_number (a, "InitialTestLoss", tc_modular_logged (a, 0, "test_loss"), 5);
  tc_modular_number (a, "FinalLoss", last_value (a, "loss"), 2);
  tc_modular_number (a, "FinalTestLoss", last_value (a, "test_loss"), 2);
  tc_modular_number (a, "FinalTestLossSwapSeen", last_value (a, "test_loss_swap_seen"), 2);
  tc_modular_number (a, "FinalTestLossSwapUnseen", last_value (a, "test_loss_swap_unseen"), 2);
  tc_modular_number (a, "MemorisedTenth", first_below (a, "loss", 0.1), 0);
  tc_modular_number (a, "Memorised", first_below (a, "loss", 0.01), 0);
  tc_modular_number (a, "TestPeak", peak, 3);
  tc_modular_number (a, "TestPeakStep", peak_step, 0);
  tc_modular_number (a, "TestBelowOne", first_below (a, "test_loss", 1), 0);
  tc_modular_number (a, "TestBelowTenth", first_below (a, "test_loss", 0.1), 0);
  tc_modular_number (a, "TestBelowHundredth", first_below (a, "test_loss", 0.01), 0);
  tc_modular_number (a, "SwapSeenBelowOne", first_below (a, "test_loss_swap_seen", 1), 0);
  tc_modular_number (a, "SwapUnseenBelowOne", first_below (a, "test_loss_swap_unseen", 1), 0);
}

enum tc_status
tc_modular_report_loss (struct tc_modular_analysis *a, struct tc_error *err)
{
  enum tc_status status = write_csv (a, err);
  if (status != TC_OK)
    return status;
  write_numbers (a);
  status = tc_modular_figure_loss (a, err);
  if (status == TC_OK)
    status = tc_modular_figure_swap (a, err);
  return status;
}
