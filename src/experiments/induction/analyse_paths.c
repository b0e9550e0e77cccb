/* By which way each head of the first layer matters: through the queries, the keys or
   the values of the second, or through what it adds to the logits itself.  */

#include "experiments/induction/analysis.h"
#include "experiments/induction/probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INPUTS = 3 };            /* of the second layer */
static const char *const input_name[INPUTS] = {
  "blocks.1.attn.hook_q", "blocks.1.attn.hook_k", "blocks.1.attn.hook_v"
};
enum way { QUERIES, KEYS, VALUES, DIRECT, ALL, WAYS };

struct paths
{
  size_t size;                  /* of an input, [sequences, positions, heads, d_head] */
  tc_real *whole[INPUTS];       /* of the whole model */
  tc_real *ablated[INPUTS];     /* without the head */
  tc_real *mean;                /* of the first layer's heads, [positions, heads, d_head] */
};

/* ---- Running ---- */

/* Copies the last forward's inputs of the second layer.  */
static enum tc_status
record (struct tc_induction_probe *probe, const struct tc_induction_analysis *a,
        const struct paths *p, tc_real *const *to, struct tc_error *err)
{
  enum tc_status status = TC_OK;
  for (size_t i = 0; status == TC_OK && i < INPUTS; i++)
    {
      struct tc_activation x;
      status = tc_run_activation (probe->run, &a->session->model, input_name[i], &x, err);
      if (status == TC_OK)
        memcpy (to[i], x.data, p->size * sizeof *to[i]);
    }
  return status;
}

/* Without head h everywhere; then on each way alone: an input of the second layer made
   as if the head were away, or the head away but all inputs as they were.  */
static enum tc_status
measure_head (struct tc_induction_probe *probe, const struct tc_induction_analysis *a,
              const struct paths *p, int h, double loss[WAYS], struct tc_error *err)
{
  struct tc_ablation away[1 + INPUTS] = {
    { "blocks.0.attn.hook_z", TC_ABLATE_MEAN, h, p->mean }
  };
  for (size_t i = 0; i < INPUTS; i++)
    away[1 + i] = (struct tc_ablation) { input_name[i], TC_ABLATE_REPLACE, -1, p->whole[i] };
  enum tc_status status = tc_induction_probe_ablated (probe, a, 1, away, &loss[ALL], err);
  if (status == TC_OK)
    status = record (probe, a, p, p->ablated, err);
  if (status == TC_OK)
    status = tc_induction_probe_ablated (probe, a, 1 + INPUTS, away, &loss[DIRECT], err);
  for (size_t i = 0; status == TC_OK && i < INPUTS; i++)
    {
      struct tc_ablation one = { input_name[i], TC_ABLATE_REPLACE, -1, p->ablated[i] };
      status = tc_induction_probe_ablated (probe, a, 1, &one, &loss[QUERIES + i], err);
    }
  return status;
}

/* ---- Output ---- */

static const char *const way_name[WAYS] = { "queries", "keys", "values", "direct", "all" };

static enum tc_status
write_csv (const struct tc_induction_analysis *a, size_t heads, double (*loss)[WAYS],
           struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "head", "of layer 0, its output replaced by its mean over sequences" },
    { "way", "queries, keys, values: of layer 1, made without it; direct: of the logits "
      "alone; all: everywhere" },
    { "loss", "nats" }
  };
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "paths",
                                          "Loss without a head of the first layer, way by way",
                                          3, columns, err);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; status == TC_OK && i < heads * WAYS; i++)
    {
      tc_csv_int (&csv, (long long) (i / WAYS));
      tc_csv_text (&csv, way_name[i % WAYS]);
      tc_csv_real (&csv, loss[i / WAYS][i % WAYS]);
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

static enum tc_status
write_table (const struct tc_induction_analysis *a, size_t heads, double (*loss)[WAYS],
             struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status = tc_session_tex (a->session, &file, "paths_table",
                                          "paths.csv", err);
  if (status != TC_OK)
    return status;
  fputs ("\\begin{tabular}{@{}l rrrr r@{}}\n\\toprule\n"
         "head & queries & keys & values & logits & everywhere\\\\\n\\midrule\n", file.stream);
  for (size_t h = 0; h < heads; h++)
    {
      fprintf (file.stream, "L0H%zu", h);
      for (int way = 0; way < WAYS; way++)
        fprintf (file.stream, " & %.3f", loss[h][way]);
      fputs ("\\\\\n", file.stream);
    }
  fputs ("\\bottomrule\n\\end{tabular}\n", file.stream);
  return tc_file_close (&file, err);
}

/* ---- Memory ---- */

static enum tc_status
measure (struct tc_induction_probe *probe, const struct tc_induction_analysis *a,
         const struct paths *p, double (*loss)[WAYS], struct tc_error *err)
{
  struct tc_activation z;
  enum tc_status status = tc_induction_probe_forward (probe, a, err);
  if (status == TC_OK)
    status = tc_induction_probe_activation (probe, a, 0, "attn.hook_z", &z, err);
  if (status == TC_OK)
    {
      tc_activation_mean (&z, p->mean);
      status = record (probe, a, p, p->whole, err);
    }
  for (int h = 0; status == TC_OK && h < a->session->model.config.n_heads; h++)
    status = measure_head (probe, a, p, h, loss[h], err);
  return status;
}

enum tc_status
tc_induction_report_paths (struct tc_induction_analysis *a, struct tc_error *err)
{
  const struct tc_config *c = &a->session->model.config;
  const size_t heads = (size_t) c->n_heads;
  struct tc_induction_probe probe;
  double loss[TC_INDUCTION_MAX_HEADS][WAYS];
  if (c->n_layers != 2 || heads > TC_INDUCTION_MAX_HEADS)
    return TC_OK;
  enum tc_status status = tc_induction_probe_open (&probe, a, err);
  if (status != TC_OK)
    return status;
  struct paths p = { .size = probe.batch.n_seq * probe.batch.n_pos * heads
                             * (size_t) c->d_head };
  tc_real *room = calloc ((2 * INPUTS + 1) * p.size, sizeof *room);
  if (room == NULL)
    status = tc_fail (err, TC_ENOMEM, "no memory for %zu activations", p.size);
  for (size_t i = 0; room != NULL && i < INPUTS; i++)
    {
      p.whole[i] = room + i * p.size;
      p.ablated[i] = room + (INPUTS + i) * p.size;
      p.mean = room + 2 * INPUTS * p.size;
    }
  if (status == TC_OK)
    status = measure (&probe, a, &p, loss, err);
  free (room);
  tc_induction_probe_close (&probe);
  if (status == TC_OK)
    status = write_csv (a, heads, loss, err);
  if (status == TC_OK)
    status = write_table (a, heads, loss, err);
  return status;
}
