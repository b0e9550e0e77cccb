#include "experiments/modular-addition/circuit_figures.h"

#include "circuits/fourier2d.h"

/* Figures of how each key frequency is computed.  */

static void
name_keys (struct tc_file *file, const struct tc_modular_grid *grid)
{
  tc_figure_line (file, "keys = %zu; array key[keys]", grid->keys.n);
  for (size_t i = 0; i < grid->keys.n; i++)
    tc_figure_line (file, "key[%zu] = %zu", i + 1, grid->keys.k[i]);
}

enum tc_status
tc_modular_figure_methods (const struct tc_modular_analysis *a,
                           const struct tc_modular_grid *grid, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_modular_script (a, &file, "methods", 14, 5.2,
                         "What each key frequency contributes, by the difference of the two "
                         "numbers, with and without its double in the embedding", err);
  if (status != TC_OK)
    return status;
  name_keys (&file, grid);
  tc_figure_line (&file, "shown = %zu; sign = \"%s\"", tc_modular_shown_keys (grid),
                  grid->set == TC_FOURIER_SUM ? "−" : "+");
  SCRIPT (&file,
    "amplitudes = data.\"amplitudes.csv\"; unset key; side = 12.5 / (shown > 3 ? shown : 3)",
    "of(i, x) = column(\"k\") == key[i] ? x : NaN",
    "set multiplot",
    "set xrange [0:1];  set ytics 0,0.5; set yrange [0:2]",
    "set label 1 \"as trained\" at screen across(5.4), screen up(4.95) right textcolor rgb tc_blue",
    "set label 2 \"without 2k in the embedding\" at screen across(10.2), screen up(4.95) right textcolor rgb tc_orange",
    "set label 3 \"|cos(w(a\".sign.\"b)/2)|\" at screen across(13.8), screen up(4.95) right textcolor rgb tc_grey",
    "set label 4 \"w_k(a\".sign.\"b) / 2π\" at screen across(7.5), screen up(0.3) center",
    "do for [i=1:shown] {",
    "  set lmargin at screen across(1.4+(i-1)*side); set rmargin at screen across(1.25+i*side)",
    "  set bmargin at screen up(1.15); set tmargin at screen up(4.1)",
    "  set title \"k = \".key[i] offset 0,-0.6",
    "  set xtics (\"0\" 0, \"½\" 0.5); if (i == shown) { set xtics add (\"1\" 1) }",
    "  if (i == 1) { set format y \"%g\"; set ylabel \"amplitude / its mean\" offset 0.5,0 } else { set format y \"\"; unset ylabel }",
    "  set xrange [*:*]; set yrange [*:*]; stats amplitudes using (of(i, column(\"amplitude\"))) name \"m\" nooutput",
    "  stats amplitudes using (of(i, column(\"without_double\"))) name \"w\" nooutput",
    "  set xrange [0:1]; set yrange [0:2]",
    "  plot amplitudes using (of(i, column(\"phase\")/p)):(abs(cos(pi*column(\"phase\")/p))*pi/2) \\",
    "           with lines lc rgb tc_grey lw 1 dt (4,4), \\",
    "       amplitudes using (of(i, column(\"phase\")/p)):(column(\"without_double\")/w_mean) \\",
    "           with points pt 7 ps 0.2 lc rgb tc_orange, \\",
    "       amplitudes using (of(i, column(\"phase\")/p)):(column(\"amplitude\")/m_mean) \\",
    "           with points pt 7 ps 0.2 lc rgb tc_blue",
    "  unset for [j=1:4] label j",
    "}",
    "unset multiplot");
  return tc_file_close (&file, err);
}

enum tc_status
tc_modular_figure_all_methods (const struct tc_modular_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_modular_script (a, &file, "all-methods", 14, 5.2,
                         "Every key frequency of every model of the sum: what attention does "
                         "for it, and what it is without its double", err);
  if (status != TC_OK)
    return status;
  SCRIPT (&file,
    "methods = data.\"all-methods.csv\"",
    "array name_of[4] = [\"seed 0\", \"seed 1\", \"seed 2\", \"demo\"]",
    "of(i, x) = column(\"run_index\") == i-1 ? x : NaN",
    "set multiplot layout 1,2 margins across(1.5),across(13.7),up(1.15),up(5.0) \\",
    "    spacing across(1.9)",
    "set xlabel \"attention at k, √(Σ_h α^2+β^2)\"; set xrange [-0.02:0.45]; set xtics 0,0.1",
    "set ylabel \"opposite pairs without 2k\" offset 0.5,0; set yrange [-0.1:1.25]; set ytics 0,0.5",
    "set key at graph 0.5, graph 0.72 center samplen 0.8",
    "set label 1 \"clock\" at graph 0.98, first 1 right offset 0,1.2 textcolor rgb tc_grey",
    "set label 2 \"pizza\" at first 0.06, first 0.02 left textcolor rgb tc_grey",
    "plot for [i=1:4] methods using (of(i, column(\"heads\"))):\"opposite_without\" with points \\",
    "         lt i ps 0.7 title name_of[i]",
    "unset key; unset label",
    "set ylabel \"norm of W_E at 2k / at k\" offset 0.5,0; set yrange [0:2.05]; set ytics 0,0.5",
    "plot for [i=1:4] methods using (of(i, column(\"heads\"))):\"double_ratio\" with points lt i ps 0.7, \\",
    "     methods using (column(\"double_ratio\") > 1 ? column(\"heads\") : NaN):\"double_ratio\":(sprintf(\"k = %d\", column(\"k\"))) \\",
    "         with labels left offset 0.6,0.3 font tiny",
    "unset multiplot");
  return tc_file_close (&file, err);
}
