#ifndef TC_PERMUTATION_ANALYSIS_H
#define TC_PERMUTATION_ANALYSIS_H

#include "circuits/dense.h"
#include "experiments/permutation/experiment.h"
#include "experiments/permutation/floors.h"
#include "experiments/permutation/score.h"
#include "experiments/session.h"
#include "report/csv.h"
#include "report/macros.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The analysis of one run, in parts that each write their CSVs, figures and
   macros.  To add one: declare it here, add its row to the table in analyse.c. */

struct tc_permutation_analysis
{
  struct tc_session *session;
  const struct tc_permutation_options *task;
  const struct tc_permutation_list *list;       /* combinations: train, then held out */
  const struct tc_config *config;
  uint8_t *orders;              /* [n!, n], see alphabet.h */
  size_t n_pos;                 /* tokens of a sequence */
  size_t n_held_out;            /* sequences that the model is tested on: the end of the
                                   list, which training does not reach */
  struct tc_table log;          /* loss.csv of the run */
  int *snapshot;                /* [n_snapshots] steps, ascending */
  size_t n_snapshots;
  uint32_t *start;              /* the task's state before its first batch; every part
                                   begins there */
  struct tc_macros *macros;
};

struct tc_permutation_part
{
  bool (*applies) (const struct tc_permutation_analysis *a);    /* NULL: always */
  enum tc_status (*report) (struct tc_permutation_analysis *a, struct tc_error *err);
};

/* Reads the log and lists the snapshots.  Close it, also after a failure.  */
enum tc_status tc_permutation_analysis_open (struct tc_permutation_analysis *a,
                                             struct tc_session *session,
                                             struct tc_error *err) TC_MUST_USE;
void tc_permutation_analysis_close (struct tc_permutation_analysis *a);

/* Whether this is run `name`.  */
bool tc_permutation_is_run (const struct tc_permutation_analysis *a, const char *name);

/* A column of the log; NULL if there is none.  Its entries are a->log.n_columns
   apart.  */
const double *tc_permutation_column (const struct tc_permutation_analysis *a,
                                     const char *name);

/* A row of the log is a jump if its loss exceeds the mean of the TC_PERMUTATION_BEFORE
   rows before by a third, all but the first term being known: that mean is below 0.2
   nats per token.  */
enum { TC_PERMUTATION_BEFORE = 50 };
bool tc_permutation_is_jump (const struct tc_permutation_analysis *a, size_t row);

/* Whether this is one of the runs whose maps are published whole.  */
bool tc_permutation_is_shown (const struct tc_permutation_analysis *a);
/* Those and the other runs whose scores by position are tried in the repaired one.  */
bool tc_permutation_is_lender (const struct tc_permutation_analysis *a);

/* The character of the first term that stands at a position of every sequence; -1 where
   '>', a space or the period does.  */
int tc_permutation_element (const struct tc_permutation_analysis *a, size_t position);

/* Streams drawn from data seed + these.  */
enum { TC_PERMUTATION_STREAM_ORDERS = 2 };

/* ---- The parts ---- */

/* floors.csv.  */
enum tc_status tc_permutation_report_floors (struct tc_permutation_analysis *a,
                                             struct tc_error *err) TC_MUST_USE;
/* loss.csv, smooth.csv; figures loss, rates.  */
enum tc_status tc_permutation_report_loss (struct tc_permutation_analysis *a,
                                           struct tc_error *err) TC_MUST_USE;
/* schedule.csv, spike.csv, epochs.csv.  */
enum tc_status tc_permutation_report_schedule (struct tc_permutation_analysis *a,
                                               struct tc_error *err) TC_MUST_USE;
/* completion.csv, summary.csv, example.csv.  */
enum tc_status tc_permutation_report_completion (struct tc_permutation_analysis *a,
                                                 struct tc_error *err) TC_MUST_USE;
/* One layer of one head, up to four characters: a model whose attention can be laid
   open whole.  Runs that ask about training only are left closed.  */
bool tc_permutation_is_open (const struct tc_permutation_analysis *a);
/* attention.csv; figure attention.  Shown runs: pattern.csv, tokens.csv; figures pattern,
   tokens.  */
enum tc_status tc_permutation_report_attention (struct tc_permutation_analysis *a,
                                                struct tc_error *err) TC_MUST_USE;
/* Lenders: qk.csv; figure qk.  Shown runs: ov.csv; figure ov.  */
enum tc_status tc_permutation_report_circuits (struct tc_permutation_analysis *a,
                                               struct tc_error *err) TC_MUST_USE;
/* hubs.csv; figure hubs: which places are read.  */
enum tc_status tc_permutation_report_hubs (struct tc_permutation_analysis *a,
                                           struct tc_error *err) TC_MUST_USE;
/* paths.csv; figure paths.  */
enum tc_status tc_permutation_report_paths (struct tc_permutation_analysis *a,
                                            struct tc_error *err) TC_MUST_USE;
/* frozen.csv: scores by position alone, by hand, of other models.  */
enum tc_status tc_permutation_report_frozen (struct tc_permutation_analysis *a,
                                             struct tc_error *err) TC_MUST_USE;
/* Run repaired: learning.csv; figure learning: the snapshots.  */
enum tc_status tc_permutation_report_learning (struct tc_permutation_analysis *a,
                                               struct tc_error *err) TC_MUST_USE;
/* Run notebook: replay.csv, replay_table.tex, spikes.csv, spikes_table.tex; figure
   replay.  */
bool tc_permutation_is_notebook (const struct tc_permutation_analysis *a);
enum tc_status tc_permutation_report_replay (struct tc_permutation_analysis *a,
                                             struct tc_error *err) TC_MUST_USE;
/* Run repaired: runs.csv, runs_table.tex: the notebook's assumptions.  */
bool tc_permutation_is_repaired (const struct tc_permutation_analysis *a);
enum tc_status tc_permutation_report_assumptions (struct tc_permutation_analysis *a,
                                                  struct tc_error *err) TC_MUST_USE;

/* ---- What they share ---- */

/* The attention scores by position alone (circuits/position_scores.h), [n_pos, n_pos],
   allocated.  */
enum tc_status tc_permutation_position_scores (const struct tc_permutation_analysis *a,
                                               struct tc_dense *scores,
                                               struct tc_error *err) TC_MUST_USE;
/* Whether query p should look at r, because r holds the character that comes after p
   (relation of position_scores.h, [n_pos, n_pos], malloc'ed).  Negative where r comes after
   p, or p is in the first term, or what comes after p is punctuation.  */
enum tc_status tc_permutation_relation (const struct tc_permutation_analysis *a,
                                        int8_t **relation, struct tc_error *err) TC_MUST_USE;

/* ov [63, 63], allocated: the logit of each character (column; the space comes first) that
   attending to one (row) adds, before the last LayerNorm's division, averaged over the
   places that are read.  */
enum tc_status tc_permutation_ov (const struct tc_permutation_analysis *a,
                                  struct tc_dense *ov, struct tc_error *err) TC_MUST_USE;

/* received [n_pos]: how much attention a place of a character gets from the positions of
   the later half that predict this character, by position alone; mean.  */
enum tc_status tc_permutation_received (const struct tc_permutation_analysis *a,
                                        double *received, struct tc_error *err) TC_MUST_USE;

#endif
