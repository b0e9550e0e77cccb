#include "experiments/modular-addition/figures.h"

/* Figures of training: losses, progress measures, the embedding.  */

enum tc_status
tc_modular_figure_loss (const struct tc_modular_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_modular_script (a, &file, "loss", 14, 6,
                         "Training and test loss: linear over a logarithmic time, and "
                         "logarithmic", err);
  if (status != TC_OK)
    return status;
  tc_figure_line (&file, "classes = %zu   # p numbers, perhaps `=`", a->d_out);
  SCRIPT (&file,
    "loss = data.\"loss.csv\"",
    "lns = classes > p ? sprintf(\"ln %d, ln %d\", p, classes) : sprintf(\"ln %d\", p)",
    "set multiplot layout 1,2 margins across(1.35),across(13.6),up(1.25),up(5.7) \\",
    "    spacing across(1.9)",
    "set xlabel \"epoch (log scale)\"; set ylabel \"loss (nats)\"",
    "set logscale x; set format x \"10^{%T}\"; set xrange [20:steps]; set yrange [0:*]",
    "set label 1 lns at first 230, first log(p) left offset 0,-0.7 textcolor rgb tc_grey",
    "set key top left",
    "plot log(p) with lines lc rgb tc_grey lw 1 dt (4,4) notitle, \\",
    "     log(classes) with lines lc rgb tc_grey lw 1 dt (4,4) notitle, \\",
    "     loss using \"step\":\"test_loss\" with lines lt 2 dt 1 title \"test pairs\", \\",
    "     loss using \"step\":\"loss\" with lines lt 1 title \"training pairs\"",
    "unset logscale x; set format x \"%.0s%c\"; set xrange [0:steps]",
    "set xlabel \"epoch\"; set ylabel \"loss (nats, log scale)\"",
    "set label 1 lns at graph 0.98, first log(p) right offset 0,-0.7 textcolor rgb tc_grey",
    "@tc_log_y; set yrange [*:100]; unset key",
    "plot log(p) with lines lc rgb tc_grey lw 1 dt (4,4), \\",
    "     log(classes) with lines lc rgb tc_grey lw 1 dt (4,4), \\",
    "     loss using \"step\":\"test_loss\" with lines lt 2 dt 1, \\",
    "     loss using \"step\":\"loss\" with lines lt 1",
    "unset multiplot");
  return tc_file_close (&file, err);
}

enum tc_status
tc_modular_figure_swap (const struct tc_modular_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_modular_script (a, &file, "swap", 9, 6,
                         "Test loss of pairs whose swap is a training pair, and of the "
                         "others", err);
  if (status != TC_OK)
    return status;
  SCRIPT (&file,
    "loss = data.\"loss.csv\"",
    "set lmargin at screen across(1.5); set rmargin at screen across(8.6)",
    "set bmargin at screen up(1.25); set tmargin at screen up(5.7)",
    "set xlabel \"epoch\"; set ylabel \"test loss (nats, log scale)\"",
    "set format x \"%.0s%c\"; set xrange [0:steps]; @tc_log_y; set yrange [*:100]",
    "set label 1 sprintf(\"ln %d\", p) at graph 0.98, first log(p) right offset 0,-0.7 \\",
    "    textcolor rgb tc_grey",
    "set key at graph 0.98, graph 0.6 right",
    "plot log(p) with lines lc rgb tc_grey lw 1 dt (4,4) notitle, \\",
    "     loss using \"step\":\"test_loss_swap_unseen\" with lines lt 2 dt 1 \\",
    "         title \"swap is a test pair\", \\",
    "     loss using \"step\":\"test_loss_swap_seen\" with lines lt 3 dt 1 \\",
    "         title \"swap is a training pair\"");
  return tc_file_close (&file, err);
}

enum tc_status
tc_modular_figure_progress (const struct tc_modular_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_modular_script (a, &file, "progress", 14, 11,
                         "Progress measures: restricted and excluded loss, Gini "
                         "coefficients, squared weights, logit variance explained", err);
  if (status != TC_OK)
    return status;
  SCRIPT (&file,
    "progress = data.\"progress.csv\"; weights = data.\"weights.csv\"",
    "set multiplot layout 2,2 margins across(1.5),across(13.6),up(1.25),up(10.6) \\",
    "    spacing across(1.9),up(1.1)",
    "set format x \"%.0s%c\"; set xrange [0:steps]",
    "set ylabel \"loss (nats, log scale)\"",
    "set label 1 sprintf(\"ln %d\", p) at graph 0.98, first log(p) right offset 0,-0.7 \\",
    "    textcolor rgb tc_grey",
    "@tc_log_y; set yrange [*:100]; set key at graph 0.99, graph 0.68 right enhanced",
    "plot log(p) with lines lc rgb tc_grey lw 1 dt (4,4) notitle, \\",
    "     progress using \"step\":\"test_loss\" with lines lt 2 dt 1 title \"test\", \\",
    "     progress using \"step\":\"loss\" with lines lt 1 title \"training\", \\",
    "     progress using \"step\":\"restricted\" with lines lt 3 dt 1 title \"restricted\", \\",
    "     progress using \"step\":\"excluded\" with lines lt 4 dt 1 title \"excluded\"",
    "unset label 1; unset logscale y; set format y \"%g\"",
    "set ylabel \"Gini coefficient\"; set yrange [0:1]",
    "set key inside right bottom",
    "plot progress using \"step\":\"gini_w_e\" with lines lt 1 title \"W_E\", \\",
    "     progress using \"step\":\"gini_w_l\" with lines lt 2 dt 1 title \"W_L\"",
    "set xlabel \"epoch\"; set ylabel \"sum of squared weights\"; set yrange [0:*]",
    "set key inside right top",
    "plot weights using \"step\":\"total\" with lines lt 7 dt 1 title \"all\", \\",
    "     weights using \"step\":\"embed.W_E\" with lines lt 1 title \"W_E\", \\",
    "     weights using \"step\":\"blocks.0.mlp.W_in\" with lines lt 2 dt 1 title \"W_{in}\", \\",
    "     weights using \"step\":\"blocks.0.mlp.W_out\" with lines lt 3 dt 1 title \"W_{out}\", \\",
    "     weights using \"step\":\"unembed.W_U\" with lines lt 4 dt 1 title \"W_U\"",
    "set ylabel \"logit variance explained\"; set yrange [0:1]; unset key",
    "plot progress using \"step\":\"explained\" with lines lt 1",
    "unset multiplot");
  return tc_file_close (&file, err);
}

/* "14 35 41": the words that gnuplot's `word` reads.  */
static void
write_keys (const struct tc_modular_analysis *a, struct tc_file *file)
{
  fputs ("keys = \"", file->stream);
  for (size_t i = 0; i < a->n_keys; i++)
    fprintf (file->stream, "%s%zu", i > 0 ? " " : "", a->keys[i]);
  fputs ("\"; n_keys = words(keys)\n", file->stream);
}

enum tc_status
tc_modular_figure_frequencies (const struct tc_modular_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_modular_script (a, &file, "frequencies", 14, 6,
                         "Restricted and excluded loss of each key frequency alone, and its "
                         "coefficient in the logits", err);
  if (status != TC_OK)
    return status;
  write_keys (a, &file);
  SCRIPT (&file,
    "progress = data.\"progress.csv\"",
    "set multiplot layout 1,3 margins across(0.9),across(12.2),up(1.25),up(5.3) \\",
    "    spacing across(1.35)",
    "set format x \"%.0s%c\"; set xrange [0:steps]; set xlabel \"epoch\"; unset key",
    "set xtics 0,10000; set mxtics 2",
    "set title \"restricted loss\" offset 0,-0.7; set yrange [*:*]",
    "plot log(p) with lines lc rgb tc_grey lw 1 dt (4,4), \\",
    "     for [i=1:n_keys] progress using \"step\":\"restricted_\".word(keys, i) with lines lt i dt 1",
    "set title \"excluded loss\"; @tc_log_y",
    "plot for [i=1:n_keys] progress using \"step\":\"excluded_\".word(keys, i) with lines lt i dt 1",
    "set title \"logit coefficient\"; unset logscale y; set format y \"%g\"; set yrange [0:*]",
    "set key at screen across(13.95), screen up(5.3) right Left reverse samplen 1",
    "plot for [i=1:n_keys] progress using \"step\":\"alpha_\".word(keys, i) with lines lt i dt 1 \\",
    "         title \"k = \".word(keys, i)",
    "unset multiplot");
  return tc_file_close (&file, err);
}

enum tc_status
tc_modular_figure_norms (const struct tc_modular_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_modular_script (a, &file, "norms", 14, 6,
                         "Norms of the embedding and of the neuron-logit map at every "
                         "frequency over training", err);
  if (status != TC_OK)
    return status;
  write_keys (a, &file);
  SCRIPT (&file,
    "embedding = data.\"embedding.csv\"; n = (p - 1) / 2",
    "set multiplot layout 1,2 margins across(1.2),across(12.2),up(1.25),up(5.3) \\",
    "    spacing across(1.35)",
    "set format x \"%.0s%c\"; set xrange [0:steps]; set xlabel \"epoch\"; unset key",
    "do for [m=1:2] {",
    "  which = m == 1 ? \"w_e\" : \"w_l\"",
    "  set title (m == 1 ? \"norm of W_E\" : \"norm of W_L\") offset 0,-0.7",
    "  if (m == 2) { set key at screen across(13.95), screen up(5.3) right Left reverse samplen 1 }",
    "  plot for [k=1:n] embedding using \"step\":sprintf(\"%s_%d\", which, k) with lines \\",
    "           lc rgb \"#b0b0b0\" lw 0.6 dt 1 notitle, \\");
  if (a->n_keys > 0)
    SCRIPT (&file,
      "       for [i=1:n_keys] embedding using \"step\":sprintf(\"%s_%s\", which, word(keys, i)) \\",
      "           with lines lt i dt 1 title \"k = \".word(keys, i), \\");
  SCRIPT (&file,
    "       NaN with lines lc rgb \"#b0b0b0\" lw 0.6 dt 1 title \"others\"",
    "}",
    "unset multiplot");
  return tc_file_close (&file, err);
}

enum tc_status
tc_modular_figure_embedding (const struct tc_modular_analysis *a, size_t n_panels,
                             const int *steps, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_modular_script (a, &file, "embedding", 14, 7,
                         "The embedding in the Fourier basis at eight moments", err);
  if (status != TC_OK)
    return status;
  fputs ("moments = \"", file.stream);
  for (size_t i = 0; i < n_panels; i++)
    fprintf (file.stream, "%s%d", i > 0 ? " " : "", steps[i]);
  fputs ("\"\n", file.stream);
  SCRIPT (&file,
    "components = data.\"moments.csv\"",
    "stats components using \"norm\" name \"norm\" nooutput",
    "set multiplot layout 2,4 margins across(1.2),across(13.8),up(1.2),up(5.9) \\",
    "    spacing across(0.25),up(0.75)",
    "set xrange [0:p/2.0]; set yrange [0:1.05*norm_max]; set xtics 0,20; unset key",
    "set label 1 \"frequency\" at screen across(7.5), screen up(0.35) center",
    "set label 2 \"norm of W_E\" at screen across(0.3), screen up(3.7) center rotate",
    "set label 3 \"cosine\" at screen across(11.9), screen up(6.75) right textcolor rgb tc_blue",
    "set label 4 \"sine\" at screen across(13.8), screen up(6.75) right textcolor rgb tc_red",
    "do for [i=1:words(moments)] {",
    "  set title \"epoch \".word(moments, i) offset 0,-0.8",
    "  if (i % 4 == 1) { set format y \"%g\" } else { set format y \"\" }",
    "  if (i > 4) { set format x \"%g\" } else { set format x \"\" }",
    "  plot components using (column(\"step\") == real(word(moments, i)) \\",
    "           && column(\"is_sine\") == 0 ? column(\"frequency\") - 0.2 : NaN):\"norm\" \\",
    "           with impulses lc rgb tc_blue lw 1 dt 1, \\",
    "       components using (column(\"step\") == real(word(moments, i)) \\",
    "           && column(\"is_sine\") == 1 ? column(\"frequency\") + 0.2 : NaN):\"norm\" \\",
    "           with impulses lc rgb tc_red lw 1 dt 1",
    "  unset label 1; unset label 2; unset label 3; unset label 4",
    "}",
    "unset multiplot");
  return tc_file_close (&file, err);
}
