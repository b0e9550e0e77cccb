#ifndef TC_CIRCUITS_FOURIER2D_H
#define TC_CIRCUITS_FOURIER2D_H

#include "circuits/dense.h"
#include "circuits/fourier.h"
#include "numerics/error.h"

#include <stdbool.h>
#include <stddef.h>

/* Functions of a pair (x, y), 0 <= x, y < n, in the basis of products: basis
   function (i, j) is row i of the 1-D basis in x times row j in y.

   A tensor [n n, c] holds c such functions, pair (x, y) in row x n + y; so does
   its transform, term (i, j) in row i n + j.  */

/* The 2-D transform of every column (the notebook's fft2d), or its inverse; out
   is allocated.  TC_EINVAL unless in has n n rows.  */
enum tc_status tc_fourier2d (const struct tc_fourier *f, enum tc_fourier_way way,
                             const struct tc_dense *in, struct tc_dense *out,
                             struct tc_error *err) TC_MUST_USE;

/* term [n n]: basis function (i, j) as a unit vector over pairs
   (fourier_2d_basis_term).  */
void tc_fourier2d_term (const struct tc_fourier *f, size_t i, size_t j, double *term);

/* A term of a transformed function and what it explains.  */
struct tc_fourier2d_rank
{
  size_t x, y;                  /* rows of the 1-D basis; tc_fourier_name names them */
  double coefficient;
  double fraction;              /* of the sum of squares of all terms */
  double cumulative;            /* of this and all greater terms */
};

/* The `top` greatest terms by square of column `col` of a transform (the
   notebook's analyse_fourier_2d).  The sum of squares includes const x const: to
   speak of variance, centre the function first.  Equal squares rank by index; a
   function that is zero has fractions 0.  TC_EINVAL if top > n n.  */
enum tc_status tc_fourier2d_ranks (const struct tc_fourier *f,
                                   const struct tc_dense *transformed, size_t col,
                                   size_t top, struct tc_fourier2d_rank *ranks,
                                   struct tc_error *err) TC_MUST_USE;

/* --- Directions: sets of orthonormal functions of a pair --- */

/* For frequency k and w = 2 pi k / n, in this order:
     sum         cos(w (x+y)), sin(w (x+y))         what addition uses
     difference  cos(w (x-y)), sin(w (x-y))         what subtraction uses
     linear      cos(w x), sin(w x), cos(w y), sin(w y)
   each scaled to norm 1.  Sum and difference together span the four products of
   frequency k, the 2x2 block {cos, sin} x {cos, sin}; with linear, the 3x3 block
   {const, cos, sin} x {const, cos, sin} without its const x const.  */
enum tc_fourier_set
{
  TC_FOURIER_SUM = 1,
  TC_FOURIER_DIFFERENCE = 2,
  TC_FOURIER_LINEAR = 4
};

/* How many directions a union of sets has for each frequency.  */
size_t tc_directions_each (unsigned sets);

/* directions [n_frequencies each, n n], allocated: those of frequencies[0], then
   of frequencies[1], ...  TC_EINVAL unless every frequency lies in 1 ...
   tc_fourier_frequencies and occurs once.  */
enum tc_status tc_directions (const struct tc_fourier *f, unsigned sets,
                              size_t n_frequencies, const size_t *frequencies,
                              struct tc_dense *directions, struct tc_error *err)
  TC_MUST_USE;

/* coefficients [d, c] = directions [d, m] tensor [m, c], allocated: a "collapsed"
   component (get_component_cos_xpy with collapse_dim).  TC_EINVAL if the shapes
   clash; so below.  */
enum tc_status tc_collapse (const struct tc_dense *directions, const struct tc_dense *tensor,
                            struct tc_dense *coefficients, struct tc_error *err)
  TC_MUST_USE;

/* projected [m, c]: the tensor's orthogonal projection on orthonormal directions,
   D^T D tensor, allocated.  With one direction it is get_2d_fourier_component and
   get_component_cos_xpy; with the sum directions of key frequencies, Pi_K of
   Nanda et al. 2023 (arXiv 2301.05217).  */
enum tc_status tc_project (const struct tc_dense *directions, const struct tc_dense *tensor,
                           struct tc_dense *projected, struct tc_error *err) TC_MUST_USE;

/* Takes the mean over its rows from every column; means [c] may be NULL.  */
void tc_centre_rows (struct tc_dense *tensor, double *means);

#endif
