#include "transformer/position.h"

#include "numerics/elementary.h"

#include <stddef.h>

/* 10000^exponent, rounded to float32 as PyTorch's pow gives it.  */
static float
wavelength (float exponent)
{
  const double log_10000 = 9.210340371976182736;
  return (float) tc_exp64 (exponent * log_10000);
}

/* Column pairs (2i, 2i + 1) hold the sine and cosine of pos / 10000^(2i/d) in
   Vaswani et al. 2017, section 3.5.  Notebook 004 wrote 10000^(i/d), put the
   cosine first and divided by sqrt d, to which its embedding is scaled too.
   Every step rounds to float32 as PyTorch does there.  */
void
tc_fill_positions (const struct tc_config *config, tc_real *W_pos)
{
  const bool notebook = config->positions == TC_POS_SINE_NOTEBOOK;
  if (!notebook && config->positions != TC_POS_SINE)
    return;
  const int d = config->d_model;
  const float norm = notebook ? (float) __builtin_sqrt (d) : 1.0f;
  for (int pos = 0; pos < config->n_ctx; pos++)
    for (int i = 0; i < d / 2; i++)
      {
        float angle = (float) pos / wavelength ((float) (notebook ? i : 2 * i) / (float) d);
        float sine = tc_sin (angle) / norm, cosine = tc_cos (angle) / norm;
        W_pos[(size_t) pos * d + 2 * i] = notebook ? cosine : sine;
        W_pos[(size_t) pos * d + 2 * i + 1] = notebook ? sine : cosine;
      }
}
