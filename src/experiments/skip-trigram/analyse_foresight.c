#include "experiments/skip-trigram/analysis.h"

#include "experiments/measure.h"
#include "experiments/skip-trigram/figures.h"
#include "experiments/skip-trigram/flow.h"
#include "experiments/skip-trigram/reduce.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* How early the order of the onsets can be read off the weights: the theory's
   times from each snapshot's scores and margins, against the onsets that came. */
struct oracle
{
  double *frequency, *time;     /* [n] */
};

struct foresight { double score, margin, time; };  /* rank correlations */

static enum tc_status
foresee (struct tc_skip_analysis *a, struct oracle *oracle, int step,
         struct foresight *foresight, struct tc_error *err)
{
  struct tc_reduced now;
  enum tc_status status = tc_session_load (a->session, step, err);
  if (status == TC_OK)
    status = tc_reduce (a->session, a->task, &now, err);
  if (status != TC_OK)
    return status;
  for (int k = 0; status == TC_OK && k < a->n; k++)
    {
      status = tc_flow_onset_alone (a->n, now.filler, now.score[k], now.margin[k],
                                    &oracle->time[k], err);
      oracle->time[k] = tc_rounded (oracle->time[k] / (a->n * oracle->frequency[k]), 6);
    }
  size_t n = (size_t) a->n;
  foresight->score = tc_correlate (n, now.score, a->onset).spearman;
  foresight->margin = tc_correlate (n, now.margin, a->onset).spearman;
  foresight->time = tc_correlate (n, oracle->time, a->onset).spearman;
  tc_reduced_free (&now);
  return status;
}

static enum tc_status
write_foresight (struct tc_skip_analysis *a, struct oracle *oracle, int last,
                 struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "step", "a snapshot, up to the first onset: updates made before it" },
    { "score", "rank correlation of the triggers' QK scores there with their onsets" },
    { "margin", "the same of their OV margins" },
    { "time_alone", "the same of the onset times that the closed form gives from there" }
  };
  static const struct { int step; const char *macro; } told[] = {
    { 0, "ForesightAtZero" }, { 50, "ForesightAtFifty" }, { 100, "ForesightAtHundred" }
  };
  struct tc_csv csv;
  struct foresight foresight;
  enum tc_status status = tc_session_csv (a->session, &csv, "foresight",
                                          "How early the order of the onsets can be foretold",
                                          4, columns, err);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; status == TC_OK && i < a->n_snapshots && a->snapshot[i] <= last; i++)
    {
      status = foresee (a, oracle, a->snapshot[i], &foresight, err);
      if (status != TC_OK)
        break;
      tc_csv_int (&csv, a->snapshot[i]);
      tc_csv_real (&csv, tc_rounded (foresight.score, 6));
      tc_csv_real (&csv, tc_rounded (foresight.margin, 6));
      tc_csv_real (&csv, tc_rounded (foresight.time, 6));
      status = tc_csv_end_row (&csv, err);
      for (size_t t = 0; t < sizeof told / sizeof *told; t++)
        if (a->snapshot[i] == told[t].step)
          tc_macros_real (a->macros, told[t].macro, foresight.time, 2);
    }
  return tc_csv_finish (&csv, status, err);
}

enum tc_status
tc_skip_report_foresight (struct tc_skip_analysis *a, struct tc_error *err)
{
  struct oracle oracle = { calloc ((size_t) a->n, sizeof (double)),
                           calloc ((size_t) a->n, sizeof (double)) };
  double first = INFINITY;
  enum tc_status status = TC_OK;
  for (int k = 0; k < a->n; k++)
    first = fmin (first, a->onset[k]);
  if (oracle.frequency == NULL || oracle.time == NULL)
    status = tc_fail (err, TC_ENOMEM, "no memory for %d trigrams", a->n);
  if (status == TC_OK)
    status = tc_skip_frequencies (a, oracle.frequency, err);
  if (status == TC_OK)
    status = write_foresight (a, &oracle, (int) first, err);
  free (oracle.frequency);
  free (oracle.time);
  return status;
}
