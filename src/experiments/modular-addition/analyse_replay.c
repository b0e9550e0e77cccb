#include "experiments/modular-addition/analysis.h"

#include "circuits/logits.h"
#include "experiments/modular-addition/figures.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* TransformerLens's printed log beside this run and beside replicas of it that
   start one ulp apart.  All of them, this run too, make the band.  The log, compiled
   in from data/reference/modular-addition-transformerlens-demo.csv: */
static const struct { int epoch; double loss, test_loss; } printed[] = {
#include "stamps/modular-addition/printed.inc"
};
enum { N_PRINTED = sizeof printed / sizeof *printed };

static const char *const replicas[]
  = { "demo-ulp-1", "demo-ulp-2", "demo-ulp-3", "demo-ulp-4", "demo-ulp-5" };
enum { N_REPLICAS = sizeof replicas / sizeof *replicas, N_LONG = 3, N_STARTS = N_REPLICAS + 1 };

/* Where the notebook's code in PyTorch 2.13 on a CPU first printed a test loss
   below 1: one replica, run once for comparison.  */
enum { PYTORCH_BELOW_ONE = 14999 };

/* The logs: this run's, then the replicas'.  */
struct starts
{
  struct tc_table log[N_STARTS];
  /* The row of each step, or -1: a log need not hold every step.  */
  long *row[N_STARTS];
  size_t n_steps;
  double last_test_loss;        /* of the trained model, which no row has */
};

static const char *
start_name (size_t i)
{
  return i == 0 ? "this run" : replicas[i - 1];
}

static void
starts_free (struct starts *s)
{
  for (size_t i = 0; i < N_STARTS; i++)
    {
      if (i > 0)
        tc_table_free (&s->log[i]);
      free (s->row[i]);
    }
}

static enum tc_status
index_log (struct starts *s, size_t i, struct tc_error *err)
{
  const struct tc_table *log = &s->log[i];
  int at = tc_table_column (log, "step");
  s->row[i] = malloc (s->n_steps * sizeof *s->row[i]);
  if (s->row[i] == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for %zu steps", s->n_steps);
  for (size_t step = 0; step < s->n_steps; step++)
    s->row[i][step] = -1;
  for (size_t row = 0; at >= 0 && row < log->n_rows; row++)
    {
      double step = log->value[row * log->n_columns + (size_t) at];
      if (step >= 0 && step < (double) s->n_steps)
        s->row[i][(size_t) step] = (long) row;
    }
  return TC_OK;
}

static enum tc_status
starts_read (struct starts *s, struct tc_modular_analysis *a, struct tc_error *err)
{
  struct tc_dense logits = { 0 };
  memset (s, 0, sizeof *s);
  s->n_steps = (size_t) a->session->setup.training.steps + 1;
  s->log[0] = a->log;           /* lent */
  enum tc_status status = tc_modular_logits (a, &logits, err);
  if (status == TC_OK)
    s->last_test_loss
      = tc_mean_cross_entropy (&logits, a->task->answer, a->n_test, a->test_rows);
  tc_dense_free (&logits);
  for (size_t i = 0; status == TC_OK && i < N_STARTS; i++)
    {
      if (i > 0)
        status = tc_session_table (a->session, replicas[i - 1], "loss", &s->log[i], err);
      if (status == TC_OK)
        status = index_log (s, i, err);
    }
  return status;
}

/* Start i's cell, NaN if it does not go so far.  */
static double
value_of (const struct starts *s, size_t i, size_t step, const char *column)
{
  int at = tc_table_column (&s->log[i], column);
  if (i == 0 && step == s->log[0].n_rows && strcmp (column, "test_loss") == 0)
    return s->last_test_loss;
  if (at < 0 || step >= s->n_steps || s->row[i][step] < 0)
    return NAN;
  return s->log[i].value[(size_t) s->row[i][step] * s->log[i].n_columns + (size_t) at];
}

/* A band is one only where all the long replicas still run.  */
struct band { size_t n; double low, high; };

static bool
is_whole (const struct band *band)
{
  return band->n > N_LONG;
}

static struct band
band_of (const struct starts *s, size_t step, const char *column)
{
  struct band band = { 0, NAN, NAN };
  for (size_t i = 0; i < N_STARTS; i++)
    {
      double value = value_of (s, i, step, column);
      if (isnan (value))
        continue;
      band.low = band.n == 0 ? value : fmin (band.low, value);
      band.high = band.n == 0 ? value : fmax (band.high, value);
      band.n++;
    }
  return band;
}

/* ---- The printed rows ---- */

/* One of a printed row's two losses.  The demo's test loss of epoch e is measured
   after its update, as ours of row e + 1 before the next.  */
struct cell
{
  double printed, ours;
  struct band band;
  double place;                 /* 0 at the band's lower end, 1 at its upper */
};

static struct cell
cell_of (const struct starts *s, size_t i, bool is_test)
{
  size_t step = (size_t) printed[i].epoch + is_test;
  const char *column = is_test ? "test_loss" : "loss";
  struct cell cell = { .printed = is_test ? printed[i].test_loss : printed[i].loss,
                       .ours = value_of (s, 0, step, column),
                       .band = band_of (s, step, column) };
  cell.place = !is_whole (&cell.band) ? NAN
               : (cell.printed - cell.band.low) / (cell.band.high - cell.band.low);
  return cell;
}

static bool
is_inside (const struct cell *cell)
{
  return cell->place >= 0 && cell->place <= 1;
}

static void
write_cell (struct tc_csv *csv, const struct cell *cell)
{
  tc_csv_real (csv, cell->printed);
  tc_csv_real (csv, cell->ours);
  tc_csv_real (csv, cell->ours / cell->printed - 1);
  tc_csv_real (csv, cell->band.low);
  tc_csv_real (csv, cell->band.high);
  tc_csv_real (csv, cell->place);
}

static enum tc_status
write_replay (const struct tc_modular_analysis *a, const struct starts *s,
              struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "epoch", "the demo's epoch" },
    { "starts", "how many runs make the band: this one and its replicas" },
    { "printed", "training loss that the demo printed, nats" }, { "ours", "this run's, nats" },
    { "difference", "ours / printed - 1" },
    { "low", "least of the starts, nats" }, { "high", "greatest of the starts, nats" },
    { "place", "of the printed loss in the band, where no replica has stopped: 0 low, 1 high" },
    { "test_printed", "test loss after the update that the demo printed, nats" },
    { "test_ours", "this run's, nats" }, { "test_difference", "ours / printed - 1" },
    { "test_low", "least of the starts, nats" },
    { "test_high", "greatest of the starts, nats" },
    { "test_place", "of the printed loss in the band" }
  };
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "replay",
                                          "TransformerLens's printed log beside this run and "
                                          "the band of replicas one ulp apart",
                                          sizeof columns / sizeof *columns, columns, err);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; status == TC_OK && i < N_PRINTED; i++)
    {
      struct cell train = cell_of (s, i, false), test = cell_of (s, i, true);
      tc_csv_int (&csv, printed[i].epoch);
      tc_csv_int (&csv, (long long) train.band.n);
      write_cell (&csv, &train);
      write_cell (&csv, &test);
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

/* ---- The table for the paper ---- */

/* Digits that fit the range: 2.948, 0.03195, 4.212 x 10^-5.  */
static void
write_number (FILE *stream, double x, int digits)
{
  char text[64];
  if (isnan (x))
    {
      fputs ("--", stream);
      return;
    }
  snprintf (text, sizeof text, "%.*e", digits - 1, x);
  char *e = strchr (text, 'e');
  int exponent = e == NULL ? 0 : atoi (e + 1);
  if (e == NULL || (exponent >= -3 && exponent <= 3))
    fprintf (stream, "$%.*f$", digits - 1 - exponent > 0 ? digits - 1 - exponent : 0, x);
  else
    fprintf (stream, "$%.*s\\!\\cdot\\!10^{%d}$", (int) (e - text), text, exponent);
}

static void
write_tex_cell (FILE *stream, const struct cell *cell)
{
  fputs (" & ", stream);
  write_number (stream, cell->printed, 4);
  fputs (" & ", stream);
  write_number (stream, cell->ours, 4);
  fputs (" & ", stream);
  write_number (stream, cell->ours / cell->printed, 3);
  fputs (" & ", stream);
  write_number (stream, cell->band.low, 3);
  fputs (" & ", stream);
  write_number (stream, cell->band.high, 3);
  fputs (!is_whole (&cell->band) ? " & --" : is_inside (cell) ? " & in"
         : cell->place < 0 ? " & $<$" : " & $>$", stream);
}

static enum tc_status
write_table (const struct tc_modular_analysis *a, const struct starts *s, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status = tc_session_tex (a->session, &file, "replay_table",
                                          "replay.csv", err);
  if (status != TC_OK)
    return status;
  fputs ("\\begin{tabular}{@{}rr @{\\quad} lllllc @{\\quad} lllllc@{}}\n\\toprule\n"
         "&& \\multicolumn{6}{l}{training loss} & \\multicolumn{6}{l}{test loss}\\\\\n"
         "epoch & $n$ & printed & ours & ratio & low & high & & printed & ours & ratio & low & high "
         "&\\\\\n\\midrule\n", file.stream);
  for (size_t i = 0; i < N_PRINTED; i++)
    {
      struct cell train = cell_of (s, i, false), test = cell_of (s, i, true);
      fprintf (file.stream, "%d & %zu", printed[i].epoch, train.band.n);
      write_tex_cell (file.stream, &train);
      write_tex_cell (file.stream, &test);
      fputs ("\\\\\n", file.stream);
    }
  fputs ("\\bottomrule\n\\end{tabular}\n", file.stream);
  return tc_file_close (&file, err);
}

/* ---- When they grok ---- */

/* The first epoch on the demo's grid (99, 199, ...) whose test loss is below 1.  */
static double
crossing_on_grid (const struct starts *s, size_t i)
{
  for (size_t step = 100; step < s->n_steps; step += 100)
    if (value_of (s, i, step, "test_loss") < 1)
      return (double) step - 1;
  return NAN;
}

static double
crossing (const struct starts *s, size_t i)
{
  for (size_t step = 0; step < s->n_steps; step++)
    if (value_of (s, i, step, "test_loss") < 1)
      return (double) step;
  return NAN;
}

static double
printed_crossing (void)
{
  for (size_t i = 0; i < N_PRINTED; i++)
    if (printed[i].test_loss < 1)
      return printed[i].epoch;
  return NAN;
}

static enum tc_status
write_crossing (struct tc_csv *csv, const char *name, double on_grid, double finest,
                struct tc_error *err)
{
  tc_csv_text (csv, name);
  tc_csv_real (csv, on_grid);
  tc_csv_real (csv, finest);
  return tc_csv_end_row (csv, err);
}

static enum tc_status
write_crossings (struct tc_modular_analysis *a, const struct starts *s, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "run", "who" }, { "epoch", "first epoch 99, 199, ... with a test loss below 1" },
    { "step", "first measured step with a test loss below 1" }
  };
  static const char *const names[] = { "CrossingOurs", "CrossingUlpA", "CrossingUlpB",
                                       "CrossingUlpC" };
  struct tc_csv csv;
  double low = NAN, high = NAN;
  enum tc_status status = tc_session_csv (a->session, &csv, "crossings",
                                          "When the test loss first falls below 1", 3, columns,
                                          err);
  if (status != TC_OK)
    return status;
  status = write_crossing (&csv, "printed", printed_crossing (), NAN, err);
  if (status == TC_OK)
    status = write_crossing (&csv, "PyTorch 2.13 on a CPU", PYTORCH_BELOW_ONE, NAN, err);
  for (size_t i = 0; status == TC_OK && i <= N_LONG; i++)
    {
      double epoch = crossing_on_grid (s, i);
      status = write_crossing (&csv, start_name (i), epoch, crossing (s, i), err);
      tc_modular_number (a, names[i], epoch, 0);
      low = isnan (low) ? epoch : fmin (low, epoch);
      high = isnan (high) ? epoch : fmax (high, epoch);
    }
  tc_modular_number (a, "CrossingPrinted", printed_crossing (), 0);
  tc_modular_number (a, "CrossingPytorch", PYTORCH_BELOW_ONE, 0);
  tc_modular_number (a, "CrossingLow", low, 0);
  tc_modular_number (a, "CrossingHigh", high, 0);
  return tc_csv_finish (&csv, status, err);
}

/* ---- The curves ---- */

/* band.csv: where the starts were tested, their losses.  */
static enum tc_status
write_band (const struct tc_modular_analysis *a, const struct starts *s, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "step", "updates made" },
    { "loss", "training loss of this run, nats" },
    { "low", "least training loss of the starts, nats" }, { "high", "greatest, nats" },
    { "test_0", "test loss of this run, nats" },
    { "test_1", "of demo-ulp-1" }, { "test_2", "of demo-ulp-2" }, { "test_3", "of demo-ulp-3" }
  };
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "band",
                                          "This run and its replicas", 8, columns, err);
  if (status != TC_OK)
    return status;
  for (size_t step = 0; status == TC_OK && step < s->n_steps; step++)
    {
      struct band band = band_of (s, step, "loss");
      if (isnan (value_of (s, 0, step, "test_loss")))
        continue;
      tc_csv_int (&csv, (long long) step);
      tc_csv_real (&csv, value_of (s, 0, step, "loss"));
      tc_csv_real (&csv, band.low);
      tc_csv_real (&csv, band.high);
      for (size_t i = 0; i <= N_LONG; i++)
        tc_csv_float (&csv, (float) value_of (s, i, step, "test_loss"));
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

/* ---- Numbers ---- */

static void
write_numbers (struct tc_modular_analysis *a, const struct starts *s)
{
  size_t banded = 0, inside = 0, test_inside = 0;
  double worst = 0;
  for (size_t i = 0; i < N_PRINTED; i++)
    {
      struct cell train = cell_of (s, i, false), test = cell_of (s, i, true);
      banded += is_whole (&test.band);
      inside += is_inside (&train);
      test_inside += is_inside (&test);
      if (printed[i].epoch < 300)
        worst = fmax (worst, fabs (train.ours / train.printed - 1));
    }
  struct cell first = cell_of (s, 0, false);
  tc_modular_number (a, "ReplayRows", N_PRINTED, 0);
  tc_modular_number (a, "ReplayBanded", (double) banded, 0);
  tc_modular_number (a, "ReplayInside", (double) inside, 0);
  tc_modular_number (a, "ReplayTestInside", (double) test_inside, 0);
  tc_modular_number (a, "ReplayFirstPercent", 100 * (first.ours / first.printed - 1), 2);
  tc_modular_number (a, "ReplayFirstBandPercent",
                     100 * (first.band.high / first.band.low - 1), 2);
  tc_modular_number (a, "ReplayEarlyPercent", 100 * worst, 2);
  tc_modular_number (a, "ReplicasShort", N_REPLICAS, 0);
  tc_modular_number (a, "ReplicasLong", N_LONG, 0);
}

enum tc_status
tc_modular_report_replay (struct tc_modular_analysis *a, struct tc_error *err)
{
  struct starts s;
  if (strcmp (a->session->run, "transformerlens-demo") != 0)
    return TC_OK;
  enum tc_status status = starts_read (&s, a, err);
  if (status == TC_OK)
    status = write_replay (a, &s, err);
  if (status == TC_OK)
    status = write_table (a, &s, err);
  if (status == TC_OK)
    status = write_crossings (a, &s, err);
  if (status == TC_OK)
    status = write_band (a, &s, err);
  if (status == TC_OK)
    write_numbers (a, &s);
  starts_free (&s);
  if (status == TC_OK)
    status = tc_modular_figure_replay (a, err);
  return status;
}
