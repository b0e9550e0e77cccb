/* Notebook 000's show_mispreds: the lists that are not sorted right, of the
   validation and of the test set.  */

#include "experiments/sort/analysis.h"
#include "experiments/sort/score.h"
#include "training/folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Rows of each set: in the table of the paper, and in the files.  */
enum { SHOWN = 8, LISTED = 200 };

struct listing
{
  struct tc_sort_analysis *a;
  struct tc_csv *csv;
  FILE *text, *table;
  size_t n_wrong;               /* in the present set */
};

static void
write_list (FILE *stream, size_t n, const int32_t *values)
{
  for (size_t i = 0; i < n; i++)
    fprintf (stream, "%s%d", i == 0 ? "[" : ", ", (int) values[i]);
  fputc (']', stream);
}

/* A list in the table, tokens that are not the other's in bold.  */
static void
write_row (FILE *stream, size_t n, const int32_t *values, const int32_t *others)
{
  for (size_t i = 0; i < n; i++)
    fprintf (stream, values[i] == others[i] ? "%s%d" : "%s\\textbf{%d}", i == 0 ? "" : " ",
             (int) values[i]);
}

static void
csv_list (struct tc_csv *csv, size_t n, const int32_t *values)
{
  char text[1024] = "";
  size_t used = 0;
  for (size_t i = 0; i < n && used < sizeof text - 16; i++)
    used += (size_t) snprintf (text + used, sizeof text - used, "%s%d", i == 0 ? "" : " ",
                               (int) values[i]);
  tc_csv_text (csv, text);
}

static enum tc_status
list_one (struct listing *listing, const char *set, size_t i, size_t n, const int32_t *right,
          const int32_t *predicted, struct tc_error *err)
{
  size_t n_tokens = 0;
  for (size_t k = 0; k < n; k++)
    n_tokens += right[k] != predicted[k];
  if (n_tokens == 0 || listing->n_wrong++ >= LISTED)
    return TC_OK;
  fprintf (listing->text, "[%zu] ", i);
  write_list (listing->text, n, right);
  fputs (" | ", listing->text);
  write_list (listing->text, n, predicted);
  fputc ('\n', listing->text);
  if (listing->n_wrong <= SHOWN)
    {
      fprintf (listing->table, "%s & %zu & ", set, i);
      write_row (listing->table, n, right, predicted);
      fputs (" & ", listing->table);
      write_row (listing->table, n, predicted, right);
      fputs (" \\\\\n", listing->table);
    }
  tc_csv_text (listing->csv, set);
  tc_csv_int (listing->csv, (long long) i);
  tc_csv_int (listing->csv, (long long) n_tokens);
  csv_list (listing->csv, n, right);
  csv_list (listing->csv, n, predicted);
  return tc_csv_end_row (listing->csv, err);
}

/* Validation or test: the test_size lists of a seed.  */
static enum tc_status
list_set (struct listing *listing, const char *name, uint64_t seed, struct tc_error *err)
{
  struct tc_sort_analysis *a = listing->a;
  const struct tc_sort_options *task = a->task;
  size_t lists = (size_t) task->test_size;
  size_t n = (size_t) tc_sort_answers (task, task->list_length);
  int32_t *predicted = calloc (lists * n + 1, sizeof *predicted);
  struct tc_sort_stream stream;
  struct tc_sort_set set;
  struct tc_batch batch;
  tc_sort_stream_start (&stream, task, seed);
  enum tc_status status = tc_sort_set_alloc (&set, task, lists, err);
  if (status == TC_OK && predicted == NULL)
    status = tc_fail (err, TC_ENOMEM, "no memory for %zu predictions", lists * n);
  if (status == TC_OK)
    status = tc_sort_set_draw (&set, &stream, lists, task->list_length, err);
  if (status == TC_OK)
    {
      tc_sort_set_batch (&set, &batch);
      status = tc_sort_predict (a, &batch, predicted, err);
    }
  listing->n_wrong = 0;
  fprintf (listing->text, "%s\n", name);
  for (size_t i = 0; status == TC_OK && i < lists; i++)
    status = list_one (listing, name, i, n, batch.target + i * n, predicted + i * n, err);
  fprintf (listing->text, "%zu/%zu (%.2f%%)\n", listing->n_wrong, lists,
           100.0 * (double) listing->n_wrong / (double) lists);
  tc_sort_set_free (&set);
  free (predicted);
  return status;
}

static enum tc_status
list_both (struct listing *listing, struct tc_error *err)
{
  const struct tc_sort_options *task = listing->a->task;
  fputs ("% Written by tc-sort-analyse from mispredictions.csv.\n"
         "\\begin{tabular}{@{}lrll@{}}\n\\toprule\n"
         "set & list & true & predicted \\\\\n\\midrule\n", listing->table);
  enum tc_status status = list_set (listing, "validation", task->validation_seed, err);
  tc_macros_int (listing->a->macros, "ValidationErrors", (long long) listing->n_wrong);
  if (status == TC_OK)
    status = list_set (listing, "test", task->test_seed, err);
  tc_macros_int (listing->a->macros, "TestErrors", (long long) listing->n_wrong);
  fputs ("\\bottomrule\n\\end{tabular}\n", listing->table);
  return status;
}

static enum tc_status
open_text (const struct tc_sort_analysis *a, struct tc_file *file, const char *name,
           struct tc_error *err)
{
  char *path = tc_join (a->session->data_folder, name);
  if (path == NULL)
    return tc_fail (err, TC_ENOMEM, "out of memory");
  enum tc_status status = tc_file_create (file, path, err);
  free (path);
  return status;
}

static enum tc_status
close_text (struct tc_file *file, enum tc_status status, struct tc_error *err)
{
  if (status == TC_OK)
    return tc_file_close (file, err);
  tc_file_abandon (file);
  return status;
}

enum tc_status
tc_sort_report_mispredictions (struct tc_sort_analysis *a, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "set", "validation or test" },
    { "list", "its number there" },
    { "n_wrong", "tokens of it that are wrong; at most 200 lists of each set are here" },
    { "true", "the sorted list" },
    { "predicted", "each token predicted from the right ones before it" }
  };
  struct tc_file text, table;
  struct tc_csv csv;
  enum tc_status status = open_text (a, &text, "mispredictions.txt", err);
  if (status != TC_OK)
    return status;
  status = open_text (a, &table, "mispredictions_table.tex", err);
  if (status != TC_OK)
    return close_text (&text, status, err);
  status = tc_session_csv (a->session, &csv, "mispredictions",
                           "Lists that the trained model does not sort right",
                           sizeof columns / sizeof *columns, columns, err);
  if (status == TC_OK)
    {
      struct listing listing = { .a = a, .csv = &csv, .text = text.stream,
                                 .table = table.stream };
      status = tc_csv_finish (&csv, list_both (&listing, err), err);
    }
  status = close_text (&text, status, err);
  return close_text (&table, status, err);
}
