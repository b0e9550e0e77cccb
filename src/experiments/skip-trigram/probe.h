#ifndef TC_SKIP_TRIGRAM_PROBE_H
#define TC_SKIP_TRIGRAM_PROBE_H

#include "experiments/session.h"
#include "experiments/skip-trigram/task.h"
#include "numerics/error.h"
#include "transformer/batch.h"

/* Attention on the trigger, and what the loss would gain from more of it, on one
   batch: the notebook's hook on the attention pattern.  */
struct tc_probe;

/* A probe of the session's model, whichever parameters it holds when asked.
   Free with tc_probe_free.  */
enum tc_status tc_probe_alloc (struct tc_probe **out, struct tc_session *session,
                               const struct tc_skip_trigram_options *task,
                               struct tc_error *err) TC_MUST_USE;
void tc_probe_free (struct tc_probe *probe);

/* For each trigram k, over the batch's sequences whose answer is k:
     attention[k]   mean pattern[last, place of the trigger] (mean over heads)
     gradient[k]    mean of d (loss of that sequence) / d (that entry of the
                    pattern), nats, summed over heads; negative where attending
                    more would help.  The notebook's number is this divided by the
                    batch size.
   NaN where no sequence has it.  */
enum tc_status tc_probe_measure (struct tc_probe *probe, const struct tc_batch *batch,
                                 double *attention, double *gradient,
                                 struct tc_error *err) TC_MUST_USE;

#endif
