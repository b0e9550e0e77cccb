/* What the loss did at each learning rate, and whether it ever jumped.  */

#include "experiments/measure.h"
#include "experiments/permutation/analysis.h"

#include <math.h>
#include <stdio.h>

/* A spike is judged against the mean of the steps before, once that is below the loss
   at which all but the first term is known.  */
enum { BEFORE = TC_PERMUTATION_BEFORE, DIGITS = 5, MOST_STAGES = 64 };
static const double LEARNT = 0.2;

/* Steps of one rate.  A cosine has no stages: all of it is one.  */
struct stage
{
  size_t first, last;           /* rows */
  double rate;
};

static size_t
find_stages (const struct tc_permutation_analysis *a, struct stage *stages)
{
  const double *lr = tc_permutation_column (a, "lr");
  const bool has_stages = lr != NULL
                          && a->session->setup.training.schedule.kind == TC_LR_PLATEAU;
  size_t n = 0;
  for (size_t row = 0; row < a->log.n_rows; row++)
    {
      double rate = has_stages ? lr[row * a->log.n_columns]
                               : a->session->setup.training.optimizer.lr;
      if (n == 0 || (rate != stages[n - 1].rate && n < MOST_STAGES))
        stages[n++] = (struct stage) { row, row, rate };
      stages[n - 1].last = row;
    }
  return n;
}

/* Mean of a column over rows.  */
static double
mean_of (const struct tc_permutation_analysis *a, const double *column, size_t first,
         size_t last)
{
  double sum = 0;
  if (column == NULL)
    return NAN;
  for (size_t row = first; row <= last; row++)
    sum += column[row * a->log.n_columns];
  return sum / (double) (last - first + 1);
}

static double
deviation_of (const struct tc_permutation_analysis *a, const double *column, size_t first,
              size_t last)
{
  double mean = mean_of (a, column, first, last), sum = 0;
  for (size_t row = first; row <= last; row++)
    {
      double x = column[row * a->log.n_columns] - mean;
      sum += x * x;
    }
  return sqrt (sum / (double) (last - first + 1));
}

/* ---- Stages ---- */

static enum tc_status
write_stages (const struct tc_permutation_analysis *a, size_t n, const struct stage *stages,
              struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "rate", "learning rate" },
    { "first", "first step at it" },
    { "last", "last step at it" },
    { "loss", "mean loss of the last hundred steps at it (of all, if fewer), nats per token" },
    { "slots", "the same of a character of the first term, nats" },
    { "rest", "the same of a token after it, nats" },
    { "deviation", "standard deviation of the loss over these steps" }
  };
  const double *step = tc_permutation_column (a, "step");
  const double *loss = tc_permutation_column (a, "loss");
  const double *rest = tc_permutation_column (a, "loss_rest");
  const size_t width = a->log.n_columns;
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "schedule",
                                          "The loss at each learning rate", 7, columns, err);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; status == TC_OK && i < n; i++)
    {
      size_t last = stages[i].last, length = last - stages[i].first + 1;
      size_t first = length > 100 ? last - 99 : stages[i].first;
      double slots = 0;
      for (int slot = 1; slot <= a->task->n; slot++)
        {
          char name[32];
          snprintf (name, sizeof name, "loss_slot_%d", slot);
          slots += mean_of (a, tc_permutation_column (a, name), first, last) / a->task->n;
        }
      tc_csv_real (&csv, tc_rounded (stages[i].rate, 3));
      tc_csv_int (&csv, (long long) step[stages[i].first * width]);
      tc_csv_int (&csv, (long long) step[last * width]);
      tc_csv_real (&csv, tc_rounded (mean_of (a, loss, first, last), DIGITS));
      tc_csv_real (&csv, tc_rounded (slots, DIGITS));
      tc_csv_real (&csv, tc_rounded (mean_of (a, rest, first, last), DIGITS));
      tc_csv_real (&csv, tc_rounded (deviation_of (a, loss, first, last), DIGITS));
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

/* Names of the first four cuts of the learning rate.  */
static void
report_cuts (const struct tc_permutation_analysis *a, size_t n, const struct stage *stages)
{
  static const char *const names[] = { "FirstCut", "SecondCut", "ThirdCut", "FourthCut" };
  const double *step = tc_permutation_column (a, "step");
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (i + 1 < n)
      tc_macros_int (a->macros, names[i],
                     (long long) step[stages[i + 1].first * a->log.n_columns]);
    else
      tc_macros_real (a->macros, names[i], NAN, 1);
  tc_macros_int (a->macros, "FrozenSince",
                 (long long) step[stages[n - 1].first * a->log.n_columns]);
  tc_macros_real (a->macros, "LastRate", stages[n - 1].rate, 1);
}

/* ---- Spikes ---- */

struct spike
{
  size_t row, n_jumps;          /* the greatest; how many steps rise by a third */
  double before, height;        /* mean of the steps before, and of it the excess */
};

bool
tc_permutation_is_jump (const struct tc_permutation_analysis *a, size_t row)
{
  const double *loss = tc_permutation_column (a, "loss");
  if (row < BEFORE)
    return false;
  double before = mean_of (a, loss, row - BEFORE, row - 1);
  return before <= LEARNT && loss[row * a->log.n_columns] - before > before / 3;
}

static struct spike
find_spike (const struct tc_permutation_analysis *a)
{
  const double *loss = tc_permutation_column (a, "loss");
  struct spike spike = { .height = -INFINITY };
  for (size_t row = BEFORE; row < a->log.n_rows; row++)
    {
      double before = mean_of (a, loss, row - BEFORE, row - 1);
      double height = loss[row * a->log.n_columns] - before;
      if (before > LEARNT)
        continue;
      spike.n_jumps += tc_permutation_is_jump (a, row);
      if (height > spike.height)
        {
          spike.row = row;
          spike.before = before;
          spike.height = height;
        }
    }
  return spike;
}

/* Tokens after the first terms that a step's batch of full size gets wrong.  */
static long long
wrong_of (const struct tc_permutation_analysis *a, size_t row)
{
  const double *accuracy = tc_permutation_column (a, "accuracy_rest");
  double tokens = (double) a->task->batch_size * (double) (a->n_pos - 2 - (size_t) a->task->n);
  return llround (tokens * (1 - accuracy[row * a->log.n_columns]));
}

static enum tc_status
write_spike (const struct tc_permutation_analysis *a, const struct spike *spike,
             struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "beta2", "memory of Adam's squared gradients" },
    { "batch", "sequences per batch" },
    { "steps", "steps of the run" },
    { "known", "step since which the mean loss of the 50 steps before is below 0.2" },
    { "step", "after it, the step whose loss exceeds that mean most" },
    { "height", "by so many nats" },
    { "deviations", "the same over the standard deviation of the 50 losses before" },
    { "jumps", "steps whose loss exceeds the mean before by a third" },
    { "norm", "gradient norm at that step" },
    { "usual_norm", "mean gradient norm of the 50 steps before" },
    { "rest", "loss of a token after the first term at that step, nats" },
    { "usual_rest", "its mean over the 50 steps before" },
    { "wrong", "tokens after the first terms of that step's batch whose logit is not the largest" },
    { "end", "mean loss of the last hundred steps" }
  };
  const double *loss = tc_permutation_column (a, "loss");
  const double *step = tc_permutation_column (a, "step");
  const double *norm = tc_permutation_column (a, "grad_norm");
  const double *rest = tc_permutation_column (a, "loss_rest");
  const size_t width = a->log.n_columns, row = spike->row;
  struct tc_csv csv;
  size_t known = BEFORE;
  enum tc_status status = tc_session_csv (a->session, &csv, "spike",
                                          "The greatest rise of the loss once it was low",
                                          sizeof columns / sizeof *columns, columns, err);
  if (status != TC_OK)
    return status;
  while (known < a->log.n_rows && mean_of (a, loss, known - BEFORE, known - 1) > LEARNT)
    known++;
  tc_csv_real (&csv, a->session->setup.training.optimizer.beta2);
  tc_csv_int (&csv, a->task->batch_size);
  tc_csv_int (&csv, a->session->setup.training.steps);
  tc_csv_int (&csv, (long long) known);
  tc_csv_int (&csv, (long long) step[row * width]);
  tc_csv_real (&csv, tc_rounded (spike->height, DIGITS));
  tc_csv_real (&csv, tc_rounded (spike->height / deviation_of (a, loss, row - BEFORE, row - 1),
                                 DIGITS));
  tc_csv_int (&csv, (long long) spike->n_jumps);
  tc_csv_real (&csv, norm == NULL ? NAN : tc_rounded (norm[row * width], DIGITS));
  tc_csv_real (&csv, tc_rounded (mean_of (a, norm, row - BEFORE, row - 1), DIGITS));
  tc_csv_real (&csv, tc_rounded (rest[row * width], DIGITS));
  tc_csv_real (&csv, tc_rounded (mean_of (a, rest, row - BEFORE, row - 1), DIGITS));
  tc_csv_int (&csv, wrong_of (a, row));
  tc_csv_real (&csv, tc_rounded (mean_of (a, loss, a->log.n_rows - 100, a->log.n_rows - 1),
                                 DIGITS));
  return tc_csv_finish (&csv, tc_csv_end_row (&csv, err), err);
}

/* ---- What the notebook prints ---- */

/* epochs.csv: the first step of each epoch.  */
static enum tc_status
write_epochs (const struct tc_permutation_analysis *a, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "epoch", "from 1" }, { "step", "its first" },
    { "loss", "of that step's batch, nats per token" }
  };
  const double *loss = tc_permutation_column (a, "loss");
  size_t length = (size_t) ((a->task->epoch_size + a->task->batch_size - 1)
                            / a->task->batch_size);
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "epochs",
                                          "What the notebook prints: each epoch's first loss",
                                          3, columns, err);
  if (status != TC_OK)
    return status;
  for (size_t row = 0; status == TC_OK && row + 1 < a->log.n_rows; row += length)
    {
      tc_csv_int (&csv, (long long) (row / length) + 1);
      tc_csv_int (&csv, (long long) row);
      tc_csv_real (&csv, loss[row * a->log.n_columns]);
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

enum tc_status
tc_permutation_report_schedule (struct tc_permutation_analysis *a, struct tc_error *err)
{
  struct stage stages[MOST_STAGES];
  size_t n = find_stages (a, stages);
  struct spike spike = find_spike (a);
  report_cuts (a, n, stages);
  enum tc_status status = write_stages (a, n, stages, err);
  if (status == TC_OK && a->task->epoch_size > 0)
    status = write_epochs (a, err);
  if (status == TC_OK && spike.row > 0)
    {
      tc_macros_real (a->macros, "SpikeHeight", spike.height, 2);
      tc_macros_int (a->macros, "SpikeStep",
                     (long long) tc_permutation_column (a, "step")[spike.row * a->log.n_columns]);
      tc_macros_int (a->macros, "SpikeJumps", (long long) spike.n_jumps);
      tc_macros_int (a->macros, "SpikeWrong", wrong_of (a, spike.row));
      tc_macros_real (a->macros, "SpikeNorm", tc_permutation_column (a, "grad_norm")
                      [spike.row * a->log.n_columns], 2);
      tc_macros_real (a->macros, "SpikeRest", tc_permutation_column (a, "loss_rest")
                      [spike.row * a->log.n_columns], 2);
      status = write_spike (a, &spike, err);
    }
  return status;
}
