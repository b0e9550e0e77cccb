#include "experiments/prompt.h"

#include "circuits/generate.h"
#include "numerics/elementary.h"
#include "report/csv_columns.h"
#include "report/figure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_WORD = TC_TOKEN_NAME };

/* ---- Options ---- */

enum tc_status
tc_prompt_options (struct tc_prompt *prompt, struct tc_options *command_line,
                   struct tc_error *err)
{
  *prompt = (struct tc_prompt) { .temperature = 1.0 };
  const struct tc_option rows[] = {
    { .name = "prompt", .kind = TC_OPT_STRING, .target = &prompt->text, .metavar = "TOKENS",
      .group = "Question", .help = "instead of the analysis: continue these tokens, print the "
      "answer, and write the attention pattern (to data and figures/EXPERIMENT/prompt)" },
    { .name = "new", .kind = TC_OPT_INT, .target = &prompt->n_new, .min = 0, .max = 1 << 20,
      .metavar = "N", .unit = "tokens", .group = "Question",
      .help = "length of the answer; 0: until the context is full" },
    { .name = "temperature", .kind = TC_OPT_REAL, .target = &prompt->temperature, .min = 0,
      .max = HUGE_VAL, .metavar = "X", .group = "Question",
      .help = "of the answer that is sampled beside the greedy one; 0: none" },
    { .name = "sample-seed", .kind = TC_OPT_SEED, .target = &prompt->seed, .min = 0,
      .max = UINT32_MAX, .metavar = "N", .group = "Question", .help = "seed of its draws" }
  };
  return tc_options_add (command_line, sizeof rows / sizeof *rows, rows, err);
}

/* ---- Words and tokens ---- */

/* One answer: the prompt and what the model made of it.  */
struct answer
{
  const char *kind;             /* "greedy", "sampled" */
  int32_t *tokens;              /* [n_prompt + n_new] */
  double *surprisal;            /* [n_new] */
};

struct question
{
  struct tc_session *session;
  size_t n_prompt, n_new;
  int32_t *prompt;              /* [n_prompt] */
};

static const char *
name_of (const struct question *q, int32_t token, char name[MAX_WORD])
{
  q->session->experiment->name_token (&q->session->setup, token, name);
  return name;
}

/* The token that a word names, or -1: a name, or an id that has another name.  */
static int32_t
token_of (const struct question *q, const char *word)
{
  const struct tc_experiment *experiment = q->session->experiment;
  char name[MAX_WORD];
  for (int32_t token = 0; token < q->session->setup.config.d_vocab; token++)
    if (strcmp (word, name_of (q, token, name)) == 0)
      return token;
  return experiment->read_token == NULL ? -1
         : experiment->read_token (&q->session->setup, word);
}

static enum tc_status
read_prompt (struct question *q, const char *text, struct tc_error *err)
{
  const bool is_spelt = q->session->experiment->is_spelt;
  const char *blanks = is_spelt ? "" : " \t\n,";
  q->prompt = calloc (strlen (text) + 1, sizeof *q->prompt);
  if (q->prompt == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for the prompt");
  for (text += strspn (text, blanks); *text != '\0'; text += strspn (text, blanks))
    {
      char word[MAX_WORD] = "";
      size_t n = is_spelt ? 1 : strcspn (text, blanks);
      if (n < sizeof word)
        memcpy (word, text, n);
      int32_t token = token_of (q, word);
      if (token < 0)
        {
          char first[MAX_WORD], last[MAX_WORD];
          return tc_fail (err, TC_EINVAL, "--prompt: '%.*s' is no token; the model knows %s to "
                          "%s", (int) n, text, name_of (q, 0, first),
                          name_of (q, q->session->setup.config.d_vocab - 1, last));
        }
      q->prompt[q->n_prompt++] = token;
      text += n;
    }
  return TC_OK;
}

static void
print_tokens (const struct question *q, const char *label, size_t n, const int32_t *tokens)
{
  char name[MAX_WORD];
  printf ("%-8s", label);
  for (size_t i = 0; i < n; i++)
    printf ("%s%s", q->session->experiment->is_spelt && i > 0 ? "" : " ",
            name_of (q, tokens[i], name));
}

/* "greedy   2 6 20 50 59   probability 0.993".  */
static void
print_answer (const struct question *q, const struct answer *answer)
{
  double surprisal = 0;
  print_tokens (q, answer->kind, q->n_new, answer->tokens + q->n_prompt);
  for (size_t i = 0; i < q->n_new; i++)
    surprisal += answer->surprisal[i];
  printf ("   (probability %.4g)\n", tc_exp64 (-surprisal));
}

/* ---- The attention pattern ---- */

/* The model's own words first: 3:MID.  */
static void
label_of (const struct question *q, size_t position, int32_t token, char label[MAX_WORD + 24])
{
  char name[MAX_WORD];
  snprintf (label, MAX_WORD + 24, "%zu:%s", position, name_of (q, token, name));
}

static enum tc_status
write_matrix (const struct question *q, const struct answer *answer, size_t n_pos, int layer,
              int head, const tc_real *weights, struct tc_error *err)
{
  char name[64], title[128], label[MAX_WORD + 24];
  struct tc_csv_columns columns;
  struct tc_csv csv;
  snprintf (name, sizeof name, "pattern_%s_%d_%d", answer->kind, layer, head);
  snprintf (title, sizeof title, "Attention of layer %d, head %d, over a prompt of %zu tokens "
            "and its %s answer", layer, head, q->n_prompt, answer->kind);
  enum tc_status status = tc_csv_columns_alloc (&columns, n_pos + 1, err);
  if (status != TC_OK)
    return status;
  tc_csv_columns_add (&columns, "query", "position:token that attends");
  for (size_t p = 0; p < n_pos; p++)
    {
      label_of (q, p, answer->tokens[p], label);
      tc_csv_columns_add (&columns, label, "attention on this position:token; empty: masked");
    }
  status = tc_session_csv (q->session, &csv, name, title, columns.n, columns.column, err);
  tc_csv_columns_free (&columns);
  if (status != TC_OK)
    return status;
  for (size_t row = 0; status == TC_OK && row < n_pos; row++)
    {
      label_of (q, row, answer->tokens[row], label);
      tc_csv_text (&csv, label);
      for (size_t p = 0; p < n_pos; p++)
        tc_csv_float (&csv, p <= row ? (float) weights[row * n_pos + p] : NAN);
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

static enum tc_status
write_patterns (const struct question *q, const struct answer *answer, struct tc_error *err)
{
  const struct tc_model *model = &q->session->model;
  size_t n_pos = q->n_prompt + q->n_new, n_ctx = (size_t) model->config.n_ctx;
  struct tc_run *run;
  if (n_pos > n_ctx)
    n_pos = n_ctx;              /* the last token was never read */
  struct tc_batch batch = { .n_seq = 1, .n_pos = n_pos, .tokens = answer->tokens };
  enum tc_status status = tc_run_alloc (&run, &model->config, TC_ROWS_ALL, 1, n_pos, 1, err);
  if (status == TC_OK)
    status = tc_forward (q->session->compute, model, &batch, run, err);
  for (int layer = 0; status == TC_OK && layer < model->config.n_layers; layer++)
    {
      char name[TC_NAME_MAX];
      struct tc_activation pattern;
      snprintf (name, sizeof name, "blocks.%d.attn.hook_pattern", layer);
      status = tc_run_activation (run, model, name, &pattern, err);
      for (int head = 0; status == TC_OK && head < model->config.n_heads; head++)
        status = write_matrix (q, answer, n_pos, layer, head,
                               pattern.data + (size_t) head * n_pos * n_pos, err);
    }
  tc_run_free (run);
  return status;
}

static enum tc_status
write_figure (const struct question *q, struct tc_error *err)
{
  const struct tc_config *config = &q->session->model.config;
  struct tc_file file;
  enum tc_status status = tc_session_figure (q->session, &file, "pattern", err);
  if (status != TC_OK)
    return status;
  struct tc_figure figure = { "Attention pattern over a prompt and the model's answer",
                              q->session->experiment->name, "prompt", "pattern",
                              config->n_heads * 9.0 + 1, config->n_layers * 9.0 + 0.5 };
  tc_figure_head (&file, &figure);
  tc_figure_line (&file, "kind = \"greedy\"        # or \"sampled\"");
  tc_figure_line (&file, "layers = %d; heads = %d; positions = %zu; asked = %zu",
                  config->n_layers, config->n_heads,
                  q->n_prompt + q->n_new < (size_t) config->n_ctx ? q->n_prompt + q->n_new
                                                                   : (size_t) config->n_ctx,
                  q->n_prompt);
  static const char *const lines[] = {
    "@tc_heatmap; @tc_viridis; set cbrange [0:1]; set cblabel \"attention\"",
    "set xtics rotate by 90 right; set tics font \",8\"",
    "set xrange [-0.5:positions-0.5]; set yrange [positions-0.5:-0.5]",
    "set multiplot layout layers,heads",
    "do for [l=0:layers-1] { do for [h=0:heads-1] {",
    "  set title sprintf(\"layer %d, head %d\", l, h)",
    "  file = data.sprintf(\"pattern_%s_%d_%d.csv\", kind, l, h)",
    "  # Between prompt and answer.",
    "  set arrow 1 from -0.5,asked-0.5 to positions-0.5,asked-0.5 nohead front lc rgb tc_red",
    "  set xlabel \"key\"; set ylabel \"query\"",
    "  plot file matrix rowheaders columnheaders using 1:2:3 with image pixels, \\",
    "       file matrix rowheaders columnheaders \\",
    "         using 1:2:(positions > 16 ? \"\" : tc_label(\"%.2f\", $3)):(tc_text_rgb(tc_viridis_rgb($3))) \\",
    "         with labels font \",7\" textcolor rgb variable",
    "} }",
    "unset multiplot"
  };
  tc_figure_lines (&file, sizeof lines / sizeof *lines, lines);
  return tc_file_close (&file, err);
}

/* ---- Answers ---- */

static enum tc_status
give_answer (struct question *q, const char *kind, double temperature, uint64_t seed,
             struct tc_error *err)
{
  struct tc_session *s = q->session;
  struct tc_mt19937 stream;
  struct tc_sampling sampling = { .temperature = temperature, .stream = &stream };
  struct answer answer = { .kind = kind,
                           .tokens = calloc (q->n_prompt + q->n_new, sizeof (int32_t)),
                           .surprisal = calloc (q->n_new + 1, sizeof (double)) };
  enum tc_status status = TC_OK;
  tc_python_seed (&stream, seed);
  if (answer.tokens == NULL || answer.surprisal == NULL)
    status = tc_fail (err, TC_ENOMEM, "no memory for an answer of %zu tokens", q->n_new);
  if (status == TC_OK)
    {
      memcpy (answer.tokens, q->prompt, q->n_prompt * sizeof *q->prompt);
      status = tc_generate (s->compute, &s->model, 1, q->n_prompt, q->n_new, &sampling,
                            answer.tokens, answer.surprisal, err);
    }
  if (status == TC_OK)
    {
      print_answer (q, &answer);
      status = write_patterns (q, &answer, err);
    }
  free (answer.tokens);
  free (answer.surprisal);
  return status;
}

static enum tc_status
choose_length (struct question *q, const struct tc_prompt *prompt, struct tc_error *err)
{
  size_t n_ctx = (size_t) q->session->model.config.n_ctx;
  if (q->n_prompt == 0 || q->n_prompt > n_ctx)
    return tc_fail (err, TC_EINVAL, "--prompt: %zu tokens; expected 1 to %zu", q->n_prompt, n_ctx);
  q->n_new = prompt->n_new > 0 ? (size_t) prompt->n_new : n_ctx - q->n_prompt;
  if (q->n_new == 0)
    q->n_new = 1;
  if (q->n_prompt + q->n_new > n_ctx + 1)
    return tc_fail (err, TC_EINVAL, "--new %zu after a prompt of %zu: expected at most %zu, for "
                    "the model reads %zu tokens", q->n_new, q->n_prompt, n_ctx + 1 - q->n_prompt,
                    n_ctx);
  return TC_OK;
}

enum tc_status
tc_prompt_answer (struct tc_session *session, const struct tc_prompt *prompt,
                  struct tc_error *err)
{
  struct question q = { .session = session };
  enum tc_status status = TC_OK;
  if (!session->is_decoder)
    status = tc_fail (err, TC_EINVAL, "--prompt: run '%s' is no transformer", session->run);
  if (status == TC_OK)
    status = read_prompt (&q, prompt->text, err);
  if (status == TC_OK)
    status = choose_length (&q, prompt, err);
  if (status == TC_OK)
    {
      print_tokens (&q, "prompt", q.n_prompt, q.prompt);
      putchar ('\n');
      status = give_answer (&q, "greedy", 0, 0, err);
    }
  if (status == TC_OK && prompt->temperature > 0)
    status = give_answer (&q, "sampled", prompt->temperature, prompt->seed, err);
  if (status == TC_OK)
    status = write_figure (&q, err);
  free (q.prompt);
  return status;
}
