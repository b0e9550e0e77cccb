#include "experiments/permutation/analysis.h"

#include <stdlib.h>
#include <string.h>

enum tc_status
tc_permutation_analysis_open (struct tc_permutation_analysis *a, struct tc_session *session,
                              struct tc_error *err)
{
  const struct tc_permutation_settings *settings = session->setup.settings;
  const struct tc_task *task = &session->task;
  *a = (struct tc_permutation_analysis) {
    .session = session, .task = &settings->task, .list = tc_permutation_list_of (task->self),
    .start = calloc (task->n_state, sizeof (uint32_t))
  };
  if (a->start == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for the streams' state");
  task->save_state (task->self, a->start);
  enum tc_status status = tc_session_log (session, &a->log, err);
  if (status == TC_OK)
    status = tc_session_snapshots (session, &a->snapshot, &a->n_snapshots, err);
  return status;
}

void
tc_permutation_analysis_close (struct tc_permutation_analysis *a)
{
  tc_table_free (&a->log);
  free (a->snapshot);
  free (a->start);
}

bool
tc_permutation_is_run (const struct tc_permutation_analysis *a, const char *name)
{
  return strcmp (a->session->run, name) == 0;
}

const double *
tc_permutation_column (const struct tc_permutation_analysis *a, const char *name)
{
  int column = tc_table_column (&a->log, name);
  return column < 0 ? NULL : a->log.value + column;
}
