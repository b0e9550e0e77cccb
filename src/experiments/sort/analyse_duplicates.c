/* How a model without MLP counts copies.  After a token c the list may hold c again
   or not; a head whose softmax sums over copies can tell.  floors.csv says what not
   counting costs, duplicates.csv what the model prefers by copies in the list and
   copies written, mass.csv what a value's copies add up to in the softmax.  */

#include "experiments/sort/analysis.h"
#include "experiments/sort/figures.h"
#include "experiments/sort/floors.h"
#include "numerics/elementary.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { N_LISTS = 4000, AT_ONCE = 500, MAX_COPIES = 5, FLOOR_LISTS = 200000 };

/* The floors' and these lists' own streams.  */
enum { FLOOR_SEED = 20, LIST_SEED = 21 };

/* ---- Floors ---- */

static enum tc_status
write_floors (struct tc_sort_analysis *a, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "known", "what of the list is known besides its values, but for how often each occurs" },
    { "nats", "least loss, nats per token" },
    { "lists", "drawn to estimate it" },
    { "seed", "of their stream" }
  };
  struct tc_sort_floors floors;
  struct tc_csv csv;
  enum tc_status status = tc_sort_find_floors (a->task, FLOOR_LISTS, FLOOR_SEED, &floors, err);
  if (status == TC_OK)
    status = tc_session_csv (a->session, &csv, "floors", "What sorting without counting costs",
                             sizeof columns / sizeof *columns, columns, err);
  if (status != TC_OK)
    return status;
  for (int i = 0; status == TC_OK && i < TC_SORT_FLOORS; i++)
    {
      tc_csv_text (&csv, tc_sort_floor_names[i]);
      tc_csv_real (&csv, floors.nats[i]);
      tc_csv_int (&csv, FLOOR_LISTS);
      tc_csv_int (&csv, FLOOR_SEED);
      status = tc_csv_end_row (&csv, err);
    }
  tc_macros_real (a->macros, "FloorDistinct", floors.nats[0], 3);
  tc_macros_real (a->macros, "FloorPosition", floors.nats[1], 3);
  tc_macros_real (a->macros, "FloorRun", floors.nats[2], 3);
  tc_macros_int (a->macros, "FloorLists", FLOOR_LISTS);
  return tc_csv_finish (&csv, status, err);
}

/* ---- What is counted ---- */

/* Sums over predictions after a value c that is not the greatest, by copies of c in
   the list and copies written so far.  */
struct cell
{
  double n, again;              /* predictions; how many prefer c */
  double right;
  double margin;                /* logit (c) - logit (next greater value) */
  double share;                 /* attention on c's copies in the list */
};

/* Sums of ln (sum over copies of exp (score)) of the next greater value's copies, by
   current and next value, for one copy; and of what more copies add to its mean.  */
struct masses
{
  size_t n_values;
  double *sum, *count;          /* [MAX_COPIES+1, n_values, n_values] */
};

struct counting
{
  struct tc_sort_analysis *a;
  struct cell cell[MAX_COPIES + 1][MAX_COPIES + 1];     /* [in the list][written] */
  struct masses masses[1];
};

static int
copies_in (const int32_t *values, int n, int32_t value)
{
  int copies = 0;
  for (int i = 0; i < n; i++)
    copies += values[i] == value;
  return copies;
}

/* One prediction: at position q, of logits and the head's scores and pattern there. */
static void
count_prediction (struct counting *c, const int32_t *row, int q, const tc_real *logits,
                  const tc_real *scores, const tc_real *pattern)
{
  int length = c->a->task->list_length;
  int32_t now = row[q], after = row[q + 1];
  int at = q;
  /* The next greater value, if there is one.  */
  while (at < 2 * length + 2 && row[at] == now)
    at++;
  if (at == 2 * length + 2)
    return;
  int32_t next = row[at];
  int in_list = copies_in (row + 1, length, now);
  int written = copies_in (row + length + 2, q - length - 1, now);
  int n_next = copies_in (row + 1, length, next);
  double share = 0, mass = 0, best = -INFINITY;
  for (int p = 1; p <= length; p++)
    {
      if (row[p] == now)
        share += (double) pattern[p];
      if (row[p] == next)
        best = fmax (best, (double) scores[p]);
    }
  for (int p = 1; p <= length; p++)
    if (row[p] == next)
      mass += tc_exp64 ((double) scores[p] - best);
  if (in_list <= MAX_COPIES && written <= MAX_COPIES)
    {
      struct cell *cell = &c->cell[in_list][written];
      double margin = (double) logits[now] - (double) logits[next];
      cell->n++;
      cell->again += margin > 0;
      cell->right += (margin > 0) == (after == now);
      cell->margin += margin;
      cell->share += share;
    }
  if (n_next <= MAX_COPIES)
    {
      size_t n = c->masses->n_values;
      size_t i = ((size_t) n_next * n + (size_t) now) * n + (size_t) next;
      c->masses->sum[i] += best + tc_log64 (mass);
      c->masses->count[i]++;
    }
}

static enum tc_status
count_batch (struct counting *c, const struct tc_batch *batch, struct tc_run *run,
             struct tc_error *err)
{
  struct tc_session *s = c->a->session;
  struct tc_activation scores, pattern;
  int length = c->a->task->list_length;
  size_t n_pos = batch->n_pos, n_heads = (size_t) s->model.config.n_heads;
  enum tc_status status = tc_forward (s->compute, &s->model, batch, run, err);
  if (status == TC_OK)
    status = tc_run_activation (run, &s->model, "blocks.0.attn.hook_attn_scores", &scores, err);
  if (status == TC_OK)
    status = tc_run_activation (run, &s->model, "blocks.0.attn.hook_pattern", &pattern, err);
  for (size_t i = 0; status == TC_OK && i < batch->n_seq; i++)
    for (int k = 1; k < length; k++)
      {
        size_t q = (size_t) (length + 1 + k), at = (i * n_heads * n_pos + q) * n_pos;
        count_prediction (c, batch->tokens + i * n_pos, (int) q,
                          tc_run_logits (run, i * (size_t) length + (size_t) k),
                          scores.data + at, pattern.data + at);
      }
  return status;
}

static enum tc_status
count_all (struct counting *c, struct tc_error *err)
{
  struct tc_sort_analysis *a = c->a;
  const struct tc_model *model = &a->session->model;
  struct tc_sort_stream stream;
  struct tc_sort_set set;
  struct tc_run *run = NULL;
  size_t n_pos = (size_t) model->config.n_ctx;
  tc_sort_stream_start (&stream, a->task, LIST_SEED);
  enum tc_status status = tc_sort_set_alloc (&set, a->task, AT_ONCE, err);
  if (status == TC_OK)
    status = tc_run_alloc (&run, &model->config, TC_ROWS_ALL, AT_ONCE, n_pos,
                           AT_ONCE * (size_t) a->task->list_length, err);
  for (size_t done = 0; status == TC_OK && done < N_LISTS; done += AT_ONCE)
    {
      struct tc_batch batch;
      status = tc_sort_set_draw (&set, &stream, AT_ONCE, a->task->list_length, err);
      tc_sort_set_batch (&set, &batch);
      if (status == TC_OK)
        status = count_batch (c, &batch, run, err);
    }
  tc_run_free (run);
  tc_sort_set_free (&set);
  return status;
}

/* ---- CSVs ---- */

static enum tc_status
write_cells (struct counting *c, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "in_list", "copies of the current value in the list" },
    { "written", "copies of it written so far" },
    { "n", "predictions of this kind" },
    { "prefer_again", "fraction in which its logit is above the next greater value's" },
    { "right", "fraction in which that preference is right" },
    { "margin", "mean of its logit less the next value's" },
    { "attention", "mean attention on its copies in the list" }
  };
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (c->a->session, &csv, "duplicates",
                                          "Once more, or the next value?",
                                          sizeof columns / sizeof *columns, columns, err);
  double right = 0, n = 0;
  if (status != TC_OK)
    return status;
  for (int in = 1; status == TC_OK && in <= MAX_COPIES; in++)
    for (int out = 1; status == TC_OK && out <= in; out++)
      {
        const struct cell *cell = &c->cell[in][out];
        right += cell->right;
        n += cell->n;
        tc_csv_int (&csv, in);
        tc_csv_int (&csv, out);
        tc_csv_int (&csv, (long long) cell->n);
        tc_csv_real (&csv, cell->again / cell->n);
        tc_csv_real (&csv, cell->right / cell->n);
        tc_csv_real (&csv, cell->margin / cell->n);
        tc_csv_real (&csv, cell->share / cell->n);
        status = tc_csv_end_row (&csv, err);
      }
  tc_macros_real (c->a->macros, "CountingRight", 100 * right / n, 4);
  tc_macros_int (c->a->macros, "CountingLists", N_LISTS);
  return tc_csv_finish (&csv, status, err);
}

/* Mean over pairs of values, each weighted by its predictions with that many
   copies, of what they add to the mean with one copy.  */
static double
added_mass (const struct masses *m, int copies, double *n)
{
  size_t size = m->n_values * m->n_values;
  double sum = 0;
  *n = 0;
  for (size_t i = 0; i < size; i++)
    {
      size_t one = size + i, many = (size_t) copies * size + i;
      if (m->count[one] == 0 || m->count[many] == 0)
        continue;
      sum += m->sum[many] - m->count[many] * (m->sum[one] / m->count[one]);
      *n += m->count[many];
    }
  return sum / *n;
}

static enum tc_status
write_masses (struct counting *c, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "copies", "of the next value in the list" },
    { "n", "predictions" },
    { "log_mass", "mean of ln (sum over its copies of exp (score)), less its mean with one "
      "copy, both after the same current value" },
    { "ln_copies", "what equal scores would give" }
  };
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (c->a->session, &csv, "mass",
                                          "What copies add up to in the softmax",
                                          sizeof columns / sizeof *columns, columns, err);
  double sxy = 0, sxx = 0;
  if (status != TC_OK)
    return status;
  for (int copies = 1; status == TC_OK && copies <= MAX_COPIES; copies++)
    {
      double n, added = added_mass (c->masses, copies, &n), x = tc_log64 (copies);
      sxy += n * x * added;
      sxx += n * x * x;
      tc_csv_int (&csv, copies);
      tc_csv_int (&csv, (long long) n);
      tc_csv_real (&csv, added);
      tc_csv_real (&csv, x);
      status = tc_csv_end_row (&csv, err);
    }
  /* Least squares through the origin.  */
  tc_macros_real (c->a->macros, "MassSlope", sxy / sxx, 3);
  return tc_csv_finish (&csv, status, err);
}

static enum tc_status
report_counting (struct tc_sort_analysis *a, struct tc_error *err)
{
  struct counting c = { .a = a };
  size_t n_values = (size_t) a->task->n_values, size = (MAX_COPIES + 1) * n_values * n_values;
  c.masses->n_values = n_values;
  c.masses->sum = calloc (size, sizeof (double));
  c.masses->count = calloc (size, sizeof (double));
  enum tc_status status = TC_OK;
  if (c.masses->sum == NULL || c.masses->count == NULL)
    status = tc_fail (err, TC_ENOMEM, "no memory for the masses of %zu values", n_values);
  if (status == TC_OK)
    status = count_all (&c, err);
  if (status == TC_OK)
    status = write_cells (&c, err);
  if (status == TC_OK)
    status = write_masses (&c, err);
  free (c.masses->sum);
  free (c.masses->count);
  return status;
}

enum tc_status
tc_sort_report_duplicates (struct tc_sort_analysis *a, struct tc_error *err)
{
  if (!tc_sort_is_of (a, "attn-only"))
    return TC_OK;
  enum tc_status status = write_floors (a, err);
  if (status == TC_OK)
    status = report_counting (a, err);
  if (status == TC_OK)
    status = tc_sort_figure_duplicates (a, err);
  return status;
}
