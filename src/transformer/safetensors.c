#include "transformer/safetensors.h"

#include "numerics/file.h"

#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The format: github.com/huggingface/safetensors, README.md, and its reference
   implementation, safetensors/src/tensor.rs.  */

enum { LENGTH_BYTES = 8, MAX_HEADER = 100000000, MAX_TENSOR_DIMS = 8 };

/* By enum tc_dtype.  The reference writer sorts by rank first.  */
static const struct
{
  const char *name;
  size_t size;
  int rank;
} dtypes[] =
{
  [TC_F32] = { "F32", 4, 4 },
  [TC_F64] = { "F64", 8, 5 },
  [TC_I64] = { "I64", 8, 6 },
  [TC_U32] = { "U32", 4, 3 },
  [TC_U8] = { "U8", 1, 1 },
  [TC_I32] = { "I32", 4, 2 },
  [TC_BOOL] = { "BOOL", 1, 0 }
};
enum { N_DTYPES = sizeof dtypes / sizeof *dtypes };

/* --- Writing --- */

static int
by_rank_and_name (const void *a, const void *b)
{
  const struct tc_st_tensor *x = *(const struct tc_st_tensor *const *) a;
  const struct tc_st_tensor *y = *(const struct tc_st_tensor *const *) b;
  int rank = dtypes[y->dtype].rank - dtypes[x->dtype].rank;
  return rank != 0 ? rank : strcmp (x->name, y->name);
}

static int
by_key (const void *a, const void *b)
{
  const struct tc_st_metadata *x = a, *y = b;
  return strcmp (x->key, y->key);
}

static json_t *
metadata_json (size_t n, const struct tc_st_metadata *meta)
{
  struct tc_st_metadata *sorted = malloc ((n + 1) * sizeof *sorted);
  json_t *object = json_object ();
  bool has_format = false;
  if (sorted == NULL || object == NULL)
    {
      free (sorted);
      json_decref (object);
      return NULL;
    }
  for (size_t i = 0; i < n; i++)
    {
      sorted[i] = meta[i];
      has_format = has_format || strcmp (meta[i].key, "format") == 0;
    }
  if (!has_format)
    sorted[n++] = (struct tc_st_metadata) { "format", "pt" };
  qsort (sorted, n, sizeof *sorted, by_key);
  for (size_t i = 0; i < n && object != NULL; i++)
    if (json_object_set_new (object, sorted[i].key, json_string (sorted[i].value)) != 0)
      {
        json_decref (object);
        object = NULL;
      }
  free (sorted);
  return object;
}

/* Its bytes begin at *offset of the buffer; moves *offset behind them.  */
static json_t *
tensor_json (const struct tc_st_tensor *tensor, size_t *offset)
{
  json_t *shape = json_array ();
  for (int d = 0; d < tensor->n_dims; d++)
    json_array_append_new (shape, json_integer ((json_int_t) tensor->shape[d]));
  json_t *entry = json_pack ("{s:s, s:o, s:[I,I]}",
                             "dtype", dtypes[tensor->dtype].name, "shape", shape,
                             "data_offsets", (json_int_t) *offset,
                             (json_int_t) (*offset + tensor->n_bytes));
  *offset += tensor->n_bytes;
  return entry;
}

/* The header as text, or NULL where memory ran out or a string is no UTF-8.  */
static char *
header_text (size_t n, const struct tc_st_tensor *const *sorted,
             size_t n_meta, const struct tc_st_metadata *meta)
{
  size_t offset = 0;
  char *text = NULL;
  json_t *root = json_object ();
  bool complete = json_object_set_new (root, "__metadata__",
                                       metadata_json (n_meta, meta)) == 0;
  for (size_t i = 0; i < n && complete; i++)
    complete = json_object_set_new (root, sorted[i]->name,
                                    tensor_json (sorted[i], &offset)) == 0;
  if (complete)
    text = json_dumps (root, JSON_COMPACT);
  json_decref (root);
  return text;
}

static void
write_length (FILE *stream, uint64_t length)
{
  unsigned char bytes[LENGTH_BYTES];
  for (int i = 0; i < LENGTH_BYTES; i++)
    bytes[i] = (unsigned char) (length >> 8 * i);
  fwrite (bytes, 1, sizeof bytes, stream);
}

static void
write_content (FILE *stream, const char *header, size_t n,
               const struct tc_st_tensor *const *sorted)
{
  const size_t length = strlen (header);
  const size_t padded = (length + LENGTH_BYTES - 1) / LENGTH_BYTES * LENGTH_BYTES;
  write_length (stream, padded);
  fwrite (header, 1, length, stream);
  for (size_t i = length; i < padded; i++)
    fputc (' ', stream);
  for (size_t i = 0; i < n; i++)
    if (sorted[i]->n_bytes > 0)
      fwrite (sorted[i]->data, 1, sorted[i]->n_bytes, stream);
}

/* How a finished file is published.  */
typedef enum tc_status close_fn (struct tc_file *file, struct tc_error *err);

static enum tc_status
write_file (const char *path, size_t n, const struct tc_st_tensor *tensors, size_t n_meta,
            const struct tc_st_metadata *meta, close_fn *close, struct tc_error *err)
{
  const struct tc_st_tensor **sorted = malloc ((n + 1) * sizeof *sorted);
  if (sorted == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory to write %s", path);
  for (size_t i = 0; i < n; i++)
    sorted[i] = &tensors[i];
  qsort (sorted, n, sizeof *sorted, by_rank_and_name);

  struct tc_file file;
  enum tc_status status;
  char *header = header_text (n, sorted, n_meta, meta);
  if (header == NULL)
    status = tc_fail (err, TC_EINVAL, "cannot write %s: a name or metadata value is not "
                      "UTF-8, or memory ran out", path);
  else
    status = tc_file_create (&file, path, err);
  if (status == TC_OK)
    {
      write_content (file.stream, header, n, sorted);
      status = close (&file, err);
    }
  free (header);
  free (sorted);
  return status;
}

enum tc_status
tc_st_write (const char *path, size_t n, const struct tc_st_tensor *tensors,
             size_t n_meta, const struct tc_st_metadata *meta, struct tc_error *err)
{
  return write_file (path, n, tensors, n_meta, meta, tc_file_close, err);
}

enum tc_status
tc_st_write_unsynced (const char *path, size_t n, const struct tc_st_tensor *tensors,
                      size_t n_meta, const struct tc_st_metadata *meta,
                      struct tc_error *err)
{
  return write_file (path, n, tensors, n_meta, meta, tc_file_close_unsynced, err);
}

/* --- Reading: the two parts of the file --- */

struct reader
{
  const char *path;
  FILE *stream;
  size_t header_length;
  size_t buffer_length;
  struct tc_error *err;
};

static enum tc_status
cannot_read (const struct reader *r, int error_number)
{
  return tc_fail (r->err, TC_EIO, "cannot read %s: %s", r->path, strerror (error_number));
}

static enum tc_status
measure (struct reader *r)
{
  struct stat info;
  unsigned char bytes[LENGTH_BYTES];
  if (fstat (fileno (r->stream), &info) != 0)
    return cannot_read (r, errno);
  if (!S_ISREG (info.st_mode))
    return tc_fail (r->err, TC_EIO, "cannot read %s: not a regular file", r->path);
  const uint64_t size = (uint64_t) info.st_size;
  if (size < LENGTH_BYTES)
    return tc_fail (r->err, TC_EFORMAT, "%s: %llu bytes are too few for a safetensors "
                    "file, which starts with 8 bytes of header length", r->path,
                    (unsigned long long) size);
  if (fread (bytes, 1, sizeof bytes, r->stream) != sizeof bytes)
    return cannot_read (r, errno);
  uint64_t length = 0;
  for (int i = LENGTH_BYTES - 1; i >= 0; i--)
    length = length << 8 | bytes[i];
  if (length > MAX_HEADER)
    return tc_fail (r->err, TC_EFORMAT, "%s: header length %llu: expected at most %d; is "
                    "it a safetensors file?", r->path, (unsigned long long) length,
                    MAX_HEADER);
  if (length > size - LENGTH_BYTES)
    return tc_fail (r->err, TC_EFORMAT, "%s: truncated: the header needs %llu bytes, the "
                    "file has %llu left", r->path, (unsigned long long) length,
                    (unsigned long long) (size - LENGTH_BYTES));
  r->header_length = (size_t) length;
  r->buffer_length = (size_t) (size - LENGTH_BYTES - length);
  return TC_OK;
}

static enum tc_status
read_bytes (const struct reader *r, size_t n, void **out)
{
  *out = malloc (n + 1);
  if (*out == NULL)
    return tc_fail (r->err, TC_ENOMEM, "no memory for %zu bytes of %s", n, r->path);
  if (fread (*out, 1, n, r->stream) == n)
    return TC_OK;
  free (*out);
  *out = NULL;
  return ferror (r->stream) ? cannot_read (r, errno)
         : tc_fail (r->err, TC_EFORMAT, "%s: truncated while being read", r->path);
}

/* --- Reading: one tensor of the header --- */

static enum tc_status
bad_tensor (const struct reader *r, const char *name, const char *problem)
{
  return tc_fail (r->err, TC_EFORMAT, "%s: tensor \"%.95s\": %s", r->path, name, problem);
}

static enum tc_status
read_dtype (const struct reader *r, const json_t *entry, struct tc_st_tensor *tensor)
{
  const char *name = json_string_value (json_object_get (entry, "dtype"));
  if (name == NULL)
    return bad_tensor (r, tensor->name, "no \"dtype\" string");
  for (int i = 0; i < N_DTYPES; i++)
    if (strcmp (dtypes[i].name, name) == 0)
      {
        tensor->dtype = (enum tc_dtype) i;
        return TC_OK;
      }
  return tc_fail (r->err, TC_EFORMAT, "%s: tensor \"%s\" has dtype \"%.20s\": expected "
                  "F32, F64, I64, I32, U32, U8 or BOOL", r->path, tensor->name, name);
}

/* A size or offset: an integer from 0 to what a size_t and a file can hold.  */
static bool
read_size (const json_t *value, size_t *out)
{
  json_int_t integer = json_integer_value (value);
  if (!json_is_integer (value) || integer < 0 || (uint64_t) integer > SIZE_MAX / 2)
    return false;
  *out = (size_t) integer;
  return true;
}

static enum tc_status
read_shape (const struct reader *r, const json_t *entry, struct tc_st_tensor *tensor)
{
  const json_t *shape = json_object_get (entry, "shape");
  if (!json_is_array (shape))
    return bad_tensor (r, tensor->name, "no \"shape\" array");
  if (json_array_size (shape) > MAX_TENSOR_DIMS)
    return bad_tensor (r, tensor->name, "more than 8 dimensions");
  tensor->n_dims = (int) json_array_size (shape);
  tensor->n_bytes = dtypes[tensor->dtype].size;
  for (int d = 0; d < tensor->n_dims; d++)
    {
      size_t *size = &tensor->shape[d];
      if (!read_size (json_array_get (shape, (size_t) d), size))
        return bad_tensor (r, tensor->name, "a size in \"shape\" is not a whole number "
                           "of at least 0");
      if (*size > 0 && tensor->n_bytes > SIZE_MAX / 2 / *size)
        return bad_tensor (r, tensor->name, "\"shape\" is too large");
      tensor->n_bytes *= *size;
    }
  return TC_OK;
}

static enum tc_status
read_offsets (const struct reader *r, const json_t *entry, const char *buffer,
              struct tc_st_tensor *tensor)
{
  const json_t *offsets = json_object_get (entry, "data_offsets");
  size_t begin, end;
  if (!json_is_array (offsets) || json_array_size (offsets) != 2
      || !read_size (json_array_get (offsets, 0), &begin)
      || !read_size (json_array_get (offsets, 1), &end) || begin > end)
    return bad_tensor (r, tensor->name, "\"data_offsets\" is not [begin, end]");
  if (end > r->buffer_length)
    return tc_fail (r->err, TC_EFORMAT, "%s: tensor \"%s\" ends at byte %zu of a buffer of "
                    "%zu: truncated?", r->path, tensor->name, end, r->buffer_length);
  if (end - begin != tensor->n_bytes)
    return tc_fail (r->err, TC_EFORMAT, "%s: tensor \"%s\" has %zu bytes: its shape and "
                    "dtype need %zu", r->path, tensor->name, end - begin, tensor->n_bytes);
  tensor->data = buffer + begin;
  return TC_OK;
}

static enum tc_status
read_tensor (const struct reader *r, const char *name, const json_t *entry,
             const char *buffer, struct tc_st_tensor *tensor)
{
  if (strlen (name) >= sizeof tensor->name)
    return bad_tensor (r, name, "the name is longer than 95 bytes");
  *tensor = (struct tc_st_tensor) { .n_dims = 0 };
  strcpy (tensor->name, name);
  if (!json_is_object (entry))
    return bad_tensor (r, name, "not an object");
  enum tc_status status = read_dtype (r, entry, tensor);
  if (status == TC_OK)
    status = read_shape (r, entry, tensor);
  return status == TC_OK ? read_offsets (r, entry, buffer, tensor) : status;
}

/* --- Reading: the whole header --- */

static enum tc_status
check_metadata (const struct reader *r, const json_t *metadata)
{
  const char *key;
  json_t *value;
  if (!json_is_object (metadata))
    return tc_fail (r->err, TC_EFORMAT, "%s: \"__metadata__\" is not an object", r->path);
  json_object_foreach ((json_t *) metadata, key, value)
    if (!json_is_string (value))
      return tc_fail (r->err, TC_EFORMAT, "%s: metadata \"%.95s\" is not a string",
                      r->path, key);
  return TC_OK;
}

static int
by_place (const void *a, const void *b)
{
  const struct tc_st_tensor *x = *(const struct tc_st_tensor *const *) a;
  const struct tc_st_tensor *y = *(const struct tc_st_tensor *const *) b;
  const char *x_end = (const char *) x->data + x->n_bytes;
  const char *y_end = (const char *) y->data + y->n_bytes;
  int begins = (x->data > y->data) - (x->data < y->data);
  return begins != 0 ? begins : (x_end > y_end) - (x_end < y_end);
}

/* The tensors must cover the buffer, each byte once.  */
static enum tc_status
check_cover (const struct reader *r, const struct tc_st_file *file)
{
  const struct tc_st_tensor **sorted = malloc ((file->n_tensors + 1) * sizeof *sorted);
  if (sorted == NULL)
    return tc_fail (r->err, TC_ENOMEM, "no memory to check %s", r->path);
  for (size_t i = 0; i < file->n_tensors; i++)
    sorted[i] = &file->tensors[i];
  qsort (sorted, file->n_tensors, sizeof *sorted, by_place);

  enum tc_status status = TC_OK;
  size_t covered = 0;
  for (size_t i = 0; i < file->n_tensors && status == TC_OK; i++)
    {
      size_t begin = (size_t) ((const char *) sorted[i]->data - (const char *) file->buffer);
      if (begin != covered)
        status = tc_fail (r->err, TC_EFORMAT, "%s: tensor \"%s\" begins at byte %zu: "
                          "expected %zu (data %s)", r->path, sorted[i]->name, begin,
                          covered, begin < covered ? "overlap" : "have a hole");
      covered = begin + sorted[i]->n_bytes;
    }
  if (status == TC_OK && covered != r->buffer_length)
    status = tc_fail (r->err, TC_EFORMAT, "%s: %zu bytes behind the last tensor", r->path,
                      r->buffer_length - covered);
  free (sorted);
  return status;
}

static enum tc_status
parse_header (const struct reader *r, const char *text, struct tc_st_file *file)
{
  json_error_t problem;
  if (r->header_length == 0 || text[0] != '{')
    return tc_fail (r->err, TC_EFORMAT, "%s: the header does not start with {", r->path);
  file->header = json_loadb (text, r->header_length, JSON_REJECT_DUPLICATES, &problem);
  if (file->header == NULL)
    return tc_fail (r->err, TC_EFORMAT, "%s: the header is not JSON: %s at byte %d",
                    r->path, problem.text, problem.position);

  const char *name;
  json_t *entry;
  file->tensors = calloc (json_object_size (file->header) + 1, sizeof *file->tensors);
  if (file->tensors == NULL)
    return tc_fail (r->err, TC_ENOMEM, "no memory for the tensors of %s", r->path);
  json_object_foreach ((json_t *) file->header, name, entry)
    {
      enum tc_status status;
      if (strcmp (name, "__metadata__") == 0)
        status = check_metadata (r, entry);
      else
        status = read_tensor (r, name, entry, file->buffer,
                              &file->tensors[file->n_tensors++]);
      if (status != TC_OK)
        return status;
    }
  return check_cover (r, file);
}

static enum tc_status
read_file (struct reader *r, struct tc_st_file *file)
{
  void *header = NULL;
  enum tc_status status = measure (r);
  if (status == TC_OK)
    status = read_bytes (r, r->header_length, &header);
  if (status == TC_OK)
    status = read_bytes (r, r->buffer_length, &file->buffer);
  if (status == TC_OK)
    status = parse_header (r, header, file);
  free (header);
  return status;
}

enum tc_status
tc_st_read (struct tc_st_file *file, const char *path, struct tc_error *err)
{
  struct reader reader = { .path = path, .stream = fopen (path, "rb"), .err = err };
  *file = (struct tc_st_file) { 0 };
  if (reader.stream == NULL)
    return cannot_read (&reader, errno);
  enum tc_status status = read_file (&reader, file);
  fclose (reader.stream);
  if (status != TC_OK)
    tc_st_close (file);
  return status;
}

void
tc_st_close (struct tc_st_file *file)
{
  free (file->tensors);
  free (file->buffer);
  json_decref (file->header);
  *file = (struct tc_st_file) { 0 };
}

const struct tc_st_tensor *
tc_st_find (const struct tc_st_file *file, const char *name)
{
  for (size_t i = 0; i < file->n_tensors; i++)
    if (strcmp (file->tensors[i].name, name) == 0)
      return &file->tensors[i];
  return NULL;
}

const char *
tc_st_metadata (const struct tc_st_file *file, const char *key)
{
  const json_t *metadata = json_object_get (file->header, "__metadata__");
  return json_string_value (json_object_get (metadata, key));
}
