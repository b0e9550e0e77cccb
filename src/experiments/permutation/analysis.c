#include "experiments/permutation/analysis.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of the run that matters most, enough to tell 99.99 % from 100 %; sequences of five
   characters are long.  */
static size_t
held_out_of (const struct tc_permutation_options *task, const char *run)
{
  size_t most = task->n > 4 ? 1024 : strcmp (run, "repaired") == 0 ? 10240 : 2048;
  return task->n_test > 0 && (size_t) task->n_test < most ? (size_t) task->n_test : most;
}

enum tc_status
tc_permutation_analysis_open (struct tc_permutation_analysis *a, struct tc_session *session,
                              struct tc_error *err)
{
  const struct tc_permutation_settings *settings = session->setup.settings;
  const struct tc_task *task = &session->task;
  *a = (struct tc_permutation_analysis) {
    .session = session, .macros = session->macros, .task = &settings->task, .list = tc_permutation_list_of (task->self),
    .config = &session->setup.config, .n_pos = tc_permutation_length (settings->task.n),
    .n_held_out = held_out_of (&settings->task, session->run),
    .orders = malloc (tc_permutation_terms (settings->task.n) * (size_t) settings->task.n),
    .start = calloc (task->n_state, sizeof (uint32_t))
  };
  if (a->start == NULL || a->orders == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for the streams' state");
  task->save_state (task->self, a->start);
  enum tc_status status = tc_permutation_orders (a->task->n, a->orders, err);
  if (status == TC_OK)
    status = tc_session_log (session, &a->log, err);
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
  free (a->orders);
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

bool
tc_permutation_is_notebook (const struct tc_permutation_analysis *a)
{
  return tc_permutation_is_run (a, "notebook");
}

bool
tc_permutation_is_repaired (const struct tc_permutation_analysis *a)
{
  return tc_permutation_is_run (a, "repaired");
}

bool
tc_permutation_is_shown (const struct tc_permutation_analysis *a)
{
  return tc_permutation_is_notebook (a) || tc_permutation_is_repaired (a);
}

bool
tc_permutation_is_lender (const struct tc_permutation_analysis *a)
{
  return tc_permutation_is_shown (a) || tc_permutation_is_run (a, "repaired-seed-1")
         || tc_permutation_is_run (a, "unsorted");
}

bool
tc_permutation_is_open (const struct tc_permutation_analysis *a)
{
  static const char *const training_only[] = {
    "notebook-seed-1", "notebook-seed-2", "beta2-999", "batch-32",
    "constant-seed-1", "constant-beta2-999", "constant-batch-32"
  };
  for (size_t i = 0; i < sizeof training_only / sizeof *training_only; i++)
    if (tc_permutation_is_run (a, training_only[i]))
      return false;
  return a->config->n_layers == 1 && a->config->n_heads == 1 && a->config->d_mlp == 0
         && a->task->n <= 4;
}

int
tc_permutation_element (const struct tc_permutation_analysis *a, size_t position)
{
  const size_t n = (size_t) a->task->n;
  if (position < 2 || (position - 2) % (n + 1) == n)
    return -1;
  return a->orders[(position - 2) / (n + 1) * n + (position - 2) % (n + 1)];
}
