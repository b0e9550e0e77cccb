#ifndef TC_ADDITION_SHARES_H
#define TC_ADDITION_SHARES_H

#include "circuits/dense.h"
#include "circuits/fourier.h"
#include "experiments/addition/circuits.h"

#include <stdbool.h>
#include <stddef.h>

/* How functions of a digit, or of a pair of digits, divide among the frequencies
   k = 1 ... 5 of the notebook's base-10 Fourier basis, beside random bases of the
   same functions.  k = 5 is +-1, one function; the others are two.  */

enum { TC_ADDITION_FREQUENCIES = 5,
       TC_ADDITION_WAVES = 9 };         /* functions beside the constant */

/* n random sets of nine orthonormal functions on m points: Gaussian matrices from
   the stream of bases, orthonormalised by rows (Gram and Schmidt, twice); centred:
   without a constant part, for which m must be at least 10.  */
struct tc_addition_bases
{
  size_t n;
  struct tc_dense *basis;       /* [n] of [9, m] */
};
enum { TC_ADDITION_BASES = 100 };
enum tc_status tc_addition_bases_alloc (struct tc_addition_bases *bases, size_t n, size_t m,
                                        bool centred, struct tc_torch_rng *rng,
                                        struct tc_error *err) TC_MUST_USE;
void tc_addition_bases_free (struct tc_addition_bases *bases);

struct tc_addition_range { double low, median, high; };

struct tc_addition_shares
{
  double total;                 /* energy of which these are shares */
  double share[TC_ADDITION_FREQUENCIES];
  double waves;                 /* their sum */
  struct tc_addition_range pair, single;        /* the same in random bases: of two
                                   basis functions (4 pairs per basis), of one */
};

/* The waves as rows: of a digit [9, 10]; of a pair (D, D'), row 10 D + D' of a
   tensor, as functions of (D + D') mod 10 [9, 100].  */
enum tc_status tc_addition_digit_waves (const struct tc_fourier *fourier,
                                        struct tc_dense *waves, struct tc_error *err)
  TC_MUST_USE;
enum tc_status tc_addition_sum_waves (const struct tc_fourier *fourier,
                                      struct tc_dense *waves, struct tc_error *err)
  TC_MUST_USE;

/* Shares of the functions in the columns of a matrix F [m, c], given by their Gram
   matrix F F^T [m, m].  total 0: of the energy in the waves themselves.  */
enum tc_status tc_addition_shares (const struct tc_dense *waves, const struct tc_dense *gram,
                                   double total, const struct tc_addition_bases *bases,
                                   struct tc_addition_shares *shares, struct tc_error *err)
  TC_MUST_USE;

/* The energy trace (U G U^T) in the space of the rows of U, orthonormal.  */
double tc_addition_energy (const struct tc_dense *u, const struct tc_dense *gram);
/* The same of each of the bases' nine functions, as a share of total.  */
enum tc_status tc_addition_random_energy (const struct tc_addition_bases *bases,
                                          const struct tc_dense *gram, double total,
                                          struct tc_addition_range *range,
                                          struct tc_error *err) TC_MUST_USE;

#endif
