/* The heads' scores over training.  */

#include "experiments/induction/analysis.h"
#include "experiments/induction/figures.h"
#include "experiments/induction/probe.h"

#include "circuits/composition.h"

#include <math.h>

enum { COLUMNS = 10 };

/* What the text says of the snapshots; NaN: not yet.  */
struct timeline
{
  double copying;               /* step when all heads of the last layer copy: above 0.9 */
  double prefix;                /* when one of them matches prefixes: above 0.5 */
  double previous;              /* when one head of layer 0 has 0.75 */
  double learnt;                /* the first snapshot after the loss is below 1 */
  double learnt_lowest, learnt_highest; /* previous-token scores of layer 0 then */
};

static void
note_once (double *step, bool is_so, int now)
{
  if (isnan (*step) && is_so)
    *step = now;
}

/* The scores of one layer at one snapshot.  */
static void
note_scores (struct timeline *t, const struct tc_induction_analysis *a, int step,
             size_t layer, const struct tc_induction_scores *scores)
{
  const size_t heads = (size_t) a->session->model.config.n_heads;
  double copying = HUGE_VAL, prefix = 0, low = HUGE_VAL, high = 0;
  for (size_t h = 0; h < heads; h++)
    {
      copying = fmin (copying, scores[h].copying);
      prefix = fmax (prefix, scores[h].prefix);
      low = fmin (low, scores[h].previous_first);
      high = fmax (high, scores[h].previous_first);
    }
  if (layer + 1 == (size_t) a->session->model.config.n_layers)
    {
      note_once (&t->copying, copying > 0.9, step);
      note_once (&t->prefix, prefix > 0.5, step);
    }
  if (layer > 0)
    return;
  note_once (&t->previous, high > 0.75, step);
  if (isnan (t->learnt) && step >= tc_induction_own_number (a, "BelowOne"))
    {
      t->learnt = step;
      t->learnt_lowest = low;
      t->learnt_highest = high;
    }
}

/* K-composition of a head with the previous-token head of the layer below.  */
static enum tc_status
composition (const struct tc_induction_analysis *a, size_t layer, size_t head,
             size_t previous, double *k, struct tc_error *err)
{
  struct tc_composition c;
  *k = NAN;
  if (layer == 0)
    return TC_OK;
  enum tc_status status = tc_head_composition (&a->session->model, (int) layer - 1,
                                               (int) previous, (int) layer, (int) head, &c,
                                               err);
  if (status == TC_OK)
    *k = c.k;
  return status;
}

/* The rows of one layer.  */
static enum tc_status
write_layer (struct tc_csv *csv, struct tc_induction_probe *probe,
             const struct tc_induction_analysis *a, int step, size_t layer, size_t previous,
             double loss, struct timeline *timeline, struct tc_error *err)
{
  struct tc_induction_scores scores[TC_INDUCTION_MAX_HEADS];
  enum tc_status status = tc_induction_probe_scores (probe, a, layer, scores, err);
  if (status == TC_OK)
    note_scores (timeline, a, step, layer, scores);
  for (size_t h = 0; status == TC_OK && h < (size_t) a->session->model.config.n_heads; h++)
    {
      double k;
      status = composition (a, layer, h, previous, &k, err);
      if (status != TC_OK)
        break;
      tc_csv_int (csv, step);
      tc_csv_int (csv, (long long) layer);
      tc_csv_int (csv, (long long) h);
      tc_csv_real (csv, scores[h].previous_first);
      tc_csv_real (csv, scores[h].previous);
      tc_csv_real (csv, scores[h].prefix);
      tc_csv_real (csv, scores[h].prefix_seen);
      tc_csv_real (csv, scores[h].copying);
      tc_csv_real (csv, k);
      tc_csv_real (csv, loss);
      status = tc_csv_end_row (csv, err);
    }
  return status;
}

static enum tc_status
write_snapshot (struct tc_csv *csv, struct tc_induction_probe *probe,
                const struct tc_induction_analysis *a, int step, size_t previous,
                struct timeline *timeline, struct tc_error *err)
{
  enum tc_status status = tc_session_load (a->session, step, err);
  if (status == TC_OK)
    status = tc_induction_probe_forward (probe, a, err);
  if (status != TC_OK)
    return status;
  double loss = tc_induction_probe_loss (probe, a, NULL);
  for (size_t layer = 0; status == TC_OK && layer < (size_t) a->session->model.config.n_layers;
       layer++)
    status = write_layer (csv, probe, a, step, layer, previous, loss, timeline, err);
  return status;
}

/* What tc_induction_report_heads found.  */
static size_t
previous_head (const struct tc_induction_analysis *a)
{
  return (size_t) tc_induction_own_number (a, "PreviousHead");
}

static enum tc_status
write_csv (struct tc_induction_probe *probe, const struct tc_induction_analysis *a,
           struct timeline *timeline, struct tc_error *err)
{
  static const struct tc_csv_column columns[COLUMNS] = {
    { "step", "updates made" }, { "layer", "from 0" }, { "head", "from 0" },
    { "previous", "mean attention on the token before, queries in the first slot" },
    { "previous_all", "the same of all queries" },
    { "prefix", "prefix matching of the scored queries" },
    { "prefix_seen", "the same of all queries whose token occurred before" },
    { "copying", "eigenvalues of the full OV circuit: sum over sum of moduli" },
    { "k_composition", "with the layer below's head that ends as the best previous-token head" },
    { "loss", "of the model on the same sequences, nats" }
  };
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "scores",
                                          "Scores of the heads over training, on 128 "
                                          "sequences that were not trained on", COLUMNS,
                                          columns, err);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; status == TC_OK && i < a->n_snapshots; i++)
    status = write_snapshot (&csv, probe, a, a->snapshot[i], previous_head (a), timeline,
                             err);
  return tc_csv_finish (&csv, status, err);
}

enum tc_status
tc_induction_report_scores (struct tc_induction_analysis *a, struct tc_error *err)
{
  struct tc_induction_probe probe;
  if (a->n_snapshots == 0)
    return TC_OK;
  enum tc_status status = tc_induction_probe_open (&probe, a, err);
  if (status != TC_OK)
    return status;
  struct timeline t = { NAN, NAN, NAN, NAN, NAN, NAN };
  status = write_csv (&probe, a, &t, err);
  tc_induction_probe_close (&probe);
  tc_induction_number (a, "CopyingStep", t.copying, 0);
  tc_induction_number (a, "PrefixStep", t.prefix, 0);
  tc_induction_number (a, "PreviousStep", t.previous, 0);
  tc_induction_number (a, "LearntStep", t.learnt, 0);
  tc_induction_number (a, "LearntPreviousLowest", t.learnt_lowest, 2);
  tc_induction_number (a, "LearntPreviousHighest", t.learnt_highest, 2);
  if (status == TC_OK)
    status = tc_induction_figure_scores (a, err);
  return status;
}
