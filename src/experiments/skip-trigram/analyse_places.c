#include "experiments/skip-trigram/analysis.h"

#include "circuits/qk_ov.h"
#include "experiments/measure.h"
#include "experiments/skip-trigram/figures.h"
#include "training/loss.h"

#include <math.h>
#include <stdlib.h>

/* What a model trained on few sequences remembers of where their triggers stood,
   and what that costs on fresh ones.  */

enum { N_BATCHES = 100 };

struct place
{
  int trained;                  /* training sequences with their trigger here */
  double score;                 /* the place's part of the last token's score */
  int tested;                   /* fresh sequences */
  double loss;                  /* their summed loss */
};

static enum tc_status
count_training (struct tc_skip_analysis *a, struct place *places, struct tc_error *err)
{
  struct tc_batch batch;
  enum tc_status status = a->session->task.next (a->session->task.self, &batch, err);
  for (size_t i = 0; status == TC_OK && i < batch.n_seq; i++)
    places[tc_skip_trigram_place (a->task, batch.tokens + i * batch.n_pos)].trained++;
  return status;
}

static enum tc_status
read_scores (const struct tc_skip_analysis *a, struct place *places, struct tc_error *err)
{
  struct tc_dense qk;
  enum tc_status status = tc_full_qk (&a->session->model, 0, 0, &qk, err);
  if (status != TC_OK)
    return status;
  for (int p = 1; p <= a->task->seq_len; p++)
    {
      size_t input = tc_circuit_position (&a->session->model.config, (size_t) p);
      places[p].score = tc_skip_score_from_last (a, &qk, input);
    }
  tc_dense_free (&qk);
  return TC_OK;
}

static enum tc_status
test_batch (struct tc_skip_analysis *a, struct place *places, const tc_real **logits,
            double *nll, struct tc_error *err)
{
  struct tc_session *session = a->session;
  struct tc_learner *learner = &session->learner;
  struct tc_batch batch;
  enum tc_status status = session->task.next_test (session->task.self, &batch, err);
  if (status == TC_OK)
    status = learner->forward (learner->self, &batch, logits, err);
  if (status != TC_OK)
    return status;
  tc_cross_entropy (session->compute, batch.n_targets, learner->d_vocab_out, logits,
                    batch.target, 1, nll, NULL);
  for (size_t i = 0; i < batch.n_seq; i++)
    {
      struct place *place
        = &places[tc_skip_trigram_place (a->task, batch.tokens + i * batch.n_pos)];
      place->tested++;
      place->loss += nll[i];
    }
  return TC_OK;
}

static enum tc_status
test_places (struct tc_skip_analysis *a, struct place *places, struct tc_error *err)
{
  size_t n = a->session->task.max_targets;
  const tc_real **logits = calloc (n, sizeof *logits);
  double *nll = calloc (n, sizeof *nll);
  enum tc_status status = logits != NULL && nll != NULL ? TC_OK
    : tc_fail (err, TC_ENOMEM, "no memory for a batch of %zu losses", n);
  for (int i = 0; status == TC_OK && i < N_BATCHES; i++)
    status = test_batch (a, places, logits, nll, err);
  free (logits);
  free (nll);
  return status;
}

static enum tc_status
write_places (const struct tc_skip_analysis *a, const struct place *places,
              struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "place", "position of the trigger" },
    { "trained", "training sequences with their trigger there" },
    { "score", "the position's part of the last token's attention score, trained model" },
    { "test_loss", "mean loss of the sequences of 100 fresh test batches with their trigger "
                   "there, nats; empty: none" }
  };
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "places",
                                          "What is remembered of where triggers stood", 4,
                                          columns, err);
  if (status != TC_OK)
    return status;
  for (int p = 1; status == TC_OK && p <= a->task->seq_len; p++)
    {
      tc_csv_int (&csv, p);
      tc_csv_int (&csv, places[p].trained);
      tc_csv_float (&csv, (float) places[p].score);
      tc_csv_real (&csv, places[p].tested > 0 ? places[p].loss / places[p].tested : NAN);
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

static enum tc_status
describe_places (const struct tc_skip_analysis *a, const struct place *places,
                 struct tc_error *err)
{
  size_t n = (size_t) a->task->seq_len;
  double unused_loss = 0, loss = 0, unused_tested = 0, tested = 0;
  int unused = 0;
  size_t worst = 1;
  double *trained = malloc (2 * n * sizeof *trained);
  if (trained == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for %zu places", n);
  for (size_t i = 0; i < n; i++)
    {
      const struct place *place = &places[i + 1];
      bool is_unused = place->trained == 0;
      trained[i] = place->trained;
      trained[n + i] = place->score;
      loss += place->loss;
      tested += place->tested;
      unused += is_unused;
      worst = place->loss > places[worst].loss ? i + 1 : worst;
      unused_loss += is_unused ? place->loss : 0;
      unused_tested += is_unused ? place->tested : 0;
    }
  tc_macros_int (a->macros, "UnusedPlaces", unused);
  tc_macros_real (a->macros, "UnusedShareOfSequences", 100 * unused_tested / tested, 2);
  tc_macros_real (a->macros, "UnusedShareOfLoss", 100 * unused_loss / loss, 3);
  tc_macros_int (a->macros, "WorstPlace", (long long) worst);
  tc_macros_real (a->macros, "WorstShareOfLoss", 100 * places[worst].loss / loss, 3);
  tc_macros_real (a->macros, "PlacesPearson", tc_correlate (n, trained, trained + n).pearson, 2);
  free (trained);
  return TC_OK;
}

enum tc_status
tc_skip_report_places (struct tc_skip_analysis *a, struct tc_error *err)
{
  struct place *places = calloc ((size_t) a->task->seq_len + 2, sizeof *places);
  enum tc_status status = places != NULL ? tc_session_load (a->session, -1, err)
    : tc_fail (err, TC_ENOMEM, "no memory for %d places", a->task->seq_len);
  if (status == TC_OK)
    status = count_training (a, places, err);
  if (status == TC_OK)
    status = read_scores (a, places, err);
  if (status == TC_OK)
    status = test_places (a, places, err);
  if (status == TC_OK)
    status = write_places (a, places, err);
  if (status == TC_OK)
    status = describe_places (a, places, err);
  if (status == TC_OK)
    status = tc_skip_figure_places (a, err);
  free (places);
  return status;
}
