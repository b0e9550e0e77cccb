/* The notebook's printed log beside runs of ours, and the runs that ask where its spike
   and its floor come from.  */

#include "experiments/measure.h"
#include "experiments/permutation/analysis.h"
#include "experiments/permutation/figures.h"

#include <math.h>
#include <stdio.h>

/* The notebook's log, compiled in from data/reference/permutation.csv.  */
static const struct { int epoch; double loss; } printed[] = {
#include "stamps/permutation/printed.inc"
};
enum { N_PRINTED = sizeof printed / sizeof *printed, N_SEEDS = 3, LAST = 5 };

static const char *const seeds[] = { "notebook-seed-1", "notebook-seed-2" };

/* It prints the first step of each epoch only.  */
static int
step_of (const struct tc_permutation_analysis *a, size_t i)
{
  int epoch_steps = (a->task->epoch_size + a->task->batch_size - 1) / a->task->batch_size;
  return (printed[i].epoch - 1) * epoch_steps;
}

/* The loss at each printed step, of a table with columns step and loss that has every
   such step.  */
static enum tc_status
read_losses (const struct tc_permutation_analysis *a, const struct tc_table *table,
             const char *run, double losses[N_PRINTED], struct tc_error *err)
{
  int step = tc_table_column (table, "step"), loss = tc_table_column (table, "loss");
  for (size_t i = 0; i < N_PRINTED; i++)
    losses[i] = NAN;
  for (size_t row = 0; step >= 0 && loss >= 0 && row < table->n_rows; row++)
    for (size_t i = 0; i < N_PRINTED; i++)
      if (table->value[row * table->n_columns + (size_t) step] == step_of (a, i))
        losses[i] = table->value[row * table->n_columns + (size_t) loss];
  for (size_t i = 0; i < N_PRINTED; i++)
    if (isnan (losses[i]))
      return tc_fail (err, TC_EFORMAT, "run '%s' has no loss at step %d", run, step_of (a, i));
  return TC_OK;
}

static enum tc_status
read_seeds (const struct tc_permutation_analysis *a, double losses[N_SEEDS][N_PRINTED],
            struct tc_error *err)
{
  enum tc_status status = read_losses (a, &a->log, a->session->run, losses[0], err);
  for (size_t k = 0; status == TC_OK && k + 1 < N_SEEDS; k++)
    {
      struct tc_table table;
      status = tc_session_table (a->session, seeds[k], "epochs", &table, err);
      if (status != TC_OK)
        return status;
      status = read_losses (a, &table, seeds[k], losses[k + 1], err);
      tc_table_free (&table);
    }
  return status;
}

static double
least (const double losses[N_SEEDS][N_PRINTED], size_t i)
{
  return fmin (losses[0][i], fmin (losses[1][i], losses[2][i]));
}

static double
greatest (const double losses[N_SEEDS][N_PRINTED], size_t i)
{
  return fmax (losses[0][i], fmax (losses[1][i], losses[2][i]));
}

static enum tc_status
write_csv (const struct tc_permutation_analysis *a, const double losses[N_SEEDS][N_PRINTED],
           struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "epoch", "of 31 steps" }, { "step", "its first" },
    { "printed", "loss that the notebook printed, nats per token; unseeded" },
    { "ours", "loss of this run" }, { "seed_1", "of notebook-seed-1" },
    { "seed_2", "of notebook-seed-2" },
    { "relative_difference", "ours / printed - 1" }
  };
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "replay", "The notebook's printed "
                                          "log beside three runs from other random numbers",
                                          7, columns, err);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; status == TC_OK && i < N_PRINTED; i++)
    {
      tc_csv_int (&csv, printed[i].epoch);
      tc_csv_int (&csv, step_of (a, i));
      tc_csv_real (&csv, printed[i].loss);
      for (size_t k = 0; k < N_SEEDS; k++)
        tc_csv_real (&csv, tc_rounded (losses[k][i], 7));
      tc_csv_real (&csv, tc_rounded (losses[0][i] / printed[i].loss - 1, 4));
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

static enum tc_status
write_table (const struct tc_permutation_analysis *a, const double losses[N_SEEDS][N_PRINTED],
             struct tc_error *err)
{
  enum { BLOCKS = 2, HEIGHT = (N_PRINTED + BLOCKS - 1) / BLOCKS };
  struct tc_file file;
  enum tc_status status = tc_session_tex (a->session, &file, "replay_table", NULL, err);
  if (status != TC_OK)
    return status;
  fputs ("\\begin{tabular}{@{}rr lll @{\\qquad} rr lll@{}}\n\\toprule\n"
         "epoch & step & printed & ours & three seeds & epoch & step & printed & ours & "
         "three seeds\\\\\n\\midrule\n", file.stream);
  for (size_t row = 0; row < HEIGHT; row++)
    for (size_t block = 0; block < BLOCKS; block++)
      {
        size_t i = block * HEIGHT + row;
        if (i < N_PRINTED)
          fprintf (file.stream, "%d & %d & %.4f & %.4f & %.4f--%.4f", printed[i].epoch,
                   step_of (a, i), printed[i].loss, losses[0][i], least (losses, i),
                   greatest (losses, i));
        else
          fputs ("& & & & ", file.stream);
        fputs (block + 1 < BLOCKS ? " & " : " \\\\\n", file.stream);
      }
  fputs ("\\bottomrule\n\\end{tabular}\n", file.stream);
  return tc_file_close (&file, err);
}

/* The end of the printed log, and how much of it lies in the band of ours.  */
static void
report_numbers (const struct tc_permutation_analysis *a,
                const double losses[N_SEEDS][N_PRINTED])
{
  double theirs = 0, ours = 0;
  size_t inside = 0;
  for (size_t i = N_PRINTED - LAST; i < N_PRINTED; i++)
    {
      theirs += printed[i].loss / LAST;
      for (size_t k = 0; k < N_SEEDS; k++)
        ours += losses[k][i] / LAST / N_SEEDS;
    }
  for (size_t i = 0; i < N_PRINTED; i++)
    inside += printed[i].loss >= least (losses, i) && printed[i].loss <= greatest (losses, i);
  tc_macros_int (a->macros, "ReplayRows", N_PRINTED);
  tc_macros_int (a->macros, "ReplayInside", (long long) inside);
  tc_macros_int (a->macros, "ReplayLast", LAST);
  tc_macros_int (a->macros, "ReplayLastStep", step_of (a, N_PRINTED - 1));
  tc_macros_real (a->macros, "PrintedFirst", printed[0].loss, 4);
  tc_macros_real (a->macros, "OurFirst", losses[0][0], 4);
  tc_macros_real (a->macros, "PrintedEnd", theirs, 4);
  tc_macros_real (a->macros, "OurEnd", ours, 4);
}

/* ---- Spikes ---- */

static const char *const variants[] = {
  "notebook-seed-1", "notebook-seed-2", "beta2-999", "batch-32", "constant",
  "constant-seed-1", "constant-beta2-999", "constant-batch-32"
};
enum { N_VARIANTS = sizeof variants / sizeof *variants };

/* The other run's only row of a CSV.  */
static double
value_of (const struct tc_table *table, const char *name)
{
  int column = tc_table_column (table, name);
  return column < 0 || table->n_rows < 1 ? NAN : table->value[column];
}

static void
write_spike_row (FILE *stream, const char *run, const struct tc_table *t)
{
  fprintf (stream, "\\texttt{%s} & %.3f & %.0f & %.0f & %.3f & %.1f & %.0f & %.4f & "
           "%.4f & %.0f & %.2f & %.2f & %.4f \\\\\n", run, value_of (t, "beta2"), value_of (t, "batch"),
           value_of (t, "step"), value_of (t, "height"), value_of (t, "deviations"),
           value_of (t, "jumps"), value_of (t, "rest"), value_of (t, "usual_rest"), value_of (t, "wrong"),
           value_of (t, "norm"), value_of (t, "usual_norm"),
           value_of (t, "end"));
}

static enum tc_status
write_spikes (const struct tc_permutation_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  struct tc_table table;
  enum tc_status status = tc_session_tex (a->session, &file, "spikes_table", NULL, err);
  if (status != TC_OK)
    return status;
  fputs ("\\begin{tabular}{@{}l rr rrrr rrr rr r@{}}\n\\toprule\n"
         " & & & \\multicolumn{4}{c}{greatest rise of the loss} & "
         "\\multicolumn{3}{c}{its rest} & \\multicolumn{2}{c}{gradient norm} & loss\\\\\n"
         "\\cmidrule(lr){4-7}\\cmidrule(lr){8-10}\\cmidrule(lr){11-12}\n"
         "run & $\\beta_2$ & batch & step & nats & std.\\ dev. & jumps & then & usual & wrong & then & usual & "
         "at the end\\\\\n\\midrule\n", file.stream);
  status = tc_session_table (a->session, a->session->run, "spike", &table, err);
  if (status == TC_OK)
    {
      write_spike_row (file.stream, a->session->run, &table);
      tc_table_free (&table);
    }
  for (size_t i = 0; status == TC_OK && i < N_VARIANTS; i++)
    {
      status = tc_session_table (a->session, variants[i], "spike", &table, err);
      if (status == TC_OK)
        {
          write_spike_row (file.stream, variants[i], &table);
          tc_table_free (&table);
        }
    }
  fputs ("\\bottomrule\n\\end{tabular}\n", file.stream);
  if (status == TC_OK)
    return tc_file_close (&file, err);
  tc_file_abandon (&file);
  return status;
}

enum tc_status
tc_permutation_report_replay (struct tc_permutation_analysis *a, struct tc_error *err)
{
  double losses[N_SEEDS][N_PRINTED];
  enum tc_status status = read_seeds (a, losses, err);
  if (status == TC_OK)
    status = write_csv (a, losses, err);
  if (status == TC_OK)
    status = write_table (a, losses, err);
  if (status == TC_OK)
    status = write_spikes (a, err);
  if (status != TC_OK)
    return status;
  report_numbers (a, losses);
  return tc_permutation_figure_replay (a, err);
}
