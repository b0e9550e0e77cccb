#include "experiments/sort/figures_circuits.h"

#include "numerics/text.h"

#include <math.h>
#include <string.h>

#define SCRIPT(file, ...) \
  tc_figure_lines (file, sizeof ((const char *[]) { __VA_ARGS__ }) / sizeof (char *), \
                   (const char *const[]) { __VA_ARGS__ })

static void
write_real (struct tc_file *file, const char *name, double value)
{
  char text[TC_NUMBER_MAX];
  tc_figure_line (file, "%s = %s", name, tc_format_double (text, value));
}

/* --- attribution --- */

/* Components as the figure calls them.  */
static const char *
component_label (const char *name)
{
  static const char *const labels[][2] = {
    { "embed", "embedding" }, { "pos_embed", "position" }, { "L0H0", "head 0" },
    { "L0H1", "head 1" }, { "0_attn_bias", "attention bias" }, { "0_mlp_out", "MLP" },
    { "ln_bias", "norm bias" }, { "unembed_bias", "output bias" }
  };
  for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
    if (strcmp (name, labels[i][0]) == 0)
      return labels[i][1];
  return name;
}

enum tc_status
tc_sort_figure_attribution (const struct tc_sort_analysis *a, size_t n_components,
                            const char (*names)[64], const double limits[2],
                            struct tc_error *err)
{
  struct tc_file file;
  double height = 2.6 + 2 * 0.42 * (double) n_components + 0.9;
  enum tc_status status = tc_sort_script (a, &file, "attribution", 14, height,
                                          "What the right token's logit is made of, in one "
                                          "list", err);
  if (status != TC_OK)
    return status;
  tc_figure_line (&file, "length = %d; parts = %d", a->task->list_length, (int) n_components);
  write_real (&file, "m", tc_sort_round_up (limits[0]));
  write_real (&file, "margin", tc_sort_round_up (limits[1]));
  fputs ("set ytics (", file.stream);
  for (size_t i = 0; i < n_components; i++)
    fprintf (file.stream, "%s\"%s\" %d", i == 0 ? "" : ", ", component_label (names[i]), (int) i);
  fputs (")\n", file.stream);
  SCRIPT (&file,
    "@tc_heatmap; @tc_rdbu; set cbrange [-m:m]; set for [i=0:parts-1] ytics scale 0",
    "parts_file = data.\"attribution.csv\"",
    "set multiplot layout 2,1 margins across(2.4),across(12.3),up(1.2),up(height-0.6) \\",
    "    spacing across(0.3),up(0.8)",
    "set xrange [-0.5:length-0.5]; set yrange [parts-0.5:-0.5]",
    "panel = (height - 2.6) / 2; set cbtics m",
    "set colorbox user origin screen across(12.6), screen up(2.0+panel) size screen across(0.3), screen up(panel)",
    "set title \"logit of the right token\" offset 0,-0.7; set format x \"\"",
    "plot parts_file using (column(\"example\") == 0 ? column(\"slot\") : NaN):\"index\": \\",
    "    (column(\"slot\")-0.5):(column(\"slot\")+1):(column(\"index\")-0.5):(column(\"index\")+1):\"logit\" \\",
    "    with boxxyerror fillcolor palette fillstyle solid noborder",
    "set cbrange [-margin:margin]; set cbtics margin",
    "set colorbox user origin screen across(12.6), screen up(1.2) size screen across(0.3), screen up(panel)",
    "set title \"less that of the strongest other\" offset 0,-0.7; set format x \"%g\"",
    "set xlabel \"output slot\" offset 0,0.3",
    "plot parts_file using (column(\"example\") == 0 ? column(\"slot\") : NaN):\"index\": \\",
    "    (column(\"slot\")-0.5):(column(\"slot\")+1):(column(\"index\")-0.5):(column(\"index\")+1):\"margin\" \\",
    "    with boxxyerror fillcolor palette fillstyle solid noborder",
    "unset multiplot");
  return tc_file_close (&file, err);
}

/* --- logits --- */

enum tc_status
tc_sort_figure_logits (const struct tc_sort_analysis *a, size_t n_examples,
                       const double limits[3], struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status = tc_sort_script (a, &file, "logits", 14, 9.4,
                                          "The next token at every position of sixteen lists",
                                          err);
  if (status != TC_OK)
    return status;
  tc_figure_line (&file, "length = %d; examples = %d", a->task->list_length, (int) n_examples);
  tc_figure_line (&file, "array m[3]");
  for (int i = 0; i < 3; i++)
    {
      char text[TC_NUMBER_MAX];
      tc_figure_line (&file, "m[%d] = %s", i + 1, tc_format_double (text, tc_sort_round_up (limits[i])));
    }
  SCRIPT (&file,
    "array what[3]; what[1] = \"logit\"; what[2] = \"centred\"; what[3] = \"log_probability\"",
    "array title[3]; title[1] = \"logit\"; title[2] = \"logit less the mean over classes\"; \\",
    "    title[3] = \"log-probability (nats)\"",
    "@tc_heatmap; @tc_rdbu; logits = data.\"logits.csv\"",
    "set multiplot layout 3,1 margins across(1.4),across(12.2),up(1.2),up(8.8) \\",
    "    spacing across(0.3),up(0.75)",
    "step = length > 10 ? 5 : 2",
    "set xrange [-0.5:2*length+0.5]; set yrange [examples-0.5:-0.5]; set ytics 0,5",
    "set ylabel \"list\"; set xtics step",
    "set label 1 \"unsorted part\" at first 0, graph 1 left offset 0,0.5 textcolor rgb tc_grey font small",
    "do for [i=1:3] {",
    "  if (i < 3) { set cbrange [-m[i]:m[i]]; set cbtics m[i] } \\",
    "  else { @tc_viridis; set cbrange [-10:0]; set cbtics (\"< -10\" -10, \"-5\" -5, \"0\" 0) }",
    "  set title title[i] offset 0,-0.7",
    "  if (i > 1) { unset label 1 }; set format x (i == 3 ? \"%g\" : \"\")",
    "  set colorbox user origin screen across(12.5), screen up(1.2 + (3-i)*2.785) \\",
    "      size screen across(0.3), screen up(2.03)",
    "  set arrow 1 from first length+0.5, graph 0 to first length+0.5, graph 1 nohead front lc rgb tc_black lw 0.8",
    "  if (i == 3) { set xlabel \"position where the next token is predicted (right of the line: scored)\" offset 0,0.3 }",
    "  plot logits using \"position\":\"example\":(column(\"position\")-0.5):(column(\"position\")+1): \\",
    "      (column(\"example\")-0.5):(column(\"example\")+1):(column(what[i])) \\",
    "      with boxxyerror fillcolor palette fillstyle solid noborder",
    "}",
    "unset multiplot");
  return tc_file_close (&file, err);
}

/* --- predicted --- */

enum tc_status
tc_sort_figure_predicted (const struct tc_sort_analysis *a, size_t n_examples,
                          struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status = tc_sort_script (a, &file, "predicted", 14, 8.6,
                                          "Predicted and actual tokens, one panel per list",
                                          err);
  if (status != TC_OK)
    return status;
  tc_figure_line (&file, "length = %d; examples = %d; values = %d", a->task->list_length,
                  (int) n_examples, a->task->n_values);
  SCRIPT (&file,
    "predicted = data.\"predicted.csv\"; is(e, x) = column(\"example\") == e ? x : NaN",
    "set multiplot layout 4,examples/4 margins across(1.3),across(13.8),up(1.15),up(7.9) \\",
    "    spacing across(0.25),up(0.25)",
    "set xrange [-0.7:length-0.3]; set yrange [-1:values]; unset key",
    "step = length > 10 ? 5 : length > 5 ? 3 : 1; high = values > 40 ? 20 : 10",
    "set xtics step; set ytics high",
    "set label 1 \"output slot\" at screen across(7.5), screen up(0.3) center",
    "set label 2 \"token\" at screen across(0.3), screen up(4.5) center rotate",
    "set label 3 \"○ actual\" at screen across(10.3), screen up(8.25) left textcolor rgb tc_orange",
    "set label 4 \"• predicted\" at screen across(12.0), screen up(8.25) left textcolor rgb tc_blue",
    "do for [e=0:examples-1] {",
    "  set format y (e % (examples/4) == 0 ? \"%g\" : \"\"); set format x (e >= examples*3/4 ? \"%g\" : \"\")",
    "  plot predicted using \"slot\":(is(e, column(\"actual\"))) with points pt 6 ps 0.55 lc rgb tc_orange, \\",
    "       predicted using \"slot\":(is(e, column(\"predicted\"))) with points pt 7 ps 0.3 lc rgb tc_blue",
    "  unset label",
    "}",
    "unset multiplot");
  return tc_file_close (&file, err);
}

/* --- errors --- */

enum tc_status
tc_sort_figure_errors (const struct tc_sort_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status = tc_sort_script (a, &file, "errors", 14, 6.4,
                                          "Mistakes by neighbour gap", err);
  if (status != TC_OK)
    return status;
  tc_figure_line (&file, "from = %d; shown = %d", a->task->repeats ? 0 : 1,
                  a->task->n_values > 40 ? 24 : 12);
  SCRIPT (&file,
    "triples = data.\"triples.csv\"; near(x) = x <= shown",
    "stats triples using (near(column(\"gap\")) && near(column(\"next_gap\")) ? \\",
    "    column(\"wrong\")/column(\"n\") : NaN) name \"share\" nooutput",
    "# No mistakes: far below the frame, so that lines leave it.",
    "errors = data.\"errors.csv\"; is(x) = strcol(\"by\") eq \"gap\" ? (x > 0 ? x : 1e-12) : NaN",
    "set yrange [1e-6:1]",
    "step = shown > 12 ? 6 : 2",
    "set multiplot layout 1,2 margins across(1.6),across(12.3),up(1.25),up(5.3) spacing across(1.9)",
    "set xlabel \"right token less the one before\"; set ylabel \"mistakes per prediction (log scale)\" offset 0.5,0",
    "@tc_log_y; set xrange [from-0.5:shown+0.5]; set xtics step",
    "set key at graph 1, graph 1.27 right top maxrows 2 samplen 1.2 width -1 font small",
    "plot errors using \"at\":(is(column(\"skip\")/column(\"n\"))) with linespoints lt 1 title \"skips one\", \\",
    "     errors using \"at\":(is(column(\"repeat\")/column(\"n\"))) with linespoints lt 2 title \"repeats\", \\",
    "     errors using \"at\":(is(column(\"off_list\")/column(\"n\"))) with linespoints lt 3 title \"not in the list\", \\",
    "     errors using \"at\":(is(column(\"other\")/column(\"n\"))) with linespoints lt 4 title \"other\"",
    "unset logscale y; set format y \"%g\"; unset key; unset grid",
    "@tc_heatmap; @tc_viridis; set yrange [0.5:shown+0.5] noreverse; set xrange [0.5:shown+0.5]",
    "set xtics step nomirror; set ytics step",
    "set xlabel \"y - x\"; set ylabel \"z - y\" offset 0.5,0",
    "set title \"x < y < z: y not predicted after x\" offset 0,-0.6",
    "set colorbox user origin screen across(12.55), screen up(1.25) size screen across(0.3), screen up(4.05)",
    "set cblabel \"share of lists\"; set cbrange [0:(share_max > 0 ? share_max : 1)]",
    "plot triples using \"gap\":\"next_gap\":(column(\"gap\")-0.5):(column(\"gap\")+1): \\",
    "    (column(\"next_gap\")-0.5):(column(\"next_gap\")+1): \\",
    "    (column(\"wrong\")/column(\"n\")) with boxxyerror fillcolor palette fillstyle solid noborder",
    "unset multiplot");
  return tc_file_close (&file, err);
}

/* --- bound --- */

enum tc_status
tc_sort_figure_bound (const struct tc_sort_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status = tc_sort_script (a, &file, "bound", 10, 5.6,
                                          "Share of lists that are wrong at each slot", err);
  if (status != TC_OK)
    return status;
  tc_figure_line (&file, "length = %d", a->task->list_length);
  SCRIPT (&file,
    "@tc_log_y; set xrange [-0.5:length-0.5]; set key bottom center",
    "set xlabel \"output slot\"; set ylabel \"lists wrong there (log scale)\"",
    "bound = data.\"bound.csv\"",
    "plot bound using \"slot\":\"certified\" with linespoints lt 2 dt 1 title \"certified: at most\", \\",
    "     bound using \"slot\":(column(\"sampled\") > 0 ? column(\"sampled\") : NaN) with linespoints lt 1 title \"sampled\"");
  return tc_file_close (&file, err);
}
