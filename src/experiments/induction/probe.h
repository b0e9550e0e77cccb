#ifndef TC_INDUCTION_PROBE_H
#define TC_INDUCTION_PROBE_H

#include "experiments/induction/analysis.h"

#include "circuits/ablation.h"
#include "transformer/model.h"

/* The session's model on a batch of sequences that it was not trained on, with all
   its activations.  */
struct tc_induction_probe
{
  struct tc_induction_set set;
  struct tc_batch batch;
  struct tc_run *run;
  size_t n_seen;                /* queries whose token occurred before, anywhere */
  int32_t *seen_seq, *seen_pos;
};

enum { TC_INDUCTION_PROBED = 128 };     /* sequences */

enum tc_status tc_induction_probe_open (struct tc_induction_probe *probe,
                                        const struct tc_induction_analysis *a,
                                        struct tc_error *err) TC_MUST_USE;
void tc_induction_probe_close (struct tc_induction_probe *probe);

/* Runs the session's present model, with whatever hooks the run has.  */
enum tc_status tc_induction_probe_forward (struct tc_induction_probe *probe,
                                           const struct tc_induction_analysis *a,
                                           struct tc_error *err) TC_MUST_USE;
/* Mean loss of the scored tokens in the last forward, nats; and the share whose logit
   is the largest.  */
double tc_induction_probe_loss (const struct tc_induction_probe *probe,
                                const struct tc_induction_analysis *a, double *accuracy);

/* The same with n ablations at once, and its loss.  */
enum tc_status tc_induction_probe_ablated (struct tc_induction_probe *probe,
                                           const struct tc_induction_analysis *a, size_t n,
                                           const struct tc_ablation *ablations, double *loss,
                                           struct tc_error *err) TC_MUST_USE;

/* An activation of the last forward: "attn.hook_pattern" of a layer.  */
enum tc_status tc_induction_probe_activation (struct tc_induction_probe *probe,
                                              const struct tc_induction_analysis *a,
                                              size_t layer, const char *leaf,
                                              struct tc_activation *out,
                                              struct tc_error *err) TC_MUST_USE;

/* What a head attends to and says, see circuits/head_scores.h.  */
struct tc_induction_scores
{
  double previous;              /* attention on the token before, all queries */
  double previous_first;        /* queries 2 ... 28, the first slot */
  double previous_rest;         /* later queries */
  double prefix;                /* prefix matching of the scored queries */
  double prefix_seen;           /* of all queries whose token occurred before */
  double duplicate;             /* attention of the scored queries on the same token */
  double copying;               /* positivity of the full OV circuit's eigenvalues */
};
enum { TC_INDUCTION_MAX_HEADS = 64 };
/* Of every head of a layer in the last forward; scores[n_heads].  */
enum tc_status tc_induction_probe_scores (struct tc_induction_probe *probe,
                                          const struct tc_induction_analysis *a,
                                          size_t layer, struct tc_induction_scores *scores,
                                          struct tc_error *err) TC_MUST_USE;

/* The eigenvalues' positivity of a head's full OV circuit, rounded.  */
enum tc_status tc_induction_copying (const struct tc_induction_analysis *a, size_t layer,
                                     size_t head, double *score, struct tc_error *err)
  TC_MUST_USE;

#endif
