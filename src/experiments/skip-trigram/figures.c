#include "experiments/skip-trigram/figures.h"

#include "experiments/skip-trigram/figure_script.h"

#include <math.h>

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
  tc_figure_line (&file, "view = %d; steps = %d; has_test = %d", a->view,
                  a->session->setup.training.steps, a->is_finite);
  SCRIPT (&file,
    "set multiplot layout 1,2 margins across(1.35),across(13.6),up(1.25),up(5.7) \\",
    "    spacing across(1.9)",
    "set xlabel \"training step\"; set ylabel \"loss (nats)\"",
    "set label 1 \"ln \".n.\", uninformed\" at graph 0.98, first log(n) right offset 0,0.6 \\",
    "    textcolor rgb tc_grey",
    "set xrange [0:view]; set xtics 0,nice(view/4.0); set yrange [0:1.13*log(n)]",
    "set key at graph 0.98, graph 0.75 right",
    "plot log(n) with lines lc rgb tc_grey lw 1 dt (4,4) notitle, \\",
    "     for [i=0:has_test] data.\"loss.csv\" using 1:2+i with lines lt 1+i dt 1 \\",
    "         title i ? \"test batches\" : has_test ? \"training set\" : \"\"",
    "set label 1 \"ln \".n at graph 0.98, first log(n) right offset 0,0.6 textcolor rgb tc_grey",
    "set xrange [0:steps]; set xtics 0,nice(steps/4.0); @tc_log_y; set yrange [*:10]",
    "set ylabel \"loss (nats, log scale)\"",
    "plot log(n) with lines lc rgb tc_grey lw 1 dt (4,4) notitle, \\",
    "     for [i=has_test:0:-1] data.\"loss.csv\" using 1:2+i with lines lt 1+i dt 1 \\",
    "         lw i ? 0.8 : 1.5 notitle",
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
  tc_figure_line (&file, "view = %d; steps = %d", a->view, a->session->setup.training.steps);
  SCRIPT (&file,
    "set multiplot layout 1,2 margins across(1.35),across(11.9),up(1.25),up(6.2) \\",
    "    spacing across(1.9)",
    "set xlabel \"training step\"; set ylabel \"loss (nats)\"; unset key",
    "set xrange [0:view]; set xtics 0,nice(view/4.0); set yrange [0:1.3*log(n)]",
    "plot log(n) with lines lc rgb tc_grey lw 1 dt (4,4), \\",
    "     for [k=0:n-1] data.\"trigrams.csv\" using 1:2+k with lines lc rgb colour(k) lw 0.9 dt 1",
    "set xrange [0:steps]; set xtics 0,nice(steps/3.0); @tc_log_y; set yrange [*:10]",
    "set ylabel \"loss (nats, log scale)\"",
    "set key at screen across(13.9), screen up(6.3) right Left reverse maxcols 1 samplen 1.5 \\",
    "    title \"trigger\" left",
    "plot for [k=0:n-1] data.\"trigrams.csv\" using 1:2+k with lines lc rgb colour(k) lw 0.9 dt 1 \\",
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
    = tc_skip_script (a, &file, "generalisation", 14, 8.5,
                      "Training and test loss of each trigram on finite data", err);
  if (status != TC_OK)
    return status;
  tc_figure_line (&file, "steps = %d", a->session->setup.training.steps);
  SCRIPT (&file,
    "rows = 2; columns = (n + 1) / 2",
    "set multiplot layout rows,columns margins across(1.55),across(13.7),up(1.15),up(7.4) \\",
    "    spacing across(0.2),up(0.65)",
    "set xrange [0:steps]; set xtics 0,nice(steps/2.5); @tc_log_y; set yrange [1e-10:30]",
    "set ytics 1e-9,1e3,1; unset key",
    "set label 2 \"training step\" at screen across(7.6), screen up(0.3) center",
    "set label 3 \"loss (nats, log scale)\" at screen across(0.3), screen up(4.3) center rotate",
    "set label 4 \"test batches\" at screen across(13.7), screen up(8.2) right textcolor rgb tc_red",
    "set label 5 \"training set\" at screen across(11.2), screen up(8.2) right textcolor rgb tc_blue",
    "set label 6 \"ln \".n at screen across(8.7), screen up(8.2) right textcolor rgb tc_grey",
    "do for [k=0:n-1] {",
    "  set title sprintf(\"trigger %d\", trigger(k)) offset 0,-0.7",
    "  if (k % columns == 0) { set format y \"10^{%T}\" } else { set format y \"\" }",
    "  if (k / columns == rows - 1) { set format x \"%g\" } else { set format x \"\" }",
    "  plot log(n) with lines lc rgb tc_grey lw 1 dt (4,4), \\",
    "       data.\"trigrams.csv\" using 1:2+n+k with lines lc rgb tc_red lw 0.7 dt 1, \\",
    "       data.\"trigrams.csv\" using 1:2+k with lines lc rgb tc_blue lw 1.3 dt 1",
    "  unset for [i=2:6] label i",
    "}",
    "unset multiplot");
  return tc_file_close (&file, err);
}

enum tc_status
tc_skip_figure_places (const struct tc_skip_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_skip_script (a, &file, "places", 14, 6,
                      "What is remembered of where the triggers of finite data stood", err);
  if (status != TC_OK)
    return status;
  SCRIPT (&file,
    "set multiplot layout 1,2 margins across(1.35),across(13.6),up(1.25),up(5.7) \\",
    "    spacing across(1.9)",
    "places = data.\"places.csv\"; unset key",
    "set xlabel \"training triggers there\"; set ylabel \"position's part of the score\"",
    "set xrange [-0.5:*]; set xtics 1",
    "plot places using \"trained\":\"score\" with points pt 7 ps 0.5 lc rgb tc_blue, \\",
    "     places using (column(\"trained\") == 0 ? 0 : NaN):\"score\" with points pt 7 ps 0.5 \\",
    "         lc rgb tc_red, \\",
    "     places using (column(\"trained\") == 0 ? 0 : NaN):\"score\":\"place\" with labels left \\",
    "         offset 0.6,0 font tiny textcolor rgb tc_red",
    "set xlabel \"place of the trigger\"; set ylabel \"test loss (nats, log scale)\"",
    "set xrange [0:*]; set xtics 0,10; @tc_log_y; set yrange [*:10]",
    "set label 1 \"ln \".n at graph 0.98, first log(n) right offset 0,0.6 textcolor rgb tc_grey",
    "set label 2 \"no training trigger there\" at graph 0.98, graph 0.8 right textcolor rgb tc_red",
    "plot log(n) with lines lc rgb tc_grey lw 1 dt (4,4), \\",
    "     places using \"place\":\"test_loss\" with points pt 7 ps 0.5 lc rgb tc_blue, \\",
    "     places using \"place\":(column(\"trained\") == 0 ? column(\"test_loss\") : NaN) \\",
    "         with points pt 7 ps 0.5 lc rgb tc_red",
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
  tc_figure_line (&file, "predictor_label = \"%s\"",
                  is_decoder ? "closed-form onset time of (s, m)"
                  : is_sgd ? "onset in the coupled flow (step)" : "onset by signed steps (step)");
  tc_figure_line (&file, "same_unit = %d   # then the dashed line is y = x", !is_decoder);
  SCRIPT (&file,
    "onset = data.\"onset.csv\"",
    "set multiplot layout 1,3 margins across(1.45),across(13.7),up(1.15),up(5.2) \\",
    "    spacing across(0.35)",
    "stats onset using \"onset\" name \"y\" nooutput",
    "stats onset using \"score\" name \"s\" nooutput",
    "stats onset using \"margin\" name \"m\" nooutput",
    "stats onset using predictor name \"p\" nooutput",
    "pad = 0.13",
    "below(low, high) = low - pad * (high - low); above(low, high) = high + pad * (high - low)",
    "step(low, high) = nice((high - low) / 4)",
    "dots = \"with points pt 7 ps 0.6 lc rgb tc_blue\"",
    "names = \"with labels left offset 0.5,0.4 font tiny textcolor rgb tc_grey\"",
    "set yrange [below(y_min, y_max):above(y_min, y_max)]; set ytics step(y_min, y_max); unset key",
    "set ylabel \"measured onset (step)\"; set xlabel \"initial QK score s\"",
    "set xrange [below(s_min, s_max):above(s_min, s_max)]; set xtics step(s_min, s_max)",
    "plot onset using \"score\":\"onset\" @dots, onset using \"score\":\"onset\":\"trigger\" @names",
    "unset ylabel; set format y \"\"; set xlabel \"initial OV margin m\"",
    "set xrange [below(m_min, m_max):above(m_min, m_max)]; set xtics step(m_min, m_max)",
    "plot onset using \"margin\":\"onset\" @dots, onset using \"margin\":\"onset\":\"trigger\" @names",
    "set xlabel predictor_label",
    "set xrange [below(p_min, p_max):above(p_min, p_max)]; set xtics step(p_min, p_max)",
    "plot (same_unit ? x : NaN) with lines lc rgb tc_grey lw 1 dt (4,4), \\",
    "     onset using predictor:\"onset\" @dots, onset using predictor:\"onset\":\"trigger\" @names",
    "unset multiplot");
  return tc_file_close (&file, err);
}

/* Where all trigrams are learnt, each beside its prediction; else their mean. */
enum tc_status
tc_skip_figure_theory (const struct tc_skip_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  double first = INFINITY, last = -INFINITY;
  bool all_learnt = true;
  for (int k = 0; k < a->n; k++)
    {
      first = fmin (first, a->onset[k]);
      last = fmax (last, a->onset[k]);
      all_learnt = all_learnt && !isnan (a->onset[k]);
    }
  enum tc_status status
    = tc_skip_script (a, &file, "theory", 14, 6.5,
                      "Loss while training, measured and from the coupled flow", err);
  if (status != TC_OK)
    return status;
  SCRIPT (&file, "set xlabel \"training step\"; set ylabel \"loss (nats)\"");
  if (all_learnt)
    {
      tc_figure_line (&file, "first = %d; last = %d   # onsets", (int) first, (int) last);
      SCRIPT (&file,
        "set xrange [first-0.8*(last-first):last+0.8*(last-first)]; set yrange [0:1.1*log(n)]",
        "set lmargin at screen across(1.35); set rmargin at screen across(10.9)",
        "set key at screen across(13.9), screen up(6.3) right Left reverse spacing 1.05 samplen 1.8",
        "plot for [k=0:n-1] data.\"trigrams.csv\" using 1:2+k with lines lc rgb colour(k) lw 1.4 dt 1 \\",
        "         title sprintf(\"trigger %d\", trigger(k)), \\",
        "     for [k=0:n-1] data.\"theory.csv\" using 1:3+k with lines lc rgb tc_black lw 0.8 dt (6,4) \\",
        "         title k ? \"\" : \"theory\", \\",
        "     log(n) with lines lc rgb tc_grey lw 1 dt (2,3) title \"ln \".n");
    }
  else
    {
      tc_figure_line (&file, "steps = %d", a->session->setup.training.steps);
      SCRIPT (&file,
        "set xrange [0:steps]; set key top right",
        "plot data.\"loss.csv\" using \"step\":\"loss\" with lines lc rgb tc_sky lw 0.6 dt 1 \\",
        "         title \"measured\", \\",
        "     data.\"theory.csv\" using \"step\":\"loss\" with lines lc rgb tc_black lw 1.4 dt (8,5) \\",
        "         title \"coupled flow\", \\",
        "     log(n) with lines lc rgb tc_grey lw 1 dt (2,3) title \"ln \".n");
    }
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
    "set multiplot layout 1,2 margins across(1.35),across(12.2),up(1.25),up(6.2) \\",
    "    spacing across(1.7)",
    "set xlabel \"training step\"; set xrange [0:view]; set xtics 0,nice(view/4.0); unset key",
    "set ylabel \"attention on the trigger\"; set yrange [0:1]",
    "plot for [k=0:n-1] data.\"dynamics.csv\" using 1:3+k with lines lc rgb colour(k) lw 1.2 dt 1",
    "set ylabel \"d loss / d attention (nats)\"; set yrange [*:*]",
    "set key at screen across(13.9), screen up(6.3) right Left reverse maxcols 1 samplen 1.5 \\",
    "    title \"trigger\" left",
    "plot 0 with lines lc rgb tc_grey lw 1 dt 1 notitle, \\",
    "     for [k=0:n-1] data.\"dynamics.csv\" using 1:3+n+k with lines lc rgb colour(k) lw 1.2 dt 1 \\",
    "         title sprintf(\"%d\", trigger(k))",
    "unset multiplot");
  return tc_file_close (&file, err);
}

enum tc_status
tc_skip_figure_portrait (const struct tc_skip_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_skip_script (a, &file, "portrait", 10, 7.5,
                      "Score and margin of each trigger while training, with the curves that "
                      "the closed form says they follow", err);
  if (status != TC_OK)
    return status;
  SCRIPT (&file,
    "set xlabel \"OV margin m (logits)\"; set ylabel \"QK score s\"",
    "set xrange [-1:5]; set yrange [-1:4.5]",
    "set lmargin at screen across(1.2); set rmargin at screen across(6.8)",
    "set key at screen across(9.9), screen up(7.3) right Left reverse spacing 1.05 samplen 1.8",
    "plot for [k=0:n-1] data.\"invariants.csv\" using 1:3+k with lines lc rgb tc_grey lw 0.6 dt (2,3) \\",
    "         title k ? \"\" : \"alone\", \\",
    "     data.\"invariants.csv\" using 1:2 with lines lc rgb tc_red lw 1.2 dt (8,4) \\",
    "         title \"onset, alone\", \\",
    "     for [k=0:n-1] data.\"dynamics.csv\" using 3+3*n+k:3+2*n+k with lines lc rgb colour(k) lw 1.6 dt 1 \\",
    "         title sprintf(\"trigger %d\", trigger(k)), \\",
    "     for [k=0:n-1] data.\"theory.csv\" using 3+2*n+k:3+n+k with lines lc rgb tc_black lw 0.8 dt (6,4) \\",
    "         title k ? \"\" : \"coupled flow\", \\",
    "     for [k=0:n-1] data.\"dynamics.csv\" every ::0::0 using 3+3*n+k:3+2*n+k with points \\",
    "         pt 7 ps 0.5 lc rgb colour(k) notitle");
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
  tc_figure_line (&file, "steps = %d", a->session->setup.training.steps);
  SCRIPT (&file,
    "set multiplot layout 1,2 margins across(1.55),across(13.6),up(1.25),up(5.7) \\",
    "    spacing across(2.1)",
    "set xlabel \"training step\"; @tc_log_y; set xrange [0:steps]; set xtics 0,nice(steps/4.0)",
    "set ylabel \"loss (nats, log scale)\"; unset key; set yrange [*:10]",
    "set label 1 \"ln \".n at graph 0.98, first log(n) right offset 0,0.6 textcolor rgb tc_grey",
    "plot log(n) with lines lc rgb tc_grey lw 1 dt (4,4), \\",
    "     data.\"floor.csv\" using \"step\":\"loss\" with linespoints lt 1 pt 7 ps 0.3",
    "unset label 1",
    "set ylabel \"change of loss per unit rate\"; set key top right; set yrange [*:1e4]",
    "plot data.\"floor.csv\" using \"step\":\"taken\" with linespoints lt 1 pt 7 ps 0.3 \\",
    "         title \"gradient takes\", \\",
    "     data.\"floor.csv\" using \"step\":(column(\"given\") > 0 ? column(\"given\") : NaN) \\",
    "         with linespoints lt 2 dt 1 pt 5 ps 0.3 title \"decay gives back\"",
    "unset multiplot");
  return tc_file_close (&file, err);
}
