#include "experiments/program.h"
#include "experiments/sort/analysis.h"

#include <stddef.h>

/* The parts in the order they run; each decides for itself which runs it is for. */
static const struct
{
  const char *name;
  enum tc_status (*report) (struct tc_sort_analysis *a, struct tc_error *err);
} parts[] = {
  { "log", tc_sort_report_log },
  { "replay", tc_sort_report_replay },
  { "stop", tc_sort_report_stop },
  { "band", tc_sort_report_band },
  { "mispredictions", tc_sort_report_mispredictions },
  { "duplicates", tc_sort_report_duplicates },
  { "echo", tc_sort_report_echo },
  { "configurations", tc_sort_report_configurations },
  { "attention", tc_sort_report_attention },
  { "circuits", tc_sort_report_circuits },
  { "ablations", tc_sort_report_ablations },
  { "attribution", tc_sort_report_attribution },
  { "errors", tc_sort_report_errors },
  { "bound", tc_sort_report_bound },
  { "public", tc_sort_report_public },
  { "interventions", tc_sort_report_interventions },
  { "rows", tc_sort_report_rows },
  { "claims", tc_sort_report_claims },
  { NULL, NULL }
};

static enum tc_status
run_parts (struct tc_sort_analysis *a, struct tc_error *err)
{
  enum tc_status status = TC_OK;
  for (size_t i = 0; status == TC_OK && parts[i].report != NULL; i++)
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
  struct tc_sort_analysis a;
  enum tc_status status = tc_sort_analysis_open (&a, session, err);
  if (status == TC_OK)
    status = run_parts (&a, err);
  tc_sort_analysis_close (&a);
  return status;
}

int
main (int argc, char **argv)
{
  return tc_analyse_program (argc, argv, &tc_sort_experiment, analyse);
}
