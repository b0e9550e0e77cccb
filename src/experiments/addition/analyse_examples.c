#include "experiments/addition/analysis.h"

#include "experiments/addition/chains.h"
#include "experiments/addition/probe.h"
#include "numerics/elementary.h"

#include <stdbool.h>
#include <stdio.h>

/* A few sums as the notebook prints them, with their carries, and what the trained
   model gives the right digit: the first of the first training batch, then one with
   each longest chain of carries.  */

enum { STREAM = 3 };

/* Copies the batch's first sum and draws the others.  */
static enum tc_status
choose (const struct tc_addition_analysis *a, struct tc_addition_set *set,
        struct tc_error *err)
{
  struct tc_task *task = &a->session->task;
  struct tc_addition_chains chains;
  struct tc_torch_rng rng;
  struct tc_batch batch;
  enum tc_status status = task->next (task->self, &batch, err);
  if (status != TC_OK)
    return status;
  for (int i = 0; i < a->num_digits; i++)
    {
      set->x[i] = batch.tokens[i];
      set->y[i] = batch.tokens[a->num_digits + 1 + i];
    }
  tc_addition_write (set, 0);
  tc_addition_chains_count (&chains, a->num_digits);
  tc_torch_seed (&rng, tc_addition_stream_seed (a->task->data_seed, STREAM));
  for (size_t i = 1; i < set->n; i++)
    tc_addition_chains_draw (&chains, (int) i - 1, &rng, set, i);
  return TC_OK;
}

/* Probability of the right digit.  */
static double
probability (const struct tc_addition_probe *probe, size_t i, size_t k)
{
  const tc_real *logits = tc_addition_probe_logits (probe, i, k);
  double right = (double) logits[tc_addition_probe_truth (probe, i, k)], sum = 0;
  for (int c = 0; c < TC_ADDITION_CLASSES; c++)
    sum += tc_exp64 ((double) logits[c] - right);
  return 1 / sum;
}

static void
write_digits (char *text, const int32_t *digits, size_t n)
{
  for (size_t i = 0; i < n; i++)
    text[i] = (char) ('0' + digits[i]);
  text[n] = '\0';
}

static enum tc_status
write_csv (const struct tc_addition_analysis *a, const struct tc_addition_probe *probe,
           struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "x", "first number" }, { "y", "second number" }, { "z", "their sum" },
    { "carries", "out of each column, in the places that they go to, units last" },
    { "guess", "the model's digits, each after the right ones" },
    { "chain", "longest run of columns that pass on a carry through a 9" },
    { "lowest", "the smallest probability that it gives a right digit" }
  };
  const struct tc_addition_set *set = &probe->set;
  size_t d = (size_t) a->num_digits, n = a->n_answers;
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "examples", "Sums, their carries and "
                                          "what the trained model says", sizeof columns
                                          / sizeof *columns, columns, err);
  for (size_t i = 0; status == TC_OK && i < set->n; i++)
    {
      char text[TC_ADDITION_MAX_DIGITS + 2];
      double lowest = 1;
      write_digits (text, set->x + i * d, d);
      tc_csv_text (&csv, text);
      write_digits (text, set->y + i * d, d);
      tc_csv_text (&csv, text);
      write_digits (text, set->target + i * n, n);
      tc_csv_text (&csv, text);
      for (size_t k = 0; k < n; k++)
        text[k] = (char) ('0' + set->carries[i * n + n - 1 - k]);
      tc_csv_text (&csv, text);
      for (size_t k = 0; k < n; k++)
        {
          double p = probability (probe, i, k);
          text[k] = (char) ('0' + tc_addition_probe_guess (probe, i, k));
          lowest = p < lowest ? p : lowest;
        }
      tc_csv_text (&csv, text);
      tc_csv_int (&csv, tc_addition_chain (set, i));
      tc_csv_float (&csv, (float) lowest);
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

/* ---- The table: one column per sum, as the notebook's tokens_to_string ---- */

/* A cell in typewriter: `lead` (with ~ for blanks), then digits; zeros as dots if
   they are carries.  */
static void
write_cell (FILE *stream, const char *lead, const char *digits, bool dots)
{
  fprintf (stream, " & \\texttt{%s", lead);
  for (const char *c = digits; *c != '\0'; c++)
    if (dots && *c == '0')
      fputs ("$\\cdot$", stream);
    else
      fputc (*c, stream);
  fputc ('}', stream);
}

/* The model's digits; wrong ones in red.  */
static void
write_guess (FILE *stream, const struct tc_addition_probe *probe, size_t i, size_t n)
{
  fputs (" & \\texttt{~", stream);
  for (size_t k = 0; k < n; k++)
    {
      int guess = tc_addition_probe_guess (probe, i, k);
      fprintf (stream, guess == tc_addition_probe_truth (probe, i, k)
               ? "%d" : "\\textcolor{red}{%d}", guess);
    }
  fputc ('}', stream);
}

enum line { CARRIES, FIRST, SECOND, SUM, MODEL, CHAIN, LINES };

static void
write_entry (FILE *stream, const struct tc_addition_probe *probe, enum line line, size_t i)
{
  const struct tc_addition_set *set = &probe->set;
  size_t d = (size_t) set->num_digits, n = d + 1;
  char text[TC_ADDITION_MAX_DIGITS + 2];
  switch (line)
    {
    case CARRIES:
      for (size_t k = 0; k < n; k++)
        text[k] = (char) ('0' + set->carries[i * n + n - 1 - k]);
      text[n] = '\0';
      write_cell (stream, "~", text, true);
      break;
    case FIRST:
      write_digits (text, set->x + i * d, d);
      write_cell (stream, "~~", text, false);
      break;
    case SECOND:
      write_digits (text, set->y + i * d, d);
      write_cell (stream, "~+", text, false);
      break;
    case SUM:
      write_digits (text, set->target + i * n, n);
      write_cell (stream, "=", text, false);
      break;
    case MODEL:
      write_guess (stream, probe, i, n);
      break;
    default:
      fprintf (stream, " & %d", tc_addition_chain (set, i));
    }
}

static enum tc_status
write_table (const struct tc_addition_analysis *a, const struct tc_addition_probe *probe,
             struct tc_error *err)
{
  static const char *const names[LINES] = { "carries", "$x$", "$y$", "$z$", "model",
                                            "longest chain" };
  struct tc_file file;
  enum tc_status status = tc_session_tex (a->session, &file, "examples_table", NULL, err);
  if (status != TC_OK)
    return status;
  fputs ("\\begin{tabular}{@{}l", file.stream);
  for (size_t i = 0; i < probe->set.n; i++)
    fputc ('r', file.stream);
  fputs ("@{}}\n\\toprule\n", file.stream);
  for (int line = 0; line < LINES; line++)
    {
      fputs (names[line], file.stream);
      for (size_t i = 0; i < probe->set.n; i++)
        write_entry (file.stream, probe, (enum line) line, i);
      fputs (" \\\\\n", file.stream);
    }
  fputs ("\\bottomrule\n\\end{tabular}\n", file.stream);
  return tc_file_close (&file, err);
}

enum tc_status
tc_addition_report_examples (struct tc_addition_analysis *a, struct tc_error *err)
{
  struct tc_addition_probe probe;
  enum tc_status status
    = tc_addition_probe_alloc (&probe, a->session->compute, &a->session->model, a->num_digits,
                               (size_t) a->num_digits + 1, TC_ROWS_NEEDED, err);
  if (status == TC_OK)
    status = choose (a, &probe.set, err);
  if (status == TC_OK)
    status = tc_addition_probe_run (&probe, err);
  if (status == TC_OK)
    status = write_csv (a, &probe, err);
  if (status == TC_OK)
    status = write_table (a, &probe, err);
  tc_addition_probe_free (&probe);
  return status;
}
