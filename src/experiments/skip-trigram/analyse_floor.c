#include "experiments/skip-trigram/analysis.h"

#include "experiments/skip-trigram/figures.h"
#include "training/loss.h"

#include <math.h>
#include <stdlib.h>

/* Why the loss stops falling.  AdamW moves parameter i, apart from noise, by
     - lr (g_i / (sqrt v_i + eps) + lambda theta_i),
   g the mean gradient and v the mean squared one, so that the loss changes per
   step, to first order and in units of lr, by
     - sum of g^2 / (sqrt v + eps)    what the gradient takes from it
     - lambda sum of theta g          what weight decay gives back.
   Where the two are equal it stands still.  Both are measured here at fixed
   parameters on fresh batches.  */

enum { N_BATCHES = 50, EVERY = 100 };

struct balance { double loss, taken, given; };

struct meter
{
  size_t count;                 /* parameters */
  double *mean, *square;        /* [count] */
  tc_real *grads, *dlogits;
  const tc_real **logits;
  double *nll;
};

static void
meter_free (struct meter *meter)
{
  free (meter->mean);
  free (meter->square);
  free (meter->grads);
  free (meter->dlogits);
  free (meter->logits);
  free (meter->nll);
}

static enum tc_status
meter_alloc (struct meter *meter, const struct tc_session *session, struct tc_error *err)
{
  size_t count = session->learner.params->count, n = session->task.max_targets;
  *meter = (struct meter) {
    .count = count,
    .mean = calloc (count, sizeof (double)), .square = calloc (count, sizeof (double)),
    .grads = calloc (count, sizeof (tc_real)),
    .dlogits = calloc (n * session->learner.d_vocab_out, sizeof (tc_real)),
    .logits = calloc (n, sizeof *meter->logits), .nll = calloc (n, sizeof (double))
  };
  if (meter->mean == NULL || meter->square == NULL || meter->grads == NULL
      || meter->dlogits == NULL || meter->logits == NULL || meter->nll == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for %zu gradients", count);
  return TC_OK;
}

/* Adds one fresh batch to the means.  */
static enum tc_status
add_batch (struct meter *meter, struct tc_session *session, double *loss, struct tc_error *err)
{
  struct tc_learner *learner = &session->learner;
  struct tc_batch batch;
  enum tc_status status = session->task.next (session->task.self, &batch, err);
  if (status == TC_OK)
    status = learner->forward (learner->self, &batch, meter->logits, err);
  if (status != TC_OK)
    return status;
  tc_cross_entropy (session->compute, batch.n_targets, learner->d_vocab_out, meter->logits,
                    batch.target, batch.loss_scale, meter->nll, meter->dlogits);
  learner->backward (learner->self, meter->dlogits, meter->grads);
  for (size_t i = 0; i < batch.n_targets; i++)
    *loss += meter->nll[i] * batch.loss_scale / N_BATCHES;
  for (size_t i = 0; i < meter->count; i++)
    {
      double g = meter->grads[i];
      meter->mean[i] += g / N_BATCHES;
      meter->square[i] += g * g / N_BATCHES;
    }
  return TC_OK;
}

static enum tc_status
measure (struct meter *meter, struct tc_session *session, struct balance *balance,
         struct tc_error *err)
{
  const struct tc_optimizer_options *adamw = &session->setup.training.optimizer;
  enum tc_status status = TC_OK;
  *balance = (struct balance) { 0, 0, 0 };
  for (size_t i = 0; i < meter->count; i++)
    meter->mean[i] = meter->square[i] = 0;
  for (int b = 0; status == TC_OK && b < N_BATCHES; b++)
    status = add_batch (meter, session, &balance->loss, err);
  for (size_t i = 0; i < meter->count; i++)
    {
      double g = meter->mean[i];
      balance->taken += g * g / (sqrt (meter->square[i]) + adamw->eps);
      balance->given -= adamw->weight_decay * session->learner.params->data[i] * g;
    }
  return status;
}

static enum tc_status
write_row (struct tc_csv *csv, int step, const struct balance *balance, struct tc_error *err)
{
  tc_csv_int (csv, step);
  tc_csv_real (csv, balance->loss);
  tc_csv_real (csv, balance->taken);
  tc_csv_real (csv, balance->given);
  return tc_csv_end_row (csv, err);
}

static enum tc_status
write_floor (struct tc_skip_analysis *a, struct meter *meter, struct balance *last,
             struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "step", "a snapshot: updates made before it" },
    { "loss", "mean loss over 50 fresh batches, nats" },
    { "taken", "sum of g^2 / (sqrt (v) + eps): the gradient's share of the fall of the loss "
               "per step, nats per unit learning rate" },
    { "given", "-lambda sum of theta g: what weight decay gives back, same unit" }
  };
  struct tc_csv csv;
  int steps = a->session->setup.training.steps;
  enum tc_status status = tc_session_csv (a->session, &csv, "floor",
                                          "What holds the loss at its floor", 4, columns, err);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; status == TC_OK && i < a->n_snapshots; i++)
    if (a->snapshot[i] % EVERY == 0 && a->snapshot[i] < steps)
      {
        status = tc_session_load (a->session, a->snapshot[i], err);
        if (status == TC_OK)
          status = measure (meter, a->session, last, err);
        if (status == TC_OK)
          status = write_row (&csv, a->snapshot[i], last, err);
      }
  if (status == TC_OK)
    status = tc_session_load (a->session, -1, err);
  if (status == TC_OK)
    status = measure (meter, a->session, last, err);
  if (status == TC_OK)
    status = write_row (&csv, steps, last, err);
  return tc_csv_finish (&csv, status, err);
}

enum tc_status
tc_skip_report_floor (struct tc_skip_analysis *a, struct tc_error *err)
{
  struct meter meter;
  struct balance last;
  enum tc_status status = meter_alloc (&meter, a->session, err);
  if (status == TC_OK)
    status = write_floor (a, &meter, &last, err);
  meter_free (&meter);
  if (status != TC_OK)
    return status;
  tc_macros_real (a->macros, "FloorLoss", last.loss, 3);
  tc_macros_real (a->macros, "FloorTaken", last.taken, 4);
  tc_macros_real (a->macros, "FloorGiven", last.given, 4);
  tc_macros_real (a->macros, "FloorRatio", last.given > 0 ? last.taken / last.given : NAN, 4);
  return tc_skip_figure_floor (a, err);
}
