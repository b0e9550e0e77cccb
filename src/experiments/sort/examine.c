#include "experiments/sort/examine.h"

#include "experiments/measure.h"

#include <string.h>

/* Lists that are run at once with all activations.  */
enum { AT_ONCE = 250 };

/* Lists first ... first + n - 1 of a set.  Where their targets stand is the same for
   every list, so that the first ones' places serve all.  */
static struct tc_batch
chunk (const struct tc_sort_set *set, size_t first, size_t n)
{
  struct tc_batch batch;
  size_t answers = (size_t) tc_sort_answers (set->options, set->length);
  tc_sort_set_batch (set, &batch);
  batch.tokens += first * batch.n_pos;
  batch.target += first * answers;
  batch.n_seq = n;
  batch.n_targets = n * answers;
  return batch;
}

enum tc_status
tc_sort_examine (struct tc_sort_analysis *a, const struct tc_sort_set *set, size_t n_hooks,
                 const struct tc_hook *hooks, tc_sort_look_fn *look, void *user,
                 struct tc_error *err)
{
  struct tc_session *session = a->session;
  struct tc_run *run = NULL;
  struct tc_batch whole;
  size_t most = set->n < AT_ONCE ? set->n : AT_ONCE;
  tc_sort_set_batch (set, &whole);
  enum tc_status status
    = tc_run_alloc (&run, &session->model.config, TC_ROWS_ALL, most, whole.n_pos,
                    most * (size_t) tc_sort_answers (set->options, set->length), err);
  for (size_t i = 0; status == TC_OK && i < n_hooks; i++)
    status = tc_run_add_hook (run, hooks[i], err);
  for (size_t first = 0; status == TC_OK && first < set->n; first += AT_ONCE)
    {
      size_t n = set->n - first < AT_ONCE ? set->n - first : AT_ONCE;
      struct tc_batch batch = chunk (set, first, n);
      status = tc_forward (session->compute, &session->model, &batch, run, err);
      if (status == TC_OK)
        status = look (run, &batch, first, user, err);
    }
  tc_run_free (run);
  return status;
}

enum tc_status
tc_sort_lists (struct tc_sort_analysis *a, uint64_t seed, size_t n, struct tc_sort_set *set,
               struct tc_error *err)
{
  struct tc_sort_stream stream;
  tc_sort_stream_start (&stream, a->task, seed);
  enum tc_status status = tc_sort_set_alloc (set, a->task, n, err);
  if (status == TC_OK)
    status = tc_sort_set_draw (set, &stream, n, a->task->list_length, err);
  return status;
}

enum tc_status
tc_sort_one_list (struct tc_sort_analysis *a, const int32_t *list, struct tc_sort_set *set,
                  struct tc_error *err)
{
  enum tc_status status = tc_sort_set_alloc (set, a->task, 1, err);
  if (status == TC_OK)
    tc_sort_set_fill (set, 1, a->task->list_length, list);
  return status;
}

const char *
tc_sort_label (const struct tc_sort_options *task, int32_t token, char label[TC_TOKEN_NAME])
{
  tc_sort_name_token (task, token, label);
  return label;
}

bool
tc_sort_is_first (const struct tc_sort_analysis *a)
{
  return strstr (a->session->run, "-seed-") == NULL;
}

bool
tc_sort_is_pictured (const struct tc_sort_analysis *a)
{
  static const char *const runs[] = { "one-head", "one-head-attn-only", "attn-only",
                                      "five" };
  for (size_t i = 0; i < sizeof runs / sizeof *runs; i++)
    if (tc_sort_is_run (a, runs[i]))
      return true;
  return false;
}

float
tc_sort_for_picture (double value)
{
  return (float) tc_rounded (value, 3);
}
