#include "circuits/generate.h"

#include "numerics/elementary.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Prompts that go through the model together: enough to share the rows of layer
   0, few enough to stay in the cache.  */
enum { AT_ONCE = 512 };

struct generator
{
  struct tc_compute *compute;
  const struct tc_model *model;
  const struct tc_sampling *sampling;
  size_t n_prompt, n_new;
  struct tc_run *run;
  size_t n_read;                /* positions read: all but the last new token's */
  int32_t *seq, *pos, *target;  /* [AT_ONCE] */
  int32_t *context;             /* [AT_ONCE, n_read] */
  double *draws;                /* [AT_ONCE, n_new]; NULL if greedy */
};

int32_t
tc_greatest_logit (size_t n, const tc_real *logits)
{
  size_t best = 0;
  for (size_t c = 1; c < n; c++)
    if (logits[c] > logits[best])
      best = c;
  return (int32_t) best;
}

double
tc_surprisal (size_t n, const tc_real *logits, size_t token)
{
  double max = logits[tc_greatest_logit (n, logits)], sum = 0;
  for (size_t c = 0; c < n; c++)
    sum += tc_exp64 (logits[c] - max);
  return tc_log64 (sum) + max - logits[token];
}

int32_t
tc_sampled_logit (size_t n, const tc_real *logits, double temperature, double u)
{
  double max = logits[tc_greatest_logit (n, logits)], total = 0, sum = 0;
  size_t last = 0;
  for (size_t c = 0; c < n; c++)
    total += tc_exp64 ((logits[c] - max) / temperature);
  for (size_t c = 0; c < n; c++)
    {
      double share = tc_exp64 ((logits[c] - max) / temperature);
      if (share > 0)
        last = c;
      sum += share;
      if (u * total < sum)
        return (int32_t) c;
    }
  return (int32_t) last;
}

/* --- one chunk of prompts --- */

static int32_t
choose (const struct generator *g, const tc_real *logits, size_t sequence, size_t i)
{
  size_t n = (size_t) g->model->config.d_vocab_out;
  if (g->draws == NULL)
    return tc_greatest_logit (n, logits);
  return tc_sampled_logit (n, logits, g->sampling->temperature,
                           g->draws[sequence * g->n_new + i]);
}

/* The i-th new token of n sequences.  */
static enum tc_status
append (struct generator *g, size_t n, size_t i, int32_t *tokens, double *surprisal,
        struct tc_error *err)
{
  const struct tc_config *config = &g->model->config;
  size_t place = g->n_prompt + i;
  for (size_t s = 0; s < n; s++)
    g->pos[s] = (int32_t) place - 1;
  struct tc_batch batch = {
    .n_seq = n, .n_pos = g->n_read, .tokens = g->context, .n_targets = n,
    .target_seq = g->seq, .target_pos = g->pos, .target = g->target, .loss_scale = 1
  };
  enum tc_status status = tc_forward (g->compute, g->model, &batch, g->run, err);
  for (size_t s = 0; status == TC_OK && s < n; s++)
    {
      const tc_real *logits = tc_run_logits (g->run, s);
      int32_t token = choose (g, logits, s, i);
      tokens[s * (g->n_prompt + g->n_new) + place] = token;
      if (place < g->n_read && token >= config->d_vocab)
        return tc_fail (err, TC_EINVAL, "the model chose class %d, which is no token: it "
                        "reads 0 to %d", (int) token, config->d_vocab - 1);
      if (place < g->n_read)
        g->context[s * g->n_read + place] = token;
      if (surprisal != NULL)
        surprisal[s * g->n_new + i]
          = tc_surprisal ((size_t) config->d_vocab_out, logits, (size_t) token);
    }
  return status;
}

static enum tc_status
generate_chunk (struct generator *g, size_t n, int32_t *tokens, double *surprisal,
                struct tc_error *err)
{
  enum tc_status status = TC_OK;
  /* Places that are not written yet come after every target, so that no row of
     theirs is computed; they need only be tokens.  */
  memset (g->context, 0, n * g->n_read * sizeof *g->context);
  for (size_t s = 0; s < n; s++)
    memcpy (g->context + s * g->n_read, tokens + s * (g->n_prompt + g->n_new),
            g->n_prompt * sizeof *tokens);
  for (size_t i = 0; g->draws != NULL && i < n * g->n_new; i++)
    g->draws[i] = tc_mt_double (g->sampling->stream);
  for (size_t i = 0; status == TC_OK && i < g->n_new; i++)
    status = append (g, n, i, tokens, surprisal, err);
  return status;
}

/* --- all of them --- */

static enum tc_status
check (const struct tc_model *model, size_t n_prompt, size_t n_new,
       const struct tc_sampling *sampling, struct tc_error *err)
{
  if (n_prompt == 0)
    return tc_fail (err, TC_EINVAL, "an empty prompt: a model needs at least one token");
  if (n_prompt + n_new > (size_t) model->config.n_ctx + 1)
    return tc_fail (err, TC_EINVAL, "a prompt of %zu and %zu new tokens: the model reads "
                    "at most %d positions", n_prompt, n_new, model->config.n_ctx);
  if (!(sampling->temperature >= 0))
    return tc_fail (err, TC_EINVAL, "temperature %g: expected 0 (greedy) or more",
                    sampling->temperature);
  if (sampling->temperature > 0 && sampling->stream == NULL)
    return tc_fail (err, TC_EINVAL, "sampling needs a random stream");
  return TC_OK;
}

static enum tc_status
open_generator (struct generator *g, size_t n_seq, struct tc_error *err)
{
  size_t n = n_seq < AT_ONCE ? n_seq : AT_ONCE;
  bool samples = g->sampling->temperature > 0;
  g->seq = calloc (n + 1, sizeof *g->seq);
  g->pos = calloc (n + 1, sizeof *g->pos);
  g->target = calloc (n + 1, sizeof *g->target);
  g->context = calloc (n * g->n_read, sizeof *g->context);
  g->draws = samples ? calloc (n * g->n_new + 1, sizeof *g->draws) : NULL;
  if (g->seq == NULL || g->pos == NULL || g->target == NULL || g->context == NULL
      || (samples && g->draws == NULL))
    return tc_fail (err, TC_ENOMEM, "no memory to continue %zu prompts", n);
  for (size_t s = 0; s < n; s++)
    g->seq[s] = (int32_t) s;
  return tc_run_alloc (&g->run, &g->model->config, TC_ROWS_NEEDED, n, g->n_read, n,
                       err);
}

static void
close_generator (struct generator *g)
{
  free (g->seq);
  free (g->pos);
  free (g->target);
  free (g->context);
  free (g->draws);
  tc_run_free (g->run);
}

enum tc_status
tc_generate (struct tc_compute *compute, const struct tc_model *model, size_t n_seq,
             size_t n_prompt, size_t n_new, const struct tc_sampling *sampling,
             int32_t *tokens, double *surprisal, struct tc_error *err)
{
  struct generator g = { .compute = compute, .model = model, .sampling = sampling,
                         .n_prompt = n_prompt, .n_new = n_new,
                         .n_read = n_prompt + n_new - 1 };
  enum tc_status status = check (model, n_prompt, n_new, sampling, err);
  if (status != TC_OK || n_seq == 0 || n_new == 0)
    return status;
  status = open_generator (&g, n_seq, err);
  for (size_t s = 0; status == TC_OK && s < n_seq; s += AT_ONCE)
    {
      size_t n = n_seq - s < AT_ONCE ? n_seq - s : AT_ONCE;
      status = generate_chunk (&g, n, tokens + s * (n_prompt + n_new),
                               surprisal != NULL ? surprisal + s * n_new : NULL, err);
    }
  close_generator (&g);
  return status;
}
