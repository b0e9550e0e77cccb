#ifndef TC_BENCH_PARTY_H
#define TC_BENCH_PARTY_H

#include "subjects.h"

/* What bench/compare.py asks of tc-bench as of its peers (bench/party.py).  */

/* One subject, served on standard input and output: a line of JSON with the losses of
   the first n_losses steps and a step's cost; then for each line read, which holds
   seconds, {"ms": per step, "peak": flop/s just then} of so long a stretch; at the
   end {"memory_kb": greatest resident set}.  */
enum tc_status tc_bench_serve (const struct tc_bench_subject *subject, int threads,
                               int n_losses, struct tc_error *err) TC_MUST_USE;

/* What each subject starts from, into an existing folder: <experiment>-<run>.safetensors
   holds the initial parameters, and .batches three 32-bit numbers, n_batches n_seq
   n_pos, and the tokens of the first n_batches, in the machine's byte order.  */
enum tc_status tc_bench_export (const char *folder, int n_batches, struct tc_error *err)
  TC_MUST_USE;

#endif
