/* Which of the earlier places of a character are read, and whether those are the places
   from which the head copies well.  */

#include "circuits/first_layer.h"
#include "circuits/fold.h"
#include "experiments/measure.h"
#include "experiments/permutation/analysis.h"
#include "experiments/permutation/figures.h"
#include "numerics/elementary.h"

#include <math.h>
#include <stdlib.h>

enum { ALL = TC_PERMUTATION_ELEMENTS, SPECIAL = TC_PERMUTATION_SPECIAL, DIGITS = 4 };
static const double MOST = 0.9;

/* What a place is to those that look for its character.  */
struct place
{
  double received;              /* attention, mean over queries in the later half */
  double margin;                /* what attending to it adds to its character's logit over
                                   the greatest of all others; mean over characters */
  double rate;                  /* share of characters that it raises most */
};

/* ---- Attention received ---- */

/* Adds one query's attention, softmax of its scores, to the places of the character that
   it looks for.  */
static void
add_query (const struct tc_permutation_analysis *a, const struct tc_dense *scores, size_t p,
           double *received)
{
  const double *score = tc_dense_row (scores, p);
  double greatest = score[0], sum = 0;
  for (size_t r = 1; r <= p; r++)
    greatest = fmax (greatest, score[r]);
  for (size_t r = 0; r <= p; r++)
    sum += tc_exp64 (score[r] - greatest);
  for (size_t r = 0; r <= p; r++)
    if (tc_permutation_element (a, r) == tc_permutation_element (a, p + 1))
      received[r] += tc_exp64 (score[r] - greatest) / sum;
}

enum tc_status
tc_permutation_received (const struct tc_permutation_analysis *a, double *received,
                         struct tc_error *err)
{
  struct tc_dense scores;
  const size_t terms = tc_permutation_terms (a->task->n), from = (terms + 1) / 2;
  const size_t first = tc_permutation_place (a->task->n, from, 0) - 1;
  enum tc_status status = tc_permutation_position_scores (a, &scores, err);
  for (size_t r = 0; r < a->n_pos; r++)
    received[r] = 0;
  for (size_t p = first; status == TC_OK && p + 1 < a->n_pos; p++)
    if (tc_permutation_element (a, p + 1) >= 0)
      add_query (a, &scores, p, received);
  for (size_t r = 0; r < a->n_pos; r++)
    received[r] /= (double) (terms - from);
  tc_dense_free (&scores);
  return status;
}

static enum tc_status
receive (const struct tc_permutation_analysis *a, struct place *places, struct tc_error *err)
{
  double *received = calloc (a->n_pos, sizeof *received);
  if (received == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for %zu places", a->n_pos);
  enum tc_status status = tc_permutation_received (a, received, err);
  for (size_t r = 0; r < a->n_pos; r++)
    places[r].received = received[r];
  free (received);
  return status;
}

/* ---- Copying ---- */

/* One place: outputs of the head for each character there, through the unembedding.  */
static enum tc_status
copy_from (const struct tc_first_layer *table, const struct tc_dense *unembed, size_t position,
           struct place *place, struct tc_error *err)
{
  const struct tc_dense outputs = {
    ALL, table->output.cols,
    tc_dense_row (&table->output, tc_first_layer_row (table, SPECIAL, position))
  };
  struct tc_dense logits;
  enum tc_status status = tc_dense_product (&logits, &outputs, unembed, err);
  if (status != TC_OK)
    return status;
  for (size_t t = 0; t < ALL; t++)
    {
      const double *row = tc_dense_row (&logits, t), own = row[SPECIAL + t];
      double rival = -INFINITY;
      for (size_t c = 0; c < TC_PERMUTATION_VOCABULARY; c++)
        if (c != SPECIAL + t)
          rival = fmax (rival, row[c]);
      place->margin += (own - rival) / ALL;
      place->rate += (own > rival) / (double) ALL;
    }
  tc_dense_free (&logits);
  return TC_OK;
}

static enum tc_status
copy (const struct tc_permutation_analysis *a, struct place *places, struct tc_error *err)
{
  struct tc_first_layer table = { 0 };
  struct tc_dense unembed = { 0 };
  struct tc_model folded = { 0 };
  enum tc_status status = tc_first_layer_alloc (&table, &a->session->model, 0, err);
  if (status == TC_OK)
    status = tc_fold_norm (&a->session->model, &folded, err);
  if (status == TC_OK)
    status = tc_dense_from_real (&unembed, (size_t) a->config->d_model,
                                 TC_PERMUTATION_VOCABULARY,
                                 tc_params_data (&folded.params, "unembed.W_U"), err);
  for (size_t r = 0; status == TC_OK && r < a->n_pos; r++)
    if (tc_permutation_element (a, r) >= 0)
      status = copy_from (&table, &unembed, r, &places[r], err);
  tc_model_free (&folded);
  tc_dense_free (&unembed);
  tc_first_layer_free (&table);
  return status;
}

/* ---- Results ---- */

static int
descending (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;
  return (x < y) - (x > y);
}

/* How many terms hold most of the attention on the right places.  */
static size_t
count_hubs (const struct tc_permutation_analysis *a, const struct place *places)
{
  double term[120] = { 0 }, total = 0, sum = 0;
  const size_t terms = tc_permutation_terms (a->task->n);
  for (size_t t = 0; t < terms; t++)
    for (int slot = 0; slot < a->task->n; slot++)
      term[t] += places[tc_permutation_place (a->task->n, t, slot)].received;
  qsort (term, terms, sizeof *term, descending);
  for (size_t t = 0; t < terms; t++)
    total += term[t];
  for (size_t t = 0; t < terms; t++)
    {
      sum += term[t];
      if (sum >= MOST * total)
        return t + 1;
    }
  return terms;
}

static enum tc_status
write_csv (const struct tc_permutation_analysis *a, const struct place *places,
           struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "position", "of a character" },
    { "term", "it belongs to, from 1" },
    { "element", "which character of the first term it is, from 1" },
    { "received", "attention of the later half's queries for this character, mean" },
    { "margin", "what attending to it adds to its logit over the greatest other, before the "
      "last LayerNorm's division; mean over characters" },
    { "rate", "share of the 62 characters whose own logit it raises most" }
  };
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "hubs", "Which places are read and "
                                          "from which the head copies",
                                          sizeof columns / sizeof *columns, columns, err);
  if (status != TC_OK)
    return status;
  for (size_t r = 0; status == TC_OK && r < a->n_pos; r++)
    if (tc_permutation_element (a, r) >= 0)
      {
        tc_csv_int (&csv, (long long) r);
        tc_csv_int (&csv, (long long) ((r - 2) / (size_t) (a->task->n + 1)) + 1);
        tc_csv_int (&csv, tc_permutation_element (a, r) + 1);
        tc_csv_real (&csv, tc_rounded (places[r].received, DIGITS));
        tc_csv_real (&csv, tc_rounded (places[r].margin, DIGITS));
        tc_csv_real (&csv, tc_rounded (places[r].rate, DIGITS));
        status = tc_csv_end_row (&csv, err);
      }
  return tc_csv_finish (&csv, status, err);
}

/* Mean margin of the places with more (or less) than their share of the attention, and
   how the two go together.  */
static enum tc_status
report_places (const struct tc_permutation_analysis *a, const struct place *places,
               struct tc_error *err)
{
  const size_t terms = tc_permutation_terms (a->task->n);
  double *received = calloc (2 * a->n_pos, sizeof *received), *margin = received + a->n_pos;
  double sum[2] = { 0 }, rate[2] = { 0 }, count[2] = { 0 };
  size_t n = 0;
  if (received == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for %zu places", a->n_pos);
  for (size_t r = 0; r < a->n_pos; r++)
    if (tc_permutation_element (a, r) >= 0)
      {
        bool is_read = places[r].received > 1 / (double) terms;
        received[n] = places[r].received;
        margin[n++] = places[r].margin;
        sum[is_read] += places[r].margin;
        rate[is_read] += places[r].rate;
        count[is_read]++;
      }
  tc_macros_int (a->macros, "Hubs", (long long) count_hubs (a, places));
  tc_macros_int (a->macros, "HubPlaces", (long long) count[1]);
  tc_macros_int (a->macros, "Places", (long long) n);
  tc_macros_real (a->macros, "HubMargin", sum[1] / count[1], 3);
  tc_macros_real (a->macros, "OtherMargin", sum[0] / count[0], 3);
  tc_macros_real (a->macros, "HubRate", 100 * rate[1] / count[1], 3);
  tc_macros_real (a->macros, "OtherRate", 100 * rate[0] / count[0], 3);
  tc_macros_real (a->macros, "HubSpearman",
                  tc_rounded (tc_correlate (n, received, margin).spearman, 6), 2);
  free (received);
  return TC_OK;
}

enum tc_status
tc_permutation_report_hubs (struct tc_permutation_analysis *a, struct tc_error *err)
{
  struct place *places = calloc (a->n_pos, sizeof *places);
  enum tc_status status = TC_OK;
  if (places == NULL)
    status = tc_fail (err, TC_ENOMEM, "no memory for %zu places", a->n_pos);
  if (status == TC_OK)
    status = receive (a, places, err);
  if (status == TC_OK)
    status = copy (a, places, err);
  if (status == TC_OK)
    status = write_csv (a, places, err);
  if (status == TC_OK)
    status = report_places (a, places, err);
  free (places);
  return status == TC_OK ? tc_permutation_figure_hubs (a, err) : status;
}
