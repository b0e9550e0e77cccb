#ifndef TC_INDUCTION_TASK_H
#define TC_INDUCTION_TASK_H

#include "numerics/error.h"
#include "numerics/random.h"
#include "training/task.h"

#include <stddef.h>
#include <stdint.h>

/* Notebook 004's repeated blocks.  With seq_len = 85, num_repeats = 3 and
   subseq_len = 16:

     position   0      1 ... 28       29 ... 56      57 ... 84
     token      0      slot 0         slot 1         slot 2
     block             at start[0]    at start[1]    at start[2]

   Tokens are noise, 1 ... vocab_size - 1, but for a block of 16 noise tokens of
   slot 0 that stands in the slots 1 and 2 again, each time at a random place of its
   slot.  A place is one of those at which the block ends before its slot does, the
   last excluded: start[0] = 1 ... 13.  All tokens of a copy but the first can be
   known from the ones before; only they are scored, at the positions one before
   their own.

   A batch is drawn as the notebook's generate_dataset does, from NumPy's global
   stream: randint (1, vocab_size, (batch, seq_len)), then for each slot
   randint (lowest place, highest place + 1, (batch,)).  */

struct tc_induction_shape
{
  int seq_len, subseq_len, num_repeats, vocab_size;
};

/* Tokens of a slot; places of the block in it; scored positions of a sequence.  */
int tc_induction_slot (const struct tc_induction_shape *shape);
int tc_induction_places (const struct tc_induction_shape *shape);
int tc_induction_scored (const struct tc_induction_shape *shape);

/* ---- Sequences ---- */

struct tc_induction_set
{
  struct tc_induction_shape shape;
  size_t n;
  int32_t *tokens;              /* [n, seq_len] */
  int32_t *start;               /* [n, num_repeats]: position of the block's first
                                   token in each slot */
  int32_t *target_seq, *target_pos, *target;    /* [n, scored] */
  int32_t *target_group;        /* the same: 0 for the second copy, 1 for the third */
  int64_t *noise;               /* private, [n, seq_len] */
};

/* Room for n sequences; TC_ENOMEM.  */
enum tc_status tc_induction_set_alloc (struct tc_induction_set *set,
                                       const struct tc_induction_shape *shape, size_t n,
                                       struct tc_error *err) TC_MUST_USE;
void tc_induction_set_free (struct tc_induction_set *set);

/* Draws all n as one batch of the notebook's.  */
void tc_induction_draw (struct tc_induction_set *set, struct tc_mt19937 *numpy);
/* Copies sequence i of `from` to place j.  */
void tc_induction_copy (struct tc_induction_set *set, size_t j,
                        const struct tc_induction_set *from, size_t i);

/* All of the set as a batch; it borrows the set's arrays.  Its loss is in the
   notebook's unit, in which the mean over scored positions is multiplied by
   seq_len / (seq_len - 1): the notebook averages over seq_len - 1 columns and
   multiplies by the number of all.  */
void tc_induction_batch (const struct tc_induction_set *set, struct tc_batch *batch);
double tc_induction_unit (const struct tc_induction_shape *shape);

/* ---- The task ---- */

struct tc_induction_options
{
  struct tc_induction_shape shape;
  int batch_size;
  int num_batches;              /* of a fixed training set; 0: endless data */
  int test_batches;             /* of its fixed test set */
  uint64_t data_seed;           /* training data; the test set has data_seed + 1 */
  struct tc_torch_rng shuffler; /* fixed data: PyTorch's global stream, from which the
                                   DataLoader draws a permutation for each epoch */
};

/* The notebook's values; shuffler has to be seeded.  */
struct tc_induction_options tc_induction_defaults (void);

struct tc_induction;

/* Fills task, which borrows *out.  Endless data: the stream's first batch is the one
   that the notebook prints, training starts with the second.  Fixed data: batches of
   a fresh permutation for every epoch, and the same test set again and again.
   Groups are copy_2 ...  The resumable state is the streams' and the epoch's.  Free
   with tc_induction_free.  */
enum tc_status tc_induction_alloc (struct tc_induction **out,
                                   const struct tc_induction_options *options,
                                   struct tc_task *task, struct tc_error *err) TC_MUST_USE;
void tc_induction_free (struct tc_induction *self);

#endif
