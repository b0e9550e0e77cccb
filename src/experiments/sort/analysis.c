#include "experiments/sort/analysis.h"

#include <string.h>

enum tc_status
tc_sort_analysis_open (struct tc_sort_analysis *a, struct tc_session *session,
                       struct tc_error *err)
{
  *a = (struct tc_sort_analysis) { .session = session, .macros = session->macros,
                                    .settings = session->setup.settings };
  a->task = &a->settings->task;
  struct tc_sort_stream stream;
  tc_sort_stream_start (&stream, a->task, a->task->test_seed);
  size_t n_test = (size_t) a->task->test_size;
  enum tc_status status = tc_session_log (session, &a->log, err);
  if (status == TC_OK)
    status = tc_sort_set_alloc (&a->test, a->task, n_test, err);
  if (status == TC_OK)
    status = tc_sort_set_draw (&a->test, &stream, n_test, a->task->list_length, err);
  return status;
}

void
tc_sort_analysis_close (struct tc_sort_analysis *a)
{
  tc_sort_set_free (&a->test);
  tc_table_free (&a->log);
}

bool
tc_sort_is_run (const struct tc_sort_analysis *a, const char *name)
{
  return strcmp (a->session->run, name) == 0;
}

bool
tc_sort_is_of (const struct tc_sort_analysis *a, const char *name)
{
  size_t n = strlen (name);
  const char *rest = a->session->run + n;
  return strncmp (a->session->run, name, n) == 0
         && (*rest == '\0' || strncmp (rest, "-seed-", 6) == 0);
}

double
tc_sort_log_value (const struct tc_sort_analysis *a, const char *column, size_t row)
{
  int at = tc_table_column (&a->log, column);
  return at < 0 ? __builtin_nan ("") : a->log.value[row * a->log.n_columns + (size_t) at];
}
