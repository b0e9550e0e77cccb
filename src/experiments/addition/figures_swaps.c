#include "experiments/addition/figures_circuits.h"

/* What answers depend on.  */

enum tc_status
tc_addition_figure_swaps (const struct tc_addition_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_addition_circuit_script (a, &file, "swaps", 14, 4.9,
                                  "Which answer digits change when the pair of a column is "
                                  "exchanged", err);
  if (status != TC_OK)
    return status;
  LINES (&file,
    "@tc_heatmap; @tc_viridis; unset colorbox",
    "rows = data.\"swaps.csv\"; array what[3] = [\"truth\", \"guess\", \"moved\"]",
    "array heading[3] = [\"the right digit changes\", \"the model's changes\", \"its logits move\"]",
    "stats rows using \"moved\" name \"moved\" nooutput",
    "array top[3] = [1, 1, moved_max]",
    "array format_of[3] = [\"%.0f\", \"%.0f\", \"%.1f\"]; array scale_of[3] = [100, 100, 1]",
    "place(c) = n - 1 - c",
    "set multiplot layout 1,3 margins across(1.5),across(13.8),up(1.1),up(4.2) spacing across(0.4)",
    "set xrange [-0.5:n-0.5]; set yrange [n+0.5:-0.5]; set xtics scale 0 offset 0,0.4",
    "set xtics (\"1\" n-1) font small; set for [c=1:n-1] xtics add (sprintf(\"10^{%d}\", c) place(c))",
    "set ytics (\"tok 0\" 0) font small; set for [k=1:n] ytics add (sprintf(\"tok %d\", k) k)",
    "set xlabel \"column exchanged\" offset 0,0.5",
    "do for [i=1:3] {",
    "  if (i > 1) { set ytics (\"\" 0) }",
    "  set cbrange [0:top[i]]; set title heading[i].(i < 3 ? \", %\" : \"\") offset 0,-0.6",
    "  plot rows using (place(column(\"column\"))):\"tok\": \\",
    "           (place(column(\"column\"))-0.5):(place(column(\"column\"))+0.55): \\",
    "           (column(\"tok\")-0.5):(column(\"tok\")+0.55):(column(what[i])) \\",
    "           with boxxyerror fillcolor palette fillstyle solid noborder, \\",
    "       rows using (place(column(\"column\"))):\"tok\": \\",
    "           (tc_label(format_of[i], scale_of[i]*column(what[i]))): \\",
    "           (tc_text_rgb(tc_viridis_rgb(column(what[i]) / top[i]))) \\",
    "           with labels textcolor rgb variable font tiny",
    "}",
    "unset multiplot");
  return tc_file_close (&file, err);
}

enum tc_status
tc_addition_figure_lookahead (const struct tc_addition_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_addition_circuit_script (a, &file, "lookahead", 14, 5.6,
                                  "Carries from a distance, by answer digit", err);
  if (status != TC_OK)
    return status;
  LINES (&file,
    "rows = data.\"lookahead.csv\"",
    "set multiplot layout 1,2 margins across(1.5),across(11.6),up(1.2),up(5.3) spacing across(1.6)",
    "set xrange [0.7:n+0.3]; set xtics 1,1; set xlabel \"columns to the one that decides\"",
    "set yrange [0:1.03]; set ylabel \"right with and without the carry\"; unset key",
    "of(k, x) = column(\"tok\") == k ? x : NaN",
    "set datafile missing NaN",
    "plot for [k=0:n-1] rows using (of(k, column(\"distance\"))):\"followed\" with linespoints lt k+1 ps 0.6",
    "set ylabel \"swing of the margin (logits)\" offset 0.5,0; set yrange [*:*]; set xzeroaxis lc rgb tc_grey lw 0.8 dt 1",
    "set key at screen across(13.8), screen up(5.3) top right Right samplen 2",
    "plot for [k=0:n-1] rows using (of(k, column(\"distance\"))):(column(\"margin_with\")-column(\"margin_without\")) \\",
    "         with linespoints lt k+1 ps 0.6 title sprintf(\"tok %d\", k)",
    "unset multiplot");
  return tc_file_close (&file, err);
}
