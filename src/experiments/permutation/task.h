#ifndef TC_PERMUTATION_TASK_H
#define TC_PERMUTATION_TASK_H

#include "experiments/permutation/alphabet.h"
#include "numerics/error.h"
#include "training/task.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Batches of such sequences.  The notebook lists all combinations in lexicographic
   order, shuffles the list with Python's random and goes through it again and again.
   So do we; the last n_test combinations of the shuffled list are held out, for
   testing only.

   Every token after the first is a target.  Only the first term, an ascending
   combination, cannot be known: in nats per token the best possible loss is
   ln C(62, n) / (length - 1).  */

struct tc_permutation_options
{
  int n;                        /* characters of a term, 1 ... 5 */
  bool is_unsorted;             /* the first term is any arrangement, drawn for each
                                   sequence, not the ascending one */
  int batch_size;
  int epoch_size;               /* sequences; its last batch may be smaller, as those
                                   of a PyTorch DataLoader.  0: all batches are full */
  int n_test;                   /* combinations held out; 0: none */
  int test_size;                /* sequences of a test batch */
  uint64_t data_seed;
};

/* The notebook's values.  */
struct tc_permutation_options tc_permutation_defaults (void);

/* ---- Combinations ---- */

/* All combinations of n characters, as tokens, shuffled: train first, then the
   held-out ones.  */
struct tc_permutation_list
{
  int n;
  size_t n_train, n_test;
  uint8_t *tokens;              /* [n_train + n_test, n] ascending tokens */
};
/* Lists and shuffles with stream, which Python's random.seed has seeded.  */
enum tc_status tc_permutation_list_alloc (struct tc_permutation_list *list, int n,
                                          size_t n_test, struct tc_mt19937 *stream,
                                          struct tc_error *err) TC_MUST_USE;
void tc_permutation_list_free (struct tc_permutation_list *list);
/* Combination i of the whole list, as first[n].  */
void tc_permutation_get (const struct tc_permutation_list *list, size_t i, int32_t *first);

/* ---- Sequences ---- */

struct tc_permutation_set
{
  int n;
  size_t capacity, n_pos;       /* n_pos = tc_permutation_length (n) */
  int32_t *tokens;              /* [capacity, n_pos] */
  int32_t *target_seq, *target_pos, *target, *target_group;   /* [capacity, n_pos - 1] */
  uint8_t *orders;              /* [n!, n] */
};
/* Room for `capacity` sequences.  */
enum tc_status tc_permutation_set_alloc (struct tc_permutation_set *set, int n,
                                         size_t capacity, struct tc_error *err) TC_MUST_USE;
void tc_permutation_set_free (struct tc_permutation_set *set);
/* Makes sequence i from its first term.  */
void tc_permutation_set_sequence (struct tc_permutation_set *set, size_t i,
                                  const int32_t *first);
/* Sequences 0 ... n_seq - 1 as a batch; it borrows the set's arrays.  Groups: 0 ... n
   - 1 the slots of the first term, n all other tokens.  */
void tc_permutation_batch (const struct tc_permutation_set *set, size_t n_seq,
                           struct tc_batch *batch);

/* ---- The task ---- */

struct tc_permutation;

/* Fills task, which borrows *out.  Groups are slot_1 ... slot_n, rest.  The resumable
   state is the streams' and how far training and testing are in the list.  Free with
   tc_permutation_free.  */
enum tc_status tc_permutation_alloc (struct tc_permutation **out,
                                     const struct tc_permutation_options *options,
                                     struct tc_task *task, struct tc_error *err) TC_MUST_USE;
void tc_permutation_free (struct tc_permutation *self);

/* The task's list.  */
const struct tc_permutation_list *tc_permutation_list_of (const struct tc_permutation *self);

#endif
