#include "report/json.h"

#include "numerics/text.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool write_value (FILE *stream, const json_t *value, int depth);

static void
write_indent (FILE *stream, int depth)
{
  fprintf (stream, "\n%*s", 2 * depth, "");
}

/* A string or another leaf that jansson spells as we do.  */
static bool
write_leaf (FILE *stream, const json_t *value)
{
  char *text = json_dumps (value, JSON_ENCODE_ANY);
  if (text == NULL)
    return false;
  fputs (text, stream);
  free (text);
  return true;
}

/* A real keeps a point or an exponent, so that it reads back as one.  */
static bool
write_real (FILE *stream, double x)
{
  char text[TC_NUMBER_MAX];
  tc_format_double (text, x);
  if (x - x != 0.0)
    return false;
  fprintf (stream, "%s%s", text, text[strcspn (text, ".e")] == '\0' ? ".0" : "");
  return true;
}

static int
compare_keys (const void *a, const void *b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* The object's keys in byte order; the caller frees the array only.  */
static const char **
sorted_keys (const json_t *object)
{
  const char **keys = malloc ((json_object_size (object) + 1) * sizeof *keys);
  const char *key;
  json_t *value;
  size_t n = 0;
  if (keys == NULL)
    return NULL;
  json_object_foreach ((json_t *) object, key, value)
    keys[n++] = key;
  qsort (keys, n, sizeof *keys, compare_keys);
  return keys;
}

static bool
write_object (FILE *stream, const json_t *object, int depth)
{
  size_t n = json_object_size (object);
  const char **keys = sorted_keys (object);
  bool ok = keys != NULL;
  putc ('{', stream);
  for (size_t i = 0; ok && i < n; i++)
    {
      json_t *name = json_string (keys[i]);
      write_indent (stream, depth + 1);
      ok = name != NULL && write_leaf (stream, name);
      json_decref (name);
      fputs (": ", stream);
      ok = ok && write_value (stream, json_object_get (object, keys[i]), depth + 1);
      if (i + 1 < n)
        putc (',', stream);
    }
  if (n > 0)
    write_indent (stream, depth);
  putc ('}', stream);
  free (keys);
  return ok;
}

static bool
write_array (FILE *stream, const json_t *array, int depth)
{
  size_t n = json_array_size (array);
  bool ok = true;
  putc ('[', stream);
  for (size_t i = 0; ok && i < n; i++)
    {
      write_indent (stream, depth + 1);
      ok = write_value (stream, json_array_get (array, i), depth + 1);
      if (i + 1 < n)
        putc (',', stream);
    }
  if (n > 0)
    write_indent (stream, depth);
  putc (']', stream);
  return ok;
}

static bool
write_value (FILE *stream, const json_t *value, int depth)
{
  switch (json_typeof (value))
    {
    case JSON_OBJECT: return write_object (stream, value, depth);
    case JSON_ARRAY:  return write_array (stream, value, depth);
    case JSON_REAL:   return write_real (stream, json_real_value (value));
    default:          return write_leaf (stream, value);
    }
}

char *
tc_json_text (const struct json_t *value)
{
  char *text = NULL;
  size_t size;
  FILE *stream = open_memstream (&text, &size);
  if (stream == NULL)
    return NULL;
  bool ok = write_value (stream, value, 0);
  putc ('\n', stream);
  ok = !ferror (stream) && ok;
  if (fclose (stream) != 0 || !ok)
    {
      free (text);
      return NULL;
    }
  return text;
}
