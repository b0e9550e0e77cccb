#include "experiments/modular-addition/grid.h"

#include "circuits/fourier2d.h"
#include "experiments/modular-addition/circuit_figures.h"
#include "experiments/modular-addition/tables.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Ranked terms of chosen functions of (a, b) - the notebook's analyse_fourier_2d -
   and the logits in both bases.  Functions are centred first, so that shares are
   of their variance.  */

enum { TOP = 10, IN_TABLE = 6 };

static const struct tc_csv_column columns[] = {
  { "of", "function of (a, b)" }, { "rank", "1: the greatest term" },
  { "a", "the term's function of a" }, { "b", "its function of b" },
  { "coefficient", "of the unit-norm term" },
  { "fraction", "of the variance" }, { "cumulative", "with the greater terms" }
};

/* Rows for column col of a transform, whose const x const does not count.  */
static enum tc_status
rank (const struct tc_fourier *f, const struct tc_dense *transformed, size_t col,
      struct tc_fourier2d_rank *ranks, struct tc_error *err)
{
  struct tc_dense one;
  enum tc_status status = tc_dense_alloc (&one, transformed->rows, 1, err);
  if (status != TC_OK)
    return status;
  for (size_t row = 1; row < one.rows; row++)
    one.data[row] = tc_dense_get (transformed, row, col);
  status = tc_fourier2d_ranks (f, &one, 0, TOP, ranks, err);
  tc_dense_free (&one);
  return status;
}

static enum tc_status
write_csv_rows (struct tc_csv *csv, const struct tc_fourier *f, const char *of,
                const struct tc_fourier2d_rank *ranks, struct tc_error *err)
{
  enum tc_status status = TC_OK;
  for (size_t i = 0; status == TC_OK && i < TOP; i++)
    {
      char name[TC_FOURIER_NAME];
      tc_csv_text (csv, of);
      tc_csv_int (csv, (long long) i + 1);
      tc_fourier_name (f, ranks[i].x, name);
      tc_csv_text (csv, name);
      tc_fourier_name (f, ranks[i].y, name);
      tc_csv_text (csv, name);
      tc_csv_real (csv, ranks[i].coefficient);
      tc_csv_real (csv, ranks[i].fraction);
      tc_csv_real (csv, ranks[i].cumulative);
      status = tc_csv_end_row (csv, err);
    }
  return status;
}

static void
write_table_rows (FILE *stream, const struct tc_fourier *f, const char *of,
                  const struct tc_fourier2d_rank *ranks)
{
  fputs ("\\midrule\n", stream);
  for (size_t i = 0; i < IN_TABLE; i++)
    {
      char x[TC_FOURIER_NAME], y[TC_FOURIER_NAME];
      tc_fourier_name (f, ranks[i].x, x);
      tc_fourier_name (f, ranks[i].y, y);
      fprintf (stream, "%s & %s & %s & ", i == 0 ? of : "", x, y);
      tc_modular_table_number (stream, ranks[i].coefficient, 3);
      fprintf (stream, " & %.1f & %.1f\\\\\n", 100 * ranks[i].fraction,
               100 * ranks[i].cumulative);
    }
}

struct outputs
{
  struct tc_csv csv;
  struct tc_file table;
};

static enum tc_status
add_function (struct outputs *out, const struct tc_fourier *f, const char *of,
              const struct tc_dense *transformed, size_t col, bool in_table,
              struct tc_error *err)
{
  struct tc_fourier2d_rank ranks[TOP];
  enum tc_status status = rank (f, transformed, col, ranks, err);
  if (status == TC_OK)
    status = write_csv_rows (&out->csv, f, of, ranks, err);
  if (status == TC_OK && in_table)
    write_table_rows (out->table.stream, f, of, ranks);
  return status;
}

/* The neuron of a key frequency with the greatest share of its variance there.  */
size_t
tc_modular_best_neuron (const struct tc_modular_grid *grid, size_t k)
{
  size_t best = 0;
  for (size_t j = 1; j < grid->d_mlp; j++)
    if (tc_dense_get (&grid->fractions, k - 1, j) > tc_dense_get (&grid->fractions, k - 1, best))
      best = j;
  return best;
}

static enum tc_status
add_functions (struct outputs *out, const struct tc_modular_grid *grid,
               const struct tc_dense *logits, const struct tc_dense *pattern,
               struct tc_error *err)
{
  enum tc_status status = TC_OK;
  char of[64];
  for (size_t i = 0; status == TC_OK && i < grid->keys.n; i++)
    {
      size_t neuron = tc_modular_best_neuron (grid, grid->keys.k[i]);
      snprintf (of, sizeof of, "neuron %zu", neuron);
      status = add_function (out, grid->f, of, &grid->transformed, neuron, i == 0, err);
    }
  if (status == TC_OK)
    status = add_function (out, grid->f, "logit 0", logits, 0, true, err);
  for (size_t head = 0; status == TC_OK && head < grid->n_heads; head++)
    {
      snprintf (of, sizeof of, "head %zu", head);
      status = add_function (out, grid->f, of, pattern, head * TC_MODULAR_CONTEXT, head == 0,
                             err);
    }
  return status;
}

static enum tc_status
write_terms (const struct tc_modular_analysis *a, const struct tc_modular_grid *grid,
             const struct tc_dense *logits, const struct tc_dense *pattern,
             struct tc_error *err)
{
  struct outputs out;
  enum tc_status status
    = tc_session_csv (a->session, &out.csv, "terms",
                      "The greatest terms of chosen neurons (the purest of each key frequency), "
                      "of the logit of 0, and of each head's attention to a",
                      sizeof columns / sizeof *columns, columns, err);
  if (status != TC_OK)
    return status;
  status = tc_session_tex (a->session, &out.table, "terms_table", "terms.csv", err);
  if (status != TC_OK)
    {
      tc_csv_abandon (&out.csv);
      return status;
    }
  fputs ("\\begin{tabular}{@{}lllrrr@{}}\n\\toprule\n"
         "function & of $a$ & of $b$ & coefficient & \\% & cumulative \\%\\\\\n",
         out.table.stream);
  status = add_functions (&out, grid, logits, pattern, err);
  fputs ("\\bottomrule\n\\end{tabular}\n", out.table.stream);
  status = tc_csv_finish (&out.csv, status, err);
  if (status == TC_OK)
    return tc_file_close (&out.table, err);
  tc_file_abandon (&out.table);
  return status;
}

/* [n, 1]: the norm over classes of each term of the logits, without const x const. */
static enum tc_status
term_norms (const struct tc_dense *logits, struct tc_dense *norms, struct tc_error *err)
{
  enum tc_status status = tc_dense_alloc (norms, logits->rows, 1, err);
  for (size_t row = 1; status == TC_OK && row < logits->rows; row++)
    {
      double sum = 0;
      for (size_t c = 0; c < logits->cols; c++)
        sum += tc_dense_get (logits, row, c) * tc_dense_get (logits, row, c);
      norms->data[row] = sqrt (sum);
    }
  return status;
}

/* The share of the logits' variance that lies in key frequencies' products.  */
static double
product_share (const struct tc_modular_grid *grid, const struct tc_dense *norms)
{
  double total = 0, products = 0;
  size_t p = grid->p;
  for (size_t i = 0; i < p * p; i++)
    {
      size_t k = tc_fourier_frequency (i / p), k_of_b = tc_fourier_frequency (i % p);
      double energy = norms->data[i] * norms->data[i];
      total += energy;
      if (k == k_of_b && k > 0 && tc_modular_is_key (&grid->keys, k))
        products += energy;
    }
  return products / total;
}

static enum tc_status
write_logit_maps (struct tc_modular_analysis *a, const struct tc_modular_grid *grid,
                  const struct tc_dense *logits, struct tc_error *err)
{
  struct tc_dense norms = { 0 };
  enum tc_status status = term_norms (logits, &norms, err);
  if (status == TC_OK)
    tc_modular_number (a, "LogitProductPercent", 100 * product_share (grid, &norms), 3);
  if (status == TC_OK && grid->has_maps)
    status = tc_modular_write_map (a, "logit-map", "The logit of class 0 on every pair",
                                   &grid->logits, 0, err);
  if (status == TC_OK && grid->has_maps)
    status = tc_modular_write_terms (a, "logit-terms", "Norm over classes of each term of the "
                                     "logits, const x const left out", &norms, 0, 0, NULL, err);
  if (status == TC_OK && grid->has_maps)
    status = tc_modular_figure_logits (a, grid, err);
  tc_dense_free (&norms);
  return status;
}

enum tc_status
tc_modular_report_terms (struct tc_modular_analysis *a, const struct tc_modular_grid *grid,
                         struct tc_error *err)
{
  struct tc_dense logits = { 0 }, pattern = { 0 };
  enum tc_status status
    = tc_fourier2d (grid->f, TC_FOURIER_FORWARD, &grid->logits, &logits, err);
  if (status == TC_OK)
    status = tc_fourier2d (grid->f, TC_FOURIER_FORWARD, &grid->pattern, &pattern, err);
  if (status == TC_OK)
    status = write_terms (a, grid, &logits, &pattern, err);
  if (status == TC_OK)
    status = write_logit_maps (a, grid, &logits, err);
  tc_dense_free (&logits);
  tc_dense_free (&pattern);
  return status;
}
