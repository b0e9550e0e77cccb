#include "experiments/addition/analysis.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum tc_status
tc_addition_analysis_open (struct tc_addition_analysis *a, struct tc_session *session,
                           struct tc_error *err)
{
  const struct tc_addition_settings *settings = session->setup.settings;
  const struct tc_task *task = &session->task;
  *a = (struct tc_addition_analysis) {
    .session = session, .task = &settings->task, .num_digits = settings->task.num_digits,
    .n_answers = (size_t) tc_addition_answers (settings->task.num_digits),
    .is_finite = settings->task.n_data > 0,
    .start = calloc (task->n_state, sizeof (uint32_t))
  };
  if (a->start == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for the generators' state");
  task->save_state (task->self, a->start);
  enum tc_status status = tc_session_log (session, &a->log, err);
  if (status == TC_OK)
    status = tc_session_snapshots (session, &a->snapshot, &a->n_snapshots, err);
  return status;
}

void
tc_addition_analysis_close (struct tc_addition_analysis *a)
{
  tc_table_free (&a->log);
  free (a->snapshot);
  free (a->start);
}

bool
tc_addition_is_run (const struct tc_addition_analysis *a, const char *name)
{
  return strcmp (a->session->run, name) == 0;
}

const double *
tc_addition_log_column (const struct tc_addition_analysis *a, const char *prefix, int k)
{
  char name[64];
  if (k < 0)
    snprintf (name, sizeof name, "%s", prefix);
  else
    snprintf (name, sizeof name, "%s_%d", prefix, k);
  int column = tc_table_column (&a->log, name);
  return column < 0 ? NULL : a->log.value + column;
}
