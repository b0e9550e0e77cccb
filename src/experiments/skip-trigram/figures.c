#include "experiments/skip-trigram/figures.h"

#include "experiments/skip-trigram/figure_script.h"
#include "experiments/skip-trigram/flow.h"

/* Figures of the logs and of the dynamics.  */

/* --- loss --- */

enum tc_status
tc_skip_figure_loss (const struct tc_skip_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_skip_script (a, &file, "loss", 14, 6,
                      "Loss of the run: the phase change, and the whole run", err);
  if (status != TC_OK)
    return status;
  tc_figure_line (&file, "view = %d", a->view);
  tc_figure_line (&file, "has_test = %d", a->is_finite);
  SCRIPT (&file,
    "set multiplot layout 1,2 margins 0.085,0.985,0.17,0.93 spacing 0.13",
    "set xlabel \"training step\"; set ylabel \"loss (nats)\"",
    "set label 1 \"ln \".n.\": uninformed\" at graph 0.97, first log(n) right offset 0,0.6 \\",
    "    textcolor rgb tc_grey",
    "set xrange [0:view]; set yrange [0:1.13*log(n)]; set key bottom left",
    "plot log(n) with lines lc rgb tc_grey lw 1 dt (4,4) notitle, \\",
    "     for [i=0:has_test] data.\"loss.csv\" using 1:2+i with lines lt 1+i \\",
    "         title i ? \"test\" : \"training\"",
    "unset label 1",
    "set xrange [0:*]; @tc_log_y; set yrange [*:10]; set ylabel \"loss (nats, log scale)\"",
    "set label 1 \"ln \".n at graph 0.97, first log(n) right offset 0,0.6 textcolor rgb tc_grey",
    "plot log(n) with lines lc rgb tc_grey lw 1 dt (4,4) notitle, \\",
    "     for [i=0:has_test] data.\"loss.csv\" using 1:2+i with lines lt 1+i notitle",
    "unset multiplot");
  return tc_file_close (&file, err);
}

enum tc_status
tc_skip_figure_trigrams (const struct tc_skip_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_skip_script (a, &file, "trigrams", 14, 6.5,
                      "Loss of each trigram while training", err);
  if (status != TC_OK)
    return status;
  tc_figure_line (&file, "view = %d", a->view);
  SCRIPT (&file,
    "set multiplot layout 1,2 margins 0.085,0.87,0.16,0.94 spacing 0.12",
    "set xlabel \"training step\"; set ylabel \"loss (nats)\"",
    "set xrange [0:view]; set yrange [0:1.35*log(n)]; unset key",
    "plot log(n) with lines lc rgb tc_grey lw 1 dt (4,4), \\",
    "     for [k=0:n-1] data.\"trigrams.csv\" using 1:2+k with lines lc rgb colour(k) lw 1",
    "set xrange [0:*]; @tc_log_y; set yrange [*:10]; set ylabel \"loss (nats, log scale)\"",
    "set key at screen 0.995, screen 0.93 title \"trigger\" samplen 1.5",
    "plot for [k=0:n-1] data.\"trigrams.csv\" using 1:2+k with lines lc rgb colour(k) lw 1 \\",
    "         title sprintf(\"%d\", trigger(k)), \\",
    "     log(n) with lines lc rgb tc_grey lw 1 dt (4,4) title \"ln \".n",
    "unset multiplot");
  return tc_file_close (&file, err);
}

enum tc_status
tc_skip_figure_generalisation (const struct tc_skip_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_skip_script (a, &file, "generalisation", 14, 8,
                      "Training and test loss of each trigram on finite data", err);
  if (status != TC_OK)
    return status;
  SCRIPT (&file,
    "rows = 2; columns = (n + 1) / 2",
    "set multiplot layout rows,columns margins 0.085,0.985,0.12,0.88 spacing 0.012,0.07",
    "set xrange [0:*]; @tc_log_y; set yrange [1e-10:30]; set ytics 1e-9,1e3,1",
    "set xtics 0,1000; set mxtics 2; set key noautotitle",
    "set label 2 \"training step\" at screen 0.53, screen 0.025 center",
    "set label 3 \"loss (nats, log scale)\" at screen 0.015, screen 0.5 center rotate",
    "set label 4 \"test batches\" at screen 0.985, screen 0.965 right textcolor rgb tc_red",
    "set label 5 \"training set\" at screen 0.82, screen 0.965 right textcolor rgb tc_blue",
    "set label 6 \"ln \".n at screen 0.66, screen 0.965 right textcolor rgb tc_grey",
    "@tc_panel_title",
    "do for [k=0:n-1] {",
    "  set title sprintf(\"trigger %d\", trigger(k)) offset 0,-0.8",
    "  if (k % columns == 0) { set format y \"10^{%T}\" } else { set format y \"\" }",
    "  if (k / columns == rows - 1) { set format x \"%g\" } else { set format x \"\" }",
    "  plot log(n) with lines lc rgb tc_grey lw 1 dt (4,4), \\",
    "       data.\"trigrams.csv\" using 1:2+n+k with lines lc rgb tc_red lw 0.8 dt 1, \\",
    "       data.\"trigrams.csv\" using 1:2+k with lines lc rgb tc_blue lw 1.3 dt 1",
    "  unset label 2; unset label 3; unset label 4; unset label 5; unset label 6",
    "}",
    "unset multiplot");
  return tc_file_close (&file, err);
}

/* --- onset --- */

enum tc_status
tc_skip_figure_onset (const struct tc_skip_analysis *a, struct tc_error *err)
{
  bool is_sgd = a->session->setup.training.optimizer.kind == TC_SGD;
  bool is_decoder = a->session->is_decoder;
  struct tc_file file;
  enum tc_status status
    = tc_skip_script (a, &file, "onset", 14, 5.5,
                      "Onset of each trigram against what the initial model foretells", err);
  if (status != TC_OK)
    return status;
  tc_figure_line (&file, "predictor = \"%s\"", is_decoder ? "time_alone"
                  : is_sgd ? "step_together" : "step_signed");
  tc_figure_line (&file, "predictor_label = \"%s\"", is_decoder ? "closed-form onset time"
                  : is_sgd ? "onset in the coupled flow (step)" : "onset by signed steps (step)");
  tc_figure_line (&file, "same_unit = %d", !is_decoder);
  SCRIPT (&file,
    "set multiplot layout 1,3 margins 0.085,0.985,0.2,0.95 spacing 0.035",
    "stats data.\"onset.csv\" using \"onset\" name \"onset\" nooutput",
    "pad = 0.12 * (onset_max - onset_min)",
    "set yrange [onset_min-pad:onset_max+pad]; unset key",
    "set ylabel \"measured onset (step)\"; set offsets graph 0.1, graph 0.12, 0, 0",
    "set xtics autofreq font \",8\"; set xtics rotate by 0",
    "points(column) = sprintf(\"using '%s':'onset' with points pt 7 ps 0.6 lc rgb tc_blue\", column)",
    "names(column) = sprintf(\"using '%s':'onset':'trigger' with labels offset 0.9,0.5 font ',8' textcolor rgb tc_grey\", column)",
    "panel = 'plot data.\"onset.csv\" @p, data.\"onset.csv\" @l'",
    "set xlabel \"initial QK score s\"",
    "plot data.\"onset.csv\" using \"score\":\"onset\" with points pt 7 ps 0.6 lc rgb tc_blue, \\",
    "     data.\"onset.csv\" using \"score\":\"onset\":\"trigger\" with labels offset 0.9,0.5 \\",
    "         font \",8\" textcolor rgb tc_grey",
    "unset ylabel; set format y \"\"; set xlabel \"initial OV margin m\"",
    "plot data.\"onset.csv\" using \"margin\":\"onset\" with points pt 7 ps 0.6 lc rgb tc_blue, \\",
    "     data.\"onset.csv\" using \"margin\":\"onset\":\"trigger\" with labels offset 0.9,0.5 \\",
    "         font \",8\" textcolor rgb tc_grey",
    "set xlabel predictor_label",
    "plot (same_unit ? x : NaN) with lines lc rgb tc_grey lw 1 dt (4,4), \\",
    "     data.\"onset.csv\" using predictor:\"onset\" with points pt 7 ps 0.6 lc rgb tc_blue, \\",
    "     data.\"onset.csv\" using predictor:\"onset\":\"trigger\" with labels offset 0.9,0.5 \\",
    "         font \",8\" textcolor rgb tc_grey",
    "unset multiplot");
  return tc_file_close (&file, err);
}

enum tc_status
tc_skip_figure_theory (const struct tc_skip_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_skip_script (a, &file, "theory", 14, 6.5,
                      "Loss of each trigram, measured and from the coupled flow", err);
  if (status != TC_OK)
    return status;
  tc_figure_line (&file, "view = %d", a->view);
  SCRIPT (&file,
    "set xlabel \"training step\"; set ylabel \"loss (nats)\"",
    "set xrange [0:view]; set yrange [0:1.1*log(n)]",
    "set rmargin 14; set key at screen 0.99, screen 0.95 samplen 1.5",
    "plot for [k=0:n-1] data.\"trigrams.csv\" using 1:2+k with lines lc rgb colour(k) lw 0.9 \\",
    "         title sprintf(\"trigger %d\", trigger(k)), \\",
    "     for [k=0:n-1] data.\"theory.csv\" using 1:2+k with lines lc rgb tc_black lw 1 dt (5,3) \\",
    "         title k ? \"\" : \"theory\", \\",
    "     log(n) with lines lc rgb tc_grey lw 1 dt (2,3) title \"ln \".n");
  return tc_file_close (&file, err);
}

/* --- dynamics --- */

enum tc_status
tc_skip_figure_attention (const struct tc_skip_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_skip_script (a, &file, "attention", 14, 6.5,
                      "Attention on the trigger, and the gradient on it, while training", err);
  if (status != TC_OK)
    return status;
  tc_figure_line (&file, "view = %d", a->view);
  SCRIPT (&file,
    "set multiplot layout 1,2 margins 0.085,0.87,0.16,0.94 spacing 0.12",
    "set xlabel \"training step\"; set xrange [0:view]; unset key",
    "set ylabel \"attention on the trigger\"; set yrange [0:1]",
    "plot for [k=0:n-1] data.\"dynamics.csv\" using 1:3+k with lines lc rgb colour(k) lw 1.2",
    "set ylabel \"d loss / d attention (nats)\"; set yrange [*:*]",
    "set key at screen 0.995, screen 0.93 title \"trigger\" samplen 1.5",
    "plot 0 with lines lc rgb tc_grey lw 1 notitle, \\",
    "     for [k=0:n-1] data.\"dynamics.csv\" using 1:3+n+k with lines lc rgb colour(k) lw 1.2 \\",
    "         title sprintf(\"%d\", trigger(k))",
    "unset multiplot");
  return tc_file_close (&file, err);
}

enum tc_status
tc_skip_figure_portrait (const struct tc_skip_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_skip_script (a, &file, "portrait", 10, 8,
                      "Score and margin of each trigger while training, with the curves that "
                      "the closed form says they follow", err);
  if (status != TC_OK)
    return status;
  SCRIPT (&file,
    "set xlabel \"OV margin m (logits)\"; set ylabel \"QK score s\"",
    "set xrange [-1:6]; set yrange [-1:5]; set rmargin 12",
    "set key at screen 0.99, screen 0.95 title \"trigger\" samplen 1.5",
    "plot data.\"invariants.csv\" using 1:2 with lines lc rgb tc_red lw 1.2 dt (8,4) title \"onset\", \\",
    "     for [k=0:n-1] data.\"invariants.csv\" using 1:3+k with lines lc rgb tc_grey lw 0.7 dt (3,3) \\",
    "         title k ? \"\" : \"theory\", \\",
    "     for [k=0:n-1] data.\"dynamics.csv\" using 3+3*n+k:3+2*n+k with lines lc rgb colour(k) lw 1.3 \\",
    "         title sprintf(\"%d\", trigger(k)), \\",
    "     for [k=0:n-1] data.\"dynamics.csv\" every ::0::0 using 3+3*n+k:3+2*n+k with points \\",
    "         pt 7 ps 0.4 lc rgb colour(k) notitle");
  return tc_file_close (&file, err);
}

enum tc_status
tc_skip_figure_floor (const struct tc_skip_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_skip_script (a, &file, "floor", 14, 6,
                      "What holds the loss at its floor: descent against weight decay", err);
  if (status != TC_OK)
    return status;
  SCRIPT (&file,
    "set multiplot layout 1,2 margins 0.095,0.985,0.17,0.95 spacing 0.14",
    "set xlabel \"training step\"; @tc_log_y; set xrange [0:*]",
    "set ylabel \"loss (nats, log scale)\"; unset key",
    "plot log(n) with lines lc rgb tc_grey lw 1 dt (4,4), \\",
    "     data.\"floor.csv\" using \"step\":\"loss\" with linespoints lt 1 pt 7 ps 0.3",
    "set ylabel \"change of loss per unit rate\"; set key top right",
    "plot data.\"floor.csv\" using \"step\":\"taken\" with linespoints lt 1 pt 7 ps 0.3 \\",
    "         title \"taken by the gradient\", \\",
    "     data.\"floor.csv\" using \"step\":(column(\"given\") > 0 ? column(\"given\") : NaN) \\",
    "         with linespoints lt 2 pt 5 ps 0.3 title \"given back by weight decay\"",
    "unset multiplot");
  return tc_file_close (&file, err);
}
