#ifndef TC_BENCH_SHAPES_H
#define TC_BENCH_SHAPES_H

#include <stddef.h>

/* The matrix products of the notebooks.

   A linear layer X[rows,in] W[in,out] is measured three times: forward (NN),
   gradient of its input (NT) and of its weights (TN); all heads are one layer.
   Attention is a batch over sequences: scores = Q K^T (NT), result = pattern V
   (NN), and the backward product dV = pattern^T dZ (TN).  The transformer
   computes only what a causal mask leaves of those, with kernels of its own;
   where sequences share their rows it uses one table of scores per head, the
   product of all distinct queries and keys.  */

struct tc_bench_linear
{
  const char *experiment, *layer;
  size_t rows, out, in;
};

static const struct tc_bench_linear tc_bench_linears[] =
{
  { "addition", "W_in, loss rows", 384, 2048, 512 },
  { "addition", "W_out, all rows", 1152, 512, 2048 },
  { "addition", "W_in, all rows", 1152, 2048, 512 },
  { "addition", "W_out, loss rows", 384, 512, 2048 },
  { "addition", "W_Q, all rows", 1152, 512, 512 },
  { "addition", "W_Q, loss rows", 384, 512, 512 },
  { "addition", "W_K, distinct rows", 216, 512, 512 },
  { "addition", "W_O, loss rows", 384, 512, 512 },
  { "addition", "W_U", 384, 10, 512 },
  { "skip-trigram", "W_K, distinct rows", 802, 8, 32 },
  { "skip-trigram", "W_Q, last rows", 256, 8, 32 },
  { "skip-trigram", "W_O", 256, 32, 8 },
  { "skip-trigram", "W_U", 256, 10, 32 },
  { "induction", "W_Q, all rows", 10880, 48, 48 },
  { "induction", "W_O, all rows", 10880, 48, 48 },
  { "induction", "W_U, all rows", 10880, 128, 48 },
  { "induction", "W_Q", 3840, 48, 48 },
  { "induction", "W_O", 3840, 48, 48 },
  { "induction", "W_U", 3840, 128, 48 },
  { "modular-addition", "W_K, distinct rows", 227, 128, 128 },
  { "modular-addition", "W_O, training rows", 3830, 128, 128 },
  { "modular-addition", "W_in, training rows", 3830, 512, 128 },
  { "modular-addition", "W_out, training rows", 3830, 128, 512 },
  { "modular-addition", "W_U, training rows", 3830, 114, 128 },
  { "modular-addition", "W_in, all pairs", 12769, 512, 128 },
  { "modular-addition", "W_out, all pairs", 12769, 128, 512 },
  { "modular-addition", "W_U, all pairs", 12769, 114, 128 },
  { "sort, one head", "W_Q, all rows", 2816, 32, 128 },
  { "sort, one head", "W_O, all rows", 2816, 128, 32 },
  { "sort, one head", "W_in, all rows", 2816, 512, 128 },
  { "sort, one head", "W_in, loss rows", 1280, 512, 128 },
  { "sort, one head", "W_out, loss rows", 1280, 128, 512 },
  { "sort, one head", "W_U, loss rows", 1280, 66, 128 },
  { "sort, attention only", "W_Q, all rows", 672, 32, 32 },
  { "sort, attention only", "W_U, loss rows", 320, 32, 32 },
  { "permutation", "W_Q", 484, 128, 128 },
  { "permutation", "W_O", 484, 128, 128 },
  { "permutation", "W_U", 484, 65, 128 },
};

struct tc_bench_table
{
  const char *experiment;
  size_t queries, keys, d_head, heads;
};

static const struct tc_bench_table tc_bench_tables[] =
{
  { "skip-trigram", 20, 802, 8, 1 },
  { "modular-addition", 1, 227, 32, 4 },
  { "addition", 72, 216, 128, 4 },
};

struct tc_bench_attention
{
  const char *experiment;
  size_t sequences, queries, keys, d_head, heads;
};

static const struct tc_bench_attention tc_bench_attentions[] =
{
  { "skip-trigram", 256, 1, 42, 8, 1 },
  { "skip-trigram, full", 256, 42, 42, 8, 1 },
  { "induction", 128, 85, 85, 12, 4 },
  { "induction, short", 128, 30, 30, 12, 4 },
  { "addition", 128, 9, 9, 128, 4 },
  { "addition, loss rows", 128, 3, 9, 128, 4 },
  { "modular-addition", 256, 1, 3, 32, 4 },
  { "sort, one head", 128, 22, 22, 32, 1 },
  { "sort, attention only", 16, 42, 42, 32, 1 },
  { "permutation", 4, 121, 121, 64, 2 },
};

#endif
