/* Notebook 002 over five seeds: band.csv holds loss and accuracy of every hundredth
   batch, of every 500th from the 10,000th on, and how well each trained model sorts.  */

#include "experiments/sort/analysis.h"
#include "experiments/sort/figures.h"
#include "report/csv_columns.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const members[] = { "attn-only-seed-2", "attn-only-seed-3",
                                       "attn-only-seed-4", "attn-only-seed-5" };
static const char *const seeds[] = { "2", "3", "4", "5" };
enum { N_OTHERS = sizeof members / sizeof *members, EVERY = 100 };

/* A column at every hundredth step, of this run's log or of another's loss.csv.  */
struct series
{
  const struct tc_table *table;
  int column;
};

static double
at_step (const struct series *series, int step)
{
  const struct tc_table *t = series->table;
  for (size_t row = 0; row < t->n_rows; row++)
    if (t->value[row * t->n_columns] == step)
      return t->value[row * t->n_columns + (size_t) series->column];
  return NAN;
}

struct band
{
  struct tc_table other[N_OTHERS], accuracy[N_OTHERS];
  struct series loss[N_OTHERS + 1], token[N_OTHERS + 1];        /* this run's first */
};

static enum tc_status
read_band (struct tc_sort_analysis *a, struct band *band, struct tc_error *err)
{
  enum tc_status status = TC_OK;
  *band = (struct band) { .loss[0] = { &a->log, tc_table_column (&a->log, "loss") },
                          .token[0] = { &a->log, tc_table_column (&a->log, "token_accuracy") } };
  for (int i = 0; status == TC_OK && i < N_OTHERS; i++)
    {
      struct tc_table *other = &band->other[i];
      status = tc_session_table (a->session, members[i], "loss", other, err);
      if (status == TC_OK)
        status = tc_session_table (a->session, members[i], "accuracy", &band->accuracy[i], err);
      if (status != TC_OK)
        break;
      band->loss[i + 1] = (struct series) { other, tc_table_column (other, "loss") };
      band->token[i + 1] = (struct series) { other, tc_table_column (other, "token_accuracy") };
    }
  return status;
}

static enum tc_status
write_rows (const struct tc_sort_analysis *a, const struct band *band, struct tc_csv *csv,
            struct tc_error *err)
{
  enum tc_status status = TC_OK;
  for (int step = 0; status == TC_OK && step < a->session->setup.training.steps;
       step += step < 10000 ? EVERY : 5 * EVERY)
    {
      tc_csv_int (csv, step);
      for (int i = 0; i <= N_OTHERS; i++)
        tc_csv_real (csv, at_step (&band->loss[i], step));
      for (int i = 0; i <= N_OTHERS; i++)
        tc_csv_real (csv, at_step (&band->token[i], step));
      status = tc_csv_end_row (csv, err);
    }
  return status;
}

static enum tc_status
write_band (struct tc_sort_analysis *a, const struct band *band, struct tc_error *err)
{
  struct tc_csv_columns columns;
  struct tc_csv csv;
  enum tc_status status = tc_csv_columns_alloc (&columns, 1 + 2 * (N_OTHERS + 1), err);
  if (status == TC_OK)
    {
      tc_csv_columns_add (&columns, "step", "updates made before it; every 100th, from 10,000 on every 500th");
      for (int i = -1; i < N_OTHERS; i++)
        {
          char name[64];
          snprintf (name, sizeof name, "loss_%s", i < 0 ? "123" : seeds[i]);
          tc_csv_columns_add (&columns, name, "loss of the training batch, nats per token, with "
                              "this seed");
        }
      for (int i = -1; i < N_OTHERS; i++)
        {
          char name[64];
          snprintf (name, sizeof name, "token_accuracy_%s", i < 0 ? "123" : seeds[i]);
          tc_csv_columns_add (&columns, name, "fraction of the batch's tokens that are right");
        }
      status = tc_session_csv (a->session, &csv, "band", "Notebook 002's run with five seeds",
                               columns.n, columns.column, err);
    }
  tc_csv_columns_free (&columns);
  if (status != TC_OK)
    return status;
  return tc_csv_finish (&csv, write_rows (a, band, &csv, err), err);
}

/* The row of many lists in another run's accuracy.csv.  */
static double
of_many (const struct tc_table *t, const char *name)
{
  int column = tc_table_column (t, name);
  for (size_t row = 0; column >= 0 && row < t->n_rows; row++)
    if (strcmp (t->text[row * t->n_columns], "many") == 0)
      return t->value[row * t->n_columns + (size_t) column];
  return NAN;
}

/* How the trained models sort: losses of all seeds, accuracies of the others.  */
static void
report_end (struct tc_sort_analysis *a, const struct band *band)
{
  double loss_low = a->many.loss, loss_high = a->many.loss, low = INFINITY, high = 0;
  for (int i = 0; i < N_OTHERS; i++)
    {
      double loss = of_many (&band->accuracy[i], "loss");
      double accuracy = of_many (&band->accuracy[i], "accuracy");
      loss_low = fmin (loss_low, loss);
      loss_high = fmax (loss_high, loss);
      low = fmin (low, accuracy);
      high = fmax (high, accuracy);
    }
  tc_macros_int (a->macros, "BandSeeds", N_OTHERS + 1);
  tc_macros_real (a->macros, "BandLossLow", loss_low, 3);
  tc_macros_real (a->macros, "BandLossHigh", loss_high, 3);
  tc_macros_real (a->macros, "BandAccuracyLow", 100 * low, 3);
  tc_macros_real (a->macros, "BandAccuracyHigh", 100 * high, 3);
}

enum tc_status
tc_sort_report_band (struct tc_sort_analysis *a, struct tc_error *err)
{
  struct band band;
  if (!tc_sort_is_run (a, "attn-only"))
    return TC_OK;
  enum tc_status status = read_band (a, &band, err);
  if (status == TC_OK)
    status = write_band (a, &band, err);
  if (status == TC_OK)
    {
      report_end (a, &band);
      status = tc_sort_figure_band (a, err);
    }
  for (int i = 0; i < N_OTHERS; i++)
    {
      tc_table_free (&band.other[i]);
      tc_table_free (&band.accuracy[i]);
    }
  return status;
}
