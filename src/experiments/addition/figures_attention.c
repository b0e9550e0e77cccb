#include "experiments/addition/figures_circuits.h"

/* Attention: the mean over sums, and one sum.  */

enum tc_status
tc_addition_circuit_script (const struct tc_addition_analysis *a, struct tc_file *file,
                            const char *name, double width, double height, const char *title,
                            struct tc_error *err)
{
  enum tc_status status = tc_session_figure (a->session, file, name, err);
  if (status != TC_OK)
    return status;
  tc_figure_head (file, &(struct tc_figure) { title, a->session->experiment->name,
                                              a->session->run, name, width, height });
  tc_figure_line (file, "n = %d; answers = n + 1; positions = 3*n + 3   # n digits",
                  a->num_digits);
  LINES (file,
    "# Places on the page in cm from its left and lower edges.",
    "across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)",
    "small = format eq \"svg\" ? \",10\" : \",8\"; tiny = format eq \"svg\" ? \",9\" : \",7\"",
    "");
  return TC_OK;
}

/* Cells reach a little under their neighbours to the right and below, which are drawn
   over them, so that no viewer shows seams.

   A panel per head: rows answer digits, columns the positions before them, whose
   tics are set already.  The CSV has the rows of one head after those of another,
   and none for positions that tok k does not see.  */
static void
draw_heads (const struct tc_addition_analysis *a, struct tc_file *file, const char *csv)
{
  tc_figure_line (file, "heads = %d; across_page = 2; down_page = (heads + 1) / 2",
                  a->session->setup.config.n_heads);
  tc_figure_line (file, "rows = data.\"%s\"; each = answers*(2*n + 2) + answers*n/2", csv);
  LINES (file,
    "set multiplot layout down_page,across_page margins across(1.75),across(12),up(0.95),up(height-0.75) \\",
    "    spacing across(0.35),up(1.25)",
    "set xrange [-0.5:positions-1.5]; set yrange [answers-0.5:-0.5]",
    "set arrow 1 from first n-0.5, graph 0 to first n-0.5, graph 1 nohead front lc rgb tc_grey lw 0.6",
    "set arrow 2 from first n+0.5, graph 0 to first n+0.5, graph 1 nohead front lc rgb tc_grey lw 0.6",
    "set arrow 3 from first 2*n+0.5, graph 0 to first 2*n+0.5, graph 1 nohead front lc rgb tc_grey lw 0.6",
    "set arrow 4 from first 2*n+1.5, graph 0 to first 2*n+1.5, graph 1 nohead front lc rgb tc_grey lw 0.6",
    "set ytics scale 0; set xtics scale 0 offset 0,0.5",
    "do for [h=0:heads-1] {",
    "  set title sprintf(\"head %d\", h) offset 0,-0.75",
    "  if (h < heads - across_page) { unset label 1; unset label 2; unset label 3 } else {",
    "    set label 1 \"x\" at first (n-1)/2.0, graph 0 center offset 0,-1.6",
    "    set label 2 \"y\" at first n+1+(n-1)/2.0, graph 0 center offset 0,-1.6",
    "    set label 3 \"answer\" at first 2*n+2+(n-1)/2.0, graph 0 center offset 0,-1.6",
    "  }",
    "  if (h % across_page == 0) { eval row_tics } else { set ytics (\"\" 0) }",
    "  if (h == heads - 1) {",
    "    set colorbox user origin screen across(12.3), screen up(0.95) \\",
    "        size screen across(0.25), screen up(height-1.7)",
    "    set cblabel \"attention\" offset 0.5,0",
    "  }",
    "  plot rows every ::(h*each)::(h*each+each-1) \\",
    "           using \"position\":\"tok\":(column(\"position\")-0.5):(column(\"position\")+0.55): \\",
    "               (column(\"tok\")-0.5):(column(\"tok\")+0.55):\"attention\" \\",
    "           with boxxyerror fillcolor palette fillstyle solid noborder",
    "}",
    "unset multiplot");
}

enum tc_status
tc_addition_figure_attention (const struct tc_addition_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_addition_circuit_script (a, &file, "attention", 14, 6.6,
                                  "Mean attention from each answer digit's prediction, by head",
                                  err);
  if (status != TC_OK)
    return status;
  LINES (&file,
    "@tc_heatmap; @tc_viridis; unset colorbox; set cbrange [0:0.6]",
    "# Columns by their power of ten.",
    "set xtics (\"+\" n, \"=\" 2*n+1) font tiny",
    "set for [i=0:n-1] xtics add (sprintf(\"%d\", n-1-i) i, sprintf(\"%d\", n-1-i) n+1+i)",
    "set for [k=0:n-1] xtics add (sprintf(\"%d\", k) 2*n+2+k)",
    "row_tics = 'set ytics (\"tok 0\" 0) font small; '\\",
    "    .'set for [k=1:n] ytics add (sprintf(\"tok %d\", k) k)'");
  draw_heads (a, &file, "attention.csv");
  return tc_file_close (&file, err);
}

enum tc_status
tc_addition_figure_pattern (const struct tc_addition_analysis *a,
                            const struct tc_addition_set *set, struct tc_error *err)
{
  static const char *const marks[] = { "+", "=" };
  struct tc_file file;
  enum tc_status status
    = tc_addition_circuit_script (a, &file, "pattern", 14, 6.6,
                                  "Attention in one sum, with its tokens and carries", err);
  if (status != TC_OK)
    return status;
  LINES (&file, "@tc_heatmap; @tc_viridis; unset colorbox; set cbrange [0:1]",
         "# Tokens; answers with the carry into their column.",
         "set xtics font tiny");
  for (int p = 0; p < 3 * a->num_digits + 2; p++)
    if (set->tokens[p] < TC_ADDITION_PLUS)
      tc_figure_line (&file, "set xtics %s(\"%d\" %d)", p > 0 ? "add " : "", set->tokens[p], p);
    else
      tc_figure_line (&file, "set xtics add (\"%s\" %d)",
                      marks[set->tokens[p] - TC_ADDITION_PLUS], p);
  tc_figure_line (&file, "row_tics = 'set ytics (\"%d\" 0) font small'",
                  set->target[0]);
  for (int k = 1; k <= a->num_digits; k++)
    tc_figure_line (&file, "row_tics = row_tics.'; set ytics add (\"%d%s\" %d)'",
                    set->target[k], set->carries[a->num_digits - k] ? " (carry)" : "", k);
  draw_heads (a, &file, "pattern.csv");
  return tc_file_close (&file, err);
}
