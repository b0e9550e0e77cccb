#ifndef TC_SORT_TASK_H
#define TC_SORT_TASK_H

#include "numerics/error.h"
#include "numerics/random.h"
#include "training/task.h"
#include "transformer/batch.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A list, then the same list sorted.  With list_length L = 4 and an end token:

     position  0      1 2 3 4  5 = L+1  6 7 8 9  10 = 2L+2
     token     START  7 2 9 2  MID      2 2 7 9  EOS

   Scored are the predictions of every sorted token, and of EOS where there is one:
   those made at positions L+1 (on MID: the least) to 2L (of the greatest), and
   2L+1 (of EOS).  Nothing is asked of the last token, nor of the unsorted list.
   "Output slot" k, 0 ... L-1, is the prediction at position L+1+k.

   Values are 0 ... n_values-1.  Lists are either distinct values, drawn by Python's
   random.sample, or any values, drawn by torch.randint.  */

struct tc_sort_options
{
  int list_length;              /* the greatest, where lengths vary */
  int n_values;
  bool repeats;                 /* values may occur more than once */
  bool variable_length;         /* each batch has a length of its own, 1 ... list_length */
  bool end_token;               /* EOS follows the sorted list */
  int start_token;              /* id of START; MID is the next, EOS the one after;
                                   ids from n_values up to it stay unused */
  int batch_size;
  int n_data;                   /* lists of a training set that is gone through in the
                                   same order again and again; 0: endless */
  int set_aside;                /* batches drawn before the first to train on (notebook
                                   002 keeps one as its example) */
  int test_size;                /* lists of a validation or test set */
  uint64_t data_seed, validation_seed, test_seed;
  int stop_rule;                /* enum tc_sort_stop */
};

/* When training ends before its last step: never; when the last two recorded
   validation accuracies (of whole lists) agree to four decimals, which is what
   notebook 000 does; when the last ten are 1, which is what it says.  */
enum tc_sort_stop { TC_SORT_STOP_NEVER, TC_SORT_STOP_WRITTEN, TC_SORT_STOP_DOCUMENTED };
extern const char *const tc_sort_stop_names[];  /* "never", "written", "documented" */

/* Notebook 000's.  */
struct tc_sort_options tc_sort_defaults (void);

static inline int
tc_sort_mid_token (const struct tc_sort_options *options)
{
  return options->start_token + 1;
}

static inline int
tc_sort_end_token (const struct tc_sort_options *options)
{
  return options->start_token + 2;
}

/* Ids in all: START, MID and EOS come last.  */
int tc_sort_vocabulary (const struct tc_sort_options *options);
/* Tokens of a list of `length` values with its sorted copy.  */
int tc_sort_context (const struct tc_sort_options *options, int length);
/* Predictions that are scored.  */
int tc_sort_answers (const struct tc_sort_options *options, int length);

/* ---- Streams of lists ---- */

struct tc_sort_stream
{
  bool is_python;               /* distinct values */
  uint64_t seed;
  struct tc_mt19937 python;
  struct tc_torch_rng torch;
};
void tc_sort_stream_start (struct tc_sort_stream *stream,
                           const struct tc_sort_options *options, uint64_t seed);

/* ---- Lists as the model reads them ---- */

/* Room for lists, all of one length at a time.  */
struct tc_sort_set
{
  const struct tc_sort_options *options;        /* borrowed */
  size_t capacity;              /* lists of list_length */
  size_t n;                     /* lists in it now */
  int length;                   /* of these */
  int32_t *tokens;              /* [n, context (length)] */
  int32_t *target_seq, *target_pos, *target;    /* [n, answers (length)] */
  int32_t *scratch;             /* [list_length] */
};

/* TC_ENOMEM.  */
enum tc_status tc_sort_set_alloc (struct tc_sort_set *set, const struct tc_sort_options *options,
                                  size_t capacity, struct tc_error *err) TC_MUST_USE;
void tc_sort_set_free (struct tc_sort_set *set);

/* Draws n <= capacity lists of `length` values as the notebooks do, one after
   another.  */
enum tc_status tc_sort_set_draw (struct tc_sort_set *set, struct tc_sort_stream *stream,
                                 size_t n, int length, struct tc_error *err) TC_MUST_USE;

/* Makes n lists the set's, all of `length` values: lists [n, length].  */
void tc_sort_set_fill (struct tc_sort_set *set, size_t n, int length, const int32_t *lists);

/* The set as a batch; it borrows the set's arrays.  */
void tc_sort_set_batch (const struct tc_sort_set *set, struct tc_batch *batch);

/* List i's tokens; the unsorted values begin at [1], the sorted at [length + 2].  */
const int32_t *tc_sort_set_row (const struct tc_sort_set *set, size_t i);

/* ---- The task ---- */

struct tc_sort;

/* Fills task, which borrows *out.  Test batches are always the same test_size lists
   of list_length values, of the validation seed.  Their log columns are
   test_accuracy (of lists: all tokens right) and test_token_accuracy; after one the
   stop rule may end the run.  Free with tc_sort_free.  */
enum tc_status tc_sort_alloc (struct tc_sort **out, const struct tc_sort_options *options,
                              struct tc_task *task, struct tc_error *err) TC_MUST_USE;
void tc_sort_free (struct tc_sort *self);

#endif
