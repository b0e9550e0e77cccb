/* Which mistakes, and when: over many lists by what kind they are and how close the
   neighbours; and over every three values that can be neighbours.  */

#include "experiments/sort/analysis.h"
#include "experiments/sort/examine.h"
#include "experiments/sort/figures_circuits.h"
#include "experiments/sort/score.h"

#include "circuits/first_layer.h"
#include "circuits/generate.h"
#include "numerics/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LISTS = 20000, LIST_SEED = 31, FILL_SEED = 32, FILLS = 4 };

enum kind { SKIP, REPEAT, OFF_LIST, OTHER, KINDS };
static const char *const kind_names[KINDS] = { "Skips", "Repeats", "OffList", "Others" };

struct counts
{
  size_t n, wrong[KINDS];
};

struct errors
{
  struct tc_sort_analysis *a;
  int length, values;
  struct counts *gap;           /* [values + 1] right token - last; the last is after MID */
  struct counts *slot;          /* [length] */
  double skip_gap, any_gap;     /* sums of gaps of skips, of all predictions */
  double skipped, skipped_one;  /* sum of what is said less what is right in skips; how
                                   often that is 1 */
};

/* --- kinds of mistake --- */

/* Sorted [length]: the prediction of slot k was wrong.  */
static enum kind
kind_of (const int32_t *sorted, int length, int k, int32_t predicted)
{
  int next = k + 1;
  bool is_listed = false;
  while (next < length && sorted[next] == sorted[k])
    next++;
  for (int i = 0; i < length; i++)
    is_listed = is_listed || sorted[i] == predicted;
  if (!is_listed)
    return OFF_LIST;
  if (next < length && predicted == sorted[next])
    return SKIP;
  return k > 0 && predicted == sorted[k - 1] ? REPEAT : OTHER;
}

static void
add_list (struct errors *x, const int32_t *sorted, const int32_t *predicted)
{
  for (int k = 0; k < x->length; k++)
    {
      int gap = k > 0 ? sorted[k] - sorted[k - 1] : x->values;
      x->gap[gap].n++;
      x->slot[k].n++;
      x->any_gap += k > 0 ? gap : 0;
      if (predicted[k] == sorted[k])
        continue;
      enum kind kind = kind_of (sorted, x->length, k, predicted[k]);
      x->gap[gap].wrong[kind]++;
      x->slot[k].wrong[kind]++;
      if (kind != SKIP)
        continue;
      x->skip_gap += k > 0 ? gap : 0;
      x->skipped += predicted[k] - sorted[k];
      x->skipped_one += predicted[k] == sorted[k] + 1;
    }
}

static enum tc_status
add_all (struct errors *x, struct tc_error *err)
{
  struct tc_sort_analysis *a = x->a;
  size_t at_once = (size_t) a->task->test_size, done = 0;
  size_t answers = (size_t) tc_sort_answers (a->task, x->length);
  int32_t *predicted = calloc (at_once * answers, sizeof *predicted);
  struct tc_sort_stream stream;
  struct tc_sort_set set = { 0 };
  tc_sort_stream_start (&stream, a->task, LIST_SEED);
  enum tc_status status = predicted != NULL ? tc_sort_set_alloc (&set, a->task, at_once, err)
                          : tc_fail (err, TC_ENOMEM, "no memory for predictions");
  while (status == TC_OK && done < LISTS)
    {
      struct tc_batch batch;
      size_t n = LISTS - done < at_once ? LISTS - done : at_once;
      status = tc_sort_set_draw (&set, &stream, n, x->length, err);
      if (status != TC_OK)
        break;
      tc_sort_set_batch (&set, &batch);
      status = tc_sort_predict (a, &batch, predicted, err);
      for (size_t i = 0; status == TC_OK && i < n; i++)
        add_list (x, tc_sort_set_row (&set, i) + x->length + 2, predicted + i * answers);
      done += n;
    }
  tc_sort_set_free (&set);
  free (predicted);
  return status;
}

static enum tc_status
write_counts (struct tc_csv *csv, const char *by, int at, const struct counts *counts,
              struct tc_error *err)
{
  size_t wrong = 0;
  for (int kind = 0; kind < KINDS; kind++)
    wrong += counts->wrong[kind];
  tc_csv_text (csv, by);
  tc_csv_int (csv, at);
  tc_csv_int (csv, (long long) counts->n);
  tc_csv_int (csv, (long long) wrong);
  for (int kind = 0; kind < KINDS; kind++)
    tc_csv_int (csv, (long long) counts->wrong[kind]);
  return tc_csv_end_row (csv, err);
}

static enum tc_status
write_errors (const struct errors *x, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "by", "gap: right token less the one before it; first: the first token; slot" },
    { "at", "that gap or slot" },
    { "n", "predictions, each from the right tokens before it" },
    { "wrong", "of these" },
    { "skip", "the next greater value of the list instead" },
    { "repeat", "the token before again" },
    { "off_list", "no value of the list" },
    { "other", "another value of the list" }
  };
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (x->a->session, &csv, "errors",
                                          "Mistakes by kind, neighbour gap and slot",
                                          8, columns, err);
  if (status != TC_OK)
    return status;
  status = write_counts (&csv, "first", 0, &x->gap[x->values], err);
  for (int gap = 0; status == TC_OK && gap < x->values; gap++)
    if (x->gap[gap].n > 0)
      status = write_counts (&csv, "gap", gap, &x->gap[gap], err);
  for (int k = 0; status == TC_OK && k < x->length; k++)
    status = write_counts (&csv, "slot", k, &x->slot[k], err);
  return tc_csv_finish (&csv, status, err);
}

static void
describe_errors (const struct errors *x)
{
  size_t total = 0, by_kind[KINDS] = { 0 }, n = 0, after_first = 0, skips = 0;
  for (int k = 0; k < x->length; k++)
    {
      n += x->slot[k].n;
      after_first += k > 0 ? x->slot[k].n : 0;
      for (int kind = 0; kind < KINDS; kind++)
        {
          by_kind[kind] += x->slot[k].wrong[kind];
          total += x->slot[k].wrong[kind];
        }
    }
  for (int gap = 0; gap < x->values; gap++)
    skips += x->gap[gap].wrong[SKIP];
  tc_macros_int (x->a->macros, "ErrorsLists", LISTS);
  tc_macros_int (x->a->macros, "Errors", (long long) total);
  tc_macros_real (x->a->macros, "ErrorsPercent", 100 * (double) total / (double) n, 2);
  for (int kind = 0; kind < KINDS; kind++)
    {
      char name[32];
      snprintf (name, sizeof name, "Errors%s", kind_names[kind]);
      tc_macros_int (x->a->macros, name, (long long) by_kind[kind]);
    }
  tc_macros_real (x->a->macros, "ErrorsSkipGap", x->skip_gap / (double) skips, 2);
  tc_macros_real (x->a->macros, "ErrorsMeanGap", x->any_gap / (double) after_first, 2);
  tc_macros_real (x->a->macros, "ErrorsSkipped", x->skipped / (double) by_kind[SKIP], 2);
  tc_macros_real (x->a->macros, "ErrorsSkippedOnePercent",
                  100 * x->skipped_one / (double) by_kind[SKIP], 2);
}

static enum tc_status
report_errors (struct tc_sort_analysis *a, struct tc_error *err)
{
  struct errors x = { .a = a, .length = a->task->list_length, .values = a->task->n_values };
  x.gap = calloc ((size_t) x.values + 1, sizeof *x.gap);
  x.slot = calloc ((size_t) x.length, sizeof *x.slot);
  enum tc_status status = x.gap != NULL && x.slot != NULL ? TC_OK
                          : tc_fail (err, TC_ENOMEM, "no memory for counts");
  if (status == TC_OK)
    status = add_all (&x, err);
  if (status == TC_OK)
    status = write_errors (&x, err);
  if (status == TC_OK)
    describe_errors (&x);
  free (x.gap);
  free (x.slot);
  return status;
}

/* --- every three neighbours --- */

struct triple
{
  size_t n, wrong, skips, prefers;
};

struct triples
{
  struct tc_sort_analysis *a;
  int length, values;
  struct tc_mt19937 stream;
  struct tc_first_layer head;
  struct triple *triple;        /* [values, values] by y - x and z - y */
  size_t n, capacity;           /* lists waiting */
  int32_t *lists, *xyz;         /* [capacity, length], [capacity, 3] */
  int32_t *rest;                /* [values] working space */
  struct tc_sort_set set;
};

/* A list with x, y and z and nothing between them, in any order; false if there are not
   enough other values.  */
static bool
fill_list (struct triples *t, int x, int y, int z, int32_t *list)
{
  int n = 0, wanted = t->length - 3;
  for (int v = 0; v < t->values; v++)
    if (v < x || v > z)
      t->rest[n++] = v;
  if (n == 0 || (!t->a->task->repeats && n < wanted))
    return n == 0 && wanted == 0;
  for (int i = 0; i < wanted; i++)
    {
      size_t at = (size_t) tc_python_below (&t->stream, (uint64_t) n);
      list[i] = t->rest[at];
      if (!t->a->task->repeats)
        t->rest[at] = t->rest[--n];
    }
  list[wanted] = x;
  list[wanted + 1] = y;
  list[wanted + 2] = z;
  tc_python_shuffle (&t->stream, (size_t) t->length, sizeof *list, list);
  return true;
}

/* The score of token `value` at its place in the list, asked by x at slot k.  */
static double
score_of (const struct triples *t, const int32_t *row, int x, int k, int value)
{
  int p = 1;
  while (row[p] != value)
    p++;
  return tc_first_layer_score (&t->head, (size_t) x, (size_t) (t->length + 1 + k),
                               (size_t) value, (size_t) p);
}

static enum tc_status
flush (struct triples *t, struct tc_error *err)
{
  struct tc_batch batch;
  int32_t *predicted = calloc (t->capacity * (size_t) tc_sort_answers (t->a->task, t->length),
                               sizeof *predicted);
  if (predicted == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for predictions");
  tc_sort_set_fill (&t->set, t->n, t->length, t->lists);
  tc_sort_set_batch (&t->set, &batch);
  enum tc_status status = tc_sort_predict (t->a, &batch, predicted, err);
  size_t answers = batch.n_targets / (t->n > 0 ? t->n : 1);
  for (size_t i = 0; status == TC_OK && i < t->n; i++)
    {
      const int32_t *row = tc_sort_set_row (&t->set, i), *xyz = t->xyz + 3 * i;
      int k = 0;
      while (row[t->length + 2 + k] != xyz[1])
        k++;
      struct triple *triple = &t->triple[(xyz[1] - xyz[0]) * t->values + xyz[2] - xyz[1]];
      triple->n++;
      triple->wrong += predicted[i * answers + (size_t) k] != xyz[1];
      triple->skips += predicted[i * answers + (size_t) k] == xyz[2];
      triple->prefers += score_of (t, row, xyz[0], k, xyz[2]) > score_of (t, row, xyz[0], k,
                                                                        xyz[1]);
    }
  free (predicted);
  t->n = 0;
  return status;
}

static enum tc_status
try_triples (struct triples *t, struct tc_error *err)
{
  enum tc_status status = TC_OK;
  for (int x = 0; x < t->values; x++)
    for (int y = x + 1; y < t->values; y++)
      for (int z = y + 1; z < t->values; z++)
        for (int i = 0; status == TC_OK && i < FILLS; i++)
          {
            if (!fill_list (t, x, y, z, t->lists + t->n * (size_t) t->length))
              break;
            memcpy (t->xyz + 3 * t->n, (int32_t[]) { x, y, z }, 3 * sizeof *t->xyz);
            if (++t->n == t->capacity)
              status = flush (t, err);
          }
  return status == TC_OK && t->n > 0 ? flush (t, err) : status;
}

static enum tc_status
write_triples (const struct triples *t, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "gap", "y - x, x < y < z neighbours in the sorted list" },
    { "next_gap", "z - y" },
    { "n", "lists: every such x, y, z, with other values drawn some times" },
    { "wrong", "lists where y is not predicted after x" },
    { "skips", "where z is" },
    { "prefers", "where the attention score of x for z is greater than for y" }
  };
  struct triple all = { 0 }, close = { 0 };
  struct tc_csv csv;
  enum tc_status status
    = tc_session_csv (t->a->session, &csv, "triples",
                      "What follows x, for every x < y < z that are neighbours", 6, columns,
                      err);
  if (status != TC_OK)
    return status;
  for (int gap = 1; status == TC_OK && gap < t->values; gap++)
    for (int next = 1; status == TC_OK && gap + next < t->values; next++)
      {
        const struct triple *triple = &t->triple[gap * t->values + next];
        if (triple->n == 0)
          continue;
        tc_csv_int (&csv, gap);
        tc_csv_int (&csv, next);
        tc_csv_int (&csv, (long long) triple->n);
        tc_csv_int (&csv, (long long) triple->wrong);
        tc_csv_int (&csv, (long long) triple->skips);
        tc_csv_int (&csv, (long long) triple->prefers);
        all.n += triple->n;
        all.wrong += triple->wrong;
        all.prefers += triple->prefers;
        if (next == 1)
          {
            close.n += triple->n;
            close.wrong += triple->wrong;
            close.prefers += triple->prefers;
          }
        status = tc_csv_end_row (&csv, err);
      }
  struct tc_macros *m = t->a->macros;
  tc_macros_int (m, "TripleLists", (long long) all.n);
  tc_macros_real (m, "TripleWrongPercent", 100 * (double) all.wrong / (double) all.n, 2);
  tc_macros_real (m, "TriplePrefersPercent", 100 * (double) all.prefers / (double) all.n, 2);
  tc_macros_real (m, "TripleCloseWrongPercent", 100 * (double) close.wrong / (double) close.n,
                  2);
  tc_macros_real (m, "TripleClosePrefersPercent",
                  100 * (double) close.prefers / (double) close.n, 2);
  return tc_csv_finish (&csv, status, err);
}

static enum tc_status
report_triples (struct tc_sort_analysis *a, struct tc_error *err)
{
  size_t values = (size_t) a->task->n_values, length = (size_t) a->task->list_length;
  struct triples t = { .a = a, .length = (int) length, .values = (int) values,
                       .capacity = (size_t) a->task->test_size };
  tc_python_seed (&t.stream, FILL_SEED);
  t.triple = calloc (values * values, sizeof *t.triple);
  t.lists = calloc (t.capacity * length, sizeof *t.lists);
  t.xyz = calloc (t.capacity * 3, sizeof *t.xyz);
  t.rest = calloc (values, sizeof *t.rest);
  enum tc_status status = t.triple != NULL && t.lists != NULL && t.xyz != NULL && t.rest != NULL
                          ? TC_OK : tc_fail (err, TC_ENOMEM, "no memory for triples");
  if (status == TC_OK)
    status = tc_first_layer_alloc (&t.head, &a->session->model, 0, err);
  if (status == TC_OK)
    status = tc_sort_set_alloc (&t.set, a->task, t.capacity, err);
  if (status == TC_OK)
    status = try_triples (&t, err);
  if (status == TC_OK)
    status = write_triples (&t, err);
  tc_sort_set_free (&t.set);
  tc_first_layer_free (&t.head);
  free (t.triple);
  free (t.lists);
  free (t.xyz);
  free (t.rest);
  return status;
}

enum tc_status
tc_sort_report_errors (struct tc_sort_analysis *a, struct tc_error *err)
{
  if (!a->session->is_decoder)
    return TC_OK;
  enum tc_status status = report_errors (a, err);
  if (status == TC_OK && tc_sort_is_pictured (a) && a->task->list_length >= 3
      && a->session->model.config.n_layers == 1)
    {
      status = report_triples (a, err);
      if (status == TC_OK)
        status = tc_sort_figure_errors (a, err);
    }
  return status;
}
