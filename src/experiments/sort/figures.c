#include "experiments/sort/figures.h"

#include <math.h>

#define SCRIPT(file, ...) \
  tc_figure_lines (file, sizeof ((const char *[]) { __VA_ARGS__ }) / sizeof (char *), \
                   (const char *const[]) { __VA_ARGS__ })

enum tc_status
tc_sort_script (const struct tc_sort_analysis *a, struct tc_file *file, const char *name,
                double width, double height, const char *title, struct tc_error *err)
{
  enum tc_status status = tc_session_figure (a->session, file, name, err);
  if (status != TC_OK)
    return status;
  tc_figure_head (file, &(struct tc_figure) { title, a->session->experiment->name,
                                              a->session->run, name, width, height });
  SCRIPT (file,
    "# Places on the page in cm from its left and lower edges.",
    "across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)",
    "small = format eq \"svg\" ? \",10\" : \",8\"",
    "# A round step between tics.",
    "unit(x) = 10**floor(log10(x)); lead(x) = x / unit(x)",
    "nice(x) = unit(x) * (lead(x) > 5 ? 10 : lead(x) > 2 ? 5 : lead(x) > 1 ? 2 : 1)",
    "");
  return TC_OK;
}

double
tc_sort_round_up (double x)
{
  static const double round[] = { 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10 };
  double unit = pow (10, floor (log10 (x > 0 ? x : 1)));
  size_t i = 0;
  while (round[i] < 10 && round[i] * unit < x)
    i++;
  return round[i] * unit;
}

/* ---- Loss and accuracy while training ---- */

enum tc_status
tc_sort_figure_loss (const struct tc_sort_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  bool has_floors = tc_sort_is_of (a, "attn-only");
  enum tc_status status = tc_sort_script (a, &file, "loss", 14, 6.2,
                                          "Loss and accuracy while training", err);
  if (status != TC_OK)
    return status;
  tc_figure_line (&file, "steps = %d",
                  (int) tc_sort_log_value (a, "step", a->log.n_rows - 1) + 1);
  SCRIPT (&file,
    "set multiplot layout 1,2 margins across(1.5),across(13.7),up(1.25),up(5.7) \\",
    "    spacing across(2.0)",
    "set xlabel \"training step\"; set xrange [0:steps]; set xtics 0,nice(steps/4.0)",
    "set ylabel \"loss (nats per token, log scale)\"; @tc_log_y; set key top right");
  if (has_floors)
    SCRIPT (&file,
      "set label 1 \"without counting\" at graph 0.98, first 0.75 right font small \\",
      "    textcolor rgb tc_grey");
  SCRIPT (&file,
    "plot data.\"loss.csv\" using \"step\":\"loss\" with lines lt 1 lw 0.8 title \"training batch\", \\",
    "     data.\"loss.csv\" using \"step\":\"validation_loss\" with linespoints lt 2 dt 1 ps 0.25 \\",
    has_floors ? "         title \"validation\", \\" : "         title \"validation\"");
  if (has_floors)
    SCRIPT (&file,
      "     data.\"floors.csv\" using (0):2:(steps):(0) with vectors nohead lc rgb tc_grey \\",
      "         lw 1 dt (4,4) notitle");
  SCRIPT (&file,
    "unset logscale y; set format y \"%g\"; set yrange [0:105]; set ytics 0,20; unset label 1",
    "set ylabel \"right (%)\"; set key bottom right",
    "plot data.\"loss.csv\" using \"step\":(100*column(\"token_accuracy\")) with lines lc rgb tc_sky \\",
    "         lw 0.7 dt 1 title \"tokens, batch\", \\",
    "     data.\"loss.csv\" using \"step\":(100*column(\"validation_token_accuracy\")) smooth unique \\",
    "         with points lt 1 ps 0.25 title \"tokens, validation\", \\",
    "     data.\"loss.csv\" using \"step\":(100*column(\"validation_accuracy\")) smooth unique \\",
    "         with points lt 2 ps 0.25 title \"lists, validation\"",
    "unset multiplot");
  return tc_file_close (&file, err);
}

/* ---- Notebook 002: the published log, five seeds, copies ---- */

enum tc_status
tc_sort_figure_replay (const struct tc_sort_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_sort_script (a, &file, "replay", 14, 6.2,
                      "The published log of notebook 002 and this run", err);
  if (status != TC_OK)
    return status;
  SCRIPT (&file,
    "set multiplot layout 1,2 margins across(1.5),across(13.7),up(1.25),up(5.7) \\",
    "    spacing across(2.2)",
    "set xlabel \"training step\"; set xrange [0:50000]; set xtics 0,20000; @tc_log_y",
    "set ylabel \"loss (nats per token, log scale)\"; set key top right; set yrange [1e-3:10]",
    "plot data.\"published.csv\" using \"step\":\"printed_loss\" with points pt 6 ps 0.35 \\",
    "         lc rgb tc_orange title \"published\", \\",
    "     data.\"published.csv\" using \"step\":\"loss\" with lines lt 1 lw 0.7 title \"this run\"",
    "set ylabel \"relative difference (log scale)\"; set yrange [1e-9:10]; set ytics 1e-8,100",
    "set label 1 \"rounding of binary32\" at graph 0.98, first 6e-8 right offset 0,-0.6 \\",
    "    font small textcolor rgb tc_grey",
    "unset key",
    "plot data.\"published.csv\" using \"step\":(abs(column(\"relative_difference\"))) \\",
    "         with points pt 7 ps 0.25 lc rgb tc_blue, \\",
    "     6e-8 with lines lc rgb tc_grey lw 1 dt (4,4)",
    "unset multiplot");
  return tc_file_close (&file, err);
}

enum tc_status
tc_sort_figure_band (const struct tc_sort_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_sort_script (a, &file, "band", 14, 6.2,
                      "Notebook 002's run with five seeds, and the rows it printed", err);
  if (status != TC_OK)
    return status;
  SCRIPT (&file,
    "seeds = \"123 2 3 4 5\"",
    "set multiplot layout 1,2 margins across(1.5),across(13.7),up(1.25),up(5.7) \\",
    "    spacing across(2.0)",
    "set xlabel \"training step\"; set logscale x; set xrange [100:50000]",
    "set ylabel \"loss (nats per token, log scale)\"; @tc_log_y; set key bottom left",
    "set label 1 \"without counting\" at first 115, first 0.36 left font small textcolor rgb tc_grey",
    "plot data.\"floors.csv\" using (100):2:(49900):(0) with vectors nohead lc rgb tc_grey \\",
    "         lw 1 dt (4,4) notitle, \\",
    "     for [i=2:5] data.\"band.csv\" using \"step\":\"loss_\".word(seeds,i) with lines lw 0.7 dt 1 \\",
    "         lc rgb tc_grey title i == 2 ? \"four other seeds\" : \"\", \\",
    "     data.\"band.csv\" using \"step\":\"loss_123\" with lines lt 1 lw 0.9 title \"seed 123\", \\",
    "     data.\"replay.csv\" using \"step\":\"printed_loss\" with points pt 6 ps 0.5 lc rgb tc_orange \\",
    "         title \"printed\"",
    "unset logscale y; set format y \"%g\"; set yrange [0:105]; set ytics 0,20; unset label 1",
    "set ylabel \"tokens right (%)\"; set key bottom right",
    "plot for [i=2:5] data.\"band.csv\" \\",
    "         using \"step\":(100*column(\"token_accuracy_\".word(seeds,i))) with lines lw 0.7 dt 1 \\",
    "         lc rgb tc_grey title i == 2 ? \"four other seeds\" : \"\", \\",
    "     data.\"band.csv\" using \"step\":(100*column(\"token_accuracy_123\")) with lines lt 1 lw 0.9 \\",
    "         title \"seed 123\", \\",
    "     data.\"replay.csv\" using \"step\":(100*column(\"printed_accuracy\")) with points pt 6 ps 0.5 \\",
    "         lc rgb tc_orange title \"printed\"",
    "unset multiplot");
  return tc_file_close (&file, err);
}

enum tc_status
tc_sort_figure_duplicates (const struct tc_sort_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_sort_script (a, &file, "duplicates", 14, 6.2, "How the head counts copies", err);
  if (status != TC_OK)
    return status;
  SCRIPT (&file,
    "set multiplot",
    "set lmargin at screen across(1.5); set rmargin at screen across(6.6)",
    "set bmargin at screen up(1.25); set tmargin at screen up(5.7)",
    "set xlabel \"copies of the next value in the list\"; set ylabel \"log mass over one copy's\"",
    "set xrange [0.7:5.3]; set xtics 1; set yrange [-0.1:2]; set key top left",
    "plot log(x) with lines lc rgb tc_grey lw 1 dt (4,4) title \"ln copies\", \\",
    "     data.\"mass.csv\" using \"copies\":\"log_mass\" with points pt 7 ps 0.7 lc rgb tc_blue \\",
    "         title \"the head\"",
    "# Cells of the triangle: blue prefers the value again, red the next one.",
    "set lmargin at screen across(8.6); set rmargin at screen across(13.0)",
    "@tc_heatmap; @tc_rdbu; unset key",
    "set xrange [0.5:5.5]; set yrange [5.5:0.5]; set ytics 1; set cbrange [0:1]",
    "set palette defined (0 \"#b2182b\", 0.25 \"#f4a582\", 0.5 \"#ffffff\", 0.75 \"#92c5de\", 1 \"#2166ac\")",
    "set xlabel \"copies in the list\"; set ylabel \"copies written\"",
    "unset colorbox",
    "set title \"prefers it again (%)\" offset 0,-0.7",
    "plot data.\"duplicates.csv\" using \"in_list\":\"written\":(column(\"in_list\")-0.5): \\",
    "         (column(\"in_list\")+0.5):(column(\"written\")-0.5):(column(\"written\")+0.5): \\",
    "         \"prefer_again\" with boxxyerror fillcolor palette fillstyle solid noborder, \\",
    "     data.\"duplicates.csv\" using \"in_list\":\"written\": \\",
    "         (sprintf(\"%.1f\", 100*column(\"prefer_again\"))): \\",
    "         (tc_text_rgb(tc_rdbu_rgb(2*column(\"prefer_again\")-1))) with labels font small \\",
    "         textcolor rgb variable",
    "unset multiplot");
  return tc_file_close (&file, err);
}

/* ---- Notebook 000 over seeds ---- */

enum tc_status
tc_sort_figure_seeds (const struct tc_sort_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_sort_script (a, &file, "seeds", 14, 6.2,
                      "Notebook 000's run with five seeds, and the rows it printed", err);
  if (status != TC_OK)
    return status;
  SCRIPT (&file,
    "seeds = \"42 2 3 4 5\"",
    "set multiplot layout 1,2 margins across(1.5),across(13.5),up(1.25),up(5.3) \\",
    "    spacing across(1.6)",
    "set xlabel \"training step\"; set xrange [0:1800]; set xtics 0,500",
    "# Logarithmic, with none at the bottom: of 1000 lists the least else is 0.1 %.",
    "wrong(x) = x < 1 ? 100*(1-x) : 0.05",
    "@tc_log_y; set yrange [0.04:150]; set ylabel \"lists wrong (%, log scale)\"",
    "set ytics (\"0\" 0.05, \"0.1\" 0.1, \"1\" 1, \"10\" 10, \"100\" 100)",
    "do for [set in \"validation test\"] {",
    "  set title set eq \"test\" ? \"test lists\" : \"validation lists\" offset 0,-0.6",
    "  if (set eq \"test\") { unset ylabel; set key off } else { set key top right maxrows 3 samplen 1.5 font small }",
    "  plot for [i=1:5] data.\"seeds.csv\" using \"step\":(wrong(column(set.\"_\".word(seeds,i)))) \\",
    "           with lines lt i lw 1 title \"seed \".word(seeds,i), \\",
    "       data.\"replay.csv\" using \"step\":(set eq \"test\" ? NaN : wrong(column(\"printed_validation\"))) \\",
    "           with points pt 6 ps 0.6 lc rgb tc_black title \"printed\"",
    "}",
    "unset multiplot");
  return tc_file_close (&file, err);
}
