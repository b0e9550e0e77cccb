#ifndef TC_MODULAR_ADDITION_TABLES_H
#define TC_MODULAR_ADDITION_TABLES_H

#include "circuits/dense.h"
#include "circuits/fourier.h"
#include "experiments/modular-addition/analysis.h"

#include <stddef.h>
#include <stdio.h>

/* Maps over pairs as CSVs, and tables for the paper.  */

/* NAME.csv: a labelled matrix over (a, b) for gnuplot's `matrix`, from column col
   of a tensor [n, c]; values keep three digits of the greatest.  */
enum tc_status tc_modular_write_map (const struct tc_modular_analysis *a, const char *name,
                                     const char *title, const struct tc_dense *tensor,
                                     size_t col, struct tc_error *err) TC_MUST_USE;

/* The same over (k a modulo p, k b modulo p), 0 < k < p: a function of frequency k
   then has one period along each axis.  p must be a prime.  */
enum tc_status tc_modular_write_turned (const struct tc_modular_analysis *a, const char *name,
                                        const char *title, const struct tc_dense *tensor,
                                        size_t col, size_t k, struct tc_error *err)
  TC_MUST_USE;

/* The same over pairs of rows of the Fourier basis: of those listed (ascending), or
   of all where rows is NULL.  */
enum tc_status tc_modular_write_terms (const struct tc_modular_analysis *a, const char *name,
                                       const char *title, const struct tc_dense *transformed,
                                       size_t col, size_t n_rows, const size_t *rows,
                                       struct tc_error *err) TC_MUST_USE;

/* The greatest absolute value in column col; of a transform, const x const (row 0)
   counts too unless it was set to 0.  */
double tc_modular_greatest (const struct tc_dense *tensor, size_t col);

/* rows [2 n_keys + 1]: const, and cosine and sine of each key.  */
void tc_modular_key_rows (size_t n_keys, const size_t *keys, size_t *rows);

/* A number of so many significant digits in TeX; a dash for NaN.  */
void tc_modular_table_number (FILE *stream, double x, int digits);

#endif
