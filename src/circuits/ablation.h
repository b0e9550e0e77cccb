#ifndef TC_CIRCUITS_ABLATION_H
#define TC_CIRCUITS_ABLATION_H

#include "numerics/error.h"
#include "transformer/hooks.h"
#include "transformer/model.h"

/* Taking a part out of a model: its activation is overwritten going forward, by a
   hook on a TC_ROWS_ALL run.  What it is overwritten with decides what is asked:

     ZERO     nothing: the model meets inputs that it never saw
     MEAN     what the part says on average: only what it says about this input goes
     REPLACE  what it said about other sequences (resample ablation, where those are
              drawn at random; activation patching, where they differ in one thing)
*/
enum tc_ablation_kind { TC_ABLATE_ZERO, TC_ABLATE_MEAN, TC_ABLATE_REPLACE };

struct tc_ablation
{
  const char *name;             /* "blocks.0.hook_mlp_out" */
  enum tc_ablation_kind kind;
  int head;                     /* this head alone of hook_q, k, v, z, result, scores or
                                   pattern; -1: the whole activation */
  const tc_real *value;         /* MEAN: [p,...], for every sequence (without the
                                   batch's dimension); REPLACE: [b,p,...]; in
                                   attention's own order for scores and pattern */
};

/* The hook that does it; the ablation must outlive it.  Sequences, positions and
   values must have the sizes of the batch that is run.  */
struct tc_hook tc_ablation_hook (const struct tc_ablation *ablation);

/* mean [p,...]: an activation's mean over the sequences of the batch, summed in
   float64 in index order.  */
void tc_activation_mean (const struct tc_activation *activation, tc_real *mean);

#endif
