/* Notebook 003's interventions, over many lists instead of one: greedy, and sampled as
   TransformerLens's generate does unless told otherwise.  */

#include "experiments/sort/analysis.h"
#include "experiments/sort/interventions.h"

#include "circuits/generate.h"
#include "numerics/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LISTS = 10000 };

/* Seeds of the lists, of the values that replace MID, and of the samples.  */
enum { LIST_SEED = 2003, VALUE_SEED = 2004, SAMPLE_SEED = 2005 };

struct interventions
{
  struct tc_sort_analysis *a;
  struct tc_csv csv;
  int32_t *lists;               /* [LISTS, L] */
  int32_t *any;                 /* [LISTS] */
  int32_t *tokens;              /* [LISTS, 2 L + 2] prompts and continuations */
};

static bool
is_for (const struct tc_sort_analysis *a)
{
  return strncmp (a->session->run, "five", 4) == 0 && a->session->is_decoder
         && a->task->list_length == 5 && a->task->n_values > 27;
}

static enum tc_status
draw (struct interventions *x, struct tc_error *err)
{
  const struct tc_sort_options *task = x->a->task;
  size_t length = (size_t) task->list_length;
  struct tc_torch_rng rng;
  x->lists = calloc (LISTS * length, sizeof *x->lists);
  x->any = calloc (LISTS, sizeof *x->any);
  x->tokens = calloc (LISTS * (2 * length + 2), sizeof *x->tokens);
  if (x->lists == NULL || x->any == NULL || x->tokens == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for %d lists", LISTS);
  tc_torch_seed (&rng, LIST_SEED);
  tc_torch_randint (&rng, 0, task->n_values, LISTS * length, x->lists);
  tc_torch_seed (&rng, VALUE_SEED);
  tc_torch_randint (&rng, 0, task->n_values, LISTS, x->any);
  return TC_OK;
}

static enum tc_status
add_row (struct interventions *x, const char *intervention, int place, bool is_sampled,
         const char *measure, double share, size_t n, struct tc_error *err)
{
  tc_csv_text (&x->csv, intervention);
  tc_csv_int (&x->csv, place);
  tc_csv_text (&x->csv, is_sampled ? "sampled" : "greedy");
  tc_csv_text (&x->csv, measure);
  tc_csv_real (&x->csv, share);
  tc_csv_int (&x->csv, (long long) n);
  return tc_csv_end_row (&x->csv, err);
}

/* --- one intervention on every list --- */

static enum tc_status
generate (struct interventions *x, enum tc_sort_intervention kind, int place, bool is_sampled,
          struct tc_error *err)
{
  const struct tc_sort_options *task = x->a->task;
  struct tc_session *session = x->a->session;
  struct tc_mt19937 stream;
  const struct tc_sampling sampling = { is_sampled ? 1 : 0, &stream };
  size_t n_prompt = tc_sort_prompt_length (task, kind), n_new = tc_sort_new_tokens (task, kind);
  for (size_t i = 0; i < LISTS; i++)
    tc_sort_intervene (task, kind, place, x->any[i],
                       x->lists + i * (size_t) task->list_length,
                       x->tokens + i * (n_prompt + n_new));
  tc_mt_seed (&stream, SAMPLE_SEED);
  return tc_generate (session->compute, &session->model, LISTS, n_prompt, n_new, &sampling,
                      x->tokens, NULL, err);
}

static double
share_of (const struct interventions *x, enum tc_sort_intervention kind,
          enum tc_sort_measure measure, int place)
{
  const struct tc_sort_options *task = x->a->task;
  size_t n_prompt = tc_sort_prompt_length (task, kind);
  size_t total = n_prompt + tc_sort_new_tokens (task, kind), count = 0;
  for (size_t i = 0; i < LISTS; i++)
    count += tc_sort_measure_said (task, kind, measure, place, x->any[i],
                                   x->lists + i * (size_t) task->list_length,
                                   x->tokens + i * total + n_prompt);
  return (double) count / LISTS;
}

static enum tc_status
report_one (struct interventions *x, enum tc_sort_intervention kind, int place,
            bool is_sampled, struct tc_error *err)
{
  enum tc_status status = generate (x, kind, place, is_sampled, err);
  for (enum tc_sort_measure m = 0; status == TC_OK && m < TC_SORT_MEASURES; m++)
    if (tc_sort_has_measure (x->a->task, kind, m))
      status = add_row (x, tc_sort_intervention_names[kind], place, is_sampled,
                        tc_sort_measure_names[m], share_of (x, kind, m, place), LISTS, err);
  return status;
}

/* Injections at every place of the list, everything else once.  */
static enum tc_status
report_kind (struct interventions *x, enum tc_sort_intervention kind, bool is_sampled,
             struct tc_error *err)
{
  enum tc_status status = TC_OK;
  bool has_places = tc_sort_injection_place (kind) > 0;
  if (!has_places)
    return report_one (x, kind, 0, is_sampled, err);
  for (int place = 1; status == TC_OK && place <= x->a->task->list_length; place++)
    status = report_one (x, kind, place, is_sampled, err);
  return status;
}

/* --- START alone --- */

static void
count_alone (const int32_t *said, size_t n, size_t *counts, size_t *constant)
{
  bool is_constant = true;
  for (size_t i = 0; i < n; i++)
    {
      counts[said[i]]++;
      is_constant = is_constant && said[i] == said[0];
    }
  *constant += is_constant;
}

/* START and nothing else; greedy there is one continuation only.  */
static enum tc_status
report_alone (struct interventions *x, bool is_sampled, struct tc_error *err)
{
  const struct tc_sort_options *task = x->a->task;
  struct tc_session *session = x->a->session;
  size_t n_new = 2 * (size_t) task->list_length + 1, n = is_sampled ? LISTS : 1;
  size_t vocabulary = (size_t) tc_sort_vocabulary (task), constant = 0, best = 0;
  size_t *counts = calloc (vocabulary, sizeof *counts);
  struct tc_mt19937 stream;
  const struct tc_sampling sampling = { is_sampled ? 1 : 0, &stream };
  if (counts == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory to count tokens");
  tc_mt_seed (&stream, SAMPLE_SEED);
  for (size_t i = 0; i < n; i++)
    x->tokens[i * (n_new + 1)] = task->start_token;
  enum tc_status status = tc_generate (session->compute, &session->model, n, 1, n_new,
                                       &sampling, x->tokens, NULL, err);
  for (size_t i = 0; status == TC_OK && i < n; i++)
    count_alone (x->tokens + i * (n_new + 1) + 1, n_new, counts, &constant);
  for (size_t t = 1; t < vocabulary; t++)
    best = counts[t] > counts[best] ? t : best;
  if (status == TC_OK)
    status = add_row (x, "bos-alone", 0, is_sampled, "constant",
                      (double) constant / (double) n, n, err);
  if (status == TC_OK)
    status = add_row (x, "bos-alone", 0, is_sampled, "commonest-token", (double) best, n, err);
  if (status == TC_OK)
    status = add_row (x, "bos-alone", 0, is_sampled, "commonest-share",
                      (double) counts[best] / (double) (n * n_new), n, err);
  free (counts);
  return status;
}

/* --- the part --- */

static enum tc_status
report_all (struct interventions *x, struct tc_error *err)
{
  enum tc_status status = TC_OK;
  for (int is_sampled = 0; status == TC_OK && is_sampled < 2; is_sampled++)
    {
      for (enum tc_sort_intervention kind = 0; status == TC_OK && kind < TC_SORT_INTERVENTIONS;
           kind++)
        status = report_kind (x, kind, is_sampled, err);
      if (status == TC_OK)
        status = report_alone (x, is_sampled, err);
    }
  return status;
}

enum tc_status
tc_sort_report_interventions (struct tc_sort_analysis *a, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "intervention", "what was done to the prompt START list MID" },
    { "place", "place of the list where a token was injected, from 1; 0: none" },
    { "decoding", "greedy, or sampled at temperature 1" },
    { "measure", "what was looked for in the continuation" },
    { "share", "share of the continuations where it is so (commonest-token: the token)" },
    { "n", "continuations" }
  };
  struct interventions x = { .a = a };
  if (!is_for (a))
    return TC_OK;
  enum tc_status status = draw (&x, err);
  if (status == TC_OK)
    status = tc_session_csv (a->session, &x.csv, "interventions",
                             "What the model says after changed prompts", 6, columns, err);
  if (status == TC_OK)
    status = tc_csv_finish (&x.csv, report_all (&x, err), err);
  free (x.lists);
  free (x.any);
  free (x.tokens);
  return status;
}
