#include "experiments/addition/analysis.h"

#include "experiments/addition/chains.h"
#include "experiments/addition/figures.h"
#include "experiments/addition/probe.h"

#include <math.h>
#include <stdio.h>

/* Accuracy by the longest chain of carries through 9s.  Long chains are rare, so
   that every class is sampled for itself; the accuracy over random sums is the mean
   weighted with the classes' exact shares.

   The model is given the right digits before the one it predicts.  For whole sums
   this makes no difference: one that goes on from its own digits goes wrong at the
   same first digit.  */

/* Sums of each class, in batches that the model takes at a time; their own stream,
   beside the one of the fresh test data.  */
enum { SAMPLE = 10000, AT_A_TIME = 250, STREAM = 2 };

struct score
{
  double share;                 /* of all pairs of numbers */
  long right;                   /* sums with every digit right, of SAMPLE */
  long wrong[TC_ADDITION_MAX_DIGITS + 1];       /* by answer digit */
};

static void
count_batch (const struct tc_addition_probe *probe, size_t n_answers, struct score *score)
{
  for (size_t i = 0; i < AT_A_TIME; i++)
    {
      bool all = true;
      for (size_t k = 0; k < n_answers; k++)
        if (tc_addition_probe_guess (probe, i, k) != tc_addition_probe_truth (probe, i, k))
          {
            score->wrong[k]++;
            all = false;
          }
      score->right += all;
    }
}

static enum tc_status
score_class (const struct tc_addition_analysis *a, const struct tc_addition_chains *chains,
             int chain, struct tc_torch_rng *rng, struct tc_addition_probe *probe,
             struct score *score, struct tc_error *err)
{
  enum tc_status status = TC_OK;
  *score = (struct score) { .share = (double) tc_addition_chains_size (chains, chain)
                                     / (double) tc_addition_chains_total (chains) };
  for (int done = 0; status == TC_OK && done < SAMPLE; done += AT_A_TIME)
    {
      for (size_t i = 0; i < AT_A_TIME; i++)
        tc_addition_chains_draw (chains, chain, rng, &probe->set, i);
      status = tc_addition_probe_run (probe, err);
      if (status == TC_OK)
        count_batch (probe, a->n_answers, score);
    }
  return status;
}

static double
accuracy_of (const struct score *score)
{
  return (double) score->right / SAMPLE;
}

/* Standard error of a share of SAMPLE sums.  */
static double
error_of (const struct score *score)
{
  double p = accuracy_of (score);
  return sqrt (p * (1 - p) / SAMPLE);
}

static double
published_accuracy (const struct tc_addition_analysis *a, int chain)
{
  char key[32];
  snprintf (key, sizeof key, "accuracy_chain_%d", chain);
  return a->num_digits == 5 ? tc_addition_published (key) : NAN;
}

/* ---- Files ---- */

static enum tc_status
write_accuracy (const struct tc_addition_analysis *a, const struct score *score,
                struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "chain", "longest run of columns that pass on a carry through a 9" },
    { "share", "exact share of all pairs of numbers" },
    { "sums", "sums sampled, uniformly from the class" },
    { "right", "of these, with every digit right" },
    { "accuracy", "right / sums" },
    { "standard_error", "of the accuracy" },
    { "published", "accuracy of the published model; empty: none" }
  };
  struct tc_csv csv;
  enum tc_status status
    = tc_session_csv (a->session, &csv, "accuracy", "Accuracy by longest chain of carries",
                      sizeof columns / sizeof *columns, columns, err);
  if (status != TC_OK)
    return status;
  for (int chain = 0; status == TC_OK && chain < a->num_digits; chain++)
    {
      tc_csv_int (&csv, chain);
      tc_csv_real (&csv, score[chain].share);
      tc_csv_int (&csv, SAMPLE);
      tc_csv_int (&csv, score[chain].right);
      tc_csv_real (&csv, accuracy_of (&score[chain]));
      tc_csv_float (&csv, (float) error_of (&score[chain]));
      tc_csv_real (&csv, published_accuracy (a, chain));
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

static enum tc_status
write_errors (const struct tc_addition_analysis *a, const struct score *score,
              struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "chain", "longest chain of carries of the sums" },
    { "tok", "answer digit, the leading one first" },
    { "place", "what it counts" },
    { "wrong", "share of the class's sums in which it is wrong, the digits before it given" }
  };
  struct tc_csv csv;
  enum tc_status status
    = tc_session_csv (a->session, &csv, "errors", "Which digits are wrong, by longest chain of "
                      "carries", sizeof columns / sizeof *columns, columns, err);
  if (status != TC_OK)
    return status;
  for (int chain = 0; chain < a->num_digits; chain++)
    for (size_t k = 0; status == TC_OK && k < a->n_answers; k++)
      {
        tc_csv_int (&csv, chain);
        tc_csv_int (&csv, (long long) k);
        tc_csv_text (&csv, tc_addition_place (a, k));
        tc_csv_real (&csv, (double) score[chain].wrong[k] / SAMPLE);
        status = tc_csv_end_row (&csv, err);
      }
  return tc_csv_finish (&csv, status, err);
}

static void
describe (const struct tc_addition_analysis *a, const struct score *score)
{
  static const char *const chains[] = { "Zero", "One", "Two", "Three", "Four", "Five", "Six",
                                        "Seven" };
  double overall = 0, variance = 0;
  char name[64];
  for (int chain = 0; chain < a->num_digits; chain++)
    {
      const struct score *s = &score[chain];
      overall += s->share * accuracy_of (s);
      variance += s->share * s->share * error_of (s) * error_of (s);
      snprintf (name, sizeof name, "ChainShare%s", chains[chain]);
      tc_macros_real (a->macros, name, 100 * s->share, 3);
      snprintf (name, sizeof name, "Accuracy%s", chains[chain]);
      tc_macros_real (a->macros, name, 100 * accuracy_of (s), 3);
      snprintf (name, sizeof name, "PublishedAccuracy%s", chains[chain]);
      tc_macros_real (a->macros, name, 100 * published_accuracy (a, chain), 3);
    }
  for (size_t k = 0; k < a->n_answers; k++)
    {
      double wrong = 0;
      for (int chain = 0; chain < a->num_digits; chain++)
        wrong += score[chain].share * (double) score[chain].wrong[k] / SAMPLE;
      tc_addition_macro (a, "Wrong", k, 100 * wrong, 2);
    }
  tc_macros_real (a->macros, "Accuracy", 100 * overall, 4);
  tc_macros_real (a->macros, "AccuracyError", 100 * sqrt (variance), 1);
  tc_macros_real (a->macros, "PublishedAccuracy", 100 * tc_addition_published ("accuracy"), 3);
  tc_macros_int (a->macros, "ChainSample", SAMPLE);
}

enum tc_status
tc_addition_report_accuracy (struct tc_addition_analysis *a, struct tc_error *err)
{
  struct score score[TC_ADDITION_MAX_DIGITS];
  struct tc_addition_chains chains;
  struct tc_addition_probe probe;
  struct tc_torch_rng rng;
  tc_addition_chains_count (&chains, a->num_digits);
  tc_torch_seed (&rng, tc_addition_stream_seed (a->task->data_seed, STREAM));
  enum tc_status status
    = tc_addition_probe_alloc (&probe, a->session->compute, &a->session->model, a->num_digits,
                               AT_A_TIME, TC_ROWS_NEEDED, err);
  for (int chain = 0; status == TC_OK && chain < a->num_digits; chain++)
    status = score_class (a, &chains, chain, &rng, &probe, &score[chain], err);
  tc_addition_probe_free (&probe);
  if (status == TC_OK)
    status = write_accuracy (a, score, err);
  if (status == TC_OK)
    status = write_errors (a, score, err);
  if (status != TC_OK)
    return status;
  describe (a, score);
  return tc_addition_figure_errors (a, err);
}
