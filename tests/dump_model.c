/* Saves a small model with random biases and prints logits, for
   tests/golden/make_model.py --exchange to load in TransformerLens:
   dump_model FILE prints a line of tokens, then a line of logits for each.  */

#include "saved_model.h"

int
main (int argc, char **argv)
{
  struct tc_model model;
  struct tc_error err = { .message = "usage: dump_model FILE" };
  if (argc == 2 && saved_model_make (&model, &err) == TC_OK
      && saved_model_save (argv[1], &model, &err) == TC_OK
      && saved_model_print (&model, &err) == TC_OK)
    {
      tc_model_free (&model);
      return 0;
    }
  fprintf (stderr, "%s\n", err.message);
  return 1;
}
