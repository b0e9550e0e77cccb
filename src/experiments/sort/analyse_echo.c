/* What a model of notebook 003 says after START alone, greedily: the notebook shows
   one answer, the same token eleven times, which tells models apart.  */

#include "circuits/generate.h"
#include "experiments/sort/analysis.h"
#include "numerics/elementary.h"

#include <stdlib.h>

static enum tc_status
write_echo (struct tc_sort_analysis *a, size_t n, const int32_t *said, const double *surprisal,
            struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "position", "of the token" },
    { "token", "with the greatest logit" },
    { "probability", "of it, given those before" }
  };
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "echo",
                                          "What the model says after START alone",
                                          sizeof columns / sizeof *columns, columns, err);
  double total = 0;
  size_t equal = 0;
  if (status != TC_OK)
    return status;
  for (size_t i = 0; status == TC_OK && i < n; i++)
    {
      total += surprisal[i];
      equal += said[i] == said[0];
      tc_csv_int (&csv, (long long) i + 1);
      tc_csv_int (&csv, said[i]);
      tc_csv_float (&csv, (float) tc_exp64 (-surprisal[i]));
      status = tc_csv_end_row (&csv, err);
    }
  tc_macros_int (a->macros, "EchoToken", said[0]);
  tc_macros_int (a->macros, "EchoTimes", (long long) equal);
  tc_macros_real (a->macros, "EchoPercent", 100 * tc_exp64 (-total), 2);
  return tc_csv_finish (&csv, status, err);
}

enum tc_status
tc_sort_report_echo (struct tc_sort_analysis *a, struct tc_error *err)
{
  const struct tc_model *model = &a->session->model;
  struct tc_sampling greedy = { .temperature = 0 };
  if (!tc_sort_is_of (a, "five") && !tc_sort_is_of (a, "five-script")
      && !tc_sort_is_of (a, "five-plain"))
    return TC_OK;
  size_t n_new = (size_t) model->config.n_ctx - 1;
  int32_t *tokens = calloc (n_new + 1, sizeof *tokens);
  double *surprisal = calloc (n_new, sizeof *surprisal);
  enum tc_status status = TC_OK;
  if (tokens == NULL || surprisal == NULL)
    status = tc_fail (err, TC_ENOMEM, "no memory for %zu tokens", n_new);
  if (status == TC_OK)
    {
      tokens[0] = a->task->start_token;
      status = tc_generate (a->session->compute, model, 1, 1, n_new, &greedy, tokens, surprisal,
                            err);
    }
  if (status == TC_OK)
    status = write_echo (a, n_new, tokens + 1, surprisal, err);
  free (tokens);
  free (surprisal);
  return status;
}
