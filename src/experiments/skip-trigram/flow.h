#ifndef TC_SKIP_TRIGRAM_FLOW_H
#define TC_SKIP_TRIGRAM_FLOW_H

#include "numerics/error.h"

#include <stddef.h>

/* The dynamics of the minimal model in closed form.

   One trigger among n classes has a QK score s and a margin m: its OV row's
   entry for its own class over the mean of the others, which are taken as equal
   (a gradient step cannot change a row's sum).  Let N be the sum of exp (score)
   of the other tokens of a sequence, p = e^s / (e^s + N) the attention on the
   trigger, q = 1 / (1 + (n - 1) e^(-p m)) the probability of the right answer.
   What attended filler adds to the logits is neglected.  Each trigger is in one
   sequence of n, so gradient flow on the mean loss -log q is

     dm/dt = p (1 - q) / (n - 1)        ds/dt = p (1 - p) m (1 - q) / n

   and every other token x, with share w_x of N, gives way by
   du_x/dt = - w_x * sum over triggers of ds/dt (a softmax ignores a common
   shift, so its scores' gradients sum to zero).

   *Alone*: with N fixed, ds/dm = (1 - p) m (n - 1)/n integrates to

     s + e^s / N - (n - 1)/(2n) m^2 = constant,

   hence e^s / N = W (e^A / N) with Lambert's W and A the constant plus
   (n - 1)/(2n) m^2, and the time to reach a margin is one integral over m.
   *Together*: the 2n + tokens equations above, coupled through N, integrated
   numerically.  *Signed*: what AdamW does instead, as if each parameter moved by
   the learning rate along the sign of its gradient.

   Time is the sum of learning rates over steps.  */

/* The loss of a trigger is half of log n, the loss of knowing nothing.  */
double tc_flow_onset_product (int n_classes);  /* the p m at which it is so */

/* The conserved quantity, and attention and score at margin m on the curve it
   names.  */
double tc_flow_invariant (int n_classes, double filler, double score, double margin);
double tc_flow_score (int n_classes, double filler, double invariant, double margin);
double tc_flow_attention (double filler, double score);
double tc_flow_loss (int n_classes, double attention, double margin);

/* Time from (score, margin) to onset with N = filler fixed.  */
enum tc_status tc_flow_onset_alone (int n_classes, double filler, double score,
                                    double margin, double *time, struct tc_error *err)
  TC_MUST_USE;

/* All triggers and the other tokens together.  other[x] is the score of the x-th
   other token, count[x] how often it stands in a sequence on average.  decay is
   SGD's weight decay: d theta/dt has - decay * theta.  */
struct tc_flow
{
  int n_classes;
  size_t n_other;
  const double *score, *margin;       /* [n_classes] at time 0 */
  const double *other, *count;        /* [n_other] */
  double decay;
};

/* Each trigger's loss, score and margin at ascending times: [n_times, n_classes]
   each; any of them may be NULL.  */
struct tc_flow_path { double *loss, *score, *margin; };
enum tc_status tc_flow_together (const struct tc_flow *flow, size_t n_times,
                                 const double *times, const struct tc_flow_path *path,
                                 struct tc_error *err) TC_MUST_USE;

/* The weight decay above which the flow from here has not learnt by `patience`
   (mean loss above half of log n), by bisection to a relative 1e-4; the flow's
   own decay is ignored.  */
enum tc_status tc_flow_critical_decay (const struct tc_flow *flow, double patience,
                                       double *decay, struct tc_error *err) TC_MUST_USE;

/* Step at which a signed flow reaches onset, or -1 within n_steps.  lr [n_steps]
   are the learning rates; decay is AdamW's (theta -= lr decay theta).  All other
   tokens fall together, at the pace of one parameter.  */
int tc_flow_onset_signed (int n_classes, double filler, double score, double margin,
                          double decay, size_t n_steps, const double *lr);

#endif
