#include "experiments/addition/analysis.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

/* Fixed data: how much the two test streams share with the training set.  */

/* Batches of which a row is written.  */
enum { OVERLAP_ROWS = 20 };

/* The training set's numbers and pairs of numbers, sorted.  */
struct seen
{
  uint64_t *number, *pair;
  size_t n_numbers, n_pairs;
};

/* One stream's count.  */
struct overlap { long long operands, operands_seen, pairs, pairs_seen; };

static int
compare (const void *a, const void *b)
{
  uint64_t x = *(const uint64_t *) a, y = *(const uint64_t *) b;
  return (x > y) - (x < y);
}

static bool
contains (const uint64_t *sorted, size_t n, uint64_t x)
{
  return bsearch (&x, sorted, n, sizeof x, compare) != NULL;
}

/* The number in a row of tokens from column `from`.  */
static uint64_t
number_at (const struct tc_addition_analysis *a, const int32_t *row, size_t from)
{
  uint64_t number = 0;
  for (int i = 0; i < a->num_digits; i++)
    number = 10 * number + (uint64_t) row[from + (size_t) i];
  return number;
}

static void
read_row (const struct tc_addition_analysis *a, const struct tc_batch *batch, size_t i,
          uint64_t *x, uint64_t *y)
{
  const int32_t *row = batch->tokens + i * batch->n_pos;
  *x = number_at (a, row, 0);
  *y = number_at (a, row, (size_t) a->num_digits + 1);
}

/* x + y and y + x are one pair.  */
static uint64_t
pair_of (uint64_t x, uint64_t y)
{
  return x < y ? x << 32 | y : y << 32 | x;
}

static enum tc_status
collect (const struct tc_addition_analysis *a, const struct tc_batch *train, struct seen *seen,
         struct tc_error *err)
{
  seen->number = calloc (2 * train->n_seq + 1, sizeof *seen->number);
  seen->pair = calloc (train->n_seq + 1, sizeof *seen->pair);
  if (seen->number == NULL || seen->pair == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for %zu pairs", train->n_seq);
  for (size_t i = 0; i < train->n_seq; i++)
    {
      uint64_t x, y;
      read_row (a, train, i, &x, &y);
      seen->number[seen->n_numbers++] = x;
      seen->number[seen->n_numbers++] = y;
      seen->pair[seen->n_pairs++] = pair_of (x, y);
    }
  qsort (seen->number, seen->n_numbers, sizeof *seen->number, compare);
  qsort (seen->pair, seen->n_pairs, sizeof *seen->pair, compare);
  return TC_OK;
}

static void
count_rows (const struct tc_addition_analysis *a, const struct seen *seen,
            const struct tc_batch *batch, size_t from, size_t to, struct overlap *overlap)
{
  for (size_t i = from; i < to; i++)
    {
      uint64_t x, y;
      read_row (a, batch, i, &x, &y);
      overlap->operands += 2;
      overlap->operands_seen += contains (seen->number, seen->n_numbers, x);
      overlap->operands_seen += contains (seen->number, seen->n_numbers, y);
      overlap->pairs++;
      overlap->pairs_seen += contains (seen->pair, seen->n_pairs, pair_of (x, y));
    }
}

static void
write_counts (struct tc_csv *csv, const struct overlap *overlap)
{
  tc_csv_int (csv, overlap->operands);
  tc_csv_int (csv, overlap->operands_seen);
  tc_csv_int (csv, overlap->pairs);
  tc_csv_int (csv, overlap->pairs_seen);
}

static void
describe_overlap (const struct tc_addition_analysis *a, const struct overlap total[2],
                  int full_batches)
{
  tc_macros_int (a->macros, "OverlapFullBatches", full_batches);
  tc_macros_int (a->macros, "OverlapTestOperands", total[0].operands);
  tc_macros_int (a->macros, "OverlapTestOperandsSeen", total[0].operands_seen);
  tc_macros_int (a->macros, "OverlapTestPairs", total[0].pairs);
  tc_macros_int (a->macros, "OverlapTestPairsSeen", total[0].pairs_seen);
  tc_macros_int (a->macros, "OverlapFreshOperands", total[1].operands);
  tc_macros_int (a->macros, "OverlapFreshOperandsSeen", total[1].operands_seen);
  tc_macros_int (a->macros, "OverlapFreshPairs", total[1].pairs);
  tc_macros_int (a->macros, "OverlapFreshPairsSeen", total[1].pairs_seen);
}

/* The test batch of a step.  Training asks for one only where it records a test, and
   only then the second stream goes on.  */
static enum tc_status
test_batch (const struct tc_addition_analysis *a, int step, uint32_t *state,
            struct tc_batch *batch, struct tc_error *err)
{
  struct tc_task *task = &a->session->task;
  task->save_state (task->self, state);
  enum tc_status status = task->next_test (task->self, batch, err);
  if (step % a->session->setup.training.test_every != 0)
    task->load_state (task->self, state);
  return status;
}

/* Replays both test streams over the whole run; the first batches and the total are
   written.  */
static enum tc_status
count_overlap (const struct tc_addition_analysis *a, struct tc_csv *csv, struct seen *seen,
               uint32_t *state, struct tc_error *err)
{
  struct tc_task *task = &a->session->task;
  const struct tc_training_options *training = &a->session->setup.training;
  size_t scored = (size_t) a->task->batch_size;
  struct overlap total[2] = { { 0 }, { 0 } };
  struct tc_batch batch;
  int full = 0;
  enum tc_status status = TC_OK;
  for (int step = 0; status == TC_OK && step < training->steps; step++)
    {
      struct overlap now[2] = { { 0 }, { 0 } };
      status = task->next (task->self, &batch, err);
      if (status == TC_OK && step == 0)
        status = collect (a, &batch, seen, err);
      if (status == TC_OK)
        status = test_batch (a, step, state, &batch, err);
      if (status != TC_OK)
        return status;
      count_rows (a, seen, &batch, 0, scored, &now[0]);
      if (step % training->test_every == 0)
        count_rows (a, seen, &batch, scored, batch.n_seq, &now[1]);
      full += now[0].operands_seen == now[0].operands;
      for (int i = 0; i < 2; i++)
        {
          total[i].operands += now[i].operands;
          total[i].operands_seen += now[i].operands_seen;
          total[i].pairs += now[i].pairs;
          total[i].pairs_seen += now[i].pairs_seen;
        }
      if (step >= OVERLAP_ROWS)
        continue;
      tc_csv_int (csv, step);
      write_counts (csv, &now[0]);
      status = tc_csv_end_row (csv, err);
    }
  describe_overlap (a, total, full);
  return status;
}

enum tc_status
tc_addition_report_overlap (struct tc_addition_analysis *a, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "step", "step whose test batch of the notebook it is" },
    { "operands", "numbers in the batch" },
    { "operands_seen", "of these, in the training set, as x or as y" },
    { "pairs", "sums in the batch" },
    { "pairs_seen", "of these, in the training set, in either order" }
  };
  struct tc_csv csv;
  struct seen seen = { 0 };
  enum tc_status status
    = tc_session_csv (a->session, &csv, "overlap", "What the notebook's first test batches share "
                      "with the training set", 5, columns, err);
  if (status != TC_OK)
    return status;
  uint32_t *state = calloc (a->session->task.n_state, sizeof *state);
  status = state == NULL ? tc_fail (err, TC_ENOMEM, "no memory for the generators' state")
    : count_overlap (a, &csv, &seen, state, err);
  status = tc_csv_finish (&csv, status, err);
  free (state);
  free (seen.number);
  free (seen.pair);
  return status;
}
