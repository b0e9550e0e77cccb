/* Attention in one sequence, and the sample of the data that the notebook prints.  */

#include "experiments/induction/analysis.h"
#include "experiments/induction/figures.h"
#include "experiments/induction/probe.h"

#include <math.h>
#include <stdio.h>

/* ---- The sample ---- */

/* The first sequence of the batch that the notebook prints.  */
static enum tc_status
draw_sample (const struct tc_induction_analysis *a, struct tc_induction_set *set,
             struct tc_error *err)
{
  struct tc_mt19937 numpy;
  size_t n = (size_t) a->task->batch_size
             * (size_t) (a->is_finite ? a->task->num_batches : 1);
  enum tc_status status = tc_induction_set_alloc (set, a->shape, n, err);
  if (status != TC_OK)
    return status;
  tc_numpy_seed (&numpy, (uint32_t) a->task->data_seed);
  tc_induction_draw (set, &numpy);
  return TC_OK;
}

static bool
is_scored (const struct tc_induction_set *set, size_t position)
{
  for (int k = 0; k < tc_induction_scored (&set->shape); k++)
    if (set->target_pos[k] == (int32_t) position)
      return true;
  return false;
}

/* Which copy of the block a position belongs to, or 0.  */
static int
copy_of (const struct tc_induction_set *set, size_t position)
{
  for (int copy = 0; copy < set->shape.num_repeats; copy++)
    if ((int32_t) position >= set->start[copy]
        && (int32_t) position < set->start[copy] + set->shape.subseq_len)
      return copy + 1;
  return 0;
}

static enum tc_status
write_sample (const struct tc_induction_analysis *a, const struct tc_induction_set *set,
              struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "position", "from 0" }, { "mask", "whether the next token is scored" },
    { "token", "as the notebook prints it beside the mask" },
    { "copy", "which copy of the block it belongs to; 0: none" }
  };
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "sample",
                                          "The first sequence of the batch that the notebook "
                                          "prints", 4, columns, err);
  if (status != TC_OK)
    return status;
  for (size_t p = 0; status == TC_OK && p < (size_t) set->shape.seq_len; p++)
    {
      tc_csv_int (&csv, (long long) p);
      tc_csv_int (&csv, is_scored (set, p));
      tc_csv_int (&csv, set->tokens[p]);
      tc_csv_int (&csv, copy_of (set, p));
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

/* Slots as lines: the block's tokens bold, those that are scored underlined.  */
static enum tc_status
write_sample_table (const struct tc_induction_analysis *a, const struct tc_induction_set *set,
                    struct tc_error *err)
{
  struct tc_file file;
  const size_t slot = (size_t) tc_induction_slot (a->shape);
  enum tc_status status = tc_session_tex (a->session, &file, "sample_table",
                                          "sample.csv", err);
  if (status != TC_OK)
    return status;
  for (size_t p = 0; p < (size_t) set->shape.seq_len; p++)
    {
      bool is_target = p > 0 && is_scored (set, p - 1);
      if (p > 0 && p % slot == 1)
        fputs (p > 1 ? "\\par\n" : "~\\par\n", file.stream);
      fprintf (file.stream, copy_of (set, p) == 0 ? "%d\n"
               : is_target ? "\\underline{\\textbf{%d}}\n" : "\\textbf{%d}\n",
               set->tokens[p]);
    }
  return tc_file_close (&file, err);
}

/* ---- Patterns ---- */

/* Three decimals: the file holds thirty thousand of them.  */
static double
three_decimals (double x)
{
  return floor (x * 1000 + 0.5) / 1000;
}

static enum tc_status
write_layer (struct tc_csv *csv, struct tc_induction_probe *probe,
             const struct tc_induction_analysis *a, size_t layer, struct tc_error *err)
{
  struct tc_activation pattern;
  const size_t n = probe->batch.n_pos;
  enum tc_status status = tc_induction_probe_activation (probe, a, layer,
                                                         "attn.hook_pattern", &pattern, err);
  if (status != TC_OK)
    return status;
  for (size_t row = 0; status == TC_OK && row < pattern.shape[1] * n; row++)
    {
      size_t query = row % n;
      tc_csv_int (csv, (long long) layer);
      tc_csv_int (csv, (long long) (row / n));
      tc_csv_int (csv, (long long) query);
      for (size_t key = 0; key < n; key++)
        tc_csv_real (csv, key > query ? NAN
                     : three_decimals ((double) pattern.data[row * n + key]));
      status = tc_csv_end_row (csv, err);
    }
  return status;
}

static enum tc_status
write_patterns (struct tc_induction_probe *probe, const struct tc_induction_analysis *a,
                struct tc_error *err)
{
  enum { FIXED = 3, MOST = 256 };
  char names[MOST][16];
  struct tc_csv_column columns[FIXED + MOST] = {
    { "layer", "from 0" }, { "head", "from 0" }, { "query", "position" }
  };
  const size_t n = probe->batch.n_pos;
  struct tc_csv csv;
  if (n > MOST)
    return TC_OK;
  for (size_t key = 0; key < n; key++)
    {
      snprintf (names[key], sizeof names[key], "key_%zu", key);
      columns[FIXED + key] = (struct tc_csv_column) {
        names[key], key == 0 ? "attention on that position, in thousandths" : "the same"
      };
    }
  enum tc_status status = tc_session_csv (a->session, &csv, "patterns",
                                          "Attention of every head in the sample",
                                          FIXED + n, columns, err);
  if (status != TC_OK)
    return status;
  for (size_t layer = 0; status == TC_OK && layer < (size_t) a->session->model.config.n_layers;
       layer++)
    status = write_layer (&csv, probe, a, layer, err);
  return tc_csv_finish (&csv, status, err);
}

/* Runs the model on the sample, in the place of the probe's first sequence.  */
static enum tc_status
report_patterns (const struct tc_induction_analysis *a, const struct tc_induction_set *sample,
                 struct tc_error *err)
{
  struct tc_induction_probe probe;
  enum tc_status status = tc_induction_probe_open (&probe, a, err);
  if (status != TC_OK)
    return status;
  tc_induction_copy (&probe.set, 0, sample, 0);
  status = tc_induction_probe_forward (&probe, a, err);
  if (status == TC_OK)
    status = write_patterns (&probe, a, err);
  tc_induction_probe_close (&probe);
  return status;
}

enum tc_status
tc_induction_report_patterns (struct tc_induction_analysis *a, struct tc_error *err)
{
  struct tc_induction_set sample;
  enum tc_status status = draw_sample (a, &sample, err);
  if (status != TC_OK)
    return status;
  status = write_sample (a, &sample, err);
  if (status == TC_OK)
    status = write_sample_table (a, &sample, err);
  if (status == TC_OK)
    status = report_patterns (a, &sample, err);
  if (status == TC_OK)
    status = tc_induction_figure_patterns (a, sample.start, err);
  tc_induction_set_free (&sample);
  return status;
}
