#include "experiments/addition/circuits.h"

#include "circuits/fourier.h"
#include "experiments/addition/digits.h"
#include "experiments/addition/figures_circuits.h"
#include "experiments/addition/gaze.h"
#include "experiments/addition/shares.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The notebook's base-10 Fourier basis, and how much of the weights lies at each
   of its frequencies.  */

/* ---- The basis ---- */

/* A 10 x 10 matrix with names of basis functions along its rows and, if so asked,
   its columns.  */
static enum tc_status
write_square (const struct tc_addition_analysis *a, const char *name, const char *title,
              const struct tc_fourier *fourier, const struct tc_dense *m, bool is_gram,
              struct tc_error *err)
{
  char text[TC_ADDITION_CLASSES][TC_FOURIER_NAME];
  struct tc_csv_column columns[TC_ADDITION_CLASSES + 1]
    = { { "function", "row: basis function" } };
  struct tc_csv csv;
  for (size_t j = 0; j < m->cols; j++)
    {
      if (is_gram)
        tc_fourier_name (fourier, j, text[j]);
      else
        snprintf (text[j], sizeof text[j], "%zu", j);
      columns[j + 1] = (struct tc_csv_column) {
        text[j], is_gram ? "its product with that basis function" : "its value at that digit"
      };
    }
  enum tc_status status = tc_session_csv (a->session, &csv, name, title, m->cols + 1, columns,
                                          err);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; status == TC_OK && i < m->rows; i++)
    {
      char row[TC_FOURIER_NAME];
      tc_fourier_name (fourier, i, row);
      tc_csv_text (&csv, row);
      for (size_t j = 0; j < m->cols; j++)
        tc_csv_real (&csv, tc_dense_get (m, i, j));
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

static enum tc_status
report_basis (const struct tc_addition_analysis *a, const struct tc_fourier *fourier,
              struct tc_error *err)
{
  struct tc_dense gram = { 0 };
  double worst = 0;
  enum tc_status status = tc_fourier_gram (fourier, &gram, err);
  if (status == TC_OK)
    status = write_square (a, "basis", "The orthonormal base-10 Fourier basis", fourier,
                           &fourier->basis, false, err);
  if (status == TC_OK)
    status = write_square (a, "gram", "Products of its functions with each other", fourier,
                           &gram, true, err);
  if (status == TC_OK)
    {
      for (size_t i = 0; i < gram.rows * gram.cols; i++)
        worst = fmax (worst, fabs (gram.data[i] - (i / gram.cols == i % gram.cols)));
      tc_macros_real (a->macros, "GramError", worst, 1);
      status = tc_addition_figure_basis (a, err);
    }
  tc_dense_free (&gram);
  return status;
}

/* ---- Energies ---- */

/* What is known of another model: a range, percent; NaN: nothing.  key may be
   NULL.  */
struct published { double low, high; };

static struct published
published_share (const char *key, int k)
{
  static const char *const ends[] = { "_low", "_high", "" };
  double values[3];
  for (size_t i = 0; i < 3; i++)
    {
      char name[64];
      snprintf (name, sizeof name, "energy_%s_%d%s", key != NULL ? key : "none", k, ends[i]);
      values[i] = tc_addition_published (name);
    }
  return isnan (values[2]) ? (struct published) { values[0], values[1] }
                           : (struct published) { values[2], values[2] };
}

/* W_E, W_U, W_L, then neuron inputs by head.  */
enum { EMBEDDING, UNEMBEDDING, NEURON_LOGITS, HEADS };

struct object
{
  char name[TC_ADDITION_LABEL];
  const char *published;        /* its key in the list of published shares, or NULL */
  struct tc_addition_shares trained, untrained;
};

static enum tc_status
read_object (const struct tc_model *model, size_t i, struct tc_dense *out,
             struct tc_error *err)
{
  switch (i)
    {
    case EMBEDDING:
      return tc_addition_digit_embedding (model, out, err);
    case UNEMBEDDING:
      return tc_addition_digit_unembedding (model, out, err);
    case NEURON_LOGITS:
      return tc_addition_neuron_logits (model, out, err);
    default:
      return tc_addition_neuron_inputs (model, i - HEADS, out, err);
    }
}

static enum tc_status
share_object (const struct tc_model *model, size_t i, const struct tc_dense *waves,
              const struct tc_addition_bases *bases, struct tc_addition_shares *shares,
              struct tc_error *err)
{
  struct tc_dense m = { 0 }, gram = { 0 };
  enum tc_status status = read_object (model, i, &m, err);
  if (status == TC_OK)
    status = tc_dense_product_nt (&gram, &m, &m, err);
  if (status == TC_OK)
    status = tc_addition_shares (waves, &gram, 0, bases, shares, err);
  tc_dense_free (&m);
  tc_dense_free (&gram);
  return status;
}

/* Heads are named by what they look at.  */
static void
name_object (const struct tc_addition_gaze *gaze, size_t i, struct object *object)
{
  static const char *const names[] = { "W_E", "W_U", "W_L" };
  static const char *const keys[] = { "w_e", "w_u", "w_l" };
  if (i < HEADS)
    {
      snprintf (object->name, sizeof object->name, "%s", names[i]);
      object->published = keys[i];
      return;
    }
  int role = tc_addition_gaze_role (gaze, i - HEADS);
  snprintf (object->name, sizeof object->name, "head %u (%s)", (unsigned) (i - HEADS),
            role == 0 ? "own" : role == 1 ? "next" : role == 2 ? "second" : "mixed");
  object->published = role == 0 ? "own" : role == 1 ? "next" : NULL;
}

static enum tc_status
measure_objects (const struct tc_addition_analysis *a, const struct tc_fourier *fourier,
                 const struct tc_addition_gaze *gaze, const struct tc_addition_bases *bases,
                 size_t n, struct object *objects, struct tc_error *err)
{
  struct tc_dense waves = { 0 };
  struct tc_model untrained;
  enum tc_status status = tc_addition_untrained (a, &untrained, err);
  if (status != TC_OK)
    return status;
  status = tc_addition_digit_waves (fourier, &waves, err);
  for (size_t i = 0; status == TC_OK && i < n; i++)
    {
      name_object (gaze, i, &objects[i]);
      status = share_object (&a->session->model, i, &waves, bases, &objects[i].trained, err);
      if (status == TC_OK)
        status = share_object (&untrained, i, &waves, bases, &objects[i].untrained, err);
    }
  tc_dense_free (&waves);
  tc_model_free (&untrained);
  return status;
}

static enum tc_status
write_energy (const struct tc_addition_analysis *a, size_t n, const struct object *objects,
              struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "object", "W_E, W_U, W_L = W_out W_U, or the input of neurons by a head that looks "
                "mostly at the own, the next or the second column" },
    { "panel", "number of the object" },
    { "frequency", "k; 5 is +-1" },
    { "share", "of the energy, the constant left out, percent" },
    { "untrained", "the same before training" },
    { "random_median", "the same as share in 100 random orthonormal bases: median" },
    { "random_low", "smallest" },
    { "random_high", "greatest" },
    { "published_low", "of other models of this task, percent; empty: not published" },
    { "published_high", "the same" }
  };
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "energy",
                                          "Energy of the weights by frequency of the digit",
                                          10, columns, err);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; i < n; i++)
    for (int k = 1; status == TC_OK && k <= TC_ADDITION_FREQUENCIES; k++)
      {
        const struct tc_addition_shares *trained = &objects[i].trained;
        struct tc_addition_range random = k < TC_ADDITION_FREQUENCIES ? trained->pair
                                                                      : trained->single;
        struct published published = published_share (objects[i].published, k);
        tc_csv_text (&csv, objects[i].name);
        tc_csv_int (&csv, (long long) i);
        tc_csv_int (&csv, k);
        tc_csv_real (&csv, 100 * trained->share[k - 1]);
        tc_csv_real (&csv, 100 * objects[i].untrained.share[k - 1]);
        tc_csv_real (&csv, 100 * random.median);
        tc_csv_real (&csv, 100 * random.low);
        tc_csv_real (&csv, 100 * random.high);
        tc_csv_real (&csv, published.low);
        tc_csv_real (&csv, published.high);
        status = tc_csv_end_row (&csv, err);
      }
  return tc_csv_finish (&csv, status, err);
}

static void
print_published (FILE *stream, const char *key, int k)
{
  struct published published = published_share (key, k);
  if (isnan (published.low))
    fputs (" (--)", stream);
  else if (published.low < published.high)
    fprintf (stream, " (%.0f--%.0f)", published.low, published.high);
  else
    fprintf (stream, " (%.0f)", published.low);
}

/* A tabular: ours, and what was published in brackets.  */
static enum tc_status
write_table (const struct tc_addition_analysis *a, size_t n, const struct object *objects,
             struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status = tc_session_tex (a->session, &file, "energy_table", NULL, err);
  if (status != TC_OK)
    return status;
  fputs ("\\begin{tabular}{@{}l rrrrr r@{}}\n\\toprule\n"
         " & $k=1$ & 2 & 3 & 4 & 5 & random pair\\\\\n\\midrule\n", file.stream);
  for (size_t i = 0; i < n; i++)
    {
      const struct tc_addition_shares *shares = &objects[i].trained;
      if (i < HEADS)
        fprintf (file.stream, "$%s$", objects[i].name);
      else
        fputs (objects[i].name, file.stream);
      for (int k = 1; k <= TC_ADDITION_FREQUENCIES; k++)
        {
          fprintf (file.stream, " & %.1f", 100 * shares->share[k - 1]);
          print_published (file.stream, objects[i].published, k);
        }
      fprintf (file.stream, " & %.0f--%.0f\\\\\n", 100 * shares->pair.low,
               100 * shares->pair.high);
    }
  fputs ("\\bottomrule\n\\end{tabular}\n", file.stream);
  return tc_file_close (&file, err);
}

/* \...EnergyOwnBLow: the smallest share of k = 2 among own-column heads; \...EnergyWLB:
   that of W_L.  Letters stand for k.  */
static void
describe_kind (const struct tc_addition_analysis *a, size_t n, const struct object *objects,
               const char *key, const char *word)
{
  char macro[64];
  double random = 0;
  for (int k = 1; k <= TC_ADDITION_FREQUENCIES; k++)
    {
      double low = INFINITY, high = -INFINITY;
      for (size_t i = 0; i < n; i++)
        if (objects[i].published != NULL && strcmp (objects[i].published, key) == 0)
          {
            low = fmin (low, 100 * objects[i].trained.share[k - 1]);
            high = fmax (high, 100 * objects[i].trained.share[k - 1]);
            random = fmax (random, 100 * objects[i].trained.pair.high);
          }
      low = high < low ? NAN : low;
      snprintf (macro, sizeof macro, "Energy%s%c%s", word, 'A' + k - 1, "Low");
      tc_macros_real (a->macros, macro, low, 2);
      snprintf (macro, sizeof macro, "Energy%s%c%s", word, 'A' + k - 1, "High");
      tc_macros_real (a->macros, macro, isnan (low) ? NAN : high, 2);
      struct published published = published_share (key, k);
      snprintf (macro, sizeof macro, "PublishedEnergy%s%cLow", word, 'A' + k - 1);
      tc_macros_real (a->macros, macro, published.low, 2);
      snprintf (macro, sizeof macro, "PublishedEnergy%s%cHigh", word, 'A' + k - 1);
      tc_macros_real (a->macros, macro, published.high, 2);
    }
  snprintf (macro, sizeof macro, "Energy%sRandomHigh", word);
  tc_macros_real (a->macros, macro, random, 2);
}

static enum tc_status
draw_energy (const struct tc_addition_analysis *a, size_t n, const struct object *objects,
             struct tc_error *err)
{
  const char **titles = calloc (n, sizeof *titles);
  if (titles == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for %zu titles", n);
  for (size_t i = 0; i < n; i++)
    titles[i] = objects[i].name;
  enum tc_status status = tc_addition_figure_energy (a, n, titles, err);
  free (titles);
  return status;
}

static enum tc_status
report_energy (struct tc_addition_analysis *a, const struct tc_fourier *fourier,
               const struct tc_addition_gaze *gaze, const struct tc_addition_bases *bases,
               struct tc_error *err)
{
  size_t n = HEADS + gaze->n_heads;
  struct object *objects = calloc (n, sizeof *objects);
  enum tc_status status = objects != NULL
    ? measure_objects (a, fourier, gaze, bases, n, objects, err)
    : tc_fail (err, TC_ENOMEM, "no memory for the energies of %zu matrices", n);
  if (status == TC_OK)
    status = write_energy (a, n, objects, err);
  if (status == TC_OK)
    status = write_table (a, n, objects, err);
  if (status == TC_OK)
    {
      describe_kind (a, n, objects, "w_e", "WE");
      describe_kind (a, n, objects, "w_u", "WU");
      describe_kind (a, n, objects, "w_l", "WL");
      describe_kind (a, n, objects, "own", "Own");
      describe_kind (a, n, objects, "next", "Next");
      status = draw_energy (a, n, objects, err);
    }
  free (objects);
  return status;
}

enum tc_status
tc_addition_report_fourier (struct tc_addition_analysis *a, struct tc_error *err)
{
  struct tc_fourier fourier = { 0 };
  struct tc_addition_gaze gaze = { 0 };
  struct tc_addition_bases bases = { 0 };
  struct tc_torch_rng rng;
  tc_addition_stream (a, TC_ADDITION_STREAM_BASES, &rng);
  enum tc_status status = tc_fourier_alloc (&fourier, 10, err);
  if (status == TC_OK)
    status = report_basis (a, &fourier, err);
  if (status == TC_OK)
    status = tc_addition_gaze_measure (a, &a->session->model, &gaze, err);
  if (status == TC_OK)
    status = tc_addition_bases_alloc (&bases, TC_ADDITION_BASES, TC_ADDITION_WAVES, false, &rng,
                                      err);
  if (status == TC_OK)
    status = report_energy (a, &fourier, &gaze, &bases, err);
  tc_addition_gaze_free (&gaze);
  tc_addition_bases_free (&bases);
  tc_fourier_free (&fourier);
  return status;
}
