#ifndef TC_PERMUTATION_SCORE_H
#define TC_PERMUTATION_SCORE_H

#include "experiments/permutation/task.h"
#include "numerics/compute.h"
#include "transformer/hooks.h"
#include "transformer/model.h"

/* How well a model completes sequences from their first terms.  */

/* What first terms are like.  */
enum tc_permutation_kind
{
  TC_PERMUTATION_ASCENDING,     /* a combination, as in training */
  TC_PERMUTATION_ANY_ORDER,     /* its characters in any order */
  TC_PERMUTATION_REPEATED,      /* in any order, the last replaced by the first */
  TC_PERMUTATION_UNMET          /* in any order, the first replaced by '>', which the
                                   model met at the head of sequences only */
};

struct tc_permutation_starts
{
  int n;
  size_t count;
  int32_t *first;               /* [count, n] */
};

/* The last `count` combinations of the list, of that kind; orders are drawn by Python's
   shuffle from seed.  */
enum tc_status tc_permutation_starts_alloc (struct tc_permutation_starts *starts,
                                            const struct tc_permutation_list *list,
                                            size_t count, enum tc_permutation_kind kind,
                                            uint64_t seed, struct tc_error *err) TC_MUST_USE;
void tc_permutation_starts_free (struct tc_permutation_starts *starts);

/* Means over all sequences.  Right: the right token has the largest logit, all before
   it being right.  A sequence is exact if every token after its first term is right;
   greedy continuation of the first term then gives this very sequence, since it reads
   the same tokens, and if not, not.  */
struct tc_permutation_score
{
  size_t n_sequences;
  double loss;                  /* nats per predicted token */
  double spread;                /* standard deviation of the sequences' losses */
  double slot[TC_PERMUTATION_MAX];      /* nats, of the first term's characters */
  double rest;                  /* nats, of a token after the first term */
  double tokens;                /* share right of the tokens after the first term */
  double characters, punctuation;       /* of those that are no space nor period, and
                                   of those that are */
  double exact;                 /* share of sequences */
};

/* hook: NULL, or what intervenes in the model (on its activations of whole sequences,
   [b,p,...]).  */
enum tc_status tc_permutation_measure (struct tc_compute *compute,
                                       const struct tc_model *model,
                                       const struct tc_permutation_starts *starts,
                                       const struct tc_hook *hook,
                                       struct tc_permutation_score *score,
                                       struct tc_error *err) TC_MUST_USE;

/* Share of the first `count` starts that tc_generate, greedily, continues with the right
   sequence: the same without the argument above.  */
enum tc_status tc_permutation_continue (struct tc_compute *compute,
                                        const struct tc_model *model,
                                        const struct tc_permutation_starts *starts,
                                        size_t count, double *exact,
                                        struct tc_error *err) TC_MUST_USE;

#endif
