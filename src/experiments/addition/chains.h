#ifndef TC_ADDITION_CHAINS_H
#define TC_ADDITION_CHAINS_H

#include "experiments/addition/task.h"
#include "numerics/random.h"

#include <stddef.h>
#include <stdint.h>

/* Sums by their longest chain of carries through 9s (tc_addition_chain), counted
   exactly and drawn uniformly from each class.  */

struct tc_addition_chains
{
  int num_digits;
  /* ways[i][carry][run][reached]: ways to fill the columns of 10^i and above so
     that the longest chain in the end is the one asked for, when `carry` comes in,
     the columns below end in a chain of `run`, none of them has a longer chain than
     asked for and `reached` says whether one has been as long.  One per chain.  */
  uint64_t ways[TC_ADDITION_MAX_DIGITS][TC_ADDITION_MAX_DIGITS + 1][2]
               [TC_ADDITION_MAX_DIGITS + 1][2];
};

/* Counts the sums of all pairs of numbers.  */
void tc_addition_chains_count (struct tc_addition_chains *chains, int num_digits);

/* How many of the 100^num_digits pairs have this longest chain.  */
uint64_t tc_addition_chains_size (const struct tc_addition_chains *chains, int chain);

/* 100^num_digits.  */
uint64_t tc_addition_chains_total (const struct tc_addition_chains *chains);

/* Fills sum i of the set with a pair of the class, each as likely as any other.
   The class must not be empty.  */
void tc_addition_chains_draw (const struct tc_addition_chains *chains, int chain,
                              struct tc_torch_rng *rng, struct tc_addition_set *set, size_t i);

#endif
