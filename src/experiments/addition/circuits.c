#include "experiments/addition/circuits.h"

#include <stdio.h>

bool
tc_addition_has_circuits (const struct tc_addition_analysis *a)
{
  const struct tc_config *config = &a->session->setup.config;
  return !a->is_finite && a->session->is_decoder && config->n_layers == 1
         && config->d_mlp > 0 && config->normalization == TC_NORM_NONE
         && a->num_digits >= 3;
}

void
tc_addition_stream (const struct tc_addition_analysis *a, enum tc_addition_stream stream,
                    struct tc_torch_rng *rng)
{
  tc_torch_seed (rng, tc_addition_stream_seed (a->session->setup.data_seed,
                                               (uint64_t) stream));
}

enum tc_status
tc_addition_untrained (const struct tc_addition_analysis *a, struct tc_model *model,
                       struct tc_error *err)
{
  const struct tc_setup *setup = &a->session->setup;
  struct tc_torch_rng rng;
  enum tc_status status = tc_model_alloc (model, &setup->config, err);
  if (status != TC_OK)
    return status;
  tc_torch_seed (&rng, setup->model_seed);
  status = tc_params_init (&model->params, &setup->config, &rng, err);
  if (status != TC_OK)
    tc_model_free (model);
  return status;
}

size_t
tc_addition_query (int num_digits, size_t k)
{
  return 2 * (size_t) num_digits + 1 + k;
}

int
tc_addition_column_at (int num_digits, int k, int distance)
{
  int column = num_digits - k - distance;
  return column >= 0 && column < num_digits ? column : -1;
}

void
tc_addition_distance_label (int distance, char label[TC_ADDITION_LABEL])
{
  if (distance == 0)
    snprintf (label, TC_ADDITION_LABEL, "own column");
  else
    snprintf (label, TC_ADDITION_LABEL, "%d to the %s", distance > 0 ? distance : -distance,
              distance > 0 ? "right" : "left");
}
