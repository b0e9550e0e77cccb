/* Which part of the model says what: logits after the first term, split into what the
   present character, the position and the head write; and what is left without the
   head.  */

#include "circuits/ablation.h"
#include "circuits/attribution.h"
#include "experiments/measure.h"
#include "experiments/permutation/analysis.h"
#include "experiments/permutation/figures.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEQUENCES = 8, ABLATED = 256, DIGITS = 5 };

/* ---- Attribution ---- */

enum { CHARACTER, SPACE, PERIOD, N_TARGETS };
static const char *const target_names[] = { "character", "space", "period" };
enum { TOKEN, POSITION, HEAD, BIASES, N_PARTS };
static const char *const part_names[] = { "present character", "position", "head", "biases" };

struct margins
{
  double n[N_TARGETS], sum[N_TARGETS][N_PARTS], max_error;
};

static int
part_of (const char *component)
{
  return strcmp (component, "embed") == 0 ? TOKEN
         : strcmp (component, "pos_embed") == 0 ? POSITION
         : strcmp (component, "L0H0") == 0 ? HEAD : BIASES;
}

/* A term's logit of the target over the mean of the others'.  */
static double
margin_of (const double *term, int32_t target)
{
  double others = 0;
  for (int32_t c = 0; c < TC_PERMUTATION_VOCABULARY; c++)
    if (c != target)
      others += term[c] / (TC_PERMUTATION_VOCABULARY - 1);
  return term[target] - others;
}

static enum tc_status
add_position (const struct tc_permutation_analysis *a, struct tc_run *run, size_t sequence,
              size_t position, int32_t target, struct margins *m, struct tc_error *err)
{
  struct tc_attribution split;
  const int kind = target == TC_PERMUTATION_SPACE ? SPACE
                   : target == TC_PERMUTATION_PERIOD ? PERIOD : CHARACTER;
  enum tc_status status = tc_attribute_logits (&a->session->model, run, sequence, position,
                                               false, &split, err);
  if (status != TC_OK)
    return status;
  m->n[kind]++;
  m->max_error = fmax (m->max_error, split.max_error);
  for (size_t i = 0; i < split.n_components; i++)
    m->sum[kind][part_of (split.name[i])]
      += margin_of (tc_dense_row (&split.logits, i), target);
  tc_attribution_free (&split);
  return TC_OK;
}

static enum tc_status
attribute (const struct tc_permutation_analysis *a,
           const struct tc_permutation_starts *starts, struct margins *m,
           struct tc_error *err)
{
  struct tc_permutation_set set = { 0 };
  struct tc_run *run = NULL;
  struct tc_batch batch;
  enum tc_status status = tc_permutation_set_alloc (&set, a->task->n, SEQUENCES, err);
  if (status == TC_OK)
    status = tc_run_alloc (&run, a->config, TC_ROWS_ALL, SEQUENCES, a->n_pos,
                           SEQUENCES * (a->n_pos - 1), err);
  for (size_t i = 0; status == TC_OK && i < SEQUENCES; i++)
    tc_permutation_set_sequence (&set, i, starts->first + i * (size_t) a->task->n);
  if (status == TC_OK)
    {
      tc_permutation_batch (&set, SEQUENCES, &batch);
      status = tc_forward (a->session->compute, &a->session->model, &batch, run, err);
    }
  for (size_t i = 0; status == TC_OK && i < batch.n_targets; i++)
    if (batch.target_pos[i] > a->task->n)
      status = add_position (a, run, (size_t) batch.target_seq[i],
                             (size_t) batch.target_pos[i], batch.target[i], m, err);
  tc_run_free (run);
  tc_permutation_set_free (&set);
  return status;
}

static enum tc_status
write_margins (const struct tc_permutation_analysis *a, const struct margins *m,
               struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "target", "what is to come" },
    { "part", "what writes to the residual stream" },
    { "margin", "what it adds to the target's logit over the mean of the others', mean" }
  };
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "paths",
                                          "Direct logit attribution after the first term", 3,
                                          columns, err);
  if (status != TC_OK)
    return status;
  for (int t = 0; t < N_TARGETS; t++)
    for (int part = 0; status == TC_OK && part < N_PARTS; part++)
      {
        static const char *const macros[N_TARGETS][N_PARTS] = {
          { "PathCharacterToken", "PathCharacterPosition", "PathCharacterHead",
            "PathCharacterBiases" },
          { "PathSpaceToken", "PathSpacePosition", "PathSpaceHead", "PathSpaceBiases" },
          { "PathPeriodToken", "PathPeriodPosition", "PathPeriodHead", "PathPeriodBiases" }
        };
        double margin = m->sum[t][part] / m->n[t];
        tc_macros_real (a->macros, macros[t][part], margin, 3);
        tc_csv_text (&csv, target_names[t]);
        tc_csv_text (&csv, part_names[part]);
        tc_csv_real (&csv, tc_rounded (margin, DIGITS));
        status = tc_csv_end_row (&csv, err);
      }
  return tc_csv_finish (&csv, status, err);
}

/* ---- Without the head ---- */

/* What the head writes on average at each position, [n_pos, d_model].  */
struct average
{
  tc_real *sum;                 /* one batch's mean, then their sum */
  tc_real *mean;
  size_t size, n;
};

static void
collect (const struct tc_activation *activation, void *user)
{
  struct average *average = user;
  tc_activation_mean (activation, average->mean);
  average->n++;
  for (size_t i = 0; i < average->size; i++)
    average->sum[i] += average->mean[i];
}

static enum tc_status
measure_without (struct tc_permutation_analysis *a, const struct tc_permutation_starts *starts,
                 struct average *average, struct tc_permutation_score *score,
                 struct tc_error *err)
{
  struct tc_session *s = a->session;
  const struct tc_hook watch = { "blocks.0.hook_attn_out", TC_FORWARD, collect, average };
  enum tc_status status = tc_permutation_measure (s->compute, &s->model, starts, &watch, score,
                                                  err);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; i < average->size; i++)
    average->mean[i] = average->sum[i] / (tc_real) average->n;
  const struct tc_ablation ablation = { "blocks.0.hook_attn_out", TC_ABLATE_MEAN, -1,
                                        average->mean };
  const struct tc_hook hook = tc_ablation_hook (&ablation);
  return tc_permutation_measure (s->compute, &s->model, starts, &hook, score, err);
}

static enum tc_status
ablate (struct tc_permutation_analysis *a, const struct tc_permutation_starts *starts,
        struct tc_error *err)
{
  struct average average = { .size = a->n_pos * (size_t) a->config->d_model };
  struct tc_permutation_score score;
  average.sum = calloc (average.size, sizeof *average.sum);
  average.mean = calloc (average.size, sizeof *average.mean);
  enum tc_status status = TC_OK;
  if (average.sum == NULL || average.mean == NULL)
    status = tc_fail (err, TC_ENOMEM, "no memory for the head's mean output");
  if (status == TC_OK)
    status = measure_without (a, starts, &average, &score, err);
  if (status == TC_OK)
    {
      tc_macros_real (a->macros, "HeadlessPunctuation", 100 * score.punctuation, 3);
      tc_macros_real (a->macros, "HeadlessCharacters", 100 * score.characters, 3);
    }
  free (average.sum);
  free (average.mean);
  return status;
}

enum tc_status
tc_permutation_report_paths (struct tc_permutation_analysis *a, struct tc_error *err)
{
  struct tc_permutation_starts starts;
  struct margins m = { .max_error = 0 };
  size_t count = a->n_held_out < ABLATED ? a->n_held_out : ABLATED;
  enum tc_status status = tc_permutation_starts_alloc (&starts, a->list, count,
                                                       TC_PERMUTATION_ASCENDING, 0, err);
  if (status == TC_OK)
    status = attribute (a, &starts, &m, err);
  if (status == TC_OK)
    status = write_margins (a, &m, err);
  if (status == TC_OK)
    {
      tc_macros_real (a->macros, "PathsError", m.max_error, 1);
      status = ablate (a, &starts, err);
    }
  tc_permutation_starts_free (&starts);
  return status == TC_OK ? tc_permutation_figure_paths (a, err) : status;
}
