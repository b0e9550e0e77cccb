#include "experiments/modular-addition/circuit_figures.h"

#include "experiments/modular-addition/tables.h"
#include "numerics/text.h"

#include <math.h>
#include <stdio.h>

/* Figures of functions of (a, b) as heat maps, over pairs and over pairs of Fourier
   functions.  A map is an image: one pixel a pair.  */

enum { MOST_SHOWN = 5 };

size_t
tc_modular_shown_keys (const struct tc_modular_grid *grid)
{
  return grid->keys.n < MOST_SHOWN ? grid->keys.n : MOST_SHOWN;
}

/* keys, terms, key[]: "cos 5", "sin 5", ... on both axes of a map over Fourier
   functions.  */
static void
name_terms (struct tc_file *file, const struct tc_modular_grid *grid)
{
  tc_figure_line (file, "keys = %zu; terms = 2*keys + 1; array key[%zu]", grid->keys.n,
                  grid->keys.n);
  for (size_t i = 0; i < grid->keys.n; i++)
    tc_figure_line (file, "key[%zu] = %zu", i + 1, grid->keys.k[i]);
}

/* The greatest coefficient of a column of a transform, its mean apart.  */
static double
greatest_term (const struct tc_dense *transformed, size_t col)
{
  double most = 0;
  for (size_t term = 1; term < transformed->rows; term++)
    most = fmax (most, fabs (tc_dense_get (transformed, term, col)));
  return most;
}

#define IMAGE "matrix every 1:1:1:1 using ($1-1):($2-1):3 with image"

/* --- Three rows: over pairs, over pairs times k, over Fourier functions --- */

/* One column of the figure for each panel.  */
struct panel
{
  size_t index;                 /* of the neuron or head */
  size_t k;                     /* its frequency */
  size_t file;                  /* the number in its CSVs' names */
  double range;                 /* of its Fourier coefficients */
};

static double
panel_size (size_t n)
{
  return 0.87 * 12.3 / (double) (n > 4 ? n : 4);
}

static enum tc_status
open_rows (const struct tc_modular_analysis *a, const struct tc_modular_grid *grid,
           struct tc_file *file, const char *name, const char *title, size_t n,
           struct tc_error *err)
{
  double height = 3 * panel_size (n) + 4.15;
  enum tc_status status = tc_modular_script (a, file, name, 14, height, title, err);
  if (status == TC_OK)
    name_terms (file, grid);
  return status;
}

/* what: "neuron", of which the CSVs are neuron-map-FILE, neuron-turned-FILE and
   neuron-terms-FILE; `colours` sets palette and range of the first two.  */
static void
write_rows (struct tc_file *file, const char *what, const char *colours, size_t n,
            const struct panel *panels)
{
  tc_figure_line (file, "panels = %zu; array heading[panels]; array file[panels]; "
                  "array range[panels]; array k[panels]", n);
  for (size_t i = 0; i < n; i++)
    {
      char text[TC_NUMBER_MAX];
      tc_figure_line (file, "heading[%zu] = \"%s %zu, k = %zu\"; file[%zu] = \"%zu\"; "
                      "range[%zu] = %s; k[%zu] = %zu", i + 1, what, panels[i].index,
                      panels[i].k, i + 1, panels[i].file, i + 1,
                      tc_format_double (text, panels[i].range), i + 1, panels[i].k);
    }
  tc_figure_line (file, "table(row, i) = data.\"%s-\".row.\"-\".file[i].\".csv\"", what);
  SCRIPT (file,
    "from = 1.45; step = 12.3 / (panels > 4 ? panels : 4); size = 0.87 * step",
    "place(i, low) = sprintf(\"set lmargin at screen %f; set rmargin at screen %f; "
    "set bmargin at screen %f; set tmargin at screen %f\", across(from+(i-1)*step), "
    "across(from+(i-1)*step+size), up(low), up(low+size))",
    "@tc_heatmap; unset colorbox; set multiplot");
  tc_figure_line (file, "%s", colours);
  SCRIPT (file,
    "set xrange [-0.5:p-0.5]; set yrange [p-0.5:-0.5]; set xtics 0,50 font tiny offset 0,0.4",
    "do for [i=1:panels] {",
    "  set title heading[i] offset 0,-0.7 font small; set xlabel \"b\" offset 0,0.9",
    "  if (i == 1) { set ytics 0,50 font tiny; set ylabel \"a\" offset 0.5,0 } else { unset ytics; unset ylabel }",
    "  eval place(i, 3.5+2*size)",
    "  plot table(\"map\", i) " IMAGE,
    "}",
    "unset title",
    "do for [i=1:panels] {",
    "  set xlabel \"k b modulo p\" offset 0,0.9",
    "  if (i == 1) { set ytics 0,50 font tiny; set ylabel \"k a modulo p\" offset 0.5,0 } else { unset ytics; unset ylabel }",
    "  eval place(i, 2.4+size)",
    "  plot table(\"turned\", i) " IMAGE,
    "}",
    "unset xlabel; unset ylabel; unset xtics; unset ytics; @tc_rdbu",
    "set xrange [-0.5:terms-0.5]; set yrange [terms-0.5:-0.5]",
    "# A label for each function, or where they are many for each frequency.",
    "many = keys > 4; set xtics rotate by 90 right font tiny; set xtics (\"const\" 0)",
    "if (many) { set for [j=1:keys] xtics add (\"\".key[j] 2*j-0.5) } \\",
    "else { set for [j=1:keys] xtics add (\"cos \".key[j] 2*j-1, \"sin \".key[j] 2*j) }",
    "do for [i=1:panels] {",
    "  unset ytics",
    "  if (i == 1) { set ytics font tiny; set ytics (\"const\" 0) }",
    "  if (i == 1 && many) { set for [j=1:keys] ytics add (\"k = \".key[j] 2*j-0.5) }",
    "  if (i == 1 && !many) { set for [j=1:keys] ytics add (\"cos \".key[j] 2*j-1, \"sin \".key[j] 2*j) }",
    "  set cbrange [-range[i]:range[i]]; eval place(i, 1.35)",
    "  plot table(\"terms\", i) matrix every 1:1:1:1 \\",
    "      using ($1-1):($2-1):($1 == 1 && $2 == 1 ? 0 : $3) with image pixels",
    "}",
    "unset multiplot");
}

enum tc_status
tc_modular_figure_neurons (const struct tc_modular_analysis *a,
                           const struct tc_modular_grid *grid, struct tc_error *err)
{
  struct tc_file file;
  struct panel panels[MOST_SHOWN];
  size_t n = tc_modular_shown_keys (grid);
  enum tc_status status = open_rows (a, grid, &file, "neurons", "The purest neuron of each key "
                                     "frequency, over pairs and in the Fourier basis", n, err);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; i < n; i++)
    {
      size_t neuron = tc_modular_best_neuron (grid, grid->keys.k[i]);
      panels[i] = (struct panel) { neuron, grid->keys.k[i], i + 1,
                                   greatest_term (&grid->transformed, neuron) };
    }
  write_rows (&file, "neuron", "@tc_viridis; set cbrange [0:*]", n, panels);
  return tc_file_close (&file, err);
}

enum tc_status
tc_modular_figure_heads (const struct tc_modular_analysis *a,
                         const struct tc_modular_grid *grid,
                         const struct tc_modular_head *heads,
                         const struct tc_dense *transformed, struct tc_error *err)
{
  struct tc_file file;
  struct panel panels[MOST_SHOWN];
  size_t n = grid->n_heads < MOST_SHOWN ? grid->n_heads : MOST_SHOWN;
  enum tc_status status = open_rows (a, grid, &file, "heads", "Attention of each head from `=` "
                                     "to a, over pairs and in the Fourier basis", n, err);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; i < n; i++)
    panels[i] = (struct panel) { i, heads[i].k, i,
                                 greatest_term (transformed, i * TC_MODULAR_CONTEXT) };
  write_rows (&file, "head", "@tc_viridis; set cbrange [0:1]", n, panels);
  return tc_file_close (&file, err);
}

/* --- Logits --- */

/* Tics at the key frequencies of both axes; close ones share a label.  */
static void
name_frequencies (struct tc_file *file, const struct tc_modular_grid *grid)
{
  enum { CLOSE = 6 };
  const struct tc_modular_keys *keys = &grid->keys;
  for (size_t i = 0, last; i < keys->n; i = last + 1)
    {
      for (last = i; last + 1 < keys->n && keys->k[last + 1] < keys->k[last] + CLOSE; last++)
        ;
      char text[64];
      size_t used = 0;
      for (size_t j = i; j <= last && used < sizeof text; j++)
        used += (size_t) snprintf (text + used, sizeof text - used, "%s%zu", j > i ? ", " : "",
                                   keys->k[j]);
      tc_figure_line (file, "set xtics add (\"%s\" %zu-0.5); set ytics add (\"%s\" %zu-0.5)", text,
                      keys->k[i] + keys->k[last], text, keys->k[i] + keys->k[last]);
    }
}

enum tc_status
tc_modular_figure_logits (const struct tc_modular_analysis *a,
                          const struct tc_modular_grid *grid, struct tc_error *err)
{
  struct tc_file file;
  char text[TC_NUMBER_MAX];
  enum tc_status status
    = tc_modular_script (a, &file, "logits", 14, 6.1,
                         "The logits over pairs (class 0) and in the Fourier basis (norm over "
                         "classes)", err);
  if (status != TC_OK)
    return status;
  tc_figure_line (&file, "range = %s",
                  tc_format_double (text, tc_modular_greatest (&grid->logits, 0)));
  SCRIPT (&file,
    "from = 1.3; step = 7.05; size = 4.3",
    "place(i) = sprintf(\"set lmargin at screen %f; set rmargin at screen %f; set bmargin at screen %f; "
    "set tmargin at screen %f\", across(from+(i-1)*step), across(from+(i-1)*step+size), up(1.15), up(1.15+size))",
    "bar(i) = sprintf(\"set colorbox user origin screen %f, screen %f size screen %f, screen %f\", "
    "across(from+(i-1)*step+size+0.12), up(1.15), across(0.2), up(size))",
    "@tc_heatmap; set multiplot; set xrange [-0.5:p-0.5]; set yrange [p-0.5:-0.5]",
    "@tc_rdbu; eval place(1); eval bar(1); set cbtics font tiny",
    "set cbrange [-range:range]; set xtics 0,20; set ytics 0,20",
    "set xlabel \"b\"; set ylabel \"a\"; set title \"logit of class 0\" offset 0,-0.6",
    "plot data.\"logit-map.csv\" " IMAGE,
    "@tc_viridis; eval place(2); eval bar(2)",
    "set cbrange [0:*]; set title \"all logits: norm of each term\" offset 0,-0.6",
    "set xlabel \"function of b, by frequency\"; set ylabel \"function of a, by frequency\" offset 1,0",
    "unset xtics; unset ytics; set xtics font tiny; set ytics font tiny; set xtics (\"\" 0); set ytics (\"\" 0)");
  name_frequencies (&file, grid);
  SCRIPT (&file,
    "plot data.\"logit-terms.csv\" " IMAGE,
    "unset multiplot");
  return tc_file_close (&file, err);
}
