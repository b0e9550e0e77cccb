/* Figures of the training.  */

#include "experiments/permutation/figures.h"

#include "numerics/text.h"

#define SCRIPT TC_PERMUTATION_SCRIPT

enum tc_status
tc_permutation_script (const struct tc_permutation_analysis *a, struct tc_file *file,
                       const char *name, double width, double height, const char *title,
                       struct tc_error *err)
{
  enum tc_status status = tc_session_figure (a->session, file, name, err);
  if (status != TC_OK)
    return status;
  tc_figure_head (file, &(struct tc_figure) { title, a->session->experiment->name,
                                              a->session->run, name, width, height });
  tc_figure_line (file, "n = %d; terms = %zu; positions = %zu; steps = %d", a->task->n,
                  tc_permutation_terms (a->task->n), a->n_pos - 1,
                  a->session->setup.training.steps);
  SCRIPT (file,
    "small = format eq \"svg\" ? \",10\" : \",8\"; tiny = format eq \"svg\" ? \",9\" : \",7\"",
    "# Places on the page in cm from its left and lower edges.",
    "across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)",
    "");
  return TC_OK;
}

enum tc_status
tc_permutation_figure_loss (const struct tc_permutation_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  const int n = a->task->n;
  char number[4][TC_NUMBER_MAX];
  enum tc_status status
    = tc_permutation_script (a, &file, "loss", 15, 6.6, "Loss, its landmarks, and the loss of "
                             "each character of the first term", err);
  if (status != TC_OK)
    return status;
  tc_format_double (number[0], tc_permutation_floor (a->task));
  tc_format_double (number[1], tc_permutation_marginal_loss (n));
  tc_format_double (number[2], tc_permutation_distinct_loss (n));
  tc_format_double (number[3], tc_permutation_uniform_loss (n));
  tc_figure_line (&file, "optimum = %s; marginal = %s; distinct = %s; uniform = %s", number[0],
                  number[1], number[2], number[3]);
  tc_figure_line (&file, "ascending = %d", !a->task->is_unsorted);
  SCRIPT (&file,
    "colour(k) = tc_viridis_rgb(0.9 * (k - 1) / (n - 1.0))",
    "low = optimum - 0.25*(uniform-optimum); high = uniform + 0.6*(uniform-optimum)",
    "raw = data.\"loss.csv\"; smooth = data.\"smooth.csv\"; floors = data.\"floors.csv\"",
    "set multiplot",
    "set lmargin at screen across(1.65); set rmargin at screen across(6.9)",
    "set bmargin at screen up(1.2); set tmargin at screen up(6.2)",
    "set xlabel \"training step\"; set ylabel \"loss (nats per token)\" offset 0.6,0; unset key",
    "set xrange [0:steps]; set xtics 0,ceil(steps/3000.0)*1000; set yrange [low:high]",
    "set label 1 \"62 characters alike\" at graph 0.98, first uniform right offset 0,0.5 font tiny",
    "set label 2 \"distinct\" at graph 0.5, first distinct right offset 0,-0.6 font tiny",
    "set label 3 (ascending ? \"each slot's own\" : \"\") at graph 0.98, first marginal right offset 0,0.5 font tiny",
    "set label 4 \"the best possible\" at graph 0.98, first optimum right offset 0,-0.6 font tiny",
    "plot raw using \"step\":\"loss\" with lines lc rgb tc_sky lw 0.5 dt 1, \\",
    "     uniform with lines lc rgb tc_grey lw 1 dt (4,4), \\",
    "     distinct with lines lc rgb tc_grey lw 1 dt (2,3), \\",
    "     (ascending ? marginal : NaN) with lines lc rgb tc_grey lw 1 dt (4,4), \\",
    "     optimum with lines lc rgb tc_red lw 1.2 dt 1, \\",
    "     smooth using \"step\":\"loss\" with lines lc rgb tc_blue lw 1.6 dt 1",
    "unset for [i=1:4] label i",
    "set lmargin at screen across(8.4); set rmargin at screen across(13.0)",
    "set ylabel \"loss of a slot (nats)\" offset 0.8,0; set yrange [2.7:4.6]",
    "set label 1 \"ln 62\" at graph 0.98, first log(62) right offset 0,0.5 font tiny textcolor rgb tc_grey",
    "set for [k=1:n] label 10+k sprintf(\"slot %d\", k) at screen across(13.2), screen up(5.6-0.5*k) \\",
    "    textcolor rgb colour(k)",
    "set label 20 \"dashed: the best\" at screen across(13.2), screen up(5.1-0.5*n) font tiny textcolor rgb tc_grey",
    "set label 21 \"possible\" at screen across(13.2), screen up(4.75-0.5*n) font tiny textcolor rgb tc_grey",
    "plot log(62) with lines lc rgb tc_grey lw 1 dt (4,4), \\",
    "     for [k=1:n] smooth using 1:2+k with lines lc rgb colour(k) lw 1.6 dt 1, \\",
    "     for [k=1:n] floors every ::k-1::k-1 using (0):\"floor\":(steps):(0) with vectors nohead lc rgb colour(k) lw 1 dt (4,4)",
    "unset multiplot");
  return tc_file_close (&file, err);
}

enum tc_status
tc_permutation_figure_rates (const struct tc_permutation_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  const bool is_constant = tc_permutation_column (a, "lr") == NULL;
  enum tc_status status
    = tc_permutation_script (a, &file, "rates", 14, 8.2, is_constant
                             ? "Loss, its part after the first term, and gradient norm over "
                               "training at a constant rate"
                             : "Loss, learning rate and gradient norm over training", err);
  if (status != TC_OK)
    return status;
  SCRIPT (&file,
    "raw = data.\"loss.csv\"; smooth = data.\"smooth.csv\"",
    "set multiplot layout 3,1 margins across(1.7),across(13.7),up(1.15),up(8.0) spacing across(0),up(0.4)",
    "set xrange [0:steps]; set xtics 0,ceil(steps/3000.0)*500; set format x \"\"; unset key",
    "set ylabel \"loss (nats)\" offset 0.3,0; @tc_log_y; set format y \"%g\"; set yrange [0.09:5]",
    "set ytics add (0.2, 0.5, 2)",
    "plot raw using \"step\":\"loss\" with lines lc rgb tc_blue lw 0.7 dt 1");
  if (is_constant)
    SCRIPT (&file,
      "set ylabel \"after term 1\" offset 0.3,0; set yrange [*:*]; set format y \"10^{%T}\"; set ytics autofreq",
      "plot raw using \"step\":\"rest\" with lines lc rgb tc_green lw 0.7 dt 1");
  else
    SCRIPT (&file,
      "set ylabel \"learning rate\" offset 0.3,0; set format y \"10^{%T}\"; set yrange [*:2e-3]; set ytics autofreq",
      "plot raw using \"step\":\"lr\" with lines lc rgb tc_green lw 1.4 dt 1");
  SCRIPT (&file,
    "set ylabel \"gradient norm\" offset 0.3,0; set yrange [*:*]; set format x \"%g\"; set format y \"%g\"",
    "set xlabel \"training step\"",
    "set label 1 \"clipped above\" at graph 0.2, first 1 left offset 0,0.5 font tiny textcolor rgb tc_grey",
    "plot 1 with lines lc rgb tc_grey lw 1 dt (4,4), \\",
    "     raw using \"step\":\"grad_norm\" with lines lc rgb tc_orange lw 0.7 dt 1",
    "unset multiplot");
  return tc_file_close (&file, err);
}

enum tc_status
tc_permutation_figure_replay (const struct tc_permutation_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  char number[2][TC_NUMBER_MAX];
  enum tc_status status
    = tc_permutation_script (a, &file, "replay", 11, 6, "The notebook's printed losses beside "
                             "three runs from other random numbers", err);
  if (status != TC_OK)
    return status;
  tc_format_double (number[0], tc_permutation_floor (a->task));
  tc_format_double (number[1], tc_permutation_uniform_loss (a->task->n));
  tc_figure_line (&file, "optimum = %s; uniform = %s", number[0], number[1]);
  SCRIPT (&file,
    "replay = data.\"replay.csv\"",
    "set lmargin at screen across(1.5); set rmargin at screen across(10.7)",
    "set bmargin at screen up(1.2); set tmargin at screen up(5.8)",
    "set xlabel \"epoch (its first step)\"; set ylabel \"loss (nats per token)\" offset 0.5,0",
    "set xrange [4.5:20.5]; set yrange [0.102:0.18]; set xtics 5,5",
    "set label 1 \"62 characters alike\" at graph 0.01, first uniform left offset 0,-0.6 font tiny textcolor rgb tc_grey",
    "set label 2 \"the best possible\" at graph 0.01, first optimum left offset 0,-0.5 font tiny textcolor rgb tc_grey",
    "plot uniform with lines lc rgb tc_grey lw 1 dt (4,4) notitle, \\",
    "     optimum with lines lc rgb tc_red lw 1 dt 1 notitle, \\",
    "     replay using \"epoch\":\"ours\" with lines lt 1 lw 1 title \"three seeds\", \\",
    "     replay using \"epoch\":\"seed_1\" with lines lt 6 lw 1 notitle, \\",
    "     replay using \"epoch\":\"seed_2\" with lines lt 3 lw 1 notitle, \\",
    "     replay using \"epoch\":\"printed\" with linespoints lc rgb tc_black lw 1.2 dt 1 pt 7 ps 0.5 title \"printed\"");
  return tc_file_close (&file, err);
}
