#ifndef TC_TRANSFORMER_HOOK_POINTS_H
#define TC_TRANSFORMER_HOOK_POINTS_H

#include "transformer/run.h"

/* Private to this room: the places where hooks fire, in forward order.  Points
   from TC_POINT_RESID_PRE to TC_POINT_RESID_POST exist once per layer.  */
enum tc_point
{
  TC_POINT_EMBED, TC_POINT_POS_EMBED,

  TC_POINT_RESID_PRE,
  TC_POINT_LN1_SCALE, TC_POINT_LN1_NORMALIZED,
  TC_POINT_Q, TC_POINT_K, TC_POINT_V,
  TC_POINT_SCORES, TC_POINT_PATTERN, TC_POINT_Z, TC_POINT_RESULT, TC_POINT_ATTN_OUT,
  TC_POINT_RESID_MID,
  TC_POINT_LN2_SCALE, TC_POINT_LN2_NORMALIZED,
  TC_POINT_PRE, TC_POINT_POST, TC_POINT_MLP_OUT,
  TC_POINT_RESID_POST,

  TC_POINT_LN_FINAL_SCALE, TC_POINT_LN_FINAL_NORMALIZED,
  TC_POINT_UNEMBED_IN, TC_POINT_UNEMBED_OUT,
  TC_N_POINTS
};

/* Calls the hooks of a point with its activation or gradient, [b,p,...].  */
void tc_fire_hooks (const struct tc_run *run, enum tc_direction direction,
                    enum tc_point point, int layer, tc_real *data);

/* Whether a hook waits there.  */
bool tc_find_hook (const struct tc_run *run, enum tc_direction direction,
                   enum tc_point point, int layer);

/* The same two, free where there are no hooks at all.  */
static inline void
tc_fire (const struct tc_run *run, enum tc_direction direction,
         enum tc_point point, int layer, tc_real *data)
{
  if (run->hooks.n > 0)
    tc_fire_hooks (run, direction, point, layer, data);
}

static inline bool
tc_hooked (const struct tc_run *run, enum tc_direction direction,
           enum tc_point point, int layer)
{
  return run->hooks.n > 0 && tc_find_hook (run, direction, point, layer);
}

#endif
