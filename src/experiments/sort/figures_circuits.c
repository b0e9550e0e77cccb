#include "experiments/sort/figures_circuits.h"

#include "experiments/sort/examine.h"
#include "numerics/text.h"

#include <math.h>

#define SCRIPT(file, ...) \
  tc_figure_lines (file, sizeof ((const char *[]) { __VA_ARGS__ }) / sizeof (char *), \
                   (const char *const[]) { __VA_ARGS__ })

/* An array of the tokens' names, from position `from`.  */
static void
write_tokens (const struct tc_sort_analysis *a, struct tc_file *file, const char *name,
              const int32_t *tokens, int n)
{
  fprintf (file->stream, "array %s[%d] = [", name, n);
  for (int i = 0; i < n; i++)
    {
      char label[TC_TOKEN_NAME];
      fprintf (file->stream, "%s\"%s\"", i == 0 ? "" : ", ",
               tc_sort_label (a->task, tokens[i], label));
    }
  fputs ("]\n", file->stream);
}

static void
write_real (struct tc_file *file, const char *name, double value)
{
  char text[TC_NUMBER_MAX];
  tc_figure_line (file, "%s = %s", name, tc_format_double (text, value));
}

/* --- patterns --- */

/* A pattern's cells.  Each reaches half under its neighbours to the right and below,
   drawn later, so that no viewer shows seams; then the future, in grey.  */
#define PATTERN(list, head) \
      "  plot patterns using (is(" list ", " head ") ? column(\"key\") : NaN):\"query\": \\", \
      "      (column(\"key\")-0.5):(column(\"key\")+1):(column(\"query\")-0.5): \\", \
      "      (column(\"query\")+1):\"attention\" \\", \
      "      with boxxyerror fillcolor palette fillstyle solid noborder, \\", \
      "      patterns using (is(" list ", " head ") && column(\"key\") == column(\"query\") ? \\", \
      "      column(\"key\") : NaN):\"query\":(column(\"key\")+0.5):(n):(column(\"query\")-1): \\", \
      "      (column(\"query\")+0.5) with boxxyerror fillcolor rgb tc_masked fillstyle solid noborder"

enum tc_status
tc_sort_figure_patterns (const struct tc_sort_analysis *a, const int32_t *chosen,
                         const int32_t *typical, struct tc_error *err)
{
  struct tc_file file;
  int length = a->task->list_length, heads = a->session->model.config.n_heads;
  int n = tc_sort_context (a->task, length);
  bool is_wide = n > 30;
  double width = 14, height = is_wide ? (heads > 1 ? 13.6 : 7.6) : 7.9;
  enum tc_status status = tc_sort_script (a, &file, "patterns", width, height,
                                          "Attention patterns, with the tokens", err);
  if (status != TC_OK)
    return status;
  write_tokens (a, &file, "chosen", chosen, n);
  if (!is_wide)
    write_tokens (a, &file, "typical", typical, n);
  tc_figure_line (&file, "n = %d; first = %d; heads = %d", n, is_wide ? length + 1 : 0, heads);
  SCRIPT (&file,
    "@tc_heatmap; @tc_viridis; set cbrange [0:1]; unset colorbox; set cbtics 0.2",
    "patterns = data.\"patterns.csv\"",
    "is(list, head) = strcol(\"list\") eq list && column(\"head\") == head",
    "stats patterns using (column(\"query\") >= first ? column(\"attention\") : NaN) \\",
    "    name \"scale\" nooutput",
    "tiny = format eq \"svg\" ? (n > 30 ? \",7\" : \",9\") : (n > 30 ? \",6\" : \",7\")",
    "set xrange [-0.5:n-0.5]; set yrange [n-0.5:first-0.5]");
  if (is_wide)
    SCRIPT (&file,
      "set cbrange [0:ceil(10*scale_max)/10.0]; rows = heads",
      "set multiplot layout rows,1 margins across(1.6),across(12.0),up(1.3),up(height-0.6) \\",
      "    spacing across(0.3),up(0.7)",
      "do for [h=0:heads-1] {",
      "  if (heads > 1) { set title sprintf(\"head %d\", h) offset 0,-0.7 }",
      "  set for [i=0:n-1] xtics (chosen[i+1] i) font tiny rotate by 90 right",
      "  set for [i=first:n-1] ytics (chosen[i+1] i) font tiny",
      "  if (h == heads-1) { set xlabel \"attended to\" offset 0,0.2 }",
      "  set ylabel \"attends\"",
      "  if (h == 0) { set colorbox user origin screen across(12.3), screen up(1.3) \\",
      "      size screen across(0.3), screen up(height-1.9); set cblabel \"attention\" } \\",
      "  else { unset colorbox }",
      PATTERN ("\"chosen\"", "h"),
      "}",
      "unset multiplot");
  else
    SCRIPT (&file,
      "set multiplot layout 1,2 margins across(1.35),across(12.0),up(1.35),up(6.8) \\",
      "    spacing across(1.35)",
      "do for [i=1:2] {",
      "  list = i == 1 ? \"chosen\" : \"typical\"",
      "  set title (i == 1 ? \"list of the notebook\" : \"first test list\") offset 0,-0.7",
      "  set for [k=0:n-1] xtics ((i == 1 ? chosen[k+1] : typical[k+1]) k) font tiny rotate by 90 right",
      "  set for [k=0:n-1] ytics ((i == 1 ? chosen[k+1] : typical[k+1]) k) font tiny",
      "  set xlabel \"attended to\" offset 0,0.2",
      "  if (i == 1) { set ylabel \"attends\" } else { unset ylabel }",
      "  if (i == 2) { set colorbox user origin screen across(12.3), screen up(1.35) \\",
      "      size screen across(0.3), screen up(5.45); set cblabel \"attention\" }",
      "  set arrow 1 from first n/2-0.5, first n-0.5 to first n/2-0.5, first n/2-0.5 nohead front \\",
      "      lc rgb tc_grey lw 0.6",
      "  set arrow 2 from first -0.5, first n/2-0.5 to first n/2-0.5, first n/2-0.5 nohead front \\",
      "      lc rgb tc_grey lw 0.6",
      PATTERN ("list", "0"),
      "}",
      "unset multiplot");
  return tc_file_close (&file, err);
}

/* --- attention by slot --- */

enum tc_status
tc_sort_figure_attention (const struct tc_sort_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  int heads = a->session->model.config.n_heads;
  enum tc_status status = tc_sort_script (a, &file, "attention", 14, heads > 1 ? 10.2 : 6.3,
                                          "Where heads look, by output slot", err);
  if (status != TC_OK)
    return status;
  tc_figure_line (&file, "length = %d; heads = %d", a->task->list_length, heads);
  SCRIPT (&file,
    "attention = data.\"attention.csv\"",
    "of(h, x) = column(\"head\") == h && column(\"slot\") >= 0 ? x : NaN",
    "set multiplot layout heads,2 margins across(1.4),across(13.7),up(1.2),up(height-1.5) \\",
    "    spacing across(1.7),up(0.9)",
    "step = length > 10 ? 4 : length > 5 ? 2 : 1",
    "set xrange [-0.4:length+0.4]; set xtics step; set yrange [0:1.02]; set ytics 0.2",
    "do for [h=0:heads-1] {",
    "  if (h == heads-1) { set xlabel \"output slot (last: after the last token)\" } else { unset xlabel }",
    "  set ylabel (heads > 1 ? sprintf(\"head %d: mean attention\", h) : \"mean attention\")",
    "  if (h == 0) { set key at graph 1, graph 1.36 right top maxrows 3 samplen 1.2 width -1 font small } else { unset key }",
    "  plot attention using \"slot\":(of(h, column(\"next\"))) with linespoints lt 1 title \"right token\", \\",
    "       attention using \"slot\":(of(h, column(\"greater\"))) with linespoints lt 2 title \"greater values\", \\",
    "       attention using \"slot\":(of(h, column(\"lower\"))) with linespoints lt 3 title \"lower values\", \\",
    "       attention using \"slot\":(of(h, column(\"said\"))) with linespoints lt 4 title \"sorted part\", \\",
    "       attention using \"slot\":(of(h, column(\"start\")+column(\"mid\"))) with linespoints lt 5 title \"START, MID\"",
    "  set ylabel \"share, or weight\"",
    "  if (h == 0) { set key at graph 1, graph 1.36 right top maxrows 3 samplen 1.2 width -1 font small }",
    "  plot attention using \"slot\":(of(h, column(\"argmax\"))) with linespoints lt 1 title \"greatest on right token\", \\",
    "       attention using \"slot\":(of(h, column(\"most\"))) with linespoints lt 2 title \"greatest weight\", \\",
    "       attention using \"slot\":(of(h, column(\"entropy\"))) with linespoints lt 3 title \"entropy/ln(keys)\"",
    "}",
    "unset multiplot");
  return tc_file_close (&file, err);
}

/* --- circuits --- */

/* Names along an axis: some tokens, START, MID, positions in the list and after.  */
static void
name_inputs (const struct tc_sort_analysis *a, struct tc_file *file, char axis, bool positions)
{
  int values = a->task->n_values, start = a->task->start_token, length = a->task->list_length;
  int vocabulary = tc_sort_vocabulary (a->task), every = values > 40 ? 8 : 5;
  int step = 5;
  fprintf (file->stream, "set %ctics (", axis);
  for (int t = 0; t < values; t += every)
    fprintf (file->stream, "\"tok %d\" %d, ", t, t);
  fprintf (file->stream, "\"START, MID\" %d.5", start);
  if (positions)
    {
      for (int j = 0; j < length; j += step)
        fprintf (file->stream, ", \"pos in %d\" %d", j, vocabulary + 1 + j);
      for (int j = 0; j < length; j += step)
        fprintf (file->stream, ", \"pos out %d\" %d", j, vocabulary + length + 2 + j);
    }
  fprintf (file->stream, ") font tiny%s\n", axis == 'x' ? " rotate by 90 right" : "");
}

static void
write_lines (const struct tc_sort_analysis *a, struct tc_file *file)
{
  int vocabulary = tc_sort_vocabulary (a->task), length = a->task->list_length;
  tc_figure_line (file, "tokens = %d; mid = %d; tiny = format eq \"svg\" ? \",8\" : \",6\"",
                  vocabulary, vocabulary + length + 1);
}

#define MATRIX_CELLS \
  "matrix every 1:1:1:1 using ($1-1):($2-1):($1-1.5):($1):($2-1.5):($2):3 " \
  "with boxxyerror fillcolor palette fillstyle solid noborder"

enum tc_status
tc_sort_figure_qk (const struct tc_sort_analysis *a, const char *name, bool unscaled,
                   double limit, struct tc_error *err)
{
  struct tc_file file;
  const struct tc_config *config = &a->session->model.config;
  double scale = config->attn_scale > 0 ? config->attn_scale : sqrt (config->d_head);
  enum tc_status status
    = tc_sort_script (a, &file, name, 12.5, 10.9, unscaled
                      ? "Full QK circuit over tokens and positions, without 1/sqrt (d_head)"
                      : "Full QK circuit over tokens and positions", err);
  if (status != TC_OK)
    return status;
  write_lines (a, &file);
  write_real (&file, "factor", unscaled ? scale : 1);
  write_real (&file, "m", tc_sort_round_up (limit * (unscaled ? scale : 1)));
  SCRIPT (&file, "@tc_heatmap; @tc_rdbu; set cbrange [-m:m]",
    "inputs = tokens + 2*(mid-tokens)");
  tc_figure_line (&file, "inputs = %d", tc_sort_vocabulary (a->task) + config->n_ctx);
  name_inputs (a, &file, 'x', true);
  name_inputs (a, &file, 'y', true);
  SCRIPT (&file,
    "set lmargin at screen across(1.7); set rmargin at screen across(10.6)",
    "set bmargin at screen up(1.7); set tmargin at screen up(10.6)",
    "set colorbox user origin screen across(10.9), screen up(1.7) size screen across(0.3), screen up(8.9)",
    "set cblabel (factor == 1 ? \"part of the attention score\" : \"part of the score, not divided by sqrt(d_{head})\") offset 1.3,0",
    "set xlabel \"key\" offset 0,0.3; set ylabel \"query\"",
    "set xrange [-0.5:inputs-0.5]; set yrange [inputs-0.5:-0.5]",
    "do for [i=1:2] { at = (i == 1 ? tokens : mid) - 0.5",
    "  set arrow 2*i from at, graph 0 to at, graph 1 nohead front lc rgb tc_grey lw 0.5",
    "  set arrow 2*i+1 from graph 0, first at to graph 1, first at nohead front lc rgb tc_grey lw 0.5 }",
    "plot data.\"qk.csv\" matrix every 1:1:1:1 using ($1-1):($2-1):($1-1.5):($1):($2-1.5): \\",
    "    ($2):(factor*$3) with boxxyerror fillcolor palette fillstyle solid noborder");
  return tc_file_close (&file, err);
}

enum tc_status
tc_sort_figure_ov (const struct tc_sort_analysis *a, double limit, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status = tc_sort_script (a, &file, "ov", 14, 8.2,
                                          "Full OV circuit over tokens and positions", err);
  if (status != TC_OK)
    return status;
  write_lines (a, &file);
  write_real (&file, "m", tc_sort_round_up (limit));
  tc_figure_line (&file, "inputs = %d", tc_sort_vocabulary (a->task)
                                        + a->session->model.config.n_ctx);
  SCRIPT (&file, "@tc_heatmap; @tc_rdbu; set cbrange [-m:m]");
  name_inputs (a, &file, 'x', true);
  name_inputs (a, &file, 'y', false);
  SCRIPT (&file,
    "set lmargin at screen across(1.7); set rmargin at screen across(11.7)",
    "set bmargin at screen up(1.7); set tmargin at screen up(7.9)",
    "set colorbox user origin screen across(12.0), screen up(1.7) size screen across(0.3), screen up(6.2)",
    "set cblabel \"logit, centred over classes\" offset 1.3,0",
    "set xlabel \"attended to\" offset 0,0.3; set ylabel \"class\"",
    "set xrange [-0.5:inputs-0.5]; set yrange [tokens-0.5:-0.5]",
    "do for [i=1:2] { at = (i == 1 ? tokens : mid) - 0.5",
    "  set arrow i from at, graph 0 to at, graph 1 nohead front lc rgb tc_grey lw 0.5 }",
    "plot data.\"ov.csv\" " MATRIX_CELLS);
  return tc_file_close (&file, err);
}
