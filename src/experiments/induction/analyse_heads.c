/* The heads of the trained model: what they attend to, what they say, what is lost
   without them.  */

#include "experiments/induction/analysis.h"
#include "experiments/induction/probe.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct head
{
  struct tc_induction_scores scores;
  double mean_ablated, zero_ablated;    /* loss without it, nats */
};

struct heads
{
  size_t layers, heads;
  struct head *head;            /* [layers, heads] */
  double loss, accuracy;        /* with all of them */
};

/* ---- Ablation ---- */

static enum tc_status
ablate_layer (struct tc_induction_probe *probe, const struct tc_induction_analysis *a,
              size_t layer, const tc_real *mean, struct head *head, struct tc_error *err)
{
  char name[TC_NAME_MAX];
  enum tc_status status = TC_OK;
  snprintf (name, sizeof name, "blocks.%zu.attn.hook_z", layer);
  for (int h = 0; status == TC_OK && h < a->session->model.config.n_heads; h++)
    {
      struct tc_ablation ablation = { name, TC_ABLATE_MEAN, h, mean };
      status = tc_induction_probe_ablated (probe, a, 1, &ablation, &head[h].mean_ablated, err);
      ablation.kind = TC_ABLATE_ZERO;
      if (status == TC_OK)
        status = tc_induction_probe_ablated (probe, a, 1, &ablation, &head[h].zero_ablated, err);
    }
  return status;
}

/* ---- Measuring ---- */

/* Scores of a layer and the mean of its heads' outputs, from a forward of the whole
   model.  */
static enum tc_status
measure_layer (struct tc_induction_probe *probe, const struct tc_induction_analysis *a,
               size_t layer, tc_real *mean, struct head *head, struct tc_error *err)
{
  struct tc_induction_scores scores[TC_INDUCTION_MAX_HEADS];
  struct tc_activation z;
  enum tc_status status = tc_induction_probe_scores (probe, a, layer, scores, err);
  if (status == TC_OK)
    status = tc_induction_probe_activation (probe, a, layer, "attn.hook_z", &z, err);
  if (status != TC_OK)
    return status;
  tc_activation_mean (&z, mean);
  for (int h = 0; h < a->session->model.config.n_heads; h++)
    head[h].scores = scores[h];
  return TC_OK;
}

static enum tc_status
measure (struct tc_induction_probe *probe, const struct tc_induction_analysis *a,
         struct heads *all, struct tc_error *err)
{
  const struct tc_config *c = &a->session->model.config;
  tc_real *mean = calloc (probe->batch.n_pos * all->heads * (size_t) c->d_head, sizeof *mean);
  if (mean == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for a mean activation");
  enum tc_status status = TC_OK;
  for (size_t layer = 0; status == TC_OK && layer < all->layers; layer++)
    {
      struct head *head = all->head + layer * all->heads;
      status = tc_induction_probe_forward (probe, a, err);
      if (status != TC_OK)
        break;
      all->loss = tc_induction_probe_loss (probe, a, &all->accuracy);
      status = measure_layer (probe, a, layer, mean, head, err);
      if (status == TC_OK && (a->is_main || a->is_finite))
        status = ablate_layer (probe, a, layer, mean, head, err);
    }
  free (mean);
  return status;
}

/* ---- Output ---- */

static enum tc_status
write_csv (const struct tc_induction_analysis *a, const struct heads *all,
           struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "layer", "from 0" }, { "head", "from 0" },
    { "previous", "mean attention on the token before, all queries" },
    { "previous_first", "the same of queries in the first slot" },
    { "previous_rest", "the same of queries in the later slots" },
    { "prefix", "mean attention of the scored queries on tokens after earlier occurrences "
      "of the query's token" },
    { "prefix_seen", "the same of all queries whose token occurred before" },
    { "duplicate", "mean attention of the scored queries on earlier occurrences" },
    { "copying", "eigenvalues of the full OV circuit: sum over sum of moduli" },
    { "mean_ablated", "loss with the head's output replaced by its mean over sequences, nats" },
    { "zero_ablated", "loss without the head's output, nats" }
  };
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "heads",
                                          "The heads of the trained model, on 128 sequences "
                                          "that it was not trained on", 11, columns, err);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; status == TC_OK && i < all->layers * all->heads; i++)
    {
      const struct head *h = &all->head[i];
      const bool ablated = a->is_main || a->is_finite;
      const double cells[] = {
        h->scores.previous, h->scores.previous_first, h->scores.previous_rest,
        h->scores.prefix, h->scores.prefix_seen, h->scores.duplicate, h->scores.copying,
        ablated ? h->mean_ablated : NAN, ablated ? h->zero_ablated : NAN
      };
      tc_csv_int (&csv, (long long) (i / all->heads));
      tc_csv_int (&csv, (long long) (i % all->heads));
      for (size_t k = 0; k < sizeof cells / sizeof *cells; k++)
        tc_csv_real (&csv, cells[k]);
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

static enum tc_status
write_table (const struct tc_induction_analysis *a, const struct heads *all,
             struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status = tc_session_tex (a->session, &file, "heads_table",
                                          "heads.csv", err);
  if (status != TC_OK)
    return status;
  fputs ("\\begin{tabular}{@{}l rrr rrr r rr@{}}\n\\toprule\n"
         " & \\multicolumn{3}{c}{previous token} & \\multicolumn{2}{c}{prefix matching} & "
         "same & & \\multicolumn{2}{c}{loss without it}\\\\\n"
         "head & all & slot 1 & later & scored & seen & token & copying & mean & zero\\\\\n"
         "\\midrule\n", file.stream);
  for (size_t i = 0; i < all->layers * all->heads; i++)
    {
      const struct head *h = &all->head[i];
      const struct tc_induction_scores *s = &h->scores;
      if (i > 0 && i % all->heads == 0)
        fputs ("\\midrule\n", file.stream);
      fprintf (file.stream, "L%zuH%zu & %.3f & %.3f & %.3f & %.3f & %.3f & %.3f & $%.3f$ & "
               "%.3f & %.3f\\\\\n", i / all->heads, i % all->heads, s->previous,
               s->previous_first, s->previous_rest, s->prefix, s->prefix_seen, s->duplicate,
               s->copying, h->mean_ablated, h->zero_ablated);
    }
  fputs ("\\bottomrule\n\\end{tabular}\n", file.stream);
  return tc_file_close (&file, err);
}

/* The highest score of a layer and its head.  */
static double
best (const struct heads *all, size_t layer, bool previous, size_t *which)
{
  double highest = -1;
  for (size_t h = 0; h < all->heads; h++)
    {
      const struct tc_induction_scores *s = &all->head[layer * all->heads + h].scores;
      double score = previous ? s->previous_first : s->prefix;
      if (score > highest)
        {
          highest = score;
          *which = h;
        }
    }
  return highest;
}

/* Over the heads of the last layer.  */
static void
write_ranges (struct tc_induction_analysis *a, const struct heads *all)
{
  double prefix = HUGE_VAL, copying = HUGE_VAL, lowest = HUGE_VAL, highest = -HUGE_VAL;
  for (size_t i = (all->layers - 1) * all->heads; i < all->layers * all->heads; i++)
    {
      prefix = fmin (prefix, all->head[i].scores.prefix);
      copying = fmin (copying, all->head[i].scores.copying);
      lowest = fmin (lowest, all->head[i].mean_ablated);
      highest = fmax (highest, all->head[i].mean_ablated);
    }
  tc_induction_number (a, "PrefixLowest", prefix, 3);
  tc_induction_number (a, "CopyingLowest", copying, 3);
  if (a->is_main || a->is_finite)
    {
      tc_induction_number (a, "AblatedLowest", lowest, 3);
      tc_induction_number (a, "AblatedHighest", highest, 3);
    }
}

static void
write_numbers (struct tc_induction_analysis *a, const struct heads *all)
{
  const size_t last = all->layers - 1;
  size_t first_head = 0, last_head = 0;
  double previous = best (all, 0, true, &first_head);
  double prefix = best (all, last, false, &last_head);
  const struct head *p = &all->head[first_head], *q = &all->head[last * all->heads + last_head];
  tc_induction_number (a, "ProbeLoss", all->loss, 3);
  tc_induction_number (a, "ProbeAccuracy", 100 * all->accuracy, 3);
  tc_induction_number (a, "PreviousHead", (double) first_head, 0);
  tc_induction_number (a, "PreviousFirst", previous, 3);
  tc_induction_number (a, "PreviousAll", p->scores.previous, 3);
  tc_induction_number (a, "PreviousRest", p->scores.previous_rest, 2);
  tc_induction_number (a, "PrefixHead", (double) last_head, 0);
  tc_induction_number (a, "Prefix", prefix, 3);
  tc_induction_number (a, "PrefixSeen", q->scores.prefix_seen, 3);
  if (a->is_main || a->is_finite)
    tc_induction_number (a, "PreviousAblated", p->mean_ablated, 3);
  write_ranges (a, all);
  for (size_t i = 0; i < all->layers * all->heads; i++)
    {
      const struct head *h = &all->head[i];
      size_t layer = i / all->heads, head = i % all->heads;
      tc_induction_head_macro (a, "Previous", layer, head, h->scores.previous_first, 2);
      tc_induction_head_macro (a, "Prefix", layer, head, h->scores.prefix, 2);
      tc_induction_head_macro (a, "Copying", layer, head, h->scores.copying, 3);
      if (a->is_main || a->is_finite)
        tc_induction_head_macro (a, "Ablated", layer, head, h->mean_ablated, 3);
    }
}

enum tc_status
tc_induction_report_heads (struct tc_induction_analysis *a, struct tc_error *err)
{
  const struct tc_config *c = &a->session->model.config;
  struct tc_induction_probe probe;
  struct heads all = { .layers = (size_t) c->n_layers, .heads = (size_t) c->n_heads };
  all.head = calloc (all.layers * all.heads, sizeof *all.head);
  if (all.head == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for %zu heads", all.layers * all.heads);
  enum tc_status status = tc_induction_probe_open (&probe, a, err);
  if (status == TC_OK)
    {
      status = measure (&probe, a, &all, err);
      tc_induction_probe_close (&probe);
    }
  if (status == TC_OK)
    write_numbers (a, &all);
  if (status == TC_OK)
    status = write_csv (a, &all, err);
  if (status == TC_OK && (a->is_main || a->is_finite))
    status = write_table (a, &all, err);
  free (all.head);
  return status;
}
