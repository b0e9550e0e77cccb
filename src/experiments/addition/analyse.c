#include "experiments/addition/analysis.h"
#include "experiments/addition/circuits.h"
#include "experiments/addition/experiment.h"
#include "experiments/program.h"

#include <stdlib.h>

/* The parts of the analysis, in order.  A part that does not apply to a run does
   nothing.  */
static const struct tc_addition_part parts[] = {
  { NULL, tc_addition_report_loss, true },
  { tc_addition_has_phases, tc_addition_report_phases, true },
  { tc_addition_is_printed, tc_addition_report_replay, false },
  { tc_addition_is_finite, tc_addition_report_finite, false },
  { tc_addition_is_finite, tc_addition_report_overlap, false },
  { NULL, tc_addition_report_accuracy, false },
  { NULL, tc_addition_report_examples, false },
  { tc_addition_has_circuits, tc_addition_report_attention, true },
  { tc_addition_has_circuits, tc_addition_report_pattern, false },
  { tc_addition_has_circuits, tc_addition_report_ablation, false },
  { tc_addition_has_circuits, tc_addition_report_swaps, false },
  { tc_addition_has_circuits, tc_addition_report_lookahead, true },
  { tc_addition_has_circuits, tc_addition_report_fourier, false },
  { tc_addition_has_circuits, tc_addition_report_codes, true },
  { tc_addition_has_circuits, tc_addition_report_pairs, false },
  { tc_addition_has_circuits, tc_addition_report_neurons, false },
  { NULL, NULL, false }
};

static enum tc_status
run_parts (struct tc_addition_analysis *a, struct tc_error *err)
{
  struct tc_task *task = &a->session->task;
  enum tc_status status = TC_OK;
  for (const struct tc_addition_part *part = parts; status == TC_OK && part->report != NULL;
       part++)
    if ((a->is_whole || part->is_brief) && (part->applies == NULL || part->applies (a)))
      {
        task->load_state (task->self, a->start);
        status = part->report (a, err);
      }
  return status;
}

static enum tc_status
analyse (struct tc_session *session, struct tc_error *err)
{
  struct tc_addition_analysis a;
  enum tc_status status = tc_addition_analysis_open (&a, session, err);
  if (status == TC_OK)
    status = run_parts (&a, err);
  tc_addition_analysis_close (&a);
  return status;
}

int
main (int argc, char **argv)
{
  return tc_analyse_program (argc, argv, &tc_addition_experiment, analyse);
}
