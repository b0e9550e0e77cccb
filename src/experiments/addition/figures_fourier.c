#include "experiments/addition/figures_circuits.h"

/* The basis, and weights in it.  */

enum tc_status
tc_addition_figure_basis (const struct tc_addition_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_addition_circuit_script (a, &file, "basis", 14, 5.6,
                                  "The base-10 Fourier basis and its Gram matrix", err);
  if (status != TC_OK)
    return status;
  LINES (&file,
    "@tc_heatmap; @tc_rdbu; unset colorbox",
    "set multiplot",
    "set xrange [-0.5:9.5]; set yrange [9.5:-0.5]",
    "set bmargin at screen up(1.35); set tmargin at screen up(5)",
    "set lmargin at screen across(1.4); set rmargin at screen across(5.05)",
    "set xtics 0,1 scale 0 font small; set xlabel \"digit\" offset 0,0.2",
    "set ytics (\"const\" 0, \"±1\" 9) font small",
    "set for [k=1:4] ytics add (sprintf(\"cos %d\", k) 2*k-1, sprintf(\"sin %d\", k) 2*k)",
    "set title \"basis\" offset 0,-0.6; set cbrange [-0.5:0.5]; set cbtics 0.5",
    "set colorbox user origin screen across(5.25), screen up(1.35) size screen across(0.2), screen up(3.65)",
    "plot data.\"basis.csv\" matrix every 1:1:1:1 \\",
    "     using ($1-1):($2-1):($1-1.5):($1-0.45):($2-1.5):($2-0.45):3 \\",
    "     with boxxyerror fillcolor palette fillstyle solid noborder",
    "set lmargin at screen across(8); set rmargin at screen across(11.65)",
    "set title \"products of basis functions\"; set cbrange [-1:1]; set cbtics 1; unset xlabel",
    "set xtics (\"const\" 0, \"±1\" 9) rotate by 90 right font small offset 0,0.2",
    "set for [k=1:4] xtics add (sprintf(\"cos %d\", k) 2*k-1, sprintf(\"sin %d\", k) 2*k)",
    "set colorbox user origin screen across(11.85), screen up(1.35) size screen across(0.2), screen up(3.65)",
    "plot data.\"gram.csv\" matrix every 1:1:1:1 \\",
    "     using ($1-1):($2-1):($1-1.5):($1-0.45):($2-1.5):($2-0.45):3 \\",
    "     with boxxyerror fillcolor palette fillstyle solid noborder",
    "unset multiplot");
  return tc_file_close (&file, err);
}

enum tc_status
tc_addition_figure_energy (const struct tc_addition_analysis *a, size_t objects,
                           const char *const *title, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_addition_circuit_script (a, &file, "energy", 14, 5.2,
                                  "Energy of the weights by frequency of the digit", err);
  if (status != TC_OK)
    return status;
  tc_figure_line (&file, "objects = %d; array heading[objects]", (int) objects);
  for (size_t i = 0; i < objects; i++)
    tc_figure_line (&file, "heading[%zu] = \"%s\"", i + 1, title[i]);
  LINES (&file,
    "rows = data.\"energy.csv\"; colour(k) = tc_viridis_rgb(0.9*(k-1)/4.0)",
    "set multiplot layout 1,objects margins across(1.35),across(13.9),up(1.75),up(4.55) spacing across(0.15)",
    "set xrange [0.4:5.6]; set yrange [0:100]; set xtics 1,1 scale 0 font small offset 0,0.3",
    "set boxwidth 0.8; set style fill solid 1 noborder; unset key; set bars 0; set pointintervalbox 0",
    "set ytics 0,20; set ylabel \"share of energy, %\" offset 1,0",
    "middle(k) = (column(\"published_low\") + column(\"published_high\")) / 2",
    "set label 1 \"before training\" at screen across(1.5), screen up(0.35) left point pt 6 ps 0.5 lc rgb tc_black offset 0.7,0 font small",
    "set label 2 \"published\" at screen across(5), screen up(0.35) left point pt 13 ps 0.6 lc rgb tc_red offset 0.7,0 font small",
    "set label 3 \"100 random bases: median and range\" at screen across(7.6), screen up(0.35) left point pt 2 ps 0.4 lc rgb tc_grey offset 0.7,0 font small",
    "do for [i=0:objects-1] {",
    "  if (i > 0) { set format y \"\"; unset ylabel; unset label 1; unset label 2; unset label 3 }",
    "  if (i == objects/2) { set xlabel \"frequency k\" offset 0,0.7 } else { unset xlabel }",
    "  set title heading[i+1] font small offset 0,-0.6",
    "  plot rows every ::(5*i)::(5*i+4) using \"frequency\":\"share\":(colour(column(\"frequency\"))) \\",
    "           with boxes lc rgb variable, \\",
    "       rows every ::(5*i)::(5*i+4) using (column(\"frequency\")-0.28):\"random_median\":\"random_low\":\"random_high\" \\",
    "           with yerrorbars pt 2 ps 0.4 lc rgb tc_grey lw 1 dt 1, \\",
    "       rows every ::(5*i)::(5*i+4) using \"frequency\":\"untrained\" \\",
    "           with points pt 6 ps 0.5 lc rgb tc_black, \\",
    "       rows every ::(5*i)::(5*i+4) using (column(\"frequency\")+0.28):(middle(0)):\"published_low\":\"published_high\" \\",
    "           with yerrorbars pt 13 ps 0.6 lc rgb tc_red lw 1.5 dt 1",
    "}",
    "unset multiplot");
  return tc_file_close (&file, err);
}

enum tc_status
tc_addition_figure_codes (const struct tc_addition_analysis *a, size_t head,
                          struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_addition_circuit_script (a, &file, "codes", 14, 5.4,
                                  "What the carry head says about a digit, and how far to the "
                                  "right digits reach the neurons", err);
  if (status != TC_OK)
    return status;
  tc_figure_line (&file, "head = %d", (int) head);
  LINES (&file,
    "set datafile missing NaN",
    "set multiplot layout 1,2 margins across(1.4),across(11.9),up(1.2),up(5.1) spacing across(1.5)",
    "of(h, x) = column(\"head\") == h ? x : NaN; at(k, x) = column(\"tok\") == k ? x : NaN",
    "set xrange [-0.3:9.3]; set xtics 0,1; set xlabel \"digit\"; set xzeroaxis lc rgb tc_grey lw 0.8 dt 1",
    "set ylabel \"first function of the digit\" offset 0.5,0; set key top left Left reverse samplen 2",
    "set yrange [-2.1:2.1]; set ytics -2,1",
    "plot data.\"codes.csv\" using (of(head, column(\"digit\"))):\"ramp\" with lines lc rgb tc_grey lw 1 dt 2 title \"ramp\", \\",
    "     data.\"codes.csv\" using (of(head, column(\"digit\"))):\"step\" with lines lc rgb tc_grey lw 1 dt 3 title \"step\", \\",
    "     data.\"codes.csv\" using (of(head, column(\"digit\"))):\"code\" with linespoints lt 1 ps 0.6 title sprintf(\"head %d\", head)",
    "set xrange [-1.3:n-0.7]; set xlabel \"columns to the right of the answer digit\"; unset xzeroaxis",
    "set ylabel \"size of the neurons' input\" offset 0.5,0; set yrange [0:*]; set ytics auto",
    "set key at screen across(13.8), screen up(5.1) top right Right noreverse samplen 2",
    "plot for [k=0:n] data.\"reach.csv\" using (at(k, column(\"distance\"))):\"size\" with linespoints lt k+1 ps 0.6 title sprintf(\"tok %d\", k)",
    "unset multiplot");
  return tc_file_close (&file, err);
}
