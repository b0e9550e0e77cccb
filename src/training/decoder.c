#include "training/trainer.h"

#include "transformer/model.h"

#include <stdlib.h>

struct tc_decoder
{
  struct tc_compute *compute;
  struct tc_model *model;
  struct tc_run *run;
};

static enum tc_status
decoder_forward (void *self, const struct tc_batch *batch, const tc_real **rows,
                 struct tc_error *err)
{
  struct tc_decoder *decoder = self;
  enum tc_status status
    = tc_forward (decoder->compute, decoder->model, batch, decoder->run, err);
  for (size_t i = 0; status == TC_OK && i < batch->n_targets; i++)
    rows[i] = tc_run_logits (decoder->run, i);
  return status;
}

static void
decoder_backward (void *self, const tc_real *dlogits, tc_real *grads)
{
  struct tc_decoder *decoder = self;
  tc_backward (decoder->compute, decoder->model, decoder->run, dlogits, grads);
}

enum tc_status
tc_decoder_alloc (struct tc_decoder **out, struct tc_compute *compute,
                  struct tc_model *model, const struct tc_task *task,
                  struct tc_learner *learner, struct tc_error *err)
{
  struct tc_decoder *decoder = malloc (sizeof *decoder);
  if (decoder == NULL)
    return tc_fail (err, TC_ENOMEM, "out of memory");
  decoder->compute = compute;
  decoder->model = model;
  enum tc_status status
    = tc_run_alloc (&decoder->run, &model->config, TC_ROWS_NEEDED, task->max_seq,
                    task->max_pos, task->max_targets, err);
  if (status != TC_OK)
    {
      free (decoder);
      return status;
    }
  *learner = (struct tc_learner) {
    .self = decoder, .params = &model->params,
    .d_vocab_out = (size_t) model->config.d_vocab_out,
    .forward = decoder_forward, .backward = decoder_backward, .config = &model->config
  };
  *out = decoder;
  return TC_OK;
}

void
tc_decoder_free (struct tc_decoder *decoder)
{
  if (decoder == NULL)
    return;
  tc_run_free (decoder->run);
  free (decoder);
}
