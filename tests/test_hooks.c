/* Hooks: every activation and gradient against TransformerLens's, edits against
   what they must cause.  */

#include "golden_model.h"

#include <stdbool.h>

static const double tolerance = 2e-5;

struct scene
{
  struct golden golden;
  struct tc_model model;
  struct tc_compute *compute;
  struct tc_run *run;
  tc_real *grads;
};

static struct scene
open_scene (const char *name)
{
  struct scene s = { .golden = golden_open (name) };
  struct tc_error err;
  s.model = golden_model (&s.golden);
  cr_assert_eq (tc_compute_alloc (&s.compute, NULL, 1, &err), TC_OK, "%s", err.message);
  cr_assert_eq (tc_run_alloc (&s.run, &s.golden.config, TC_ROWS_ALL, s.golden.batch.n_seq,
                              s.golden.batch.n_pos, s.golden.batch.n_targets, &err), TC_OK,
                "%s", err.message);
  s.grads = malloc (s.model.params.count * sizeof *s.grads);
  return s;
}

static void
close_scene (struct scene *s)
{
  free (s->grads);
  tc_run_free (s->run);
  tc_compute_free (s->compute);
  tc_model_free (&s->model);
  golden_close (&s->golden);
}

static void
pass (struct scene *s)
{
  struct tc_error err;
  cr_assert_eq (tc_forward (s->compute, &s->model, &s->golden.batch, s->run, &err), TC_OK,
                "%s", err.message);
  tc_backward (s->compute, &s->model, s->run,
               golden_tensor (&s->golden, "", "d_logits")->data, s->grads);
}

static void
add_hook (struct scene *s, const char *name, enum tc_direction direction, tc_hook_fn *fn,
          void *user)
{
  struct tc_error err;
  struct tc_hook hook = { name, direction, fn, user };
  cr_assert_eq (tc_run_add_hook (s->run, hook, &err), TC_OK, "%s", err.message);
}

static size_t
elements (const struct tc_activation *a)
{
  size_t n = 1;
  for (int i = 0; i < a->n_dims; i++)
    n *= a->shape[i];
  return n;
}

/* --- Against TransformerLens --- */

struct comparison
{
  const struct golden *golden;
  const char *prefix;
  int seen;
};

/* PyTorch computes the pattern's gradient at keys not seen, too, where it leads
   nowhere; ours is 0 there.  */
static void
compare_seen (const struct tc_activation *a, const float *theirs)
{
  const size_t n = a->shape[3];
  for (size_t row = 0; row < elements (a) / n; row++)
    {
      size_t seen = row % n + 1;
      golden_compare (a->name, seen, a->data + row * n, theirs + row * n, 10 * tolerance);
      for (size_t key = seen; key < n; key++)
        cr_expect_eq (a->data[row * n + key], 0);
    }
}

static void
compare (const struct tc_activation *a, void *user)
{
  struct comparison *c = user;
  const struct tc_st_tensor *theirs = golden_tensor (c->golden, c->prefix, a->name);
  c->seen++;
  cr_assert_not_null (theirs, "TransformerLens has no %s%s", c->prefix, a->name);
  cr_assert_eq (theirs->n_dims, a->n_dims, "%s", a->name);
  for (int i = 0; i < a->n_dims; i++)
    cr_assert_eq (theirs->shape[i], a->shape[i], "%s", a->name);
  if (strcmp (c->prefix, "act_grads.") == 0 && strstr (a->name, "hook_pattern") != NULL)
    {
      compare_seen (a, theirs->data);
      return;
    }
  /* Gradients of keys are small beside what cancels in them.  */
  double size = strstr (a->name, "hook_k") != NULL ? 10 * tolerance : tolerance;
  golden_compare (a->name, elements (a), a->data, theirs->data, size);
}

static void
check_all (const char *name)
{
  struct scene s = open_scene (name);
  struct comparison forward = { &s.golden, "acts.", 0 }, backward = { &s.golden, "act_grads.", 0 };
  const int n = (int) tc_hook_count (&s.golden.config);
  add_hook (&s, "*", TC_FORWARD, compare, &forward);
  add_hook (&s, "*", TC_BACKWARD, compare, &backward);
  pass (&s);
  cr_expect_eq (forward.seen, n);
  cr_expect_eq (backward.seen, n);
  close_scene (&s);
}

Test (hooks, transformerlens_layer_norm) { check_all ("ln"); }
Test (hooks, transformerlens_lnpre_solu) { check_all ("lnpre"); }
Test (hooks, transformerlens_attention_only) { check_all ("attn-only"); }

/* Without callbacks, by name.  */
static void
check_activations (const char *name)
{
  struct scene s = open_scene (name);
  struct comparison c = { &s.golden, "acts.", 0 };
  const size_t n = tc_hook_count (&s.golden.config);
  pass (&s);
  for (size_t i = 0; i < n; i++)
    {
      char hook[TC_NAME_MAX];
      struct tc_activation a;
      struct tc_error err;
      cr_assert_eq (tc_hook_name (&s.golden.config, i, hook, &err), TC_OK);
      cr_assert_eq (tc_run_activation (s.run, &s.model, hook, &a, &err), TC_OK, "%s",
                    err.message);
      cr_expect_str_eq (a.name, hook);
      compare (&a, &c);
    }
  close_scene (&s);
}

Test (hooks, activations_by_name)
{
  check_activations ("ln");
  check_activations ("lnpre");
  check_activations ("attn-only");
}

/* --- Order and names --- */

struct order
{
  const struct tc_config *config;
  size_t n;
};

static void
check_order (const struct tc_activation *a, void *user)
{
  struct order *order = user;
  char name[TC_NAME_MAX];
  cr_assert_eq (tc_hook_name (order->config, order->n++, name, NULL), TC_OK);
  cr_expect_str_eq (a->name, name);
}

Test (hooks, fire_in_the_order_of_their_numbers)
{
  struct scene s = open_scene ("ln");
  struct order order = { &s.golden.config, 0 };
  add_hook (&s, "*", TC_FORWARD, check_order, &order);
  pass (&s);
  cr_expect_eq (order.n, tc_hook_count (&s.golden.config));
  close_scene (&s);
}

static void
expect_unknown (struct scene *s, const char *name)
{
  struct tc_error err;
  struct tc_activation a;
  struct tc_hook hook = { name, TC_FORWARD, compare, NULL };
  cr_expect_eq (tc_run_add_hook (s->run, hook, &err), TC_EINVAL, "%s", name);
  cr_expect_not_null (strstr (err.message, name), "%s", err.message);
  cr_expect_eq (tc_run_activation (s->run, &s->model, name, &a, &err), TC_EINVAL, "%s", name);
}

Test (hooks, unknown_names_are_errors)
{
  struct scene s = open_scene ("attn-only");   /* two layers, no MLP, no norm */
  expect_unknown (&s, "hook_embed ");
  expect_unknown (&s, "blocks.2.hook_resid_pre");
  expect_unknown (&s, "blocks.0.mlp.hook_pre");
  expect_unknown (&s, "blocks.0.hook_resid_mid");
  expect_unknown (&s, "blocks.0.ln1.hook_scale");
  expect_unknown (&s, "ln_final.hook_scale");
  expect_unknown (&s, "");
  char name[TC_NAME_MAX];
  cr_expect_eq (tc_hook_name (&s.golden.config, 1000, name, NULL), TC_EINVAL);
  close_scene (&s);
}

Test (hooks, need_all_rows)
{
  struct scene s = open_scene ("attn-only");
  struct tc_run *needed;
  struct tc_activation a;
  struct tc_error err;
  struct tc_hook hook = { "hook_embed", TC_FORWARD, compare, NULL };
  cr_assert_eq (tc_run_alloc (&needed, &s.golden.config, TC_ROWS_NEEDED, 1, 1, 1, &err), TC_OK);
  cr_expect_eq (tc_run_add_hook (needed, hook, &err), TC_EINVAL);
  cr_expect_not_null (strstr (err.message, "TC_ROWS_ALL"));
  cr_expect_eq (tc_run_activation (needed, &s.model, "hook_embed", &a, &err), TC_EINVAL);
  tc_run_free (needed);
  close_scene (&s);
}

/* --- Reading changes nothing --- */

static void
ignore (const struct tc_activation *a, void *user)
{
  (void) a;
  ++*(int *) user;
}

Test (hooks, reading_changes_no_bit)
{
  static const char *const names[] = { "ln", "lnpre", "attn-only", "induction", "gelu" };
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    {
      struct scene plain = open_scene (names[i]), watched = open_scene (names[i]);
      int fired = 0;
      add_hook (&watched, "*", TC_FORWARD, ignore, &fired);
      add_hook (&watched, "*", TC_BACKWARD, ignore, &fired);
      pass (&plain);
      pass (&watched);
      cr_expect_eq ((size_t) fired, 2 * tc_hook_count (&plain.golden.config));
      const size_t n = plain.golden.batch.n_seq * plain.golden.batch.n_pos
                       * (size_t) plain.golden.config.d_vocab_out;
      cr_expect_arr_eq (tc_run_all_logits (plain.run), tc_run_all_logits (watched.run),
                        n * sizeof (tc_real), "%s", names[i]);
      cr_expect_arr_eq (plain.grads, watched.grads,
                        plain.model.params.count * sizeof (tc_real), "%s", names[i]);
      fired = 0;
      tc_run_clear_hooks (watched.run);
      pass (&watched);
      cr_expect_eq (fired, 0);
      close_scene (&plain);
      close_scene (&watched);
    }
}

/* --- Edits --- */

static void
zero (const struct tc_activation *a, void *user)
{
  (void) user;
  memset (a->data, 0, elements (a) * sizeof *a->data);
}

/* Whether all of the activation is 0 after a hook zeroed another.  */
static void
expect_zero (struct scene *s, const char *name)
{
  struct tc_activation a;
  struct tc_error err;
  cr_assert_eq (tc_run_activation (s->run, &s->model, name, &a, &err), TC_OK, "%s", err.message);
  for (size_t i = 0; i < elements (&a); i++)
    cr_expect_eq (a.data[i], 0, "%s[%zu]", name, i);
}

/* name zeroed -> what must be zero then.  The model has no biases.  */
static void
check_edit (const char *golden, const char *edited, const char *consequence)
{
  struct scene s = open_scene (golden);
  add_hook (&s, edited, TC_FORWARD, zero, NULL);
  pass (&s);
  expect_zero (&s, edited);
  expect_zero (&s, consequence);
  close_scene (&s);
}

Test (hooks, edits_are_seen_downstream)
{
  check_edit ("induction", "hook_embed", "hook_embed");
  check_edit ("induction", "blocks.0.hook_resid_pre", "blocks.0.attn.hook_q");
  check_edit ("induction", "blocks.0.attn.hook_q", "blocks.0.attn.hook_q");
  check_edit ("induction", "blocks.0.attn.hook_v", "blocks.0.attn.hook_z");
  check_edit ("induction", "blocks.1.attn.hook_pattern", "blocks.1.attn.hook_z");
  check_edit ("induction", "blocks.1.attn.hook_z", "blocks.1.hook_attn_out");
  check_edit ("induction", "blocks.1.attn.hook_result", "blocks.1.hook_attn_out");
  check_edit ("induction", "blocks.1.hook_resid_post", "unembed.hook_out");
  check_edit ("relu", "blocks.0.hook_resid_mid", "blocks.0.mlp.hook_pre");
  check_edit ("relu", "blocks.0.mlp.hook_pre", "blocks.0.mlp.hook_post");
  check_edit ("relu", "blocks.0.mlp.hook_post", "blocks.0.hook_mlp_out");
  check_edit ("relu", "unembed.hook_in", "unembed.hook_out");
}

/* Scores of 0 attend evenly, keys not seen still at -inf.  */
Test (hooks, edited_scores_shape_the_pattern)
{
  struct scene s = open_scene ("relu");
  struct tc_activation pattern, scores;
  add_hook (&s, "blocks.0.attn.hook_attn_scores", TC_FORWARD, zero, NULL);
  pass (&s);
  cr_assert_eq (tc_run_activation (s.run, &s.model, "blocks.0.attn.hook_pattern", &pattern,
                                   NULL), TC_OK);
  cr_assert_eq (tc_run_activation (s.run, &s.model, "blocks.0.attn.hook_attn_scores", &scores,
                                   NULL), TC_OK);
  for (size_t i = 0; i < elements (&pattern); i++)
    {
      size_t key = i % pattern.shape[3], query = i / pattern.shape[3] % pattern.shape[2];
      cr_expect_float_eq (pattern.data[i], key <= query ? 1 / (query + 1.0) : 0, 1e-6);
      cr_expect_eq (scores.data[i], key <= query ? 0 : -INFINITY);
    }
  close_scene (&s);
}

/* One head's result removed: attn_out is what the others leave.  */
static void
remove_head_0 (const struct tc_activation *a, void *user)
{
  (void) user;
  for (size_t i = 0; i < elements (a); i++)
    if (i / a->shape[3] % a->shape[2] == 0)
      a->data[i] = 0;
}

Test (hooks, edited_results_are_summed)
{
  struct scene s = open_scene ("ln");
  struct tc_activation result, out;
  const float *b_O = tc_params_data (&s.model.params, "blocks.0.attn.b_O");
  add_hook (&s, "blocks.0.attn.hook_result", TC_FORWARD, remove_head_0, NULL);
  pass (&s);
  cr_assert_eq (tc_run_activation (s.run, &s.model, "blocks.0.attn.hook_result", &result,
                                   NULL), TC_OK);
  cr_assert_eq (tc_run_activation (s.run, &s.model, "blocks.0.hook_attn_out", &out, NULL),
                TC_OK);
  const size_t d = out.shape[2];
  for (size_t i = 0; i < elements (&out); i++)
    {
      const float *heads = result.data + i / d * 2 * d;
      cr_expect_eq (heads[i % d], 0);
      cr_expect_float_eq (out.data[i], b_O[i % d] + heads[d + i % d], 1e-6);
    }
  close_scene (&s);
}

/* The gradient of an edited run is that of what was computed: here of a model
   whose attention adds nothing.  */
Test (hooks, gradients_after_an_edit)
{
  struct scene s = open_scene ("relu");
  add_hook (&s, "blocks.0.attn.hook_pattern", TC_FORWARD, zero, NULL);
  pass (&s);
  const struct tc_tensor *W_O = tc_params_find (&s.model.params, "blocks.0.attn.W_O");
  for (size_t i = 0; i < W_O->count; i++)
    cr_expect_eq (s.grads[W_O->offset + i], 0);
  close_scene (&s);
}
