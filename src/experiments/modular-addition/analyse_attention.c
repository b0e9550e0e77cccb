#include "experiments/modular-addition/attention.h"

#include "circuits/fourier2d.h"
#include "experiments/modular-addition/circuit_figures.h"
#include "experiments/modular-addition/tables.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static enum tc_status
write_heads (const struct tc_modular_analysis *a, const struct tc_modular_grid *grid,
             const struct tc_modular_head *heads, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "head", "index" }, { "k", "frequency of the best fit to its attention to a" },
    { "alpha", "coefficient of cos(w a) - cos(w b)" },
    { "beta", "coefficient of sin(w a) - sin(w b)" },
    { "explained", "share of the variance of its attention to a that the fit explains" },
    { "key_explained", "the same with the terms of all key frequencies" },
    { "to_a", "mean attention from `=` to a" }, { "to_b", "to b" }, { "to_equals", "to `=`" },
    { "most_to_equals", "greatest attention to `=`" }
  };
  struct tc_csv csv;
  enum tc_status status
    = tc_session_csv (a->session, &csv, "attention", "What each head attends to",
                      sizeof columns / sizeof *columns, columns, err);
  if (status != TC_OK)
    return status;
  for (size_t h = 0; status == TC_OK && h < grid->n_heads; h++)
    {
      tc_csv_int (&csv, (long long) h);
      tc_csv_int (&csv, (long long) heads[h].k);
      tc_csv_real (&csv, heads[h].alpha);
      tc_csv_real (&csv, heads[h].beta);
      tc_csv_real (&csv, heads[h].explained);
      tc_csv_real (&csv, heads[h].key_explained);
      for (size_t position = 0; position < TC_MODULAR_CONTEXT; position++)
        tc_csv_real (&csv, heads[h].mean[position]);
      tc_csv_real (&csv, heads[h].most_to_equals);
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

static void
write_numbers (struct tc_modular_analysis *a, const struct tc_modular_grid *grid,
               const struct tc_modular_head *heads)
{
  double most_to_a = 0, most_to_b = 0, lowest = 1, highest = 0, lowest_all = 1, highest_all = 0, least_equals = 1, most_equals = 0, peak = 0;
  char text[128];
  size_t used = 0;
  for (size_t h = 0; h < grid->n_heads; h++)
    {
      lowest = fmin (lowest, heads[h].explained);
      highest = fmax (highest, heads[h].explained);
      lowest_all = fmin (lowest_all, heads[h].key_explained);
      highest_all = fmax (highest_all, heads[h].key_explained);
      most_to_a = fmax (most_to_a, heads[h].mean[0]);
      most_to_b = fmax (most_to_b, heads[h].mean[1]);
      least_equals = fmin (least_equals, heads[h].mean[2]);
      most_equals = fmax (most_equals, heads[h].mean[2]);
      peak = fmax (peak, heads[h].most_to_equals);
      if (used < sizeof text)
        used += (size_t) snprintf (text + used, sizeof text - used, "%s%zu", h > 0 ? ", " : "",
                                   heads[h].k);
    }
  tc_macros_text (a->macros, "HeadFrequencies", text);
  tc_modular_number (a, "LowestHeadPercent", 100 * lowest, 3);
  tc_modular_number (a, "HighestHeadPercent", 100 * highest, 3);
  tc_modular_number (a, "LowestHeadKeysPercent", 100 * lowest_all, 3);
  tc_modular_number (a, "HighestHeadKeysPercent", 100 * highest_all, 3);
  tc_modular_number (a, "MostMeanToAPercent", 100 * most_to_a, 3);
  tc_modular_number (a, "MostMeanToBPercent", 100 * most_to_b, 3);
  tc_modular_number (a, "LeastToEqualsPercent", 100 * least_equals, 2);
  tc_modular_number (a, "MostToEqualsPercent", 100 * most_equals, 2);
  tc_modular_number (a, "PeakToEqualsPercent", 100 * peak, 2);
}

static enum tc_status
write_maps (const struct tc_modular_analysis *a, const struct tc_modular_grid *grid,
            const struct tc_modular_head *heads, const struct tc_dense *transformed,
            struct tc_error *err)
{
  size_t rows[2 * TC_MODULAR_MOST_KEYS + 1];
  enum tc_status status = TC_OK;
  tc_modular_key_rows (grid->keys.n, grid->keys.k, rows);
  for (size_t h = 0; status == TC_OK && h < grid->n_heads; h++)
    {
      char name[32], title[96];
      size_t col = h * TC_MODULAR_CONTEXT;
      snprintf (name, sizeof name, "head-map-%zu", h);
      snprintf (title, sizeof title, "Attention of head %zu from `=` to a on every pair", h);
      status = tc_modular_write_map (a, name, title, &grid->pattern, col, err);
      snprintf (name, sizeof name, "head-turned-%zu", h);
      snprintf (title, sizeof title, "The same over k a and k b modulo p, k = %zu", heads[h].k);
      if (status == TC_OK)
        status = tc_modular_write_turned (a, name, title, &grid->pattern, col, heads[h].k, err);
      snprintf (name, sizeof name, "head-terms-%zu", h);
      snprintf (title, sizeof title, "The same in the Fourier basis, key frequencies");
      if (status == TC_OK)
        status = tc_modular_write_terms (a, name, title, transformed, col,
                                         2 * grid->keys.n + 1, rows, err);
    }
  return status;
}

static enum tc_status
show_maps (const struct tc_modular_analysis *a, const struct tc_modular_grid *grid,
           const struct tc_modular_head *heads, struct tc_error *err)
{
  struct tc_dense transformed = { 0 };
  enum tc_status status
    = tc_fourier2d (grid->f, TC_FOURIER_FORWARD, &grid->pattern, &transformed, err);
  if (status == TC_OK)
    status = write_maps (a, grid, heads, &transformed, err);
  if (status == TC_OK)
    status = tc_modular_figure_heads (a, grid, heads, &transformed, err);
  tc_dense_free (&transformed);
  return status;
}

enum tc_status
tc_modular_report_attention (struct tc_modular_analysis *a,
                             const struct tc_modular_grid *grid, struct tc_error *err)
{
  struct tc_modular_head *heads = calloc (grid->n_heads, sizeof *heads);
  if (heads == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for %zu heads", grid->n_heads);
  enum tc_status status = TC_OK;
  for (size_t h = 0; status == TC_OK && h < grid->n_heads; h++)
    status = tc_modular_fit_head (grid, h, &heads[h], err);
  if (status == TC_OK)
    status = write_heads (a, grid, heads, err);
  if (status == TC_OK)
    write_numbers (a, grid, heads);
  if (status == TC_OK && grid->has_maps)
    status = show_maps (a, grid, heads, err);
  free (heads);
  return status;
}
