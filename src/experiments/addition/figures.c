#include "experiments/addition/figures.h"

#include "numerics/elementary.h"

#include <math.h>

#define SCRIPT(file, ...) \
  tc_figure_lines (file, sizeof ((const char *[]) { __VA_ARGS__ }) / sizeof (char *), \
                   (const char *const[]) { __VA_ARGS__ })

/* A round number of steps that shows all phase changes and half as much again.  */
static int
close_up (const struct tc_addition_analysis *a)
{
  int steps = a->session->setup.training.steps;
  double last = 0;
  for (size_t k = 0; k < a->n_answers; k++)
    {
      double step
        = tc_addition_first_below (a, tc_addition_log_column (a, "loss_tok", (int) k),
                                   TC_ADDITION_WINDOW, tc_log64 (2) / 2);
      if (isnan (step))
        return steps;
      last = fmax (last, step);
    }
  int view = 500 * (int) ceil (1.5 * last / 500);
  return view < steps ? view : steps;
}

enum tc_status
tc_addition_script (const struct tc_addition_analysis *a, struct tc_file *file,
                    const char *name, double width, double height, const char *title,
                    struct tc_error *err)
{
  enum tc_status status = tc_session_figure (a->session, file, name, err);
  if (status != TC_OK)
    return status;
  tc_figure_head (file, &(struct tc_figure) { title, a->session->experiment->name,
                                              a->session->run, name, width, height });
  tc_figure_line (file, "n = %zu   # answer digits, tok 0 ... tok n - 1", a->n_answers);
  tc_figure_line (file, "steps = %d; view = %d   # of the close-ups",
                  a->session->setup.training.steps, close_up (a));
  fputs ("place_names = \"", file->stream);
  for (size_t k = 0; k < a->n_answers; k++)
    fprintf (file->stream, "%s%s", k == 0 ? "" : " ", tc_addition_place (a, k));
  SCRIPT (file, "\"; place(k) = word(place_names, k + 1)",
    "# The leading digit black, the others from the most significant down.",
    "colour(k) = k == 0 ? 0 : tc_viridis_rgb(0.9 * (k - 1) / (n - 2.0))",
    "small = format eq \"svg\" ? \",10\" : \",8\"; tiny = format eq \"svg\" ? \",9\" : \",7\"",
    "# Places on the page in cm from its left and lower edges; a round step between tics.",
    "across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)",
    "unit(x) = 10**floor(log10(x)); lead(x) = x / unit(x)",
    "nice(x) = unit(x) * (lead(x) > 5 ? 10 : lead(x) > 2 ? 5 : lead(x) > 1 ? 2 : 1)",
    "pale = 0x90000000   # added to a colour: mostly transparent",
    "");
  return TC_OK;
}

enum tc_status
tc_addition_figure_loss (const struct tc_addition_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_addition_script (a, &file, "loss", 14, 6.5,
                          "Training loss, with the levels at which whole digits are known",
                          err);
  if (status != TC_OK)
    return status;
  SCRIPT (&file,
    "set multiplot layout 1,2 margins across(1.35),across(13.4),up(1.25),up(6.2) \\",
    "    spacing across(2.0)",
    "levels = data.\"levels.csv\"; theory = data.\"theory.csv\"",
    "stats theory using \"uninformed\" name \"u\" nooutput; plateau = u_mean",
    "stats theory using \"prefix\" name \"p\" nooutput; prefix = p_mean",
    "stats data.\"loss.csv\" using \"loss\" name \"l\" nooutput",
    "set xlabel \"training step\"; set ylabel \"loss (nats per digit)\" offset 0.8,0; unset key",
    "set xrange [0:steps]; set xtics 0,nice(steps/4.0); set yrange [0:2.75]",
    "set label 1 sprintf(\"nothing known %.3f\", plateau) at graph 0.98, first plateau \\",
    "    right offset 0,0.55 font tiny textcolor rgb tc_grey",
    "known(k) = k == 0 ? \"leading digit known\" : sprintf(\"and %d digit%s\", k, k > 1 ? \"s\" : \"\")",
    "plot plateau with lines lc rgb tc_grey lw 1 dt (4,4), \\",
    "     levels using (0):\"level\":(steps):(0) with vectors nohead lc rgb tc_grey lw 0.6 dt (2,3), \\",
    "     data.\"loss.csv\" using \"step\":\"loss\" with lines lc rgb tc_sky lw 0.6 dt 1, \\",
    "     data.\"smooth.csv\" using \"step\":\"loss\" with lines lc rgb tc_blue lw 1.6 dt 1, \\",
    "     for [k=0:n-2] levels using (steps):(column(\"known\") == k ? column(\"level\") : NaN):(known(k)) \\",
    "         with labels right offset -0.5,(k ? 0.5 : -0.5) font tiny textcolor rgb tc_grey",
    "unset label 1",
    "@tc_log_y; set yrange [(l_min < 1e-2 ? l_min / 2 : 1e-2):4]",
    "set ylabel \"loss (nats per digit, log scale)\" offset 0.4,0",
    "plot plateau with lines lc rgb tc_grey lw 1 dt (4,4), \\",
    "     levels using (0):(column(\"level\") > 0 ? column(\"level\") : NaN):(steps):(0) \\",
    "         with vectors nohead lc rgb tc_grey lw 0.6 dt (2,3), \\",
    "     data.\"loss.csv\" using \"step\":\"loss\" with lines lc rgb tc_sky lw 0.6 dt 1, \\",
    "     data.\"smooth.csv\" using \"step\":\"loss\" with lines lc rgb tc_blue lw 1.6 dt 1",
    "unset multiplot");
  return tc_file_close (&file, err);
}

enum tc_status
tc_addition_figure_digits (const struct tc_addition_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_addition_script (a, &file, "digits", 14, 6.5,
                          "Training loss of each answer digit", err);
  if (status != TC_OK)
    return status;
  SCRIPT (&file,
    "set multiplot layout 1,2 margins across(1.35),across(10.9),up(1.25),up(6.2) \\",
    "    spacing across(1.9)",
    "set xlabel \"training step\"; set ylabel \"loss (nats)\" offset 0.6,0; unset key",
    "set xrange [0:view]; set xtics 0,nice(view/3.0); set yrange [0:2.9]",
    "set label 1 \"ln 10\" at graph 0.99, first log(10) right offset 0,0.55 font tiny textcolor rgb tc_grey",
    "set label 2 \"ln 2\" at graph 0.99, first log(2) right offset 0,0.55 font tiny textcolor rgb tc_grey",
    "raw = data.\"loss.csv\"; smooth = data.\"smooth.csv\"",
    "plot log(10) with lines lc rgb tc_grey lw 1 dt (4,4), \\",
    "     log(2) with lines lc rgb tc_grey lw 1 dt (4,4), \\",
    "     for [k=0:n-1] raw using 1:3+k with lines lc rgb pale+colour(k) lw 0.4 dt 1, \\",
    "     for [k=0:n-1] smooth using 1:3+k with lines lc rgb colour(k) lw 1.6 dt 1",
    "@tc_log_y; set yrange [1e-3:4]; unset label 1; unset label 2",
    "set xrange [0:steps]; set xtics 0,nice(steps/3.0)",
    "set ylabel \"loss (nats, log scale)\"",
    "set key at screen across(13.95), screen up(6.2) right Left reverse maxcols 1 samplen 1",
    "plot for [k=0:n-1] smooth using 1:3+k with lines lc rgb colour(k) lw 1.6 dt 1 \\",
    "         title place(k), \\",
    "     log(10) with lines lc rgb tc_grey lw 1 dt (4,4) title \"ln 10, ln 2\", \\",
    "     log(2) with lines lc rgb tc_grey lw 1 dt (4,4) notitle",
    "unset multiplot");
  return tc_file_close (&file, err);
}

enum tc_status
tc_addition_figure_phases (const struct tc_addition_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_addition_script (a, &file, "phases", 14, 8,
                          "Each digit's phase change by the rule, and the fitted sigmoid", err);
  if (status != TC_OK)
    return status;
  SCRIPT (&file,
    "columns = (n + 1) / 2; phases = data.\"phases.csv\"; smooth = data.\"smooth.csv\"",
    "set multiplot layout 2,columns margins across(1.3),across(13.7),up(1.15),up(6.9) \\",
    "    spacing across(0.3),up(0.75)",
    "set xrange [0:view]; set xtics 0,nice(view/3.0),0.95*view; unset key",
    "set label 2 \"training step\" at screen across(7.5), screen up(0.3) center",
    "set label 3 \"loss (nats)\" at screen across(0.3), screen up(4) center rotate",
    "set label 4 \"centred mean\" at screen across(4.4), screen up(7.7) right textcolor rgb tc_blue",
    "set label 5 \"fitted sigmoid\" at screen across(7.4), screen up(7.7) right textcolor rgb tc_red",
    "set label 6 \"without information, half of it\" at screen across(13.6), screen up(7.7) \\",
    "    right textcolor rgb tc_grey",
    "falling(t, drop, at, width) = drop / (1 + exp((t - at) / width))",
    "set yrange [0:2.6]; set ytics 0,1; set samples 400",
    "do for [k=0:n-1] {",
    "  set title sprintf(\"tok %d, %s\", k, place(k)) offset 0,-0.7",
    "  if (k % columns == 0) { set format y \"%g\" } else { set format y \"\" }",
    "  if (k / columns == 1) { set format x \"%g\" } else { set format x \"\" }",
    "  array p[9]; do for [i=1:9] { p[i] = NaN }",
    "  stats phases using (column(\"tok\") == k ? (p[1] = column(\"half_step\"), \\",
    "      p[2] = column(\"plateau\"), p[3] = column(\"low\"), p[4] = column(\"drop\"), \\",
    "      p[5] = column(\"location\"), p[6] = column(\"width\"), p[7] = column(\"carry_drop\"), \\",
    "      p[8] = column(\"carry_location\"), p[9] = column(\"carry_width\"), 0) : 0) nooutput",
    "  half = p[1]; plateau = p[2]",
    "  second(t) = p[7] == p[7] ? falling(t, p[7], p[8], p[9]) : 0",
    "  unset arrow 1",
    "  if (half == half) {",
    "    set arrow 1 from first half, graph 0 to first half, first plateau/2 nohead \\",
    "        lc rgb tc_blue lw 0.8 dt (2,2) front",
    "  }",
    "  plot plateau with lines lc rgb tc_grey lw 1 dt (4,4), \\",
    "       plateau/2 with lines lc rgb tc_grey lw 0.6 dt (2,3), \\",
    "       data.\"loss.csv\" using 1:3+k with lines lc rgb tc_sky lw 0.3 dt 1, \\",
    "       smooth using 1:3+k with lines lc rgb tc_blue lw 1.5 dt 1, \\",
    "       p[3] + falling(x, p[4], p[5], p[6]) + second(x) with lines lc rgb tc_red lw 1.1 dt (8,4)",
    "  unset for [i=2:6] label i",
    "}",
    "unset multiplot");
  return tc_file_close (&file, err);
}

enum tc_status
tc_addition_figure_generalisation (const struct tc_addition_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_addition_script (a, &file, "generalisation", 14, 9,
                          "Training and test loss on fixed data: the mean and each digit", err);
  if (status != TC_OK)
    return status;
  SCRIPT (&file,
    "columns = (n + 2) / 2; finite = data.\"finite.csv\"",
    "set multiplot layout 2,columns margins across(1.55),across(13.7),up(1.15),up(7.9) \\",
    "    spacing across(0.25),up(0.75)",
    "set xrange [0:steps]; set xtics 0,nice(steps/2.5),0.95*steps; @tc_log_y; set yrange [1e-9:300]",
    "set ytics 1e-8,1e4,1; unset key",
    "set label 2 \"training step\" at screen across(7.6), screen up(0.3) center",
    "set label 3 \"loss (nats, log scale)\" at screen across(0.3), screen up(4.5) center rotate",
    "set label 4 \"training set\" at screen across(3.7), screen up(8.7) right textcolor rgb tc_blue",
    "set label 5 \"the notebook's test batches\" at screen across(8.2), screen up(8.7) right textcolor rgb tc_green",
    "set label 6 \"test batches with a seed of their own\" at screen across(13.7), screen up(8.7) right \\",
    "    textcolor rgb tc_red",
    "do for [k=-1:n-1] {",
    "  if (k < 0) { set title \"mean\" offset 0,-0.7 } else {",
    "    set title sprintf(\"tok %d, %s\", k, place(k)) offset 0,-0.7 }",
    "  if ((k + 1) % columns == 0) { set format y \"10^{%T}\" } else { set format y \"\" }",
    "  if ((k + 1) / columns == 1) { set format x \"%g\" } else { set format x \"\" }",
    "  shown = k < 0 ? 2 : 5 + k; test = k < 0 ? 3 : 5 + n + k; fresh = k < 0 ? 4 : 5 + 2*n + k",
    "  plot (k < 0 ? NaN : k == 0 ? log(2) : log(10)) with lines lc rgb tc_grey lw 1 dt (4,4), \\",
    "       finite using 1:test with lines lc rgb tc_green lw 0.6 dt 1, \\",
    "       finite using 1:fresh with lines lc rgb tc_red lw 0.9 dt 1, \\",
    "       finite using 1:shown with lines lc rgb tc_blue lw 1.3 dt 1",
    "  unset for [i=2:6] label i",
    "}",
    "unset multiplot");
  return tc_file_close (&file, err);
}

enum tc_status
tc_addition_figure_errors (const struct tc_addition_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_addition_script (a, &file, "errors", 14, 5.5,
                          "Accuracy by longest chain of carries, and which digits are wrong",
                          err);
  if (status != TC_OK)
    return status;
  SCRIPT (&file,
    "errors = data.\"errors.csv\"",
    "stats errors using (100*column(\"wrong\")) name \"e\" nooutput",
    "set multiplot",
    "set lmargin at screen across(1.5); set rmargin at screen across(5.5)",
    "set bmargin at screen up(1.3); set tmargin at screen up(5.1)",
    "set xlabel \"longest chain of carries\"; set ylabel \"sums all right (%)\" offset 0.5,0",
    "set xrange [-0.4:n-1]; set xtics 0,1,n-2; set yrange [0:108]; unset key",
    "accuracy = data.\"accuracy.csv\"",
    "plot accuracy using \"chain\":(100*column(\"accuracy\")) with linespoints lt 1 pt 7 ps 0.6, \\",
    "     accuracy using \"chain\":(100*column(\"accuracy\")):(sprintf(\"%.1f\", 100*column(\"accuracy\"))) \\",
    "         with labels left offset 0.5,0.5 font tiny textcolor rgb tc_blue",
    "set lmargin at screen across(7.3); set rmargin at screen across(12.1)",
    "@tc_heatmap; @tc_viridis",
    "set cbrange [0:*]; set cblabel \"wrong (%)\" offset 0.5,0",
    "set colorbox user origin screen across(12.4), screen up(1.3) size screen across(0.3), screen up(3.8)",
    "set xrange [-0.5:n-0.5]; set yrange [n-1.5:-0.5]; set ytics 0,1",
    "set for [k=0:n-1] xtics add (sprintf(\"%d\", k) k)",
    "set xlabel \"answer digit (tok)\"; set ylabel \"longest chain of carries\" offset 0.5,0",
    "plot errors using \"tok\":\"chain\":(100*column(\"wrong\")) with image, \\",
    "     errors using \"tok\":\"chain\":(sprintf(\"%.1f\", 100*column(\"wrong\"))): \\",
    "         (tc_text_rgb(tc_viridis_rgb(100*column(\"wrong\")/(e_max > 0 ? e_max : 1)))) \\",
    "         with labels font tiny textcolor rgb variable",
    "unset multiplot");
  return tc_file_close (&file, err);
}
