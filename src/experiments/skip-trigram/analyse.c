#include "experiments/program.h"
#include "experiments/skip-trigram/analysis.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Every part starts from the first batch again.  */
static enum tc_status
run_part (struct tc_skip_analysis *a, const uint32_t *start,
          enum tc_status (*part) (struct tc_skip_analysis *, struct tc_error *),
          struct tc_error *err)
{
  struct tc_task *task = &a->session->task;
  task->load_state (task->self, start);
  return part (a, err);
}

static bool
all_learnt (const struct tc_skip_analysis *a)
{
  for (int k = 0; k < a->n; k++)
    if (isnan (a->onset[k]))
      return false;
  return true;
}

/* Scores, margins and the theory of both; circuits and examples of a decoder.  */
static enum tc_status
run_model_parts (struct tc_skip_analysis *a, const uint32_t *start, struct tc_error *err)
{
  bool is_whole = a->settings->examine == TC_SKIP_ALL;
  enum tc_status status = run_part (a, start, tc_skip_report_onset, err);
  if (status == TC_OK && all_learnt (a))
    status = run_part (a, start, tc_skip_report_foresight, err);
  if (status == TC_OK && is_whole)
    status = run_part (a, start, tc_skip_report_dynamics, err);
  if (status == TC_OK && is_whole && a->session->is_decoder)
    status = run_part (a, start, tc_skip_report_circuits, err);
  if (status == TC_OK && is_whole && a->session->is_decoder)
    status = run_part (a, start, tc_skip_report_examples, err);
  if (status == TC_OK && is_whole && a->session->is_decoder && a->is_finite
      && a->session->setup.config.positions != TC_POS_NONE)
    status = run_part (a, start, tc_skip_report_places, err);
  return status;
}

static bool
has_floor (const struct tc_skip_analysis *a)
{
  return a->settings->examine != TC_SKIP_ONSETS && a->session->is_decoder && !a->is_finite
         && a->session->setup.training.optimizer.kind == TC_ADAMW;
}

static enum tc_status
run_parts (struct tc_skip_analysis *a, const uint32_t *start, struct tc_error *err)
{
  enum tc_status status = run_part (a, start, tc_skip_report_loss, err);
  if (status == TC_OK && strcmp (a->session->run, "infinite") == 0)
    status = run_part (a, start, tc_skip_report_replay, err);
  if (status == TC_OK && a->n_snapshots > 0 && a->is_reducible
      && a->settings->examine != TC_SKIP_FLOOR)
    status = run_model_parts (a, start, err);
  if (status == TC_OK && a->n_snapshots > 0 && has_floor (a))
    status = run_part (a, start, tc_skip_report_floor, err);
  return status;
}

static enum tc_status
open_analysis (struct tc_skip_analysis *a, struct tc_session *session, struct tc_error *err)
{
  const struct tc_config *config = &session->setup.config;
  a->session = session;
  a->macros = session->macros;
  a->settings = session->setup.settings;
  a->task = &a->settings->task;
  a->n = a->task->rand_size;
  a->is_finite = a->task->n_data > 0;
  a->is_reducible = !session->is_decoder
    || (config->n_layers == 1 && config->n_heads == 1 && config->d_mlp == 0
        && config->normalization == TC_NORM_NONE);
  a->onset = calloc ((size_t) a->n, sizeof *a->onset);
  if (a->onset == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for %d onsets", a->n);
  enum tc_status status = tc_session_log (session, &a->log, err);
  if (status == TC_OK)
    status = tc_session_snapshots (session, &a->snapshot, &a->n_snapshots, err);
  return status;
}

static enum tc_status
analyse (struct tc_session *session, struct tc_error *err)
{
  struct tc_skip_analysis a = { 0 };
  uint32_t *start = calloc (session->task.n_state, sizeof *start);
  if (start == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for the generators' state");
  session->task.save_state (session->task.self, start);
  enum tc_status status = open_analysis (&a, session, err);
  if (status == TC_OK)
    status = run_parts (&a, start, err);
  tc_table_free (&a.log);
  free (a.snapshot);
  free (a.onset);
  free (start);
  return status;
}

int
main (int argc, char **argv)
{
  return tc_analyse_program (argc, argv, &tc_skip_trigram_experiment, analyse);
}
