#include "experiments/skip-trigram/probe.h"

#include "numerics/elementary.h"
#include "training/loss.h"
#include "transformer/hooks.h"
#include "transformer/model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct tc_probe
{
  struct tc_session *session;
  const struct tc_skip_trigram_options *task;
  struct tc_run *run;           /* decoder only */
  const struct tc_batch *batch; /* being measured */
  tc_real *grads, *dlogits;
  const tc_real **logits;
  double *nll;
  double *attention, *gradient; /* [n_seq] of this batch */
};

/* Sums an activation [b, heads, query, key] over heads at (last, place).  */
static void
read_pattern (const struct tc_probe *probe, const struct tc_activation *pattern,
              double scale, double *out)
{
  size_t heads = pattern->shape[1], n_pos = pattern->shape[3];
  for (size_t b = 0; b < pattern->shape[0]; b++)
    {
      size_t place = tc_skip_trigram_place (probe->task, probe->batch->tokens + b * n_pos);
      out[b] = 0;
      for (size_t h = 0; h < heads; h++)
        out[b] += scale * pattern->data[((b * heads + h) * n_pos + n_pos - 1) * n_pos + place];
    }
}

static void
save_attention (const struct tc_activation *pattern, void *user)
{
  struct tc_probe *probe = user;
  read_pattern (probe, pattern, 1.0 / (double) pattern->shape[1], probe->attention);
}

static void
save_gradient (const struct tc_activation *pattern, void *user)
{
  struct tc_probe *probe = user;
  read_pattern (probe, pattern, 1, probe->gradient);
}

static enum tc_status
alloc_run (struct tc_probe *probe, struct tc_error *err)
{
  static const char pattern[] = "blocks.0.attn.hook_pattern";
  struct tc_session *session = probe->session;
  enum tc_status status = tc_run_alloc (&probe->run, &session->model.config, TC_ROWS_ALL,
                                        session->task.max_seq, session->task.max_pos,
                                        session->task.max_targets, err);
  if (status == TC_OK)
    status = tc_run_add_hook (probe->run, (struct tc_hook) { pattern, TC_FORWARD,
                                                             save_attention, probe }, err);
  if (status == TC_OK)
    status = tc_run_add_hook (probe->run, (struct tc_hook) { pattern, TC_BACKWARD,
                                                             save_gradient, probe }, err);
  return status;
}

enum tc_status
tc_probe_alloc (struct tc_probe **out, struct tc_session *session,
                const struct tc_skip_trigram_options *task, struct tc_error *err)
{
  struct tc_probe *probe = calloc (1, sizeof *probe);
  *out = probe;
  if (probe == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for a probe");
  size_t n = session->task.max_targets, d_out = session->learner.d_vocab_out;
  probe->session = session;
  probe->task = task;
  probe->grads = calloc (session->learner.params->count, sizeof *probe->grads);
  probe->dlogits = calloc (n * d_out, sizeof *probe->dlogits);
  probe->logits = calloc (n, sizeof *probe->logits);
  probe->nll = calloc (n, sizeof *probe->nll);
  probe->attention = calloc (n, sizeof *probe->attention);
  probe->gradient = calloc (n, sizeof *probe->gradient);
  enum tc_status status = TC_OK;
  if (probe->grads == NULL || probe->dlogits == NULL || probe->logits == NULL
      || probe->nll == NULL || probe->attention == NULL || probe->gradient == NULL)
    status = tc_fail (err, TC_ENOMEM, "no memory for a probe");
  if (status == TC_OK && session->is_decoder)
    status = alloc_run (probe, err);
  if (status != TC_OK)
    {
      tc_probe_free (probe);
      *out = NULL;
    }
  return status;
}

void
tc_probe_free (struct tc_probe *probe)
{
  if (probe == NULL)
    return;
  if (probe->run != NULL)
    tc_run_free (probe->run);
  free (probe->grads);
  free (probe->dlogits);
  free (probe->logits);
  free (probe->nll);
  free (probe->attention);
  free (probe->gradient);
  free (probe);
}

/* Each sequence counts wholly: d (its own loss) / d logits.  */
static void
differentiate_loss (struct tc_probe *probe)
{
  const struct tc_batch *batch = probe->batch;
  tc_cross_entropy (probe->session->compute, batch->n_targets,
                    probe->session->learner.d_vocab_out, probe->logits, batch->target, 1,
                    probe->nll, probe->dlogits);
}

static enum tc_status
measure_decoder (struct tc_probe *probe, struct tc_error *err)
{
  struct tc_session *session = probe->session;
  enum tc_status status = tc_forward (session->compute, &session->model, probe->batch,
                                      probe->run, err);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; i < probe->batch->n_targets; i++)
    probe->logits[i] = tc_run_logits (probe->run, i);
  differentiate_loss (probe);
  tc_backward (session->compute, &session->model, probe->run, probe->dlogits, probe->grads);
  return TC_OK;
}

/* The minimal model's pattern is softmax of QK; the gradient on an entry is
   dlogits . OV[token there].  Attention comes from the scores in float64.  */
static enum tc_status
measure_minimal (struct tc_probe *probe, struct tc_error *err)
{
  struct tc_learner *learner = &probe->session->learner;
  const struct tc_batch *batch = probe->batch;
  const tc_real *qk = tc_params_data (learner->params, "QK");
  const tc_real *ov = tc_params_data (learner->params, "OV");
  size_t d_out = learner->d_vocab_out;
  enum tc_status status = learner->forward (learner->self, batch, probe->logits, err);
  if (status != TC_OK)
    return status;
  differentiate_loss (probe);
  for (size_t b = 0; b < batch->n_seq; b++)
    {
      const int32_t *tokens = batch->tokens + b * batch->n_pos;
      int32_t trigger = tokens[tc_skip_trigram_place (probe->task, tokens)];
      double inverse = 0;
      for (size_t p = 0; p < batch->n_pos; p++)
        inverse += tc_exp64 ((double) qk[tokens[p]] - qk[trigger]);
      probe->attention[b] = 1 / inverse;
      probe->gradient[b] = 0;
      for (size_t c = 0; c < d_out; c++)
        probe->gradient[b] = fma (probe->dlogits[b * d_out + c],
                                  ov[(size_t) trigger * d_out + c], probe->gradient[b]);
    }
  return TC_OK;
}

static void
mean_by_trigram (const struct tc_probe *probe, const double *of_sequence, double *mean)
{
  for (int k = 0; k < probe->task->rand_size; k++)
    {
      double sum = 0;
      size_t count = 0;
      for (size_t i = 0; i < probe->batch->n_targets; i++)
        if (probe->batch->target[i] == k)
          {
            sum += of_sequence[i];
            count++;
          }
      mean[k] = count > 0 ? sum / (double) count : NAN;
    }
}

enum tc_status
tc_probe_measure (struct tc_probe *probe, const struct tc_batch *batch, double *attention,
                  double *gradient, struct tc_error *err)
{
  probe->batch = batch;
  enum tc_status status = probe->session->is_decoder ? measure_decoder (probe, err)
                                                     : measure_minimal (probe, err);
  if (status != TC_OK)
    return status;
  mean_by_trigram (probe, probe->attention, attention);
  mean_by_trigram (probe, probe->gradient, gradient);
  return TC_OK;
}
