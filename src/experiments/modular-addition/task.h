#ifndef TC_MODULAR_ADDITION_TASK_H
#define TC_MODULAR_ADDITION_TASK_H

#include "numerics/error.h"
#include "training/task.h"
#include "transformer/batch.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Functions of two numbers below p (notebook 004, "Hyper-Parameters" and "Model
   Training Code"): a sequence is "a b =", and at `=` the model is to name f (a, b)
   modulo p.  All pairs are split once; the training pairs are one batch, the
   same at every step, and the other pairs are the test batch.  */

enum tc_modular_function
{
  TC_MODULAR_ADD,          /* a + b */
  TC_MODULAR_SUBTRACT,     /* a - b */
  TC_MODULAR_X2XYY2,       /* a^2 + a b + b^2 */
  TC_MODULAR_RANDOM        /* a table drawn once from NumPy's stream */
};
extern const char *const tc_modular_function_names[];

/* How the pairs are put in order before the first ones are taken for training:
   as the notebook does (Python's random.shuffle of the list of pairs), or as
   TransformerLens's demo does (torch.randperm).  */
enum tc_modular_split { TC_MODULAR_PYTHON, TC_MODULAR_TORCH };
extern const char *const tc_modular_split_names[];

struct tc_modular_options
{
  int p;
  double frac_train;
  enum tc_modular_function function;
  enum tc_modular_split split;
  uint64_t data_seed, table_seed;
};

/* The groups of loss.csv: is (b, a), the swap of the pair, a training pair?  */
enum { TC_MODULAR_SWAP_SEEN, TC_MODULAR_SWAP_UNSEEN, TC_MODULAR_GROUPS };
enum { TC_MODULAR_CONTEXT = 3 };

/* The task: to be read by an analysis, not to be written.  Pair i of the grid is
   (i / p, i % p).  */
struct tc_modular
{
  struct tc_modular_options options;
  size_t n, n_train;       /* pairs, training pairs */
  int32_t *answer;         /* [n] f of each pair of the grid */
  int32_t *order;          /* [n] the pairs in split order: the first n_train train */
  bool *is_train;          /* [n] of each pair of the grid */

  /* private: batches of the split and of the grid */
  int32_t *tokens, *target, *group, *seq, *pos, *grid_tokens;
};

/* The value of the options' function, TC_MODULAR_RANDOM excepted.  */
int tc_modular_value (enum tc_modular_function function, int p, int a, int b);

/* How many pairs train: int (frac_train * p * p), as Python computes it.  */
size_t tc_modular_n_train (const struct tc_modular_options *options);

/* Makes the task; TC_ENOMEM.  Free with tc_modular_free.  Where no pair is left
   over the task has no test batch.  */
enum tc_status tc_modular_alloc (struct tc_modular **out,
                                 const struct tc_modular_options *options,
                                 struct tc_task *task, struct tc_error *err) TC_MUST_USE;
void tc_modular_free (struct tc_modular *self);

/* The batches: all training pairs, all test pairs (both in split order), all
   pairs in the grid's order.  Their memory is the task's; loss_scale makes a mean.
   The grid's has no groups.  */
void tc_modular_train_batch (const struct tc_modular *self, struct tc_batch *batch);
void tc_modular_test_batch (const struct tc_modular *self, struct tc_batch *batch);
void tc_modular_grid_batch (const struct tc_modular *self, struct tc_batch *batch);

#endif
