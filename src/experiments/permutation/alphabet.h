#ifndef TC_PERMUTATION_ALPHABET_H
#define TC_PERMUTATION_ALPHABET_H

#include "numerics/error.h"

#include <stddef.h>
#include <stdint.h>

/* Notebook 001's sequences.  With n = 3 and the combination a b c:

     > abc acb bac bca cab cba.

   the n! arrangements of n of 62 characters in lexicographic order, the order of
   characters being that of the first term.  A token is a character.  */

enum { TC_PERMUTATION_BEGIN = 0, TC_PERMUTATION_SPACE = 1, TC_PERMUTATION_PERIOD = 2,
       TC_PERMUTATION_SPECIAL = 3, TC_PERMUTATION_ELEMENTS = 62,
       TC_PERMUTATION_VOCABULARY = TC_PERMUTATION_SPECIAL + TC_PERMUTATION_ELEMENTS,
       TC_PERMUTATION_MAX = 5, TC_PERMUTATION_CONTEXT = 1024 };

/* "> .abc...zABC...Z0123456789": token t is its t-th character.  */
extern const char tc_permutation_characters[];

/* The notebook's str_to_tokens: as many tokens as the text has bytes.  TC_EINVAL
   names the first character that is none of the alphabet.  */
enum tc_status tc_permutation_to_tokens (const char *text, int32_t *tokens,
                                         struct tc_error *err) TC_MUST_USE;
/* Its inverse; text has room for n + 1 bytes.  */
void tc_permutation_to_text (const int32_t *tokens, size_t n, char *text);

/* n!; C(62, n); tokens of a sequence, 2 + n! (n + 1).  */
size_t tc_permutation_terms (int n);
size_t tc_permutation_combinations (int n);
size_t tc_permutation_length (int n);

/* Position of character `slot` (0 ... n - 1) of term `term`, and of the space or
   period that ends it (slot n).  */
size_t tc_permutation_place (int n, size_t term, int slot);

/* orders [n!, n]: which character of the first term stands at each slot of each
   term, in lexicographic order (GSL's gsl_permutation_next).  TC_ENOMEM.  */
enum tc_status tc_permutation_orders (int n, uint8_t *orders, struct tc_error *err) TC_MUST_USE;

/* Writes the sequence whose first term is first[n].  */
void tc_permutation_write (int n, const uint8_t *orders, const int32_t *first,
                           int32_t *tokens);

#endif
