#ifndef TC_PERMUTATION_FLOORS_H
#define TC_PERMUTATION_FLOORS_H

#include "experiments/permutation/task.h"

/* What predictors of the first term must lose, in nats; all else of a sequence can
   be known.  */

/* Entropy of slot 0 ... n - 1 given the slots before it.  Over the slots they sum to
   ln C(62, n) for ascending combinations, to ln (62 61 ...) for any arrangement.  */
double tc_permutation_slot_floor (const struct tc_permutation_options *options, int slot);
/* Entropy of a slot of an ascending combination by itself: what remains to who knows
   how the slots are distributed but does not look at the ones before.  */
double tc_permutation_slot_marginal (int n, int slot);

/* The best possible loss of a sequence, in nats per predicted token, and three that
   know less: the slots' marginals only; that characters do not repeat; nothing but the
   62 characters.  */
double tc_permutation_floor (const struct tc_permutation_options *options);
double tc_permutation_marginal_loss (int n);
double tc_permutation_distinct_loss (int n);
double tc_permutation_uniform_loss (int n);
/* The best loss on ascending combinations without attention, for who knows only the
   present character and its position.  */
double tc_permutation_blind_loss (int n);

#endif
