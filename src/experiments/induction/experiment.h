#ifndef TC_INDUCTION_EXPERIMENT_H
#define TC_INDUCTION_EXPERIMENT_H

#include "experiments/experiment.h"
#include "experiments/induction/task.h"
#include "transformer/params.h"

/* The induction experiment as train.c and analyse.c know it.  */

struct tc_induction_settings
{
  struct tc_induction_options task;     /* its seeds are set in finish */
  bool match_residual;          /* rescale as below */
  double position_norm;         /* of sinusoidal positions; 0: as they are */
};

extern const struct tc_experiment tc_induction_experiment;

/* The notebook's model computes x <- 2 x + attn (x).  Dividing its stream after
   layer l by 2^(l+1) gives a model with the usual residual, which is the same
   function if

     W_O of layer l is divided by 2^(l+1)
     W_Q, W_K, W_V of layer l are multiplied by 2^l
     W_U is multiplied by 2^(layers)

   (l = 0, 1, ...).  From the parameters of a model with `doubled` residual this
   makes those of a usual one that computes the same, or from those of a usual one
   those of a doubled.  The same but for rounding: x + (x + attn) is rounded twice.
   For models without normalisation, biases and MLP.  */
void tc_induction_rescale (struct tc_params *params, const struct tc_config *config,
                           bool from_doubled);

#endif
