#ifndef TC_CIRCUITS_FREQUENCY_H
#define TC_CIRCUITS_FREQUENCY_H

#include "circuits/dense.h"
#include "circuits/fourier.h"
#include "circuits/fourier2d.h"
#include "numerics/error.h"

#include <stddef.h>

/* What a model of modular arithmetic computes, frequency by frequency.  Tensors
   [n n, c] are those of fourier2d.h; w_k = 2 pi k / n.  Definitions: Nanda et
   al. 2023, "Progress measures for grokking via mechanistic interpretability"
   (arXiv 2301.05217).  */

/* block = the 3x3 block {const, cos k, sin k} x {const, cos k, sin k} of column
   col of a 2-D transform (the notebook's extract_freq_2d).  k is 1 ...
   tc_fourier_frequencies.  */
void tc_frequency_block (const struct tc_fourier *f, const struct tc_dense *transformed,
                         size_t col, size_t k, double block[3][3]);

/* fractions [tc_fourier_frequencies, c], allocated: row k - 1 holds, for every
   column of a 2-D transform, the share of its variance over pairs - everything
   but const x const - in the 3x3 block of frequency k.  0 for a constant.  */
enum tc_status tc_frequency_fractions (const struct tc_fourier *f,
                                       const struct tc_dense *transformed,
                                       struct tc_dense *fractions,
                                       struct tc_error *err) TC_MUST_USE;

/* The k with the greatest fraction in column col (the smaller of equals), and
   that fraction.  */
size_t tc_best_frequency (const struct tc_dense *fractions, size_t col, double *fraction);

/* residual = |W - P_K W| / |W| in Frobenius norms for a
   W [n, c]: P_K keeps cosine and sine of the K given frequencies.  */
enum tc_status tc_frequency_residual (const struct tc_fourier *f, const struct tc_dense *w,
                                      size_t n_keys, const size_t *keys, double *residual,
                                      struct tc_error *err) TC_MUST_USE;

#endif
