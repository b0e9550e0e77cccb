#include "experiments/addition/circuits.h"

#include "experiments/addition/figures_circuits.h"
#include "experiments/addition/gaze.h"

#include <math.h>
#include <stdio.h>

/* Where each head looks when it predicts each answer digit.  */

/* "x 10^3", "+", "y 1", "=", "tok 2": what stands at a position.  */
static void
position_label (int num_digits, size_t position, char label[TC_ADDITION_LABEL])
{
  int p = (int) position, n = num_digits;
  if (p == n)
    snprintf (label, TC_ADDITION_LABEL, "+");
  else if (p == 2 * n + 1)
    snprintf (label, TC_ADDITION_LABEL, "=");
  else if (p > 2 * n + 1)
    snprintf (label, TC_ADDITION_LABEL, "tok %d", p - 2 * n - 2);
  else if (p < n)
    snprintf (label, TC_ADDITION_LABEL, "x 10^%d", n - 1 - p);
  else
    snprintf (label, TC_ADDITION_LABEL, "y 10^%d", 2 * n - p);
}

static enum tc_status
write_attention (const struct tc_addition_analysis *a, const struct tc_addition_gaze *trained,
                 const struct tc_addition_gaze *untrained, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "head", "attention head" },
    { "tok", "answer digit being predicted; tok 0 is the last carry" },
    { "position", "position attended to" },
    { "label", "what stands there: digit of x or y, +, =, answer digit" },
    { "attention", "mean over 3200 random sums" },
    { "untrained", "the same of the model before training" }
  };
  struct tc_csv csv;
  enum tc_status status
    = tc_session_csv (a->session, &csv, "attention", "Mean attention to every position", 6,
                      columns, err);
  if (status != TC_OK)
    return status;
  for (size_t h = 0; h < trained->n_heads; h++)
    for (size_t k = 0; k < a->n_answers; k++)
      for (size_t p = 0; status == TC_OK && p <= tc_addition_query (a->num_digits, k); p++)
        {
          char label[TC_ADDITION_LABEL];
          position_label (a->num_digits, p, label);
          tc_csv_int (&csv, (long long) h);
          tc_csv_int (&csv, (long long) k);
          tc_csv_int (&csv, (long long) p);
          tc_csv_text (&csv, label);
          tc_csv_float (&csv, (float) tc_addition_gaze_at (trained, h, k, p));
          tc_csv_float (&csv, (float) tc_addition_gaze_at (untrained, h, k, p));
          status = tc_csv_end_row (&csv, err);
        }
  return tc_csv_finish (&csv, status, err);
}

static enum tc_status
write_columns (const struct tc_addition_analysis *a, const struct tc_addition_gaze *gaze,
               struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "head", "attention head" },
    { "tok", "answer digit being predicted; tok 0 is the last carry" },
    { "column", "i of the column of 10^i attended to" },
    { "distance", "columns from the answer digit's own to it; 1: the next to the right" },
    { "x", "mean attention to x's digit there" },
    { "y", "mean attention to y's digit there" },
    { "pair", "their sum" }
  };
  struct tc_csv csv;
  enum tc_status status
    = tc_session_csv (a->session, &csv, "columns", "Mean attention to every pair of digits",
                      7, columns, err);
  if (status != TC_OK)
    return status;
  for (size_t h = 0; h < gaze->n_heads; h++)
    for (size_t k = 0; k < a->n_answers; k++)
      for (int column = a->num_digits - 1; status == TC_OK && column >= 0; column--)
        {
          int distance = a->num_digits - (int) k - column;
          tc_csv_int (&csv, (long long) h);
          tc_csv_int (&csv, (long long) k);
          tc_csv_int (&csv, column);
          tc_csv_int (&csv, distance);
          tc_csv_float (&csv, (float) tc_addition_gaze_x (gaze, h, k, distance));
          tc_csv_float (&csv, (float) tc_addition_gaze_y (gaze, h, k, distance));
          tc_csv_float (&csv, (float) tc_addition_gaze_pair (gaze, h, k, distance));
          status = tc_csv_end_row (&csv, err);
        }
  return tc_csv_finish (&csv, status, err);
}

/* ---- Heads ---- */

enum { FAR = 3 };               /* distances 0 ... FAR - 1 are told apart */

struct head
{
  double pair[FAR];             /* mean attention to the pair at that distance */
  double x, y;                  /* its parts at the head's own target */
  double left, far, answer;     /* to columns to the left; further right; answer digits */
  double mark;                  /* to + and = */
};

static double
answer_share (const struct tc_addition_gaze *gaze, size_t head)
{
  size_t first = 2 * (size_t) gaze->num_digits + 2;
  double sum = 0;
  for (size_t k = 1; k < (size_t) gaze->num_digits; k++)
    for (size_t p = first; p < first + k; p++)
      sum += tc_addition_gaze_at (gaze, head, k, p);
  return sum / (gaze->num_digits - 1);
}

static struct head
describe_head (const struct tc_addition_gaze *gaze, size_t head)
{
  struct head result = { .answer = answer_share (gaze, head) };
  int role = tc_addition_gaze_role (gaze, head);
  double columns = 0;
  for (int d = -gaze->num_digits; d <= gaze->num_digits; d++)
    {
      double pair = tc_addition_gaze_mean (gaze, head, tc_addition_gaze_pair, d);
      columns += pair;
      if (d >= 0 && d < FAR)
        result.pair[d] = pair;
      else if (d < 0)
        result.left += pair;
      else
        result.far += pair;
      if (d == role)
        {
          result.x = tc_addition_gaze_mean (gaze, head, tc_addition_gaze_x, d);
          result.y = tc_addition_gaze_mean (gaze, head, tc_addition_gaze_y, d);
        }
    }
  result.mark = 1 - columns - result.answer;
  return result;
}

static void
role_label (int role, char label[TC_ADDITION_LABEL])
{
  if (role == TC_ADDITION_MIXED)
    snprintf (label, TC_ADDITION_LABEL, "mixed");
  else
    tc_addition_distance_label (role, label);
}

static enum tc_status
write_heads (const struct tc_addition_analysis *a, const struct tc_addition_gaze *gaze,
             struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "head", "attention head" },
    { "role", "the pair with more than half of its attention" },
    { "own", "mean attention to the own column's pair, over tok 1 ... num_digits - 1" },
    { "next", "to the pair one column to the right" },
    { "second", "two columns to the right" },
    { "far", "further to the right" },
    { "left", "to columns to the left" },
    { "marks", "to + and =" },
    { "answers", "to the answer digits before it" },
    { "x", "to x's digit of the pair that its role names" },
    { "y", "to y's digit of it" }
  };
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "heads", "What each head is for",
                                          11, columns, err);
  if (status != TC_OK)
    return status;
  for (size_t h = 0; status == TC_OK && h < gaze->n_heads; h++)
    {
      struct head head = describe_head (gaze, h);
      char role[TC_ADDITION_LABEL];
      role_label (tc_addition_gaze_role (gaze, h), role);
      tc_csv_int (&csv, (long long) h);
      tc_csv_text (&csv, role);
      const double values[] = { head.pair[0], head.pair[1], head.pair[2], head.far, head.left,
                                head.mark, head.answer, head.x, head.y };
      for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        tc_csv_float (&csv, (float) values[i]);
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

/* "+1 (0.84)", or a dash where no pair has more than half.  */
static void
write_target (FILE *stream, const struct tc_addition_gaze *gaze, size_t head, size_t k)
{
  int distance = tc_addition_gaze_target (gaze, head, k);
  if (distance == TC_ADDITION_MIXED)
    fputs (" & --", stream);
  else
    fprintf (stream, " & $%s%d$ (%.2f)", distance > 0 ? "+" : "", distance,
             tc_addition_gaze_pair (gaze, head, k, distance));
}

/* Rows: a head, what it is for, and by answer digit the distance of the pair with
   most of its attention, with that attention.  */
static enum tc_status
write_table (const struct tc_addition_analysis *a, const struct tc_addition_gaze *gaze,
             struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status = tc_session_tex (a->session, &file, "heads_table", NULL, err);
  if (status != TC_OK)
    return status;
  fputs ("\\begin{tabular}{@{}rl", file.stream);
  for (size_t k = 0; k < a->n_answers; k++)
    fputc ('r', file.stream);
  fputs ("@{}}\n\\toprule\nhead & mostly", file.stream);
  for (size_t k = 0; k < a->n_answers; k++)
    fprintf (file.stream, " & tok %d", (int) k);
  fputs ("\\\\\n\\midrule\n", file.stream);
  for (size_t h = 0; h < gaze->n_heads; h++)
    {
      char role[TC_ADDITION_LABEL];
      role_label (tc_addition_gaze_role (gaze, h), role);
      fprintf (file.stream, "%d & %s", (int) h, role);
      for (size_t k = 0; k < a->n_answers; k++)
        write_target (file.stream, gaze, h, k);
      fputs ("\\\\\n", file.stream);
    }
  fputs ("\\bottomrule\n\\end{tabular}\n", file.stream);
  return tc_file_close (&file, err);
}

/* ---- The part ---- */

/* The mean over heads with that role of x's and y's shares, and how many have it. */
static void
describe_role (const struct tc_addition_analysis *a, const struct tc_addition_gaze *gaze,
               int role, const char *name)
{
  double x = 0, y = 0;
  int n = 0;
  char macro[64];
  for (size_t h = 0; h < gaze->n_heads; h++)
    if (tc_addition_gaze_role (gaze, h) == role)
      {
        struct head head = describe_head (gaze, h);
        x += head.x;
        y += head.y;
        n++;
      }
  snprintf (macro, sizeof macro, "%sHeads", name);
  tc_macros_int (a->macros, macro, n);
  snprintf (macro, sizeof macro, "%sHeadsX", name);
  tc_macros_real (a->macros, macro, n > 0 ? x / n : NAN, 2);
  snprintf (macro, sizeof macro, "%sHeadsY", name);
  tc_macros_real (a->macros, macro, n > 0 ? y / n : NAN, 2);
}

static void
describe_gaze (const struct tc_addition_analysis *a, const struct tc_addition_gaze *gaze)
{
  double most_answers = 0, most_far = 0, most_left = 0;
  for (size_t h = 0; h < gaze->n_heads; h++)
    {
      struct head head = describe_head (gaze, h);
      most_answers = fmax (most_answers, head.answer);
      most_far = fmax (most_far, head.far);
      most_left = fmax (most_left, head.left);
    }
  describe_role (a, gaze, 0, "Own");
  describe_role (a, gaze, 1, "Next");
  describe_role (a, gaze, 2, "Second");
  describe_role (a, gaze, TC_ADDITION_MIXED, "Mixed");
  tc_macros_real (a->macros, "PublishedOwnX", tc_addition_published ("attention_own_x"), 2);
  tc_macros_real (a->macros, "PublishedOwnY", tc_addition_published ("attention_own_y"), 2);
  tc_macros_int (a->macros, "GazeSums", TC_ADDITION_GAZE_BATCH * TC_ADDITION_GAZE_BATCHES);
  tc_macros_real (a->macros, "MostAnswerAttention", most_answers, 2);
  tc_macros_real (a->macros, "MostFarAttention", most_far, 2);
  tc_macros_real (a->macros, "MostLeftAttention", most_left, 2);
}

static enum tc_status
report_gaze (struct tc_addition_analysis *a, const struct tc_addition_gaze *trained,
             const struct tc_addition_gaze *untrained, struct tc_error *err)
{
  enum tc_status status = write_attention (a, trained, untrained, err);
  if (status == TC_OK)
    status = write_columns (a, trained, err);
  if (status == TC_OK)
    status = write_heads (a, trained, err);
  if (status == TC_OK)
    status = write_table (a, trained, err);
  if (status == TC_OK)
    status = tc_addition_figure_attention (a, err);
  if (status == TC_OK)
    describe_gaze (a, trained);
  return status;
}

enum tc_status
tc_addition_report_attention (struct tc_addition_analysis *a, struct tc_error *err)
{
  struct tc_addition_gaze trained = { 0 }, untrained = { 0 };
  struct tc_model initial;
  enum tc_status status = tc_addition_untrained (a, &initial, err);
  if (status != TC_OK)
    return status;
  status = tc_addition_gaze_measure (a, &a->session->model, &trained, err);
  if (status == TC_OK)
    status = tc_addition_gaze_measure (a, &initial, &untrained, err);
  if (status == TC_OK)
    status = report_gaze (a, &trained, &untrained, err);
  tc_addition_gaze_free (&trained);
  tc_addition_gaze_free (&untrained);
  tc_model_free (&initial);
  return status;
}
