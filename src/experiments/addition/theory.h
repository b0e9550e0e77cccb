#ifndef TC_ADDITION_THEORY_H
#define TC_ADDITION_THEORY_H

/* Losses, in nats, of predictors that know only part of a sum.  Digits of both
   numbers are uniform and independent.  The column of tok k is that of
   10^(num_digits - k); tok 0, the last carry, has none.  */

/* Chance that the lowest `columns` columns carry out: (1 - 10^-columns) / 2.  */
double tc_addition_carry_rate (int columns);

/* Entropy of a bit that is 1 with probability p.  */
double tc_addition_bit_entropy (double p);

/* Loss of tok k without any information: ln 10, and the entropy of the last carry
   for tok 0.  */
double tc_addition_uninformed (int num_digits, int k);
/* Mean of these over the answer: (5 ln 10 + ln 2) / 6 but for 10^-10.  */
double tc_addition_plateau (int num_digits);

/* Loss of tok k of a predictor that sees the answer's digits before it and nothing
   of the two numbers: the entropy of tok k given tok 0 ... tok k - 1.  Exact, from
   the 2 * 10^k prefixes; loss has num_digits + 1 entries.  */
void tc_addition_prefix_losses (int num_digits, double *loss);

/* Mean loss of a predictor that knows tok 0 and `known` of the other digits, and
   nothing of the rest.  */
double tc_addition_level (int num_digits, int known);

/* Loss of tok k of a predictor that knows its column and `lower` more columns to
   the right, but not the answer so far: the digit is open only if these all sum to
   9, 10^-lower of the time, and then by the carry that comes in below them.  */
double tc_addition_carry_loss (int num_digits, int k, int lower);

#endif
