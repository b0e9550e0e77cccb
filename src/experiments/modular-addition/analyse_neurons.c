#include "experiments/modular-addition/grid.h"

#include "circuits/fourier2d.h"
#include "circuits/frequency.h"
#include "experiments/modular-addition/circuit_figures.h"
#include "experiments/modular-addition/tables.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Neurons by frequency.  */

struct neuron
{
  size_t index, k;              /* k: the frequency with the greatest share */
  double fraction;
};

/* What the neurons of a key frequency have in common.  */
struct cluster
{
  size_t k, n;
  double fraction;              /* mean over its neurons */
  double block[3][3];           /* mean share of variance of each term */
  size_t second;                /* the other frequency with the greatest mean share */
  double second_share;
  double u_explained, v_explained;
};

static int
purest_first (const void *left, const void *right)
{
  const struct neuron *a = left, *b = right;
  if (a->fraction != b->fraction)
    return a->fraction < b->fraction ? 1 : -1;
  return a->index < b->index ? -1 : 1;
}

static struct neuron *
sorted_neurons (const struct tc_modular_grid *grid)
{
  struct neuron *neurons = malloc (grid->d_mlp * sizeof *neurons);
  for (size_t j = 0; neurons != NULL && j < grid->d_mlp; j++)
    {
      neurons[j].index = j;
      neurons[j].k = tc_best_frequency (&grid->fractions, j, &neurons[j].fraction);
    }
  if (neurons != NULL)
    qsort (neurons, grid->d_mlp, sizeof *neurons, purest_first);
  return neurons;
}

static enum tc_status
write_neurons (const struct tc_modular_analysis *a, const struct tc_modular_grid *grid,
               struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "rank", "1: the greatest fraction" }, { "neuron", "index" },
    { "k", "frequency with the greatest share of its variance over pairs" },
    { "fraction", "that share, of the 3x3 block" },
    { "cluster", "the same frequency if the share is above 0.85, else 0" }
  };
  struct tc_csv csv;
  struct neuron *neurons = sorted_neurons (grid);
  if (neurons == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory to sort %zu neurons", grid->d_mlp);
  enum tc_status status = tc_session_csv (a->session, &csv, "neurons",
                                          "The frequency of each neuron", 5, columns, err);
  if (status == TC_OK)
    {
      for (size_t i = 0; status == TC_OK && i < grid->d_mlp; i++)
        {
          tc_csv_int (&csv, (long long) i + 1);
          tc_csv_int (&csv, (long long) neurons[i].index);
          tc_csv_int (&csv, (long long) neurons[i].k);
          tc_csv_real (&csv, neurons[i].fraction);
          tc_csv_int (&csv, (long long) a->cluster[neurons[i].index]);
          status = tc_csv_end_row (&csv, err);
        }
      status = tc_csv_finish (&csv, status, err);
    }
  free (neurons);
  return status;
}

/* --- Clusters --- */

/* Shares of a neuron's variance in the terms of its block.  */
static void
add_block (const struct tc_modular_grid *grid, size_t neuron, size_t k, double sum[3][3])
{
  double block[3][3], energy = 0;
  double share = tc_dense_get (&grid->fractions, k - 1, neuron);
  tc_frequency_block (grid->f, &grid->transformed, neuron, k, block);
  block[0][0] = 0;
  for (size_t i = 0; i < 9; i++)
    energy += block[i / 3][i % 3] * block[i / 3][i % 3];
  for (size_t i = 0; i < 9; i++)
    sum[i / 3][i % 3] += block[i / 3][i % 3] * block[i / 3][i % 3] / energy * share;
}

/* A rectifier makes multiples of a frequency; they show here.  */
static void
find_second (const struct tc_modular_analysis *a, const struct tc_modular_grid *grid,
             struct cluster *cluster)
{
  for (size_t k = 1; k <= grid->fractions.rows; k++)
    {
      double sum = 0;
      for (size_t j = 0; k != cluster->k && j < grid->d_mlp; j++)
        if (a->cluster[j] == cluster->k)
          sum += tc_dense_get (&grid->fractions, k - 1, j);
      if (sum / (double) cluster->n > cluster->second_share)
        {
          cluster->second = k;
          cluster->second_share = sum / (double) cluster->n;
        }
    }
}

static void
describe_cluster (const struct tc_modular_analysis *a, const struct tc_modular_grid *grid,
                  struct cluster *cluster)
{
  for (size_t j = 0; j < grid->d_mlp; j++)
    if (a->cluster[j] == cluster->k)
      {
        cluster->n++;
        cluster->fraction += tc_dense_get (&grid->fractions, cluster->k - 1, j);
        add_block (grid, j, cluster->k, cluster->block);
      }
  for (size_t i = 0; cluster->n > 0 && i < 9; i++)
    cluster->block[i / 3][i % 3] /= (double) cluster->n;
  if (cluster->n > 0)
    {
      cluster->fraction /= (double) cluster->n;
      find_second (a, grid, cluster);
    }
}

/* Share of the variance of column col of a tensor that one unit direction
   explains.  */
static double
explained (const double *direction, const struct tc_dense *tensor, size_t col)
{
  double sum = 0, along = 0, squares = 0;
  for (size_t i = 0; i < tensor->rows; i++)
    {
      double value = tc_dense_get (tensor, i, col);
      sum += value;
      along += direction[i] * value;
    }
  double mean = sum / (double) tensor->rows;
  for (size_t i = 0; i < tensor->rows; i++)
    {
      double value = tc_dense_get (tensor, i, col) - mean;
      squares += value * value;
    }
  return squares > 0 ? along * along / squares : 0;
}

/* W_L at frequency k is cos_k u_k^T + sin_k v_k^T, so u_k^T neurons is the cosine
   of the neurons' logits over classes.  Addition wants it to be cos (w_k (a+b)),
   and v_k^T neurons to be sin (w_k (a+b)).  */
static enum tc_status
explain_directions (const struct tc_modular_grid *grid, size_t n, struct cluster *clusters,
                    struct tc_error *err)
{
  struct tc_dense over_classes = { 0 }, directions = { 0 };
  enum tc_status status = tc_dense_alloc (&over_classes, grid->n, grid->p, err);
  if (status == TC_OK)
    {
      tc_fourier_axis (grid->f, TC_FOURIER_FORWARD, grid->n, 1, grid->mlp_logits.data,
                       over_classes.data);
      status = tc_directions (grid->f, grid->set, grid->keys.n, grid->keys.k, &directions, err);
    }
  for (size_t i = 0; status == TC_OK && i < n; i++)
    {
      size_t k = clusters[i].k;
      clusters[i].u_explained = explained (tc_dense_row (&directions, 2 * i), &over_classes,
                                           tc_fourier_cos (k));
      clusters[i].v_explained = explained (tc_dense_row (&directions, 2 * i + 1),
                                           &over_classes, tc_fourier_sin (k));
    }
  tc_dense_free (&over_classes);
  tc_dense_free (&directions);
  return status;
}

static enum tc_status
write_clusters (const struct tc_modular_analysis *a, size_t n, const struct cluster *clusters,
                struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "k", "key frequency" }, { "neurons", "neurons in its cluster" },
    { "fraction", "mean share of their variance in its 3x3 block" },
    { "second", "the other frequency with the greatest mean share" },
    { "second_share", "that share" },
    { "u_explained", "share of u_k . neurons explained by one cosine of w_k (a+b), for "
      "subtraction w_k (a-b)" },
    { "v_explained", "share of v_k . neurons explained by one sine of it" },
    { "const_cos", "mean share of variance of const(a) cos(b)" },
    { "const_sin", "of const(a) sin(b)" }, { "cos_const", "of cos(a) const(b)" },
    { "cos_cos", "of cos(a) cos(b)" }, { "cos_sin", "of cos(a) sin(b)" },
    { "sin_const", "of sin(a) const(b)" }, { "sin_cos", "of sin(a) cos(b)" },
    { "sin_sin", "of sin(a) sin(b)" }
  };
  struct tc_csv csv;
  enum tc_status status
    = tc_session_csv (a->session, &csv, "clusters", "Neurons of each key frequency",
                      sizeof columns / sizeof *columns, columns, err);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; status == TC_OK && i < n; i++)
    {
      tc_csv_int (&csv, (long long) clusters[i].k);
      tc_csv_int (&csv, (long long) clusters[i].n);
      tc_csv_real (&csv, clusters[i].fraction);
      tc_csv_int (&csv, (long long) clusters[i].second);
      tc_csv_real (&csv, clusters[i].second_share);
      tc_csv_real (&csv, clusters[i].u_explained);
      tc_csv_real (&csv, clusters[i].v_explained);
      for (size_t j = 1; j < 9; j++)
        tc_csv_real (&csv, clusters[i].block[j / 3][j % 3]);
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

static void
write_numbers (struct tc_modular_analysis *a, const struct tc_modular_grid *grid, size_t n,
               const struct cluster *clusters)
{
  double lowest = 1, highest = 0, products = 0;
  size_t assigned = 0, smallest = grid->d_mlp, largest = 0;
  for (size_t j = 0; j < grid->d_mlp; j++)
    assigned += a->cluster[j] > 0;
  for (size_t i = 0; i < n; i++)
    {
      const struct cluster *c = &clusters[i];
      lowest = fmin (lowest, fmin (c->u_explained, c->v_explained));
      highest = fmax (highest, fmax (c->u_explained, c->v_explained));
      smallest = c->n < smallest ? c->n : smallest;
      largest = c->n > largest ? c->n : largest;
      products += (c->block[1][1] + c->block[1][2] + c->block[2][1] + c->block[2][2])
                  * (double) c->n;
    }
  tc_modular_number (a, "Assigned", (double) assigned, 0);
  tc_modular_number (a, "Unassigned", (double) (grid->d_mlp - assigned), 0);
  tc_modular_number (a, "AssignedPercent", 100 * (double) assigned / (double) grid->d_mlp, 3);
  tc_modular_number (a, "SmallestCluster", (double) smallest, 0);
  tc_modular_number (a, "LargestCluster", (double) largest, 0);
  tc_modular_number (a, "LowestDirectionPercent", 100 * lowest, 3);
  tc_modular_number (a, "HighestDirectionPercent", 100 * highest, 3);
  tc_modular_number (a, "ProductSharePercent",
                     assigned > 0 ? 100 * products / (double) assigned : NAN, 3);
}

/* --- Maps --- */

static enum tc_status
write_maps (const struct tc_modular_analysis *a, const struct tc_modular_grid *grid,
            struct tc_error *err)
{
  size_t rows[2 * TC_MODULAR_MOST_KEYS + 1];
  enum tc_status status = TC_OK;
  tc_modular_key_rows (grid->keys.n, grid->keys.k, rows);
  for (size_t i = 0; status == TC_OK && i < tc_modular_shown_keys (grid); i++)
    {
      char name[32], title[96];
      size_t neuron = tc_modular_best_neuron (grid, grid->keys.k[i]);
      snprintf (name, sizeof name, "neuron-map-%zu", i + 1);
      snprintf (title, sizeof title, "Activation of neuron %zu, of frequency %zu, on every pair",
                neuron, grid->keys.k[i]);
      status = tc_modular_write_map (a, name, title, &grid->neurons, neuron, err);
      snprintf (name, sizeof name, "neuron-turned-%zu", i + 1);
      snprintf (title, sizeof title, "The same of neuron %zu over k a and k b modulo p, k = %zu",
                neuron, grid->keys.k[i]);
      if (status == TC_OK)
        status = tc_modular_write_turned (a, name, title, &grid->neurons, neuron,
                                          grid->keys.k[i], err);
      snprintf (name, sizeof name, "neuron-terms-%zu", i + 1);
      snprintf (title, sizeof title, "Neuron %zu in the Fourier basis, key frequencies", neuron);
      if (status == TC_OK)
        status = tc_modular_write_terms (a, name, title, &grid->transformed, neuron,
                                         2 * grid->keys.n + 1, rows, err);
    }
  return status;
}

enum tc_status
tc_modular_report_neurons (struct tc_modular_analysis *a, const struct tc_modular_grid *grid,
                           struct tc_error *err)
{
  struct cluster clusters[TC_MODULAR_MOST_KEYS] = { { 0 } };
  size_t n = grid->keys.n;
  for (size_t i = 0; i < n; i++)
    {
      clusters[i].k = grid->keys.k[i];
      describe_cluster (a, grid, &clusters[i]);
    }
  enum tc_status status = explain_directions (grid, n, clusters, err);
  if (status == TC_OK)
    status = write_neurons (a, grid, err);
  if (status == TC_OK)
    status = write_clusters (a, n, clusters, err);
  if (status == TC_OK)
    write_numbers (a, grid, n, clusters);
  if (status == TC_OK && grid->has_maps)
    status = write_maps (a, grid, err);
  if (status == TC_OK && grid->has_maps)
    status = tc_modular_figure_neurons (a, grid, err);
  if (status == TC_OK)
    status = tc_modular_figure_clusters (a, grid, err);
  return status;
}
