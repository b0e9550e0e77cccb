/* Writes draws of the random streams to standard output as raw little-endian
   numbers, for tests/golden/compare_random.py.

   usage: dump_random torch|numpy|python SEED COMMAND...
   A command is a word with colons: randn:100, uniform:-0.1:0.1:50.  */

#include "numerics/random.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct command
{
  const char *word;
  const char *arg[3];          /* texts after the colons; empty if missing */
};

static size_t
count_of (const char *text)
{
  return (size_t) strtoull (text, NULL, 10);
}

static void *
allocate (size_t n, size_t size)
{
  void *p = calloc (n + 1, size);
  if (p == NULL)
    exit (1);
  return p;
}

static void
put (const void *items, size_t n, size_t size)
{
  if (fwrite (items, size, n, stdout) != n)
    exit (1);
}

/* Fills out with n floats; 0 if the command is not one of these.  */
static int
torch_floats (struct tc_torch_rng *rng, const struct command *c, size_t n, float *out)
{
  double a = strtod (c->arg[0], NULL), b = strtod (c->arg[1], NULL);
  if (strcmp (c->word, "rand") == 0)
    tc_torch_rand (rng, n, out);
  else if (strcmp (c->word, "randn") == 0)
    tc_torch_randn (rng, n, out);
  else if (strcmp (c->word, "uniform") == 0)
    tc_torch_uniform (rng, n, a, b, out);
  else if (strcmp (c->word, "normal") == 0)
    tc_torch_normal (rng, n, a, b, out);
  else
    return 0;
  return 1;
}

static int
torch_integers (struct tc_torch_rng *rng, const struct command *c, size_t n, int32_t *out)
{
  if (strcmp (c->word, "randint") == 0)
    tc_torch_randint (rng, strtoll (c->arg[0], NULL, 10),
                      strtoll (c->arg[1], NULL, 10), n, out);
  else if (strcmp (c->word, "randperm") == 0)
    tc_torch_randperm (rng, n, out);
  else
    return 0;
  return 1;
}

static int
torch_longs (struct tc_torch_rng *rng, const struct command *c, size_t n, uint64_t *out)
{
  if (strcmp (c->word, "below") == 0)
    for (size_t i = 0; i < n; i++)
      out[i] = tc_torch_below (rng, strtoull (c->arg[0], NULL, 10));
  else if (strcmp (c->word, "random64") == 0)
    for (size_t i = 0; i < n; i++)
      out[i] = tc_torch_random64 (rng) & INT64_MAX;
  else
    return 0;
  return 1;
}

static int
run_torch (void *stream, const struct command *c, size_t n)
{
  void *out = allocate (n, sizeof (uint64_t));
  int size = torch_floats (stream, c, n, out) ? 4
             : torch_integers (stream, c, n, out) ? 4
             : torch_longs (stream, c, n, out) ? 8 : 0;
  put (out, n, (size_t) size);
  free (out);
  return size != 0;
}

static int
put_doubles (struct tc_mt19937 *mt, size_t n)
{
  for (size_t i = 0; i < n; i++)
    {
      double x = tc_mt_double (mt);
      put (&x, 1, sizeof x);
    }
  return 1;
}

static int
run_numpy (void *stream, const struct command *c, size_t n)
{
  if (strcmp (c->word, "rand") == 0)
    return put_doubles (stream, n);
  int64_t *out = allocate (n, sizeof *out);
  if (strcmp (c->word, "randint") == 0)
    tc_numpy_randint (stream, strtoll (c->arg[0], NULL, 10),
                      strtoll (c->arg[1], NULL, 10), n, out);
  else if (strcmp (c->word, "permutation") == 0)
    tc_numpy_permutation (stream, n, out);
  else if (strcmp (c->word, "shuffle") == 0)
    {
      /* Numbers n ... 2n - 1, so that it differs from a permutation.  */
      for (size_t i = 0; i < n; i++)
        out[i] = (int64_t) (n + i);
      tc_numpy_shuffle (stream, n, sizeof *out, out);
    }
  else
    return 0;
  put (out, n, sizeof *out);
  free (out);
  return 1;
}

static int
run_python (void *stream, const struct command *c, size_t n)
{
  if (strcmp (c->word, "random") == 0)
    return put_doubles (stream, n);
  uint64_t *out = allocate (n, sizeof *out);
  if (strcmp (c->word, "below") == 0)
    for (size_t i = 0; i < n; i++)
      out[i] = tc_python_below (stream, strtoull (c->arg[0], NULL, 10));
  else if (strcmp (c->word, "shuffle") == 0)
    {
      for (size_t i = 0; i < n; i++)
        out[i] = i;
      tc_python_shuffle (stream, n, sizeof *out, out);
    }
  else if (strcmp (c->word, "sample") == 0)
    {
      int32_t *values = allocate (n, sizeof *values);
      if (tc_python_sample (stream, count_of (c->arg[0]), n, values, NULL) != TC_OK)
        return 0;
      for (size_t i = 0; i < n; i++)
        out[i] = (uint64_t) values[i];
      free (values);
    }
  else
    return 0;
  put (out, n, sizeof *out);
  free (out);
  return 1;
}

/* Cuts text at its colons; the last piece is the count.  */
static size_t
parse (char *text, struct command *c)
{
  c->word = text;
  c->arg[0] = c->arg[1] = c->arg[2] = "";
  for (int i = 0; i < 3 && (text = strchr (text, ':')) != NULL; i++)
    {
      *text++ = '\0';
      c->arg[i] = text;
    }
  for (int i = 2; i >= 0; i--)
    if (c->arg[i][0] != '\0')
      return count_of (c->arg[i]);
  return 0;
}

int
main (int argc, char **argv)
{
  struct tc_torch_rng torch;
  struct tc_mt19937 mt;
  if (argc < 3)
    return 2;
  uint64_t seed = strtoull (argv[2], NULL, 10);
  int is_torch = strcmp (argv[1], "torch") == 0;
  int is_numpy = strcmp (argv[1], "numpy") == 0;
  if (is_torch)
    tc_torch_seed (&torch, seed);
  else if (is_numpy)
    tc_numpy_seed (&mt, (uint32_t) seed);
  else
    tc_python_seed (&mt, seed);
  for (int i = 3; i < argc; i++)
    {
      struct command c;
      size_t n = parse (argv[i], &c);
      int done = is_torch ? run_torch (&torch, &c, n)
                 : is_numpy ? run_numpy (&mt, &c, n) : run_python (&mt, &c, n);
      if (!done)
        {
          fprintf (stderr, "dump_random: no command %s\n", c.word);
          return 2;
        }
    }
  return fflush (stdout) == 0 ? 0 : 1;
}
