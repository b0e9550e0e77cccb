/* Figures of the trained model.  */

#include "experiments/permutation/figures.h"

#define SCRIPT TC_PERMUTATION_SCRIPT

/* Where terms begin: thin lines at every sixth.  */
#define TERM_LINES \
  "set for [t=1:terms-1] arrow t from 1.5+(n+1)*t,positions-0.5 to 1.5+(n+1)*t,-0.5 nohead front lw 0.2 lc rgb \"#90ffffff\"", \
  "set for [t=1:terms-1] arrow 200+t from -0.5,1.5+(n+1)*t to positions-0.5,1.5+(n+1)*t nohead front lw 0.2 lc rgb \"#90ffffff\""

enum tc_status
tc_permutation_figure_pattern (const struct tc_permutation_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_permutation_script (a, &file, "pattern", 12, 10.5, "Attention over one held-out sequence",
                             err);
  if (status != TC_OK)
    return status;
  SCRIPT (&file,
    "@tc_heatmap; @tc_viridis; set cbrange [0:1]; set cblabel \"attention\"",
    "set lmargin at screen across(1.6); set rmargin at screen across(10.2)",
    "set bmargin at screen up(1.3); set tmargin at screen up(10.2)",
    "set colorbox user origin screen across(10.5), screen up(1.3) size screen across(0.3), screen up(8.9)",
    "set xrange [-0.5:positions-0.5]; set yrange [positions-0.5:-0.5]",
    "set xlabel \"position attended to (lines: terms)\"; set ylabel \"position that attends\"",
    "set xtics 2,6*(n+1); set ytics 2,6*(n+1)",
    TERM_LINES,
    "plot data.\"pattern.csv\" matrix every 1:1:1:1 using ($1-1):($2-1):3 with image pixels");
  return tc_file_close (&file, err);
}

enum tc_status
tc_permutation_figure_tokens (const struct tc_permutation_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_permutation_script (a, &file, "tokens", 15, 8.6, "The sequence, each character coloured "
                             "by attention", err);
  if (status != TC_OK)
    return status;
  SCRIPT (&file,
    "# Six terms to a line; '>' and the blank after it stand before the first.",
    "columns = 6*(n+1); lines = int(ceil(terms/6.0)) + 1; tokens = data.\"tokens.csv\"",
    "line(p) = p < 2 ? 0 : 1 + int((p-2)/columns); place(p) = p < 2 ? p : int(p-2) % int(columns)",
    "array title[3] = [\"What the query before the framed character reads\", \\",
    "    \"What the query before the framed blank reads\", \\",
    "    \"Who reads the framed character\"]",
    "array framed[3]; array most[3]",
    "do for [v=0:2] {",
    "  stats tokens using (column(\"view\") == v ? column(\"about\") : NaN) name \"q\" nooutput",
    "  stats tokens using (column(\"view\") == v ? column(\"attention\") : NaN) name \"w\" nooutput",
    "  framed[v+1] = int(q_mean) + (v < 2); most[v+1] = w_max",
    "}",
    "@tc_heatmap; @tc_viridis; unset border; unset tics; unset colorbox; unset object 1",
    "set multiplot",
    "do for [v=0:2] {",
    "  set lmargin at screen across(0.3); set rmargin at screen across(14.7)",
    "  set tmargin at screen up(8.05-2.85*v); set bmargin at screen up(5.95-2.85*v)",
    "  set title sprintf(\"%s (brightest: %.2f)\", title[v+1], most[v+1]) offset 0,-0.8 font small",
    "  set object 2 rectangle center place(framed[v+1]),line(framed[v+1]) size 1,1 front fillstyle empty border lc rgb tc_red lw 1.5",
    "  set xrange [-0.6:columns-0.4]; set yrange [lines-0.4:-0.6]",
    "  shade(x) = x == x ? tc_viridis_rgb(x/most[v+1]) : 0xffffff",
    "  plot tokens using (column(\"view\") == v ? place(column(\"position\")) : NaN): \\",
    "         (line(column(\"position\"))):(0.5):(0.5):(shade(column(\"attention\"))) \\",
    "         with boxxyerror fillstyle solid noborder lc rgb variable, \\",
    "       tokens using (column(\"view\") == v ? place(column(\"position\")) : NaN): \\",
    "         (line(column(\"position\"))):(strcol(\"token\") eq \"_\" ? \"\302\267\" : strcol(\"token\")): \\",
    "         (tc_text_rgb(shade(column(\"attention\")))) with labels noenhanced font small textcolor rgb variable",
    "}",
    "unset multiplot");
  return tc_file_close (&file, err);
}

enum tc_status
tc_permutation_figure_attention (const struct tc_permutation_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_permutation_script (a, &file, "attention", 11, 6, "Where a position looks that predicts "
                             "a character, by the term to come", err);
  if (status != TC_OK)
    return status;
  SCRIPT (&file,
    "set lmargin at screen across(1.5); set rmargin at screen across(10.7)",
    "set bmargin at screen up(1.2); set tmargin at screen up(5.8)",
    "set xlabel \"term of the character to come\"; set ylabel \"attention (%)\" offset 0.5,0",
    "set xrange [1.5:terms+0.5]; set yrange [0:105]; set key center right",
    "means = data.\"attention.csv\"",
    "plot means using \"term\":(100*column(\"right\")) with linespoints lt 1 title \"on all its earlier places\", \\",
    "     means using \"term\":(100*column(\"first\")) with linespoints lt 2 title \"on the one in the first term\", \\",
    "     means using \"term\":(100*column(\"uniform_first\")) with lines lc rgb tc_grey lw 1 dt (4,4) \\",
    "         title \"that, if all places were alike\"");
  return tc_file_close (&file, err);
}

enum tc_status
tc_permutation_figure_qk (const struct tc_permutation_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_permutation_script (a, &file, "qk", 16, 8.3, "Attention scores by position alone, and "
                             "the relation that they should be", err);
  if (status != TC_OK)
    return status;
  tc_figure_line (&file, "# For each position, which character of the first term stands there.");
  fputs ("array element[positions+1] = [", file.stream);
  for (size_t p = 0; p < a->n_pos; p++)
    fprintf (file.stream, "%s%d", p == 0 ? "" : ",", tc_permutation_element (a, p));
  fputs ("]\n", file.stream);
  SCRIPT (&file,
    "# 1: the next position holds the same character; negative: masked, or it is punctuation.",
    "related(p, r) = r > p || p <= n || element[p+2] < 0 ? NaN : element[p+2] == element[r+1]",
    "scores = data.\"qk.csv\"",
    "stats scores matrix every 1:1:1:1 using 3 name \"s\" nooutput",
    "most = s_max > -s_min ? s_max : -s_min",
    "@tc_heatmap; @tc_rdbu; set cbrange [-most:most]",
    "set multiplot",
    "set bmargin at screen up(1.2); set tmargin at screen up(7.6)",
    "set xrange [-0.5:positions-0.5]; set yrange [positions-0.5:-0.5]",
    "set xlabel \"position attended to\"; set ylabel \"position that attends\"",
    "set xtics 2,6*(n+1); set ytics 2,6*(n+1)",
    "set lmargin at screen across(1.5); set rmargin at screen across(7.5)",
    "set colorbox user origin screen across(14.3), screen up(1.2) size screen across(0.3), screen up(6.4)",
    "set cblabel \"score, less its row's mean\" offset 1,0",
    "set title \"what the weights say\" offset 0,-0.6",
    "plot scores matrix every 1:1:1:1 using ($1-1):($2-1):3 with image pixels",
    "unset ylabel; set format y \"\"; unset colorbox",
    "set lmargin at screen across(7.9); set rmargin at screen across(13.9)",
    "set title \"the same character (rows: the one to come)\" offset 0,-0.6",
    "plot scores matrix every 1:1:1:1 using ($1-1):($2-1):(related($2-1, $1-1) * most * 0.75) with image pixels",
    "unset multiplot");
  return tc_file_close (&file, err);
}

enum tc_status
tc_permutation_figure_ov (const struct tc_permutation_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_permutation_script (a, &file, "ov", 10.5, 8.6, "OV circuit over characters", err);
  if (status != TC_OK)
    return status;
  SCRIPT (&file,
    "ov = data.\"ov.csv\"; characters = 63",
    "stats ov matrix every 1:1:1:1 using 3 name \"s\" nooutput",
    "most = s_max > -s_min ? s_max : -s_min",
    "@tc_heatmap; @tc_rdbu; set cbrange [-most:most]; set cblabel \"logit, before the division by the norm\" offset 1.2,0",
    "set lmargin at screen across(1.3); set rmargin at screen across(8.4)",
    "set bmargin at screen up(1.2); set tmargin at screen up(8.3)",
    "set colorbox user origin screen across(8.7), screen up(1.2) size screen across(0.3), screen up(7.1)",
    "set xrange [-0.5:characters-0.5]; set yrange [characters-0.5:-0.5]",
    "set xlabel \"character whose logit it adds to\"; set ylabel \"character attended to\"",
    "set xtics (\"a\" 1, \"n\" 14, \"A\" 27, \"N\" 40, \"0\" 53, \"9\" 62)",
    "set ytics (\"a\" 1, \"n\" 14, \"A\" 27, \"N\" 40, \"0\" 53, \"9\" 62)",
    "plot ov matrix every 1:1:1:1 using ($1-1):($2-1):3 with image pixels");
  return tc_file_close (&file, err);
}

enum tc_status
tc_permutation_figure_hubs (const struct tc_permutation_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_permutation_script (a, &file, "hubs", 14, 7, "Which places of a character are read, and "
                             "how well the head copies from them", err);
  if (status != TC_OK)
    return status;
  SCRIPT (&file,
    "hubs = data.\"hubs.csv\"; colour(k) = tc_viridis_rgb(0.9 * (k - 1) / (n - 1.0))",
    "set multiplot",
    "set xrange [0.4:terms+0.6]; set xtics 1,1 font tiny; unset key; set grid noxtics",
    "across_term(k) = 0.17*(k-0.5-n/2.0)",
    "set lmargin at screen across(1.9); set rmargin at screen across(11.8)",
    "set bmargin at screen up(4.3); set tmargin at screen up(6.8); set format x \"\"",
    "set ylabel \"attention (%)\" offset 0.5,0; set yrange [0:*]; set ytics 0,20",
    "set for [k=1:n] label k sprintf(\"character %d\", k) at screen across(12.0), screen up(6.9-0.5*k) \\",
    "    textcolor rgb colour(k)",
    "set label 20 \"of the first term\" at screen across(12.0), screen up(6.4-0.5*n) font tiny textcolor rgb tc_grey",
    "plot for [k=1:n] hubs using (column(\"element\") == k ? column(\"term\") + across_term(k) : NaN): \\",
    "         (100*column(\"received\")):(0.16) with boxes fillstyle solid noborder lc rgb colour(k)",
    "unset for [k=1:20] label k",
    "set bmargin at screen up(1.2); set tmargin at screen up(3.8); set format x \"%g\"",
    "set xlabel \"term of the place attended to\"; set ylabel \"copying margin\" offset -0.7,0; set yrange [*<0:*]; set ytics autofreq",
    "set xzeroaxis lt -1 lw 0.6",
    "plot for [k=1:n] hubs using (column(\"element\") == k ? column(\"term\") + across_term(k) : NaN): \\",
    "         \"margin\":(0.16) with boxes fillstyle solid noborder lc rgb colour(k)",
    "unset multiplot");
  return tc_file_close (&file, err);
}

enum tc_status
tc_permutation_figure_paths (const struct tc_permutation_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_permutation_script (a, &file, "paths", 12, 5.2, "Direct logit attribution after the first "
                             "term, by what is to come", err);
  if (status != TC_OK)
    return status;
  SCRIPT (&file,
    "set lmargin at screen across(1.9); set rmargin at screen across(8.2)",
    "set bmargin at screen up(0.9); set tmargin at screen up(5.0)",
    "set ylabel \"margin of the right logit\" offset 0.5,0; set xrange [-0.6:2.6]; set xzeroaxis lt -1 lw 0.6",
    "set xtics (\"a character\" 0, \"a space\" 1, \"the period\" 2) scale 0",
    "set key at screen across(11.9), screen up(4.8) right Left reverse samplen 1",
    "array colour[4] = [0x56b4e9, 0xe69f00, 0x0072b2, 0x808080]",
    "array part[4] = [\"present character\", \"position\", \"head\", \"biases\"]",
    "paths = data.\"paths.csv\"",
    "plot for [k=0:3] paths using (int($0) % 4 == k ? int($0)/4 + 0.2*(k-1.5) : NaN): \\",
    "         \"margin\":(0.17) with boxes fillstyle solid noborder lc rgb colour[k+1] title part[k+1]");
  return tc_file_close (&file, err);
}

enum tc_status
tc_permutation_figure_learning (const struct tc_permutation_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_permutation_script (a, &file, "learning", 12, 9, "What learning the first term does "
                             "to completion from terms that do not ascend", err);
  if (status != TC_OK)
    return status;
  SCRIPT (&file,
    "learning = data.\"learning.csv\"",
    "set multiplot",
    "set xrange [0:steps]; set xtics 0,ceil(steps/3000.0)*500; set key opaque; unset key",
    "set lmargin at screen across(1.8); set rmargin at screen across(11.7); set format x \"\"",
    "set bmargin at screen up(6.8); set tmargin at screen up(8.8)",
    "set ylabel \"slots (nats)\" offset 0.5,0; set yrange [3.2:4.5]; set ytics 3.2,0.4",
    "set label 1 \"a character of the first term, mean\" at graph 0.98,0.85 right font small",
    "plot learning using \"step\":\"slots\" with lines lt 1 lw 1.6",
    "unset label 1",
    "set bmargin at screen up(3.5); set tmargin at screen up(6.5); set key bottom right",
    "set ylabel \"completed exactly (%)\" offset 0.5,0; set yrange [0:108]; set ytics 0,20",
    "plot learning using \"step\":(100*column(\"ascending\")) with lines lt 3 lw 1.4 title \"ascending first terms\", \\",
    "     learning using \"step\":(100*column(\"by_position\")) with lines lt 1 lw 1.4 title \"any order, scores by position alone\", \\",
    "     learning using \"step\":(100*column(\"any_order\")) with linespoints lt 2 pt 7 ps 0.3 title \"any order\"",
    "set bmargin at screen up(1.2); set tmargin at screen up(3.2); set format x \"%g\"; unset key",
    "set xlabel \"training step\"; set ylabel \"explained (%)\" offset 0.5,0; set yrange [0:60]",
    "set label 1 \"scores by position, by the relation\" at graph 0.98,0.85 right font small",
    "plot learning using \"step\":(100*column(\"explained\")) with lines lt 1 lw 1.6",
    "unset multiplot");
  return tc_file_close (&file, err);
}
