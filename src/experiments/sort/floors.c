#include "experiments/sort/floors.h"

#include "numerics/elementary.h"

#include <stdlib.h>

const char *const tc_sort_floor_names[TC_SORT_FLOORS]
  = { "distinct values left", "and the position", "and copies so far" };

/* Counts of (distinct values left, position, copies so far), each 0 ... length.  */
struct counts
{
  size_t side;                  /* length + 1 */
  double *all, *again;          /* [side, side, side] */
};

static void
count_list (struct counts *counts, int length, const int32_t *sorted)
{
  int left = 0, copies = 1;
  for (int k = 1; k < length; k++)
    left += sorted[k] != sorted[k - 1];
  for (int k = 1; k < length; k++)
    {
      bool again = sorted[k] == sorted[k - 1];
      size_t cell = ((size_t) left * counts->side + (size_t) k) * counts->side + (size_t) copies;
      counts->all[cell]++;
      counts->again[cell] += again;
      left -= !again;
      copies = again ? copies + 1 : 1;
    }
}

/* n times the entropy of a share of `again` in n.  */
static double
entropy (double n, double again)
{
  double p = again / n;
  if (!(p > 0.0 && p < 1.0))
    return 0.0;
  return -n * (p * tc_log64 (p) + (1.0 - p) * tc_log64 (1.0 - p));
}

/* Sum over what is known of the entropies: what is not known is summed up first.  */
static void
sum_entropies (const struct counts *counts, double nats[TC_SORT_FLOORS])
{
  size_t side = counts->side;
  for (size_t left = 0; left < side; left++)
    {
      double all_left = 0, again_left = 0;
      for (size_t k = 0; k < side; k++)
        {
          double all_position = 0, again_position = 0;
          for (size_t copies = 0; copies < side; copies++)
            {
              size_t cell = (left * side + k) * side + copies;
              all_position += counts->all[cell];
              again_position += counts->again[cell];
              nats[2] += entropy (counts->all[cell], counts->again[cell]);
            }
          nats[1] += entropy (all_position, again_position);
          all_left += all_position;
          again_left += again_position;
        }
      nats[0] += entropy (all_left, again_left);
    }
}

enum tc_status
tc_sort_find_floors (const struct tc_sort_options *options, size_t lists, uint64_t seed,
                     struct tc_sort_floors *floors, struct tc_error *err)
{
  size_t side = (size_t) options->list_length + 1;
  struct counts counts = { side, calloc (side * side * side, sizeof (double)),
                           calloc (side * side * side, sizeof (double)) };
  struct tc_sort_stream stream;
  struct tc_sort_set set;
  *floors = (struct tc_sort_floors) { .lists = lists };
  tc_sort_stream_start (&stream, options, seed);
  enum tc_status status = tc_sort_set_alloc (&set, options, 1, err);
  if (status == TC_OK && (counts.all == NULL || counts.again == NULL))
    status = tc_fail (err, TC_ENOMEM, "no memory to count lists of %d values",
                      options->list_length);
  for (size_t i = 0; status == TC_OK && i < lists; i++)
    {
      status = tc_sort_set_draw (&set, &stream, 1, options->list_length, err);
      if (status == TC_OK)
        count_list (&counts, options->list_length,
                    tc_sort_set_row (&set, 0) + options->list_length + 2);
    }
  if (status == TC_OK)
    sum_entropies (&counts, floors->nats);
  for (int i = 0; i < TC_SORT_FLOORS; i++)
    floors->nats[i] /= (double) lists * options->list_length;
  tc_sort_set_free (&set);
  free (counts.all);
  free (counts.again);
  return status;
}
