#ifndef TC_ADDITION_TASK_H
#define TC_ADDITION_TASK_H

#include "numerics/error.h"
#include "numerics/random.h"
#include "training/task.h"

#include <stddef.h>
#include <stdint.h>

/* Notebook 004's sums.  With num_digits = 5, x = 28345 and y = 71660:

     position   0 1 2 3 4   5   6 7 8 9 10   11   12  13 14 15 16 17
     token      2 8 3 4 5   +   7 1 6 6 0    =     1   0  0  0  0  5
     answer                                 tok  0   1  2  3  4  5

   Every number has its most significant digit first.  "tok k" is the notebook's
   name of the k-th answer digit, the one worth 10^(num_digits - k): tok 0 is the
   last carry, 0 or 1, and tok 5 the units.  Answer digit k is predicted at
   position 2 num_digits + 1 + k, one before its own; only these positions have
   loss.

   The column of 10^i has the digits D and D' of x and y; it carries if D + D'
   and the carry into it make 10 or more.  */

enum { TC_ADDITION_PLUS = 10, TC_ADDITION_EQUALS = 11,
       TC_ADDITION_VOCABULARY = 12, TC_ADDITION_CLASSES = 10,
       TC_ADDITION_MIN_DIGITS = 2, TC_ADDITION_MAX_DIGITS = 8 };

/* 3 num_digits + 3 tokens; num_digits + 1 answers.  */
int tc_addition_context (int num_digits);
int tc_addition_answers (int num_digits);

/* ---- Sums ---- */

/* n sums, as numbers, as the model reads them and as a batch.  */
struct tc_addition_set
{
  int num_digits;
  size_t n;
  int32_t *x, *y;               /* [n, num_digits], most significant digit first */
  int32_t *tokens;              /* [n, 3 num_digits + 3] */
  int32_t *carries;             /* [n, num_digits + 1]: [i] goes into the column of
                                   10^i, so that [0] is 0 and the last is tok 0 */
  int32_t *target_seq, *target_pos, *target;    /* [n, num_digits + 1] */
  int32_t *target_group;        /* the same: k of tok k */
};

/* Room for n sums, all 0 + 0 at first; TC_ENOMEM.  */
enum tc_status tc_addition_set_alloc (struct tc_addition_set *set, int num_digits, size_t n,
                                      struct tc_error *err) TC_MUST_USE;
void tc_addition_set_free (struct tc_addition_set *set);

/* Draws sums from ... from + count - 1 as the notebook's data_generator does:
   randint (0, 10, (count, num_digits)) for x, then for y.  */
void tc_addition_draw (struct tc_addition_set *set, size_t from, size_t count,
                       struct tc_torch_rng *rng);
/* Makes tokens, carries and targets of sum i from its x and y.  */
void tc_addition_write (struct tc_addition_set *set, size_t i);
/* All of the set as a batch; it borrows the set's arrays.  */
void tc_addition_batch (const struct tc_addition_set *set, struct tc_batch *batch);

/* Quirke and Barez's US9: columns whose digits sum to 9 pass on the carry they
   get.  The longest run of such columns in sum i, 0 ... num_digits - 1.  */
int tc_addition_chain (const struct tc_addition_set *set, size_t i);

/* ---- The task ---- */

struct tc_addition_options
{
  int num_digits;
  int batch_size;               /* of training on endless data, and of the
                                   notebook's test stream */
  int n_data;                   /* size of a fixed training set; 0: endless data */
  int fresh_size;               /* finite data: sums of the second test stream */
  uint64_t data_seed;
  uint64_t fresh_seed;          /* the second test stream's */
};

/* The notebook's values; a second test stream of 256 sums.  */
struct tc_addition_options tc_addition_defaults (void);

/* The seed of stream `number` (1, 2, ...) beside the one that data_seed starts:
   SplitMix64, of which PyTorch's generator takes 32 bits.  */
uint64_t tc_addition_stream_seed (uint64_t data_seed, uint64_t number);

struct tc_addition;

/* Fills task, which borrows *out: endless batches; or the fixed training set
   again and again and two test streams.

   Groups are tok_0 ... of the training batch.  In the notebook every generator
   seeds the one global stream when it is first asked, so that test batch s (it
   draws one at every step) starts from the very numbers that the training set
   was drawn from.  Test data here are that batch, for the step of the last
   training batch, with the same groups; and fresh_size sums of a stream of their
   own, groups fresh_tok_0 ..., which are not part of the test loss.

   The resumable state is the generators'.  Free with tc_addition_free.  */
enum tc_status tc_addition_alloc (struct tc_addition **out,
                                  const struct tc_addition_options *options,
                                  struct tc_task *task, struct tc_error *err) TC_MUST_USE;
void tc_addition_free (struct tc_addition *self);

#endif
