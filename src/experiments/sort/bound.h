#ifndef TC_SORT_BOUND_H
#define TC_SORT_BOUND_H

#include "numerics/error.h"
#include "transformer/model.h"

#include <stdbool.h>
#include <stddef.h>

/* A lower bound, proved rather than sampled, on the share of all lists that a model
   of one layer, one head, without MLP or normalisation sorts without any mistake.
   The paper ("A certified bound") has the proof; in short:

   - At output slot j, with y the right token and v another, logit (y) - logit (v) is
     a mean over the keys, weighted by attention, of numbers that depend on each key's
     token and position alone.  Its sign is that of the sum G of these numbers times
     exp (score): a sum over keys, without softmax's denominator.
   - So P (wrong) <= sum over slots, current tokens, right tokens y and rivals v of
     P (G <= 0), and P (G <= 0) <= E min (1, E exp (-t G)), the inner mean over the
     orders of a list, the outer over its sorted copies, for any t > 0.
   - The inner mean is a permanent; an inequality of Carlen, Lieb and Loss (2006)
     bounds it by a product over the list's values.  The outer mean is then a sum over
     multisets that dynamic programming finds, with the exponent in steps rounded up.

   Everything is rounded so that the bound errs on the safe side but for float64
   rounding (some 1e-13 of an exponent, far below a step).  The model is a function
   of real numbers with its published weights; `margin` asks that the right logit win
   by more than so much, to leave room for a forward pass in float32.  */

struct tc_sort_bound_task
{
  size_t list_length, n_values;
  bool repeats;                 /* any values, else distinct ones: all lists alike */
  size_t start_token, mid_token;
  double margin;                /* in logits; 0 or more */
};

struct tc_sort_bound
{
  double lists, tokens;         /* certified accuracy of whole lists and of tokens */
  double left_out;              /* share of lists with very many copies of a value, which
                                   are counted as wrong and nowhere below */
  double *slot;                 /* [list_length] at most so many lists are wrong there */
  double *gap;                  /* [n_values] at most so many predictions of a token that
                                   is this much greater than the last are wrong */
  double *gap_share;            /* [n_values] share of predictions with that gap (exact);
                                   the first of a list, on MID, counts in neither */
  size_t n_cases;               /* slot, current token, right token, rival */
  size_t n_settled;             /* of these, which no list can get wrong */
  size_t n_fine;                /* which needed the sum over multisets in steps */
};

/* Whether the bound applies to models of this shape.  */
bool tc_sort_bound_applies (const struct tc_config *config);

/* Free with tc_sort_bound_free.  TC_EINVAL where it does not apply, or the model is
   smaller than the task.  */
enum tc_status tc_sort_bound_alloc (struct tc_sort_bound *bound, const struct tc_model *model,
                                    const struct tc_sort_bound_task *task,
                                    struct tc_error *err) TC_MUST_USE;
void tc_sort_bound_free (struct tc_sort_bound *bound);

#endif
