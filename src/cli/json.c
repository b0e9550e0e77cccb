#include "cli/options.h"

#include "cli/value.h"
#include "numerics/text.h"

#include <jansson.h>
#include <string.h>

static json_t *
option_json (const struct tc_option *option)
{
  char text[256];
  switch (option->kind)
    {
    case TC_OPT_INT:  return json_integer (*(const int *) option->target);
    case TC_OPT_SEED: return json_integer ((json_int_t) *(const uint64_t *) option->target);
    case TC_OPT_REAL: return json_real (*(const double *) option->target);
    case TC_OPT_BOOL: return json_boolean (*(const bool *) option->target);
    case TC_OPT_STRING:
      if (*(const char *const *) option->target == NULL)
        return json_null ();
      return json_string (*(const char *const *) option->target);
    case TC_OPT_CHOICE:
      break;
    }
  tc_option_format (option, text, sizeof text);
  return json_string (text);
}

struct json_t *
tc_options_json (const struct tc_options *options)
{
  json_t *object = json_object ();
  for (size_t i = 0; object != NULL && i < options->n; i++)
    if (options->option[i].is_hyperparameter
        && json_object_set_new (object, options->option[i].name,
                                option_json (&options->option[i])) != 0)
      {
        json_decref (object);
        object = NULL;
      }
  return object;
}

/* Whether the value's JSON type suits the option.  */
static bool
type_fits (const struct tc_option *option, const json_t *value)
{
  switch (option->kind)
    {
    case TC_OPT_INT:
    case TC_OPT_SEED: return json_is_integer (value);
    case TC_OPT_REAL: return json_is_number (value);
    case TC_OPT_BOOL: return json_is_boolean (value);
    case TC_OPT_CHOICE:
    case TC_OPT_STRING: break;
    }
  return json_is_string (value);
}

/* The value as the text that tc_option_set reads.  */
static const char *
value_text (const json_t *value, char *buffer, size_t size)
{
  if (json_is_integer (value))
    snprintf (buffer, size, "%lld", (long long) json_integer_value (value));
  else if (json_is_real (value))
    tc_format_double (buffer, json_real_value (value));
  else if (json_is_boolean (value))
    snprintf (buffer, size, "%s", json_is_true (value) ? "yes" : "no");
  else
    return json_string_value (value);
  return buffer;
}

static enum tc_status
read_option (struct tc_options *options, struct tc_option *option, const json_t *object,
             const char *where, struct tc_error *err)
{
  const json_t *value = json_object_get (object, option->name);
  char place[320], expected[256], text[64];
  if (value == NULL)
    return tc_fail (err, TC_EFORMAT, "%s: option '%s' is missing", where, option->name);
  if (option->kind == TC_OPT_STRING && json_is_null (value))
    return TC_OK;
  if (!type_fits (option, value))
    {
      tc_option_expected (option, expected, sizeof expected);
      return tc_fail (err, TC_EFORMAT, "%s: %s: expected %s", where, option->name, expected);
    }
  snprintf (place, sizeof place, "%.200s: %s", where, option->name);
  option->set_by = TC_BY_FILE;
  enum tc_status status
    = tc_option_set (options, option, value_text (value, text, sizeof text), place, err);
  if (status == TC_EINVAL)
    {
      status = TC_EFORMAT;      /* the file's fault, not the user's */
      if (err != NULL)
        err->status = status;
    }
  return status;
}

enum tc_status
tc_options_read_json (struct tc_options *options, const struct json_t *object,
                      const char *where, struct tc_error *err)
{
  if (!json_is_object (object))
    return tc_fail (err, TC_EFORMAT, "%s: expected an object of options", where);
  const char *name;
  json_t *value;
  json_object_foreach ((json_t *) object, name, value)
    {
      const struct tc_option *option = tc_options_find (options, name);
      if (option == NULL || !option->is_hyperparameter)
        return tc_fail (err, TC_EFORMAT, "%s: unknown option '%.60s'", where, name);
    }
  enum tc_status status = TC_OK;
  for (size_t i = 0; status == TC_OK && i < options->n; i++)
    if (options->option[i].is_hyperparameter)
      status = read_option (options, &options->option[i], object, where, err);
  return status;
}
