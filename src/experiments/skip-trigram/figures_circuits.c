#include "experiments/skip-trigram/figures.h"

#include "experiments/skip-trigram/figure_script.h"

#include <math.h>

/* Figures of the trained model: circuits, patterns, attribution.  */

enum tc_status
tc_skip_script (const struct tc_skip_analysis *a, struct tc_file *file, const char *name,
                double width, double height, const char *title, struct tc_error *err)
{
  enum tc_status status = tc_session_figure (a->session, file, name, err);
  if (status != TC_OK)
    return status;
  tc_figure_head (file, &(struct tc_figure) { title, a->session->experiment->name,
                                              a->session->run, name, width, height });
  tc_figure_line (file, "n = %d   # trigrams", a->n);
  SCRIPT (file,
    "trigger(k) = n + 2 + k",
    "colour(k) = tc_viridis_rgb(0.93 * k / (n - 1.0))",
    "");
  return TC_OK;
}

/* A round limit for a symmetric colour scale: 34.5 gives 40.  */
static int
round_up (double x)
{
  double step = 1;
  while (10 * step < x)
    step *= 10;
  return (int) (step * ceil (x / step));
}

/* --- circuits --- */

/* Names the groups of inputs along an axis: x or y.  */
static void
name_inputs (struct tc_file *file, const char *axis)
{
  tc_figure_line (file, "set %stics (\"0 1\" 0.5, \"filler\" 1.5+n/2.0, \"trigger\" 1.5+1.5*n, "
                  "\"pos 0\" tokens, \"10\" tokens+10, \"20\" tokens+20, \"30\" tokens+30, "
                  "\"pos \".(positions-1) tokens+positions-1)%s", axis,
                  axis[0] == 'x' ? " rotate by 90 right" : "");
}

/* Lines between the groups.  */
static void
divide_inputs (struct tc_file *file, bool across, bool down)
{
  SCRIPT (file, "array edge[3] = [1.5, 1.5 + n, 1.5 + 2*n]");
  if (down)
    SCRIPT (file, "do for [i=1:3] { set arrow from first edge[i], graph 0 to first edge[i], "
            "graph 1 nohead front lc rgb tc_grey lw 0.6 }");
  if (across)
    SCRIPT (file, "do for [i=1:3] { set arrow from graph 0, first edge[i] to graph 1, "
            "first edge[i] nohead front lc rgb tc_grey lw 0.6 }");
}

enum tc_status
tc_skip_figure_qk (const struct tc_skip_analysis *a, double range, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_skip_script (a, &file, "qk", 10.5, 9,
                      "Full QK circuit over tokens and positions, after training", err);
  if (status != TC_OK)
    return status;
  tc_figure_line (&file, "tokens = 2*n + 2; positions = %d", a->task->seq_len + 2);
  SCRIPT (&file, "@tc_heatmap; @tc_rdbu");
  tc_figure_line (&file, "set cbrange [-%d:%d]; set cblabel \"part of the attention score\"",
                  round_up (range), round_up (range));
  name_inputs (&file, "x");
  name_inputs (&file, "y");
  divide_inputs (&file, true, true);
  SCRIPT (&file,
    "set xlabel \"source\"; set ylabel \"destination\"; set size ratio -1",
    "# The only destination whose attention is read: the last token at the last position.",
    "set label 1 \"\\342\\227\\204\" at graph 1.0, first 1 left offset 0.1,0 font \",8\"",
    "set label 2 \"\\342\\227\\204\" at graph 1.0, first tokens+positions-1 left offset 0.1,0 font \",8\"",
    "plot data.\"qk_final.csv\" matrix rowheaders columnheaders using 1:2:3 with image pixels");
  return tc_file_close (&file, err);
}

enum tc_status
tc_skip_figure_ov (const struct tc_skip_analysis *a, double range, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_skip_script (a, &file, "ov", 14, 5,
                      "Full OV circuit over tokens and positions, after training", err);
  if (status != TC_OK)
    return status;
  tc_figure_line (&file, "tokens = 2*n + 2; positions = %d", a->task->seq_len + 2);
  SCRIPT (&file, "@tc_heatmap; @tc_rdbu");
  tc_figure_line (&file, "set cbrange [-%d:%d]; set cblabel \"added to the logit\"",
                  round_up (range), round_up (range));
  name_inputs (&file, "x");
  divide_inputs (&file, false, true);
  SCRIPT (&file,
    "set xlabel \"what is attended to\"; set ylabel \"class\"; set ytics 0,1",
    "plot data.\"ov_final.csv\" matrix rowheaders columnheaders using 2:1:3 with image pixels");
  return tc_file_close (&file, err);
}

enum tc_status
tc_skip_figure_scores (const struct tc_skip_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_skip_script (a, &file, "scores", 14, 6,
                      "What the last token attends to, by token and by position", err);
  if (status != TC_OK)
    return status;
  SCRIPT (&file,
    "set multiplot layout 1,2 margins 0.085,0.985,0.17,0.93 spacing 0.06",
    "set yrange [*:*]; stats data.\"scores.csv\" using \"final\" name \"s\" nooutput",
    "set yrange [1.15*s_min:1.15*s_max]; set xzeroaxis lc rgb tc_grey lw 0.8 dt 1",
    "set xlabel \"source token\"; set ylabel \"part of the last token's score\"",
    "set xtics 0,2; set xrange [-0.7:2*n+1.7]; set key top left",
    "plot data.\"scores.csv\" using (column(\"kind\") < 4 ? column(\"index\") : NaN):\"final\" \\",
    "         with impulses lc rgb tc_blue lw 4 title \"after training\", \\",
    "     data.\"scores.csv\" using (column(\"kind\") < 4 ? column(\"index\") : NaN):\"initial\" \\",
    "         with points pt 7 ps 0.4 lc rgb tc_orange title \"before\"",
    "set xlabel \"source position\"; unset ylabel; set format y \"\"; unset key",
    "set xtics 0,10; set xrange [-1:*]",
    "plot data.\"scores.csv\" using (column(\"kind\") == 4 ? column(\"index\") : NaN):\"final\" \\",
    "         with impulses lc rgb tc_blue lw 2.5, \\",
    "     data.\"scores.csv\" using (column(\"kind\") == 4 ? column(\"index\") : NaN):\"initial\" \\",
    "         with points pt 7 ps 0.3 lc rgb tc_orange",
    "unset multiplot");
  return tc_file_close (&file, err);
}

/* --- patterns --- */

enum tc_status
tc_skip_figure_patterns (const struct tc_skip_analysis *a, size_t n_steps, const int *steps,
                         struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_skip_script (a, &file, "patterns", 14, 8,
                      "Attention of the last token in one example of each trigram, before, in "
                      "and after the phase change", err);
  if (status != TC_OK)
    return status;
  tc_figure_line (&file, "positions = %d", a->task->seq_len + 2);
  tc_figure_line (&file, "panels = %d", (int) n_steps);
  for (size_t i = 0; i < n_steps; i++)
    tc_figure_line (&file, "%s[%d] = %d", i == 0 ? "array step[5]; step" : "step", (int) i + 1,
                    steps[i]);
  SCRIPT (&file,
    "@tc_heatmap; @tc_viridis; set cbrange [0:1]; unset colorbox",
    "set multiplot layout 2,3 margins 0.075,0.985,0.13,0.93 spacing 0.03,0.13",
    "set xrange [-0.5:positions-0.5]; set yrange [n-0.5:-0.5]",
    "set xtics 0,10; set ytics 0,2; @tc_panel_title",
    "do for [i=1:panels] {",
    "  if (i == panels) {",
    "    set colorbox user origin screen 0.72, screen 0.3 size screen 0.22, screen 0.035 horizontal",
    "    set cblabel \"attention\"; set cbtics 0,0.5",
    "    set label 1 \"\\342\\227\\213  the trigger\" at screen 0.72, screen 0.42 left",
    "  }",
    "  set title sprintf(\"step %d\", step[i]) offset 0,-0.8",
    "  if (i % 3 == 1) { set ylabel \"trigger\"; set for [k=0:n-1:3] ytics (sprintf(\"%d\", trigger(k)) k) } \\",
    "  else { unset ylabel; set ytics format \"\" }",
    "  set xlabel (i > panels - 3 ? \"source position\" : \"\")",
    "  first = (i - 1) * n * positions; last = i * n * positions - 1",
    "  plot data.\"patterns.csv\" every ::first::last using \"position\":\"trigram\":\"attention\" \\",
    "           with image pixels, \\",
    "       data.\"patterns.csv\" every ::first::last \\",
    "           using (column(\"token\") >= trigger(0) ? column(\"position\") : NaN):\"trigram\" \\",
    "           with points pt 6 ps 0.5 lw 0.7 lc rgb \"#ffffff\"",
    "}",
    "unset multiplot");
  return tc_file_close (&file, err);
}

enum tc_status
tc_skip_figure_pattern (const struct tc_skip_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_skip_script (a, &file, "pattern", 14, 7,
                      "Attention pattern of one example, before and after training", err);
  if (status != TC_OK)
    return status;
  SCRIPT (&file,
    "@tc_heatmap; @tc_viridis; set cbrange [0:1]; unset colorbox",
    "set multiplot layout 1,2 margins 0.085,0.86,0.15,0.92 spacing 0.04",
    "set xtics 0,10; set ytics 0,10; @tc_panel_title; set size ratio -1",
    "set xlabel \"source position\"; set ylabel \"destination position\"",
    "set title \"before training\"",
    "plot data.\"pattern_initial.csv\" matrix rowheaders columnheaders using 1:2:3 with image pixels",
    "unset ylabel; set ytics format \"\"; set colorbox user origin screen 0.88, screen 0.15 size screen 0.02, screen 0.77",
    "set cblabel \"attention\"; set title \"after training\"",
    "plot data.\"pattern_final.csv\" matrix rowheaders columnheaders using 1:2:3 with image pixels",
    "unset multiplot");
  return tc_file_close (&file, err);
}

/* --- attribution --- */

enum tc_status
tc_skip_figure_attribution (const struct tc_skip_analysis *a, double range,
                            struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_skip_script (a, &file, "attribution", 14, 7.5,
                      "What the right answer's margin is made of, in one example of each "
                      "trigram", err);
  if (status != TC_OK)
    return status;
  SCRIPT (&file, "@tc_heatmap; @tc_rdbu");
  tc_figure_line (&file, "m = %d", round_up (range));
  SCRIPT (&file,
    "set cbrange [-m:m]; set cblabel \"logit margin\"",
    "set xtics (\"embedding\" 0, \"position\" 1, \"first token\" 2, \"last token\" 3, \\",
    "    \"filler\" 4, \"trigger\" 5, \"sum\" 6)",
    "set label 1 \"direct path\" at first 0.5, graph 1 center offset 0,0.7",
    "set label 2 \"read by the head from\" at first 3.5, graph 1 center offset 0,0.7",
    "set arrow 1 from first 1.5, graph 0 to first 1.5, graph 1.08 nohead front lc rgb tc_grey lw 0.6",
    "set arrow 2 from first 5.5, graph 0 to first 5.5, graph 1.08 nohead front lc rgb tc_grey lw 0.6",
    "set for [k=0:n-1] ytics (sprintf(\"%d\", trigger(k)) k); set ylabel \"trigger of the example\"",
    "set tmargin 2.5",
    "file = data.\"contributions.csv\"",
    "plot file matrix rowheaders columnheaders using 1:2:3 with image pixels, \\",
    "     file matrix rowheaders columnheaders \\",
    "         using 1:2:(tc_label(\"%.2f\", $3)):(tc_text_rgb(tc_rdbu_rgb($3/m))) \\",
    "         with labels textcolor rgb variable font \",8\"");
  return tc_file_close (&file, err);
}
