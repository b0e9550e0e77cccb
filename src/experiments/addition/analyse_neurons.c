#include "experiments/addition/circuits.h"

#include "experiments/addition/digits.h"
#include "experiments/addition/figures_circuits.h"
#include "experiments/addition/grids.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* The neurons that matter most where a digit and where its carry are read: those
   that add most to the logits of what depends on the sum of a column's digits.  */

enum { COLUMN = 1,              /* the tens: the first with a carry on either side */
       SHOWN = 3, CARRIES = 2 };

struct neuron
{
  size_t index;
  double effect;                /* energy of its output in functions of (D + D') mod 10,
                                   times the square of what it adds to the logits */
  double share;                 /* of all neurons' effects */
};

/* squares[neuron] of its centred column of W_L^T [10, d_mlp].  */
static void
logit_squares (const struct tc_dense *logits, double *squares)
{
  for (size_t j = 0; j < logits->cols; j++)
    {
      double mean = 0;
      for (size_t c = 0; c < logits->rows; c++)
        mean += tc_dense_get (logits, c, j) / (double) logits->rows;
      squares[j] = 0;
      for (size_t c = 0; c < logits->rows; c++)
        squares[j] = fma (tc_dense_get (logits, c, j) - mean,
                          tc_dense_get (logits, c, j) - mean, squares[j]);
    }
}

/* energies[neuron]: of the part of its output that is a function of
   (D + D') mod 10.  */
static enum tc_status
wave_energies (const struct tc_addition_space *space, const struct tc_dense *post,
               double *energies, struct tc_error *err)
{
  struct tc_dense waves = { 0 };
  enum tc_status status = tc_dense_product (&waves, &space->waves, post, err);
  for (size_t i = 0; status == TC_OK && i < waves.rows; i++)
    for (size_t j = 0; j < waves.cols; j++)
      energies[j] = fma (tc_dense_get (&waves, i, j), tc_dense_get (&waves, i, j),
                         energies[j]);
  tc_dense_free (&waves);
  return status;
}

static int
by_effect (const void *a, const void *b)
{
  const struct neuron *x = a, *y = b;
  if (x->effect != y->effect)
    return x->effect < y->effect ? 1 : -1;
  return x->index < y->index ? -1 : 1;
}

/* All neurons, the greatest effect first.  */
static enum tc_status
rank_neurons (const struct tc_addition_space *space,
              const struct tc_addition_grid grids[CARRIES], int reading,
              const double *squares, size_t n, struct neuron *neurons, struct tc_error *err)
{
  double total = 0;
  double *energies = calloc (n, sizeof *energies);
  enum tc_status status = energies != NULL ? TC_OK
    : tc_fail (err, TC_ENOMEM, "no memory for the energies of %zu neurons", n);
  for (int carry = 0; status == TC_OK && carry < CARRIES; carry++)
    status = wave_energies (space, &grids[carry].mean[reading][TC_ADDITION_POST], energies,
                            err);
  for (size_t j = 0; status == TC_OK && j < n; j++)
    {
      neurons[j] = (struct neuron) { .index = j, .effect = energies[j] * squares[j] };
      total += neurons[j].effect;
    }
  free (energies);
  if (status != TC_OK)
    return status;
  qsort (neurons, n, sizeof *neurons, by_effect);
  for (size_t j = 0; j < n; j++)
    neurons[j].share = neurons[j].effect / total;
  return TC_OK;
}

/* How its output, both carries side by side, splits.  */
static enum tc_status
split_neuron (const struct tc_addition_space *space,
              const struct tc_addition_grid grids[CARRIES], int reading, size_t neuron,
              struct tc_addition_split *split, struct tc_error *err)
{
  struct tc_dense both;
  enum tc_status status = tc_dense_alloc (&both, TC_ADDITION_PAIRS, CARRIES, err);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; i < TC_ADDITION_PAIRS; i++)
    for (size_t carry = 0; carry < CARRIES; carry++)
      both.data[i * CARRIES + carry]
        = tc_dense_get (&grids[carry].mean[reading][TC_ADDITION_POST], i, neuron);
  status = tc_addition_split_grid (space, &both, split, err);
  tc_dense_free (&both);
  return status;
}

static enum tc_status
write_cells (struct tc_csv *csv, const struct tc_addition_grid grids[CARRIES], int reading,
             int rank, size_t neuron, struct tc_error *err)
{
  enum tc_status status = TC_OK;
  for (int carry = 0; carry < CARRIES; carry++)
    for (size_t i = 0; status == TC_OK && i < TC_ADDITION_PAIRS; i++)
      {
        const struct tc_dense *post = &grids[carry].mean[reading][TC_ADDITION_POST];
        tc_csv_text (csv, reading == TC_ADDITION_OWN ? "own" : "next");
        tc_csv_int (csv, rank);
        tc_csv_int (csv, (long long) neuron);
        tc_csv_int (csv, carry);
        tc_csv_int (csv, (long long) (i / 10));
        tc_csv_int (csv, (long long) (i % 10));
        tc_csv_float (csv, (float) tc_dense_get (post, i, neuron));
        status = tc_csv_end_row (csv, err);
      }
  return status;
}

/* "neuron 317" above what tells most: at the own digit the best frequency of the sum,
   "k=2: 13%", at the next one all functions of D + D', "D+D': 97%".  */
static void
caption_neuron (const struct neuron *neuron, const struct tc_addition_split *split,
                int reading, struct tc_addition_neuron_caption *caption)
{
  size_t best = 0;
  for (size_t k = 1; k < TC_ADDITION_FREQUENCIES; k++)
    if (split->waves.share[k] > split->waves.share[best])
      best = k;
  snprintf (caption->text[0], sizeof caption->text[0], "neuron %u", (unsigned) neuron->index);
  if (reading == TC_ADDITION_OWN)
    snprintf (caption->text[1], sizeof caption->text[1], "k=%u: %.0f%%", (unsigned) best + 1,
              100 * split->waves.share[best]);
  else
    snprintf (caption->text[1], sizeof caption->text[1], "D+D': %.0f%%", 100 * split->sum);
}

struct output
{
  struct tc_csv cells, list;
  struct tc_addition_neuron_caption caption[TC_ADDITION_READINGS * SHOWN];
};

static enum tc_status
write_neurons (struct output *out, const struct tc_addition_space *space,
               const struct tc_addition_grid grids[CARRIES], int reading,
               const struct neuron *neurons, struct tc_error *err)
{
  enum tc_status status = TC_OK;
  for (int rank = 0; status == TC_OK && rank < SHOWN; rank++)
    {
      struct tc_addition_split split;
      const struct neuron *neuron = &neurons[rank];
      status = write_cells (&out->cells, grids, reading, rank, neuron->index, err);
      if (status == TC_OK)
        status = split_neuron (space, grids, reading, neuron->index, &split, err);
      if (status != TC_OK)
        return status;
      tc_csv_text (&out->list, reading == TC_ADDITION_OWN ? "own" : "next");
      tc_csv_int (&out->list, rank);
      tc_csv_int (&out->list, (long long) neuron->index);
      tc_csv_real (&out->list, 100 * neuron->share);
      tc_csv_real (&out->list, 100 * split.additive);
      for (size_t k = 0; k < TC_ADDITION_FREQUENCIES; k++)
        tc_csv_real (&out->list, 100 * split.waves.share[k]);
      tc_csv_real (&out->list, 100 * split.sum);
      status = tc_csv_end_row (&out->list, err);
      caption_neuron (neuron, &split, reading, &out->caption[reading * SHOWN + rank]);
    }
  return status;
}

static enum tc_status
open_output (const struct tc_addition_analysis *a, struct output *out, struct tc_error *err)
{
  static const struct tc_csv_column cells[] = {
    { "reading", "own: at the tens' answer digit; next: at the hundreds'" },
    { "rank", "0 for the neuron with the greatest effect there" },
    { "neuron", "its number" },
    { "carry", "into the tens" },
    { "x", "x's digit in the tens" },
    { "y", "y's digit there" },
    { "output", "mean of the neuron's output over 8 draws of the other digits" }
  };
  static const struct tc_csv_column list[] = {
    { "reading", "own: at the tens' answer digit; next: at the hundreds'" },
    { "rank", "0 for the neuron with the greatest effect there" },
    { "neuron", "its number" },
    { "effect", "share of all neurons' effects: energy of the output in functions of "
                "(D + D') mod 10 times the square of what it adds to the logits, percent" },
    { "additive", "share of the output's variance in functions f(D) + g(D'), percent" },
    { "k1", "in cos and sin 2 pi k (D + D') / 10, k = 1" },
    { "k2", "k = 2" },
    { "k3", "k = 3" },
    { "k4", "k = 4" },
    { "k5", "in +-1" },
    { "sum", "in functions of D + D' = 0 ... 18" }
  };
  enum tc_status status = tc_session_csv (a->session, &out->cells, "neuron_cells",
                                          "Neurons over the pair of digits in the tens",
                                          sizeof cells / sizeof *cells, cells, err);
  if (status != TC_OK)
    return status;
  status = tc_session_csv (a->session, &out->list, "neurons",
                           "The neurons with the greatest effect", sizeof list / sizeof *list,
                           list, err);
  if (status != TC_OK)
    tc_csv_abandon (&out->cells);
  return status;
}

static enum tc_status
report (struct tc_addition_analysis *a, const struct tc_addition_space *space,
        const struct tc_addition_grid grids[CARRIES], const struct tc_dense *logits,
        struct tc_error *err)
{
  struct output out;
  double *squares = calloc (logits->cols, sizeof *squares);
  struct neuron *neurons = calloc (logits->cols, sizeof *neurons);
  enum tc_status status = squares != NULL && neurons != NULL ? open_output (a, &out, err)
    : tc_fail (err, TC_ENOMEM, "no memory for %zu neurons", logits->cols);
  if (status == TC_OK)
    {
      logit_squares (logits, squares);
      for (int r = 0; status == TC_OK && r < TC_ADDITION_READINGS; r++)
        {
          status = rank_neurons (space, grids, r, squares, logits->cols, neurons, err);
          if (status == TC_OK)
            status = write_neurons (&out, space, grids, r, neurons, err);
        }
      status = tc_csv_finish (&out.list, status, err);
      status = tc_csv_finish (&out.cells, status, err);
    }
  if (status == TC_OK)
    status = tc_addition_figure_neurons (a, TC_ADDITION_READINGS * SHOWN, out.caption, err);
  free (squares);
  free (neurons);
  return status;
}

enum tc_status
tc_addition_report_neurons (struct tc_addition_analysis *a, struct tc_error *err)
{
  struct tc_addition_grid grids[CARRIES] = { 0 };
  struct tc_addition_space space;
  struct tc_dense logits = { 0 };
  const struct tc_model *model = &a->session->model;
  enum tc_status status = tc_addition_space_alloc (a, &space, err);
  for (int carry = 0; status == TC_OK && carry < CARRIES; carry++)
    status = tc_addition_grid_measure (a, model, COLUMN, carry, &grids[carry], err);
  if (status == TC_OK)
    status = tc_addition_neuron_logits (model, &logits, err);
  if (status == TC_OK)
    status = report (a, &space, grids, &logits, err);
  for (int carry = 0; carry < CARRIES; carry++)
    tc_addition_grid_free (&grids[carry]);
  tc_addition_space_free (&space);
  tc_dense_free (&logits);
  return status;
}
