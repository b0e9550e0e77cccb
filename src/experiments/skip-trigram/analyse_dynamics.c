#include "experiments/skip-trigram/analysis.h"

#include "experiments/skip-trigram/figures.h"
#include "experiments/skip-trigram/flow.h"
#include "experiments/skip-trigram/probe.h"
#include "experiments/skip-trigram/reduce.h"
#include "numerics/elementary.h"

#include <math.h>
#include <stdlib.h>

/* --- snapshots --- */

/* What one snapshot shows, per trigram.  */
struct moment
{
  double *attention, *gradient; /* [n] */
  struct tc_reduced reduced;
};

static enum tc_status
write_moment (struct tc_csv *csv, int step, int n, const struct moment *moment,
              struct tc_error *err)
{
  tc_csv_int (csv, step);
  tc_csv_float (csv, (float) moment->reduced.filler);
  for (int k = 0; k < n; k++)
    tc_csv_float (csv, (float) moment->attention[k]);
  for (int k = 0; k < n; k++)
    tc_csv_float (csv, (float) moment->gradient[k]);
  for (int k = 0; k < n; k++)
    tc_csv_float (csv, (float) moment->reduced.score[k]);
  for (int k = 0; k < n; k++)
    tc_csv_float (csv, (float) moment->reduced.margin[k]);
  return tc_csv_end_row (csv, err);
}

/* The batch that step trained on: the stream is drawn up to it.  *drawn counts
   the batches drawn so far.  */
static enum tc_status
batch_of_step (struct tc_skip_analysis *a, int step, int *drawn, struct tc_batch *batch,
               struct tc_error *err)
{
  enum tc_status status = TC_OK;
  for (; status == TC_OK && *drawn <= step; (*drawn)++)
    status = a->session->task.next (a->session->task.self, batch, err);
  return status;
}

static enum tc_status
write_moments (struct tc_skip_analysis *a, struct tc_csv *csv, struct moment *moment,
               struct tc_error *err)
{
  struct tc_probe *probe;
  struct tc_batch batch;
  int drawn = 0, steps = a->session->setup.training.steps;
  double strongest = 0;
  enum tc_status status = tc_probe_alloc (&probe, a->session, a->task, err);
  for (size_t i = 0; status == TC_OK && i < a->n_snapshots; i++)
    {
      int step = a->snapshot[i];
      if (step >= steps)
        break;
      status = batch_of_step (a, step, &drawn, &batch, err);
      if (status == TC_OK)
        status = tc_session_load (a->session, step, err);
      if (status == TC_OK)
        status = tc_probe_measure (probe, &batch, moment->attention, moment->gradient, err);
      if (status == TC_OK)
        status = tc_reduce (a->session, a->task, &moment->reduced, err);
      if (status == TC_OK)
        status = write_moment (csv, step, a->n, moment, err);
      for (int k = 0; status == TC_OK && k < a->n; k++)
        strongest = fmax (strongest, -moment->gradient[k]);
      tc_reduced_free (&moment->reduced);
    }
  tc_probe_free (probe);
  tc_macros_real (a->macros, "StrongestPull", strongest, 2);
  return status;
}

static enum tc_status
write_dynamics (struct tc_skip_analysis *a, struct moment *moment, struct tc_error *err)
{
  struct tc_csv_columns columns;
  struct tc_csv csv;
  enum tc_status status = tc_csv_columns_alloc (&columns, 4 * (size_t) a->n + 2, err);
  if (status == TC_OK)
    {
      tc_csv_columns_add (&columns, "step", "a snapshot: updates made before it");
      tc_csv_columns_add (&columns, "filler",
                      "N: sum of exp (score) of a sequence's other tokens, on average");
      tc_skip_column_each (&columns, "attention", a->n, "mean attention of the last token on "
                           "the trigger in that step's batch, trigram 0");
      tc_skip_column_each (&columns, "gradient", a->n, "mean d (sequence's loss) / d "
                           "(that attention), nats, trigram 0");
      tc_skip_column_each (&columns, "score", a->n, "QK score of the trigger, trigram 0");
      tc_skip_column_each (&columns, "margin", a->n,
                           "OV margin of the trigger, logits, trigram 0");
      status = tc_skip_csv (a, &csv, "dynamics", "Attention, its gradient, score and margin of "
                            "each trigger while training", &columns, err);
    }
  tc_csv_columns_free (&columns);
  if (status != TC_OK)
    return status;
  status = write_moments (a, &csv, moment, err);
  return tc_csv_finish (&csv, status, err);
}

/* --- curves that the alone theory says each trigger follows --- */

enum { N_CURVE = 60 };

static enum tc_status
write_invariants (const struct tc_skip_analysis *a, const struct tc_reduced *initial,
                  struct tc_error *err)
{
  struct tc_csv_columns columns;
  struct tc_csv csv;
  enum tc_status status = tc_csv_columns_alloc (&columns, (size_t) a->n + 2, err);
  if (status == TC_OK)
    {
      tc_csv_columns_add (&columns, "margin", "OV margin, logits");
      tc_csv_columns_add (&columns, "onset", "score at which the loss is half of its uninformed "
                      "value at that margin; empty where none is");
      tc_skip_column_each (&columns, "score", a->n, "score on the invariant curve through the "
                           "initial values of trigram 0; empty left of its start");
      status = tc_skip_csv (a, &csv, "invariants", "Curves of constant s + e^s/N - c m^2 with "
                            "the initial N", &columns, err);
    }
  tc_csv_columns_free (&columns);
  if (status != TC_OK)
    return status;
  for (int i = 0; status == TC_OK && i <= N_CURVE; i++)
    {
      double margin = -1 + 8.0 * i / N_CURVE;
      double p = tc_flow_onset_product (a->n) / margin;
      tc_csv_float (&csv, (float) margin);
      tc_csv_float (&csv, p > 0 && p < 1 ? (float) tc_log64 (initial->filler * p / (1 - p)) : NAN);
      for (int k = 0; k < a->n; k++)
        {
          double invariant = tc_flow_invariant (a->n, initial->filler, initial->score[k],
                                                initial->margin[k]);
          tc_csv_float (&csv, margin < initial->margin[k] ? NAN
                        : (float) tc_flow_score (a->n, initial->filler, invariant, margin));
        }
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

static enum tc_status
report_invariants (struct tc_skip_analysis *a, struct tc_error *err)
{
  struct tc_reduced initial;
  enum tc_status status = tc_session_load (a->session, 0, err);
  if (status == TC_OK)
    status = tc_reduce (a->session, a->task, &initial, err);
  if (status != TC_OK)
    return status;
  status = write_invariants (a, &initial, err);
  tc_reduced_free (&initial);
  return status;
}

enum tc_status
tc_skip_report_dynamics (struct tc_skip_analysis *a, struct tc_error *err)
{
  struct moment moment = { calloc ((size_t) a->n, sizeof (double)),
                           calloc ((size_t) a->n, sizeof (double)), { 0 } };
  enum tc_status status = TC_OK;
  if (moment.attention == NULL || moment.gradient == NULL)
    status = tc_fail (err, TC_ENOMEM, "no memory for %d trigrams", a->n);
  if (status == TC_OK)
    status = write_dynamics (a, &moment, err);
  if (status == TC_OK && a->session->setup.training.optimizer.kind == TC_SGD)
    status = report_invariants (a, err);
  if (status == TC_OK)
    status = tc_skip_figure_attention (a, err);
  if (status == TC_OK && a->session->setup.training.optimizer.kind == TC_SGD)
    status = tc_skip_figure_portrait (a, err);
  free (moment.attention);
  free (moment.gradient);
  return status;
}
