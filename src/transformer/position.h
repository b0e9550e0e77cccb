#ifndef TC_TRANSFORMER_POSITION_H
#define TC_TRANSFORMER_POSITION_H

#include "numerics/real.h"
#include "transformer/config.h"

/* Private to this room.  Fills W_pos [n_ctx, d_model] with the sinusoidal table
   that config->positions names; does nothing for the other kinds (W_pos may be
   NULL then).  */
void tc_fill_positions (const struct tc_config *config, tc_real *W_pos);

#endif
