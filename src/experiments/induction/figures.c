#include "experiments/induction/figures.h"

#include "numerics/text.h"

/* A number as a script writes it.  */
static void
define (struct tc_file *file, const char *name, double value)
{
  char text[TC_NUMBER_MAX];
  tc_figure_line (file, "%s = %s", name, tc_format_double (text, value));
}

/* Levels of the loss, in the notebook's unit.  */
static void
define_levels (const struct tc_induction_analysis *a, struct tc_file *file)
{
  define (file, "uniform", a->uniform * tc_induction_unit (a->shape));
  define (file, "unit", tc_induction_unit (a->shape));
}

enum tc_status
tc_induction_figure_loss (const struct tc_induction_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status = tc_induction_script (a, &file, "loss", 14, 6.5,
                                               "Loss over training with the levels that "
                                               "mean something", err);
  if (status != TC_OK)
    return status;
  define_levels (a, &file);
  /* What the notebook calls so: the share of tokens that are not scored.  */
  define (&file, "optimal", a->uniform * (1 - (double) tc_induction_scored (a->shape)
                                          / (double) (a->shape->seq_len - 1)));
  SCRIPT (&file,
    "floors = data.\"floors.csv\"; log_csv = data.\"loss.csv\"; curves = data.\"curves.csv\"",
    "stats curves using \"one-layer\" name \"single\" nooutput",
    "stats floors using \"any_token\" name \"any\" nooutput",
    "stats floors using \"one_token\" name \"one\" nooutput",
    "stats floors using \"first_slot\" name \"slot\" nooutput",
    "stats floors using \"longest_match\" name \"longest\" nooutput",
    "any_floor = any_mean * unit; one_floor = one_mean * unit; slot_floor = slot_mean * unit; longest_floor = longest_mean * unit",
    "set multiplot layout 1,2 margins across(1.3),across(13.5),up(1.2),up(6.2) \\",
    "    spacing across(2.1)",
    "set xlabel \"training step\"; set ylabel \"loss (printed unit)\" offset 0.8,0; unset key",
    "set xrange [0:2000]; set xtics 0,500; set yrange [0:5.4]",
    "set label 1 \"nothing known\" at graph 0.98, first uniform right offset 0,0.5 font tiny textcolor rgb tc_grey",
    "set label 2 \"called optimal\" at graph 0.98, first optimal right offset 0,0.5 font tiny textcolor rgb tc_grey",
    "set label 3 \"any token so far\" at graph 0.98, first any_floor right offset 0,0.5 font tiny textcolor rgb tc_grey",
    "set label 4 \"one layer\" at graph 0.98, first single_min right offset 0,0.5 font tiny textcolor rgb tc_purple",
    "plot uniform with lines lc rgb tc_grey lw 1 dt (4,4), \\",
    "     optimal with lines lc rgb tc_grey lw 0.8 dt (1,3), \\",
    "     any_floor with lines lc rgb tc_grey lw 1 dt (4,4), \\",
    "     curves using \"step\":\"one-layer\" with lines lc rgb tc_purple lw 1.4 dt (12,4,2,4), \\",
    "     log_csv using \"step\":\"loss\" with lines lc rgb tc_sky lw 0.8 dt 1, \\",
    "     log_csv using \"step\":\"running\" with lines lc rgb tc_red lw 1.4 dt (12,4)",
    "set label 1 \"any occurrence\" at graph 0.02, first one_floor left offset 0,0.5",
    "set label 2 \"one in the first slot\" at graph 0.02, first slot_floor left offset 0,-0.6 font tiny textcolor rgb tc_grey",
    "set label 3 \"the longest match\" at graph 0.02, first longest_floor left offset 0,0.5 font tiny textcolor rgb tc_grey",
    "unset label 4",
    "@tc_log_y; set format y \"%g\"; set yrange [0.01:6]; set xrange [0:steps]",
    "set xtics 0,2000; set ylabel \"loss (log scale)\" offset 0.4,0",
    "set key at graph 0.98, graph 0.98 right Left reverse samplen 1.5",
    "plot one_floor with lines lc rgb tc_grey lw 1 dt (4,4) notitle, \\",
    "     slot_floor with lines lc rgb tc_grey lw 1 dt (4,4) notitle, \\",
    "     longest_floor with lines lc rgb tc_grey lw 1 dt (4,4) notitle, \\",
    "     log_csv using \"step\":\"loss\" with lines lc rgb tc_sky lw 0.8 dt 1 title \"batch\", \\",
    "     log_csv using \"step\":\"running\" with lines lc rgb tc_red lw 1.4 dt (12,4) title \"running mean\", \\",
    "     log_csv using \"step\":(unit*column(\"copy_2\")) with lines lc rgb tc_orange lw 1 dt 1 title \"second copy\", \\",
    "     log_csv using \"step\":(unit*column(\"copy_3\")) with lines lc rgb tc_green lw 1 dt 1 title \"third copy\"",
    "unset multiplot");
  return tc_file_close (&file, err);
}

enum tc_status
tc_induction_figure_finite (const struct tc_induction_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status = tc_induction_script (a, &file, "finite", 9, 6,
                                               "Training and test loss on fixed data", err);
  if (status != TC_OK)
    return status;
  define_levels (a, &file);
  tc_figure_line (&file, "batches = %d", a->task->num_batches);
  SCRIPT (&file,
    "log_csv = data.\"loss.csv\"",
    "set xlabel \"epoch\"; set ylabel \"loss (printed unit)\" offset 0.5,0",
    "set xrange [10:steps/batches]; set logscale x; set yrange [0:*]",
    "set key left top Left reverse samplen 1.5",
    "set label 1 \"nothing known\" at graph 0.98, first uniform right offset 0,0.5 font tiny textcolor rgb tc_grey",
    "plot uniform with lines lc rgb tc_grey lw 1 dt (4,4) notitle, \\",
    "     log_csv using (column(\"step\")/batches):\"smooth\" with lines lt 1 title \"training\", \\",
    "     log_csv using (column(\"step\")/batches):\"test_loss\" with linespoints lc rgb tc_red lw 0.8 dt 1 pt 7 ps 0.25 title \"test\"");
  return tc_file_close (&file, err);
}

enum tc_status
tc_induction_figure_scores (const struct tc_induction_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status = tc_induction_script (a, &file, "scores", 14, 8.6,
                                               "Scores of the heads over training", err);
  if (status != TC_OK)
    return status;
  tc_figure_line (&file, "previous = %d", (int) tc_induction_own_number (a, "PreviousHead"));
  SCRIPT (&file,
    "scores = data.\"scores.csv\"; view = steps > 3000 && steps <= 6000 ? 3000 : steps",
    "one(l, h, name) = column(\"layer\") == l && column(\"head\") == h ? column(name) : NaN",
    "set multiplot layout 2,2 margins across(1.6),across(12.5),up(1.15),up(7.9) \\",
    "    spacing across(1.5),up(1.35)",
    "set xrange [0:view]; set xtics 0,view/3; set yrange [0:1.02]; set ytics 0,0.25",
    "unset key; set datafile missing NaN",
    "@tc_panel_title",
    "set title \"previous token (slot 1), layer 0\"; set ylabel \"attention\" offset 0,0",
    "# Thin: over all queries, not only where it matters.",
    "plot for [h=0:heads-1] scores using \"step\":(one(0,h,\"previous_all\")) with lines lt h+1 lw 0.7, \\",
    "     for [h=0:heads-1] scores using \"step\":(one(0,h,\"previous\")) with lines lt h+1",
    "set title \"prefix matching, layer 1\"; unset ylabel",
    "set key at screen across(13.95), screen up(7.6) right Left reverse samplen 1.2",
    "plot for [h=0:heads-1] scores using \"step\":(one(1,h,\"prefix_seen\")) with lines lt h+1 lw 0.7 notitle, \\",
    "     for [h=0:heads-1] scores using \"step\":(one(1,h,\"prefix\")) with lines lt h+1 title sprintf(\"H%d\", h)",
    "unset key; set xlabel \"training step\" offset 0,0.3; set yrange [-1.02:1.02]; set ytics -1,0.5",
    "set title \"copying, layer 1\"; set ylabel \"sum / sum of moduli\" offset 0,0",
    "plot for [h=0:heads-1] scores using \"step\":(one(1,h,\"copying\")) with lines lt h+1",
    "set title sprintf(\"K-composition with L0H%d\", previous); unset ylabel",
    "set yrange [0:*]; set ytics 0,0.1",
    "plot for [h=0:heads-1] scores using \"step\":(one(1,h,\"k_composition\")) with lines lt h+1",
    "unset multiplot");
  return tc_file_close (&file, err);
}

enum tc_status
tc_induction_figure_residual (const struct tc_induction_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status = tc_induction_script (a, &file, "residual", 14, 7,
                                               "Loss with either residual from either "
                                               "initialisation, and with other positions",
                                               err);
  if (status != TC_OK)
    return status;
  define_levels (a, &file);
  SCRIPT (&file,
    "curves = data.\"curves.csv\"; own = data.\"loss.csv\"",
    "# A line's sample and its name, in cm.",
    "sample(i, x, y, name) = sprintf('set arrow %d from screen across(%g), screen up(%g) '\\",
    "    .'to screen across(%g), screen up(%g) nohead lt %d; '\\",
    "    .'set label %d \"%s\" at screen across(%g), screen up(%g) left font small', \\",
    "    10+i, x, y, x+0.75, y, i, 10+i, name, x+0.9, y)",
    "eval sample(1, 1.3, 6.5, \"doubled, as drawn\"); eval sample(4, 1.3, 6.0, \"doubled, matched\")",
    "eval sample(2, 5.3, 6.5, \"usual, as drawn\"); eval sample(3, 5.3, 6.0, \"usual, matched\")",
    "eval sample(5, 9.4, 6.5, \"the notebook's sines\"); eval sample(6, 9.4, 6.0, \"usual, as short\")",
    "eval sample(7, 9.4, 5.5, \"usual sines\")",
    "set multiplot layout 1,3 margins across(1.3),across(13.6),up(1.15),up(4.6) \\",
    "    spacing across(0.85)",
    "@tc_log_y; set format y \"%g\"; set ytics (0.2, 0.5, 1, 2, 5, 10); set yrange [0.2:10]",
    "set xrange [0:3000]; set xtics 0,1000; unset key; @tc_panel_title",
    "set xlabel \"training step\"; set ylabel \"loss (printed unit)\" offset 0.3,0",
    "set title \"seed 123\"",
    "plot own using \"step\":\"smooth\" with lines lt 1, \\",
    "     curves using \"step\":\"plain-residual\" with lines lt 2, \\",
    "     curves using \"step\":\"reparametrised\" with lines lt 3, \\",
    "     curves using \"step\":\"doubled-plain-init\" with lines lt 4",
    "do for [i=11:17] { unset arrow i; unset label i }",
    "unset ylabel; set format y \"\"",
    "set title \"seed 1\"",
    "plot curves using \"step\":\"seed-1\" with lines lt 1, \\",
    "     curves using \"step\":\"plain-residual-seed-1\" with lines lt 2, \\",
    "     curves using \"step\":\"reparametrised-seed-1\" with lines lt 3, \\",
    "     curves using \"step\":\"doubled-plain-init-seed-1\" with lines lt 4",
    "set title \"positions, seed 123\"",
    "plot own using \"step\":\"smooth\" with lines lt 1, \\",
    "     curves using \"step\":\"sine\" with lines lt 5, \\",
    "     curves using \"step\":\"sine-matched\" with lines lt 6, \\",
    "     curves using \"step\":\"sine-standard\" with lines lt 7",
    "unset multiplot");
  return tc_file_close (&file, err);
}
