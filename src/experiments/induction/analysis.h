#ifndef TC_INDUCTION_ANALYSIS_H
#define TC_INDUCTION_ANALYSIS_H

#include "experiments/induction/experiment.h"
#include "experiments/session.h"
#include "numerics/file.h"
#include "report/csv.h"
#include "report/figure.h"
#include "report/macros.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The analysis of one run, in parts that each write their CSVs, figures and
   macros.  To add one: declare it here, add its row to the table in analyse.c. */

/* A number of a run that tables over runs want.  */
struct tc_induction_number { const char *name; double value; };

struct tc_induction_analysis
{
  struct tc_session *session;
  const struct tc_induction_options *task;
  const struct tc_induction_shape *shape;
  bool is_finite, is_main;      /* is_main: run infinite, which tells of the others */
  double uniform;               /* ln (vocab_size - 1), nats */
  struct tc_table log;          /* loss.csv of the run */
  int *snapshot;                /* [n_snapshots] steps, ascending */
  size_t n_snapshots;
  struct tc_macros *macros;

  /* What tc_induction_number said so far: summary.csv.  */
  size_t n_numbers;
  struct tc_induction_number numbers[64];
};

struct tc_induction_part
{
  bool (*applies) (const struct tc_induction_analysis *a);      /* NULL: always */
  enum tc_status (*report) (struct tc_induction_analysis *a, struct tc_error *err);
};

/* Reads the log and lists the snapshots.  Close it, also after a failure.  */
enum tc_status tc_induction_analysis_open (struct tc_induction_analysis *a,
                                           struct tc_session *session, struct tc_error *err)
  TC_MUST_USE;
void tc_induction_analysis_close (struct tc_induction_analysis *a);

/* ---- What they share ---- */

/* Whether this is run `name`.  */
bool tc_induction_is_run (const struct tc_induction_analysis *a, const char *name);
bool tc_induction_is_main (const struct tc_induction_analysis *a);

/* A column of the log; NULL if there is none.  Its entries are a->log.n_columns
   apart.  */
const double *tc_induction_column (const struct tc_induction_analysis *a, const char *name);
/* Window of the centred running mean that thresholds are read from.  */
enum { TC_INDUCTION_WINDOW = 51 };
/* The first step at which the mean of `loss` over that window is below threshold;
   NaN if there is none.  */
double tc_induction_first_below (const struct tc_induction_analysis *a, double threshold);
/* Mean of a column over the last `count` rows before row `end`.  */
double tc_induction_mean_before (const struct tc_induction_analysis *a, const double *column,
                                 size_t end, size_t count);

/* Writes macro NAME (a string that lives on; digits 0: an integer) and a row of
   summary.csv, which tables over runs read.  */
void tc_induction_number (struct tc_induction_analysis *a, const char *name, double value,
                          int digits);
/* What the run said of NAME so far, or NaN.  */
double tc_induction_own_number (const struct tc_induction_analysis *a, const char *name);
enum tc_status tc_induction_write_summary (struct tc_induction_analysis *a,
                                           struct tc_error *err) TC_MUST_USE;
/* Writes macro FIRSTLAYERHEAD, as in AblatedOneC for layer 1, head 2.  */
void tc_induction_head_macro (const struct tc_induction_analysis *a, const char *first,
                              size_t layer, size_t head, double value, int digits);

/* Opens figures/.../NAME.gp and writes its head, with steps, heads, small and tiny
   fonts, across (cm) and up (cm) defined.  */
enum tc_status tc_induction_script (const struct tc_induction_analysis *a,
                                    struct tc_file *file, const char *name, double width,
                                    double height, const char *title, struct tc_error *err)
  TC_MUST_USE;
/* SCRIPT (&file, "line", "line", ...)  */
#define SCRIPT(file, ...) \
  tc_figure_lines (file, sizeof ((const char *[]) { __VA_ARGS__ }) / sizeof (char *), \
                   (const char *const[]) { __VA_ARGS__ })

/* Sequences that no run trains on: NumPy's stream of the seed two after the data's
   (the next is the finite run's test set).  The set is alloced for n.  */
enum tc_status tc_induction_evaluation (const struct tc_induction_analysis *a,
                                        struct tc_induction_set *set, size_t n,
                                        struct tc_mt19937 *numpy, struct tc_error *err)
  TC_MUST_USE;

/* ---- The parts ---- */

/* loss.csv; figure loss.  Finite data: figure finite.  */
enum tc_status tc_induction_report_loss (struct tc_induction_analysis *a,
                                         struct tc_error *err) TC_MUST_USE;
/* floors.csv: what simple rules must lose.  */
enum tc_status tc_induction_report_floors (struct tc_induction_analysis *a,
                                           struct tc_error *err) TC_MUST_USE;
/* places.csv, ambiguity.csv; figure places.  */
enum tc_status tc_induction_report_places (struct tc_induction_analysis *a,
                                           struct tc_error *err) TC_MUST_USE;
/* heads.csv, heads_table.tex: scores, copying, ablation of each head.  */
enum tc_status tc_induction_report_heads (struct tc_induction_analysis *a,
                                          struct tc_error *err) TC_MUST_USE;
/* paths.csv, paths_table.tex: by which way heads of the first layer matter.  */
enum tc_status tc_induction_report_paths (struct tc_induction_analysis *a,
                                          struct tc_error *err) TC_MUST_USE;
/* switches.csv: what they add to its queries; run infinite: figure switches.  */
enum tc_status tc_induction_report_switches (struct tc_induction_analysis *a,
                                             struct tc_error *err) TC_MUST_USE;
/* scores.csv; figure scores: the same over the snapshots.  */
enum tc_status tc_induction_report_scores (struct tc_induction_analysis *a,
                                           struct tc_error *err) TC_MUST_USE;
/* composition.csv, eigenvalues.csv; figures composition, eigenvalues.  */
enum tc_status tc_induction_report_composition (struct tc_induction_analysis *a,
                                                struct tc_error *err) TC_MUST_USE;
/* patterns.csv, sample.csv; figure patterns, sample_table.tex.  */
enum tc_status tc_induction_report_patterns (struct tc_induction_analysis *a,
                                             struct tc_error *err) TC_MUST_USE;
/* Run infinite: replay.csv, replay_table.tex.  */
enum tc_status tc_induction_report_replay (struct tc_induction_analysis *a,
                                           struct tc_error *err) TC_MUST_USE;
/* Run infinite: published_table.tex.  */
enum tc_status tc_induction_report_published (struct tc_induction_analysis *a,
                                              struct tc_error *err) TC_MUST_USE;
/* Run infinite, from the others' data: runs.csv, curves.csv,
   residual_table.tex, positions_table.tex; figure residual.  */
enum tc_status tc_induction_report_runs (struct tc_induction_analysis *a,
                                         struct tc_error *err) TC_MUST_USE;

#endif
