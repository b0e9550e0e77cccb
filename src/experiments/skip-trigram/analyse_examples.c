#include "experiments/skip-trigram/analysis.h"

#include "circuits/attribution.h"
#include "experiments/skip-trigram/figures.h"
#include "transformer/model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* One example sequence per trigram: the first of the first training batch with
   that answer.  */
struct examples
{
  struct tc_batch batch;        /* the first */
  struct tc_run *run;
  size_t *sequence;             /* [n] rows of the batch */
};

/* What the logits of one answer are made of.  */
enum { EMBED, POS_EMBED, FIRST, LAST, FILLER, TRIGGER, TOTAL, N_PARTS };

static enum tc_status
choose (struct tc_skip_analysis *a, struct examples *examples, struct tc_error *err)
{
  const struct tc_batch *batch = &examples->batch;
  for (int k = 0; k < a->n; k++)
    {
      size_t i = 0;
      while (i < batch->n_targets && batch->target[i] != k)
        i++;
      if (i == batch->n_targets)
        return tc_fail (err, TC_EINVAL, "the first batch has no example of trigram %d; "
                        "a larger --batch-size or --n-data is needed to analyse this run", k);
      examples->sequence[k] = (size_t) batch->target_seq[i];
    }
  return TC_OK;
}

static enum tc_status
examples_alloc (struct tc_skip_analysis *a, struct examples *examples, struct tc_error *err)
{
  struct tc_task *task = &a->session->task;
  *examples = (struct examples) { .sequence = calloc ((size_t) a->n, sizeof (size_t)) };
  if (examples->sequence == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for %d examples", a->n);
  enum tc_status status = task->next (task->self, &examples->batch, err);
  if (status == TC_OK)
    status = choose (a, examples, err);
  if (status == TC_OK)
    status = tc_run_alloc (&examples->run, &a->session->model.config, TC_ROWS_ALL,
                           task->max_seq, task->max_pos, task->max_targets, err);
  return status;
}

static void
examples_free (struct examples *examples)
{
  if (examples->run != NULL)
    tc_run_free (examples->run);
  free (examples->sequence);
}

static enum tc_status
run_model (struct tc_skip_analysis *a, struct examples *examples, int step,
           struct tc_error *err)
{
  enum tc_status status = tc_session_load (a->session, step, err);
  if (status == TC_OK)
    status = tc_forward (a->session->compute, &a->session->model, &examples->batch,
                         examples->run, err);
  return status;
}

static enum tc_status
read_pattern (struct tc_skip_analysis *a, struct examples *examples,
              struct tc_activation *pattern, struct tc_error *err)
{
  return tc_run_activation (examples->run, &a->session->model, "blocks.0.attn.hook_pattern",
                            pattern, err);
}

/* --- attention patterns --- */

static enum tc_status
write_last_rows (struct tc_skip_analysis *a, struct examples *examples, int step,
                 struct tc_csv *csv, struct tc_error *err)
{
  struct tc_activation pattern;
  size_t n_pos = examples->batch.n_pos;
  enum tc_status status = read_pattern (a, examples, &pattern, err);
  for (int k = 0; status == TC_OK && k < a->n; k++)
    {
      size_t b = examples->sequence[k];
      const tc_real *row = pattern.data + (b * n_pos + n_pos - 1) * n_pos;
      for (size_t p = 0; status == TC_OK && p < n_pos; p++)
        {
          tc_csv_int (csv, step);
          tc_csv_int (csv, k);
          tc_csv_int (csv, (long long) p);
          tc_csv_int (csv, examples->batch.tokens[b * n_pos + p]);
          tc_csv_float (csv, (float) row[p]);
          status = tc_csv_end_row (csv, err);
        }
    }
  return status;
}

static enum tc_status
write_patterns (struct tc_skip_analysis *a, struct examples *examples, size_t n_steps,
                const int *steps, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "step", "updates made" },
    { "trigram", "the example: the first of the first batch with that answer" },
    { "position", "source position" },
    { "token", "source token" },
    { "attention", "of the last token on it" }
  };
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "patterns",
                                          "Attention of the last token in example sequences",
                                          5, columns, err);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; status == TC_OK && i < n_steps; i++)
    {
      int is_end = steps[i] == a->session->setup.training.steps;
      status = run_model (a, examples, is_end ? -1 : steps[i], err);
      if (status == TC_OK)
        status = write_last_rows (a, examples, steps[i], &csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

/* The whole pattern of the first example as a labelled matrix; the future is
   empty.  */
static enum tc_status
write_whole_pattern (struct tc_skip_analysis *a, struct examples *examples, int step,
                     const char *name, const char *title, struct tc_error *err)
{
  struct tc_csv_columns columns;
  struct tc_csv csv;
  struct tc_activation pattern;
  size_t n_pos = examples->batch.n_pos;
  const int32_t *tokens = examples->batch.tokens + examples->sequence[0] * n_pos;
  char label[32];
  enum tc_status status = run_model (a, examples, step, err);
  if (status == TC_OK)
    status = read_pattern (a, examples, &pattern, err);
  if (status == TC_OK)
    status = tc_csv_columns_alloc (&columns, n_pos + 1, err);
  if (status != TC_OK)
    return status;
  tc_csv_columns_add (&columns, "destination", "position:token that attends");
  for (size_t p = 0; p < n_pos; p++)
    {
      snprintf (label, sizeof label, "%zu:%d", p, (int) tokens[p]);
      tc_csv_columns_add (&columns, label, "attention on this position:token; empty: masked");
    }
  status = tc_skip_csv (a, &csv, name, title, &columns, err);
  tc_csv_columns_free (&columns);
  if (status != TC_OK)
    return status;
  for (size_t q = 0; status == TC_OK && q < n_pos; q++)
    {
      const tc_real *row = pattern.data + (examples->sequence[0] * n_pos + q) * n_pos;
      snprintf (label, sizeof label, "%zu:%d", q, (int) tokens[q]);
      tc_csv_text (&csv, label);
      for (size_t p = 0; p < n_pos; p++)
        tc_csv_float (&csv, p <= q ? (float) row[p] : NAN);
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

/* --- direct logit attribution --- */

/* The logit of the right class over the mean of the others.  */
static double
margin_of (const double *logits, int n, int k)
{
  double others = 0;
  for (int c = 0; c < n; c++)
    if (c != k)
      others += logits[c];
  return logits[k] - others / (n - 1);
}

/* The part that component i belongs to; source is the position it reads from, or
   -1.  */
static int
part_of (const struct tc_skip_analysis *a, const struct examples *examples, int k,
         const char *name, int *source)
{
  const int32_t *tokens = examples->batch.tokens + examples->sequence[k]
                                                   * examples->batch.n_pos;
  *source = -1;
  if (sscanf (name, "L0H0<-%d", source) != 1)
    return name[0] == 'e' ? EMBED : POS_EMBED;
  if (*source == 0)
    return FIRST;
  if (*source + 1 == (int) examples->batch.n_pos)
    return LAST;
  return tokens[*source] >= tc_skip_trigram_trigger (a->task, 0) ? TRIGGER : FILLER;
}

static enum tc_status
write_components (const struct tc_skip_analysis *a, const struct examples *examples, int k,
                  const struct tc_attribution *attribution, struct tc_csv *csv, double *parts,
                  struct tc_error *err)
{
  const int32_t *tokens = examples->batch.tokens + examples->sequence[k]
                                                   * examples->batch.n_pos;
  enum tc_status status = TC_OK;
  for (size_t i = 0; status == TC_OK && i < attribution->n_components; i++)
    {
      int source;
      const double *logits = tc_dense_row (&attribution->logits, i);
      int part = part_of (a, examples, k, attribution->name[i], &source);
      parts[part] += margin_of (logits, a->n, k);
      parts[TOTAL] += margin_of (logits, a->n, k);
      tc_csv_int (csv, k);
      tc_csv_text (csv, attribution->name[i]);
      if (source < 0)
        tc_csv_text (csv, "");
      else
        tc_csv_int (csv, tokens[source]);
      for (int c = 0; c < a->n; c++)
        tc_csv_float (csv, (float) logits[c]);
      status = tc_csv_end_row (csv, err);
    }
  return status;
}

/* The terms must sum to the model's float32 logits within their rounding.  */
static enum tc_status
check_sum (const struct tc_attribution *attribution, double *worst, struct tc_error *err)
{
  double scale = 1;
  for (size_t i = 0; i < attribution->logits.rows * attribution->logits.cols; i++)
    scale = fmax (scale, fabs (attribution->logits.data[i]));
  *worst = fmax (*worst, attribution->max_error);
  if (!(attribution->max_error < 1e-5 * scale))
    return tc_fail (err, TC_EINVAL, "direct logit attribution misses the logits by %g",
                    attribution->max_error);
  return TC_OK;
}

static enum tc_status
attribute (struct tc_skip_analysis *a, struct examples *examples, struct tc_csv *csv,
           double (*parts)[N_PARTS], double *worst, struct tc_error *err)
{
  enum tc_status status = run_model (a, examples, -1, err);
  for (int k = 0; status == TC_OK && k < a->n; k++)
    {
      struct tc_attribution attribution;
      status = tc_attribute_logits (&a->session->model, examples->run, examples->sequence[k],
                                    examples->batch.n_pos - 1, true, &attribution, err);
      if (status != TC_OK)
        return status;
      status = check_sum (&attribution, worst, err);
      if (status == TC_OK)
        status = write_components (a, examples, k, &attribution, csv, parts[k], err);
      tc_attribution_free (&attribution);
    }
  return status;
}

static enum tc_status
write_attribution (struct tc_skip_analysis *a, struct examples *examples,
                   double (*parts)[N_PARTS], double *worst, struct tc_error *err)
{
  struct tc_csv_columns columns;
  struct tc_csv csv;
  enum tc_status status = tc_csv_columns_alloc (&columns, (size_t) a->n + 3, err);
  if (status == TC_OK)
    {
      tc_csv_columns_add (&columns, "trigram", "the example");
      tc_csv_columns_add (&columns, "component", "L0H0<-7: what the head read from position 7");
      tc_csv_columns_add (&columns, "token", "the token there");
      tc_skip_column_each (&columns, "logit", a->n, "added to the logit of class 0");
      status = tc_skip_csv (a, &csv, "attribution", "Direct logit attribution at the last "
                            "position of each example, after training", &columns, err);
    }
  tc_csv_columns_free (&columns);
  if (status != TC_OK)
    return status;
  status = attribute (a, examples, &csv, parts, worst, err);
  return tc_csv_finish (&csv, status, err);
}

static enum tc_status
write_contributions (const struct tc_skip_analysis *a, double (*parts)[N_PARTS],
                     double *range, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "trigger", "the example's trigger token; each cell: right logit over the mean of the "
                 "wrong ones" },
    { "embed", "from the last token's embedding" },
    { "position", "from the last position's embedding" },
    { "first", "by the head from token 0" },
    { "last", "by the head from token 1" },
    { "filler", "by the head from all filler" },
    { "trigger_", "by the head from the trigger" },
    { "total", "sum: the logit margin" }
  };
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "contributions",
                                          "What the right answer's margin is made of", 8,
                                          columns, err);
  if (status != TC_OK)
    return status;
  *range = 0;
  for (int k = 0; status == TC_OK && k < a->n; k++)
    {
      char label[16];
      snprintf (label, sizeof label, "%d", (int) tc_skip_trigram_trigger (a->task, k));
      tc_csv_text (&csv, label);
      for (int part = 0; part < N_PARTS; part++)
        {
          tc_csv_float (&csv, (float) parts[k][part]);
          *range = fmax (*range, fabs (parts[k][part]));
        }
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

static enum tc_status
report_attribution (struct tc_skip_analysis *a, struct examples *examples,
                    struct tc_error *err)
{
  double (*parts)[N_PARTS] = calloc ((size_t) a->n, sizeof *parts);
  double worst = 0, range = 0, share = 0, others = 0;
  if (parts == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for %d attributions", a->n);
  enum tc_status status = write_attribution (a, examples, parts, &worst, err);
  if (status == TC_OK)
    status = write_contributions (a, parts, &range, err);
  if (status == TC_OK)
    status = tc_skip_figure_attribution (a, range, err);
  for (int k = 0; k < a->n; k++)
    {
      share += 100 * parts[k][TRIGGER] / parts[k][TOTAL] / a->n;
      others = fmax (others, fabs (parts[k][TOTAL] - parts[k][TRIGGER]));
    }
  free (parts);
  tc_macros_real (a->macros, "AttributionError", worst, 2);
  tc_macros_real (a->macros, "TriggerShare", share, 4);
  tc_macros_real (a->macros, "LargestOtherPart", others, 2);
  return status;
}

/* --- both --- */

/* The initial model, two moments around the first onsets, one after the last,
   the end.  */
static size_t
steps_to_show (const struct tc_skip_analysis *a, int *steps)
{
  static const int wanted[] = { 0, 100, 150, 300 };
  size_t n = 0;
  int end = a->session->setup.training.steps;
  for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
    {
      int step = tc_skip_snapshot (a, wanted[i]);
      if (step >= 0 && step < end && (n == 0 || step > steps[n - 1]))
        steps[n++] = step;
    }
  steps[n++] = end;
  return n;
}

enum tc_status
tc_skip_report_examples (struct tc_skip_analysis *a, struct tc_error *err)
{
  struct examples examples;
  int steps[5];
  size_t n_steps = steps_to_show (a, steps);
  enum tc_status status = examples_alloc (a, &examples, err);
  if (status == TC_OK)
    status = write_patterns (a, &examples, n_steps, steps, err);
  if (status == TC_OK)
    status = write_whole_pattern (a, &examples, 0, "pattern_initial",
                                  "Attention pattern of one example before training", err);
  if (status == TC_OK)
    status = write_whole_pattern (a, &examples, -1, "pattern_final",
                                  "Attention pattern of one example after training", err);
  if (status == TC_OK)
    status = tc_skip_figure_patterns (a, n_steps, steps, err);
  if (status == TC_OK)
    status = tc_skip_figure_pattern (a, err);
  if (status == TC_OK)
    status = report_attribution (a, &examples, err);
  examples_free (&examples);
  return status;
}
