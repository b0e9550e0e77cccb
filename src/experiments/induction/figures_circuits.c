/* Figures of matrices.  */

#include "experiments/induction/figures.h"

enum tc_status
tc_induction_figure_composition (const struct tc_induction_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status = tc_induction_script (a, &file, "composition", 14, 4.9,
                                               "Composition of the two layers' heads, less "
                                               "that of Gaussian matrices", err);
  if (status != TC_OK)
    return status;
  SCRIPT (&file,
    "table = data.\"composition.csv\"",
    "array names[3] = [\"q\", \"k\", \"v\"]",
    "array titles[3] = [\"queries\", \"keys\", \"values\"]",
    "m = 0; do for [i=1:3] { stats table using names[i] name \"s\" nooutput; \\",
    "  m = abs(s_min) > m ? abs(s_min) : m; m = abs(s_max) > m ? abs(s_max) : m }",
    "@tc_heatmap; @tc_rdbu; set cbrange [-m:m]; unset colorbox",
    "set xrange [-0.5:heads-0.5]; set yrange [heads-0.5:-0.5]",
    "set multiplot layout 1,3 margins across(1.5),across(12.3),up(0.95),up(4.3) \\",
    "    spacing across(0.5)",
    "set for [h=0:heads-1] xtics (sprintf(\"L1H%d\", h) h); set for [h=0:heads-1] xtics add (sprintf(\"L1H%d\", h) h)",
    "set for [h=0:heads-1] ytics (sprintf(\"L0H%d\", h) h); set for [h=0:heads-1] ytics add (sprintf(\"L0H%d\", h) h)",
    "set tics font tiny",
    "@tc_panel_title",
    "do for [i=1:3] {",
    "  set title titles[i]",
    "  if (i > 1) { set ytics (\"\" 0) }",
    "  if (i == 3) { set colorbox user origin screen across(12.5), screen up(0.95) \\",
    "                    size screen across(0.25), screen up(3.35); set cbtics font tiny }",
    "  name_i = names[i]",
    "  plot table using \"head2\":\"head1\":name_i with image, \\",
    "       table using \"head2\":\"head1\":(sprintf(\"%.2f\", column(name_i))):(tc_text_rgb(tc_rdbu_rgb(column(name_i)/m))) \\",
    "           with labels font tiny textcolor rgb variable",
    "}",
    "unset multiplot");
  return tc_file_close (&file, err);
}

enum tc_status
tc_induction_figure_eigenvalues (const struct tc_induction_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status = tc_induction_script (a, &file, "eigenvalues", 14, 6,
                                               "Eigenvalues of the OV circuits, and of the "
                                               "QK circuits composed with one head", err);
  if (status != TC_OK)
    return status;
  tc_figure_line (&file, "previous = %d", (int) tc_induction_own_number (a, "PreviousHead"));
  SCRIPT (&file,
    "table = data.\"eigenvalues.csv\"",
    "# Twelve rows (say) to a circuit: OV by layer and head, then QK by pair of heads.",
    "stats table using \"real\" name \"all\" nooutput",
    "each = all_records / (2*heads + heads*heads)",
    "block(r, h) = each*(r < 2 ? r*heads + h : 2*heads + previous*heads + h)",
    "set multiplot layout 3,heads margins across(0.8),across(13.8),up(0.7),up(5.55) \\",
    "    spacing across(0.35),up(0.55)",
    "unset key; unset xtics; unset ytics; set border 15",
    "set xzeroaxis lc rgb tc_grey lw 0.8; set yzeroaxis lc rgb tc_grey lw 0.8",
    "signed_root(x) = sgn(x)*sqrt(abs(x))",
    "set label 1 \"real part (signed square root)\" at screen across(7.5), screen up(0.2) center font small",
    "set label 2 \"imaginary part\" at screen across(0.25), screen up(3.1) center rotate font small",
    "do for [r=0:2] { do for [h=0:heads-1] {",
    "  set title (r < 2 ? sprintf(\"OV of L%dH%d\", r, h) : sprintf(\"QK of L1H%d with L0H%d\", h, previous)) offset 0,-0.8 font tiny",
    "  from = block(r, h); to = from + each - 1",
    "  set autoscale; stats table using (sqrt(sqrt(column(\"real\")**2 + column(\"imaginary\")**2))) \\",
    "      every ::from::to name \"root\" nooutput",
    "  m = 1.15*root_max; set xrange [-m:m]; set yrange [-m:m]",
    "  plot table every ::from::to using (signed_root(column(\"real\"))):(signed_root(column(\"imaginary\"))) \\",
    "       with points pt 7 ps 0.35 lc rgb (r < 2 ? tc_blue : tc_red)",
    "  unset label 1; unset label 2",
    "} }",
    "unset multiplot");
  return tc_file_close (&file, err);
}

enum tc_status
tc_induction_figure_switches (const struct tc_induction_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status = tc_induction_script (a, &file, "switches", 14, 4.6,
                                               "Attention of tokens on the first one, and "
                                               "what it adds to the scores of keys", err);
  if (status != TC_OK)
    return status;
  SCRIPT (&file,
    "table = data.\"switches.csv\"",
    "stats table using \"key\" name \"key\" nooutput",
    "set multiplot layout 1,heads margins across(1.3),across(13.8),up(1.15),up(3.9) \\",
    "    spacing across(0.35)",
    "unset key; set xrange [-0.05:1.05]; set xtics (\"0\" 0, \"0.5\" 0.5, \"1\" 1); @tc_panel_title",
    "span = key_max - key_min; set yrange [key_min-0.05*span:key_max+0.05*span]",
    "set label 1 \"attention on the first token, by the query's token\" at screen across(7.55), screen up(0.25) center font small",
    "set ylabel \"added score\" offset 0.1,0; set xzeroaxis lc rgb tc_grey lw 0.8",
    "do for [h=0:heads-1] {",
    "  set title sprintf(\"L0H%d\", h)",
    "  plot table using (column(\"head\") == h ? column(\"on\") : NaN):\"key\" with points pt 7 ps 0.25 lc rgb tc_blue",
    "  unset label 1; unset ylabel; set format y \"\"",
    "}",
    "unset multiplot");
  return tc_file_close (&file, err);
}

enum tc_status
tc_induction_figure_places (const struct tc_induction_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status = tc_induction_script (a, &file, "places", 14, 6.2,
                                               "Loss by place of the first copy and of the "
                                               "query in its copy", err);
  if (status != TC_OK)
    return status;
  tc_figure_line (&file, "starts = %d; offsets = %d", tc_induction_places (a->shape),
                  a->shape->subseq_len - 1);
  SCRIPT (&file,
    "table = data.\"places.csv\"",
    "@tc_heatmap; @tc_viridis; unset colorbox",
    "set logscale cb; set cbrange [0.1:1]",
    "set xrange [-0.5:offsets-0.5]; set yrange [starts+0.5:0.5]",
    "set multiplot layout 1,2 margins across(1.4),across(12.4),up(1.15),up(5.6) \\",
    "    spacing across(0.5)",
    "set xlabel \"tokens of the copy before the query\"; set ylabel \"first copy begins at\" offset 1,0",
    "set xtics 0,2; set ytics 1,2; @tc_panel_title",
    "set title \"second copy\"",
    "each = starts*offsets",
    "box(copy) = 'plot table every ::'.(copy*each).'::'.(copy*each+each-1).' using '\\",
    "    .'\"offset\":\"start\":(column(\"offset\")-0.5):(column(\"offset\")+0.5):'\\",
    "    .'(column(\"start\")-0.5):(column(\"start\")+0.5):\"loss\" '\\",
    "    .'with boxxyerror fillcolor palette fillstyle solid noborder'",
    "eval box(0)",
    "set title \"third copy\"; unset ylabel; set format y \"\"",
    "set colorbox user origin screen across(12.65), screen up(1.15) size screen across(0.25), screen up(4.45)",
    "set cblabel \"loss (nats)\" offset 0.6,0; set format cb \"%g\"; set cbtics (0.1, 0.2, 0.5, 1) font tiny",
    "eval box(1)",
    "unset multiplot");
  return tc_file_close (&file, err);
}

enum tc_status
tc_induction_figure_patterns (const struct tc_induction_analysis *a, const int32_t *start,
                              struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status = tc_induction_script (a, &file, "patterns", 14, 7.4,
                                               "Attention of every head in the sequence that "
                                               "the notebook prints", err);
  if (status != TC_OK)
    return status;
  tc_figure_line (&file, "n = %d; block = %d; copies = %d", a->shape->seq_len,
                  a->shape->subseq_len, a->shape->num_repeats);
  for (int copy = 0; copy < a->shape->num_repeats; copy++)
    {
      if (copy == 0)
        tc_figure_line (&file, "array start[copies]");
      tc_figure_line (&file, "start[%d] = %d", copy + 1, start[copy]);
    }
  SCRIPT (&file,
    "# A matrix whose row 0 holds the names and columns 0 to 2 layer, head and query.",
    "table = data.\"patterns.csv\"; unset datafile columnheaders",
    "@tc_heatmap; @tc_viridis; unset colorbox; set cbrange [0:1]",
    "set xrange [-0.5:n-0.5]; set yrange [n-0.5:-0.5]",
    "set multiplot layout 2,heads margins across(1.25),across(12.75),up(0.85),up(6.9) \\",
    "    spacing across(0.25),up(0.6)",
    "unset xtics; unset ytics",
    "set label 1 \"key position\" at screen across(7), screen up(0.25) center font small",
    "set label 2 \"query position\" at screen across(0.3), screen up(3.85) center rotate font small",
    "# Copies of the block, as brackets at the axes.",
    "do for [c=1:copies] {",
    "  set arrow 2*c from first start[c]-0.5, graph -0.03 to first start[c]+block-0.5, graph -0.03 \\",
    "      nohead lc rgb tc_orange lw 2.5",
    "  set arrow 2*c+1 from graph -0.03, first start[c]-0.5 to graph -0.03, first start[c]+block-0.5 \\",
    "      nohead lc rgb tc_orange lw 2.5",
    "}",
    "do for [l=0:1] { do for [h=0:heads-1] {",
    "  set title sprintf(\"L%dH%d\", l, h) offset 0,-0.8 font small",
    "  if (l == 1 && h == heads-1) {",
    "    set colorbox user origin screen across(12.95), screen up(0.85) size screen across(0.22), screen up(6.05)",
    "    set cbtics 0,0.5 font tiny }",
    "  from = (l*heads + h)*n",
    "  plot table matrix every :::from+1::from+n using ($1-3):($2-from-1):3 with image",
    "  unset label 1; unset label 2",
    "} }",
    "unset multiplot");
  return tc_file_close (&file, err);
}
