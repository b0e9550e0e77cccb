#include "experiments/addition/analysis.h"

#include "experiments/addition/figures.h"
#include "experiments/addition/sigmoid.h"
#include "experiments/addition/theory.h"
#include "experiments/measure.h"
#include "numerics/elementary.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* When each digit is learnt.

   The rule: a digit's phase change is the first step at which its loss, a centred
   mean over TC_ADDITION_WINDOW steps, is below half of what it is without
   information.  A digit whose column is known but whose carry is not still loses
   ln 2, so that the carry's phase change is likewise the first step below half of
   that.  Beside the rule, a sigmoid is fitted to the digit's whole curve, or the sum
   of two where there is a carry to learn.  */

/* The fit leaves out the first steps, where the loss falls from that of the random
   initial model; GSL's digits beyond these differ between builds.  */
enum { FIT_FROM = 50, FIT_DIGITS = 4, LAST_STEPS = 200 };

struct phase
{
  double plateau;
  double half, carry;           /* steps by the rule; NaN: never */
  double below_published;       /* step below the published curves' threshold */
  double published;             /* their step */
  double last;                  /* mean loss at the end */
  struct tc_sigmoid fit;
};

/* Thresholds of the published steps.  */
static double
published_threshold (size_t k)
{
  return k == 0 ? 0.1 : 1.0;
}

static double
published_step (size_t k)
{
  char key[32];
  snprintf (key, sizeof key, "tok_%zu_below_%s", k, k == 0 ? "0.1" : "1");
  return tc_addition_published (key);
}

static void
round_fit (struct tc_sigmoid *fit)
{
  fit->low = tc_rounded (fit->low, FIT_DIGITS);
  fit->residual = tc_rounded (fit->residual, FIT_DIGITS);
  for (int i = 0; i < fit->n_steps; i++)
    {
      fit->drop[i] = tc_rounded (fit->drop[i], FIT_DIGITS);
      fit->location[i] = tc_rounded (fit->location[i], FIT_DIGITS);
      fit->width[i] = tc_rounded (fit->width[i], FIT_DIGITS);
    }
}

/* Fits the digit's curve, starting from the rule's steps.  */
static enum tc_status
fit_digit (const struct tc_addition_analysis *a, const double *column, struct phase *phase,
           struct tc_error *err)
{
  const double *step = tc_addition_log_column (a, "step", -1);
  size_t width = a->log.n_columns, from = a->log.n_rows > 4 * FIT_FROM ? FIT_FROM : 0;
  bool two = !isnan (phase->carry);
  double middle = two ? tc_log64 (2) : phase->last;
  phase->fit = (struct tc_sigmoid) {
    .n_steps = two ? 2 : 1, .low = phase->last,
    .drop = { phase->plateau - middle, middle - phase->last },
    .location = { phase->half, phase->carry }, .width = { 50, 100 } };
  if (isnan (phase->half))
    return TC_OK;
  enum tc_status status
    = tc_sigmoid_fit (&phase->fit, a->log.n_rows - from, step + from * width,
                      column + from * width, width, err);
  round_fit (&phase->fit);
  return status;
}

static enum tc_status
measure_digit (const struct tc_addition_analysis *a, size_t k, struct phase *phase,
               struct tc_error *err)
{
  const double *column = tc_addition_log_column (a, "loss_tok", (int) k);
  bool has_carry = k > 0 && k < (size_t) a->num_digits;
  phase->plateau = tc_addition_uninformed (a->num_digits, (int) k);
  phase->half = tc_addition_first_below (a, column, TC_ADDITION_WINDOW, phase->plateau / 2);
  phase->carry = has_carry
    ? tc_addition_first_below (a, column, TC_ADDITION_WINDOW, tc_log64 (2) / 2) : NAN;
  phase->below_published = tc_addition_first_below (a, column, TC_ADDITION_WINDOW,
                                                    published_threshold (k));
  phase->published = tc_addition_is_printed (a) ? published_step (k) : NAN;
  phase->last = tc_addition_last_mean (a, column, LAST_STEPS);
  return fit_digit (a, column, phase, err);
}

/* ---- Files ---- */

static void
write_fit (struct tc_csv *csv, const struct tc_sigmoid *fit)
{
  for (int i = 0; i < TC_SIGMOID_STEPS; i++)
    {
      bool has = fit->converged && i < fit->n_steps;
      tc_csv_real (csv, has ? fit->location[i] : NAN);
      tc_csv_real (csv, has ? fit->width[i] : NAN);
      tc_csv_real (csv, has ? fit->drop[i] : NAN);
    }
  tc_csv_real (csv, fit->converged ? fit->low : NAN);
  tc_csv_real (csv, fit->converged ? fit->residual : NAN);
}

static enum tc_status
write_csv (const struct tc_addition_analysis *a, const struct phase *phase,
           struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "tok", "answer digit, the leading one first" },
    { "place", "what it counts" },
    { "plateau", "its loss without information, nats" },
    { "half_step", "phase change: first step at which the centred mean over 51 steps is "
      "below half of that; empty: never" },
    { "carry_step", "first step at which it is below half of ln 2; empty: never, or no carry" },
    { "below_published", "first step at which it is below 1 (tok 0: 0.1)" },
    { "published", "that step in the published curves, of the same settings; empty: none" },
    { "last", "mean loss of the last 200 steps, nats" },
    { "location", "sigmoid fitted to the curve: step of half its fall; empty: no fit" },
    { "width", "its width, steps" },
    { "drop", "its height, nats" },
    { "carry_location", "the same of the second sigmoid, of the carry; empty: none" },
    { "carry_width", "its width, steps" },
    { "carry_drop", "its height, nats" },
    { "low", "what is left in the end, nats" },
    { "residual", "root mean square of the fit's residuals, nats" }
  };
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "phases",
                                          "When each digit is learnt",
                                          sizeof columns / sizeof *columns, columns, err);
  if (status != TC_OK)
    return status;
  for (size_t k = 0; status == TC_OK && k < a->n_answers; k++)
    {
      const struct phase *p = &phase[k];
      tc_csv_int (&csv, (long long) k);
      tc_csv_text (&csv, tc_addition_place (a, k));
      tc_csv_real (&csv, p->plateau);
      tc_csv_real (&csv, p->half);
      tc_csv_real (&csv, p->carry);
      tc_csv_real (&csv, p->below_published);
      tc_csv_real (&csv, p->published);
      tc_csv_real (&csv, p->last);
      write_fit (&csv, &p->fit);
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

static void
write_step (FILE *stream, double step)
{
  if (isnan (step))
    fputs (" & --", stream);
  else
    fprintf (stream, " & %.0f", step);
}

/* Location and width of both steps, residual.  */
static void
write_fitted (FILE *stream, const struct tc_sigmoid *fit)
{
  for (int i = 0; i < TC_SIGMOID_STEPS; i++)
    if (fit->converged && i < fit->n_steps)
      fprintf (stream, " & %.0f & %.0f", fit->location[i], fit->width[i]);
    else
      fputs (" & -- & --", stream);
  if (fit->converged)
    fprintf (stream, " & %.2f", fit->residual);
  else
    fputs (" & --", stream);
}

static enum tc_status
write_table (const struct tc_addition_analysis *a, const struct phase *phase,
             struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status = tc_session_tex (a->session, &file, "phases_table", NULL, err);
  if (status != TC_OK)
    return status;
  fputs ("\\begin{tabular}{@{}lr@{\\quad}rr@{\\quad}rrrrr@{\\quad}rr@{}}\n\\toprule\n"
         "& & \\multicolumn{2}{c}{rule} & \\multicolumn{5}{c}{fit} & "
         "\\multicolumn{2}{c}{below 1}\\\\\n"
         "\\cmidrule(lr){3-4}\\cmidrule(lr){5-9}\\cmidrule(l){10-11}\n"
         "tok & plateau & digit & carry & $t_1$ & $w_1$ & $t_2$ & $w_2$ & rms & ours & "
         "published\\\\\n\\midrule\n", file.stream);
  for (size_t k = 0; k < a->n_answers; k++)
    {
      const struct phase *p = &phase[k];
      fprintf (file.stream, "%zu, %s & %.3f", k, tc_addition_place (a, k), p->plateau);
      write_step (file.stream, p->half);
      write_step (file.stream, p->carry);
      write_fitted (file.stream, &p->fit);
      write_step (file.stream, p->below_published);
      write_step (file.stream, p->published);
      fputs (" \\\\\n", file.stream);
    }
  fputs ("\\bottomrule\n\\end{tabular}\n", file.stream);
  return tc_file_close (&file, err);
}

/* ---- Macros ---- */

/* The digit that is learnt next after those named, or n_answers.  */
static size_t
next_learnt (const struct tc_addition_analysis *a, const struct phase *phase,
             const bool *named)
{
  size_t next = a->n_answers;
  for (size_t k = 0; k < a->n_answers; k++)
    if (!named[k] && !isnan (phase[k].half)
        && (next == a->n_answers || phase[k].half < phase[next].half))
      next = k;
  return next;
}

/* "lead, ten-thousands, ..." by the rule's steps; digits never learnt are left
   out.  */
static void
write_order (const struct tc_addition_analysis *a, const struct phase *phase)
{
  char text[256] = "";
  const char *last = "";
  bool named[TC_ADDITION_MAX_DIGITS + 1] = { false };
  for (size_t next; (next = next_learnt (a, phase, named)) < a->n_answers;)
    {
      size_t used = strlen (text);
      named[next] = true;
      last = tc_addition_place (a, next);
      snprintf (text + used, sizeof text - used, "%s%s", used == 0 ? "" : ", ", last);
    }
  tc_macros_text (a->macros, "Order", text);
  tc_macros_text (a->macros, "LastLearnt", last);
}

static void
describe (const struct tc_addition_analysis *a, const struct phase *phase)
{
  const double *loss = tc_addition_log_column (a, "loss", -1);
  double plateau = tc_addition_plateau (a->num_digits), first = NAN, last = NAN;
  int learnt = 0;
  for (size_t k = 0; k < a->n_answers; k++)
    {
      tc_addition_macro_place_step (a, "HalfStep", k, phase[k].half);
      tc_addition_macro_place_step (a, "CarryStep", k, phase[k].carry);
      tc_addition_macro_place_step (a, "BelowStep", k, phase[k].below_published);
      tc_addition_macro_place_step (a, "Published", k, phase[k].published);
      tc_addition_macro (a, "LastLoss", k, phase[k].last, 2);
      first = fmin (first, phase[k].half);
      last = fmax (last, phase[k].half);
      learnt += !isnan (phase[k].half);
    }
  tc_macros_int (a->macros, "Learnt", learnt);
  tc_macros_int (a->macros, "Answers", (long long) a->n_answers);
  tc_addition_macro_step (a, "FirstPhase", first);
  tc_addition_macro_step (a, "LastPhase", last);
  tc_addition_macro_step (a, "HalfStep",
                          tc_addition_first_below (a, loss, TC_ADDITION_WINDOW, plateau / 2));
  write_order (a, phase);
}

bool
tc_addition_has_phases (const struct tc_addition_analysis *a)
{
  return !a->is_finite;
}

enum tc_status
tc_addition_report_phases (struct tc_addition_analysis *a, struct tc_error *err)
{
  struct phase phase[TC_ADDITION_MAX_DIGITS + 1];
  enum tc_status status = TC_OK;
  for (size_t k = 0; status == TC_OK && k < a->n_answers; k++)
    status = measure_digit (a, k, &phase[k], err);
  if (status == TC_OK)
    status = write_csv (a, phase, err);
  if (status == TC_OK)
    status = write_table (a, phase, err);
  if (status != TC_OK)
    return status;
  describe (a, phase);
  return tc_addition_figure_phases (a, err);
}
