#ifndef TC_SKIP_TRIGRAM_REDUCE_H
#define TC_SKIP_TRIGRAM_REDUCE_H

#include "experiments/session.h"
#include "experiments/skip-trigram/task.h"
#include "numerics/error.h"

#include <stddef.h>

/* What the theory of flow.h sees of a model: one score and one margin per
   trigger, one score per other token.  For the minimal model these are its
   parameters.  For a one-head, one-layer transformer they come from its full QK
   and OV circuits as the last token at the last position uses them:
     score    attention score of the token from there, averaged over the places
              where it can stand (filler: logarithm of the mean of exp)
     margin   OV row of the token: its own class over the mean of the others.  */
struct tc_reduced
{
  int n_classes;
  size_t n_other;               /* first token, last token, kinds of filler */
  double *score, *margin;       /* [n_classes] */
  double *other, *count;        /* [n_other]; how often in a sequence, on average */
  double filler;                /* sum of count * exp (other): N */
};

/* Reads the session's model as it is loaded now.  TC_EINVAL for a decoder of
   more than one layer or head.  Free with tc_reduced_free.  */
enum tc_status tc_reduce (const struct tc_session *session,
                          const struct tc_skip_trigram_options *task,
                          struct tc_reduced *out, struct tc_error *err) TC_MUST_USE;
void tc_reduced_free (struct tc_reduced *reduced);

#endif
