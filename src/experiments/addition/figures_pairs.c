#include "experiments/addition/figures_circuits.h"

/* Functions of the pair of digits in a column.  */

enum tc_status
tc_addition_figure_pairs (const struct tc_addition_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_addition_circuit_script (a, &file, "pairs", 14, 5.8,
                                  "How neurons and logits divide over functions of a column's "
                                  "pair of digits", err);
  if (status != TC_OK)
    return status;
  LINES (&file,
    "means = data.\"pairs_mean.csv\"",
    "# Six bars a panel: three quantities, each trained (wide) and untrained (narrow).",
    "array at[6] = [0, 0.62, 1.3, 1.92, 2.6, 3.22]; half(i) = int(i) % 2 ? 0.14 : 0.36",
    "place(i) = at[int(i) + 1]",
    "array part[7] = [\"additive\", \"k1\", \"k2\", \"k3\", \"k4\", \"k5\", \"rest\"]",
    "below(j) = j == 1 ? 0 : below(j-1) + column(part[j-1])",
    "array fill[7]; fill[1] = 0xb0b0b0; fill[7] = 0xf0f0f0",
    "do for [k=1:5] { fill[k+1] = tc_viridis_rgb(0.9*(k-1)/4.0) }",
    "array reading[2] = [\"at the column's own answer digit\", \"at the next answer digit\"]",
    "set multiplot layout 1,2 margins across(1.35),across(11.4),up(1.15),up(5.2) spacing across(0.3)",
    "set xrange [-0.55:3.55]; set yrange [0:100]; set ytics 0,20; set xtics scale 0",
    "set xtics (\"neuron\\ninputs\" 0.25, \"neuron\\noutputs\" 1.55, \"logits\" 2.85) font small",
    "set ylabel \"share of variance, %\" offset 0.8,0; set style fill solid 1 noborder",
    "do for [r=0:1] {",
    "  if (r == 1) { set format y \"\"; unset ylabel",
    "    set key at screen across(13.9), screen up(5.2) top right Right reverse Left samplen 1 invert",
    "  } else { unset key }",
    "  set title reading[r+1] offset 0,-0.6",
    "  plot for [j=1:7] means every ::(6*r)::(6*r+5) \\",
    "           using (place($0)):(below(j)):(place($0)-half($0)):(place($0)+half($0)): \\",
    "               (below(j)):(below(j)+column(part[j])) \\",
    "           with boxxyerror fillcolor rgb fill[j] \\",
    "           title (j == 1 ? \"f(D)+g(D')\" : j == 7 ? \"others\" : sprintf(\"k = %d\", j-1))",
    "}",
    "unset multiplot");
  return tc_file_close (&file, err);
}

enum tc_status
tc_addition_figure_neurons (const struct tc_addition_analysis *a, size_t n,
                            const struct tc_addition_neuron_caption *caption,
                            struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_addition_circuit_script (a, &file, "neurons", 14, 6.2,
                                  "The neurons with the greatest effect, over the pair of "
                                  "digits in the tens", err);
  if (status != TC_OK)
    return status;
  tc_figure_line (&file, "shown = %d; array heading[shown]; array about[shown]", (int) n);
  for (size_t i = 0; i < n; i++)
    tc_figure_line (&file, "heading[%d] = \"%s\"; about[%d] = \"%s\"", (int) i + 1,
                    caption[i].text[0], (int) i + 1, caption[i].text[1]);
  LINES (&file,
    "cells = data.\"neuron_cells.csv\"",
    "@tc_heatmap; @tc_viridis; unset colorbox; set tics scale 0",
    "set multiplot",
    "side = 1.95; left(i) = 1.35 + i*(side + 0.12) + (i >= shown/2 ? 0.25 : 0)",
    "set xrange [-0.5:9.5]; set yrange [-0.5:9.5]",
    "set label 1 \"at the tens' answer digit\" at screen across(left(0) + 1.5*side + 0.12), screen up(5.9) center",
    "set label 2 \"at the hundreds'\" at screen across(left(3) + 1.5*side + 0.12), screen up(5.9) center",
    "do for [i=0:shown-1] { do for [carry=0:1] {",
    "  first = (2*i + carry)*100; last = first + 99",
    "  stats cells every ::(2*i*100)::(2*i*100+199) using \"output\" name \"o\" nooutput",
    "  set cbrange [0:o_max]",
    "  set lmargin at screen across(left(i)); set rmargin at screen across(left(i) + side)",
    "  base = carry ? 0.9 : 0.9 + side + 0.12",
    "  set bmargin at screen up(base); set tmargin at screen up(base + side)",
    "  if (carry) { unset title; set xtics 0,3 font tiny offset 0,0.4; set xlabel \"D\" offset 0,1 } \\",
    "  else { set title heading[i+1].\"\\n\".about[i+1] font tiny offset 0,-0.9; set xtics (\"\" 0); unset xlabel }",
    "  if (i == 0) { set ytics 0,3 font tiny; set ylabel sprintf(\"carry in %d\\nD'\", carry) offset 0.9,0 font small } \\",
    "  else { set ytics (\"\" 0); unset ylabel }",
    "  plot cells every ::first::last \\",
    "       using \"x\":\"y\":(column(\"x\")-0.5):(column(\"x\")+0.55):(column(\"y\")-0.5):(column(\"y\")+0.55):\"output\" \\",
    "       with boxxyerror fillcolor palette fillstyle solid noborder",
    "  unset label 1; unset label 2",
    "} }",
    "unset multiplot");
  return tc_file_close (&file, err);
}
