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
    "small = format eq \"svg\" ? \",10\" : \",8\"; tiny = format eq \"svg\" ? \",9\" : \",7\"",
    "# Places on the page in cm from its left and lower edges; a round step between tics.",
    "across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)",
    "unit(x) = 10**floor(log10(x)); lead(x) = x / unit(x)",
    "nice(x) = unit(x) * (lead(x) > 5 ? 10 : lead(x) > 2 ? 5 : lead(x) > 1 ? 2 : 1)",
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

/* The cells of a labelled matrix as boxes.  Each reaches half under its
   neighbours to the right and below, which are drawn over it, so that no viewer
   shows seams; masked cells, the future, are drawn last, in grey, and reach under
   those to the right and above.  x and y are the columns
   with the cell's place.  */
#define CELLS(x, y) \
  "matrix every 1:1:1:1 using ($" x "-1):($" y "-1):($" x "-1.5):($" x "):($" y "-1.5):($" \
  y "):3 with boxxyerror fillcolor palette fillstyle solid noborder"
#define MASKED(x, y) \
  "matrix every 1:1:1:1 using ($3 == $3 ? NaN : $" x "-1):($" y "-1):($" x "-1.5):($" x "):($" \
  y "-2):($" y "-0.5) with boxxyerror fillcolor rgb tc_masked fillstyle solid noborder"

/* Names the groups of inputs along an axis, x or y, and divides them by lines. */
static void
name_inputs (struct tc_file *file, char axis)
{
  bool is_x = axis == 'x';
  tc_figure_line (file, "set %ctics (\"0, 1\" 0.5, \"filler\" 1.5+n/2.0, \"triggers\" 1.5+1.5*n, \\",
                  axis);
  tc_figure_line (file, "    \"pos. 0\" tokens, \"10\" tokens+10, \"20\" tokens+20, "
                  "\"30\" tokens+30, \"40\" tokens+40)%s", is_x ? " rotate by 90 right" : "");
  SCRIPT (file, "array edge[3] = [1.5, 1.5 + n, 1.5 + 2*n]");
  if (is_x)
    SCRIPT (file, "do for [i=1:3] { set arrow from first edge[i], graph 0 to first edge[i], "
            "graph 1 nohead front lc rgb tc_grey lw 0.6 }");
  else
    SCRIPT (file, "do for [i=1:3] { set arrow from graph 0, first edge[i] to graph 1, "
            "first edge[i] nohead front lc rgb tc_grey lw 0.6 }");
}

enum tc_status
tc_skip_figure_qk (const struct tc_skip_analysis *a, double range, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_skip_script (a, &file, "qk", 10.5, 8.5,
                      "Full QK circuit over tokens and positions, after training", err);
  if (status != TC_OK)
    return status;
  tc_figure_line (&file, "tokens = 2*n + 2; positions = %d", a->task->seq_len + 2);
  SCRIPT (&file, "@tc_heatmap; @tc_rdbu");
  tc_figure_line (&file, "set cbrange [-%d:%d]; set cblabel \"part of the attention score\" offset 0.7,0",
                  round_up (range), round_up (range));
  name_inputs (&file, 'x');
  name_inputs (&file, 'y');
  SCRIPT (&file,
    "set xrange [-0.5:tokens+positions-0.5]; set yrange [tokens+positions-0.5:-0.5]",
    "set xlabel \"source\" offset 0,1; set ylabel \"destination\"",
    "set lmargin at screen across(2.2); set rmargin at screen across(8.3)",
    "set bmargin at screen up(1.9); set tmargin at screen up(8)",
    "# The only destination whose attention is read: the last token at the last position.",
    "set label 1 \"◀ read\" at graph 1, first 1 left offset 0.3,0 font tiny front",
    "set label 2 \"◀ read\" at graph 1, first tokens+positions-1 left offset 0.3,0 font tiny front",
    "set colorbox user origin screen across(9.2), screen up(2.4) size screen across(0.3), screen up(5.1)",
    "plot data.\"qk_final.csv\" \\",
    "     " CELLS ("1", "2"));
  return tc_file_close (&file, err);
}

enum tc_status
tc_skip_figure_ov (const struct tc_skip_analysis *a, double range, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_skip_script (a, &file, "ov", 14, 4.8,
                      "Full OV circuit over tokens and positions, after training", err);
  if (status != TC_OK)
    return status;
  tc_figure_line (&file, "tokens = 2*n + 2; positions = %d", a->task->seq_len + 2);
  SCRIPT (&file, "@tc_heatmap; @tc_rdbu");
  tc_figure_line (&file, "set cbrange [-%d:%d]; set cblabel \"added to the logit\" offset 0.7,0",
                  round_up (range), round_up (range));
  name_inputs (&file, 'x');
  tc_figure_line (&file, "set cbtics nice(%d/2.0)", round_up (range));
  SCRIPT (&file,
    "set xrange [-0.5:tokens+positions-0.5]; set yrange [n-0.5:-0.5]",
    "set xlabel \"what is attended to\" offset 0,1; set ylabel \"answer\"; set ytics 0,nice(n/5.0)",
    "set lmargin at screen across(1.3); set rmargin at screen across(12)",
    "set bmargin at screen up(1.9); set tmargin at screen up(4.5)",
    "set colorbox user origin screen across(12.3), screen up(1.9) size screen across(0.3), screen up(2.6)",
    "plot data.\"ov_final.csv\" \\",
    "     " CELLS ("2", "1"));
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
  tc_figure_line (&file, "positions = %d", a->task->seq_len + 2);
  SCRIPT (&file,
    "scores = data.\"scores.csv\"",
    "token(x) = column(\"kind\") < 4 ? x : NaN; position(x) = column(\"kind\") == 4 ? x : NaN",
    "set multiplot layout 1,2 margins across(1.35),across(13.7),up(1.25),up(5.4) \\",
    "    spacing across(0.5)",
    "stats scores using \"final\" name \"s\" nooutput",
    "set yrange [1.12*s_min:1.12*s_max]; set xzeroaxis lc rgb tc_grey lw 0.8 dt 1",
    "set xlabel \"source token\"; set ylabel \"part of the last token's score\"",
    "set xtics (0, 2, n+2, 2*n+1); set xrange [-0.7:2*n+1.7]",
    "set label 1 \"filler\" at first 1.5+n/2.0, graph 1 center offset 0,0.5",
    "set label 2 \"triggers\" at first 1.5+1.5*n, graph 1 center offset 0,0.5",
    "set key top left Left reverse samplen 1",
    "plot scores using (token(column(\"index\"))):\"final\" \\",
    "         with impulses lc rgb tc_blue lw 5 dt 1 title \"after training\", \\",
    "     scores using (token(column(\"index\"))):\"initial\" \\",
    "         with points pt 7 ps 0.4 lc rgb tc_orange title \"before\"",
    "unset label 1; unset label 2",
    "set xlabel \"source position\"; unset ylabel; set format y \"\"; unset key",
    "set xtics 0,10; set xrange [-0.9:positions-0.1]",
    "plot scores using (position(column(\"index\"))):\"final\" \\",
    "         with impulses lc rgb tc_blue lw 2.5 dt 1, \\",
    "     scores using (position(column(\"index\"))):\"initial\" \\",
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
    = tc_skip_script (a, &file, "patterns", 14, 8.4,
                      "Attention of the last token in one example of each trigram, before, in "
                      "and after the phase change", err);
  if (status != TC_OK)
    return status;
  tc_figure_line (&file, "positions = %d; panels = %d; array step[panels]",
                  a->task->seq_len + 2, (int) n_steps);
  for (size_t i = 0; i < n_steps; i++)
    tc_figure_line (&file, "step[%d] = %d", (int) i + 1, steps[i]);
  SCRIPT (&file,
    "@tc_heatmap; @tc_viridis; set cbrange [0:1]; unset colorbox",
    "set multiplot layout 2,3 margins across(1.35),across(13.8),up(1.25),up(7.8) \\",
    "    spacing across(0.4),up(1.3)",
    "set xrange [-0.5:positions-0.5]; set yrange [n-0.5:-0.5]; set xtics 0,10",
    "do for [i=1:panels] {",
    "  if (i == panels) {",
    "    set colorbox user origin screen across(10.3), screen up(1.9) \\",
    "        size screen across(3), screen up(0.25) horizontal",
    "    set cblabel \"attention\"; set cbtics 0,0.5",
    "    set label 1 \"the trigger\" at screen across(10.8), screen up(2.9) left \\",
    "        point pt 6 ps 0.6 lw 0.8 lc rgb tc_black offset 0.8,0",
    "  }",
    "  set title sprintf(\"step %d\", step[i]) offset 0,-0.7",
    "  set xlabel (i > 2 ? \"source position\" : \"\")",
    "  if (i % 3 == 1) { set ylabel \"trigger\"; set for [k=0:n-1] ytics (sprintf(\"%d\", trigger(k)) k) font tiny } \\",
    "  else { unset ylabel; unset ytics }",
    "  first = (i - 1) * n * positions; last = i * n * positions - 1",
    "  plot data.\"patterns.csv\" every ::first::last \\",
    "           using \"position\":\"trigram\":(column(\"position\")-0.5):(column(\"position\")+1): \\",
    "               (column(\"trigram\")-0.5):(column(\"trigram\")+1):\"attention\" \\",
    "           with boxxyerror fillcolor palette fillstyle solid noborder, \\",
    "       data.\"patterns.csv\" every ::first::last \\",
    "           using (column(\"token\") >= trigger(0) ? column(\"position\") : NaN):\"trigram\" \\",
    "           with points pt 6 ps 0.6 lw 0.8 lc rgb tc_red",
    "}",
    "unset multiplot");
  return tc_file_close (&file, err);
}

enum tc_status
tc_skip_figure_pattern (const struct tc_skip_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_skip_script (a, &file, "pattern", 14, 7.5,
                      "Attention pattern of one example, before and after training", err);
  if (status != TC_OK)
    return status;
  tc_figure_line (&file, "positions = %d", a->task->seq_len + 2);
  SCRIPT (&file,
    "@tc_heatmap; @tc_viridis; set cbrange [0:1]; unset colorbox",
    "set multiplot layout 1,2 margins across(1.4),across(12.3),up(1.3),up(6.65) \\",
    "    spacing across(0.4)",
    "set xrange [-0.5:positions-0.5]; set yrange [positions-0.5:-0.5]",
    "set xtics 0,10; set ytics 0,10",
    "set xlabel \"source position\"; set ylabel \"destination position\"",
    "set title \"before training\" offset 0,-0.6",
    "plot data.\"pattern_initial.csv\" \\",
    "         " CELLS ("1", "2") ", \\",
    "     data.\"pattern_initial.csv\" \\",
    "         " MASKED ("1", "2"),
    "unset ylabel; unset ytics; set title \"after training\"",
    "set colorbox user origin screen across(12.6), screen up(1.3) size screen across(0.3), screen up(5.35)",
    "set cblabel \"attention\"",
    "plot data.\"pattern_final.csv\" \\",
    "         " CELLS ("1", "2") ", \\",
    "     data.\"pattern_final.csv\" \\",
    "         " MASKED ("1", "2"),
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
    = tc_skip_script (a, &file, "attribution", 14, 7,
                      "What the right answer's margin is made of, in one example of each "
                      "trigram", err);
  if (status != TC_OK)
    return status;
  SCRIPT (&file, "@tc_heatmap; @tc_rdbu");
  tc_figure_line (&file, "m = %d", round_up (range));
  SCRIPT (&file,
    "set cbrange [-m:m]; set cblabel \"logit margin\" offset 0.7,0",
    "set xtics (\"embedding\" 0, \"position\" 1, \"first token\" 2, \"last token\" 3, \\",
    "    \"filler\" 4, \"trigger\" 5, \"sum\" 6)",
    "set label 1 \"direct path\" at first 0.5, graph 1 center offset 0,0.6",
    "set label 2 \"read by the head from\" at first 3.5, graph 1 center offset 0,0.6",
    "set arrow 1 from first 1.5, graph 0 to first 1.5, graph 1.08 nohead front lc rgb tc_grey lw 0.6",
    "set arrow 2 from first 5.5, graph 0 to first 5.5, graph 1.08 nohead front lc rgb tc_grey lw 0.6",
    "set for [k=0:n-1] ytics (sprintf(\"%d\", trigger(k)) k); set ylabel \"trigger of the example\"",
    "set lmargin at screen across(1.4); set rmargin at screen across(12.2)",
    "set bmargin at screen up(0.8); set tmargin at screen up(6.3)",
    "set colorbox user origin screen across(12.5), screen up(0.8) size screen across(0.3), screen up(5.5)",
    "set xrange [-0.5:6.5]; set yrange [n-0.5:-0.5]",
    "parts = data.\"contributions.csv\"",
    "plot parts \\",
    "         " CELLS ("1", "2") ", \\",
    "     parts matrix every 1:1:1:1 \\",
    "         using ($1-1):($2-1):(tc_label(\"%.2f\", abs($3) < 0.005 ? 0 : $3)):(tc_text_rgb(tc_rdbu_rgb($3/m))) \\",
    "         with labels textcolor rgb variable font small");
  return tc_file_close (&file, err);
}
