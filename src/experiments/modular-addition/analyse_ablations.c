#include "experiments/modular-addition/ablations.h"

#include "circuits/fourier2d.h"
#include "circuits/frequency.h"
#include "circuits/logits.h"
#include "experiments/modular-addition/circuit_figures.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

void
tc_modular_add_ablation (struct tc_modular_ablations *list, const char *id, double paper,
                         double loss)
{
  if (list->n < list->capacity)
    list->rows[list->n++] = (struct tc_modular_ablation) { id, paper, loss };
}

/* --- Logits --- */

static const struct
{
  const char *id;
  double paper;
  enum tc_modular_edit edit;
  unsigned sets;                /* 0: the directions of the function */
} logit_edits[] = {
  { "keep_directions", 5.54e-8, TC_MODULAR_KEEP, 0 },
  { "keep_products", NAN, TC_MODULAR_KEEP, TC_FOURIER_SUM | TC_FOURIER_DIFFERENCE },
  { "keep_components", 7.24e-8, TC_MODULAR_KEEP,
    TC_FOURIER_SUM | TC_FOURIER_DIFFERENCE | TC_FOURIER_LINEAR },
  { "exclude_directions", NAN, TC_MODULAR_TAKE_OUT, 0 },
  { "exclude_products", NAN, TC_MODULAR_TAKE_OUT, TC_FOURIER_SUM | TC_FOURIER_DIFFERENCE }
};

/* The fit, and only some or all but some directions.  */
enum tc_status
tc_modular_ablate_logits (const struct tc_modular_grid *grid,
                          struct tc_modular_ablations *list, struct tc_error *err)
{
  struct tc_logit_fit fit;
  enum tc_status status = tc_logit_fit_alloc (&fit, grid->f, &grid->logits, grid->answers,
                                              grid->keys.n, grid->keys.k, err);
  if (status != TC_OK)
    return status;
  tc_modular_add_ablation (list, "full", 2.4e-7, tc_modular_grid_loss (grid, &grid->logits));
  tc_modular_add_ablation (list, "cosine_fit", 4.7e-8, fit.loss);
  tc_logit_fit_free (&fit);
  for (size_t i = 0; status == TC_OK && i < sizeof logit_edits / sizeof *logit_edits; i++)
    {
      double loss;
      unsigned sets = logit_edits[i].sets != 0 ? logit_edits[i].sets : grid->set;
      status = tc_modular_edited_loss (grid, logit_edits[i].edit, &grid->logits, sets,
                                       grid->keys.n, grid->keys.k, &loss, err);
      if (status == TC_OK)
        tc_modular_add_ablation (list, logit_edits[i].id, logit_edits[i].paper, loss);
    }
  return status;
}

/* --- Neurons --- */

/* The loss if the logits changed by this much, a transform over pairs.  */
static enum tc_status
loss_of_change (const struct tc_modular_grid *grid, const struct tc_dense *change,
                double *loss, struct tc_error *err)
{
  struct tc_dense logits = { 0 };
  enum tc_status status
    = tc_fourier2d (grid->f, TC_FOURIER_INVERSE, change, &logits, err);
  for (size_t i = 0; status == TC_OK && i < grid->n * grid->p; i++)
    logits.data[i] += grid->logits.data[i];
  if (status == TC_OK)
    *loss = tc_modular_grid_loss (grid, &logits);
  tc_dense_free (&logits);
  return status;
}

static bool
in_block (const struct tc_modular_grid *grid, size_t term, size_t k)
{
  size_t of_a = tc_fourier_frequency (term / grid->p), of_b = tc_fourier_frequency (term % grid->p);
  return (of_a == 0 || of_a == k) && (of_b == 0 || of_b == k);
}

/* Each neuron becomes a polynomial of degree two in cosine and sine of one
   frequency: its mean and the 3x3 block.  of[j] is neuron j's frequency, 0: leave it
   as it is.  */
static enum tc_status
make_polynomials (const struct tc_modular_grid *grid, const size_t *of, double *loss,
                  struct tc_error *err)
{
  struct tc_dense lost = { 0 }, change = { 0 };
  enum tc_status status = tc_dense_alloc (&lost, grid->n, grid->d_mlp, err);
  for (size_t term = 0; status == TC_OK && term < grid->n; term++)
    for (size_t j = 0; j < grid->d_mlp; j++)
      if (of[j] > 0 && !in_block (grid, term, of[j]))
        lost.data[term * grid->d_mlp + j] = -tc_dense_get (&grid->transformed, term, j);
  if (status == TC_OK)
    status = tc_modular_to_logits (grid, &lost, &change, err);
  if (status == TC_OK)
    status = loss_of_change (grid, &change, loss, err);
  tc_dense_free (&lost);
  tc_dense_free (&change);
  return status;
}

static enum tc_status
all_polynomials (const struct tc_modular_grid *grid, double *loss, struct tc_error *err)
{
  size_t *of = malloc (grid->d_mlp * sizeof *of);
  if (of == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for %zu neurons", grid->d_mlp);
  for (size_t j = 0; j < grid->d_mlp; j++)
    of[j] = tc_best_frequency (&grid->fractions, j, NULL);
  enum tc_status status = make_polynomials (grid, of, loss, err);
  free (of);
  return status;
}

/* [2 keys, d_mlp]: an orthonormal basis of the directions that W_L reads at the key
   frequencies, by Gram and Schmidt in the order of the keys.  */
static enum tc_status
map_directions (const struct tc_modular_grid *grid, struct tc_dense *directions,
                struct tc_error *err)
{
  struct tc_dense transformed = { 0 };
  size_t m = grid->d_mlp;
  enum tc_status status
    = tc_fourier_columns (grid->f, TC_FOURIER_FORWARD, &grid->w_l, &transformed, err);
  if (status == TC_OK)
    status = tc_dense_alloc (directions, 2 * grid->keys.n, m, err);
  for (size_t i = 0; status == TC_OK && i < directions->rows; i++)
    {
      double *row = tc_dense_row (directions, i);
      size_t k = grid->keys.k[i / 2];
      const double *from
        = tc_dense_row (&transformed, i % 2 == 0 ? tc_fourier_cos (k) : tc_fourier_sin (k));
      for (size_t j = 0; j < m; j++)
        row[j] = from[j];
      tc_modular_orthonormalise (directions, i);
    }
  tc_dense_free (&transformed);
  return status;
}

/* Neurons projected on the directions that W_L reads, or on their null space.  */
static enum tc_status
project_neurons (const struct tc_modular_grid *grid, double *kept, double *null,
                 struct tc_error *err)
{
  struct tc_dense directions = { 0 }, along = { 0 }, neurons = { 0 }, logits = { 0 };
  enum tc_status status = map_directions (grid, &directions, err);
  if (status == TC_OK)
    status = tc_dense_product_nt (&along, &grid->neurons, &directions, err);
  if (status == TC_OK)
    status = tc_dense_product (&neurons, &along, &directions, err);
  if (status == TC_OK)
    status = tc_modular_to_logits (grid, &neurons, &logits, err);
  if (status == TC_OK)
    {
      /* logits now holds what passes the directions.  */
      size_t n = grid->n * grid->p;
      for (size_t i = 0; i < n; i++)
        logits.data[i] = grid->logits.data[i] - logits.data[i];
      *null = tc_modular_grid_loss (grid, &logits);
      for (size_t i = 0; i < n; i++)
        logits.data[i] = 2 * grid->logits.data[i] - grid->mlp_logits.data[i] - logits.data[i];
      *kept = tc_modular_grid_loss (grid, &logits);
    }
  tc_dense_free (&directions);
  tc_dense_free (&along);
  tc_dense_free (&neurons);
  tc_dense_free (&logits);
  return status;
}

static int
ascending (const void *left, const void *right)
{
  double a = *(const double *) left, b = *(const double *) right;
  return (a > b) - (a < b);
}

/* Losses without one key frequency's block in the neurons, ascending.  The paper
   has five.  */
static enum tc_status
lose_keys (const struct tc_modular_grid *grid, struct tc_modular_ablations *list,
           struct tc_error *err)
{
  unsigned block = TC_FOURIER_SUM | TC_FOURIER_DIFFERENCE | TC_FOURIER_LINEAR;
  double losses[TC_MODULAR_MOST_KEYS];
  size_t n = grid->keys.n;
  enum tc_status status = TC_OK;
  for (size_t i = 0; status == TC_OK && i < n; i++)
    status = tc_modular_edited_loss (grid, TC_MODULAR_TAKE_OUT, &grid->mlp_logits, block, 1,
                                     &grid->keys.k[i], &losses[i], err);
  if (status != TC_OK || n == 0)
    return status;
  qsort (losses, n, sizeof *losses, ascending);
  tc_modular_add_ablation (list, "lose_least", 2.0e-4, losses[0]);
  tc_modular_add_ablation (list, "lose_median", 1.9e-3, (losses[n / 2] + losses[(n - 1) / 2]) / 2);
  tc_modular_add_ablation (list, "lose_most", 2.4e-2, losses[n - 1]);
  return TC_OK;
}

enum tc_status
tc_modular_ablate_neurons (const struct tc_modular_analysis *a,
                           const struct tc_modular_grid *grid,
                           struct tc_modular_ablations *list, struct tc_error *err)
{
  double clustered, all, kept, null;
  enum tc_status status = make_polynomials (grid, a->cluster, &clustered, err);
  if (status == TC_OK)
    status = all_polynomials (grid, &all, err);
  if (status == TC_OK)
    status = project_neurons (grid, &kept, &null, err);
  if (status != TC_OK)
    return status;
  tc_modular_add_ablation (list, "polynomials", 2.48e-7, clustered);
  tc_modular_add_ablation (list, "all_polynomials", NAN, all);
  tc_modular_add_ablation (list, "map_directions", 1.19e-7, kept);
  tc_modular_add_ablation (list, "map_null", 5.27, null);
  return lose_keys (grid, list, err);
}

/* --- All --- */

static enum tc_status
write_csv (const struct tc_modular_analysis *a, const struct tc_modular_ablations *list,
           struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "id", "what was done to the trained model" },
    { "paper", "loss in Nanda et al. 2023, mainline model, nats; empty: not there" },
    { "loss", "loss of this run, over all pairs and the classes of numbers, nats" }
  };
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "ablations",
                                          "Losses of the edited model", 3, columns, err);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; status == TC_OK && i < list->n; i++)
    {
      tc_csv_text (&csv, list->rows[i].id);
      tc_csv_real (&csv, list->rows[i].paper);
      tc_csv_real (&csv, list->rows[i].loss);
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

/* "lose_most" -> "LossLoseMost" */
static void
number_name (const char *id, char name[48])
{
  static const char prefix[] = "Loss";
  size_t used = sizeof prefix - 1;
  bool starts = true;
  for (size_t i = 0; i < used; i++)
    name[i] = prefix[i];
  for (; *id != '\0' && used + 1 < 48; id++)
    {
      if (*id != '_')
        name[used++] = (char) (starts && *id >= 'a' && *id <= 'z' ? *id - 'a' + 'A' : *id);
      starts = *id == '_';
    }
  name[used] = '\0';
}

static void
write_numbers (struct tc_modular_analysis *a, const struct tc_modular_ablations *list)
{
  for (size_t i = 0; i < list->n; i++)
    {
      char name[48];
      number_name (list->rows[i].id, name);
      tc_modular_number (a, name, list->rows[i].loss, 3);
    }
}

enum tc_status
tc_modular_report_ablations (struct tc_modular_analysis *a,
                             const struct tc_modular_grid *grid, struct tc_error *err)
{
  struct tc_modular_ablation rows[TC_MODULAR_ABLATIONS];
  struct tc_modular_ablations list = { 0, TC_MODULAR_ABLATIONS, rows };
  enum tc_status status = tc_modular_ablate_logits (grid, &list, err);
  if (status == TC_OK)
    status = tc_modular_ablate_neurons (a, grid, &list, err);
  if (status == TC_OK)
    status = tc_modular_ablate_model (a, grid, &list, err);
  if (status == TC_OK)
    status = write_csv (a, &list, err);
  if (status == TC_OK)
    write_numbers (a, &list);
  if (status == TC_OK)
    status = tc_modular_report_random_sets (a, grid, err);
  if (status == TC_OK)
    status = tc_modular_figure_ablations (a, grid, err);
  return status;
}
