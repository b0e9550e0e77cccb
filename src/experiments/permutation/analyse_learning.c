/* Over training: what the first terms come to cost, and what that does to the lookup of
   places, whose circuits are there by then.  */

#include "circuits/ablation.h"
#include "circuits/copying.h"
#include "circuits/position_scores.h"
#include "experiments/measure.h"
#include "experiments/permutation/analysis.h"
#include "experiments/permutation/figures.h"

#include <math.h>
#include <stdlib.h>

/* Every fourth snapshot, and of the first ones all.  */
enum { SEQUENCES = 256, ALL_OF = 4, EVERY = 4, DIGITS = 5 };

struct progress
{
  struct tc_permutation_starts ascending, any_order;
  int8_t *relation;
  tc_real *scores;              /* [n_pos, n_pos] */
};

struct moment
{
  struct tc_permutation_score ascending, any_order, by_position;
  struct tc_relation_fit fit;
};

static enum tc_status
look (const struct tc_permutation_analysis *a, struct progress *p, struct moment *m,
      struct tc_error *err)
{
  struct tc_session *s = a->session;
  struct tc_dense scores;
  const struct tc_ablation ablation = { "blocks.0.attn.hook_attn_scores", TC_ABLATE_MEAN, -1,
                                        p->scores };
  const struct tc_hook hook = tc_ablation_hook (&ablation);
  enum tc_status status = tc_permutation_position_scores (a, &scores, err);
  if (status == TC_OK)
    {
      m->fit = tc_relation_fit (&scores, p->relation);
      for (size_t i = 0; i < a->n_pos * a->n_pos; i++)
        p->scores[i] = (tc_real) scores.data[i];
    }
  if (status == TC_OK)
    status = tc_permutation_measure (s->compute, &s->model, &p->ascending, NULL,
                                     &m->ascending, err);
  if (status == TC_OK)
    status = tc_permutation_measure (s->compute, &s->model, &p->any_order, NULL,
                                     &m->any_order, err);
  if (status == TC_OK)
    status = tc_permutation_measure (s->compute, &s->model, &p->any_order, &hook,
                                     &m->by_position, err);
  tc_dense_free (&scores);
  return status;
}

static enum tc_status
write_row (const struct tc_permutation_analysis *a, struct tc_csv *csv, int step,
           const struct moment *m, struct tc_error *err)
{
  double slots = 0;
  for (int slot = 0; slot < a->task->n; slot++)
    slots += m->ascending.slot[slot] / a->task->n;
  const double value[] = {
    slots, m->ascending.rest, m->ascending.exact, m->any_order.exact, m->by_position.exact,
    m->fit.first, m->fit.explained
  };
  tc_csv_int (csv, step);
  for (size_t i = 0; i < sizeof value / sizeof *value; i++)
    tc_csv_real (csv, tc_rounded (value[i], DIGITS));
  return tc_csv_end_row (csv, err);
}

/* Untrained, the same measures are the control.  */
static enum tc_status
report_control (const struct tc_permutation_analysis *a, const struct moment *m,
                struct tc_error *err)
{
  struct tc_dense ov = { 0 };
  double copying = 0;
  enum tc_status status = tc_permutation_ov (a, &ov, err);
  if (status == TC_OK)
    status = tc_copying_score (&ov, ov.rows, &copying, err);
  tc_dense_free (&ov);
  tc_macros_real (a->macros, "UntrainedQKFirst", 100 * m->fit.first, 3);
  tc_macros_real (a->macros, "UntrainedQKExplained", 100 * m->fit.explained, 2);
  tc_macros_real (a->macros, "UntrainedOVCopying", tc_rounded (copying, 6), 2);
  return status;
}

static enum tc_status
write_all (struct tc_permutation_analysis *a, struct progress *p, struct tc_csv *csv,
           struct tc_error *err)
{
  enum tc_status status = TC_OK;
  double least = 1, explained = 0, first = NAN, lowest = 1;
  for (size_t i = 0; status == TC_OK && i < a->n_snapshots; i++)
    {
      struct moment m;
      if (i > ALL_OF && i % EVERY != 0 && i + 1 < a->n_snapshots)
        continue;
      status = tc_session_load (a->session, a->snapshot[i], err);
      if (status == TC_OK)
        status = look (a, p, &m, err);
      if (status == TC_OK)
        status = write_row (a, csv, a->snapshot[i], &m, err);
      if (status == TC_OK && a->snapshot[i] == 0)
        status = report_control (a, &m, err);
      if (status != TC_OK || a->snapshot[i] == 0)
        continue;
      least = fmin (least, m.by_position.exact);
      explained = fmax (explained, m.fit.explained);
      first = isnan (first) ? m.any_order.exact : first;
      lowest = fmin (lowest, m.any_order.exact);
    }
  tc_macros_real (a->macros, "LearningLeastByPosition", 100 * least, 3);
  tc_macros_real (a->macros, "LearningMostExplained", 100 * explained, 2);
  tc_macros_real (a->macros, "LearningFirstAnyOrder", 100 * first, 3);
  tc_macros_real (a->macros, "LearningLeastAnyOrder", 100 * lowest, 3);
  if (a->n_snapshots > 1)
    tc_macros_int (a->macros, "LearningFirstStep", a->snapshot[1]);
  return status;
}

enum tc_status
tc_permutation_report_learning (struct tc_permutation_analysis *a, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "step", "of the snapshot" },
    { "slots", "mean loss of a character of the first term, held-out combinations, nats" },
    { "rest", "mean loss of a token after it, nats" },
    { "ascending", "share of ascending first terms completed exactly" },
    { "any_order", "share of first terms in any order completed exactly" },
    { "by_position", "the same with the scores that positions alone give" },
    { "first", "share of rows whose greatest score by position is a right place" },
    { "explained", "share of the variance of scores by position that the relation explains" }
  };
  struct progress p = { .relation = NULL };
  struct tc_csv csv;
  enum tc_status status = tc_permutation_relation (a, &p.relation, err);
  p.scores = calloc (a->n_pos * a->n_pos, sizeof *p.scores);
  if (status == TC_OK && p.scores == NULL)
    status = tc_fail (err, TC_ENOMEM, "no memory for attention scores");
  if (status == TC_OK)
    status = tc_permutation_starts_alloc (&p.ascending, a->list, SEQUENCES,
                                          TC_PERMUTATION_ASCENDING, 0, err);
  if (status == TC_OK)
    status = tc_permutation_starts_alloc (&p.any_order, a->list, SEQUENCES,
                                          TC_PERMUTATION_ANY_ORDER,
                                          a->task->data_seed + TC_PERMUTATION_STREAM_ORDERS,
                                          err);
  if (status == TC_OK)
    status = tc_session_csv (a->session, &csv, "learning", "Completion over training",
                             sizeof columns / sizeof *columns, columns, err);
  if (status == TC_OK)
    status = tc_csv_finish (&csv, write_all (a, &p, &csv, err), err);
  tc_macros_int (a->macros, "LearningTested", SEQUENCES);
  tc_permutation_starts_free (&p.ascending);
  tc_permutation_starts_free (&p.any_order);
  free (p.relation);
  free (p.scores);
  return status == TC_OK ? tc_permutation_figure_learning (a, err) : status;
}
