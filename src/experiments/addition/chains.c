#include "experiments/addition/chains.h"

#include <stdbool.h>
#include <string.h>

/* What the columns so far hand on to the next.  */
struct state { int carry, run; bool reached; };

/* The state after a column whose digits sum to `sum`; false if it makes a longer
   chain than asked for.  */
static bool
step (struct state *state, int sum, int chain)
{
  bool passes = sum == 9 && state->carry == 1;
  state->run = passes ? state->run + 1 : 0;
  state->carry = sum + state->carry >= 10;
  state->reached = state->reached || state->run == chain;
  return state->run <= chain;
}

/* Pairs of digits that sum to `sum`.  */
static uint64_t
pairs (int sum)
{
  return (uint64_t) (sum <= 9 ? sum + 1 : 19 - sum);
}

static uint64_t
ways_from (const struct tc_addition_chains *chains, int chain, int column, struct state state)
{
  return chains->ways[chain][column][state.carry][state.run][state.reached];
}

/* Ways to fill this column and those above.  */
static uint64_t
count_column (const struct tc_addition_chains *chains, int chain, int column,
              struct state state)
{
  uint64_t ways = 0;
  for (int sum = 0; sum <= 18; sum++)
    {
      struct state next = state;
      if (step (&next, sum, chain))
        ways += pairs (sum) * ways_from (chains, chain, column + 1, next);
    }
  return ways;
}

static void
count_class (struct tc_addition_chains *chains, int chain)
{
  int n = chains->num_digits;
  for (int column = n; column >= 0; column--)
    for (int carry = 0; carry < 2; carry++)
      for (int run = 0; run <= chain; run++)
        for (int reached = 0; reached < 2; reached++)
          chains->ways[chain][column][carry][run][reached]
            = column == n ? (uint64_t) reached
              : count_column (chains, chain, column, (struct state) { carry, run, reached });
}

void
tc_addition_chains_count (struct tc_addition_chains *chains, int num_digits)
{
  memset (chains, 0, sizeof *chains);
  chains->num_digits = num_digits;
  for (int chain = 0; chain < num_digits; chain++)
    count_class (chains, chain);
}

/* A chain of length 0 is there from the start.  */
static struct state
start (int chain)
{
  return (struct state) { 0, 0, chain == 0 };
}

uint64_t
tc_addition_chains_size (const struct tc_addition_chains *chains, int chain)
{
  return ways_from (chains, chain, 0, start (chain));
}

uint64_t
tc_addition_chains_total (const struct tc_addition_chains *chains)
{
  uint64_t total = 1;
  for (int i = 0; i < chains->num_digits; i++)
    total *= 100;
  return total;
}

/* The sum of the next column's digits, in proportion to the ways that go on from
   it.  */
static int
draw_sum (const struct tc_addition_chains *chains, int chain, int column,
          struct state *state, struct tc_torch_rng *rng)
{
  uint64_t at = tc_torch_below (rng, ways_from (chains, chain, column, *state));
  for (int sum = 0;; sum++)
    {
      struct state next = *state;
      uint64_t ways = step (&next, sum, chain)
        ? pairs (sum) * ways_from (chains, chain, column + 1, next) : 0;
      if (at < ways)
        {
          *state = next;
          return sum;
        }
      at -= ways;
    }
}

void
tc_addition_chains_draw (const struct tc_addition_chains *chains, int chain,
                         struct tc_torch_rng *rng, struct tc_addition_set *set, size_t i)
{
  size_t n = (size_t) chains->num_digits;
  struct state state = start (chain);
  for (size_t column = 0; column < n; column++)
    {
      int sum = draw_sum (chains, chain, (int) column, &state, rng);
      int low = sum > 9 ? sum - 9 : 0;
      int digit = low + (int) tc_torch_below (rng, pairs (sum));
      set->x[i * n + n - 1 - column] = digit;
      set->y[i * n + n - 1 - column] = sum - digit;
    }
  tc_addition_write (set, i);
}
