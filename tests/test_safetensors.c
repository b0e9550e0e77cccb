/* safetensors: round trips, the reference writer's bytes, and files that are
   broken in every way.  */

#include "saved_model.h"

#include "numerics/random.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- Files in a folder of their own --- */

static char folder[] = "/tmp/tc-safetensors-XXXXXX";
static char path[64];

static void
set_up (void)
{
  cr_assert_not_null (mkdtemp (folder));
  snprintf (path, sizeof path, "%s/a.safetensors", folder);
}

static void
tear_down (void)
{
  unlink (path);
  cr_expect_eq (rmdir (folder), 0, "something was left behind in %s", folder);
}

TestSuite (safetensors, .init = set_up, .fini = tear_down);

static void
write_bytes (size_t n, const void *bytes)
{
  FILE *stream = fopen (path, "wb");
  cr_assert_not_null (stream);
  cr_assert_eq (fwrite (bytes, 1, n, stream), n);
  cr_assert_eq (fclose (stream), 0);
}

static unsigned char *
read_bytes (const char *name, size_t *n)
{
  FILE *stream = fopen (name, "rb");
  cr_assert_not_null (stream, "%s", name);
  unsigned char *bytes = malloc (1 << 20);
  *n = fread (bytes, 1, 1 << 20, stream);
  fclose (stream);
  return bytes;
}

/* --- Round trip --- */

static const float reals[] = { 1, -2.5f, 3e-30f };
static const int64_t counters[] = { -1, INT64_MAX };
static const uint32_t words[] = { 7, UINT32_MAX, 9, 10 };
static const unsigned char bytes[] = { 0, 255, 3 };
static const struct tc_st_tensor examples[] =
{
  { .name = "b.real", .dtype = TC_F32, .n_dims = 2, .shape = { 3, 1 }, .data = reals,
    .n_bytes = sizeof reals },
  { .name = "words", .dtype = TC_U32, .n_dims = 1, .shape = { 4 }, .data = words,
    .n_bytes = sizeof words },
  { .name = "bytes", .dtype = TC_U8, .n_dims = 1, .shape = { 3 }, .data = bytes,
    .n_bytes = sizeof bytes },
  { .name = "counters", .dtype = TC_I64, .n_dims = 1, .shape = { 2 }, .data = counters,
    .n_bytes = sizeof counters },
  { .name = "empty", .dtype = TC_F32, .n_dims = 2, .shape = { 0, 5 } },
  { .name = "a.scalar", .dtype = TC_F32, .n_dims = 0, .data = reals, .n_bytes = 4 }
};
enum { N_EXAMPLES = sizeof examples / sizeof *examples };
static const struct tc_st_metadata metadata[] =
  { { "z", "last" }, { "run", "{\n  \"seed\": 1\n}\n" }, { "a", "\xc3\xa9\"\\" } };

static void
write_examples (void)
{
  struct tc_error err;
  cr_assert_eq (tc_st_write (path, N_EXAMPLES, examples, 3, metadata, &err), TC_OK, "%s",
                err.message);
}

Test (safetensors, round_trip)
{
  struct tc_st_file file;
  struct tc_error err;
  write_examples ();
  cr_assert_eq (tc_st_read (&file, path, &err), TC_OK, "%s", err.message);
  cr_assert_eq (file.n_tensors, N_EXAMPLES);
  for (int i = 0; i < N_EXAMPLES; i++)
    {
      const struct tc_st_tensor *t = tc_st_find (&file, examples[i].name);
      cr_assert_not_null (t);
      cr_expect_eq (t->dtype, examples[i].dtype);
      cr_expect_eq (t->n_dims, examples[i].n_dims);
      cr_expect_eq (t->n_bytes, examples[i].n_bytes);
      cr_expect_arr_eq (t->shape, examples[i].shape, sizeof t->shape);
      if (t->n_bytes > 0)
        cr_expect_arr_eq (t->data, examples[i].data, t->n_bytes, "%s", t->name);
    }
  for (int i = 0; i < 3; i++)
    cr_expect_str_eq (tc_st_metadata (&file, metadata[i].key), metadata[i].value);
  cr_expect_str_eq (tc_st_metadata (&file, "format"), "pt");
  cr_expect_null (tc_st_metadata (&file, "none"));
  cr_expect_null (tc_st_find (&file, "none"));
  tc_st_close (&file);
}

/* Tensors by descending rank of dtype, then name; keys of metadata sorted; the
   header padded with spaces.  */
Test (safetensors, header_is_canonical)
{
  static const char expected[] =
    "{\"__metadata__\":{\"a\":\"\xc3\xa9\\\"\\\\\",\"format\":\"pt\",\"run\":"
    "\"{\\n  \\\"seed\\\": 1\\n}\\n\",\"z\":\"last\"},"
    "\"counters\":{\"dtype\":\"I64\",\"shape\":[2],\"data_offsets\":[0,16]},"
    "\"a.scalar\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[16,20]},"
    "\"b.real\":{\"dtype\":\"F32\",\"shape\":[3,1],\"data_offsets\":[20,32]},"
    "\"empty\":{\"dtype\":\"F32\",\"shape\":[0,5],\"data_offsets\":[32,32]},"
    "\"words\":{\"dtype\":\"U32\",\"shape\":[4],\"data_offsets\":[32,48]},"
    "\"bytes\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[48,51]}}";
  size_t n;
  write_examples ();
  unsigned char *content = read_bytes (path, &n);
  size_t length = content[0] + 256u * content[1];
  cr_expect_eq (length % 8, 0);
  cr_expect_eq (n, 8 + length + 51);
  cr_expect_arr_eq (content + 8, expected, sizeof expected - 1);
  for (size_t i = sizeof expected - 1; i < length; i++)
    cr_expect_eq (content[8 + i], ' ');
  free (content);
}

/* --- Broken files --- */

/* Must fail as malformed, name the file, and leave nothing to close.  */
static void
expect_malformed (const char *words)
{
  struct tc_st_file file;
  struct tc_error err = { 0 };
  cr_expect_eq (tc_st_read (&file, path, &err), TC_EFORMAT, "%s", words);
  cr_expect_not_null (strstr (err.message, path), "\"%s\"", err.message);
  cr_expect_not_null (strstr (err.message, words), "\"%s\" lacks \"%s\"", err.message, words);
  cr_expect_null (file.tensors);
  cr_expect_null (file.buffer);
}

Test (safetensors, truncated_at_every_byte)
{
  size_t n;
  write_examples ();
  unsigned char *content = read_bytes (path, &n);
  for (size_t cut = 0; cut < n; cut++)
    {
      write_bytes (cut, content);
      expect_malformed ("");
    }
  free (content);
}

/* Whatever one flipped byte does, reading ends and what is read is in bounds.  */
Test (safetensors, every_byte_damaged)
{
  size_t n;
  write_examples ();
  unsigned char *content = read_bytes (path, &n);
  for (size_t i = 0; i < n; i++)
    for (int change = 1; change < 256; change += 127)
      {
        struct tc_st_file file;
        unsigned char kept = content[i];
        content[i] ^= (unsigned char) change;
        write_bytes (n, content);
        enum tc_status status = tc_st_read (&file, path, NULL);
        cr_expect (status == TC_OK || status == TC_EFORMAT);
        unsigned sum = 0;
        for (size_t t = 0; t < file.n_tensors; t++)
          for (size_t b = 0; b < file.tensors[t].n_bytes; b++)
            sum += ((const unsigned char *) file.tensors[t].data)[b];
        cr_expect_leq (sum, 255u * (unsigned) n);
        tc_st_close (&file);
        content[i] = kept;
      }
  free (content);
}

/* A header in front of `data` bytes of content.  */
static void
write_header (const char *header, size_t data)
{
  unsigned char content[1024] = { 0 };
  size_t length = strlen (header);
  content[0] = (unsigned char) length;
  content[1] = (unsigned char) (length >> 8);
  memcpy (content + 8, header, length);
  write_bytes (8 + length + data, content);
}

#define ENTRY(name, dtype, shape, offsets)                                    \
  "\"" name "\":{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":" offsets "}"

Test (safetensors, malformed_headers)
{
  const struct { const char *header; size_t data; const char *words; } cases[] =
    {
      { "", 0, "does not start with {" },
      { "[]", 0, "does not start with {" },
      { "  {}", 0, "does not start with {" },
      { "{", 0, "not JSON" },
      { "{}x", 0, "not JSON" },
      { "{\"a\":1}", 0, "tensor \"a\": not an object" },
      { "{\"a\":{}}", 0, "tensor \"a\": no \"dtype\"" },
      { "{\"a\":{\"dtype\":\"F32\"}}", 0, "no \"shape\"" },
      { "{\"a\":{\"dtype\":\"F32\",\"shape\":[]}}", 0, "data_offsets" },
      { "{\"a\":{\"dtype\":4,\"shape\":[],\"data_offsets\":[0,4]}}", 4, "no \"dtype\"" },
      { "{" ENTRY ("a", "F8", "[1]", "[0,1]") "}", 1, "dtype \"F8\"" },
      { "{" ENTRY ("a", "F32", "[1.5]", "[0,4]") "}", 4, "whole number" },
      { "{" ENTRY ("a", "F32", "[-1]", "[0,4]") "}", 4, "whole number" },
      { "{" ENTRY ("a", "F32", "[1,1,1,1,1,1,1,1,1]", "[0,4]") "}", 4, "8 dimensions" },
      { "{" ENTRY ("a", "F32", "[4611686018427387904,4]", "[0,4]") "}", 4, "too large" },
      { "{" ENTRY ("a", "F32", "[99999999999999999999]", "[0,4]") "}", 4, "not JSON" },
      { "{" ENTRY ("a", "F32", "[1]", "[4,0]") "}", 4, "[begin, end]" },
      { "{" ENTRY ("a", "F32", "[1]", "[0]") "}", 4, "[begin, end]" },
      { "{" ENTRY ("a", "F32", "[1]", "[-4,0]") "}", 4, "[begin, end]" },
      { "{" ENTRY ("a", "F32", "[2]", "[0,4]") "}", 4, "need 8" },
      { "{" ENTRY ("a", "F32", "[2]", "[0,8]") "}", 4, "ends at byte 8 of a buffer of 4" },
      { "{" ENTRY ("a", "F32", "[1]", "[0,4]") "}", 9, "5 bytes behind the last tensor" },
      { "{" ENTRY ("a", "F32", "[1]", "[4,8]") "}", 8, "have a hole" },
      { "{" ENTRY ("a", "F32", "[2]", "[0,8]") "," ENTRY ("b", "F32", "[1]", "[4,8]") "}", 8,
        "overlap" },
      { "{" ENTRY ("a", "F32", "[1]", "[0,4]") "," ENTRY ("a", "F32", "[1]", "[0,4]") "}", 4,
        "duplicate" },
      { "{\"__metadata__\":[]}", 0, "__metadata__" },
      { "{\"__metadata__\":{\"k\":1}}", 0, "metadata \"k\"" }
    };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    {
      write_header (cases[i].header, cases[i].data);
      expect_malformed (cases[i].words);
    }
}

Test (safetensors, long_names)
{
  char header[400], name[120];
  memset (name, 'n', sizeof name);
  name[95] = '\0';
  snprintf (header, sizeof header,
            "{\"%s\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0,1]}}", name);
  write_header (header, 1);
  struct tc_st_file file;
  cr_expect_eq (tc_st_read (&file, path, NULL), TC_OK);
  tc_st_close (&file);
  name[95] = 'n';
  name[96] = '\0';
  snprintf (header, sizeof header,
            "{\"%s\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0,1]}}", name);
  write_header (header, 1);
  expect_malformed ("longer than 95 bytes");
}

Test (safetensors, huge_header_length)
{
  const unsigned char enormous[12] = { 0, 0, 0, 0, 0, 0, 0, 0x80, '{', '}', ' ', ' ' };
  const unsigned char too_long[12] = { 5, 0, 0, 0, 0, 0, 0, 0, '{', '}', ' ', ' ' };
  write_bytes (sizeof enormous, enormous);
  expect_malformed ("expected at most 100000000");
  write_bytes (sizeof too_long, too_long);
  expect_malformed ("truncated");
}

Test (safetensors, unreadable_and_unwritable)
{
  struct tc_st_file file;
  struct tc_error err;
  cr_expect_eq (tc_st_read (&file, "/nonexistent/file", &err), TC_EIO);
  cr_expect_not_null (strstr (err.message, "/nonexistent/file"));
  cr_expect_eq (tc_st_read (&file, folder, &err), TC_EIO);
  cr_expect_not_null (strstr (err.message, "not a regular file"));
  cr_expect_eq (tc_st_write ("/nonexistent/file", 0, NULL, 0, NULL, &err), TC_EIO);
  struct tc_st_metadata bad = { "key", "\xff" };
  cr_expect_eq (tc_st_write (path, 0, NULL, 1, &bad, &err), TC_EINVAL);
}

/* --- Parameters --- */

/* The bytes that TransformerLens has read.  */
Test (safetensors, saves_what_transformerlens_loaded)
{
  struct tc_model model;
  struct tc_error err;
  size_t n, m;
  cr_assert_eq (saved_model_make (&model, &err), TC_OK, "%s", err.message);
  cr_assert_eq (saved_model_save (path, &model, &err), TC_OK, "%s", err.message);
  unsigned char *ours = read_bytes (path, &n);
  unsigned char *golden = read_bytes (TC_GOLDEN "/model-saved.safetensors", &m);
  cr_assert_eq (n, m);
  cr_expect_arr_eq (ours, golden, n);
  free (ours);
  free (golden);
  tc_model_free (&model);
}

Test (safetensors, parameters_come_back)
{
  struct tc_model model, again;
  struct tc_error err;
  const struct tc_config config = saved_model_config ();
  cr_assert_eq (saved_model_make (&model, &err), TC_OK);
  cr_assert_eq (saved_model_save (path, &model, &err), TC_OK);
  cr_assert_eq (tc_model_alloc (&again, &config, &err), TC_OK);
  cr_assert_eq (tc_params_load (path, &again.params, &err), TC_OK, "%s", err.message);
  cr_expect_arr_eq (again.params.data, model.params.data,
                    model.params.count * sizeof (tc_real));
  tc_model_free (&model);
  tc_model_free (&again);
}

/* Sinusoidal tables, absent positions and parameters of any other model.  */
Test (safetensors, positions_of_every_kind_come_back)
{
  for (int kind = TC_POS_NONE; kind <= TC_POS_SINE_NOTEBOOK; kind++)
    {
      struct tc_config config = saved_model_config ();
      struct tc_model model;
      struct tc_st_file file;
      struct tc_error err;
      config.positions = (enum tc_positions) kind;
      cr_assert_eq (tc_model_alloc (&model, &config, &err), TC_OK);
      cr_assert_eq (saved_model_save (path, &model, &err), TC_OK);
      cr_expect_eq (tc_params_load (path, &model.params, &err), TC_OK, "%s", err.message);
      cr_assert_eq (tc_st_read (&file, path, &err), TC_OK);
      cr_expect_not_null (tc_st_find (&file, "pos_embed.W_pos"));
      tc_st_close (&file);
      tc_model_free (&model);
    }
}

Test (safetensors, other_models_save_what_they_have)
{
  const struct tc_tensor tensors[] = { { .name = "QK", .n_dims = 1, .shape = { 5 } } };
  struct tc_params params;
  struct tc_st_file file;
  cr_assert_eq (tc_params_alloc_list (&params, 1, tensors, NULL), TC_OK);
  params.data[3] = 4;
  cr_assert_eq (tc_params_save (path, &params, NULL, 0, NULL, NULL), TC_OK);
  params.data[3] = 0;
  cr_assert_eq (tc_params_load (path, &params, NULL), TC_OK);
  cr_expect_eq (params.data[3], 4);
  cr_assert_eq (tc_st_read (&file, path, NULL), TC_OK);
  cr_expect_eq (file.n_tensors, 1);
  tc_st_close (&file);
  tc_params_free (&params);
}

/* Saves with one configuration, loads with another.  */
static void
expect_misfit (struct tc_config save, struct tc_config load, const char *words)
{
  struct tc_model a, b;
  struct tc_error err;
  cr_assert_eq (tc_model_alloc (&a, &save, &err), TC_OK, "%s", err.message);
  cr_assert_eq (tc_model_alloc (&b, &load, &err), TC_OK, "%s", err.message);
  for (size_t i = 0; i < a.params.count; i++)
    a.params.data[i] = 1;
  cr_assert_eq (tc_params_save (path, &a.params, &save, 0, NULL, &err), TC_OK);
  cr_expect_eq (tc_params_load (path, &b.params, &err), TC_EFORMAT);
  cr_expect_not_null (strstr (err.message, words), "\"%s\" lacks \"%s\"", err.message, words);
  for (size_t i = 0; i < b.params.count; i++)
    cr_expect_eq (b.params.data[i], 0, "a failed load changed the parameters");
  tc_model_free (&a);
  tc_model_free (&b);
}

Test (safetensors, models_that_do_not_fit)
{
  struct tc_config one = saved_model_config (), other = saved_model_config ();
  other.n_layers = 3;
  expect_misfit (one, other, "no tensor \"blocks.2.ln1.w\", which the model needs");
  expect_misfit (other, one, "tensor \"blocks.2.attn.W_K\" is not zero");
  other = one;
  other.d_vocab = 8;
  expect_misfit (one, other, "\"embed.W_E\" has shape [7,8]: the model expects [8,8]");
  other = one;
  other.mlp_bias = false;
  expect_misfit (one, other, "\"blocks.0.mlp.b_in\" is not zero");
}
