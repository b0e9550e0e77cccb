/* Which parts are needed: accuracy with one taken out.  */

#include "experiments/sort/analysis.h"
#include "experiments/sort/examine.h"

#include "circuits/ablation.h"
#include "circuits/generate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LISTS = 1000 };

struct condition
{
  const char *part, *kind;
  struct tc_hook hook;          /* fn NULL: none */
};

struct ablations
{
  struct tc_sort_analysis *a;
  struct tc_sort_set set;
  struct tc_csv csv;
  size_t right_lists, right_tokens, n_tokens;
  double nll;
  /* For means: the activation's name, its sum over chunks.  */
  const char *name;
  double *sum;
  tc_real *mean;
  size_t size;
};

/* --- accuracy with a hook --- */

static enum tc_status
count (struct tc_run *run, const struct tc_batch *batch, size_t first, void *user,
       struct tc_error *err)
{
  struct ablations *x = user;
  size_t n = (size_t) x->a->session->model.config.d_vocab_out;
  size_t answers = batch->n_targets / batch->n_seq;
  (void) first;
  (void) err;
  for (size_t i = 0; i < batch->n_targets; i += answers)
    {
      size_t right = 0;
      for (size_t k = i; k < i + answers; k++)
        {
          const tc_real *logits = tc_run_logits (run, k);
          right += tc_greatest_logit (n, logits) == batch->target[k];
          x->nll += tc_surprisal (n, logits, (size_t) batch->target[k]);
        }
      x->right_tokens += right;
      x->right_lists += right == answers;
      x->n_tokens += answers;
    }
  return TC_OK;
}

static enum tc_status
try_condition (struct ablations *x, const struct condition *condition, struct tc_error *err)
{
  x->right_lists = x->right_tokens = x->n_tokens = 0;
  x->nll = 0;
  enum tc_status status = tc_sort_examine (x->a, &x->set, condition->hook.fn != NULL,
                                           &condition->hook, count, x, err);
  if (status != TC_OK)
    return status;
  tc_csv_text (&x->csv, condition->part);
  tc_csv_text (&x->csv, condition->kind);
  tc_csv_real (&x->csv, (double) x->right_lists / LISTS);
  tc_csv_real (&x->csv, (double) x->right_tokens / (double) x->n_tokens);
  tc_csv_real (&x->csv, x->nll / (double) x->n_tokens);
  return tc_csv_end_row (&x->csv, err);
}

/* --- means --- */

static enum tc_status
add_chunk (struct tc_run *run, const struct tc_batch *batch, size_t first, void *user,
           struct tc_error *err)
{
  struct ablations *x = user;
  struct tc_activation activation;
  (void) first;
  enum tc_status status = tc_run_activation (run, &x->a->session->model, x->name, &activation,
                                             err);
  if (status != TC_OK)
    return status;
  size_t size = 1;
  for (int d = 1; d < activation.n_dims; d++)
    size *= activation.shape[d];
  if (x->sum == NULL)
    {
      x->size = size;
      x->sum = calloc (size, sizeof *x->sum);
      x->mean = calloc (size, sizeof *x->mean);
      if (x->sum == NULL || x->mean == NULL)
        return tc_fail (err, TC_ENOMEM, "no memory for the mean of %s", x->name);
    }
  for (size_t b = 0; b < batch->n_seq; b++)
    for (size_t i = 0; i < size; i++)
      x->sum[i] += (double) activation.data[b * size + i];
  return TC_OK;
}

static enum tc_status
find_mean (struct ablations *x, const char *name, struct tc_error *err)
{
  free (x->sum);
  free (x->mean);
  x->sum = NULL;
  x->mean = NULL;
  x->name = name;
  enum tc_status status = tc_sort_examine (x->a, &x->set, 0, NULL, add_chunk, x, err);
  for (size_t i = 0; status == TC_OK && i < x->size; i++)
    x->mean[i] = (tc_real) (x->sum[i] / LISTS);
  return status;
}

/* A part by zero and by its mean at each position.  */
static enum tc_status
ablate (struct ablations *x, const char *part, const char *name, int head,
        struct tc_error *err)
{
  struct tc_ablation zero = { .name = name, .kind = TC_ABLATE_ZERO, .head = head };
  struct tc_ablation mean = { .name = name, .kind = TC_ABLATE_MEAN, .head = head };
  struct condition condition = { part, "zero", tc_ablation_hook (&zero) };
  enum tc_status status = try_condition (x, &condition, err);
  if (status == TC_OK)
    status = find_mean (x, name, err);
  if (status != TC_OK)
    return status;
  mean.value = x->mean;
  condition = (struct condition) { part, "mean", tc_ablation_hook (&mean) };
  return try_condition (x, &condition, err);
}

/* --- other attention --- */

/* Nothing of the sorted part is seen, but for what asks.  */
static void
hide_sorted (const struct tc_activation *scores, void *user)
{
  const struct ablations *x = user;
  size_t n = scores->shape[2], from = (size_t) x->a->task->list_length + 2;
  for (size_t row = 0; row < scores->shape[0] * scores->shape[1] * n; row++)
    for (size_t key = from; key < row % n; key++)
      scores->data[row * n + key] = (tc_real) -INFINITY;
}

/* All attention goes to the key that has most.  */
static void
harden (const struct tc_activation *pattern, void *user)
{
  (void) user;
  size_t n = pattern->shape[3];
  for (size_t row = 0; row < pattern->shape[0] * pattern->shape[1] * n; row++)
    {
      tc_real *weight = pattern->data + row * n;
      size_t best = 0;
      for (size_t key = 0; key <= row % n; key++)
        best = weight[key] > weight[best] ? key : best;
      for (size_t key = 0; key <= row % n; key++)
        weight[key] = key == best ? 1 : 0;
    }
}

static enum tc_status
try_attention (struct ablations *x, struct tc_error *err)
{
  const struct condition conditions[] = {
    { "sorted part", "not attended to",
      { "blocks.0.attn.hook_attn_scores", TC_FORWARD, hide_sorted, x } },
    { "attention", "on the greatest weight alone",
      { "blocks.0.attn.hook_pattern", TC_FORWARD, harden, x } }
  };
  enum tc_status status = try_condition (x, &conditions[0], err);
  if (status == TC_OK)
    status = try_condition (x, &conditions[1], err);
  return status;
}

/* --- the part --- */

static enum tc_status
try_all (struct ablations *x, struct tc_error *err)
{
  const struct tc_config *config = &x->a->session->model.config;
  struct condition none = { .part = "none", .kind = "" };
  enum tc_status status = try_condition (x, &none, err);
  if (status == TC_OK && config->d_mlp > 0)
    status = ablate (x, "MLP", "blocks.0.hook_mlp_out", -1, err);
  if (status == TC_OK)
    status = ablate (x, "attention", "blocks.0.hook_attn_out", -1, err);
  for (int head = 0; status == TC_OK && config->n_heads > 1 && head < config->n_heads; head++)
    {
      char part[16];
      snprintf (part, sizeof part, "head %d", head);
      status = ablate (x, part, "blocks.0.attn.hook_z", head, err);
    }
  if (status == TC_OK)
    status = try_attention (x, err);
  return status;
}

static enum tc_status
write_macros (struct tc_sort_analysis *a, struct tc_error *err)
{
  static const char *const macros[][3] = {
    { "MLP", "zero", "NoMlp" }, { "MLP", "mean", "MeanMlp" },
    { "attention", "zero", "NoAttention" }, { "attention", "mean", "MeanAttention" },
    { "head 0", "mean", "MeanHeadA" }, { "head 1", "mean", "MeanHeadB" },
    { "sorted part", "not attended to", "HiddenSorted" },
    { "attention", "on the greatest weight alone", "Hard" }
  };
  char name[64];
  struct tc_table t;
  enum tc_status status
    = tc_session_table (a->session, a->session->run, "ablations", &t, err);
  if (status != TC_OK)
    return status;
  for (size_t row = 0; row < t.n_rows; row++)
    for (size_t i = 0; i < sizeof macros / sizeof *macros; i++)
      if (strcmp (t.text[row * t.n_columns], macros[i][0]) == 0
          && strcmp (t.text[row * t.n_columns + 1], macros[i][1]) == 0)
        {
          snprintf (name, sizeof name, "%sLists", macros[i][2]);
          tc_macros_real (a->macros, name, 100 * t.value[row * t.n_columns + 2], 3);
          snprintf (name, sizeof name, "%sTokens", macros[i][2]);
          tc_macros_real (a->macros, name, 100 * t.value[row * t.n_columns + 3], 3);
        }
  tc_table_free (&t);
  return TC_OK;
}

enum tc_status
tc_sort_report_ablations (struct tc_sort_analysis *a, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "part", "what was changed" },
    { "kind", "what it was overwritten with: zero, or its mean at each position over these "
              "lists" },
    { "accuracy", "share of lists all of whose tokens are right" },
    { "token_accuracy", "share of tokens that are right" },
    { "loss", "nats per token" }
  };
  struct ablations x = { .a = a };
  if (!a->session->is_decoder || a->session->model.config.n_layers != 1)
    return TC_OK;
  enum tc_status status = tc_sort_lists (a, a->task->test_seed, LISTS, &x.set, err);
  if (status == TC_OK)
    status = tc_session_csv (a->session, &x.csv, "ablations",
                             "Accuracy with one part taken out", 5, columns, err);
  if (status == TC_OK)
    status = tc_csv_finish (&x.csv, try_all (&x, err), err);
  tc_sort_set_free (&x.set);
  free (x.sum);
  free (x.mean);
  return status == TC_OK ? write_macros (a, err) : status;
}
