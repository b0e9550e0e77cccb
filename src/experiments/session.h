#ifndef TC_EXPERIMENTS_SESSION_H
#define TC_EXPERIMENTS_SESSION_H

#include "experiments/experiment.h"
#include "numerics/file.h"
#include "report/csv.h"
#include "report/macros.h"
#include "transformer/model.h"

/* What an analysis works with: the trained model exactly as its run folder
   describes it, and where to write.  The program makes it, calls the
   experiment's analysis and frees it.  */
struct tc_session
{
  const struct tc_experiment *experiment;
  const char *run;              /* "infinite", from run.json */
  struct tc_setup setup;        /* restored from run.json */
  struct tc_compute *compute;
  bool quiet;

  const char *folder;           /* run folder: model.safetensors, loss.csv, snapshots/ */
  const char *data_folder;      /* CSVs and macros.tex go here */
  const char *figure_folder;    /* gnuplot scripts go here */
  const char *others_folder;    /* the published data of the experiment's other runs */
  const char *provenance;       /* comment lines for every CSV: experiment, run,
                                   seeds, numerics id, options */

  struct tc_macros *macros;     /* data_folder/macros.tex while the analysis runs: all
                                   numbers for the paper.  Their prefix is experiment
                                   and run in camel case, letters only (another
                                   character starts a word, a digit is spelled A to
                                   J): \skipTrigramInfinite...  */

  struct tc_task task;          /* fresh: its first batch is the first of training */
  bool is_decoder;
  struct tc_model model;        /* the trained decoder; empty unless is_decoder */
  struct tc_learner learner;    /* the trained model of either kind; its forward and
                                   backward work.  learner.params are the model's */
};

/* An analysis: reads the session's model, writes CSVs, macros and figures.  */
typedef enum tc_status tc_analysis_fn (struct tc_session *session, struct tc_error *err);

/* Opens for writing data_folder/NAME.csv; data_folder/NAME as it is called (a
   listing); data_folder/NAME.tex, a table for the paper, begun with a comment that
   names the program and the table of numbers it comes from (NULL: several);
   figure_folder/NAME.gp.  */
enum tc_status tc_session_csv (const struct tc_session *session, struct tc_csv *csv,
                               const char *name, const char *title, size_t n_columns,
                               const struct tc_csv_column *columns,
                               struct tc_error *err) TC_MUST_USE;
enum tc_status tc_session_text (const struct tc_session *session, struct tc_file *file,
                                const char *name, struct tc_error *err) TC_MUST_USE;
enum tc_status tc_session_tex (const struct tc_session *session, struct tc_file *file,
                               const char *name, const char *source,
                               struct tc_error *err) TC_MUST_USE;
enum tc_status tc_session_figure (const struct tc_session *session, struct tc_file *file,
                                  const char *name, struct tc_error *err) TC_MUST_USE;

/* Reads the run's loss.csv; tc_table_free it.  */
enum tc_status tc_session_log (const struct tc_session *session, struct tc_table *log,
                               struct tc_error *err) TC_MUST_USE;

/* Reads the table NAME.csv that the analysis of a run of this experiment has
   written: of this run, in data_folder, so far; of another, as published in
   others_folder/RUN.  tc_table_free it.  For another run the experiment's block in
   local.mk must say that this run's analysis comes after it (NAME_after_RUN); TC_EIO
   says that the other run must be analysed first.  */
enum tc_status tc_session_table (const struct tc_session *session, const char *run,
                                 const char *name, struct tc_table *table,
                                 struct tc_error *err) TC_MUST_USE;

/* The steps of which the run kept snapshots, ascending; *steps is the caller's
   to free.  A run without snapshots gives none.  */
enum tc_status tc_session_snapshots (const struct tc_session *session, int **steps,
                                     size_t *n, struct tc_error *err) TC_MUST_USE;
/* Puts the parameters after `step` updates (a snapshot) into the session's model
   and learner; a negative step puts back the trained ones.  */
enum tc_status tc_session_load (struct tc_session *session, int step,
                                struct tc_error *err) TC_MUST_USE;

#endif
