#include "experiments/modular-addition/analysis.h"
#include "experiments/program.h"

#include <stddef.h>

/* The parts in the order they run; each decides for itself which runs it is for. */
static const struct
{
  const char *name;
  enum tc_status (*report) (struct tc_modular_analysis *a, struct tc_error *err);
} parts[] = {
  { "loss", tc_modular_report_loss },
  { "progress", tc_modular_report_progress },
  { "ladder", tc_modular_report_ladder },
  { "bases", tc_modular_report_bases },
  { "circuits", tc_modular_report_circuits },
  { "replay", tc_modular_report_replay },
  { "runs", tc_modular_report_runs },   /* wants all numbers */
  { "summary", tc_modular_write_summary }       /* of all numbers */
};

static enum tc_status
run_parts (struct tc_modular_analysis *a, struct tc_error *err)
{
  enum tc_status status = TC_OK;
  for (size_t i = 0; status == TC_OK && i < sizeof parts / sizeof *parts; i++)
    {
      status = tc_session_load (a->session, -1, err);
      if (status == TC_OK)
        status = parts[i].report (a, err);
    }
  return status;
}

static enum tc_status
analyse (struct tc_session *session, struct tc_error *err)
{
  struct tc_modular_analysis a;
  enum tc_status status = tc_modular_analysis_open (&a, session, err);
  if (status == TC_OK)
    status = run_parts (&a, err);
  tc_modular_analysis_close (&a);
  return status;
}

int
main (int argc, char **argv)
{
  return tc_analyse_program (argc, argv, &tc_modular_addition_experiment, analyse);
}
