/* What rules that only look back must lose on the scored tokens, and what the
   notebook's "optimal loss" is.  */

#include "experiments/induction/analysis.h"

#include "numerics/elementary.h"

#include <math.h>
#include <stdlib.h>

/* Four rules.  One is uniform over all tokens so far, as often as they stand there.  The
   others are uniform over the tokens that followed: all earlier occurrences of the
   query's token; those in the first slot; those whose preceding tokens agree with the
   query's for longest.  The last can be wrong, so that it leaves a thousandth of its
   probability to the second.  */
enum { ANY_TOKEN, ONE_TOKEN, FIRST_SLOT, LONGEST, RULES };
enum { DRAWS = 160, BATCH = 128 };      /* 20480 sequences */
static const double hedge = 0.001;

/* How many tokens before and including `earlier` equal those before and including
   `query`.  */
static size_t
agreement (const int32_t *tokens, size_t earlier, size_t query)
{
  size_t n = 0;
  while (n <= earlier && tokens[earlier - n] == tokens[query - n])
    n++;
  return n;
}

/* -ln p (target) by each rule; never infinite, for one occurrence is the first
   copy's.  */
static void
surprisals (const int32_t *tokens, size_t slot, size_t query, int32_t target,
            double loss[RULES])
{
  size_t best = 0;
  double n[RULES] = { 0 }, right[RULES] = { 0 };
  for (size_t earlier = 0; earlier < query; earlier++)
    {
      const size_t length = agreement (tokens, earlier, query);
      const bool is_right = tokens[earlier + 1] == target;
      const bool counts[RULES] = { true, length > 0, length > 0 && earlier < slot,
                                   length > 0 && length >= best };
      if (length > best)
        {
          best = length;
          n[LONGEST] = right[LONGEST] = 0;
        }
      for (int rule = 0; rule < RULES; rule++)
        {
          n[rule] += counts[rule];
          right[rule] += counts[rule] && is_right;
        }
    }
  const double one = right[ONE_TOKEN] / n[ONE_TOKEN];
  loss[ANY_TOKEN] = -tc_log64 (right[ANY_TOKEN] / n[ANY_TOKEN]);
  loss[ONE_TOKEN] = -tc_log64 (one);
  loss[FIRST_SLOT] = -tc_log64 (right[FIRST_SLOT] / n[FIRST_SLOT]);
  loss[LONGEST] = -tc_log64 ((1 - hedge) * right[LONGEST] / n[LONGEST] + hedge * one);
}

/* Sums over sequences: [copy, offset, rule].  */
static void
add_set (const struct tc_induction_set *set, double *sums)
{
  const size_t scored = (size_t) tc_induction_scored (&set->shape);
  for (size_t i = 0; i < set->n; i++)
    for (size_t k = 0; k < scored; k++)
      {
        double loss[RULES];
        size_t target = i * scored + k;
        surprisals (set->tokens + i * (size_t) set->shape.seq_len,
                    (size_t) tc_induction_slot (&set->shape),
                    (size_t) set->target_pos[target], set->target[target], loss);
        for (int rule = 0; rule < RULES; rule++)
          sums[RULES * k + (size_t) rule] += loss[rule];
      }
}

static enum tc_status
write_csv (const struct tc_induction_analysis *a, const double *sums, double n,
           struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "copy", "copy of the block, from 1" },
    { "offset", "tokens of the copy before the query" },
    { "any_token", "loss of the uniform choice among all tokens so far, nats" },
    { "one_token", "loss of the uniform choice among the tokens that followed earlier "
      "occurrences of the query's token, nats" },
    { "first_slot", "the same of occurrences in the first slot, nats" },
    { "longest_match", "the same of the occurrences whose preceding tokens agree for "
      "longest, with a thousandth for one_token, nats" }
  };
  const int offsets = a->shape->subseq_len - 1;
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "floors",
                                          "What rules that only look back must lose, from "
                                          "20480 sequences", 6, columns, err);
  if (status != TC_OK)
    return status;
  for (int k = 0; status == TC_OK && k < tc_induction_scored (a->shape); k++)
    {
      tc_csv_int (&csv, k / offsets + 2);
      tc_csv_int (&csv, k % offsets);
      for (int rule = 0; rule < RULES; rule++)
        tc_csv_real (&csv, sums[RULES * k + rule] / n);
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

/* Mean over all scored tokens, and the share of it that the first token of a copy
   has.  */
static double
mean (const struct tc_induction_analysis *a, const double *sums, double n, int rule,
      double *first_share)
{
  const int scored = tc_induction_scored (a->shape), offsets = a->shape->subseq_len - 1;
  double sum = 0, first = 0;
  for (int k = 0; k < scored; k++)
    {
      sum += sums[RULES * k + rule];
      first += k % offsets == 0 ? sums[RULES * k + rule] : 0;
    }
  *first_share = first / sum;
  return sum / (n * scored);
}

static void
write_macros (struct tc_induction_analysis *a, const double *sums, double n)
{
  const struct tc_induction_shape *shape = a->shape;
  const double columns = shape->seq_len - 1, unit = tc_induction_unit (shape);
  const double scored = tc_induction_scored (shape);
  double share;
  double any = mean (a, sums, n, ANY_TOKEN, &share);
  tc_induction_number (a, "AnyTokenFloor", any, 3);
  tc_induction_number (a, "AnyTokenFloorPrinted", any * unit, 3);
  double one = mean (a, sums, n, ONE_TOKEN, &share);
  tc_induction_number (a, "OneTokenFloor", one, 3);
  tc_induction_number (a, "OneTokenFloorPrinted", one * unit, 3);
  double slot = mean (a, sums, n, FIRST_SLOT, &share);
  tc_induction_number (a, "FirstSlotFloor", slot, 3);
  tc_induction_number (a, "FirstSlotFloorPrinted", slot * unit, 3);
  double longest = mean (a, sums, n, LONGEST, &share);
  tc_induction_number (a, "LongestMatchFloor", longest, 2);
  tc_induction_number (a, "LongestMatchFloorPrinted", longest * unit, 2);
  tc_macros_real (a->macros, "LongestMatchFirstShare", 100 * share, 3);
  tc_macros_real (a->macros, "Uniform", a->uniform, 5);
  tc_macros_real (a->macros, "UniformPrinted", a->uniform * unit, 5);
  tc_macros_real (a->macros, "Unit", unit, 5);
  tc_macros_real (a->macros, "OptimalPrinted", a->uniform * (columns - scored) / columns, 5);
  tc_macros_int (a->macros, "Unscored", (long long) (columns - scored));
  tc_macros_int (a->macros, "Columns", (long long) columns);
  tc_macros_int (a->macros, "Scored", (long long) scored);
  tc_macros_int (a->macros, "Places", tc_induction_places (shape));
  tc_macros_int (a->macros, "SequenceLength", shape->seq_len);
  tc_macros_int (a->macros, "BlockLength", shape->subseq_len);
  tc_macros_int (a->macros, "SlotLength", tc_induction_slot (shape));
  tc_macros_int (a->macros, "Tokens", shape->vocab_size - 1);
  tc_macros_int (a->macros, "FloorSequences", DRAWS * BATCH);
}

/* Sizes of model and training that the text names.  */
static void
write_settings (const struct tc_induction_analysis *a)
{
  const struct tc_config *c = &a->session->setup.config;
  const struct tc_training_options *t = &a->session->setup.training;
  tc_macros_int (a->macros, "Layers", c->n_layers);
  tc_macros_int (a->macros, "Heads", c->n_heads);
  tc_macros_int (a->macros, "HeadWidth", c->d_head);
  tc_macros_int (a->macros, "ModelWidth", c->d_model);
  tc_macros_int (a->macros, "BatchSize", a->task->batch_size);
  tc_macros_int (a->macros, "Seed", (long long) a->task->data_seed);
  tc_macros_int (a->macros, "WarmupSteps", t->schedule.warmup_steps);
  tc_macros_real (a->macros, "Rate", t->optimizer.lr, 1);
  tc_macros_real (a->macros, "BetaOne", t->optimizer.beta1, 1);
  tc_macros_real (a->macros, "BetaTwo", t->optimizer.beta2, 3);
  tc_macros_int (a->macros, "Decay", (long long) t->optimizer.weight_decay);
}

enum tc_status
tc_induction_report_floors (struct tc_induction_analysis *a, struct tc_error *err)
{
  struct tc_induction_set set;
  struct tc_mt19937 numpy;
  double *sums = calloc ((size_t) tc_induction_scored (a->shape) * RULES, sizeof *sums);
  if (sums == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for the floors");
  enum tc_status status = tc_induction_evaluation (a, &set, BATCH, &numpy, err);
  if (status == TC_OK)
    {
      for (int draw = 0; draw < DRAWS; draw++)
        {
          add_set (&set, sums);
          tc_induction_draw (&set, &numpy);
        }
      tc_induction_set_free (&set);
      write_macros (a, sums, DRAWS * BATCH);
      write_settings (a);
      status = write_csv (a, sums, DRAWS * BATCH, err);
    }
  free (sums);
  return status;
}
