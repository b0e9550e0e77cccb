#include "experiments/permutation/analysis.h"
#include "experiments/permutation/experiment.h"
#include "experiments/program.h"

/* The parts of the analysis, in order.  A part that does not apply to a run does
   nothing; when one starts, the session's model is the trained one and the task
   stands before its first batch.  */
static const struct tc_permutation_part parts[] = {
  { NULL, tc_permutation_report_floors },
  { NULL, tc_permutation_report_loss },
  { NULL, tc_permutation_report_schedule },
  { NULL, tc_permutation_report_completion },
  { tc_permutation_is_open, tc_permutation_report_attention },
  { tc_permutation_is_open, tc_permutation_report_circuits },
  { tc_permutation_is_open, tc_permutation_report_hubs },
  { tc_permutation_is_open, tc_permutation_report_paths },
  { tc_permutation_is_repaired, tc_permutation_report_learning },
  { tc_permutation_is_open, tc_permutation_report_frozen },
  { tc_permutation_is_notebook, tc_permutation_report_replay },
  { tc_permutation_is_repaired, tc_permutation_report_assumptions },
  { NULL, NULL }
};

static enum tc_status
run_parts (struct tc_permutation_analysis *a, struct tc_error *err)
{
  struct tc_task *task = &a->session->task;
  enum tc_status status = TC_OK;
  for (const struct tc_permutation_part *part = parts; status == TC_OK && part->report != NULL;
       part++)
    if (part->applies == NULL || part->applies (a))
      {
        task->load_state (task->self, a->start);
        status = tc_session_load (a->session, -1, err);
        if (status == TC_OK)
          status = part->report (a, err);
      }
  return status;
}

static enum tc_status
analyse (struct tc_session *session, struct tc_error *err)
{
  struct tc_permutation_analysis a;
  enum tc_status status = tc_permutation_analysis_open (&a, session, err);
  if (status == TC_OK)
    status = run_parts (&a, err);
  tc_permutation_analysis_close (&a);
  return status;
}

int
main (int argc, char **argv)
{
  return tc_analyse_program (argc, argv, &tc_permutation_experiment, analyse);
}
