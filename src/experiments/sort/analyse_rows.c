/* What notebook 003 says of attention: whose rows of the pattern are clear, and what
   becomes of them where a token is replaced.  */

#include "experiments/sort/analysis.h"
#include "experiments/sort/examine.h"

#include "numerics/elementary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LISTS = 10000, LIST_SEED = 2003 };

/* The notebook's tokens, and the place of the list where it injects START.  */
enum { FOR_MID = 27, FOR_START = 12, PLACE = 5 };

/* Head 0's patterns of some lists.  */
struct patterns
{
  tc_real *weight;              /* [LISTS, n_pos, n_pos] */
};

struct comparison
{
  struct tc_sort_analysis *a;
  size_t n_pos, mid;            /* positions; MID's */
  struct tc_sort_set set;
  struct patterns plain, changed, *now;
};

static const tc_real *
row_of (const struct comparison *x, const struct patterns *patterns, size_t i, size_t q)
{
  return patterns->weight + (i * x->n_pos + q) * x->n_pos;
}

/* --- looking --- */

static enum tc_status
look (struct tc_run *run, const struct tc_batch *batch, size_t first, void *user,
      struct tc_error *err)
{
  struct comparison *x = user;
  struct tc_activation pattern;
  size_t size = batch->n_pos * batch->n_pos;
  size_t heads = (size_t) x->a->session->model.config.n_heads;
  enum tc_status status = tc_run_activation (run, &x->a->session->model,
                                             "blocks.0.attn.hook_pattern", &pattern, err);
  for (size_t b = 0; status == TC_OK && b < batch->n_seq; b++)
    memcpy (x->now->weight + (first + b) * size, pattern.data + b * heads * size,
            size * sizeof *pattern.data);
  return status;
}

/* Looks at the lists with a token written over one position.  */
static enum tc_status
look_changed (struct comparison *x, size_t position, int32_t token, struct tc_error *err)
{
  struct tc_sort_set set = x->set;
  size_t size = set.n * x->n_pos;
  x->now = &x->changed;
  set.tokens = malloc (size * sizeof *set.tokens);
  if (set.tokens == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for %zu lists", set.n);
  memcpy (set.tokens, x->set.tokens, size * sizeof *set.tokens);
  for (size_t i = 0; i < set.n; i++)
    set.tokens[i * x->n_pos + position] = token;
  enum tc_status status = tc_sort_examine (x->a, &set, 0, NULL, look, x, err);
  free (set.tokens);
  return status;
}

/* --- measures of one list's row --- */

/* Of the keys 0 ... q.  */
static size_t
greatest (const tc_real *row, size_t q)
{
  size_t best = 0;
  for (size_t k = 1; k <= q; k++)
    best = row[k] > row[best] ? k : best;
  return best;
}

/* Over its greatest value: 1 is uniform.  */
static double
entropy (const tc_real *row, size_t q)
{
  double sum = 0;
  for (size_t k = 0; k <= q; k++)
    if (row[k] > 0)
      sum -= (double) row[k] * tc_log64 ((double) row[k]);
  return sum / tc_log64 ((double) q + 1);
}

/* Whether, of all keys that do not hold the right token, those that hold the two values
   after it have the two greatest weights.  Nothing to say (-1) where not all three are
   different values.  */
static int
follows_in_weight (const struct comparison *x, size_t i, size_t k)
{
  size_t length = x->mid - 1, q = x->mid + k;
  const int32_t *tokens = tc_sort_set_row (&x->set, i), *sorted = tokens + length + 2;
  const tc_real *row = row_of (x, &x->plain, i, q);
  tc_real least = 2, most = 0;
  if (k + 2 >= length || sorted[k] == sorted[k + 1] || sorted[k + 1] == sorted[k + 2])
    return -1;
  for (size_t p = 0; p <= q; p++)
    if (p <= length && (tokens[p] == sorted[k + 1] || tokens[p] == sorted[k + 2]))
      least = row[p] < least ? row[p] : least;
    else if (p > length || tokens[p] != sorted[k])
      most = row[p] > most ? row[p] : most;
  return least > most;
}

/* --- measures over lists --- */

/* Shares of (list, slot) where the values after the right token follow in weight.  */
static double
share_following (const struct comparison *x)
{
  size_t count = 0, n = 0;
  for (size_t i = 0; i < LISTS; i++)
    for (size_t k = 0; k + 1 < x->mid; k++)
      {
        int follows = follows_in_weight (x, i, k);
        count += follows == 1;
        n += follows >= 0;
      }
  return (double) count / (double) n;
}

/* Share of lists whose last sorted token attends more evenly than those before it do in
   the mean.  */
static double
share_last_less_clear (const struct comparison *x)
{
  size_t count = 0, length = x->mid - 1;
  for (size_t i = 0; i < LISTS; i++)
    {
      double mean = 0, last = entropy (row_of (x, &x->plain, i, x->mid + length),
                                       x->mid + length);
      for (size_t k = 1; k < length; k++)
        mean += entropy (row_of (x, &x->plain, i, x->mid + k), x->mid + k)
                / (double) (length - 1);
      count += last > mean;
    }
  return (double) count / LISTS;
}

/* Share of (list, position from MID on) with less than a tenth on START.  */
static double
share_off_start (const struct comparison *x)
{
  size_t count = 0, n = 0;
  for (size_t i = 0; i < LISTS; i++)
    for (size_t q = x->mid; q < x->n_pos; q++, n++)
      count += row_of (x, &x->plain, i, q)[0] < (tc_real) 0.1;
  return (double) count / (double) n;
}

static double
mean_on_start (const struct comparison *x, const struct patterns *patterns)
{
  double sum = 0, n = 0;
  for (size_t i = 0; i < LISTS; i++)
    for (size_t q = x->mid; q < x->n_pos; q++, n++)
      sum += (double) row_of (x, patterns, i, q)[0];
  return sum / n;
}

/* Mean over lists of half the sum of differences between MID's row and the changed
   one, or, shifted, another list's: 0 equal, 1 nothing in common.  */
static double
distance (const struct comparison *x, const struct patterns *other, size_t shift)
{
  double sum = 0;
  for (size_t i = 0; i < LISTS; i++)
    {
      const tc_real *a = row_of (x, &x->plain, i, x->mid);
      const tc_real *b = row_of (x, other, (i + shift) % LISTS, x->mid);
      for (size_t k = 0; k <= x->mid; k++)
        sum += fabs ((double) a[k] - (double) b[k]) / 2;
    }
  return sum / LISTS;
}

/* Share of rows q from ... to - 1 with the greatest weight at the same key as before. */
static double
share_same (const struct comparison *x, size_t from, size_t to)
{
  size_t count = 0;
  for (size_t i = 0; i < LISTS; i++)
    for (size_t q = from; q < to; q++)
      count += greatest (row_of (x, &x->plain, i, q), q)
               == greatest (row_of (x, &x->changed, i, q), q);
  return (double) count / (double) (LISTS * (to - from));
}

static double
mean_entropy (const struct comparison *x, const struct patterns *patterns)
{
  double sum = 0;
  for (size_t i = 0; i < LISTS; i++)
    sum += entropy (row_of (x, patterns, i, PLACE), PLACE);
  return sum / LISTS;
}

/* Share of lists where PLACE attends more evenly than before.  */
static double
share_smoother (const struct comparison *x)
{
  size_t count = 0;
  for (size_t i = 0; i < LISTS; i++)
    count += entropy (row_of (x, &x->changed, i, PLACE), PLACE)
             > entropy (row_of (x, &x->plain, i, PLACE), PLACE);
  return (double) count / LISTS;
}

/* --- the part --- */

static enum tc_status
add_row (struct tc_csv *csv, const char *measure, double value, struct tc_error *err)
{
  tc_csv_text (csv, measure);
  tc_csv_real (csv, value);
  return tc_csv_end_row (csv, err);
}

static enum tc_status
add_plain (struct comparison *x, struct tc_csv *csv, struct tc_error *err)
{
  x->now = &x->plain;
  enum tc_status status = tc_sort_examine (x->a, &x->set, 0, NULL, look, x, err);
  if (status == TC_OK)
    status = add_row (csv, "two-after-follow", share_following (x), err);
  if (status == TC_OK)
    status = add_row (csv, "last-less-clear", share_last_less_clear (x), err);
  if (status == TC_OK)
    status = add_row (csv, "off-start", share_off_start (x), err);
  if (status == TC_OK)
    status = add_row (csv, "on-start", mean_on_start (x, &x->plain), err);
  if (status == TC_OK)
    status = add_row (csv, "mid-other-list-distance", distance (x, &x->plain, 1), err);
  if (status == TC_OK)
    status = add_row (csv, "value-entropy", mean_entropy (x, &x->plain), err);
  return status;
}

static enum tc_status
add_changed (struct comparison *x, struct tc_csv *csv, struct tc_error *err)
{
  enum tc_status status = look_changed (x, x->mid, FOR_MID, err);
  if (status == TC_OK)
    status = add_row (csv, "mid-replaced-distance", distance (x, &x->changed, 0), err);
  if (status == TC_OK)
    status = add_row (csv, "mid-replaced-same-greatest", share_same (x, x->mid, x->mid + 1),
                      err);
  if (status == TC_OK)
    status = look_changed (x, PLACE, x->a->task->start_token, err);
  if (status == TC_OK)
    status = add_row (csv, "injected-start-entropy", mean_entropy (x, &x->changed), err);
  if (status == TC_OK)
    status = add_row (csv, "injected-start-smoother", share_smoother (x), err);
  if (status == TC_OK)
    status = look_changed (x, 0, FOR_START, err);
  if (status == TC_OK)
    status = add_row (csv, "on-start-replaced", mean_on_start (x, &x->changed), err);
  if (status == TC_OK)
    status = add_row (csv, "start-replaced-same-greatest", share_same (x, x->mid, x->n_pos),
                      err);
  return status;
}

enum tc_status
tc_sort_report_rows (struct tc_sort_analysis *a, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "measure", "two-after-follow: share of rows from MID on where, but for the right token, "
                 "the two values after it have the greatest weights; last-less-clear: share "
                 "of lists whose last sorted token's row has more entropy, over ln (keys), "
                 "than those of the sorted tokens before it in the mean; off-start: share of "
                 "rows from MID on with less than 0.1 on the first position; on-start, "
                 "on-start-replaced: mean weight on it, with START or 12 there; "
                 "mid-replaced-distance: half the sum of differences between MID's row of "
                 "attention and the one with 27 in its place; mid-other-list-distance: "
                 "between MID's rows of different lists; -same-greatest: share with the "
                 "greatest weight at the same key; value-entropy, injected-start-entropy: of "
                 "the fifth place's row, over ln (keys), with a value or START there; "
                 "injected-start-smoother: share of lists where the latter is greater" },
    { "value", "over 10,000 lists" }
  };
  struct comparison x = { .a = a, .mid = (size_t) a->task->list_length + 1 };
  struct tc_csv csv;
  if (!a->session->is_decoder || strncmp (a->session->run, "five", 4) != 0
      || a->task->list_length < PLACE || a->task->n_values <= FOR_MID)
    return TC_OK;
  x.n_pos = (size_t) tc_sort_context (a->task, a->task->list_length);
  x.plain.weight = calloc (LISTS * x.n_pos * x.n_pos, sizeof *x.plain.weight);
  x.changed.weight = calloc (LISTS * x.n_pos * x.n_pos, sizeof *x.changed.weight);
  enum tc_status status = tc_sort_lists (a, LIST_SEED, LISTS, &x.set, err);
  if (status == TC_OK && (x.plain.weight == NULL || x.changed.weight == NULL))
    status = tc_fail (err, TC_ENOMEM, "no memory for rows of attention");
  if (status == TC_OK)
    status = tc_session_csv (a->session, &csv, "rows", "Attention of lists, plain and changed",
                             2, columns, err);
  if (status == TC_OK)
    {
      status = add_plain (&x, &csv, err);
      if (status == TC_OK)
        status = add_changed (&x, &csv, err);
      status = tc_csv_finish (&csv, status, err);
    }
  free (x.plain.weight);
  free (x.changed.weight);
  tc_sort_set_free (&x.set);
  return status;
}
