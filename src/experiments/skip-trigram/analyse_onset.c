#include "experiments/skip-trigram/analysis.h"

#include "experiments/measure.h"
#include "experiments/skip-trigram/figures.h"
#include "experiments/skip-trigram/flow.h"
#include "experiments/skip-trigram/reduce.h"
#include "numerics/elementary.h"
#include "training/schedule.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* What the theory says of each trigram, from the initial model alone.  */
struct prediction
{
  double *frequency;            /* [n] share of the training sequences */
  double *alone;                /* [n] time of onset with fixed filler */
  double *together;             /* [n] step of onset, SGD runs; NaN: never */
  double *by_sign;              /* [n] step of onset, AdamW runs; NaN: never */
  double *lr;                   /* [steps] */
  double *time;                 /* [steps] sum of the rates before the step */
  struct tc_flow_path path;     /* [steps, n] of the coupled flow, SGD runs */
};

static void
prediction_free (struct prediction *p)
{
  free (p->frequency);
  free (p->alone);
  free (p->together);
  free (p->by_sign);
  free (p->lr);
  free (p->time);
  free (p->path.loss);
  free (p->path.score);
  free (p->path.margin);
}

static enum tc_status
prediction_alloc (struct prediction *p, size_t n, size_t steps, struct tc_error *err)
{
  *p = (struct prediction) { 0 };
  p->frequency = calloc (n, sizeof *p->frequency);
  p->alone = calloc (n, sizeof *p->alone);
  p->together = calloc (n, sizeof *p->together);
  p->by_sign = calloc (n, sizeof *p->by_sign);
  p->lr = calloc (steps, sizeof *p->lr);
  p->time = calloc (steps, sizeof *p->time);
  p->path.loss = calloc (steps * n, sizeof (double));
  p->path.score = calloc (steps * n, sizeof (double));
  p->path.margin = calloc (steps * n, sizeof (double));
  if (p->frequency == NULL || p->alone == NULL || p->together == NULL || p->by_sign == NULL || p->lr == NULL
      || p->time == NULL || p->path.loss == NULL || p->path.score == NULL
      || p->path.margin == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for the predictions of %zu steps", steps);
  return TC_OK;
}

static bool
is_sgd (const struct tc_skip_analysis *a)
{
  return a->session->setup.training.optimizer.kind == TC_SGD;
}

static size_t
n_steps (const struct tc_skip_analysis *a)
{
  return (size_t) a->session->setup.training.steps;
}

static void
fill_clock (const struct tc_skip_analysis *a, struct prediction *p)
{
  struct tc_schedule schedule = a->session->setup.training.schedule;
  double elapsed = 0;
  tc_schedule_start (&schedule);
  for (size_t step = 0; step < n_steps (a); step++)
    {
      p->lr[step] = tc_schedule_lr (&schedule, a->session->setup.training.optimizer.lr,
                                    (int) step);
      p->time[step] = elapsed;
      elapsed += p->lr[step];
    }
}

static struct tc_flow
flow_of (const struct tc_reduced *initial, double decay)
{
  return (struct tc_flow) {
    .n_classes = initial->n_classes, .n_other = initial->n_other,
    .score = initial->score, .margin = initial->margin,
    .other = initial->other, .count = initial->count, .decay = decay
  };
}

/* SGD follows the coupled flow: its losses at every step, and when they halve. */
static enum tc_status
predict_together (const struct tc_skip_analysis *a, const struct tc_reduced *initial,
                  struct prediction *p, struct tc_error *err)
{
  struct tc_flow flow = flow_of (initial, a->session->setup.training.optimizer.weight_decay);
  enum tc_status status = tc_flow_together (&flow, n_steps (a), p->time, &p->path, err);
  for (int k = 0; k < a->n; k++)
    {
      long step = tc_first_below (p->path.loss + k, n_steps (a), (size_t) a->n, 1,
                                  tc_log64 (a->n) / 2);
      p->together[k] = step < 0 ? NAN : (double) step;
    }
  return status;
}

static enum tc_status
predict (const struct tc_skip_analysis *a, const struct tc_reduced *initial,
         struct prediction *p, struct tc_error *err)
{
  double decay = a->session->setup.training.optimizer.weight_decay;
  enum tc_status status = tc_skip_frequencies (a, p->frequency, err);
  fill_clock (a, p);
  for (int k = 0; status == TC_OK && k < a->n; k++)
    {
      int step = tc_flow_onset_signed (a->n, initial->filler, initial->score[k],
                                       initial->margin[k], decay, n_steps (a), p->lr);
      p->by_sign[k] = is_sgd (a) || step < 0 ? NAN : step;
      p->together[k] = NAN;
      status = tc_flow_onset_alone (a->n, initial->filler, initial->score[k],
                                    initial->margin[k], &p->alone[k], err);
      /* Both rates are proportional to how often the trigger is seen.  */
      p->alone[k] = tc_rounded (p->alone[k] / (a->n * p->frequency[k]), 6);
    }
  if (status == TC_OK && is_sgd (a))
    status = predict_together (a, initial, p, err);
  return status;
}

static double
mean_of (const double *x, int n)
{
  double sum = 0;
  for (int k = 0; k < n; k++)
    sum += x[k];
  return sum / n;
}

/* --- files --- */

static enum tc_status
write_onsets (const struct tc_skip_analysis *a, const struct tc_reduced *initial,
              const struct prediction *p, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "trigram", "k: the answer" },
    { "trigger", "its trigger token" },
    { "onset", "first step at which the trigram's training loss, a centred mean over 11 steps, "
               "is below half of its first such mean; empty: never" },
    { "frequency", "share of the training sequences that have the trigger" },
    { "score", "initial QK score of the trigger from the last token" },
    { "margin", "initial OV entry of the trigger for k over the mean of the others" },
    { "time_alone", "onset time in closed form, filler fixed; sum of learning rates" },
    { "step_together", "onset step of the coupled flow; SGD only" },
    { "step_signed", "onset step if each parameter moved by the rate along its sign; "
                     "AdamW only" }
  };
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "onset",
                                          "When each trigram is learnt, and what foretells it",
                                          9, columns, err);
  if (status != TC_OK)
    return status;
  for (int k = 0; status == TC_OK && k < a->n; k++)
    {
      tc_csv_int (&csv, k);
      tc_csv_int (&csv, tc_skip_trigram_trigger (a->task, k));
      tc_csv_real (&csv, a->onset[k]);
      tc_csv_real (&csv, tc_rounded (p->frequency[k], 12));
      tc_csv_real (&csv, initial->score[k]);
      tc_csv_real (&csv, initial->margin[k]);
      tc_csv_real (&csv, p->alone[k]);
      tc_csv_real (&csv, p->together[k]);
      tc_csv_real (&csv, p->by_sign[k]);
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

/* Correlates onsets with what should foretell them.  NAME goes into macros.  */
static enum tc_status
write_correlations (const struct tc_skip_analysis *a, const struct tc_reduced *initial,
                    const struct prediction *p, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "predictor", "column of onset.csv" },
    { "n", "trigrams that were learnt" },
    { "pearson", "linear correlation with the onset" },
    { "spearman", "rank correlation with the onset" }
  };
  const struct { const char *column, *macro; const double *values; } predictors[] = {
    { "frequency", "Frequency", p->frequency }, { "score", "Score", initial->score }, 
    { "margin", "Margin", initial->margin }, { "time_alone", "Alone", p->alone },
    { "step_together", "Together", p->together }, { "step_signed", "Signed", p->by_sign }
  };
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "correlations",
                                          "Correlation of onsets with their predictors",
                                          4, columns, err);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; status == TC_OK && i < sizeof predictors / sizeof *predictors; i++)
    {
      struct tc_correlation c = tc_correlate ((size_t) a->n, predictors[i].values, a->onset);
      char macro[64];
      tc_csv_text (&csv, predictors[i].column);
      tc_csv_int (&csv, (long long) c.n);
      tc_csv_real (&csv, tc_rounded (c.pearson, 6));
      tc_csv_real (&csv, tc_rounded (c.spearman, 6));
      status = tc_csv_end_row (&csv, err);
      snprintf (macro, sizeof macro, "%sPearson", predictors[i].macro);
      tc_macros_real (a->macros, macro, c.pearson, 2);
      snprintf (macro, sizeof macro, "%sSpearman", predictors[i].macro);
      tc_macros_real (a->macros, macro, c.spearman, 2);
    }
  return tc_csv_finish (&csv, status, err);
}

static void
write_six_digits (struct tc_csv *csv, const double *x, int n)
{
  for (int k = 0; k < n; k++)
    tc_csv_real (csv, tc_rounded (x[k], 6));
}

/* The coupled flow's losses, thinned as the measured ones.  */
static enum tc_status
write_theory (const struct tc_skip_analysis *a, const struct prediction *p,
              struct tc_error *err)
{
  struct tc_csv_columns columns;
  struct tc_csv csv;
  enum tc_status status = tc_csv_columns_alloc (&columns, 3 * (size_t) a->n + 2, err);
  if (status == TC_OK)
    {
      tc_csv_columns_add (&columns, "step", "updates made before it; every 5th, then every 20th");
      tc_csv_columns_add (&columns, "loss", "mean of the trigrams', nats");
      tc_skip_column_each (&columns, "loss", a->n, "loss of trigram 0 in the coupled flow, nats");
      tc_skip_column_each (&columns, "score", a->n, "its QK score");
      tc_skip_column_each (&columns, "margin", a->n, "its OV margin, logits");
      status = tc_skip_csv (a, &csv, "theory", "What the theory says each trigram's loss is",
                            &columns, err);
    }
  tc_csv_columns_free (&columns);
  if (status != TC_OK)
    return status;
  for (size_t step = 0; status == TC_OK && step < n_steps (a); step++)
    if (step % (step < 2 * TC_SKIP_KEEP_ALL ? 5 : 20) == 0)
      {
        size_t at = step * (size_t) a->n;
        tc_csv_int (&csv, (long long) step);
        tc_csv_real (&csv, tc_rounded (mean_of (p->path.loss + at, a->n), 6));
        write_six_digits (&csv, p->path.loss + at, a->n);
        write_six_digits (&csv, p->path.score + at, a->n);
        write_six_digits (&csv, p->path.margin + at, a->n);
        status = tc_csv_end_row (&csv, err);
      }
  return tc_csv_finish (&csv, status, err);
}

/* --- what weight decay allows --- */

/* Mean relative error of the predicted steps, signed and absolute.  */
static void
describe_errors (const struct tc_skip_analysis *a, const double *predicted, const char *macro)
{
  double error = 0, worst = 0;
  char name[64];
  for (int k = 0; k < a->n; k++)
    {
      double relative = predicted[k] / a->onset[k] - 1;
      error += relative / a->n;
      worst = fabs (relative) > worst || isnan (relative) ? fabs (relative) : worst;
    }
  snprintf (name, sizeof name, "%sMeanError", macro);
  tc_macros_real (a->macros, name, 100 * error, 2);
  snprintf (name, sizeof name, "%sWorstError", macro);
  tc_macros_real (a->macros, name, 100 * worst, 2);
}

/* Where the decay keeps scores and margins from growing: with x the gain of
   s - ln N over its start, p = p0 e^x while p is small, the fixed point is
   x = A e^(2x) with A = (n - 1)(1 + n sum of w^2) p0^2 / (n^3 lambda^2), and there
   is none once A > 1 / (2 e).  w are the other tokens' shares of N.  */
static double
estimate_critical_decay (const struct tc_reduced *initial)
{
  double n = initial->n_classes, squares = 0, p = 0;
  for (size_t x = 0; x < initial->n_other; x++)
    {
      double share = initial->count[x] * tc_exp64 (initial->other[x]) / initial->filler;
      squares += share * share;
    }
  for (int k = 0; k < initial->n_classes; k++)
    p += tc_flow_attention (initial->filler, initial->score[k]) / n;
  return p * sqrt (2 * tc_exp64 (1) * (n - 1) * (1 + n * squares) / (n * n * n));
}

static enum tc_status
describe_sgd (const struct tc_skip_analysis *a, const struct tc_reduced *initial,
              const struct prediction *p, struct tc_error *err)
{
  struct tc_flow flow = flow_of (initial, 0);
  double critical, patience = p->time[n_steps (a) - 1];
  enum tc_status status = tc_flow_critical_decay (&flow, patience, &critical, err);
  if (status != TC_OK)
    return status;
  tc_macros_real (a->macros, "CriticalDecay", critical, 2);
  tc_macros_real (a->macros, "CriticalDecayEstimate", estimate_critical_decay (initial), 2);
  tc_macros_real (a->macros, "PredictedFinalLoss",
                  mean_of (p->path.loss + (n_steps (a) - 1) * (size_t) a->n, a->n), 4);
  describe_errors (a, p->together, "Together");
  return TC_OK;
}

enum tc_status
tc_skip_report_onset (struct tc_skip_analysis *a, struct tc_error *err)
{
  struct tc_reduced initial;
  struct prediction p;
  enum tc_status status = tc_session_load (a->session, 0, err);
  if (status != TC_OK)
    return status;
  status = tc_reduce (a->session, a->task, &initial, err);
  if (status != TC_OK)
    return status;
  status = prediction_alloc (&p, (size_t) a->n, n_steps (a), err);
  if (status == TC_OK)
    status = predict (a, &initial, &p, err);
  if (status == TC_OK)
    status = write_onsets (a, &initial, &p, err);
  if (status == TC_OK)
    status = write_correlations (a, &initial, &p, err);
  if (status == TC_OK && is_sgd (a))
    {
      status = write_theory (a, &p, err);
      if (status == TC_OK)
        status = describe_sgd (a, &initial, &p, err);
      if (status == TC_OK)
        status = tc_skip_figure_theory (a, err);
    }
  else if (status == TC_OK && !a->session->is_decoder)
    describe_errors (a, p.by_sign, "Signed");
  tc_macros_real (a->macros, "InitialFiller", initial.filler, 3);
  if (status == TC_OK && !isnan (mean_of (a->onset, a->n)))
    status = tc_skip_figure_onset (a, err);
  prediction_free (&p);
  tc_reduced_free (&initial);
  return status;
}
