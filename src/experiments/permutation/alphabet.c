#include "experiments/permutation/alphabet.h"

#include <gsl/gsl_permutation.h>
#include <string.h>

const char tc_permutation_characters[] =
  "> .abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

enum tc_status
tc_permutation_to_tokens (const char *text, int32_t *tokens, struct tc_error *err)
{
  for (size_t i = 0; text[i] != '\0'; i++)
    {
      const char *at = strchr (tc_permutation_characters, text[i]);
      if (at == NULL)
        return tc_fail (err, TC_EINVAL, "character %zu of '%.60s' is '%c'; expected a letter, "
                        "a digit, '>', '.' or a space", i + 1, text, text[i]);
      tokens[i] = (int32_t) (at - tc_permutation_characters);
    }
  return TC_OK;
}

void
tc_permutation_to_text (const int32_t *tokens, size_t n, char *text)
{
  for (size_t i = 0; i < n; i++)
    text[i] = tc_permutation_characters[tokens[i]];
  text[n] = '\0';
}

size_t
tc_permutation_terms (int n)
{
  size_t product = 1;
  for (size_t k = 2; k <= (size_t) n; k++)
    product *= k;
  return product;
}

size_t
tc_permutation_combinations (int n)
{
  size_t count = 1;
  for (size_t k = 0; k < (size_t) n; k++)
    count = count * (TC_PERMUTATION_ELEMENTS - k) / (k + 1);
  return count;
}

size_t
tc_permutation_length (int n)
{
  return 2 + tc_permutation_terms (n) * ((size_t) n + 1);
}

size_t
tc_permutation_place (int n, size_t term, int slot)
{
  return 2 + term * ((size_t) n + 1) + (size_t) slot;
}

enum tc_status
tc_permutation_orders (int n, uint8_t *orders, struct tc_error *err)
{
  gsl_permutation *p = gsl_permutation_calloc ((size_t) n);
  if (p == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for a permutation of %d", n);
  do
    for (size_t slot = 0; slot < (size_t) n; slot++)
      *orders++ = (uint8_t) gsl_permutation_get (p, slot);
  while (gsl_permutation_next (p) == GSL_SUCCESS);
  gsl_permutation_free (p);
  return TC_OK;
}

/* [write] */
void
tc_permutation_write (int n, const uint8_t *orders, const int32_t *first, int32_t *tokens)
{
  size_t terms = tc_permutation_terms (n);
  *tokens++ = TC_PERMUTATION_BEGIN;
  *tokens++ = TC_PERMUTATION_SPACE;
  for (size_t term = 0; term < terms; term++)
    {
      for (int slot = 0; slot < n; slot++)
        *tokens++ = first[*orders++];
      *tokens++ = term + 1 < terms ? TC_PERMUTATION_SPACE : TC_PERMUTATION_PERIOD;
    }
}
/* [end write] */
