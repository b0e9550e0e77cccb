#include "experiments/addition/circuits.h"

#include "experiments/addition/probe.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* What is lost without a head: what it writes at each position is replaced by its
   mean there over random sums (mean ablation).  A digit that only lacks its carry
   is wrong by one.  */

enum { BATCH = 64, BATCHES = 16, NOBODY = -1 };

static const char hook_name[] = "blocks.0.attn.hook_z";

struct ablation
{
  struct tc_addition_probe probe;
  size_t n_pos, n_heads, d_head;
  double *mean;                 /* [n_pos, n_heads, d_head] */
  int head;                     /* to be replaced, or NOBODY */
};

/* Digits answered rightly and wrongly by one, of BATCH * BATCHES.  */
struct outcome { int right, by_one; };

static void
replace_head (const struct tc_activation *z, void *user)
{
  const struct ablation *ablation = user;
  if (ablation->head == NOBODY)
    return;
  size_t each = ablation->d_head, all = ablation->n_heads * each;
  size_t from = (size_t) ablation->head * each;
  for (size_t row = 0; row < z->shape[0] * z->shape[1]; row++)
    for (size_t e = from; e < from + each; e++)
      z->data[row * all + e] = (tc_real) ablation->mean[row % z->shape[1] * all + e];
}

/* Every head and the means are measured on the same sums.  */
static enum tc_status
for_each_batch (const struct tc_addition_analysis *a, struct ablation *ablation,
                enum tc_status (*use) (struct ablation *, void *user, struct tc_error *),
                void *user, struct tc_error *err)
{
  struct tc_torch_rng rng;
  enum tc_status status = TC_OK;
  tc_addition_stream (a, TC_ADDITION_STREAM_ABLATION, &rng);
  for (int i = 0; status == TC_OK && i < BATCHES; i++)
    {
      tc_addition_draw (&ablation->probe.set, 0, BATCH, &rng);
      status = tc_addition_probe_run (&ablation->probe, err);
      if (status == TC_OK)
        status = use (ablation, user, err);
    }
  return status;
}

static enum tc_status
add_to_mean (struct ablation *ablation, void *user, struct tc_error *err)
{
  struct tc_activation z;
  enum tc_status status = tc_run_activation (ablation->probe.run, ablation->probe.model,
                                             hook_name, &z, err);
  size_t each = ablation->n_pos * ablation->n_heads * ablation->d_head;
  (void) user;
  for (size_t i = 0; status == TC_OK && i < BATCH * each; i++)
    ablation->mean[i % each] += (double) z.data[i] / (BATCH * BATCHES);
  return status;
}

static enum tc_status
count (struct ablation *ablation, void *user, struct tc_error *err)
{
  struct outcome *outcome = user;
  size_t answers = (size_t) tc_addition_answers (ablation->probe.set.num_digits);
  (void) err;
  for (size_t i = 0; i < BATCH; i++)
    for (size_t k = 0; k < answers; k++)
      {
        int off = tc_addition_probe_guess (&ablation->probe, i, k)
                  - tc_addition_probe_truth (&ablation->probe, i, k);
        outcome[k].right += off == 0;
        outcome[k].by_one += off == 1 || off == -1 || off == 9 || off == -9;
      }
  return TC_OK;
}

static enum tc_status
ablation_alloc (struct ablation *ablation, const struct tc_addition_analysis *a,
                struct tc_error *err)
{
  const struct tc_config *config = &a->session->model.config;
  *ablation = (struct ablation) {
    .n_pos = (size_t) tc_addition_context (a->num_digits),
    .n_heads = (size_t) config->n_heads, .d_head = (size_t) config->d_head, .head = NOBODY
  };
  size_t n = ablation->n_pos * ablation->n_heads * ablation->d_head;
  ablation->mean = calloc (n, sizeof *ablation->mean);
  if (ablation->mean == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for %zu means", n);
  enum tc_status status
    = tc_addition_probe_alloc (&ablation->probe, a->session->compute, &a->session->model,
                               a->num_digits, BATCH, TC_ROWS_ALL, err);
  if (status == TC_OK)
    status = tc_run_add_hook (ablation->probe.run,
                              (struct tc_hook) { hook_name, TC_FORWARD, replace_head,
                                                 ablation }, err);
  return status;
}

/* outcomes [n_heads + 1, answers]: with all heads, then without each.  */
static enum tc_status
measure (const struct tc_addition_analysis *a, struct outcome *outcomes, struct tc_error *err)
{
  struct ablation ablation;
  enum tc_status status = ablation_alloc (&ablation, a, err);
  if (status == TC_OK)
    status = for_each_batch (a, &ablation, add_to_mean, NULL, err);
  for (int head = NOBODY; status == TC_OK && head < (int) ablation.n_heads; head++)
    {
      ablation.head = head;
      status = for_each_batch (a, &ablation, count,
                               outcomes + (size_t) (head + 1) * a->n_answers, err);
    }
  tc_addition_probe_free (&ablation.probe);
  free (ablation.mean);
  return status;
}

static enum tc_status
write_ablation (const struct tc_addition_analysis *a, const struct outcome *outcomes,
                struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "head", "replaced by its mean; -1: none" },
    { "tok", "answer digit" },
    { "right", "share of 1024 random sums whose digit is right" },
    { "by_one", "of the wrong digits, share that are wrong by one (0 and 9 too); empty: no "
                "digit is wrong" }
  };
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "ablation",
                                          "Answers without a head", 4, columns, err);
  if (status != TC_OK)
    return status;
  for (int head = NOBODY; head < a->session->model.config.n_heads; head++)
    for (size_t k = 0; status == TC_OK && k < a->n_answers; k++)
      {
        const struct outcome *outcome = &outcomes[(size_t) (head + 1) * a->n_answers + k];
        int wrong = BATCH * BATCHES - outcome->right;
        tc_csv_int (&csv, head);
        tc_csv_int (&csv, (long long) k);
        tc_csv_real (&csv, outcome->right / (double) (BATCH * BATCHES));
        tc_csv_real (&csv, wrong > 0 ? outcome->by_one / (double) wrong : NAN);
        status = tc_csv_end_row (&csv, err);
      }
  return tc_csv_finish (&csv, status, err);
}

/* Rows: without which head; digits right, and of all wrong ones those by one.  */
static enum tc_status
write_table (const struct tc_addition_analysis *a, const struct outcome *outcomes,
             struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status = tc_session_tex (a->session, &file, "ablation_table", NULL, err);
  if (status != TC_OK)
    return status;
  fputs ("\\begin{tabular}{@{}l",
         file.stream);
  for (size_t k = 0; k < a->n_answers; k++)
    fputc ('r', file.stream);
  fputs (" r@{}}\n\\toprule\nwithout", file.stream);
  for (size_t k = 0; k < a->n_answers; k++)
    fprintf (file.stream, " & tok %d", (int) k);
  fputs (" & wrong by one\\\\\n\\midrule\n", file.stream);
  for (int head = NOBODY; head < a->session->model.config.n_heads; head++)
    {
      const struct outcome *outcome = &outcomes[(size_t) (head + 1) * a->n_answers];
      double wrong = 0, by_one = 0;
      if (head == NOBODY)
        fputs ("--", file.stream);
      else
        fprintf (file.stream, "head %d", head);
      for (size_t k = 0; k < a->n_answers; k++)
        {
          fprintf (file.stream, " & %.1f", 100.0 * outcome[k].right / (BATCH * BATCHES));
          wrong += BATCH * BATCHES - outcome[k].right;
          by_one += outcome[k].by_one;
        }
      fprintf (file.stream, " & %.1f\\\\\n", wrong > 0 ? 100 * by_one / wrong : 0);
    }
  fputs ("\\bottomrule\n\\end{tabular}\n", file.stream);
  return tc_file_close (&file, err);
}

enum tc_status
tc_addition_report_ablation (struct tc_addition_analysis *a, struct tc_error *err)
{
  size_t n = ((size_t) a->session->model.config.n_heads + 1) * a->n_answers;
  struct outcome *outcomes = calloc (n, sizeof *outcomes);
  enum tc_status status = outcomes != NULL ? measure (a, outcomes, err)
    : tc_fail (err, TC_ENOMEM, "no memory for %zu outcomes", n);
  if (status == TC_OK)
    status = write_ablation (a, outcomes, err);
  if (status == TC_OK)
    status = write_table (a, outcomes, err);
  if (status == TC_OK)
    tc_macros_int (a->macros, "AblationSums", BATCH * BATCHES);
  free (outcomes);
  return status;
}
