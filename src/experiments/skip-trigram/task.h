#ifndef TC_SKIP_TRIGRAM_TASK_H
#define TC_SKIP_TRIGRAM_TASK_H

#include "numerics/error.h"
#include "training/task.h"

#include <stddef.h>
#include <stdint.h>

/* Notebook 004's skip trigrams.  With rand_size = 10 and seq_len = 40:

     position   0      1 ... 40                          41
     token      0      10 kinds of filler (2 ... 11),    1
                       one of them replaced by a
                       trigger 12 + k at a random place

   and the model must say k after the last token: the skip trigram
   "trigger ... 1 -> k".  Nothing but the trigger says anything about k.

   A batch is drawn as the notebook's data_generator does, from a PyTorch
   generator of its own: randint (2, rand_size + 2, (batch, seq_len)), then the
   targets randint (0, rand_size, (batch,)), then the places
   randint (1, seq_len + 1, (batch,)).  */

struct tc_skip_trigram_options
{
  int rand_size;                /* kinds of filler, of triggers and of targets */
  int seq_len;                  /* between the first and the last token */
  int batch_size;               /* of training on endless data, and of testing */
  int n_data;                   /* size of a fixed training set; 0: endless data */
  uint64_t data_seed;
  uint64_t test_seed;           /* finite data: the test stream's.  The notebook
                                   uses data_seed again, so that filler rows
                                   0 ... n_data - 1 of the first test batch are
                                   the training set's */
};

/* The notebook's values.  */
struct tc_skip_trigram_options tc_skip_trigram_defaults (void);

/* Sizes that follow.  */
int tc_skip_trigram_vocabulary (const struct tc_skip_trigram_options *options);
int tc_skip_trigram_context (const struct tc_skip_trigram_options *options);
/* The token that means k, and where it stands in a sequence of the task.  */
int32_t tc_skip_trigram_trigger (const struct tc_skip_trigram_options *options, int k);
size_t tc_skip_trigram_place (const struct tc_skip_trigram_options *options,
                              const int32_t *sequence);

struct tc_skip_trigram;

/* Fills task, which borrows *out: endless batches, or the fixed training set
   again and again plus an endless test stream.  Groups are the trigrams,
   "trigram_0" ...  The resumable state is the two generators'.  Free with
   tc_skip_trigram_free.  */
enum tc_status tc_skip_trigram_alloc (struct tc_skip_trigram **out,
                                      const struct tc_skip_trigram_options *options,
                                      struct tc_task *task, struct tc_error *err)
  TC_MUST_USE;
void tc_skip_trigram_free (struct tc_skip_trigram *self);

#endif
