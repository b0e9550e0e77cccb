#include "training/task.h"

#include <string.h>

void
tc_save_mt (const struct tc_mt19937 *mt, uint32_t state[TC_MT_STATE])
{
  memcpy (state, mt->word, sizeof mt->word);
  state[TC_MT_WORDS] = mt->next;
}

void
tc_load_mt (struct tc_mt19937 *mt, const uint32_t state[TC_MT_STATE])
{
  memcpy (mt->word, state, sizeof mt->word);
  mt->next = state[TC_MT_WORDS];
}

void
tc_save_torch (const struct tc_torch_rng *rng, uint32_t state[TC_TORCH_STATE])
{
  uint64_t bits;
  memcpy (&bits, &rng->next_normal, sizeof bits);
  tc_save_mt (&rng->mt, state);
  state[TC_MT_STATE] = (uint32_t) bits;
  state[TC_MT_STATE + 1] = (uint32_t) (bits >> 32);
  state[TC_MT_STATE + 2] = rng->has_next_normal;
}

void
tc_load_torch (struct tc_torch_rng *rng, const uint32_t state[TC_TORCH_STATE])
{
  uint64_t bits = state[TC_MT_STATE] | (uint64_t) state[TC_MT_STATE + 1] << 32;
  tc_load_mt (&rng->mt, state);
  memcpy (&rng->next_normal, &bits, sizeof bits);
  rng->has_next_normal = state[TC_MT_STATE + 2];
}
