#include "experiments/modular-addition/figures.h"

/* Figures that set several runs side by side.  */

enum tc_status
tc_modular_figure_replay (const struct tc_modular_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_modular_script (a, &file, "replay", 14, 6,
                         "TransformerLens's printed log, this run, and replicas of it that "
                         "start one ulp apart", err);
  if (status != TC_OK)
    return status;
  SCRIPT (&file,
    "band = data.\"band.csv\"; replay = data.\"replay.csv\"",
    "set multiplot layout 1,2 margins across(1.35),across(13.6),up(1.25),up(5.7) \\",
    "    spacing across(1.9)",
    "set xlabel \"epoch\"; set ylabel \"training loss, off this run (%)\"",
    "set xrange [0:1020]; set yrange [-8:8]; set xtics 200; set key top right",
    "off(x, y) = 100 * (column(x) / column(y) - 1)",
    "plot band using \"step\":(off(\"low\", \"loss\")):(off(\"high\", \"loss\")) with filledcurves \\",
    "         lc rgb tc_sky fs solid 0.6 title \"all starts\", \\",
    "     0 with lines lt 1 title \"this run\", \\",
    "     replay using \"epoch\":(off(\"printed\", \"ours\")) with points lt 7 pt 7 ps 0.5 \\",
    "         title \"printed\"",
    "@tc_log_y; set format x \"%.0s%c\"; set xrange [0:25000]; set yrange [1e-7:100]; set xtics 5000",
    "set ylabel \"test loss (nats, log scale)\"; set key bottom left",
    "plot for [i=3:1:-1] band using \"step\":sprintf(\"test_%d\", i) with lines lc rgb tc_sky \\",
    "         lw 1.2 dt 1 title i == 1 ? \"replicas\" : \"\", \\",
    "     band using \"step\":\"test_0\" with lines lt 1 title \"this run\", \\",
    "     replay using \"epoch\":\"test_printed\" with points lt 7 pt 7 ps 0.5 title \"printed\"",
    "unset multiplot");
  return tc_file_close (&file, err);
}

enum tc_status
tc_modular_figure_functions (const struct tc_modular_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_modular_script (a, &file, "functions", 14, 9,
                         "Losses of the four functions, test pairs by whether their swap "
                         "trains", err);
  if (status != TC_OK)
    return status;
  SCRIPT (&file,
    "losses = data.\"function_losses.csv\"",
    "of(i, y) = column(\"function\") == i ? column(y) : NaN",
    "array last[4]",
    "do for [i=0:3] { stats losses using (of(i, \"step\")) name \"s\" nooutput; last[i+1] = 1e3*ceil(s_max/1e3) }",
    "names = \"'a + b' 'a − b' 'a² + ab + b²' 'a random table'\"",
    "set multiplot layout 2,2 margins across(1.5),across(13.6),up(1.2),up(8.0) \\",
    "    spacing across(0.6),up(1.1)",
    "@tc_log_y; set yrange [1e-8:100]; set ytics 1e-8,100; unset key",
    "set label 2 \"epoch\" at screen across(7.6), screen up(0.35) center",
    "set label 3 \"loss (nats, log scale)\" at screen across(0.3), screen up(4.6) center rotate",
    "set label 4 \"training pairs\" at screen across(4.2), screen up(8.75) right \\",
    "    textcolor rgb tc_blue",
    "set label 5 \"test pairs whose swap trains\" at screen across(9.1), screen up(8.75) right \\",
    "    textcolor rgb tc_green",
    "set label 6 \"other test pairs\" at screen across(12.6), screen up(8.75) right \\",
    "    textcolor rgb tc_red",
    "do for [i=0:3] {",
    "  set title word(names, i + 1) offset 0,-0.7",
    "  set xrange [0:last[i+1]]; set xtics 0,(last[i+1] > 10000 ? 5000 : 2000)",
    "  set format x \"%.0s%c\"",
    "  if (i % 2 == 0) { set format y \"10^{%T}\" } else { set format y \"\" }",
    "  set label 1 sprintf(\"ln %d\", p) at graph 0.98, first log(p) right offset 0,-0.7 \\",
    "      textcolor rgb tc_grey",
    "  plot log(p) with lines lc rgb tc_grey lw 1 dt (4,4), \\",
    "       losses using (of(i, \"step\")):(of(i, \"test_loss_swap_unseen\")) with lines lt 2 dt 1, \\",
    "       losses using (of(i, \"step\")):(of(i, \"test_loss_swap_seen\")) with lines lt 3 dt 1, \\",
    "       losses using (of(i, \"step\")):(of(i, \"loss\")) with lines lt 1",
    "  do for [j=2:6] { unset label j }",
    "}",
    "unset multiplot");
  return tc_file_close (&file, err);
}
