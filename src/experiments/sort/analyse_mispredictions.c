/* Notebook 000's show_mispreds: the lists that are not sorted right, of the
   validation and of the test set, as "[list] true | predicted", each token predicted
   from the right ones before it, and how many there are.  */

#include "experiments/sort/analysis.h"
#include "experiments/sort/score.h"
#include "training/folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Lists of each set that are shown.  */
enum { LISTED = 10 };

struct listing
{
  struct tc_sort_analysis *a;
  FILE *text;
  size_t n_wrong;               /* in the present set */
};

static void
write_list (FILE *stream, size_t n, const int32_t *values)
{
  for (size_t i = 0; i < n; i++)
    fprintf (stream, "%s%d", i == 0 ? "[" : ", ", (int) values[i]);
  fputc (']', stream);
}

static void
list_one (struct listing *listing, size_t i, size_t n, const int32_t *right,
          const int32_t *predicted)
{
  if (memcmp (right, predicted, n * sizeof *right) == 0 || listing->n_wrong++ >= LISTED)
    return;
  fprintf (listing->text, "[%zu] ", i);
  write_list (listing->text, n, right);
  fputs (" | ", listing->text);
  write_list (listing->text, n, predicted);
  fputc ('\n', listing->text);
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
    list_one (listing, i, n, batch.target + i * n, predicted + i * n);
  if (listing->n_wrong > LISTED)
    fputs ("...\n", listing->text);
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
  enum tc_status status = list_set (listing, "validation", task->validation_seed, err);
  tc_macros_int (listing->a->macros, "ValidationErrors", (long long) listing->n_wrong);
  if (status == TC_OK)
    status = list_set (listing, "test", task->test_seed, err);
  tc_macros_int (listing->a->macros, "TestErrors", (long long) listing->n_wrong);
  return status;
}

enum tc_status
tc_sort_report_mispredictions (struct tc_sort_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status = tc_session_text (a->session, &file, "mispredictions.txt", err);
  if (status != TC_OK)
    return status;
  struct listing listing = { .a = a, .text = file.stream };
  status = list_both (&listing, err);
  if (status == TC_OK)
    return tc_file_close (&file, err);
  tc_file_abandon (&file);
  return status;
}
