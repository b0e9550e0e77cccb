/* Where heads look: attention by output slot, and whole patterns of two lists.  */

#include "experiments/sort/analysis.h"
#include "experiments/sort/examine.h"
#include "experiments/sort/figures_circuits.h"

#include "numerics/elementary.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LISTS = 10000 };

/* What a row of attention is divided into.  */
enum part
{
  ON_NEXT,                      /* the right token's copies in the list */
  ON_SECOND, ON_THIRD,          /* those of the values that follow it in the sorted list */
  ON_GREATER,                   /* of all values in the list above the right token */
  ON_LOWER,                     /* of all below it */
  ON_SAID,                      /* the sorted part */
  ON_START, ON_MID,
  MOST,                         /* the greatest weight of one key */
  IS_NEXT,                      /* whether that key is the right token in the list */
  ENTROPY,                      /* over ln (number of keys): 1 is uniform */
  N_PARTS
};
static const struct tc_csv_column columns[] = {
  { "head", "attention head" },
  { "slot", "what asks: k: MID or sorted token, predicting the k-th sorted token; L (the list "
            "length): the last sorted token, predicting nothing or EOS; -1: a value of the "
            "unsorted list, the right token being the next greater one before it" },
  { "rows", "rows of attention that the means are over" },
  { "next", "mean attention on the right token's copies in the list" },
  { "second", "on the value that follows it in the sorted list, where that is greater" },
  { "third", "on the one after that, likewise" },
  { "greater", "on all greater values in the list" },
  { "lower", "on all lower values in the list" },
  { "said", "on the sorted part" },
  { "start", "on START" },
  { "mid", "on MID" },
  { "most", "mean of the greatest weight of one key" },
  { "argmax", "share of rows whose greatest weight is the right token's in the list" },
  { "entropy", "mean entropy over ln (number of keys)" }
};

struct slot
{
  double rows, sum[N_PARTS], count[N_PARTS];
};

struct attention
{
  struct tc_sort_analysis *a;
  const struct tc_sort_set *set;
  size_t n_heads, n_slots;      /* slots 0 ... L, and the list's own values last */
  struct slot *slots;           /* [heads, n_slots] */
};

/* --- one row of attention --- */

static void
add (struct slot *slot, enum part part, double value)
{
  slot->sum[part] += value;
  slot->count[part]++;
}

/* Attention on the copies of a value among the first n places of the list.  */
static double
on_value (const int32_t *row, const tc_real *pattern, int n, int32_t value)
{
  double sum = 0;
  for (int p = 1; p <= n; p++)
    sum += row[p] == value ? (double) pattern[p] : 0;
  return sum;
}

static void
add_shape (struct slot *slot, const tc_real *pattern, int n_keys)
{
  double most = 0, entropy = 0;
  for (int p = 0; p < n_keys; p++)
    {
      most = fmax (most, (double) pattern[p]);
      if (pattern[p] > 0)
        entropy -= (double) pattern[p] * tc_log64 ((double) pattern[p]);
    }
  add (slot, MOST, most);
  if (n_keys > 1)
    add (slot, ENTROPY, entropy / tc_log64 (n_keys));
}

/* The share of the n list places that is above or below the right token; where the
   greatest weight of all n_keys is.  */
static void
add_right (struct slot *slot, const int32_t *row, const tc_real *pattern, int n, int n_keys,
           int32_t right)
{
  double greater = 0, lower = 0;
  int best = 0;
  for (int p = 1; p <= n; p++)
    {
      greater += row[p] > right ? (double) pattern[p] : 0;
      lower += row[p] < right ? (double) pattern[p] : 0;
    }
  for (int p = 0; p < n_keys; p++)
    best = pattern[p] > pattern[best] ? p : best;
  add (slot, ON_NEXT, on_value (row, pattern, n, right));
  add (slot, ON_GREATER, greater);
  add (slot, ON_LOWER, lower);
  add (slot, IS_NEXT, best >= 1 && best <= n && row[best] == right);
}

/* Slot k of a list: what MID or the k-1-th sorted token attends to.  */
static void
add_slot (const struct attention *x, struct slot *slot, const int32_t *row,
          const tc_real *pattern, int k)
{
  int length = x->a->task->list_length, q = length + 1 + k;
  double said = 0;
  slot->rows++;
  for (int p = length + 2; p <= q; p++)
    said += (double) pattern[p];
  add (slot, ON_SAID, said);
  add (slot, ON_START, (double) pattern[0]);
  add (slot, ON_MID, (double) pattern[length + 1]);
  add_shape (slot, pattern, q + 1);
  if (k == length)
    return;
  const int32_t *sorted = row + length + 2;
  add_right (slot, row, pattern, length, q + 1, sorted[k]);
  if (k + 1 < length && sorted[k + 1] > sorted[k])
    add (slot, ON_SECOND, on_value (row, pattern, length, sorted[k + 1]));
  if (k + 2 < length && sorted[k + 1] > sorted[k] && sorted[k + 2] > sorted[k + 1])
    add (slot, ON_THIRD, on_value (row, pattern, length, sorted[k + 2]));
}

/* A value of the unsorted list: it sees those before it.  */
static void
add_value (struct slot *slot, const int32_t *row, const tc_real *pattern, int q)
{
  int32_t next = INT32_MAX;
  for (int p = 1; p < q; p++)
    if (row[p] > row[q] && row[p] < next)
      next = row[p];
  if (next == INT32_MAX)
    return;
  slot->rows++;
  add_right (slot, row, pattern, q, q + 1, next);
  add (slot, ON_START, (double) pattern[0]);
  add_shape (slot, pattern, q + 1);
}

static enum tc_status
look (struct tc_run *run, const struct tc_batch *batch, size_t first, void *user,
      struct tc_error *err)
{
  struct attention *x = user;
  int length = x->a->task->list_length;
  struct tc_activation pattern;
  (void) first;
  enum tc_status status = tc_run_activation (run, &x->a->session->model,
                                             "blocks.0.attn.hook_pattern", &pattern, err);
  for (size_t b = 0; status == TC_OK && b < batch->n_seq; b++)
    for (size_t head = 0; head < x->n_heads; head++)
      {
        const int32_t *row = batch->tokens + b * batch->n_pos;
        const tc_real *rows = pattern.data
                              + (b * x->n_heads + head) * batch->n_pos * batch->n_pos;
        struct slot *slots = x->slots + head * x->n_slots;
        for (int k = 0; k <= length; k++)
          add_slot (x, &slots[k], row, rows + (size_t) (length + 1 + k) * batch->n_pos, k);
        for (int q = 2; q <= length; q++)
          add_value (&slots[length + 1], row, rows + (size_t) q * batch->n_pos, q);
      }
  return status;
}

/* --- attention.csv --- */

static double
mean (const struct slot *slot, enum part part)
{
  return slot->count[part] > 0 ? slot->sum[part] / slot->count[part] : NAN;
}

static enum tc_status
write_slots (const struct attention *x, struct tc_error *err)
{
  static const enum part order[] = { ON_NEXT, ON_SECOND, ON_THIRD, ON_GREATER, ON_LOWER,
                                     ON_SAID, ON_START, ON_MID, MOST, IS_NEXT, ENTROPY };
  struct tc_csv csv;
  enum tc_status status
    = tc_session_csv (x->a->session, &csv, "attention", "Where heads look, by output slot",
                      sizeof columns / sizeof *columns, columns, err);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; status == TC_OK && i < x->n_heads * x->n_slots; i++)
    {
      size_t k = i % x->n_slots;
      tc_csv_int (&csv, (long long) (i / x->n_slots));
      tc_csv_int (&csv, k + 1 == x->n_slots ? -1 : (long long) k);
      tc_csv_int (&csv, (long long) x->slots[i].rows);
      for (size_t p = 0; p < N_PARTS; p++)
        tc_csv_real (&csv, mean (&x->slots[i], order[p]));
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

/* Mean over slots from ... to - 1 of head 0.  */
static double
over_slots (const struct attention *x, enum part part, size_t from, size_t to)
{
  double sum = 0, count = 0;
  for (size_t k = from; k < to; k++)
    {
      sum += x->slots[k].sum[part];
      count += x->slots[k].count[part];
    }
  return sum / count;
}

static void
write_macros (const struct attention *x)
{
  struct tc_macros *macros = x->a->macros;
  size_t length = (size_t) x->a->task->list_length;
  double low = INFINITY, high = 0, weight_low = INFINITY, weight_high = 0;
  for (size_t k = 1; k + 1 < length; k++)
    {
      low = fmin (low, mean (&x->slots[k], IS_NEXT));
      high = fmax (high, mean (&x->slots[k], IS_NEXT));
      weight_low = fmin (weight_low, mean (&x->slots[k], ON_NEXT));
      weight_high = fmax (weight_high, mean (&x->slots[k], ON_NEXT));
    }
  tc_macros_int (macros, "AttentionLists", LISTS);
  tc_macros_real (macros, "ArgmaxPercent", 100 * over_slots (x, IS_NEXT, 0, length), 3);
  tc_macros_real (macros, "ArgmaxFirstPercent", 100 * mean (&x->slots[0], IS_NEXT), 3);
  tc_macros_real (macros, "ArgmaxLastPercent", 100 * mean (&x->slots[length - 1], IS_NEXT), 3);
  tc_macros_real (macros, "ArgmaxMidLowPercent", 100 * low, 3);
  tc_macros_real (macros, "ArgmaxMidHighPercent", 100 * high, 3);
  tc_macros_real (macros, "ArgmaxListPercent", 100 * mean (&x->slots[length + 1], IS_NEXT), 3);
  tc_macros_real (macros, "WeightPercent", 100 * over_slots (x, ON_NEXT, 0, length), 3);
  tc_macros_real (macros, "WeightLow", weight_low, 2);
  tc_macros_real (macros, "WeightHigh", weight_high, 2);
  tc_macros_real (macros, "SecondPercent", 100 * over_slots (x, ON_SECOND, 0, length), 3);
  tc_macros_real (macros, "ThirdPercent", 100 * over_slots (x, ON_THIRD, 0, length), 3);
  tc_macros_real (macros, "LowerPercent", 100 * over_slots (x, ON_LOWER, 0, length), 3);
  tc_macros_real (macros, "SaidPercent", 100 * over_slots (x, ON_SAID, 0, length), 3);
  tc_macros_real (macros, "StartPercent", 100 * over_slots (x, ON_START, 0, length), 3);
  tc_macros_real (macros, "EntropySlots", over_slots (x, ENTROPY, 0, length), 2);
  tc_macros_real (macros, "EntropyLast", mean (&x->slots[length], ENTROPY), 2);
  tc_macros_real (macros, "MostSlots", over_slots (x, MOST, 0, length), 2);
  tc_macros_real (macros, "MostLast", mean (&x->slots[length], MOST), 2);
}

static enum tc_status
report_slots (struct tc_sort_analysis *a, struct tc_error *err)
{
  struct tc_sort_set set = { 0 };
  struct attention x = { .a = a, .set = &set, .n_slots = (size_t) a->task->list_length + 2,
                         .n_heads = (size_t) a->session->model.config.n_heads };
  x.slots = calloc (x.n_heads * x.n_slots, sizeof *x.slots);
  enum tc_status status = x.slots != NULL ? TC_OK
    : tc_fail (err, TC_ENOMEM, "no memory for %zu slots", x.n_slots);
  if (status == TC_OK)
    status = tc_sort_lists (a, a->task->test_seed, LISTS, &set, err);
  if (status == TC_OK)
    status = tc_sort_examine (a, &set, 0, NULL, look, &x, err);
  if (status == TC_OK)
    status = write_slots (&x, err);
  if (status == TC_OK)
    write_macros (&x);
  tc_sort_set_free (&set);
  free (x.slots);
  return status;
}

/* --- patterns of two lists --- */

/* The lists that the notebooks show: a test list of 000, the first batch's first of
   002, the one that 003 changes.  */
static const int32_t chosen_ten[] = { 40, 33, 41, 29, 11, 43, 55, 3, 50, 16 };
static const int32_t chosen_twenty[] = { 22, 19, 12, 0, 10, 2, 6, 17, 29, 4, 11, 1, 6, 1, 22,
                                         9, 24, 21, 13, 10 };
static const int32_t chosen_five[] = { 6, 2, 59, 50, 20 };

static const int32_t *
chosen_list (const struct tc_sort_options *task)
{
  const struct { int length; const int32_t *list; } lists[] = {
    { 10, chosen_ten }, { 20, chosen_twenty }, { 5, chosen_five } };
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
    if (task->list_length == lists[i].length
        && (lists[i].length == 20 ? task->n_values >= 30 : task->n_values >= 60))
      return lists[i].list;
  return NULL;
}

struct pictures
{
  struct tc_sort_analysis *a;
  struct tc_csv csv;
  const char *list;
  int32_t tokens[2][64];
};

static enum tc_status
write_pattern (struct tc_run *run, const struct tc_batch *batch, size_t first, void *user,
               struct tc_error *err)
{
  struct pictures *x = user;
  struct tc_activation pattern;
  (void) first;
  enum tc_status status = tc_run_activation (run, &x->a->session->model,
                                             "blocks.0.attn.hook_pattern", &pattern, err);
  size_t n = batch->n_pos, heads = (size_t) x->a->session->model.config.n_heads;
  for (size_t head = 0; status == TC_OK && head < heads; head++)
    for (size_t q = 0; status == TC_OK && q < n; q++)
      for (size_t k = 0; status == TC_OK && k <= q; k++)
        {
          char label[TC_TOKEN_NAME];
          tc_csv_text (&x->csv, x->list);
          tc_csv_int (&x->csv, (long long) head);
          tc_csv_int (&x->csv, (long long) q);
          tc_csv_int (&x->csv, (long long) k);
          tc_csv_text (&x->csv, tc_sort_label (x->a->task, batch->tokens[q], label));
          tc_csv_text (&x->csv, tc_sort_label (x->a->task, batch->tokens[k], label));
          tc_csv_float (&x->csv, tc_sort_for_picture (
            (double) pattern.data[(head * n + q) * n + k]));
          status = tc_csv_end_row (&x->csv, err);
        }
  return status;
}

static enum tc_status
add_picture (struct pictures *x, size_t i, const char *name, const int32_t *list,
             struct tc_error *err)
{
  struct tc_sort_set set = { 0 };
  x->list = name;
  enum tc_status status = tc_sort_one_list (x->a, list, &set, err);
  if (status == TC_OK)
    status = tc_sort_examine (x->a, &set, 0, NULL, write_pattern, x, err);
  if (status == TC_OK)
    memcpy (x->tokens[i], tc_sort_set_row (&set, 0),
            (size_t) tc_sort_context (x->a->task, x->a->task->list_length) * sizeof *list);
  tc_sort_set_free (&set);
  return status;
}

static enum tc_status
report_patterns (struct tc_sort_analysis *a, const int32_t *chosen, struct tc_error *err)
{
  static const struct tc_csv_column pattern_columns[] = {
    { "list", "chosen: one that the notebook shows; typical: the first test list" },
    { "head", "attention head" },
    { "query", "position that attends" },
    { "key", "position attended to" },
    { "query_token", "token there" },
    { "key_token", "token there" },
    { "attention", "weight, to three digits" }
  };
  struct pictures x = { .a = a };
  enum tc_status status
    = tc_session_csv (a->session, &x.csv, "patterns", "Attention patterns of two lists", 7,
                      pattern_columns, err);
  if (status != TC_OK)
    return status;
  status = add_picture (&x, 0, "chosen", chosen, err);
  if (status == TC_OK)
    status = add_picture (&x, 1, "typical", tc_sort_set_row (&a->test, 0) + 1, err);
  status = tc_csv_finish (&x.csv, status, err);
  if (status == TC_OK)
    status = tc_sort_figure_patterns (a, x.tokens[0], x.tokens[1], err);
  return status;
}

enum tc_status
tc_sort_report_attention (struct tc_sort_analysis *a, struct tc_error *err)
{
  if (!a->session->is_decoder)
    return TC_OK;
  const int32_t *chosen = chosen_list (a->task);
  enum tc_status status = report_slots (a, err);
  if (status == TC_OK && chosen != NULL
      && (tc_sort_is_pictured (a) || tc_sort_is_run (a, "five-script")))
    status = report_patterns (a, chosen, err);
  if (status == TC_OK && tc_sort_is_first (a))
    status = tc_sort_figure_attention (a, err);
  return status;
}
