#include "experiments/TEMPLATE/task.h"
#include "experiments/program.h"

#include <stdio.h>
#include <stdlib.h>

/* What the paper's section shows: how much attention goes one position back,
   over training.  */

/* Mean attention from each position to the one before, over a batch.  */
static enum tc_status
attention_back (struct tc_session *session, const struct tc_batch *batch, struct tc_run *run,
                double *mean, struct tc_error *err)
{
  struct tc_activation pattern;
  enum tc_status status = tc_forward (session->compute, &session->model, batch, run, err);
  if (status == TC_OK)
    status = tc_run_activation (run, &session->model, "blocks.0.attn.hook_pattern", &pattern,
                                err);
  if (status != TC_OK)
    return status;
  size_t n_pos = batch->n_pos, rows = pattern.shape[0] * pattern.shape[1];
  double sum = 0.0;
  for (size_t r = 0; r < rows; r++)
    for (size_t p = 1; p < n_pos; p++)
      sum += (double) pattern.data[(r * n_pos + p) * n_pos + p - 1];
  *mean = sum / (double) (rows * (n_pos - 1));
  return TC_OK;
}

/* attention.csv: one row per snapshot, then the trained model.  */
static enum tc_status
write_attention (struct tc_session *session, const struct tc_batch *batch, struct tc_run *run,
                 const int *steps, size_t n_steps, double *last, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "step", "updates made" }, { "attention", "mean attention to the position before" }
  };
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (session, &csv, "attention",
                                          "Attention one position back over training", 2,
                                          columns, err);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; status == TC_OK && i <= n_steps; i++)
    {
      status = tc_session_load (session, i < n_steps ? steps[i] : -1, err);
      if (status == TC_OK)
        status = attention_back (session, batch, run, last, err);
      if (status == TC_OK && i < n_steps)
        {
          tc_csv_int (&csv, steps[i]);
          tc_csv_real (&csv, *last);
          status = tc_csv_end_row (&csv, err);
        }
    }
  return tc_csv_finish (&csv, status, err);
}

static enum tc_status
write_figure (const struct tc_session *session, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status = tc_session_figure (session, &file, "attention", err);
  if (status != TC_OK)
    return status;
  fprintf (file.stream,
           "load 'figures/style.gp'\n"
           "set datafile separator ','\n"
           "set xlabel 'step'\n"
           "set ylabel 'attention to the position before'\n"
           "plot 'data/%s/%s/attention.csv' using 'step':'attention' with lines notitle\n",
           session->experiment->name, session->run);
  return tc_file_close (&file, err);
}

static void
write_macros (const struct tc_session *session, double attention)
{
  tc_macros_int (session->macros, "Steps", session->setup.training.steps);
  tc_macros_real (session->macros, "Attention", attention, 3);
}

static enum tc_status
analyse (struct tc_session *session, struct tc_error *err)
{
  struct tc_batch batch;
  struct tc_run *run = NULL;
  int *steps = NULL;
  size_t n_steps;
  double attention = 0.0;
  enum tc_status status = session->task.next (session->task.self, &batch, err);
  if (status == TC_OK)
    status = tc_run_alloc (&run, &session->model.config, TC_ROWS_ALL, session->task.max_seq,
                           session->task.max_pos, session->task.max_targets, err);
  if (status == TC_OK)
    status = tc_session_snapshots (session, &steps, &n_steps, err);
  if (status == TC_OK)
    status = write_attention (session, &batch, run, steps, n_steps, &attention, err);
  if (status == TC_OK)
    status = write_figure (session, err);
  if (status == TC_OK)
    write_macros (session, attention);
  free (steps);
  tc_run_free (run);
  return status;
}

int
main (int argc, char **argv)
{
  return tc_analyse_program (argc, argv, &tc_template_experiment, analyse);
}
