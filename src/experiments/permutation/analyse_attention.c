/* Where the head looks: one sequence whole, as the notebook's last cells show it, and
   means over held-out sequences.  */

#include "experiments/measure.h"
#include "experiments/permutation/analysis.h"
#include "experiments/permutation/figures.h"
#include "report/csv_columns.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { SEQUENCES = 256, CHUNK = 32, DIGITS = 4 };

/* ---- Running ---- */

/* A run over whole sequences, and its patterns.  */
struct watch
{
  struct tc_permutation_set set;
  struct tc_permutation_starts starts;
  struct tc_run *run;
};

static enum tc_status
open_watch (const struct tc_permutation_analysis *a, struct watch *w, struct tc_error *err)
{
  *w = (struct watch) { .run = NULL };
  enum tc_status status
    = tc_permutation_starts_alloc (&w->starts, a->list,
                                   a->n_held_out < SEQUENCES ? a->n_held_out : SEQUENCES,
                                   TC_PERMUTATION_ASCENDING, 0, err);
  if (status == TC_OK)
    status = tc_permutation_set_alloc (&w->set, a->task->n, CHUNK, err);
  if (status == TC_OK)
    status = tc_run_alloc (&w->run, a->config, TC_ROWS_ALL, CHUNK, a->n_pos,
                           CHUNK * (a->n_pos - 1), err);
  return status;
}

static void
close_watch (struct watch *w)
{
  tc_run_free (w->run);
  tc_permutation_set_free (&w->set);
  tc_permutation_starts_free (&w->starts);
}

/* The patterns [n_seq, n_pos, n_pos] of held-out sequences from number `from`.  */
static enum tc_status
attend (const struct tc_permutation_analysis *a, struct watch *w, size_t from, size_t n_seq,
        const tc_real **pattern, struct tc_error *err)
{
  struct tc_batch batch;
  struct tc_activation activation;
  for (size_t i = 0; i < n_seq; i++)
    tc_permutation_set_sequence (&w->set, i,
                                 w->starts.first + (from + i) * (size_t) a->task->n);
  tc_permutation_batch (&w->set, n_seq, &batch);
  enum tc_status status = tc_forward (a->session->compute, &a->session->model, &batch, w->run,
                                      err);
  if (status == TC_OK)
    status = tc_run_activation (w->run, &a->session->model, "blocks.0.attn.hook_pattern",
                                &activation, err);
  if (status == TC_OK)
    *pattern = activation.data;
  return status;
}

/* ---- One sequence ---- */

static void
label_of (const struct watch *w, size_t position, char label[24])
{
  char c = tc_permutation_characters[w->set.tokens[position]];
  snprintf (label, 24, "%zu:%c", position, c == ' ' ? '_' : c);
}

static enum tc_status
write_pattern (const struct tc_permutation_analysis *a, const struct watch *w,
               const tc_real *pattern, struct tc_error *err)
{
  struct tc_csv csv;
  struct tc_csv_columns columns;
  char label[24];
  const size_t n = a->n_pos - 1;
  enum tc_status status = tc_csv_columns_alloc (&columns, n + 1, err);
  if (status != TC_OK)
    return status;
  tc_csv_columns_add (&columns, "query", "position:character that attends");
  for (size_t r = 0; r < n; r++)
    {
      label_of (w, r, label);
      tc_csv_columns_add (&columns, label, "attention on it; empty: masked");
    }
  status = tc_session_csv (a->session, &csv, "pattern", "Attention in one held-out sequence; "
                           "a blank is written _", columns.n, columns.column, err);
  tc_csv_columns_free (&columns);
  for (size_t p = 0; status == TC_OK && p < n; p++)
    {
      label_of (w, p, label);
      tc_csv_text (&csv, label);
      for (size_t r = 0; r < n; r++)
        tc_csv_real (&csv, r <= p ? tc_rounded (pattern[p * a->n_pos + r], 3) : NAN);
      status = tc_csv_end_row (&csv, err);
    }
  return status == TC_OK ? tc_csv_finish (&csv, status, err) : status;
}

/* The notebook's coloured tokens, for a few positions: what they read, and who reads
   them.  */
static enum tc_status
write_tokens (const struct tc_permutation_analysis *a, const struct watch *w,
              const tc_real *pattern, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "view", "0, 1: what this query reads; 2: which queries read this key" },
    { "about", "position of the query, or key" },
    { "position", "of the token" },
    { "token", "the character; a blank is written _" },
    { "attention", "the query's on this token; or this token's on the key" }
  };
  const int n = a->task->n;
  const size_t terms = tc_permutation_terms (n);
  const size_t about[] = { tc_permutation_place (n, terms / 2, 1) - 1,
                           tc_permutation_place (n, terms / 2, n) - 1,
                           tc_permutation_place (n, 0, 1) };
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "tokens",
                                          "A held-out sequence, coloured by attention", 5,
                                          columns, err);
  if (status != TC_OK)
    return status;
  for (int view = 0; view < 3; view++)
    for (size_t p = 0; status == TC_OK && p + 1 < a->n_pos; p++)
      {
        size_t query = view < 2 ? about[view] : p, key = view < 2 ? p : about[view];
        char c[] = { tc_permutation_characters[w->set.tokens[p]], '\0' };
        tc_csv_int (&csv, view);
        tc_csv_int (&csv, (long long) about[view]);
        tc_csv_int (&csv, (long long) p);
        tc_csv_text (&csv, c[0] == ' ' ? "_" : c);
        tc_csv_real (&csv, key <= query ? tc_rounded (pattern[query * a->n_pos + key], DIGITS)
                                        : NAN);
        status = tc_csv_end_row (&csv, err);
      }
  return tc_csv_finish (&csv, status, err);
}

/* ---- Means ---- */

/* What a query does whose next character stands at term `term`.  */
struct gaze
{
  double n, right, first, greatest, effective;
};

static void
look (const struct tc_permutation_analysis *a, const tc_real *row, size_t p, struct gaze *g)
{
  const int wanted = tc_permutation_element (a, p + 1);
  double right = 0, first = 0, squares = 0;
  size_t best = 0;
  for (size_t r = 0; r <= p; r++)
    {
      double w = row[r];
      squares += w * w;
      if (row[r] > row[best])
        best = r;
      if (tc_permutation_element (a, r) != wanted)
        continue;
      right += w;
      if (r < 2 + (size_t) a->task->n)
        first += w;
    }
  g->n++;
  g->right += right;
  g->first += first;
  g->greatest += tc_permutation_element (a, best) == wanted;
  g->effective += 1 / squares;
}

/* Attention of positions before a space (and before the period): on spaces, on '>', on
   characters.  */
struct rest
{
  double n[2], on[2][3];
};

static void
look_around (const struct tc_permutation_analysis *a, const tc_real *row, size_t p,
             struct rest *rest)
{
  const bool is_period = p + 2 == a->n_pos;
  rest->n[is_period]++;
  for (size_t r = 0; r <= p; r++)
    rest->on[is_period][tc_permutation_element (a, r) >= 0 ? 2 : r == 0] += row[r];
}

static void
report_rest (const struct tc_permutation_analysis *a, const struct rest *rest)
{
  tc_macros_real (a->macros, "SpaceOnSpaces", 100 * rest->on[0][0] / rest->n[0], 3);
  tc_macros_real (a->macros, "SpaceOnBegin", 100 * rest->on[0][1] / rest->n[0], 2);
  tc_macros_real (a->macros, "PeriodOnSpaces", 100 * rest->on[1][0] / rest->n[1], 3);
  tc_macros_real (a->macros, "PeriodOnBegin", 100 * rest->on[1][1] / rest->n[1], 3);
}

/* gaze [n!], by term.  */
static enum tc_status
collect (const struct tc_permutation_analysis *a, struct watch *w, struct gaze *gaze,
         struct rest *rest, struct tc_error *err)
{
  enum tc_status status = TC_OK;
  const size_t n = (size_t) a->task->n;
  for (size_t from = 0; status == TC_OK && from < w->starts.count; from += CHUNK)
    {
      size_t n_seq = w->starts.count - from < CHUNK ? w->starts.count - from : CHUNK;
      const tc_real *pattern = NULL;
      status = attend (a, w, from, n_seq, &pattern, err);
      for (size_t s = 0; status == TC_OK && s < n_seq; s++)
        for (size_t p = n + 1; p + 1 < a->n_pos; p++)
          {
            const tc_real *row = pattern + (s * a->n_pos + p) * a->n_pos;
            if (tc_permutation_element (a, p + 1) >= 0)
              look (a, row, p, &gaze[(p - 1) / (n + 1)]);
            else
              look_around (a, row, p, rest);
          }
    }
  return status;
}

static enum tc_status
write_means (const struct tc_permutation_analysis *a, const struct gaze *gaze,
             struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "term", "of the character that is to come, from 1" },
    { "right", "attention on all earlier places of that character" },
    { "first", "on its place in the first term" },
    { "uniform_first", "that share if all earlier places shared `right` evenly" },
    { "greatest", "share of queries with the most attention on such a place" },
    { "effective", "places attended to: 1 / sum of squared attention" }
  };
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "attention", "Attention of "
                                          "positions that predict a character, by term", 6,
                                          columns, err);
  if (status != TC_OK)
    return status;
  for (size_t term = 1; status == TC_OK && term < tc_permutation_terms (a->task->n); term++)
    {
      const struct gaze *g = &gaze[term];
      tc_csv_int (&csv, (long long) term + 1);
      tc_csv_real (&csv, tc_rounded (g->right / g->n, DIGITS));
      tc_csv_real (&csv, tc_rounded (g->first / g->n, DIGITS));
      tc_csv_real (&csv, tc_rounded (g->right / g->n / (double) term, DIGITS));
      tc_csv_real (&csv, tc_rounded (g->greatest / g->n, DIGITS));
      tc_csv_real (&csv, tc_rounded (g->effective / g->n, DIGITS));
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

static void
report_means (const struct tc_permutation_analysis *a, const struct gaze *gaze)
{
  const size_t terms = tc_permutation_terms (a->task->n);
  struct gaze all = { 0 };
  for (size_t term = 1; term < terms; term++)
    {
      all.n += gaze[term].n;
      all.right += gaze[term].right;
      all.first += gaze[term].first;
      all.greatest += gaze[term].greatest;
    }
  tc_macros_real (a->macros, "AttentionRight", 100 * all.right / all.n, 3);
  tc_macros_real (a->macros, "AttentionFirst", 100 * all.first / all.n, 3);
  tc_macros_real (a->macros, "AttentionGreatest", 100 * all.greatest / all.n, 4);
  tc_macros_real (a->macros, "AttentionRightLast",
                  100 * gaze[terms - 1].right / gaze[terms - 1].n, 3);
  tc_macros_real (a->macros, "AttentionEffectiveLast",
                  gaze[terms - 1].effective / gaze[terms - 1].n, 3);
  tc_macros_int (a->macros, "AttentionCopiesLast", (long long) terms - 1);
}

static enum tc_status
report (const struct tc_permutation_analysis *a, struct watch *w, struct gaze *gaze,
        struct tc_error *err)
{
  const tc_real *pattern = NULL;
  struct rest rest = { { 0 }, { { 0 } } };
  enum tc_status status = attend (a, w, 0, 1, &pattern, err);
  if (status == TC_OK && tc_permutation_is_shown (a))
    status = write_pattern (a, w, pattern, err);
  if (status == TC_OK && tc_permutation_is_shown (a))
    status = write_tokens (a, w, pattern, err);
  if (status == TC_OK)
    status = collect (a, w, gaze, &rest, err);
  if (status != TC_OK)
    return status;
  report_means (a, gaze);
  report_rest (a, &rest);
  return write_means (a, gaze, err);
}

enum tc_status
tc_permutation_report_attention (struct tc_permutation_analysis *a, struct tc_error *err)
{
  struct watch w;
  struct gaze *gaze = calloc (tc_permutation_terms (a->task->n), sizeof *gaze);
  enum tc_status status = open_watch (a, &w, err);
  if (status == TC_OK && gaze == NULL)
    status = tc_fail (err, TC_ENOMEM, "no memory for %zu terms",
                      tc_permutation_terms (a->task->n));
  if (status == TC_OK)
    status = report (a, &w, gaze, err);
  close_watch (&w);
  free (gaze);
  if (status == TC_OK && tc_permutation_is_shown (a))
    status = tc_permutation_figure_pattern (a, err);
  if (status == TC_OK && tc_permutation_is_shown (a))
    status = tc_permutation_figure_tokens (a, err);
  return status == TC_OK ? tc_permutation_figure_attention (a, err) : status;
}
