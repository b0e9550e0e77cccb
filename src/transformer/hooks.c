#include "transformer/hooks.h"

#include "transformer/hook_points.h"
#include "transformer/layers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- What each point is called, when it exists and what shape it has --- */

enum condition { ALWAYS, WITH_POSITIONS, WITH_NORM, WITH_MLP, WITH_MLP_AND_NORM };

enum shape
{
  RESIDUAL,                     /* [b,p,d_model] */
  SCALE,                        /* [b,p,1] */
  HEADS,                        /* [b,p,heads,d_head] */
  WEIGHTS,                      /* [b,heads,query,key] */
  RESULT,                       /* [b,p,heads,d_model] */
  NEURONS,                      /* [b,p,d_mlp] */
  LOGITS                        /* [b,p,d_vocab_out] */
};

static const struct
{
  const char *name;
  enum condition condition;
  enum shape shape;
} points[TC_N_POINTS] =
{
  [TC_POINT_EMBED] = { "hook_embed", ALWAYS, RESIDUAL },
  [TC_POINT_POS_EMBED] = { "hook_pos_embed", WITH_POSITIONS, RESIDUAL },
  [TC_POINT_RESID_PRE] = { "hook_resid_pre", ALWAYS, RESIDUAL },
  [TC_POINT_LN1_SCALE] = { "ln1.hook_scale", WITH_NORM, SCALE },
  [TC_POINT_LN1_NORMALIZED] = { "ln1.hook_normalized", WITH_NORM, RESIDUAL },
  [TC_POINT_Q] = { "attn.hook_q", ALWAYS, HEADS },
  [TC_POINT_K] = { "attn.hook_k", ALWAYS, HEADS },
  [TC_POINT_V] = { "attn.hook_v", ALWAYS, HEADS },
  [TC_POINT_SCORES] = { "attn.hook_attn_scores", ALWAYS, WEIGHTS },
  [TC_POINT_PATTERN] = { "attn.hook_pattern", ALWAYS, WEIGHTS },
  [TC_POINT_Z] = { "attn.hook_z", ALWAYS, HEADS },
  [TC_POINT_RESULT] = { "attn.hook_result", ALWAYS, RESULT },
  [TC_POINT_ATTN_OUT] = { "hook_attn_out", ALWAYS, RESIDUAL },
  [TC_POINT_RESID_MID] = { "hook_resid_mid", WITH_MLP, RESIDUAL },
  [TC_POINT_LN2_SCALE] = { "ln2.hook_scale", WITH_MLP_AND_NORM, SCALE },
  [TC_POINT_LN2_NORMALIZED] = { "ln2.hook_normalized", WITH_MLP_AND_NORM, RESIDUAL },
  [TC_POINT_PRE] = { "mlp.hook_pre", WITH_MLP, NEURONS },
  [TC_POINT_POST] = { "mlp.hook_post", WITH_MLP, NEURONS },
  [TC_POINT_MLP_OUT] = { "hook_mlp_out", WITH_MLP, RESIDUAL },
  [TC_POINT_RESID_POST] = { "hook_resid_post", ALWAYS, RESIDUAL },
  [TC_POINT_LN_FINAL_SCALE] = { "ln_final.hook_scale", WITH_NORM, SCALE },
  [TC_POINT_LN_FINAL_NORMALIZED] = { "ln_final.hook_normalized", WITH_NORM, RESIDUAL },
  [TC_POINT_UNEMBED_IN] = { "unembed.hook_in", ALWAYS, RESIDUAL },
  [TC_POINT_UNEMBED_OUT] = { "unembed.hook_out", ALWAYS, LOGITS }
};

static bool
exists (const struct tc_config *config, enum tc_point point)
{
  const bool norm = config->normalization != TC_NORM_NONE, mlp = config->d_mlp > 0;
  switch (points[point].condition)
    {
    case WITH_POSITIONS:    return config->positions != TC_POS_NONE;
    case WITH_NORM:         return norm;
    case WITH_MLP:          return mlp;
    case WITH_MLP_AND_NORM: return mlp && norm;
    default:                return true;
    }
}

static void
write_name (enum tc_point point, int layer, char name[TC_NAME_MAX])
{
  if (point >= TC_POINT_RESID_PRE && point <= TC_POINT_RESID_POST)
    snprintf (name, TC_NAME_MAX, "blocks.%d.%s", layer, points[point].name);
  else
    snprintf (name, TC_NAME_MAX, "%s", points[point].name);
}

static struct tc_activation
describe (const struct tc_run *run, enum tc_point point, const char *name, tc_real *data)
{
  const struct tc_config *c = &run->config;
  const size_t n_heads = (size_t) c->n_heads, d_model = (size_t) c->d_model;
  struct tc_activation a =
    { .name = name, .n_dims = 3, .shape = { run->rows.n_seq, run->rows.n_pos }, .data = data };
  switch (points[point].shape)
    {
    case RESIDUAL:
      a.shape[2] = d_model;
      break;
    case SCALE:
      a.shape[2] = 1;
      break;
    case NEURONS:
      a.shape[2] = (size_t) c->d_mlp;
      break;
    case LOGITS:
      a.shape[2] = (size_t) c->d_vocab_out;
      break;
    case HEADS:
    case RESULT:
      a.n_dims = 4;
      a.shape[2] = n_heads;
      a.shape[3] = points[point].shape == HEADS ? (size_t) c->d_head : d_model;
      break;
    case WEIGHTS:
      a.n_dims = 4;
      a.shape[1] = n_heads;
      a.shape[2] = a.shape[3] = run->rows.n_pos;
      break;
    }
  return a;
}

/* --- Walking the points in forward order --- */

struct place
{
  enum tc_point point;
  int layer;
};

/* The place after `place`, whether or not the model has it.  */
static struct place
next_place (const struct tc_config *config, struct place place)
{
  if (place.point == TC_POINT_RESID_POST && place.layer + 1 < config->n_layers)
    return (struct place) { TC_POINT_RESID_PRE, place.layer + 1 };
  place.point++;
  return place;
}

static const struct place first_place = { TC_POINT_EMBED, 0 };

size_t
tc_hook_count (const struct tc_config *config)
{
  size_t n = 0;
  for (struct place p = first_place; p.point < TC_N_POINTS; p = next_place (config, p))
    n += exists (config, p.point);
  return n;
}

enum tc_status
tc_hook_name (const struct tc_config *config, size_t i, char name[TC_NAME_MAX],
              struct tc_error *err)
{
  size_t n = 0;
  for (struct place p = first_place; p.point < TC_N_POINTS; p = next_place (config, p))
    if (exists (config, p.point) && n++ == i)
      {
        write_name (p.point, p.layer, name);
        return TC_OK;
      }
  return tc_fail (err, TC_EINVAL, "hook %zu: the model has %zu", i, n);
}

static enum tc_status
find_place (const struct tc_config *config, const char *name, struct place *place,
            struct tc_error *err)
{
  for (struct place p = first_place; p.point < TC_N_POINTS; p = next_place (config, p))
    {
      char candidate[TC_NAME_MAX];
      write_name (p.point, p.layer, candidate);
      if (exists (config, p.point) && strcmp (candidate, name) == 0)
        {
          *place = p;
          return TC_OK;
        }
    }
  return tc_fail (err, TC_EINVAL, "hook \"%s\" does not exist in this model: expected a "
                  "name such as hook_embed or blocks.0.attn.hook_pattern (%d layers%s%s)",
                  name, config->n_layers, config->d_mlp > 0 ? "" : ", no MLP",
                  config->normalization != TC_NORM_NONE ? "" : ", no normalisation");
}

/* --- Hooks of a run --- */

static bool
matches (const struct tc_hook *hook, const char *name)
{
  return strcmp (hook->name, "*") == 0 || strcmp (hook->name, name) == 0;
}

bool
tc_find_hook (const struct tc_run *run, enum tc_direction direction,
              enum tc_point point, int layer)
{
  char name[TC_NAME_MAX];
  write_name (point, layer, name);
  for (size_t i = 0; i < run->hooks.n; i++)
    if (run->hooks.hooks[i].direction == direction && matches (&run->hooks.hooks[i], name))
      return true;
  return false;
}

void
tc_fire_hooks (const struct tc_run *run, enum tc_direction direction,
               enum tc_point point, int layer, tc_real *data)
{
  char name[TC_NAME_MAX];
  write_name (point, layer, name);
  struct tc_activation activation = describe (run, point, name, data);
  for (size_t i = 0; i < run->hooks.n; i++)
    {
      const struct tc_hook *hook = &run->hooks.hooks[i];
      if (hook->direction == direction && matches (hook, name))
        hook->fn (&activation, hook->user);
    }
}

/* Memory that only hooks need, made when the first one comes.  */
static enum tc_status
reserve_for_hooks (struct tc_run *run, struct tc_error *err)
{
  const size_t rows = run->rows.max_seq * run->rows.max_pos;
  const size_t n = rows * (size_t) run->config.n_heads * (size_t) run->config.d_model;
  if (run->hook_buffer == NULL)
    run->hook_buffer = malloc ((n + 1) * sizeof *run->hook_buffer);
  bool complete = run->hook_buffer != NULL;
  for (int l = 0; l < run->config.n_layers; l++)
    {
      struct tc_layer_cache *cache = &run->layers[l];
      if (cache->result == NULL)
        cache->result = malloc ((n + 1) * sizeof *cache->result);
      complete = complete && cache->result != NULL;
    }
  return complete ? TC_OK : tc_fail (err, TC_ENOMEM, "no memory for hooks");
}

enum tc_status
tc_run_add_hook (struct tc_run *run, struct tc_hook hook, struct tc_error *err)
{
  struct place place;
  enum tc_status status = TC_OK;
  if (run->rows.mode != TC_ROWS_ALL)
    return tc_fail (err, TC_EINVAL, "hook \"%s\": expected a run of all rows (TC_ROWS_ALL)",
                    hook.name);
  if (strcmp (hook.name, "*") != 0)
    status = find_place (&run->config, hook.name, &place, err);
  if (status == TC_OK)
    status = reserve_for_hooks (run, err);
  if (status != TC_OK)
    return status;

  struct tc_hook_list *list = &run->hooks;
  if (list->n == list->capacity)
    {
      size_t capacity = 2 * list->capacity + 4;
      struct tc_hook *hooks = realloc (list->hooks, capacity * sizeof *hooks);
      if (hooks == NULL)
        return tc_fail (err, TC_ENOMEM, "no memory for %zu hooks", capacity);
      list->hooks = hooks;
      list->capacity = capacity;
    }
  list->hooks[list->n++] = hook;
  return TC_OK;
}

void
tc_run_clear_hooks (struct tc_run *run)
{
  run->hooks.n = 0;
}

/* --- Activations without a callback --- */

/* Those that the forward pass keeps as they are.  */
static tc_real *
kept (const struct tc_run *run, struct place place)
{
  const struct tc_layer_cache *layer = &run->layers[place.layer];
  switch (place.point)
    {
    case TC_POINT_EMBED:               return run->embed;
    case TC_POINT_POS_EMBED:           return run->pos_embed;
    case TC_POINT_RESID_PRE:           return layer->resid_pre;
    case TC_POINT_LN1_SCALE:           return layer->ln1.scale;
    case TC_POINT_LN1_NORMALIZED:      return layer->ln1.normalized;
    case TC_POINT_Q:                   return layer->q;
    case TC_POINT_K:                   return layer->k;
    case TC_POINT_V:                   return layer->v;
    case TC_POINT_SCORES:              return layer->scores;
    case TC_POINT_PATTERN:             return layer->pattern;
    case TC_POINT_Z:                   return layer->z;
    case TC_POINT_RESULT:              return layer->result;
    case TC_POINT_ATTN_OUT:            return layer->attn_out;
    case TC_POINT_RESID_MID:           return layer->resid_mid;
    case TC_POINT_LN2_SCALE:           return layer->ln2.scale;
    case TC_POINT_LN2_NORMALIZED:      return layer->ln2.normalized;
    case TC_POINT_PRE:                 return layer->pre;
    case TC_POINT_POST:                return layer->post;
    case TC_POINT_MLP_OUT:             return layer->mlp_out;
    case TC_POINT_RESID_POST:          return layer->resid_post;
    case TC_POINT_LN_FINAL_SCALE:      return run->ln_final.scale;
    case TC_POINT_LN_FINAL_NORMALIZED: return run->ln_final.normalized;
    case TC_POINT_UNEMBED_IN:          return run->ln_final.out;
    case TC_POINT_UNEMBED_OUT:         return run->logits;
    default:                           return NULL;
    }
}

/* Makes those that it makes for hooks only.  */
static enum tc_status
make_on_demand (struct tc_run *run, struct place place, struct tc_error *err)
{
  if (place.point == TC_POINT_SCORES)
    tc_attention_mask_scores (run, place.layer);
  const bool missing
    = (place.point == TC_POINT_RESULT || place.point == TC_POINT_POS_EMBED)
      && !tc_hooked (run, TC_FORWARD, place.point, place.layer);
  if (!missing)
    return TC_OK;

  /* Any context will do: they all give the same bits.  */
  struct tc_compute *compute;
  enum tc_status status = reserve_for_hooks (run, err);
  if (status == TC_OK)
    status = tc_compute_alloc (&compute, NULL, 1, err);
  if (status != TC_OK)
    return status;
  if (place.point == TC_POINT_RESULT)
    tc_attention_results (compute, run, place.layer);
  else
    tc_embed_positions (compute, run);
  tc_compute_free (compute);
  return TC_OK;
}

enum tc_status
tc_run_activation (struct tc_run *run, const struct tc_model *model, const char *name,
                   struct tc_activation *out, struct tc_error *err)
{
  struct place place;
  if (run->rows.mode != TC_ROWS_ALL)
    return tc_fail (err, TC_EINVAL, "activation \"%s\": expected a run of all rows "
                    "(TC_ROWS_ALL)", name);
  enum tc_status status = find_place (&run->config, name, &place, err);
  if (status != TC_OK)
    return status;
  tc_bind_params (&run->params, model, model->params.data, false);
  status = make_on_demand (run, place, err);
  if (status == TC_OK)
    *out = describe (run, place.point, name, kept (run, place));
  return status;
}
