#include "transformer/rows.h"

#include <stdlib.h>
#include <string.h>

/* --- Memory --- */

/* Sharing pays while a sequence more often repeats an input than not, and the
   table of inputs must not outgrow the batch.  */
static size_t
table_rows (const struct tc_config *config, size_t n_seq)
{
  size_t d_vocab = (size_t) config->d_vocab;
  return d_vocab <= 4 * n_seq ? d_vocab : 0;
}

enum tc_status
tc_row_sets_alloc (struct tc_row_sets *sets, const struct tc_config *config,
                   enum tc_rows mode, size_t max_seq, size_t max_pos,
                   size_t max_targets, struct tc_error *err)
{
  const size_t rows = max_seq * max_pos;
  *sets = (struct tc_row_sets) {
    .mode = mode, .max_seq = max_seq, .max_pos = max_pos, .max_targets = max_targets };
  const struct { int32_t **array; size_t n; } arrays[] =
    {
      { &sets->token, rows },
      { &sets->position, rows },
      { &sets->target_row, max_targets },
      { &sets->n_needed, max_seq },
      { &sets->row_start, max_seq + 1 },
      { &sets->row_pos, rows },
      { &sets->target_start, max_seq + 1 },
      { &sets->target_pos, max_targets },
      { &sets->embedded_key, rows },
      { &sets->packed_key, rows },
      { &sets->row_embedded, rows },
      { &sets->target_in, max_targets },
      { &sets->query_in, rows },
      { &sets->target_q, max_targets },
      { &sets->table, table_rows (config, max_seq) * max_pos }
    };
  bool complete = true;
  for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
    {
      *arrays[i].array = malloc ((arrays[i].n + 1) * sizeof (int32_t));
      complete = complete && *arrays[i].array != NULL;
    }
  sets->layers = calloc ((size_t) config->n_layers, sizeof *sets->layers);
  if (complete && sets->layers != NULL)
    return TC_OK;
  tc_row_sets_free (sets);
  return tc_fail (err, TC_ENOMEM, "no memory for the rows of %zu sequences of %zu "
                  "positions", max_seq, max_pos);
}

void
tc_row_sets_free (struct tc_row_sets *sets)
{
  int32_t *const arrays[] =
    {
      sets->token, sets->position, sets->target_row, sets->n_needed, sets->row_start,
      sets->row_pos, sets->target_start, sets->target_pos, sets->embedded_key,
      sets->packed_key, sets->row_embedded, sets->target_in, sets->query_in,
      sets->target_q, sets->table
    };
  for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
    free (arrays[i]);
  free (sets->layers);
  *sets = (struct tc_row_sets) { 0 };
}

/* --- Checks --- */

static enum tc_status
check_tokens (const struct tc_config *config, const struct tc_batch *batch,
              struct tc_error *err)
{
  const size_t n = batch->n_seq * batch->n_pos;
  const uint32_t d_vocab = (uint32_t) config->d_vocab;
  uint32_t outside = 0;
  for (size_t i = 0; i < n; i++)
    outside |= (uint32_t) batch->tokens[i] >= d_vocab;
  if (!outside)
    return TC_OK;
  size_t i = 0;
  while ((uint32_t) batch->tokens[i] < d_vocab)
    i++;
  return tc_fail (err, TC_EINVAL, "token %d of sequence %zu at position %zu: expected 0 "
                  "to %u", (int) batch->tokens[i], i / batch->n_pos, i % batch->n_pos,
                  d_vocab - 1);
}

static enum tc_status
check_targets (const struct tc_config *config, const struct tc_batch *batch,
               struct tc_error *err)
{
  long last = -1;
  for (size_t i = 0; i < batch->n_targets; i++)
    {
      const int32_t seq = batch->target_seq[i], pos = batch->target_pos[i];
      if (seq < 0 || (size_t) seq >= batch->n_seq || pos < 0 || (size_t) pos >= batch->n_pos)
        return tc_fail (err, TC_EINVAL, "target %zu is at position %d of sequence %d: the "
                        "batch has %zu sequences of %zu positions", i, (int) pos, (int) seq,
                        batch->n_seq, batch->n_pos);
      if (batch->target[i] < 0 || batch->target[i] >= config->d_vocab_out)
        return tc_fail (err, TC_EINVAL, "target %zu is class %d: expected 0 to %d", i,
                        (int) batch->target[i], config->d_vocab_out - 1);
      const long place = (long) seq * (long) batch->n_pos + pos;
      if (place <= last)
        return tc_fail (err, TC_EINVAL, "target %zu (sequence %d, position %d) does not "
                        "come after the one before it: targets ascend", i, (int) seq,
                        (int) pos);
      last = place;
    }
  return TC_OK;
}

static enum tc_status
check_batch (const struct tc_row_sets *sets, const struct tc_config *config,
             const struct tc_batch *batch, struct tc_error *err)
{
  if (batch->n_seq > sets->max_seq || batch->n_pos > sets->max_pos
      || batch->n_targets > sets->max_targets)
    return tc_fail (err, TC_EINVAL, "a batch of %zu sequences of %zu positions with %zu "
                    "targets does not fit a run made for %zu of %zu with %zu",
                    batch->n_seq, batch->n_pos, batch->n_targets,
                    sets->max_seq, sets->max_pos, sets->max_targets);
  enum tc_status status = check_tokens (config, batch, err);
  return status == TC_OK ? check_targets (config, batch, err) : status;
}

/* --- Which positions --- */

/* target_start and target_pos, and how far each sequence is computed: to its
   last target, or to its end.  */
static void
find_needed (struct tc_row_sets *sets, const struct tc_batch *batch)
{
  size_t i = 0;
  for (size_t s = 0; s < batch->n_seq; s++)
    {
      sets->target_start[s] = (int32_t) i;
      while (i < batch->n_targets && (size_t) batch->target_seq[i] == s)
        {
          sets->target_pos[i] = batch->target_pos[i];
          i++;
        }
      sets->n_needed[s] = (size_t) sets->target_start[s] == i ? 0
                          : batch->target_pos[i - 1] + 1;
      if (sets->mode == TC_ROWS_ALL)
        sets->n_needed[s] = (int32_t) batch->n_pos;
    }
  sets->target_start[batch->n_seq] = (int32_t) i;
}

/* row_start, row_pos and packed_key: the needed positions, one after another.  */
static size_t
pack_rows (struct tc_row_sets *sets)
{
  int32_t row = 0;
  for (size_t s = 0; s < sets->n_seq; s++)
    {
      sets->row_start[s] = row;
      for (int32_t p = 0; p < sets->n_needed[s]; p++, row++)
        {
          sets->row_pos[row] = p;
          sets->packed_key[s * sets->n_pos + (size_t) p] = row;
        }
    }
  sets->row_start[sets->n_seq] = row;
  return (size_t) row;
}

/* --- Which inputs --- */

/* Every needed (sequence, position) gets a row of its own.  */
static void
embed_each (struct tc_row_sets *sets, const struct tc_batch *batch)
{
  int32_t row = 0;
  for (size_t s = 0; s < sets->n_seq; s++)
    for (int32_t p = 0; p < sets->n_needed[s]; p++, row++)
      {
        size_t at = s * sets->n_pos + (size_t) p;
        sets->token[row] = batch->tokens[at];
        sets->position[row] = p;
        sets->embedded_key[at] = row;
      }
  sets->n_embedded = (size_t) row;
}

/* Rows of a sequence's inputs among all inputs there can be.  */
static void
find_inputs (size_t n, int32_t d_vocab, const int32_t *restrict tokens,
             int32_t *restrict key)
{
  for (size_t p = 0; p < n; p++)
    key[p] = (int32_t) p * d_vocab + tokens[p];
}

/* Every input gets a row, whether or not it occurs: no need to look which do.  */
static void
embed_all_inputs (struct tc_row_sets *sets, const struct tc_batch *batch, size_t d_vocab)
{
  const size_t n_pos = sets->n_pos;
  for (size_t p = 0; p < n_pos && !sets->all_inputs; p++)
    for (size_t token = 0; token < d_vocab; token++)
      {
        sets->token[p * d_vocab + token] = (int32_t) token;
        sets->position[p * d_vocab + token] = (int32_t) p;
      }
  sets->n_embedded = n_pos * d_vocab;
  sets->all_inputs = true;      /* and stay so while batches have the same shape */

  for (size_t s = 0; s < sets->n_seq; s++)
    find_inputs ((size_t) sets->n_needed[s], (int32_t) d_vocab, batch->tokens + s * n_pos,
                 sets->embedded_key + s * n_pos);
}

/* Equal inputs get one row: mark the inputs that occur, number those marked,
   look the numbers up.  */
static void
embed_distinct (struct tc_row_sets *sets, const struct tc_batch *batch, size_t d_vocab)
{
  const size_t n_pos = sets->n_pos;
  int32_t *table = sets->table;
  memset (table, 0, n_pos * d_vocab * sizeof *table);
  for (size_t s = 0; s < sets->n_seq; s++)
    for (size_t p = 0; p < (size_t) sets->n_needed[s]; p++)
      table[p * d_vocab + (size_t) batch->tokens[s * n_pos + p]] = 1;

  int32_t row = 0;
  for (size_t p = 0; p < n_pos; p++)
    for (size_t token = 0; token < d_vocab; token++)
      {
        int32_t occurs = table[p * d_vocab + token];
        table[p * d_vocab + token] = row;
        if (occurs)
          {
            sets->token[row] = (int32_t) token;
            sets->position[row] = (int32_t) p;
            row++;
          }
      }
  sets->n_embedded = (size_t) row;

  for (size_t s = 0; s < sets->n_seq; s++)
    for (size_t p = 0; p < (size_t) sets->n_needed[s]; p++)
      sets->embedded_key[s * n_pos + p]
        = table[p * d_vocab + (size_t) batch->tokens[s * n_pos + p]];
}

/* Where there is an eighth as many inputs as positions, nearly all inputs occur. */
static void
choose_embedded (struct tc_row_sets *sets, const struct tc_config *config,
                 const struct tc_batch *batch)
{
  const size_t d_vocab = table_rows (config, batch->n_seq);
  const bool all = d_vocab > 0 && 8 * d_vocab <= batch->n_seq;
  sets->all_inputs = sets->all_inputs && all;
  if (sets->mode == TC_ROWS_ALL || d_vocab == 0)
    embed_each (sets, batch);
  else if (all)
    embed_all_inputs (sets, batch, d_vocab);
  else
    embed_distinct (sets, batch, d_vocab);
}

/* --- The layers --- */

static struct tc_causal
causal_of (const struct tc_row_sets *sets, const struct tc_config *config,
           const int32_t *query_start, const int32_t *query_pos, bool keys_shared)
{
  return (struct tc_causal) {
    .n_seq = sets->n_seq, .n_pos = sets->n_pos,
    .n_heads = (size_t) config->n_heads, .d_head = (size_t) config->d_head,
    .query_start = query_start, .query_pos = query_pos, .keys_shared = keys_shared };
}

/* Every row asks and leaves: all layers of TC_ROWS_ALL, those between the first
   and the last otherwise.  */
static struct tc_layer_rows
whole_layer (const struct tc_row_sets *sets, const struct tc_config *config, size_t rows)
{
  return (struct tc_layer_rows) {
    .n_in = rows, .n_q = rows, .n_out = rows,
    .key_in = sets->mode == TC_ROWS_ALL ? NULL : sets->packed_key,
    .causal = causal_of (sets, config, sets->row_start, sets->row_pos, false) };
}

/* Shared rows come in, every needed position leaves.  */
static struct tc_layer_rows
first_layer (struct tc_row_sets *sets, const struct tc_config *config, size_t rows)
{
  for (size_t s = 0; s < sets->n_seq; s++)
    memcpy (sets->row_embedded + sets->row_start[s], sets->embedded_key + s * sets->n_pos,
            (size_t) sets->n_needed[s] * sizeof *sets->row_embedded);
  return (struct tc_layer_rows) {
    .n_in = sets->n_embedded, .n_q = sets->n_embedded, .n_out = rows,
    .out_q = sets->row_embedded, .out_in = sets->row_embedded,
    .key_in = sets->embedded_key,
    .causal = causal_of (sets, config, sets->row_start, sets->row_pos, true) };
}

/* target_in: where the targets find themselves among the entering rows.  */
static void
find_targets (struct tc_row_sets *sets, const int32_t *key_in)
{
  for (size_t s = 0; s < sets->n_seq; s++)
    for (int32_t i = sets->target_start[s]; i < sets->target_start[s + 1]; i++)
      sets->target_in[i] = key_in[s * sets->n_pos + (size_t) sets->target_pos[i]];
}

/* Every needed position comes in, the targets ask and leave.  */
static struct tc_layer_rows
last_layer (struct tc_row_sets *sets, const struct tc_config *config, size_t rows)
{
  find_targets (sets, sets->packed_key);
  return (struct tc_layer_rows) {
    .n_in = rows, .n_q = sets->n_targets, .n_out = sets->n_targets,
    .q_in = sets->target_in, .out_in = sets->target_in,
    .key_in = sets->packed_key,
    .causal = causal_of (sets, config, sets->target_start, sets->target_pos, false) };
}

/* Shared rows come in, the targets leave, and equal ones ask once: query_in and
   target_q number the entering rows that ask, in ascending order.  */
static struct tc_layer_rows
only_layer (struct tc_row_sets *sets, const struct tc_config *config)
{
  find_targets (sets, sets->embedded_key);
  int32_t *number = sets->row_embedded;     /* [n_embedded] not needed otherwise */
  memset (number, 0, sets->n_embedded * sizeof *number);
  for (size_t i = 0; i < sets->n_targets; i++)
    number[sets->target_in[i]] = 1;
  int32_t n_q = 0;
  for (size_t row = 0; row < sets->n_embedded; row++)
    if (number[row])
      {
        sets->query_in[n_q] = (int32_t) row;
        number[row] = n_q++;
      }
  for (size_t i = 0; i < sets->n_targets; i++)
    sets->target_q[i] = number[sets->target_in[i]];
  const size_t distinct = (size_t) n_q * sets->n_embedded;
  return (struct tc_layer_rows) {
    .n_in = sets->n_embedded, .n_q = (size_t) n_q, .n_out = sets->n_targets,
    .q_in = sets->query_in, .out_q = sets->target_q, .out_in = sets->target_in,
    .key_in = sets->embedded_key,
    .causal = causal_of (sets, config, sets->target_start, sets->target_pos, true),
    .tabulate = 4 * distinct <= sets->n_targets * sets->n_pos };
}

static void
build_layers (struct tc_row_sets *sets, const struct tc_config *config, size_t rows)
{
  const int n_layers = config->n_layers;
  for (int l = 0; l < n_layers; l++)
    if (sets->mode == TC_ROWS_ALL || (l > 0 && l < n_layers - 1))
      sets->layers[l] = whole_layer (sets, config, rows);
    else if (n_layers == 1)
      sets->layers[l] = only_layer (sets, config);
    else if (l == 0)
      sets->layers[l] = first_layer (sets, config, rows);
    else
      sets->layers[l] = last_layer (sets, config, rows);
}

static void
find_target_rows (struct tc_row_sets *sets)
{
  for (size_t s = 0; s < sets->n_seq; s++)
    for (int32_t i = sets->target_start[s]; i < sets->target_start[s + 1]; i++)
      sets->target_row[i] = sets->mode == TC_ROWS_ALL
                            ? (int32_t) (s * sets->n_pos) + sets->target_pos[i] : i;
}

enum tc_status
tc_row_sets_build (struct tc_row_sets *sets, const struct tc_config *config,
                   const struct tc_batch *batch, struct tc_error *err)
{
  enum tc_status status = check_batch (sets, config, batch, err);
  if (status != TC_OK)
    return status;
  sets->all_inputs = sets->all_inputs && sets->n_pos == batch->n_pos;
  sets->n_seq = batch->n_seq;
  sets->n_pos = batch->n_pos;
  sets->n_targets = batch->n_targets;
  find_needed (sets, batch);

  choose_embedded (sets, config, batch);

  /* A single layer that computes targets only has no row for each position.  */
  size_t rows = 0;
  if (sets->mode == TC_ROWS_ALL || config->n_layers > 1)
    rows = pack_rows (sets);
  build_layers (sets, config, rows);
  find_target_rows (sets);
  return TC_OK;
}
