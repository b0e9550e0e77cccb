#include "circuits/ablation.h"

#include <stdbool.h>
#include <string.h>

/* Numbers of one sequence.  */
static size_t
sequence_size (const struct tc_activation *activation)
{
  size_t size = 1;
  for (int d = 1; d < activation->n_dims; d++)
    size *= activation->shape[d];
  return size;
}

/* Scores and patterns are [b,heads,query,key], whatever else has heads
   [b,p,heads,...].  */
static bool
is_attention (const char *name)
{
  const char *leaf = strrchr (name, '.');
  return leaf != NULL && (strcmp (leaf, ".hook_attn_scores") == 0
                          || strcmp (leaf, ".hook_pattern") == 0);
}

static void
overwrite (tc_real *to, const tc_real *from, size_t n)
{
  if (from != NULL)
    memcpy (to, from, n * sizeof *to);
  else
    memset (to, 0, n * sizeof *to);
}

/* One sequence's numbers of one head, or all.  */
static void
overwrite_sequence (const struct tc_activation *activation, int head, tc_real *to,
                    const tc_real *from)
{
  size_t size = sequence_size (activation);
  if (head < 0)
    {
      overwrite (to, from, size);
      return;
    }
  size_t dim = is_attention (activation->name) ? 1 : 2;
  size_t heads = activation->shape[dim], block = 1;
  for (int d = (int) dim + 1; d < activation->n_dims; d++)
    block *= activation->shape[d];
  for (size_t at = (size_t) head * block; at < size; at += heads * block)
    overwrite (to + at, from != NULL ? from + at : NULL, block);
}

static void
ablate (const struct tc_activation *activation, void *user)
{
  const struct tc_ablation *ablation = user;
  size_t size = sequence_size (activation);
  for (size_t b = 0; b < activation->shape[0]; b++)
    {
      const tc_real *from = ablation->kind == TC_ABLATE_ZERO ? NULL
        : ablation->value + (ablation->kind == TC_ABLATE_REPLACE ? b * size : 0);
      overwrite_sequence (activation, ablation->head, activation->data + b * size, from);
    }
}

struct tc_hook
tc_ablation_hook (const struct tc_ablation *ablation)
{
  return (struct tc_hook) { .name = ablation->name, .direction = TC_FORWARD, .fn = ablate,
                            .user = (void *) ablation };
}

void
tc_activation_mean (const struct tc_activation *activation, tc_real *mean)
{
  size_t size = sequence_size (activation), n = activation->shape[0];
  for (size_t i = 0; i < size; i++)
    {
      double sum = 0;
      for (size_t b = 0; b < n; b++)
        sum += activation->data[b * size + i];
      mean[i] = (tc_real) (sum / (double) n);
    }
}
