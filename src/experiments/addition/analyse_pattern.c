#include "experiments/addition/circuits.h"

#include "experiments/addition/figures_circuits.h"
#include "experiments/addition/probe.h"

#include <math.h>

/* Where each head looks in one sum.  */

/* The first sum of the stream with a carry that passes a single 9.  */
static void
find_example (const struct tc_addition_analysis *a, struct tc_addition_set *set)
{
  struct tc_torch_rng rng;
  tc_addition_stream (a, TC_ADDITION_STREAM_ATTENTION, &rng);
  do
    tc_addition_draw (set, 0, 1, &rng);
  while (tc_addition_chain (set, 0) != 1);
}

static enum tc_status
write_pattern_rows (const struct tc_addition_analysis *a,
                    const struct tc_addition_probe *probe, struct tc_csv *csv,
                    struct tc_error *err)
{
  struct tc_activation pattern;
  enum tc_status status = tc_run_activation (probe->run, probe->model,
                                             "blocks.0.attn.hook_pattern", &pattern, err);
  size_t n_pos = (size_t) tc_addition_context (a->num_digits);
  for (size_t h = 0; status == TC_OK && h < pattern.shape[1]; h++)
    for (size_t k = 0; k < a->n_answers; k++)
      for (size_t p = 0; status == TC_OK && p <= tc_addition_query (a->num_digits, k); p++)
        {
          size_t query = tc_addition_query (a->num_digits, k);
          tc_csv_int (csv, (long long) h);
          tc_csv_int (csv, (long long) k);
          tc_csv_int (csv, (long long) p);
          tc_csv_int (csv, probe->set.tokens[p]);
          tc_csv_int (csv, tc_addition_probe_truth (probe, 0, k));
          tc_csv_int (csv, tc_addition_probe_guess (probe, 0, k));
          tc_csv_real (csv, k > 0 ? probe->set.carries[a->n_answers - 1 - k] : NAN);
          tc_csv_float (csv, pattern.data[(h * n_pos + query) * n_pos + p]);
          status = tc_csv_end_row (csv, err);
        }
  return status;
}

static enum tc_status
write_pattern (const struct tc_addition_analysis *a, const struct tc_addition_probe *probe,
               struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "head", "attention head" },
    { "tok", "answer digit being predicted; tok 0 is the last carry" },
    { "position", "position attended to" },
    { "token", "token there; 10 is +, 11 is =" },
    { "answer", "the right answer digit" },
    { "guess", "the model's" },
    { "carry", "carry into the answer digit's column; empty for tok 0, which has none" },
    { "attention", "attention weight" }
  };
  struct tc_csv csv;
  enum tc_status status
    = tc_session_csv (a->session, &csv, "pattern",
                      "Attention in one sum: the first of the stream in which a carry passes "
                      "a single pair that makes 9", 8, columns, err);
  if (status != TC_OK)
    return status;
  status = write_pattern_rows (a, probe, &csv, err);
  return tc_csv_finish (&csv, status, err);
}

enum tc_status
tc_addition_report_pattern (struct tc_addition_analysis *a, struct tc_error *err)
{
  struct tc_addition_probe probe;
  enum tc_status status
    = tc_addition_probe_alloc (&probe, a->session->compute, &a->session->model,
                               a->num_digits, 1, TC_ROWS_ALL, err);
  if (status == TC_OK)
    {
      find_example (a, &probe.set);
      status = tc_addition_probe_run (&probe, err);
    }
  if (status == TC_OK)
    status = write_pattern (a, &probe, err);
  if (status == TC_OK)
    status = tc_addition_figure_pattern (a, &probe.set, err);
  tc_addition_probe_free (&probe);
  return status;
}
