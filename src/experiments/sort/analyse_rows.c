/* What notebook 003 says of attention where a token was replaced: rows of the pattern
   with and without it.  */

#include "experiments/sort/analysis.h"
#include "experiments/sort/examine.h"

#include "numerics/elementary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LISTS = 2000, LIST_SEED = 2003 };

/* The notebook's tokens, and the place of the list where it injects START.  */
enum { FOR_MID = 27, FOR_START = 12, PLACE = 5 };

/* Rows of one variant of the lists: of MID's position, of PLACE; and attention on
   position 0.  */
struct rows
{
  tc_real *mid, *place;         /* [LISTS, n_pos] */
  double on_start;              /* sum over the rows from MID's position on */
  size_t n_start;
};

struct comparison
{
  struct tc_sort_analysis *a;
  size_t n_pos;
  struct rows plain, changed, *now;
};

static enum tc_status
look (struct tc_run *run, const struct tc_batch *batch, size_t first, void *user,
      struct tc_error *err)
{
  struct comparison *x = user;
  struct tc_activation pattern;
  size_t n = batch->n_pos, mid = (size_t) x->a->task->list_length + 1;
  size_t heads = (size_t) x->a->session->model.config.n_heads;
  enum tc_status status = tc_run_activation (run, &x->a->session->model,
                                             "blocks.0.attn.hook_pattern", &pattern, err);
  for (size_t b = 0; status == TC_OK && b < batch->n_seq; b++)
    {
      const tc_real *rows = pattern.data + b * heads * n * n;
      memcpy (x->now->mid + (first + b) * n, rows + mid * n, n * sizeof *rows);
      memcpy (x->now->place + (first + b) * n, rows + PLACE * n, n * sizeof *rows);
      for (size_t q = mid; q < n; q++, x->now->n_start++)
        x->now->on_start += (double) rows[q * n];
    }
  return status;
}

/* Looks at the lists with a token written over one position.  */
static enum tc_status
look_changed (struct comparison *x, const struct tc_sort_set *plain, size_t position,
              int32_t token, struct tc_error *err)
{
  struct tc_sort_set set = *plain;
  size_t size = plain->n * x->n_pos;
  x->now = &x->changed;
  x->changed.on_start = 0;
  x->changed.n_start = 0;
  set.tokens = malloc (size * sizeof *set.tokens);
  if (set.tokens == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for %zu lists", plain->n);
  memcpy (set.tokens, plain->tokens, size * sizeof *set.tokens);
  for (size_t i = 0; i < plain->n; i++)
    set.tokens[i * x->n_pos + position] = token;
  enum tc_status status = tc_sort_examine (x->a, &set, 0, NULL, look, x, err);
  free (set.tokens);
  return status;
}

/* --- measures --- */

/* Mean over lists of half the sum of differences of two rows of n keys: 0 equal, 1
   nothing in common.  */
static double
distance (const struct comparison *x, const tc_real *a, const tc_real *b, size_t n, size_t shift)
{
  double sum = 0;
  for (size_t i = 0; i < LISTS; i++)
    for (size_t k = 0; k < n; k++)
      sum += fabs ((double) a[i * x->n_pos + k]
                   - (double) b[(i + shift) % LISTS * x->n_pos + k]) / 2;
  return sum / LISTS;
}

/* Share of lists where both rows have their greatest weight at the same key.  */
static double
same_greatest (const struct comparison *x, const tc_real *a, const tc_real *b, size_t n)
{
  size_t count = 0;
  for (size_t i = 0; i < LISTS; i++)
    {
      size_t best_a = 0, best_b = 0;
      for (size_t k = 1; k < n; k++)
        {
          best_a = a[i * x->n_pos + k] > a[i * x->n_pos + best_a] ? k : best_a;
          best_b = b[i * x->n_pos + k] > b[i * x->n_pos + best_b] ? k : best_b;
        }
      count += best_a == best_b;
    }
  return (double) count / LISTS;
}

/* Entropy of list i's row over its greatest value.  */
static double
entropy (const struct comparison *x, const tc_real *rows, size_t i, size_t n)
{
  double sum = 0;
  for (size_t k = 0; k < n; k++)
    if (rows[i * x->n_pos + k] > 0)
      sum -= (double) rows[i * x->n_pos + k] * tc_log64 ((double) rows[i * x->n_pos + k]);
  return sum / tc_log64 ((double) n);
}

static double
mean_entropy (const struct comparison *x, const tc_real *rows, size_t n)
{
  double sum = 0;
  for (size_t i = 0; i < LISTS; i++)
    sum += entropy (x, rows, i, n);
  return sum / LISTS;
}

/* Share of lists whose row in a is smoother than in b.  */
static double
smoother (const struct comparison *x, const tc_real *a, const tc_real *b, size_t n)
{
  size_t count = 0;
  for (size_t i = 0; i < LISTS; i++)
    count += entropy (x, a, i, n) > entropy (x, b, i, n);
  return (double) count / LISTS;
}

static enum tc_status
add_row (struct tc_csv *csv, const char *measure, double value, struct tc_error *err)
{
  tc_csv_text (csv, measure);
  tc_csv_real (csv, value);
  return tc_csv_end_row (csv, err);
}

static enum tc_status
compare_all (struct comparison *x, const struct tc_sort_set *set, struct tc_csv *csv,
             struct tc_error *err)
{
  const struct tc_sort_options *task = x->a->task;
  size_t mid = (size_t) task->list_length + 1;
  x->now = &x->plain;
  enum tc_status status = tc_sort_examine (x->a, set, 0, NULL, look, x, err);
  if (status == TC_OK)
    status = look_changed (x, set, mid, FOR_MID, err);
  if (status == TC_OK)
    status = add_row (csv, "mid-replaced-distance",
                      distance (x, x->plain.mid, x->changed.mid, mid + 1, 0), err);
  if (status == TC_OK)
    status = add_row (csv, "mid-other-list-distance",
                      distance (x, x->plain.mid, x->plain.mid, mid + 1, 1), err);
  if (status == TC_OK)
    status = add_row (csv, "mid-replaced-same-greatest",
                      same_greatest (x, x->plain.mid, x->changed.mid, mid + 1), err);
  if (status == TC_OK)
    status = look_changed (x, set, PLACE, task->start_token, err);
  if (status == TC_OK)
    status = add_row (csv, "injected-start-entropy",
                      mean_entropy (x, x->changed.place, PLACE + 1), err);
  if (status == TC_OK)
    status = add_row (csv, "value-entropy", mean_entropy (x, x->plain.place, PLACE + 1), err);
  if (status == TC_OK)
    status = add_row (csv, "injected-start-smoother",
                      smoother (x, x->changed.place, x->plain.place, PLACE + 1), err);
  if (status == TC_OK)
    status = add_row (csv, "on-start", x->plain.on_start / (double) x->plain.n_start, err);
  if (status == TC_OK)
    status = look_changed (x, set, 0, FOR_START, err);
  if (status == TC_OK)
    status = add_row (csv, "on-start-replaced",
                      x->changed.on_start / (double) x->changed.n_start, err);
  return status;
}

enum tc_status
tc_sort_report_rows (struct tc_sort_analysis *a, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "measure", "mid-replaced-distance: half the sum of differences between MID's row of "
                 "attention and the one with 27 in its place; mid-other-list-distance: "
                 "between MID's rows of different lists; mid-replaced-same-greatest: share "
                 "with the greatest weight at the same key; entropies over ln (keys) of the "
                 "fifth place's row with START or a value there; smoother: share where the "
                 "former is greater; on-start: mean attention on "
                 "the first position from MID on, with START or 12 there" },
    { "value", "mean over lists" }
  };
  struct comparison x = { .a = a };
  struct tc_sort_set set = { 0 };
  struct tc_csv csv;
  if (!a->session->is_decoder || strncmp (a->session->run, "five", 4) != 0
      || a->task->list_length < PLACE || a->task->n_values <= FOR_MID)
    return TC_OK;
  x.n_pos = (size_t) tc_sort_context (a->task, a->task->list_length);
  tc_real **const buffers[] = { &x.plain.mid, &x.plain.place, &x.changed.mid,
                                &x.changed.place };
  enum tc_status status = tc_sort_lists (a, LIST_SEED, LISTS, &set, err);
  for (size_t i = 0; status == TC_OK && i < 4; i++)
    if ((*buffers[i] = calloc (LISTS * x.n_pos, sizeof (tc_real))) == NULL)
      status = tc_fail (err, TC_ENOMEM, "no memory for rows of attention");
  if (status == TC_OK)
    status = tc_session_csv (a->session, &csv, "rows", "Attention where a token was replaced",
                             2, columns, err);
  if (status == TC_OK)
    status = tc_csv_finish (&csv, compare_all (&x, &set, &csv, err), err);
  for (size_t i = 0; i < 4; i++)
    free (*buffers[i]);
  tc_sort_set_free (&set);
  return status;
}
