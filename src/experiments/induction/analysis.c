#include "experiments/induction/analysis.h"

#include <stdlib.h>
#include <string.h>

enum tc_status
tc_induction_analysis_open (struct tc_induction_analysis *a, struct tc_session *session,
                            struct tc_error *err)
{
  const struct tc_induction_settings *settings = session->setup.settings;
  *a = (struct tc_induction_analysis) {
    .session = session, .task = &settings->task, .shape = &settings->task.shape,
    .is_finite = settings->task.num_batches > 0
  };
  enum tc_status status = tc_session_log (session, &a->log, err);
  if (status == TC_OK)
    status = tc_session_snapshots (session, &a->snapshot, &a->n_snapshots, err);
  return status;
}

void
tc_induction_analysis_close (struct tc_induction_analysis *a)
{
  tc_table_free (&a->log);
  free (a->snapshot);
}

bool
tc_induction_is_run (const struct tc_induction_analysis *a, const char *name)
{
  return strcmp (a->session->run, name) == 0;
}

const double *
tc_induction_column (const struct tc_induction_analysis *a, const char *name)
{
  int column = tc_table_column (&a->log, name);
  return column < 0 ? NULL : a->log.value + column;
}
