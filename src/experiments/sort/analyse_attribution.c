/* What the logits are made of, and maps of them, for a handful of lists: the last cells
   of notebook 002.  */

#include "experiments/sort/analysis.h"
#include "experiments/sort/examine.h"
#include "experiments/sort/figures_circuits.h"

#include "circuits/attribution.h"
#include "circuits/generate.h"

#include <math.h>
#include <string.h>

/* As many lists as the notebook's batch.  */
enum { EXAMPLES = 16, MOST_COMPONENTS = 16 };

/* Of these, whose components are published number by number.  */
enum { WRITTEN = 4 };

struct attribution
{
  struct tc_sort_analysis *a;
  struct tc_csv parts, logits, predicted;
  size_t n_components;
  char name[MOST_COMPONENTS][TC_NAME_MAX];
  double max_error;             /* of sums of components */
  double limit[2];              /* greatest moduli in the first example: logit, margin */
  double limits[3];             /* of the three maps */
  double share[MOST_COMPONENTS];        /* sum of margin parts over all predictions */
  double margins, n;            /* sum of margins; predictions */
  double shifted, n_shifted;    /* surprisal of the token after the next */
};

/* --- components --- */

/* The strongest other class.  */
static size_t
find_rival (const tc_real *logits, size_t n, size_t right)
{
  size_t rival = right == 0 ? 1 : 0;
  for (size_t c = 0; c < n; c++)
    if (c != right && logits[c] > logits[rival])
      rival = c;
  return rival;
}

static enum tc_status
write_parts (struct attribution *x, size_t example, int slot, const struct tc_attribution *parts,
             size_t right, size_t rival, struct tc_error *err)
{
  enum tc_status status = TC_OK;
  x->max_error = fmax (x->max_error, parts->max_error);
  x->n_components = parts->n_components;
  x->n++;
  for (size_t i = 0; status == TC_OK && i < parts->n_components; i++)
    {
      const double *row = tc_dense_row (&parts->logits, i);
      double margin = row[right] - row[rival];
      snprintf (x->name[i], sizeof x->name[i], "%s", parts->name[i]);
      x->share[i] += margin;
      x->margins += margin;
      if (example == 0)
        {
          x->limit[0] = fmax (x->limit[0], fabs (row[right]));
          x->limit[1] = fmax (x->limit[1], fabs (margin));
        }
      if (example >= WRITTEN)
        continue;
      tc_csv_int (&x->parts, (long long) example);
      tc_csv_int (&x->parts, slot);
      tc_csv_text (&x->parts, parts->name[i]);
      tc_csv_int (&x->parts, (long long) i);
      tc_csv_float (&x->parts, tc_sort_for_picture (row[right]));
      tc_csv_float (&x->parts, tc_sort_for_picture (margin));
      status = tc_csv_end_row (&x->parts, err);
    }
  return status;
}

static enum tc_status
attribute (struct attribution *x, struct tc_run *run, size_t example, int slot,
           const int32_t *row, const tc_real *logits, struct tc_error *err)
{
  const struct tc_model *model = &x->a->session->model;
  size_t position = (size_t) (x->a->task->list_length + 1 + slot);
  size_t right = (size_t) row[position + 1], n = (size_t) model->config.d_vocab_out;
  size_t rival = find_rival (logits, n, right);
  struct tc_attribution parts;
  enum tc_status status = tc_attribute_logits (model, run, example, position, false, &parts,
                                               err);
  if (status != TC_OK)
    return status;
  if (parts.n_components > MOST_COMPONENTS)
    status = tc_fail (err, TC_EINVAL, "%zu components: expected at most %d",
                      parts.n_components, MOST_COMPONENTS);
  else
    status = write_parts (x, example, slot, &parts, right, rival, err);
  tc_attribution_free (&parts);
  return status;
}

/* --- maps --- */

static enum tc_status
map_position (struct attribution *x, size_t example, int position, int32_t next,
              const tc_real *logits, struct tc_error *err)
{
  size_t n = (size_t) x->a->session->model.config.d_vocab_out;
  double mean = 0, logit = (double) logits[next];
  for (size_t c = 0; c < n; c++)
    mean += (double) logits[c] / (double) n;
  double values[3] = { logit, logit - mean, -tc_surprisal (n, logits, (size_t) next) };
  tc_csv_int (&x->logits, (long long) example);
  tc_csv_int (&x->logits, position);
  for (int i = 0; i < 3; i++)
    {
      tc_csv_float (&x->logits, tc_sort_for_picture (values[i]));
      x->limits[i] = fmax (x->limits[i], fabs (values[i]));
    }
  return tc_csv_end_row (&x->logits, err);
}

static enum tc_status
show_prediction (struct attribution *x, size_t example, int slot, int32_t right,
                 const tc_real *logits, struct tc_error *err)
{
  tc_csv_int (&x->predicted, (long long) example);
  tc_csv_int (&x->predicted, slot);
  tc_csv_int (&x->predicted,
              tc_greatest_logit ((size_t) x->a->session->model.config.d_vocab_out, logits));
  tc_csv_int (&x->predicted, right);
  return tc_csv_end_row (&x->predicted, err);
}

/* The notebook's last cell cuts the first token off logits and tokens alike and calls a
   loss that shifts once more: the logits at a position are scored against the token
   after the next.  */
static void
score_shifted (struct attribution *x, const int32_t *row, const tc_real *all)
{
  size_t n = (size_t) x->a->session->model.config.d_vocab_out;
  int length = x->a->task->list_length;
  for (int p = length + 2; p + 2 <= 2 * length + 1; p++)
    {
      x->shifted += tc_surprisal (n, all + (size_t) p * n, (size_t) row[p + 2]);
      x->n_shifted++;
    }
}

static enum tc_status
look (struct tc_run *run, const struct tc_batch *batch, size_t first, void *user,
      struct tc_error *err)
{
  struct attribution *x = user;
  size_t n = (size_t) x->a->session->model.config.d_vocab_out;
  int length = x->a->task->list_length;
  enum tc_status status = TC_OK;
  (void) first;
  for (size_t b = 0; status == TC_OK && b < batch->n_seq; b++)
    {
      const int32_t *row = batch->tokens + b * batch->n_pos;
      const tc_real *all = tc_run_all_logits (run) + b * batch->n_pos * n;
      for (int p = 0; status == TC_OK && p < 2 * length + 1; p++)
        status = map_position (x, b, p, row[p + 1], all + (size_t) p * n, err);
      for (int slot = 0; status == TC_OK && slot < length; slot++)
        {
          const tc_real *logits = all + (size_t) (length + 1 + slot) * n;
          status = show_prediction (x, b, slot, row[length + 2 + slot], logits, err);
          if (status == TC_OK)
            status = attribute (x, run, b, slot, row, logits, err);
        }
      score_shifted (x, row, all);
    }
  return status;
}

/* --- the part --- */

/* A component's name in letters: "L0H0" gives "HeadA".  */
static const char *
macro_name (const char *component)
{
  static const char *const names[][2] = {
    { "embed", "AttributionEmbed" }, { "pos_embed", "AttributionPosition" },
    { "L0H0", "AttributionHead" }, { "L0H1", "AttributionHeadB" },
    { "0_attn_bias", "AttributionAttnBias" }, { "0_mlp_out", "AttributionMlp" },
    { "ln_bias", "AttributionLnBias" }, { "unembed_bias", "AttributionUnembedBias" }
  };
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp (component, names[i][0]) == 0)
      return names[i][1];
  return NULL;
}

static void
write_macros (const struct attribution *x)
{
  struct tc_macros *macros = x->a->macros;
  tc_macros_int (macros, "AttributionLists", EXAMPLES);
  tc_macros_real (macros, "AttributionMaxError", x->max_error, 2);
  tc_macros_real (macros, "AttributionMargin", x->margins / x->n, 3);
  tc_macros_real (macros, "ShiftedLoss", x->shifted / x->n_shifted, 4);
  for (size_t i = 0; i < x->n_components; i++)
    if (macro_name (x->name[i]) != NULL)
      tc_macros_real (macros, macro_name (x->name[i]), x->share[i] / x->n, 3);
}

static enum tc_status
open_files (struct attribution *x, struct tc_error *err)
{
  static const struct tc_csv_column part_columns[] = {
    { "example", "list, of the first four" }, { "slot", "output slot" },
    { "component", "what wrote to the residual stream, by TransformerLens's names" },
    { "index", "its number" },
    { "logit", "its part of the right token's logit; numbers here have three digits" },
    { "margin", "its part of that logit less the strongest other" }
  };
  static const struct tc_csv_column logit_columns[] = {
    { "example", "list" }, { "position", "where the next token is predicted" },
    { "logit", "of the next token; numbers here have three digits" },
    { "centred", "the same, less the mean over classes" },
    { "log_probability", "of the next token, nats" }
  };
  static const struct tc_csv_column predicted_columns[] = {
    { "example", "list" }, { "slot", "output slot" },
    { "predicted", "the greatest logit's token" }, { "actual", "the right token" }
  };
  const struct tc_session *session = x->a->session;
  enum tc_status status
    = tc_session_csv (session, &x->parts, "attribution",
                      "Direct logit attribution by component", 6, part_columns, err);
  if (status != TC_OK)
    return status;
  status = tc_session_csv (session, &x->logits, "logits", "The next token at every position",
                           5, logit_columns, err);
  if (status == TC_OK)
    status = tc_session_csv (session, &x->predicted, "predicted",
                             "Predicted and actual sorted tokens", 4, predicted_columns, err);
  return status;
}

static enum tc_status
close_files (struct attribution *x, enum tc_status status, struct tc_error *err)
{
  status = tc_csv_finish (&x->parts, status, err);
  status = tc_csv_finish (&x->logits, status, err);
  return tc_csv_finish (&x->predicted, status, err);
}

enum tc_status
tc_sort_report_attribution (struct tc_sort_analysis *a, struct tc_error *err)
{
  struct attribution x = { .a = a };
  struct tc_sort_set set = { 0 };
  if (!tc_sort_is_pictured (a) && !tc_sort_is_run (a, "attn-only-two-heads"))
    return TC_OK;
  enum tc_status status = tc_sort_lists (a, a->session->setup.data_seed, EXAMPLES, &set, err);
  if (status == TC_OK)
    status = open_files (&x, err);
  if (status == TC_OK)
    status = tc_sort_examine (a, &set, 0, NULL, look, &x, err);
  status = close_files (&x, status, err);
  tc_sort_set_free (&set);
  if (status != TC_OK)
    return status;
  write_macros (&x);
  status = tc_sort_figure_attribution (a, x.n_components, (const char (*)[TC_NAME_MAX]) x.name,
                                       x.limit, err);
  if (status == TC_OK)
    status = tc_sort_figure_logits (a, EXAMPLES, x.limits, err);
  if (status == TC_OK)
    status = tc_sort_figure_predicted (a, EXAMPLES, err);
  return status;
}
