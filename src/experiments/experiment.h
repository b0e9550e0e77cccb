#ifndef TC_EXPERIMENTS_EXPERIMENT_H
#define TC_EXPERIMENTS_EXPERIMENT_H

#include "cli/options.h"
#include "numerics/compute.h"
#include "numerics/error.h"
#include "training/learner.h"
#include "training/task.h"
#include "training/trainer.h"
#include "transformer/config.h"
#include "transformer/params.h"

#include <stddef.h>
#include <stdint.h>

enum { TC_TOKEN_NAME = 32 };     /* bytes of a token's name */

/* What an experiment tells the two programs that every experiment has.  It
   gives a task, and where it differs from the package its own defaults, options
   and model; program.c does the rest.  src/experiments/TEMPLATE is the smallest
   complete example.  */

/* Everything that decides a run.  The option table fills it, run.json records
   it, and analyse restores it from there.  */
struct tc_setup
{
  struct tc_config config;               /* --d-model, --n-heads, ... */
  struct tc_training_options training;   /* --steps, --lr, --lr-schedule, ... */
  uint64_t data_seed, model_seed;        /* --seed sets both */
  uint64_t nudge_seed;                   /* 0: the initial parameters as drawn */
  void *settings;                        /* the experiment's own struct */
};

struct tc_experiment
{
  const char *name;             /* "skip-trigram": tc-skip-trigram-train, -analyse */
  const char *summary;          /* one sentence for --help */
  const char *const *runs;      /* <run>.conf beside the sources; the first is the
                                   default; NULL ends */

  /* Bytes of the experiment's own settings struct; the programs allocate it,
     zeroed, as setup->settings.  0: it has none.  */
  size_t settings_size;

  /* Writes the experiment's defaults over the package's.  May be NULL.  */
  void (*defaults) (struct tc_setup *setup);

  /* Adds the experiment's own rows, whose targets lie in setup->settings.  May
     be NULL.  */
  enum tc_status (*add_options) (struct tc_options *options, struct tc_setup *setup,
                                 struct tc_error *err);

  /* After every option is read: sets what follows from them (config.n_ctx,
     d_vocab, d_vocab_out), refuses what contradicts (TC_EINVAL).  */
  enum tc_status (*finish) (struct tc_setup *setup, struct tc_error *err);

  /* The batches, from tc_torch_seed (setup->data_seed) or the like.  setup
     outlives the task.  free_task may be NULL if task->self needs no freeing. */
  enum tc_status (*make_task) (struct tc_task *task, const struct tc_setup *setup,
                               struct tc_error *err);
  void (*free_task) (struct tc_task *task);

  /* A model of its own.  All three may be NULL: then the model is the decoder,
     drawn from tc_torch_seed (setup->model_seed).  Where uses_own_model says no
     (or is NULL while make_learner is too), likewise.  make_learner makes it
     with initial parameters and sets learner->config to NULL.  */
  bool (*uses_own_model) (const struct tc_setup *setup);
  enum tc_status (*make_learner) (struct tc_learner *learner, struct tc_compute *compute,
                                  const struct tc_setup *setup, const struct tc_task *task,
                                  struct tc_error *err);
  void (*free_learner) (struct tc_learner *learner);

  /* Changes the decoder's parameters as they were drawn.  May be NULL.  */
  void (*adjust_parameters) (struct tc_params *params, const struct tc_setup *setup);

  /* Names of tokens, for the analysis program's --prompt.  NULL: it has none.
     read_token gives the token of a word that name_token does not give back (an
     alias), or -1; may be NULL.  */
  void (*name_token) (const struct tc_setup *setup, int32_t token, char name[TC_TOKEN_NAME]);
  int32_t (*read_token) (const struct tc_setup *setup, const char *word);
  /* Tokens are characters: --prompt is read one by one, blanks included, and answers
     are printed so.  */
  bool is_spelt;

  /* Extra columns of loss.csv, computed on logged steps from the batch and its
     targets' logits (accuracy per token, say); user is the setup.  */
  size_t n_extra;
  const char *const *extra_names, *const *extra_meanings;
  void (*extra) (const struct tc_batch *batch, const tc_real *const *logits,
                 double *values, void *user);
};

#endif
