#include "experiments/modular-addition/circuit_figures.h"

#include "circuits/fourier2d.h"
#include "numerics/text.h"

/* Figures of frequencies, clusters, ablations and planes.  */

/* keys = N; array key[N] = the key frequencies.  */
static void
name_keys (struct tc_file *file, const struct tc_modular_grid *grid)
{
  tc_figure_line (file, "keys = %zu; array key[%zu]", grid->keys.n, grid->keys.n);
  for (size_t i = 0; i < grid->keys.n; i++)
    tc_figure_line (file, "key[%zu] = %zu", i + 1, grid->keys.k[i]);
}

/* Labels of frequencies that would touch stand aside: side[k] is -1 (left) where the
   next key is close, 1 (right) where the last one is very close, else 0.  */
static void
name_crowds (struct tc_file *file, const struct tc_modular_grid *grid)
{
  enum { CLOSE = 10, VERY_CLOSE = 4 };
  const struct tc_modular_keys *keys = &grid->keys;
  tc_figure_line (file, "array side[%zu]   # where the label of a frequency stands",
                  tc_fourier_frequencies (grid->f));
  SCRIPT (file, "do for [i=1:|side|] { side[i] = 0 }");
  for (size_t i = 0; i < keys->n; i++)
    if (i > 0 && keys->k[i] < keys->k[i - 1] + VERY_CLOSE)
      tc_figure_line (file, "side[%zu] = 1", keys->k[i]);
    else if (i + 1 < keys->n && keys->k[i + 1] < keys->k[i] + CLOSE)
      tc_figure_line (file, "side[%zu] = -1", keys->k[i]);
  SCRIPT (file, "at(s, x) = column(\"key\") == 1 && side[int(column(\"k\"))] == s ? x : NaN");
}

enum tc_status
tc_modular_figure_spectra (const struct tc_modular_analysis *a,
                           const struct tc_modular_grid *grid, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_modular_script (a, &file, "spectra", 14, 4.6,
                         "Key frequencies, seen in three ways: embedding, neuron-logit map, "
                         "neurons", err);
  if (status != TC_OK)
    return status;
  name_keys (&file, grid);
  name_crowds (&file, grid);
  SCRIPT (&file,
    "spectrum = data.\"spectrum.csv\"; unset key",
    "is(x) = column(\"key\") == 1 ? x : NaN; is_not(x) = column(\"key\") == 1 ? NaN : x",
    "set multiplot layout 1,3 margins across(1.1),across(13.8),up(1.15),up(4.0) \\",
    "    spacing across(1.25)",
    "set xtics 0,20; set xlabel \"frequency k\"",
    "array what[3] = [\"embedding\", \"w_l\", \"neurons\"]",
    "array heading[3] = [\"norm of W_E\", \"norm of W_L\", \"neurons of the frequency\"]",
    "do for [i=1:3] {",
    "  set title heading[i] offset 0,-0.3",
    "  set xrange [*:*]; set yrange [*:*]; stats spectrum using (column(what[i])) name \"most\" nooutput",
    "  set xrange [0:(p+1)/2]; set yrange [0:(most_max > 0 ? 1.12*most_max : 1)]",
    "  plot spectrum using \"k\":(is_not(column(what[i]))) with impulses lc rgb tc_blue lw 1.5 dt 1, \\",
    "       spectrum using \"k\":(is(column(what[i]))) with impulses lc rgb tc_red lw 1.5 dt 1, \\",
    "       spectrum using \"k\":(at(0, column(what[i]))):\"k\" with labels offset 0,0.5 font tiny, \\",
    "       spectrum using \"k\":(at(-1, column(what[i]))):\"k\" with labels right offset -0.1,0.4 font tiny, \\",
    "       spectrum using \"k\":(at(1, column(what[i]))):\"k\" with labels left offset 0.1,0.4 font tiny",
    "}",
    "unset multiplot");
  return tc_file_close (&file, err);
}

enum tc_status
tc_modular_figure_components (const struct tc_modular_analysis *a,
                              const struct tc_modular_grid *grid, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_modular_script (a, &file, "components", 14, 5.6,
                         "The embedding in the Fourier basis, and the angles between its "
                         "directions at the key frequencies", err);
  if (status != TC_OK)
    return status;
  name_keys (&file, grid);
  SCRIPT (&file,
    "components = data.\"components.csv\"",
    "set multiplot",
    "set lmargin at screen across(1.3); set rmargin at screen across(7.9)",
    "set bmargin at screen up(1.15); set tmargin at screen up(5.2)",
    "set xlabel \"frequency k\"; set ylabel \"norm of W_E\" offset 0.5,0; set yrange [0:*]; set ytics 1",
    "set xrange [0:(p+1)/2]; set xtics 0,10; set key top left Left reverse samplen 1",
    "plot components using (column(\"k\") > 0 && column(\"is_sine\") == 0 ? column(\"k\")-0.18 : NaN):\"embedding\" \\",
    "         with impulses lc rgb tc_blue lw 1.6 dt 1 title \"cosine\", \\",
    "     components using (column(\"is_sine\") == 1 ? column(\"k\")+0.18 : NaN):\"embedding\" \\",
    "         with impulses lc rgb tc_orange lw 1.6 dt 1 title \"sine\"",
    "@tc_heatmap; @tc_rdbu; set cbrange [-1:1]",
    "set lmargin at screen across(9.5); set rmargin at screen across(12.6)",
    "set bmargin at screen up(1.65); set tmargin at screen up(4.75)",
    "set xrange [-0.5:2*keys-0.5]; set yrange [2*keys-0.5:-0.5]; unset xlabel; unset ylabel",
    "unset xtics; unset ytics",
    "set for [i=1:keys] xtics (\"cos \".key[i] 2*i-2, \"sin \".key[i] 2*i-1) rotate by 90 right font tiny",
    "set for [i=1:keys] ytics (\"cos \".key[i] 2*i-2, \"sin \".key[i] 2*i-1) font tiny",
    "set cblabel \"cosine\" offset 0.5,0; set cbtics 1",
    "set colorbox user origin screen across(12.9), screen up(1.65) size screen across(0.25), screen up(3.1)",
    "plot data.\"cosines.csv\" matrix every 1:1:1:1 using ($1-1):($2-1):3 with image pixels",
    "unset multiplot");
  return tc_file_close (&file, err);
}

enum tc_status
tc_modular_figure_clusters (const struct tc_modular_analysis *a,
                            const struct tc_modular_grid *grid, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_modular_script (a, &file, "clusters", 14, 5,
                         "How pure the neurons are, and what those of each key frequency are "
                         "made of", err);
  if (status != TC_OK)
    return status;
  name_keys (&file, grid);
  tc_figure_line (&file, "neurons = %zu; shown = %zu", grid->d_mlp, tc_modular_shown_keys (grid));
  SCRIPT (&file,
    "colour(i) = tc_viridis_rgb(0.9 * (i - 1) / (keys > 1 ? keys - 1.0 : 1))",
    "set multiplot",
    "set lmargin at screen across(1.5); set rmargin at screen across(5.4)",
    "set bmargin at screen up(1.15); set tmargin at screen up(4.7)",
    "set xlabel \"neurons, purest first\"; set ylabel \"share of variance at one k\" offset 0.5,0",
    "set xrange [0:neurons]; set xtics 0,neurons/2; set yrange [0:1.02]; set ytics 0,0.25",
    "set key bottom left Left reverse samplen 0.6 maxrows 4 font tiny",
    "set label 1 \"0.85\" at graph 0.02, first 0.85 left offset 0,-0.6 font tiny textcolor rgb tc_grey",
    "plot 0.85 with lines lc rgb tc_grey lw 0.8 dt (4,4) notitle, \\",
    "     for [i=1:keys] data.\"neurons.csv\" \\",
    "         using (column(\"cluster\") == key[i] ? column(\"rank\") : NaN):\"fraction\" \\",
    "         with points pt 7 ps 0.3 lc rgb colour(i) title \"k = \".key[i], \\",
    "     data.\"neurons.csv\" using \"rank\":(column(\"cluster\") == 0 ? column(\"fraction\") : NaN) \\",
    "         with points pt 7 ps 0.2 lc rgb tc_grey title \"none\"",
    "unset label 1; @tc_heatmap; @tc_viridis; unset xlabel; unset ylabel",
    "# The 3x3 block of each key: shares of variance, mean over its neurons.",
    "most = 0.3; set cbrange [0:most]; side = 6.9 / (shown > 3 ? shown : 3); size = 0.86 * side",
    "of_term(n) = 7 + n",
    "do for [i=1:shown] {",
    "  left = 6.95 + (i - 1) * side",
    "  set lmargin at screen across(left); set rmargin at screen across(left+size)",
    "  set bmargin at screen up(2.6); set tmargin at screen up(2.6+size)",
    "  if (i == 1) { set ytics (\"const\" 0, \"cos\" 1, \"sin\" 2) font tiny offset 0.5,0; set ylabel \"of a\" offset 1.5,0 } \\",
    "  else { unset ytics; unset ylabel }",
    "  set xtics (\"const\" 0, \"cos\" 1, \"sin\" 2) font tiny rotate by 90 right offset 0,0.3",
    "  set xrange [-0.5:2.5]; set yrange [2.5:-0.5]; set title \"k = \".key[i] offset 0,-0.7",
    "  if (i == 1) {",
    "    set label 2 \"of b\" at screen across(10.3), screen up(1.45) center",
    "    set colorbox user horizontal origin screen across(8.6), screen up(0.85) size screen across(3.5), screen up(0.2)",
    "    set cbtics 0,0.1 font tiny offset 0,0.5; set cblabel \"share of variance (numbers: %)\" offset 0,0.9 font tiny",
    "  } else { unset colorbox; unset label 2 }",
    "  plot for [n=1:8] data.\"clusters.csv\" every ::(i-1)::(i-1) \\",
    "         using (n % 3):(n / 3):(n%3-0.5):(n%3+0.5):(n/3-0.5):(n/3+0.5):(column(of_term(n))) \\",
    "         with boxxyerror fillcolor palette fillstyle solid noborder, \\",
    "       for [n=1:8] data.\"clusters.csv\" every ::(i-1)::(i-1) \\",
    "         using (n % 3):(n / 3):(sprintf(\"%.0f\", 100*column(of_term(n)))): \\",
    "         (tc_text_rgb(tc_viridis_rgb(column(of_term(n))/most))) \\",
    "         with labels textcolor rgb variable font tiny",
    "}",
    "unset multiplot");
  return tc_file_close (&file, err);
}

enum tc_status
tc_modular_figure_ablations (const struct tc_modular_analysis *a,
                             const struct tc_modular_grid *grid, struct tc_error *err)
{
  struct tc_file file;
  char full[TC_NUMBER_MAX], kept[TC_NUMBER_MAX];
  enum tc_status status
    = tc_modular_script (a, &file, "ablations", 14, 6,
                         "Loss without each frequency, and with random sets of frequencies alone",
                         err);
  if (status != TC_OK)
    return status;
  name_keys (&file, grid);
  tc_figure_line (&file, "full = %s; kept = %s   # the model's loss; restricted to its keys",
                  tc_format_double (full, tc_modular_own_number (a, "LossFull")),
                  tc_format_double (kept, tc_modular_own_number (a, "LossKeepDirections")));
  name_crowds (&file, grid);
  SCRIPT (&file,
    "spectrum = data.\"spectrum.csv\"; sets = data.\"random-sets.csv\"",
    "above(x) = column(\"without_logits\") > column(\"without_neurons\") ? column(\"without_logits\") : column(\"without_neurons\")",
    "set multiplot",
    "@tc_log_y; set yrange [full/10:99]",
    "set lmargin at screen across(1.5); set rmargin at screen across(8.9)",
    "set bmargin at screen up(1.15); set tmargin at screen up(5.6)",
    "set xlabel \"frequency k taken out\"; set ylabel \"loss (nats, log scale)\"",
    "set xrange [0:(p+1)/2]; set xtics 0,10; set key at graph 0.99, graph 0.6 right samplen 1",
    "set label 1 \"full model\" at graph 0.99, first full right offset 0,-0.6 font tiny textcolor rgb tc_grey",
    "set label 2 \"ln p\" at graph 0.01, first log(p) left offset 0,0.6 font tiny textcolor rgb tc_grey",
    "plot full with lines lc rgb tc_grey lw 0.8 dt (4,4) notitle, \\",
    "     log(p) with lines lc rgb tc_grey lw 0.8 dt (4,4) notitle, \\",
    "     spectrum using \"k\":\"without_logits\" with points pt 7 ps 0.35 lc rgb tc_blue \\",
    "         title \"from the logits, its two directions\", \\",
    "     spectrum using \"k\":\"without_neurons\" with points pt 6 ps 0.5 lc rgb tc_orange \\",
    "         title \"from the neurons, its 3×3 block\", \\",
    "     spectrum using \"k\":(at(0, above(0))):\"k\" with labels offset 0,0.7 font tiny notitle, \\",
    "     spectrum using \"k\":(at(-1, above(0))):\"k\" with labels right offset 0,0.7 font tiny notitle, \\",
    "     spectrum using \"k\":(at(1, above(0))):\"k\" with labels left offset 0,0.7 font tiny notitle",
    "set lmargin at screen across(10.3); set rmargin at screen across(13.8)",
    "unset ylabel; set xrange [-0.7:keys+0.5]; set xtics 0,1; unset key",
    "set xlabel \"key frequencies in the set\"",
    "unset label 1; set label 2 at graph 0.99, first log(p) right",
    "set label 3 \"the keys\" at first keys, first kept right offset -0.6,0 font tiny textcolor rgb tc_red",
    "set label 4 \"random sets\" at first -0.4, first log(p)/30 left font tiny textcolor rgb tc_blue",
    "plot log(p) with lines lc rgb tc_grey lw 0.8 dt (4,4), \\",
    "     sets using (column(\"keys\") + (column(\"set\") - 50) / 250):\"loss\" with points pt 7 ps 0.25 lc rgb tc_blue, \\",
    "     \"+\" using (keys):(kept) every ::0::0 with points pt 5 ps 0.6 lc rgb tc_red",
    "unset multiplot");
  return tc_file_close (&file, err);
}

enum tc_status
tc_modular_figure_circles (const struct tc_modular_analysis *a,
                           const struct tc_modular_grid *grid, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_modular_script (a, &file, "circles", 14, 4.6,
                         "Embeddings in the planes of the key frequencies; clock or pizza", err);
  if (status != TC_OK)
    return status;
  name_keys (&file, grid);
  tc_figure_line (&file, "shown = %zu", tc_modular_shown_keys (grid));
  SCRIPT (&file,
    "circles = data.\"circles.csv\"; geometry = data.\"geometry.csv\"; unset key; unset grid",
    "set multiplot",
    "stats circles using (sqrt(column(\"x\")**2 + column(\"y\")**2)) name \"r\" nooutput",
    "m = 1.1 * r_max; side = 9.0 / (shown > 4 ? shown : 4)",
    "set border 0; unset tics; @tc_viridis; set cbrange [0:p-1]; unset colorbox",
    "set xrange [-m:m]; set yrange [-m:m]",
    "do for [i=1:shown] {",
    "  set lmargin at screen across(0.2+(i-1)*side); set rmargin at screen across(0.1+i*side)",
    "  set bmargin at screen up(1.4); set tmargin at screen up(1.3+side)",
    "  set title \"k = \".key[i] offset 0,-0.7",
    "  if (i == shown) {",
    "    set colorbox user horizontal origin screen across(2.9), screen up(0.95) size screen across(3.2), screen up(0.2)",
    "    set cbtics 0,28 font tiny offset 0,0.5; set cblabel \"number times k modulo p\" offset 0,0.9 font tiny",
    "  }",
    "  plot circles using (column(\"k\") == key[i] ? column(\"x\") : NaN):\"y\":\"phase\" \\",
    "      with points pt 7 ps 0.3 lc palette",
    "}",
    "unset colorbox; set border 3; set grid",
    "set lmargin at screen across(10.7); set rmargin at screen across(13.7)",
    "set bmargin at screen up(1.15); set tmargin at screen up(4.2); unset title",
    "set xtics -1,0.5 nomirror; set ytics 0,0.5 nomirror; set xrange [-0.35:1.2]; set yrange [0:1.15]",
    "set xlabel \"gradient symmetricity\"; set ylabel \"distance irrelevance\" offset 0.5,0",
    "is(model) = strcol(\"model\") eq model",
    "colour(model) = is(\"trained\") ? 0xd55e00 : is(\"untrained\") ? 0x808080 : 0x0072b2",
    "plot geometry using \"symmetricity\":\"irrelevance\":(colour(0)) \\",
    "         with points pt 7 ps 0.6 lc rgb variable, \\",
    "     for [below=0:1] geometry using \"symmetricity\": \\",
    "         (is(\"trained\") == below ? column(\"irrelevance\") : NaN):\"model\":(colour(0)) \\",
    "         with labels offset 0,(below ? -0.8 : 0.8) font tiny textcolor rgb variable",
    "unset multiplot");
  return tc_file_close (&file, err);
}
