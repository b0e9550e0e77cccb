#ifndef TC_EXPERIMENTS_SETUP_H
#define TC_EXPERIMENTS_SETUP_H

#include "experiments/experiment.h"
#include "transformer/model.h"

/* The common part of every experiment's setup: its options, run.json, model.  */

/* Package defaults, then the experiment's; allocates setup->settings.  Free with
   tc_setup_free.  */
enum tc_status tc_setup_alloc (struct tc_setup *setup, const struct tc_experiment *experiment,
                               struct tc_error *err) TC_MUST_USE;
void tc_setup_free (struct tc_setup *setup);

/* Adds the rows of model, optimiser, schedule, measurement and seeds, and the
   experiment's own.  */
enum tc_status tc_setup_options (struct tc_setup *setup, const struct tc_experiment *experiment,
                                 struct tc_options *options, struct tc_error *err) TC_MUST_USE;

/* Lets the option "seed" (a program's own, with a uint64_t) stand for "data-seed" and
   "model-seed" unless they were given at the same place; what a file said becomes
   the default that the next file may change.  Before the first file, and after
   each.  */
void tc_setup_settle_seeds (struct tc_options *options);

/* After all options are read: derived values, then every check.  */
enum tc_status tc_setup_finish (struct tc_setup *setup, const struct tc_experiment *experiment,
                                struct tc_error *err) TC_MUST_USE;

/* run.json's text: program, version, experiment, run, numerics id, derived
   sizes and every hyper-parameter; nothing of machine, threads, paths or dates.
   To be freed.  */
enum tc_status tc_setup_json (const struct tc_setup *setup,
                              const struct tc_experiment *experiment,
                              const struct tc_options *options, const char *run,
                              char **text,
                              struct tc_error *err) TC_MUST_USE;

/* Reads a run.json: sets the options, and *run (to be freed).  TC_EFORMAT names
   the file and what is wrong with it.  */
enum tc_status tc_setup_read_json (const struct tc_experiment *experiment,
                                   struct tc_options *options, const char *path, char **run,
                                   struct tc_error *err) TC_MUST_USE;

/* Comment lines for CSVs: experiment, run, seeds, numerics id, options.  To be
   freed; NULL when out of memory.  */
char *tc_setup_provenance (const struct tc_setup *setup, const struct tc_experiment *experiment,
                           const struct tc_options *options, const char *run);

/* The model with its initial parameters: the decoder, or the experiment's own.  */
struct tc_subject
{
  const struct tc_experiment *experiment;
  bool is_decoder;
  struct tc_model model;        /* empty unless is_decoder */
  struct tc_decoder *decoder;   /* private */
  struct tc_learner learner;
};
bool tc_setup_uses_decoder (const struct tc_setup *setup,
                            const struct tc_experiment *experiment);
enum tc_status tc_subject_alloc (struct tc_subject *subject, struct tc_compute *compute,
                                 const struct tc_setup *setup,
                                 const struct tc_experiment *experiment,
                                 const struct tc_task *task, struct tc_error *err) TC_MUST_USE;
void tc_subject_free (struct tc_subject *subject);

#endif
