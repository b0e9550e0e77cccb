/* Heads of the first layer as switches.  In the later slots a head looks at one place, the
   first token say, or at nothing in particular, as the query's own token bids it; what it
   adds then is a fixed vector, or nothing.  These bits of the token go into the second
   layer's queries and are answered by its keys.  */

#include "experiments/induction/analysis.h"
#include "experiments/induction/figures.h"
#include "experiments/induction/probe.h"

#include "circuits/composition.h"
#include "experiments/measure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct switches
{
  size_t heads, tokens;         /* tokens: without 0, which opens the sequence */
  size_t place;                 /* where they look most */
  double *on;                   /* [heads, tokens]: mean attention on it */
  double *key;                  /* [heads, tokens]: what the switch adds to the score of a
                                   key with that token, mean over the later heads */
  double by_token;              /* share of the attention's variance between tokens, the
                                   lowest of the heads */
  double beaten, beaten_linear; /* share of tokens whose own key is not the best, with
                                   and without switches */
  double kept, dropped, none;   /* loss with queries that keep of the first layer the
                                   switches, all but these, nothing; nats */
  double of_token;              /* and whatever is a function of the query's token */
};

/* ---- When they are on ---- */

/* The place, at most `last`, that gets most attention of the queries beyond it.  */
static size_t
favourite (const struct tc_activation *pattern, size_t last)
{
  const size_t n = pattern->shape[2], rows = pattern->shape[0] * pattern->shape[1] * n;
  size_t best = 0;
  double most = -1;
  for (size_t place = 0; place <= last; place++)
    {
      double sum = 0;
      for (size_t row = 0; row < rows; row++)
        sum += row % n > last ? (double) pattern->data[row * n + place] : 0;
      if (sum > most)
        {
          most = sum;
          best = place;
        }
    }
  return best;
}

/* Mean and variance of head h's attention on a place, by the query's token.  */
static double
attend (const struct tc_induction_probe *probe, const struct tc_activation *pattern, size_t h,
        size_t place, size_t from, size_t tokens, double *on)
{
  const size_t n = probe->batch.n_pos, heads = pattern->shape[1];
  double *count = calloc (2 * tokens, sizeof *count), *squares = count + tokens;
  double sum = 0, all = 0, square = 0, within = 0;
  if (count == NULL)
    return NAN;
  for (size_t b = 0; b < probe->batch.n_seq; b++)
    for (size_t q = from; q < n; q++)
      {
        size_t token = (size_t) probe->batch.tokens[b * n + q] - 1;
        double x = (double) pattern->data[((b * heads + h) * n + q) * n + place];
        on[token] += x;
        squares[token] += x * x;
        count[token]++;
      }
  for (size_t t = 0; t < tokens; t++)
    {
      sum += on[t];
      square += squares[t];
      all += count[t];
      on[t] /= count[t];
      within += squares[t] - count[t] * on[t] * on[t];
    }
  free (count);
  return 1 - within / (square - sum * sum / all);
}

static enum tc_status
measure_attention (struct tc_induction_probe *probe, const struct tc_induction_analysis *a,
                   struct switches *s, struct tc_error *err)
{
  struct tc_activation pattern;
  enum tc_status status = tc_induction_probe_forward (probe, a, err);
  if (status == TC_OK)
    status = tc_induction_probe_activation (probe, a, 0, "attn.hook_pattern", &pattern, err);
  const size_t slot = (size_t) tc_induction_slot (a->shape);
  if (status == TC_OK)
    s->place = favourite (&pattern, slot);
  s->by_token = 1;
  for (size_t h = 0; status == TC_OK && h < s->heads; h++)
    {
      double share = attend (probe, &pattern, h, s->place, slot + 1, s->tokens,
                             s->on + h * s->tokens);
      s->by_token = share < s->by_token || isnan (share) ? share : s->by_token;
    }
  return status;
}

/* ---- What the keys answer ---- */

/* Rows: embeddings of all tokens but 0; the stream at a place, mean over the tokens that
   can stand there; both [.., d_model].  */
static enum tc_status
embeddings (const struct tc_model *model, size_t place, struct tc_dense *embed,
            struct tc_dense *stream, struct tc_error *err)
{
  const size_t d = (size_t) model->config.d_model;
  const tc_real *w_e = tc_params_data (&model->params, "embed.W_E");
  const tc_real *w_pos = tc_params_data (&model->params, "pos_embed.W_pos");
  *stream = (struct tc_dense) { 0, 0, NULL };
  enum tc_status status = tc_dense_from_real (embed, (size_t) model->config.d_vocab - 1, d,
                                              w_e + d, err);
  if (status == TC_OK)
    status = tc_dense_alloc (stream, 1, d, err);
  for (size_t i = 0; status == TC_OK && i < d; i++)
    {
      double sum = 0;
      for (size_t t = 0; t < embed->rows; t++)
        sum += tc_dense_get (embed, t, i);
      stream->data[i] = (place == 0 ? (double) w_e[i] : sum / (double) embed->rows)
                        + (double) w_pos[place * d + i];
    }
  return status;
}

/* out = rows OV of a head of layer 0.  */
static enum tc_status
through (const struct tc_model *model, int head, const struct tc_dense *rows,
         struct tc_dense *out, struct tc_error *err)
{
  struct tc_dense ov = { 0, 0, NULL };
  enum tc_status status = tc_head_ov (model, 0, head, &ov, err);
  *out = (struct tc_dense) { 0, 0, NULL };
  if (status == TC_OK)
    status = tc_dense_product (out, rows, &ov, err);
  tc_dense_free (&ov);
  return status;
}

/* Of every token as a query, whether another token's key has a higher score than its
   own; linear: token by token scores [tokens, tokens], added [heads, tokens].  */
static void
compare (struct switches *s, const struct tc_dense *linear, const struct tc_dense *added,
         double stream)
{
  for (size_t t = 0; t < s->tokens; t++)
    {
      bool beaten = false, beaten_linear = false;
      double own = 0, own_linear = 0;
      for (size_t k = 0; k <= s->tokens; k++)   /* its own key first */
        {
          size_t key = k == 0 ? t : k - 1;
          double plain = stream * tc_dense_get (linear, t, key), score = plain;
          for (size_t h = 0; h < s->heads; h++)
            score += s->on[h * s->tokens + t] * tc_dense_get (added, h, key);
          if (k == 0)
            {
              own = score;
              own_linear = plain;
            }
          beaten = beaten || score > own;
          beaten_linear = beaten_linear || plain > own_linear;
        }
      s->beaten += beaten;
      s->beaten_linear += beaten_linear;
    }
}

/* The scores of one head of layer 1: what its queries see of keys that carry a token
   from the place before.  */
static enum tc_status
measure_head (const struct tc_induction_analysis *a, struct switches *s, int head,
              const struct tc_dense *embed, const struct tc_dense *carried,
              const struct tc_dense *directions, struct tc_error *err)
{
  const struct tc_config *c = &a->session->model.config;
  const double scale = sqrt ((double) c->d_head);
  struct tc_dense qk = { 0, 0, NULL }, keys = { 0, 0, NULL };
  struct tc_dense linear = { 0, 0, NULL }, added = { 0, 0, NULL };
  enum tc_status status = tc_head_qk (&a->session->model, 1, head, &qk, err);
  if (status == TC_OK)
    status = tc_dense_product_nt (&keys, &qk, carried, err);
  if (status == TC_OK)
    status = tc_dense_product (&linear, embed, &keys, err);
  if (status == TC_OK)
    status = tc_dense_product (&added, directions, &keys, err);
  if (status == TC_OK)
    {
      compare (s, &linear, &added, c->doubled_residual ? 2 : 1);
      for (size_t i = 0; i < s->heads * s->tokens; i++)
        s->key[i] += added.data[i] / (scale * (double) s->heads);
    }
  tc_dense_free (&qk);
  tc_dense_free (&keys);
  tc_dense_free (&linear);
  tc_dense_free (&added);
  return status;
}

static enum tc_status
measure_keys (const struct tc_induction_analysis *a, struct switches *s, struct tc_error *err)
{
  const struct tc_model *model = &a->session->model;
  const int previous = (int) tc_induction_own_number (a, "PreviousHead");
  struct tc_dense embed, stream, carried = { 0, 0, NULL }, directions = { 0, 0, NULL };
  enum tc_status status = embeddings (model, s->place, &embed, &stream, err);
  if (status == TC_OK)
    status = through (model, previous, &embed, &carried, err);
  if (status == TC_OK)
    status = tc_dense_alloc (&directions, s->heads, stream.cols, err);
  for (int h = 0; status == TC_OK && h < (int) s->heads; h++)
    {
      struct tc_dense row;
      status = through (model, h, &stream, &row, err);
      if (status == TC_OK)
        memcpy (tc_dense_row (&directions, (size_t) h), row.data, row.cols * sizeof *row.data);
      tc_dense_free (&row);
    }
  for (int g = 0; status == TC_OK && g < (int) s->heads; g++)
    status = measure_head (a, s, g, &embed, &carried, &directions, err);
  s->beaten /= (double) (s->heads * s->tokens);
  s->beaten_linear /= (double) (s->heads * s->tokens);
  tc_dense_free (&embed);
  tc_dense_free (&stream);
  tc_dense_free (&carried);
  tc_dense_free (&directions);
  return status;
}

/* ---- Queries with and without them ---- */

/* z in two: what comes from the place, and the rest.  */
static enum tc_status
split (struct tc_induction_probe *probe, const struct tc_induction_analysis *a, size_t place,
       tc_real *switched, tc_real *rest, struct tc_error *err)
{
  struct tc_activation z, v, pattern;
  enum tc_status status = tc_induction_probe_forward (probe, a, err);
  if (status == TC_OK)
    status = tc_induction_probe_activation (probe, a, 0, "attn.hook_z", &z, err);
  if (status == TC_OK)
    status = tc_induction_probe_activation (probe, a, 0, "attn.hook_v", &v, err);
  if (status == TC_OK)
    status = tc_induction_probe_activation (probe, a, 0, "attn.hook_pattern", &pattern, err);
  if (status != TC_OK)
    return status;
  const size_t n = z.shape[1], heads = z.shape[2], d = z.shape[3];
  for (size_t i = 0; i < z.shape[0] * n * heads * d; i++)
    {
      size_t b = i / (n * heads * d), q = i / (heads * d) % n, h = i / d % heads;
      switched[i] = place > q ? 0 : pattern.data[((b * heads + h) * n + q) * n + place]
                    * v.data[(b * n + place) * heads * d + i % (heads * d)];
      rest[i] = z.data[i] - switched[i];
    }
  return TC_OK;
}

/* Replaces each of [n_seq, size] by the mean over sequences.  */
static void
average (tc_real *values, size_t n_seq, size_t size)
{
  for (size_t i = 0; i < size; i++)
    {
      double sum = 0;
      for (size_t b = 0; b < n_seq; b++)
        sum += (double) values[b * size + i];
      for (size_t b = 0; b < n_seq; b++)
        values[b * size + i] = (tc_real) (sum / (double) n_seq);
    }
}

/* Replaces each of [n_seq, n_pos, size] by the mean over the queries beyond `last` that
   have its token.  */
static enum tc_status
average_by_token (const struct tc_induction_probe *probe, size_t last, size_t tokens,
                  size_t size, tc_real *values, struct tc_error *err)
{
  const size_t n = probe->batch.n_pos, rows = probe->batch.n_seq * n;
  double *sum = calloc (tokens * (size + 1), sizeof *sum), *count = sum + tokens * size;
  if (sum == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for means of %zu tokens", tokens);
  for (size_t row = 0; row < rows; row++)
    if (row % n > last)
      {
        size_t token = (size_t) probe->batch.tokens[row];
        count[token]++;
        for (size_t i = 0; i < size; i++)
          sum[token * size + i] += (double) values[row * size + i];
      }
  for (size_t row = 0; row < rows; row++)
    {
      size_t token = (size_t) probe->batch.tokens[row];
      for (size_t i = 0; i < size && count[token] > 0; i++)
        values[row * size + i] = (tc_real) (sum[token * size + i] / count[token]);
    }
  free (sum);
  return TC_OK;
}

/* The loss when the queries of layer 1, and nothing else, are made with this z of
   layer 0.  */
static enum tc_status
run_with_queries_of (struct tc_induction_probe *probe, const struct tc_induction_analysis *a,
                     const tc_real *z, tc_real *queries, double *loss, struct tc_error *err)
{
  const struct tc_ablation of_z = { "blocks.0.attn.hook_z", TC_ABLATE_REPLACE, -1, z };
  const struct tc_ablation of_q = { "blocks.1.attn.hook_q", TC_ABLATE_REPLACE, -1, queries };
  struct tc_activation q;
  enum tc_status status = tc_induction_probe_ablated (probe, a, 1, &of_z, loss, err);
  if (status == TC_OK)
    status = tc_induction_probe_activation (probe, a, 1, "attn.hook_q", &q, err);
  if (status != TC_OK)
    return status;
  memcpy (queries, q.data, q.shape[0] * q.shape[1] * q.shape[2] * q.shape[3] * sizeof *queries);
  return tc_induction_probe_ablated (probe, a, 1, &of_q, loss, err);
}

static enum tc_status
measure_queries (struct tc_induction_probe *probe, const struct tc_induction_analysis *a,
                 struct switches *s, struct tc_error *err)
{
  const size_t n_seq = probe->batch.n_seq;
  const size_t row = s->heads * (size_t) a->session->model.config.d_head;
  const size_t size = probe->batch.n_pos * row, all = n_seq * size;
  tc_real *room = calloc (6 * all, sizeof *room);
  if (room == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for %zu activations", all);
  tc_real *switched = room, *rest = room + all, *z = room + 2 * all, *queries = room + 3 * all;
  tc_real *mean_switched = room + 4 * all, *mean_rest = room + 5 * all;
  enum tc_status status = split (probe, a, s->place, switched, rest, err);
  memcpy (mean_switched, switched, all * sizeof *room);
  memcpy (mean_rest, rest, all * sizeof *room);
  average (mean_switched, n_seq, size);
  average (mean_rest, n_seq, size);
  const struct { const tc_real *one, *two; double *loss; } kinds[] = {
    { switched, mean_rest, &s->kept }, { mean_switched, rest, &s->dropped },
    { mean_switched, mean_rest, &s->none }
  };
  for (size_t k = 0; status == TC_OK && k < sizeof kinds / sizeof *kinds; k++)
    {
      for (size_t i = 0; i < all; i++)
        z[i] = kinds[k].one[i] + kinds[k].two[i];
      status = run_with_queries_of (probe, a, z, queries, kinds[k].loss, err);
    }
  for (size_t i = 0; i < all; i++)
    z[i] = switched[i] + rest[i];
  if (status == TC_OK)
    status = average_by_token (probe, (size_t) tc_induction_slot (a->shape), s->tokens + 1,
                               row, z, err);
  if (status == TC_OK)
    status = run_with_queries_of (probe, a, z, queries, &s->of_token, err);
  free (room);
  return status;
}

/* ---- Output ---- */

static enum tc_status
write_csv (const struct tc_induction_analysis *a, const struct switches *s,
           struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "head", "of layer 0" }, { "token", "from 1" },
    { "on", "mean attention on the place that gets most, of queries beyond the first slot "
      "with this token" },
    { "key", "what that attention, if it is 1, adds to a score of layer 1 of a key that "
      "carries this token, mean over heads" }
  };
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "switches",
                                          "Heads of the first layer as switches", 4, columns,
                                          err);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; status == TC_OK && i < s->heads * s->tokens; i++)
    {
      tc_csv_int (&csv, (long long) (i / s->tokens));
      tc_csv_int (&csv, (long long) (i % s->tokens + 1));
      tc_csv_real (&csv, tc_rounded (s->on[i], 6));
      tc_csv_real (&csv, tc_rounded (s->key[i], 6));
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

static void
write_numbers (struct tc_induction_analysis *a, const struct switches *s)
{
  double lowest = 1, highest = -1, between = 0;
  for (size_t h = 0; h < s->heads; h++)
    {
      const double *on = s->on + h * s->tokens;
      double r = tc_correlate (s->tokens, on, s->key + h * s->tokens).pearson;
      lowest = fmin (lowest, r);
      highest = fmax (highest, r);
      for (size_t g = 0; g < h; g++)
        between = fmax (between, fabs (tc_correlate (s->tokens, on, s->on + g * s->tokens)
                                       .pearson));
    }
  tc_macros_int (a->macros, "SwitchPlace", (long long) s->place);
  tc_macros_real (a->macros, "SwitchOfToken", s->of_token, 3);
  tc_macros_real (a->macros, "SwitchByToken", 100 * s->by_token, 2);
  tc_macros_real (a->macros, "SwitchKeyLowest", lowest, 2);
  tc_macros_real (a->macros, "SwitchKeyHighest", highest, 2);
  tc_macros_real (a->macros, "SwitchBetween", between, 2);
  tc_macros_real (a->macros, "SwitchBeaten", 100 * s->beaten, 2);
  tc_macros_real (a->macros, "SwitchBeatenLinear", 100 * s->beaten_linear, 2);
  tc_macros_real (a->macros, "SwitchKept", s->kept, 3);
  tc_macros_real (a->macros, "SwitchDropped", s->dropped, 3);
  tc_macros_real (a->macros, "SwitchNone", s->none, 3);
}

enum tc_status
tc_induction_report_switches (struct tc_induction_analysis *a, struct tc_error *err)
{
  const struct tc_config *c = &a->session->model.config;
  struct switches s = { .heads = (size_t) c->n_heads, .tokens = (size_t) c->d_vocab - 1 };
  struct tc_induction_probe probe;
  if (c->n_layers != 2 || c->positions == TC_POS_NONE)
    return TC_OK;
  s.on = calloc (2 * s.heads * s.tokens, sizeof *s.on);
  if (s.on == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for %zu switches", s.heads * s.tokens);
  s.key = s.on + s.heads * s.tokens;
  enum tc_status status = tc_induction_probe_open (&probe, a, err);
  if (status == TC_OK)
    {
      status = measure_attention (&probe, a, &s, err);
      if (status == TC_OK)
        status = measure_queries (&probe, a, &s, err);
      tc_induction_probe_close (&probe);
    }
  if (status == TC_OK)
    status = measure_keys (a, &s, err);
  if (status == TC_OK)
    status = write_csv (a, &s, err);
  if (status == TC_OK)
    write_numbers (a, &s);
  free (s.on);
  return status == TC_OK && a->is_main ? tc_induction_figure_switches (a, err) : status;
}
