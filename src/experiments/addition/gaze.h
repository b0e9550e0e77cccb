#ifndef TC_ADDITION_GAZE_H
#define TC_ADDITION_GAZE_H

#include "circuits/dense.h"
#include "experiments/addition/circuits.h"

#include <stddef.h>

/* Where heads look: the mean attention pattern over random sums, from where each
   answer digit is predicted to every position before.  */
struct tc_addition_gaze
{
  int num_digits;
  size_t n_heads, answers;
  struct tc_dense mean;         /* [heads answers, 3 num_digits + 3] */
};

/* Sums of the attention stream that the mean is over.  */
enum { TC_ADDITION_GAZE_BATCH = 64, TC_ADDITION_GAZE_BATCHES = 50 };

/* Free with tc_addition_gaze_free, which accepts a zeroed struct.  */
enum tc_status tc_addition_gaze_measure (const struct tc_addition_analysis *a,
                                         const struct tc_model *model,
                                         struct tc_addition_gaze *gaze, struct tc_error *err)
  TC_MUST_USE;
void tc_addition_gaze_free (struct tc_addition_gaze *gaze);

/* Mean attention of a head from tok k: to a position; to x's and y's digit in the
   column at a distance (0 if there is no such column).  */
double tc_addition_gaze_at (const struct tc_addition_gaze *gaze, size_t head, size_t k,
                            size_t position);
double tc_addition_gaze_x (const struct tc_addition_gaze *gaze, size_t head, size_t k,
                           int distance);
double tc_addition_gaze_y (const struct tc_addition_gaze *gaze, size_t head, size_t k,
                           int distance);
double tc_addition_gaze_pair (const struct tc_addition_gaze *gaze, size_t head, size_t k,
                              int distance);

/* Its mean over the answer digits that have a column of their own and one to the
   right of it, tok 1 ... num_digits - 1.  */
double tc_addition_gaze_mean (const struct tc_addition_gaze *gaze, size_t head,
                              double (*what) (const struct tc_addition_gaze *, size_t head,
                                              size_t k, int distance),
                              int distance);

/* What a head is for: the distance of the pair that has more than half of its
   attention; from tok k, and on that mean over answer digits.  */
enum { TC_ADDITION_MIXED = -100 };
int tc_addition_gaze_target (const struct tc_addition_gaze *gaze, size_t head, size_t k);
int tc_addition_gaze_role (const struct tc_addition_gaze *gaze, size_t head);

#endif
