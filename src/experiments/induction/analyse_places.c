/* Loss by where the first copy begins and how far the query is in its copy.  */

#include "experiments/induction/analysis.h"
#include "experiments/induction/figures.h"

#include "circuits/generate.h"
#include "numerics/elementary.h"

#include <stdlib.h>

enum { DRAWS = 160, BATCH = 128 };      /* 20480 sequences */

/* Queries by how often their token stands in the first slot: 1, 2, 3 or more.  */
enum { MANY = 3 };

struct places
{
  size_t starts, offsets;       /* 13, 15 */
  double *loss;                 /* [copies - 1, starts, offsets], sums */
  double *count;                /* the same */
  double often_loss[MANY], often_count[MANY];
};

/* Occurrences of a token in the first slot, less 1, at most MANY - 1.  */
static size_t
others_in_slot (const int32_t *tokens, size_t slot, int32_t token)
{
  size_t n = 0;
  for (size_t p = 1; p <= slot; p++)
    n += tokens[p] == token;
  return n - 1 < MANY - 1 ? n - 1 : MANY - 1;
}

/* Adds a batch whose rows of logits are rows[n_targets].  */
static void
add_batch (struct places *p, const struct tc_induction_set *set, size_t classes,
           const tc_real *const *rows)
{
  const size_t scored = (size_t) tc_induction_scored (&set->shape);
  const size_t copies = (size_t) set->shape.num_repeats;
  for (size_t k = 0; k < set->n * scored; k++)
    {
      size_t start = (size_t) set->start[k / scored * copies] - 1;
      size_t copy = k % scored / p->offsets, offset = k % p->offsets;
      size_t cell = (copy * p->starts + start) * p->offsets + offset;
      const int32_t *tokens = set->tokens + k / scored * (size_t) set->shape.seq_len;
      size_t others = others_in_slot (tokens, (size_t) tc_induction_slot (&set->shape),
                                      tokens[set->target_pos[k]]);
      double loss = tc_surprisal (classes, rows[k], (size_t) set->target[k]);
      p->loss[cell] += loss;
      p->count[cell]++;
      p->often_loss[others] += loss;
      p->often_count[others]++;
    }
}

static enum tc_status
measure (const struct tc_induction_analysis *a, struct places *p, struct tc_error *err)
{
  struct tc_learner *learner = &a->session->learner;
  struct tc_induction_set set;
  struct tc_mt19937 numpy;
  struct tc_batch batch;
  enum tc_status status = tc_induction_evaluation (a, &set, BATCH, &numpy, err);
  if (status != TC_OK)
    return status;
  tc_induction_batch (&set, &batch);
  const tc_real **rows = calloc (batch.n_targets, sizeof *rows);
  if (rows == NULL)
    status = tc_fail (err, TC_ENOMEM, "no memory for %zu rows", batch.n_targets);
  for (int draw = 0; status == TC_OK && draw < DRAWS; draw++)
    {
      status = learner->forward (learner->self, &batch, rows, err);
      if (status == TC_OK)
        add_batch (p, &set, learner->d_vocab_out, (const tc_real *const *) rows);
      tc_induction_draw (&set, &numpy);
    }
  free (rows);
  tc_induction_set_free (&set);
  return status;
}

static enum tc_status
write_csv (const struct tc_induction_analysis *a, const struct places *p, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "copy", "copy of the block, from 1" },
    { "start", "position of the first copy's first token" },
    { "offset", "tokens of the copy before the query" },
    { "loss", "mean, nats" }, { "count", "queries" }
  };
  const size_t cells = p->starts * p->offsets;
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "places",
                                          "Loss by place of the first copy and of the query",
                                          5, columns, err);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; status == TC_OK && i < cells * (size_t) (a->shape->num_repeats - 1); i++)
    {
      tc_csv_int (&csv, (long long) (i / cells + 2));
      tc_csv_int (&csv, (long long) (i / p->offsets % p->starts + 1));
      tc_csv_int (&csv, (long long) (i % p->offsets));
      tc_csv_real (&csv, p->loss[i] / p->count[i]);
      tc_csv_int (&csv, (long long) p->count[i]);
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

/* Whether the query's token is unique in the first slot.  */
static enum tc_status
write_ambiguity (struct tc_induction_analysis *a, const struct places *p, double all,
                 struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "occurrences", "of the query's token in the first slot; 3: or more" },
    { "share", "of all scored queries" }, { "loss", "their mean, nats" },
    { "of_loss", "their share of the whole loss" }
  };
  struct tc_csv csv;
  double count = 0;
  for (size_t i = 0; i < MANY; i++)
    count += p->often_count[i];
  enum tc_status status = tc_session_csv (a->session, &csv, "ambiguity",
                                          "Loss by how often the query's token stands in "
                                          "the first slot", 4, columns, err);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; status == TC_OK && i < MANY; i++)
    {
      tc_csv_int (&csv, (long long) i + 1);
      tc_csv_real (&csv, p->often_count[i] / count);
      tc_csv_real (&csv, p->often_loss[i] / p->often_count[i]);
      tc_csv_real (&csv, p->often_loss[i] / (all * count));
      status = tc_csv_end_row (&csv, err);
    }
  const double ln2 = tc_log64 (2);
  tc_macros_real (a->macros, "Excess", all - tc_induction_own_number (a, "FirstSlotFloor"), 3);
  tc_macros_real (a->macros, "UniqueExcess", p->often_loss[0] / count, 2);
  tc_macros_real (a->macros, "TwiceExcess",
                  (p->often_loss[1] - ln2 * p->often_count[1]) / count, 2);
  tc_induction_number (a, "UniqueLoss", p->often_loss[0] / p->often_count[0], 3);
  tc_macros_real (a->macros, "UniqueShare", 100 * p->often_count[0] / count, 3);
  tc_macros_real (a->macros, "UniqueOfLoss", 100 * p->often_loss[0] / (all * count), 3);
  tc_macros_real (a->macros, "TwiceLoss", p->often_loss[1] / p->often_count[1], 3);
  tc_macros_real (a->macros, "TwiceShare", 100 * p->often_count[1] / count, 3);
  return tc_csv_finish (&csv, status, err);
}

/* Mean over the copies of the cells that `start` and `offset` name (-1: all), and
   their share of all queries and of the whole loss.  */
struct part { double loss, of_queries, of_loss; };

static struct part
part_of (const struct places *p, size_t copies, int start, int offset)
{
  double loss = 0, count = 0, all_loss = 0, all = 0;
  for (size_t i = 0; i < copies * p->starts * p->offsets; i++)
    {
      bool is_in = (start < 0 || (size_t) start == i / p->offsets % p->starts + 1)
                   && (offset < 0 || (size_t) offset == i % p->offsets);
      loss += is_in ? p->loss[i] : 0;
      count += is_in ? p->count[i] : 0;
      all_loss += p->loss[i];
      all += p->count[i];
    }
  return (struct part) { loss / count, count / all, loss / all_loss };
}

static void
write_numbers (struct tc_induction_analysis *a, const struct places *p)
{
  const size_t copies = (size_t) a->shape->num_repeats - 1;
  const int last = (int) p->offsets - 1, starts = (int) p->starts;
  struct part corner = part_of (p, copies, starts, last), first = part_of (p, copies, -1, 0);
  struct part all = part_of (p, copies, -1, -1);
  double rest = (all.loss - all.loss * first.of_loss) / (1 - first.of_queries);
  tc_induction_number (a, "PlacesLoss", all.loss, 3);
  tc_induction_number (a, "CornerLoss", corner.loss, 3);
  tc_macros_real (a->macros, "CornerQueries", 100 * corner.of_queries, 2);
  tc_macros_real (a->macros, "CornerShare", corner.loss * corner.of_queries, 2);
  tc_macros_real (a->macros, "CornerOfLoss", 100 * corner.of_loss, 2);
  tc_macros_int (a->macros, "LastPlace", starts);
  tc_macros_int (a->macros, "LastOffset", last);
  tc_macros_int (a->macros, "CornerKey", starts + last + 1);
  tc_macros_real (a->macros, "FirstTokenLoss", first.loss, 3);
  tc_macros_real (a->macros, "FirstTokenOfLoss", 100 * first.of_loss, 3);
  tc_macros_real (a->macros, "LaterTokensLoss", rest, 3);
  tc_macros_real (a->macros, "LastOffsetLoss", part_of (p, copies, -1, last).loss, 3);
}

enum tc_status
tc_induction_report_places (struct tc_induction_analysis *a, struct tc_error *err)
{
  struct places p = { .starts = (size_t) tc_induction_places (a->shape),
                      .offsets = (size_t) a->shape->subseq_len - 1 };
  const size_t cells = p.starts * p.offsets * (size_t) (a->shape->num_repeats - 1);
  p.loss = calloc (2 * cells, sizeof *p.loss);
  if (p.loss == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for %zu places", cells);
  p.count = p.loss + cells;
  enum tc_status status = measure (a, &p, err);
  if (status == TC_OK)
    status = write_csv (a, &p, err);
  if (status == TC_OK)
    write_numbers (a, &p);
  if (status == TC_OK)
    status = write_ambiguity (a, &p, part_of (&p, (size_t) a->shape->num_repeats - 1, -1,
                                              -1).loss, err);
  free (p.loss);
  if (status == TC_OK)
    status = tc_induction_figure_places (a, err);
  return status;
}
