#ifndef TC_MODULAR_ADDITION_KEYS_H
#define TC_MODULAR_ADDITION_KEYS_H

#include <stdbool.h>
#include <stddef.h>

/* Key frequencies by norms.  Nanda et al. (2023) see them in three ways - norms of
   the embedding in the Fourier basis, norms of the neuron-logit map W_L, the
   frequency of each neuron - and state no threshold.  analysis.h counts neurons;
   this is the rule for norms: in descending order, cut where the ratio of one norm
   to the next is greatest, after at most TC_MODULAR_MOST_KEYS.  Where no ratio
   reaches TC_MODULAR_CLEAR_GAP the spectrum is not sparse; then the
   TC_MODULAR_DEFAULT_KEYS greatest stand in, so that the same measures can be
   taken, and is_clear is false.  */
enum { TC_MODULAR_MOST_KEYS = 12, TC_MODULAR_DEFAULT_KEYS = 5 };
#define TC_MODULAR_CLEAR_GAP 2.0

struct tc_modular_keys
{
  size_t n;
  size_t k[TC_MODULAR_MOST_KEYS];   /* ascending */
  bool is_clear;
  double gap;                       /* ratio at the greatest gap */
};

/* From norms[k-1] of frequencies 1 ... n_frequencies, at least two of them.  */
struct tc_modular_keys tc_modular_keys_of_norms (size_t n_frequencies, const double *norms);

bool tc_modular_is_key (const struct tc_modular_keys *keys, size_t k);

/* "14, 35, 41, 42, 52" */
enum { TC_MODULAR_KEYS_TEXT = 80 };
void tc_modular_keys_text (const struct tc_modular_keys *keys,
                           char text[TC_MODULAR_KEYS_TEXT]);

#endif
