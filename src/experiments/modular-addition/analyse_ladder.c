#include "experiments/modular-addition/analysis.h"

#include "circuits/logits.h"
#include "experiments/modular-addition/symmetry.h"

#include <math.h>
#include <stdlib.h>

/* Is a model that has seen an image of a pair right about the pair?  */
static const char *const rung_names[TC_MODULAR_RUNGS]
  = { "swap", "negation, with swap or without", "another of the twelve maps",
      "no image in training" };

struct ladder
{
  size_t count[TC_MODULAR_RUNGS];
  size_t *rows[TC_MODULAR_RUNGS];       /* [n_test] room, [count] test pairs */
};

static void
ladder_free (struct ladder *ladder)
{
  for (int r = 0; r < TC_MODULAR_RUNGS; r++)
    free (ladder->rows[r]);
}

static enum tc_status
ladder_alloc (struct ladder *ladder, const struct tc_modular_analysis *a, struct tc_error *err)
{
  *ladder = (struct ladder) { 0 };
  for (int r = 0; r < TC_MODULAR_RUNGS; r++)
    if ((ladder->rows[r] = calloc (a->n_test + 1, sizeof *ladder->rows[r])) == NULL)
      {
        ladder_free (ladder);
        return tc_fail (err, TC_ENOMEM, "no memory for %zu test pairs", a->n_test);
      }
  for (size_t i = 0; i < a->n_test; i++)
    {
      enum tc_modular_rung rung = tc_modular_rung (a->task, a->test_rows[i]);
      ladder->rows[rung][ladder->count[rung]++] = a->test_rows[i];
    }
  return TC_OK;
}

static enum tc_status
write_ladder (struct tc_modular_analysis *a, const struct ladder *ladder,
              const struct tc_dense *logits, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "image", "the first map that takes a test pair to a training pair" },
    { "pairs", "test pairs of this rung" },
    { "share", "of all test pairs, this rung and those before" },
    { "accuracy", "share of the rung's pairs whose answer ranks first" },
    { "loss", "of the rung's pairs, nats" }
  };
  static const char *const macros[TC_MODULAR_RUNGS][2] = {
    { "LadderSwapShare", "LadderSwapAccuracy" },
    { "LadderNegationShare", "LadderNegationAccuracy" },
    { "LadderOrbitShare", "LadderOrbitAccuracy" },
    { "LadderNoneShare", "LadderNoneAccuracy" }
  };
  struct tc_csv csv;
  size_t so_far = 0;
  enum tc_status status = tc_session_csv (a->session, &csv, "ladder",
                                          "Test pairs by the symmetry that takes them to a "
                                          "training pair", 5, columns, err);
  if (status != TC_OK)
    return status;
  for (int r = 0; status == TC_OK && r < TC_MODULAR_RUNGS; r++)
    {
      size_t count = ladder->count[r];
      const int32_t *answer = a->task->answer;
      double accuracy = count == 0 ? NAN
                        : tc_mean_accuracy (logits, answer, count, ladder->rows[r]);
      double loss = count == 0 ? NAN
                    : tc_mean_cross_entropy (logits, answer, count, ladder->rows[r]);
      double share = (double) (so_far += count) / (double) a->n_test;
      tc_csv_text (&csv, rung_names[r]);
      tc_csv_int (&csv, (long long) count);
      tc_csv_real (&csv, share);
      tc_csv_real (&csv, accuracy);
      tc_csv_real (&csv, loss);
      tc_modular_number (a, macros[r][0], 100 * share, 3);
      tc_modular_number (a, macros[r][1], 100 * accuracy, 3);
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

enum tc_status
tc_modular_report_ladder (struct tc_modular_analysis *a, struct tc_error *err)
{
  struct ladder ladder;
  struct tc_dense logits = { 0 };
  if (a->settings->task.function != TC_MODULAR_X2XYY2 || a->n_test == 0)
    return TC_OK;
  enum tc_status status = ladder_alloc (&ladder, a, err);
  if (status != TC_OK)
    return status;
  status = tc_modular_logits (a, &logits, err);
  if (status == TC_OK)
    status = write_ladder (a, &ladder, &logits, err);
  tc_dense_free (&logits);
  ladder_free (&ladder);
  return status;
}
