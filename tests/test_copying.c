/* What a head's circuits say on their face: copying and order.  */

#include "circuits/copying.h"
#include "circuits/order.h"

#include <criterion/criterion.h>
#include <math.h>

static struct tc_error error;
#define OK(call) cr_assert_eq ((call), TC_OK, "%s", error.message)

Test (copying, scores_matrices_with_known_eigenvalues)
{
  /* Eigenvalues: 2 and 3; -2 and 3; cos +- i sin of a turn by 60 degrees; 0.  The
     third row and column are not looked at.  */
  double upper[] = { 2, 5, 9, 0, 3, 9, 9, 9, 9 }, mixed[] = { -2, 1, 9, 0, 3, 9, 9, 9, 9 };
  double turn[] = { 0.5, -sqrt (0.75), 9, sqrt (0.75), 0.5, 9, 9, 9, 9 };
  double zero[9] = { 0 };
  const struct { double *data, score; } cases[] = {
    { upper, 1 }, { mixed, 0.2 }, { turn, 0.5 }, { zero, 0 }
  };
  for (size_t i = 0; i < 4; i++)
    {
      const struct tc_dense m = { 3, 3, cases[i].data };
      double score;
      OK (tc_copying_score (&m, 2, &score, &error));
      cr_assert_float_eq (score, cases[i].score, 1e-14, "case %zu: %g", i, score);
    }
  const struct tc_dense m = { 3, 3, zero };
  double score;
  cr_assert_eq (tc_copying_score (&m, 4, &score, &error), TC_EINVAL);
  cr_assert_str_eq (error.message, "4 tokens of a 3 x 3 circuit");
}

Test (copying, finds_the_greatest_of_each_row)
{
  /* Column 3 is no token's.  */
  double data[] = { 5, 1, 2, 9, 3, 2, 1, 9, 4, 5, 3, 9 };
  const struct tc_dense m = { 3, 4, data };
  cr_assert_float_eq (tc_diagonal_rate (&m, 3), 1 / 3.0, 1e-15);
  cr_assert_float_eq (tc_diagonal_rank (&m, 3), (0 + 1 + 2) / 3.0, 1e-15);
}

/* Scores -(k - q) above the diagonal and -10 elsewhere: a perfect sorter.  */
Test (order, knows_a_perfect_sorter_and_its_opposite)
{
  double data[25];
  struct tc_dense m = { 5, 5, data };
  for (int q = 0; q < 5; q++)
    for (int k = 0; k < 5; k++)
      data[q * 5 + k] = k > q ? q - k : -10;
  struct tc_order order = tc_order_statistics (&m, 5);
  cr_assert_eq (order.nearer, 1);
  cr_assert_eq (order.above, 1);
  cr_assert_eq (order.next_first, 1);
  cr_assert_eq (order.next_of_all, 1);
  for (int i = 0; i < 25; i++)
    data[i] = -data[i];
  order = tc_order_statistics (&m, 5);
  cr_assert_eq (order.nearer, 0);
  cr_assert_eq (order.above, 0);
  /* Row 3 has nothing above its next.  */
  cr_assert_eq (order.next_first, 0.25);
  cr_assert_eq (order.next_of_all, 0);
}

Test (order, counts_every_triple_once)
{
  /* q < k1 < k2 of three tokens: (0, 1, 2) alone, lost; above: rows 0 and 1 against
     k' <= q: S(0,1) > S(0,0) won, S(0,2) > S(0,0) won, S(1,2) against 1 and 0.  */
  double data[] = { 0, 1, 2, 5, 3, 4, 0, 0, 0 };
  const struct tc_dense m = { 3, 3, data };
  struct tc_order order = tc_order_statistics (&m, 3);
  cr_assert_eq (order.nearer, 0);
  cr_assert_eq (order.above, 0.75);
  cr_assert_eq (order.next_first, 0.5);
  cr_assert_eq (order.next_of_all, 0);
  order = tc_order_statistics (&m, 1);
  cr_assert (isnan (order.nearer) && isnan (order.above) && isnan (order.next_first));
}
