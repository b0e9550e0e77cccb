/* Whether the model completes sequences that it never saw, from first terms as in
   training and of other kinds.  */

#include "circuits/generate.h"
#include "experiments/measure.h"
#include "experiments/permutation/analysis.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONTINUED = 64, DIGITS = 6 };

static const struct
{
  enum tc_permutation_kind kind;
  const char *name, *macro;
} kinds[] = {
  { TC_PERMUTATION_ASCENDING, "ascending", "Ascending" },
  { TC_PERMUTATION_ANY_ORDER, "any order", "AnyOrder" },
  { TC_PERMUTATION_REPEATED, "repeated", "Repeated" },
  { TC_PERMUTATION_UNMET, "unmet", "Unmet" }
};
enum { N_KINDS = sizeof kinds / sizeof *kinds };

/* ---- completion.csv ---- */

static void
macro (const struct tc_permutation_analysis *a, size_t kind, const char *name, double value,
       int digits)
{
  char full[64];
  snprintf (full, sizeof full, "%s%s", kinds[kind].macro, name);
  tc_macros_real (a->macros, full, value, digits);
}

/* Percentages: 100 is said only of all.  */
static void
macro_share (const struct tc_permutation_analysis *a, size_t kind, const char *name,
             double share)
{
  char full[64], text[32];
  snprintf (full, sizeof full, "%s%s", kinds[kind].macro, name);
  snprintf (text, sizeof text, share == 1 || share == 0 ? "%.0f" : "%.2f",
            fmin (100 * share, share < 1 ? 99.99 : 100));
  tc_macros_text (a->macros, full, text);
}

static enum tc_status
write_row (const struct tc_permutation_analysis *a, struct tc_csv *csv, size_t kind,
           const struct tc_permutation_score *s, double continued, struct tc_error *err)
{
  tc_csv_text (csv, kinds[kind].name);
  tc_csv_int (csv, (long long) s->n_sequences);
  tc_csv_real (csv, tc_rounded (s->loss, DIGITS));
  tc_csv_real (csv, tc_rounded (s->spread, DIGITS));
  for (int slot = 0; slot < a->task->n; slot++)
    tc_csv_real (csv, tc_rounded (s->slot[slot], DIGITS));
  tc_csv_real (csv, tc_rounded (s->rest, DIGITS));
  tc_csv_real (csv, tc_rounded (s->tokens, DIGITS));
  tc_csv_real (csv, tc_rounded (s->characters, DIGITS));
  tc_csv_real (csv, tc_rounded (s->punctuation, DIGITS));
  tc_csv_real (csv, tc_rounded (s->exact, DIGITS));
  tc_csv_real (csv, continued);
  return tc_csv_end_row (csv, err);
}

static enum tc_status
open_completion (const struct tc_permutation_analysis *a, struct tc_csv *csv,
                 struct tc_error *err)
{
  static const struct tc_csv_column first[] = {
    { "start", "first term: an ascending combination; its characters in any order; the same "
      "with the first character repeated at the end; with '>' for the first character" },
    { "sequences", "that begin with combinations never trained on" },
    { "loss", "nats per token" },
    { "spread", "standard deviation of the sequences' losses" }
  };
  static const struct tc_csv_column slot
    = { NULL, "mean loss of this character of the first term, nats" };
  static const struct tc_csv_column last[] = {
    { "rest", "mean loss of a token after the first term, nats" },
    { "tokens", "share right of the tokens after the first term" },
    { "characters", "of those that are characters" },
    { "punctuation", "of those that are spaces or the period" },
    { "exact", "share of sequences with all of them right" },
    { "continued", "share of the first 64 that greedy continuation of the first term gives" }
  };
  struct tc_csv_column columns[4 + TC_PERMUTATION_MAX + 6];
  char names[TC_PERMUTATION_MAX][16];
  size_t n = 0;
  for (; n < 4; n++)
    columns[n] = first[n];
  for (int i = 0; i < a->task->n; i++)
    {
      snprintf (names[i], sizeof names[i], "slot_%d", i + 1);
      columns[n] = slot;
      columns[n++].name = names[i];
    }
  for (size_t i = 0; i < 6; i++)
    columns[n++] = last[i];
  return tc_session_csv (a->session, csv, "completion",
                         "Completion of sequences that were never trained on", n, columns,
                         err);
}

static void
report_kind (const struct tc_permutation_analysis *a, size_t kind,
             const struct tc_permutation_score *s)
{
  static const char *const slots[] = { "SlotA", "SlotB", "SlotC", "SlotD", "SlotE" };
  macro (a, kind, "Loss", s->loss, 5);
  macro (a, kind, "Rest", s->rest, 2);
  macro (a, kind, "Spread", s->spread, 2);
  macro_share (a, kind, "Tokens", s->tokens);
  macro_share (a, kind, "Characters", s->characters);
  macro_share (a, kind, "Punctuation", s->punctuation);
  macro_share (a, kind, "Exact", s->exact);
  for (int i = 0; kinds[kind].kind == TC_PERMUTATION_ASCENDING && i < a->task->n; i++)
    macro (a, kind, slots[i], s->slot[i], 4);
}

static enum tc_status
measure_kind (const struct tc_permutation_analysis *a, size_t kind, struct tc_csv *csv,
              struct tc_permutation_score *score, struct tc_error *err)
{
  struct tc_permutation_starts starts;
  struct tc_session *s = a->session;
  double continued = NAN;
  const bool is_usual = kind < 2;
  enum tc_status status
    = tc_permutation_starts_alloc (&starts, a->list, is_usual ? a->n_held_out
                                   : a->n_held_out < 1024 ? a->n_held_out : 1024,
                                   kinds[kind].kind,
                                   a->task->data_seed + TC_PERMUTATION_STREAM_ORDERS, err);
  if (status == TC_OK)
    status = tc_permutation_measure (s->compute, &s->model, &starts, NULL, score, err);
  if (status == TC_OK && a->task->n <= 4)
    status = tc_permutation_continue (s->compute, &s->model, &starts, CONTINUED, &continued,
                                      err);
  if (status == TC_OK)
    status = write_row (a, csv, kind, score, continued, err);
  if (status == TC_OK)
    report_kind (a, kind, score);
  tc_permutation_starts_free (&starts);
  return status;
}

/* ---- summary.csv: what the other runs' analyses read ---- */

static enum tc_status
write_summary (const struct tc_permutation_analysis *a,
               const struct tc_permutation_score *score, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "n", "characters of a term" }, { "layers", "of the model" },
    { "d_model", "width of the residual stream" }, { "d_head", "width of the head" },
    { "d_mlp", "neurons of a layer's MLP; 0: it has none" },
    { "parameters", "of the model" },
    { "batch", "sequences per batch" }, { "steps", "of training" },
    { "known", "step since which 99.9 % of the tokens after the first term are right" },
    { "floor", "best possible loss, nats per token" },
    { "loss", "on held-out combinations of the kind trained on, nats per token" },
    { "ascending", "share of ascending first terms completed exactly" },
    { "any_order", "share of first terms in any order completed exactly" },
    { "any_order_tokens", "the same, share of tokens" },
    { "repeated", "share of first terms with a repeated character completed exactly" },
    { "sequences", "held-out combinations" }
  };
  const double *accuracy = tc_permutation_column (a, "accuracy_rest");
  long known = -1;
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "summary", "The run in one row",
                                          sizeof columns / sizeof *columns, columns, err);
  if (status != TC_OK)
    return status;
  for (size_t row = 0; known < 0 && row < a->log.n_rows; row++)
    if (tc_smoothed (accuracy, a->log.n_rows, a->log.n_columns, row, 11) > 0.999)
      known = (long) row;
  tc_csv_int (&csv, a->task->n);
  tc_csv_int (&csv, a->config->n_layers);
  tc_csv_int (&csv, a->config->d_model);
  tc_csv_int (&csv, a->config->d_head);
  tc_csv_int (&csv, a->config->d_mlp);
  tc_csv_int (&csv, (long long) a->session->model.params.count);
  tc_csv_int (&csv, a->task->batch_size);
  tc_csv_int (&csv, a->session->setup.training.steps);
  tc_csv_real (&csv, known < 0 ? NAN : (double) known);
  tc_csv_real (&csv, tc_rounded (tc_permutation_floor (a->task), DIGITS));
  tc_csv_real (&csv, tc_rounded (score[a->task->is_unsorted ? 1 : 0].loss, DIGITS));
  tc_csv_real (&csv, tc_rounded (score[0].exact, DIGITS));
  tc_csv_real (&csv, tc_rounded (score[1].exact, DIGITS));
  tc_csv_real (&csv, tc_rounded (score[1].tokens, DIGITS));
  tc_csv_real (&csv, tc_rounded (score[2].exact, DIGITS));
  tc_csv_int (&csv, (long long) score[0].n_sequences);
  return tc_csv_finish (&csv, tc_csv_end_row (&csv, err), err);
}

/* ---- One completion, as the notebook prints it ---- */

static enum tc_status
complete_one (const struct tc_permutation_analysis *a, int32_t *tokens, struct tc_error *err)
{
  struct tc_permutation_starts starts;
  const struct tc_sampling greedy = { .temperature = 0 };
  const size_t prompt = 2 + (size_t) a->task->n;
  enum tc_status status = tc_permutation_starts_alloc (&starts, a->list, 1,
                                                       TC_PERMUTATION_ASCENDING, 0, err);
  if (status != TC_OK)
    return status;
  tokens[0] = TC_PERMUTATION_BEGIN;
  tokens[1] = TC_PERMUTATION_SPACE;
  memcpy (tokens + 2, starts.first, (size_t) a->task->n * sizeof *tokens);
  tc_permutation_starts_free (&starts);
  return tc_generate (a->session->compute, &a->session->model, 1, prompt, a->n_pos - prompt,
                      &greedy, tokens, NULL, err);
}

/* Macros Prompt, Expected, Completion.  */
static enum tc_status
report_example (const struct tc_permutation_analysis *a, struct tc_error *err)
{
  int32_t *tokens = calloc (2 * a->n_pos, sizeof *tokens);
  char *text = malloc (a->n_pos + 1);
  enum tc_status status = TC_OK;
  if (tokens == NULL || text == NULL)
    status = tc_fail (err, TC_ENOMEM, "no memory for a sequence");
  if (status == TC_OK)
    status = complete_one (a, tokens, err);
  if (status == TC_OK)
    {
      tc_permutation_to_text (tokens, 2 + (size_t) a->task->n, text);
      tc_macros_text (a->macros, "Prompt", text);
      tc_permutation_to_text (tokens, a->n_pos, text);
      tc_macros_text (a->macros, "Completion", text);
      tc_permutation_write (a->task->n, a->orders, tokens + 2, tokens + a->n_pos);
      tc_macros_text (a->macros, "CompletionVerdict",
                      memcmp (tokens, tokens + a->n_pos, a->n_pos * sizeof *tokens) == 0
                      ? "as it should be" : "wrong");
    }
  free (tokens);
  free (text);
  return status;
}

enum tc_status
tc_permutation_report_completion (struct tc_permutation_analysis *a, struct tc_error *err)
{
  struct tc_permutation_score score[N_KINDS];
  struct tc_csv csv;
  enum tc_status status = open_completion (a, &csv, err);
  if (status != TC_OK)
    return status;
  for (size_t kind = 0; status == TC_OK && kind < N_KINDS; kind++)
    status = measure_kind (a, kind, &csv, &score[kind], err);
  status = tc_csv_finish (&csv, status, err);
  if (status == TC_OK)
    status = write_summary (a, score, err);
  if (status != TC_OK)
    return status;
  tc_macros_int (a->macros, "Tested", (long long) score[0].n_sequences);
  tc_macros_int (a->macros, "Continued", CONTINUED);
  return a->task->n <= 4 ? report_example (a, err) : TC_OK;
}
