#include "experiments/induction/analysis.h"
#include "experiments/induction/experiment.h"
#include "experiments/program.h"

static bool
is_examined (const struct tc_induction_analysis *a)
{
  return a->is_main || a->is_finite;
}

/* The parts of the analysis, in order.  A part that does not apply to a run does
   nothing; when one starts, the session's model is the trained one.  */
static const struct tc_induction_part parts[] = {
  { tc_induction_is_main, tc_induction_report_floors },
  { NULL, tc_induction_report_loss },
  { NULL, tc_induction_report_heads },
  { tc_induction_is_main, tc_induction_report_paths },
  { NULL, tc_induction_report_switches },
  { is_examined, tc_induction_report_scores },
  { is_examined, tc_induction_report_composition },
  { tc_induction_is_main, tc_induction_report_places },
  { is_examined, tc_induction_report_patterns },
  { tc_induction_is_main, tc_induction_report_replay },
  { tc_induction_is_main, tc_induction_report_published },
  { NULL, tc_induction_write_summary },
  { tc_induction_is_main, tc_induction_report_runs },
  { NULL, NULL }
};

static enum tc_status
run_parts (struct tc_induction_analysis *a, struct tc_error *err)
{
  enum tc_status status = TC_OK;
  for (const struct tc_induction_part *part = parts; status == TC_OK && part->report != NULL;
       part++)
    if (part->applies == NULL || part->applies (a))
      {
        status = tc_session_load (a->session, -1, err);
        if (status == TC_OK)
          status = part->report (a, err);
      }
  return status;
}

static enum tc_status
analyse (struct tc_session *session, struct tc_error *err)
{
  struct tc_induction_analysis a;
  enum tc_status status = tc_induction_analysis_open (&a, session, err);
  if (status == TC_OK)
    status = run_parts (&a, err);
  tc_induction_analysis_close (&a);
  return status;
}

int
main (int argc, char **argv)
{
  return tc_analyse_program (argc, argv, &tc_induction_experiment, analyse);
}
