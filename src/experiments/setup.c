#ifdef HAVE_CONFIG_H
# include "config.h"
#endif

#include "experiments/setup.h"

#include "numerics/random.h"
#include "numerics/selftest.h"
#include "report/json.h"
#include "transformer/model.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool
tc_setup_uses_decoder (const struct tc_setup *setup, const struct tc_experiment *experiment)
{
  if (experiment->make_learner == NULL)
    return true;
  return experiment->uses_own_model != NULL && !experiment->uses_own_model (setup);
}

enum tc_status
tc_setup_finish (struct tc_setup *setup, const struct tc_experiment *experiment,
                 struct tc_error *err)
{
  setup->training.schedule.total_steps = setup->training.steps;
  enum tc_status status = TC_OK;
  if (experiment->finish != NULL)
    status = experiment->finish (setup, err);
  if (status == TC_OK && tc_setup_uses_decoder (setup, experiment))
    status = tc_config_check (&setup->config, err);
  return status;
}

/* ---- run.json ---- */

/* Sizes that follow from the options, for readers of run.json.  */
static json_t *
derived_json (const struct tc_setup *setup)
{
  const struct tc_config *config = &setup->config;
  return json_pack ("{s:i,s:i,s:i}", "d_vocab", config->d_vocab, "d_vocab_out",
                    config->d_vocab_out, "n_ctx", config->n_ctx);
}

void
tc_setup_settle_seeds (struct tc_options *options)
{
  struct tc_option *seed = tc_options_find (options, "seed");
  static const char *const names[] = { "data-seed", "model-seed" };
  for (int i = 0; i < 2; i++)
    {
      struct tc_option *option = tc_options_find (options, names[i]);
      if (seed->set_by > option->set_by)
        {
          *(uint64_t *) option->target = *(const uint64_t *) seed->target;
          option->set_by = seed->set_by;
        }
      if (option->set_by == TC_BY_FILE)
        option->set_by = TC_BY_DEFAULT;
    }
  if (seed->set_by == TC_BY_FILE)
    seed->set_by = TC_BY_DEFAULT;
}

/* Whether a record of the run says nothing of the option: "seed" only stands for
   the two that it set, and most runs are not nudged.  */
static bool
is_unsaid (const struct tc_option *option)
{
  return strcmp (option->name, "seed") == 0
         || (strcmp (option->name, "nudge-seed") == 0
             && *(const uint64_t *) option->target == 0);
}

static json_t *
options_json (const struct tc_options *options)
{
  json_t *object = tc_options_json (options);
  for (size_t i = 0; object != NULL && i < options->n; i++)
    if (options->option[i].is_hyperparameter && is_unsaid (&options->option[i]))
      json_object_del (object, options->option[i].name);
  return object;
}

/* What options_json left out, as far as the options of an analysis have it.  */
static bool
add_unsaid (json_t *object)
{
  return json_object_get (object, "nudge-seed") != NULL || !json_is_object (object)
         || json_object_set_new (object, "nudge-seed", json_integer (0)) == 0;
}

enum tc_status
tc_setup_json (const struct tc_setup *setup, const struct tc_experiment *experiment,
               const struct tc_options *options, const char *run,
               char **text, struct tc_error *err)
{
  char program[128];
  snprintf (program, sizeof program, "tc-%s-train", experiment->name);
  json_t *object = json_pack ("{s:s,s:s,s:s,s:s,s:s,s:o,s:o}", "program", program,
                              "version", PACKAGE_VERSION, "experiment", experiment->name,
                              "run", run, "numerics", tc_numerics_id (),
                              "derived", derived_json (setup),
                              "options", options_json (options));
  *text = object == NULL ? NULL : tc_json_text (object);
  json_decref (object);
  return *text != NULL ? TC_OK : tc_fail (err, TC_ENOMEM, "out of memory writing run.json");
}

/* The string member `name`, or a failure that says so.  */
static enum tc_status
string_member (const json_t *object, const char *name, const char *path, const char **value,
               struct tc_error *err)
{
  *value = json_string_value (json_object_get (object, name));
  return *value != NULL ? TC_OK : tc_fail (err, TC_EFORMAT, "%s: expected a string '%s'", path,
                                           name);
}

static enum tc_status
read_members (const json_t *object, const struct tc_experiment *experiment,
              struct tc_options *options, const char *path, char **run, struct tc_error *err)
{
  const char *of, *name;
  enum tc_status status = string_member (object, "experiment", path, &of, err);
  if (status == TC_OK)
    status = string_member (object, "run", path, &name, err);
  if (status != TC_OK)
    return status;
  if (strcmp (of, experiment->name) != 0)
    return tc_fail (err, TC_EFORMAT, "%s: expected a run of experiment '%s', found '%s'", path,
                    experiment->name, of);
  if (!add_unsaid (json_object_get (object, "options")))
    return tc_fail (err, TC_ENOMEM, "out of memory reading %s", path);
  status = tc_options_read_json (options, json_object_get (object, "options"), path, err);
  if (status == TC_OK && (*run = strdup (name)) == NULL)
    status = tc_fail (err, TC_ENOMEM, "out of memory reading %s", path);
  return status;
}

enum tc_status
tc_setup_read_json (const struct tc_experiment *experiment, struct tc_options *options,
                    const char *path, char **run, struct tc_error *err)
{
  json_error_t error;
  FILE *stream = fopen (path, "r");
  if (stream == NULL)
    return tc_fail (err, TC_EIO, "cannot read %s: %s", path, strerror (errno));
  json_t *object = json_loadf (stream, JSON_REJECT_DUPLICATES, &error);
  fclose (stream);
  if (object == NULL)
    return tc_fail (err, TC_EFORMAT, "%s:%d: not JSON: %s", path, error.line, error.text);
  enum tc_status status = read_members (object, experiment, options, path, run, err);
  json_decref (object);
  return status;
}

/* ---- Provenance ---- */

/* Appends "name=value" of each hyper-parameter, in lines of at most 76.  */
static void
write_options (FILE *stream, const struct tc_options *options)
{
  size_t column = (size_t) fprintf (stream, "options:");
  for (size_t i = 0; i < options->n; i++)
    {
      const struct tc_option *option = &options->option[i];
      char value[128];
      if (!option->is_hyperparameter || is_unsaid (option))
        continue;
      tc_option_format (option, value, sizeof value);
      size_t length = strlen (option->name) + 1 + strlen (value);
      if (column + 1 + length > 76)
        column = (size_t) fprintf (stream, "\n ") - 1;
      column += (size_t) fprintf (stream, " %s=%s", option->name, value);
    }
}

char *
tc_setup_provenance (const struct tc_setup *setup, const struct tc_experiment *experiment,
                     const struct tc_options *options, const char *run)
{
  char *text = NULL;
  size_t size;
  FILE *stream = open_memstream (&text, &size);
  if (stream == NULL)
    return NULL;
  fprintf (stream, "experiment %s, run %s, data seed %llu, model seed %llu, numerics %s\n",
           experiment->name, run, (unsigned long long) setup->data_seed,
           (unsigned long long) setup->model_seed, tc_numerics_id ());
  write_options (stream, options);
  if (fclose (stream) != 0)
    {
      free (text);
      return NULL;
    }
  return text;
}

/* ---- The model ---- */

/* Moves each number that is trained and not 0 to its neighbour, up or down
   (nextafter is exact in every libm).  */
static void
nudge (struct tc_params *params, uint64_t seed)
{
  struct tc_torch_rng rng;
  tc_torch_seed (&rng, seed);
  for (size_t i = 0; i < params->n_tensors; i++)
    {
      const struct tc_tensor *tensor = &params->tensors[i];
      tc_real *x = params->data + tensor->offset;
      for (size_t j = 0; tensor->trainable && j < tensor->count; j++)
        if (x[j] != 0)
          x[j] = nextafterf (x[j], tc_torch_below (&rng, 2) == 0 ? -HUGE_VALF : HUGE_VALF);
    }
}

static enum tc_status
alloc_decoder (struct tc_subject *subject, struct tc_compute *compute,
               const struct tc_setup *setup, const struct tc_task *task, struct tc_error *err)
{
  const struct tc_experiment *experiment = subject->experiment;
  struct tc_torch_rng rng;
  enum tc_status status = tc_model_alloc (&subject->model, &setup->config, err);
  if (status != TC_OK)
    return status;
  tc_torch_seed (&rng, setup->model_seed);
  status = tc_params_init (&subject->model.params, &setup->config, &rng, err);
  if (status == TC_OK && experiment->adjust_parameters != NULL)
    experiment->adjust_parameters (&subject->model.params, setup);
  if (status == TC_OK && setup->nudge_seed != 0)
    nudge (&subject->model.params, setup->nudge_seed);
  if (status == TC_OK)
    status = tc_decoder_alloc (&subject->decoder, compute, &subject->model, task,
                               &subject->learner, err);
  if (status != TC_OK)
    tc_model_free (&subject->model);
  return status;
}

enum tc_status
tc_subject_alloc (struct tc_subject *subject, struct tc_compute *compute,
                  const struct tc_setup *setup, const struct tc_experiment *experiment,
                  const struct tc_task *task, struct tc_error *err)
{
  *subject = (struct tc_subject) {
    .experiment = experiment, .is_decoder = tc_setup_uses_decoder (setup, experiment)
  };
  if (subject->is_decoder)
    return alloc_decoder (subject, compute, setup, task, err);
  return experiment->make_learner (&subject->learner, compute, setup, task, err);
}

void
tc_subject_free (struct tc_subject *subject)
{
  if (subject->is_decoder)
    {
      tc_decoder_free (subject->decoder);
      tc_model_free (&subject->model);
    }
  else if (subject->experiment->free_learner != NULL)
    subject->experiment->free_learner (&subject->learner);
}
