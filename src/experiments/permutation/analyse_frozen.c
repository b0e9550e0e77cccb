/* Is attention by position all that is needed?  Attention scores are overwritten in the
   trained model: by what its positions say alone, by the relation itself, by what other
   models' positions say.  */

#include "circuits/ablation.h"
#include "circuits/position_scores.h"
#include "experiments/measure.h"
#include "experiments/permutation/analysis.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* BY_HAND: a score so much above 0 that hardly anything is left for the others.  */
enum { SEQUENCES = 1024, SEQUENCES_OF_OTHERS = 256, DIGITS = 5, BY_HAND = 12 };

/* Models that run `repaired` borrows scores from.  */
static const struct { const char *run, *macro; } lenders[] = {
  { "repaired-seed-1", "OtherSeed" }, { "unsorted", "Unsorted" }, { "notebook", "Notebook" }
};

struct intervention
{
  const struct tc_permutation_analysis *a;
  struct tc_permutation_starts ascending, any_order;
  struct tc_csv csv;
  tc_real *scores;              /* [n_pos, n_pos] what is written */
};

static void
macro_share (const struct tc_permutation_analysis *a, const char *macro, const char *name,
             double share)
{
  char full[64], text[32];
  snprintf (full, sizeof full, "Frozen%s%s", macro, name);
  snprintf (text, sizeof text, share == 1 || share == 0 ? "%.0f" : "%.1f",
            share == 1 ? 100 : fmin (100 * share, 99.9));
  tc_macros_text (a->macros, full, text);
}

/* Measures with the scores (NULL: untouched) and writes a row.  */
static enum tc_status
try (struct intervention *v, const tc_real *scores, const char *name, const char *macro,
     struct tc_error *err)
{
  const struct tc_permutation_analysis *a = v->a;
  const struct tc_ablation ablation = { "blocks.0.attn.hook_attn_scores", TC_ABLATE_MEAN, -1,
                                        scores };
  const struct tc_hook hook = tc_ablation_hook (&ablation);
  const struct tc_hook *used = scores != NULL ? &hook : NULL;
  struct tc_permutation_score s, any;
  struct tc_session *session = a->session;
  double slots = 0;
  char full[64];
  enum tc_status status = tc_permutation_measure (session->compute, &session->model,
                                                  &v->ascending, used, &s, err);
  if (status == TC_OK)
    status = tc_permutation_measure (session->compute, &session->model, &v->any_order, used,
                                     &any, err);
  if (status != TC_OK)
    return status;
  for (int slot = 0; slot < a->task->n; slot++)
    slots += s.slot[slot] / a->task->n;
  tc_csv_text (&v->csv, name);
  tc_csv_int (&v->csv, (long long) s.n_sequences);
  tc_csv_real (&v->csv, tc_rounded (slots, DIGITS));
  tc_csv_real (&v->csv, tc_rounded (s.rest, DIGITS));
  tc_csv_real (&v->csv, tc_rounded (s.characters, DIGITS));
  tc_csv_real (&v->csv, tc_rounded (s.punctuation, DIGITS));
  tc_csv_real (&v->csv, tc_rounded (s.exact, DIGITS));
  tc_csv_real (&v->csv, tc_rounded (any.exact, DIGITS));
  macro_share (a, macro, "Characters", s.characters);
  macro_share (a, macro, "Punctuation", s.punctuation);
  macro_share (a, macro, "Exact", s.exact);
  macro_share (a, macro, "AnyOrder", any.exact);
  snprintf (full, sizeof full, "Frozen%sSlots", macro);
  tc_macros_real (a->macros, full, slots, 4);
  return tc_csv_end_row (&v->csv, err);
}

/* ---- What is written ---- */

/* Its own scores by position, then the relation in their place: related places share
   all attention evenly.  Before punctuation and in the first term its own stay.  */
static enum tc_status
try_own (struct intervention *v, struct tc_error *err)
{
  struct tc_dense scores;
  int8_t *relation = NULL;
  const size_t n = v->a->n_pos * v->a->n_pos;
  enum tc_status status = tc_permutation_position_scores (v->a, &scores, err);
  if (status == TC_OK)
    status = tc_permutation_relation (v->a, &relation, err);
  for (size_t i = 0; status == TC_OK && i < n; i++)
    v->scores[i] = (tc_real) scores.data[i];
  if (status == TC_OK)
    status = try (v, v->scores, "its own, by position", "Own", err);
  if (status == TC_OK)
    {
      for (size_t i = 0; i < n; i++)
        if (relation[i] >= 0)
          v->scores[i] = relation[i] > 0 ? BY_HAND : 0;
      status = try (v, v->scores, "the relation, by hand", "Hand", err);
    }
  for (size_t i = 0; i < n; i++)
    v->scores[i] = 0;
  if (status == TC_OK)
    status = try (v, v->scores, "none: all alike", "Even", err);
  tc_dense_free (&scores);
  free (relation);
  return status;
}

/* Another run's qk.csv: its first column names the query.  */
static enum tc_status
try_other (struct intervention *v, size_t i, struct tc_error *err)
{
  const struct tc_permutation_analysis *a = v->a;
  struct tc_table table;
  char name[64];
  const size_t n = a->n_pos - 1;
  enum tc_status status = tc_session_table (a->session, lenders[i].run, "qk", &table, err);
  if (status != TC_OK)
    return status;
  if (table.n_rows != n || table.n_columns != n + 1)
    status = tc_fail (err, TC_EFORMAT, "qk.csv of run '%s' has %zu rows and %zu columns; "
                      "expected %zu and %zu", lenders[i].run, table.n_rows, table.n_columns,
                      n, n + 1);
  for (size_t p = 0; status == TC_OK && p < n; p++)
    for (size_t r = 0; r <= p; r++)
      v->scores[p * a->n_pos + r] = (tc_real) table.value[p * (n + 1) + 1 + r];
  snprintf (name, sizeof name, "those of %s", lenders[i].run);
  if (status == TC_OK)
    status = try (v, v->scores, name, lenders[i].macro, err);
  tc_table_free (&table);
  return status;
}

static enum tc_status
try_all (struct intervention *v, struct tc_error *err)
{
  enum tc_status status = try (v, NULL, "untouched", "Not", err);
  if (status == TC_OK)
    status = try_own (v, err);
  for (size_t i = 0; status == TC_OK && tc_permutation_is_repaired (v->a)
                     && i < sizeof lenders / sizeof *lenders; i++)
    status = try_other (v, i, err);
  return status;
}

enum tc_status
tc_permutation_report_frozen (struct tc_permutation_analysis *a, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "scores", "what the attention scores are replaced by, in every sequence alike" },
    { "sequences", "held out" },
    { "slots", "mean loss of a character of the first term, nats" },
    { "rest", "mean loss of a token after it, nats" },
    { "characters", "share right of its characters" },
    { "punctuation", "of its spaces and period" },
    { "exact", "share of sequences completed exactly" },
    { "any_order", "the same from the characters in any order" }
  };
  struct intervention v = { .a = a, .scores = calloc (a->n_pos * a->n_pos, sizeof (tc_real)) };
  const size_t count = tc_permutation_is_repaired (a) || tc_permutation_is_run (a, "constant")
                       ? SEQUENCES : SEQUENCES_OF_OTHERS;
  enum tc_status status
    = v.scores != NULL ? TC_OK : tc_fail (err, TC_ENOMEM, "no memory for attention scores");
  if (status == TC_OK)
    status = tc_permutation_starts_alloc (&v.ascending, a->list, count,
                                          TC_PERMUTATION_ASCENDING, 0, err);
  if (status == TC_OK)
    status = tc_permutation_starts_alloc (&v.any_order, a->list, count,
                                          TC_PERMUTATION_ANY_ORDER,
                                          a->task->data_seed + TC_PERMUTATION_STREAM_ORDERS,
                                          err);
  if (status == TC_OK)
    status = tc_session_csv (a->session, &v.csv, "frozen", "Completion with attention scores "
                             "that do not depend on the characters",
                             sizeof columns / sizeof *columns, columns, err);
  if (status == TC_OK)
    status = tc_csv_finish (&v.csv, try_all (&v, err), err);
  tc_macros_int (a->macros, "FrozenTested", (long long) count);
  tc_permutation_starts_free (&v.ascending);
  tc_permutation_starts_free (&v.any_order);
  free (v.scores);
  return status;
}
