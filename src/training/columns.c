#include "training/columns.h"

#include "numerics/text.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool
has_test (const struct tc_trainer *trainer)
{
  return trainer->options.test_every > 0;
}

static bool
has_lr (const struct tc_trainer *trainer)
{
  return trainer->options.schedule.kind == TC_LR_PLATEAU
         || trainer->options.schedule.kind == TC_LR_COSINE;
}

static bool
has_grad_norm (const struct tc_trainer *trainer)
{
  return trainer->options.optimizer.max_grad_norm > 0.0;
}

size_t
tc_columns_row_size (const struct tc_trainer *trainer)
{
  size_t n = 5 + 2 * trainer->task.n_groups + trainer->task.n_measures + trainer->n_extra;
  return (n + 1) * (TC_NUMBER_MAX + 1);
}

/* ---- Header ---- */

/* What is done with each column: comment line or name.  */
struct header
{
  struct tc_log *log;
  enum tc_status status;
  struct tc_error *err;
  bool names;                   /* the row of names, not the comments */
};

static void
write_text (struct header *h, const char *text)
{
  if (h->status == TC_OK)
    h->status = tc_log_write (h->log, text, strlen (text), h->err);
}

static void
write_column (struct header *h, const char *prefix, const char *name, const char *meaning)
{
  if (!h->names)
    {
      write_text (h, "# ");
      write_text (h, prefix);
      write_text (h, name);
      write_text (h, ": ");
      write_text (h, meaning);
      write_text (h, "\n");
      return;
    }
  if (strcmp (name, "step") != 0)
    write_text (h, ",");
  write_text (h, prefix);
  write_text (h, name);
}

static void
write_columns (struct header *h, const struct tc_trainer *t)
{
  write_column (h, "", "step", "updates made before this row");
  write_column (h, "", "loss", "training loss before the update, nats per target");
  for (size_t g = 0; g < t->task.n_groups; g++)
    write_column (h, "loss_", t->task.group_names[g], "mean over these targets only, nats");
  if (has_test (t))
    {
      write_column (h, "", "test_loss", t->options.test_after_update
                    ? "test loss after the update, nats per target"
                    : "test loss before the update, nats per target");
      for (size_t g = 0; g < t->task.n_groups; g++)
        write_column (h, "test_loss_", t->task.group_names[g],
                      "mean over these targets only, nats");
      for (size_t i = 0; i < t->task.n_measures; i++)
        write_column (h, "test_", t->task.measure_names[i], t->task.measure_meanings[i]);
    }
  if (has_lr (t))
    write_column (h, "", "lr", "learning rate of the update");
  if (has_grad_norm (t))
    write_column (h, "", "grad_norm", "2-norm of all gradients before clipping");
  for (size_t i = 0; i < t->n_extra; i++)
    write_column (h, "", t->extra_names[i], t->extra_meanings[i]);
}

/* Each line of text as a comment.  */
static void
write_comments (struct header *h, const char *text)
{
  while (h->status == TC_OK && *text != '\0')
    {
      size_t n = strcspn (text, "\n");
      write_text (h, "# ");
      if (h->status == TC_OK)
        h->status = tc_log_write (h->log, text, n, h->err);
      write_text (h, "\n");
      text += n + (text[n] == '\n');
    }
}

enum tc_status
tc_columns_write_header (const struct tc_trainer *trainer, struct tc_log *log,
                         struct tc_error *err)
{
  struct header header = { .log = log, .status = TC_OK, .err = err };
  write_comments (&header, trainer->title);
  write_columns (&header, trainer);
  if (trainer->provenance != NULL)
    write_comments (&header, trainer->provenance);
  header.names = true;
  write_columns (&header, trainer);
  write_text (&header, "\n");
  return header.status;
}

/* ---- Rows ---- */

/* ",0.25", or "," for NaN.  Returns the end.  */
static char *
append (char *text, double value)
{
  *text++ = ',';
  *text = '\0';
  if (value == value)
    {
      tc_format_double (text, value);
      text += strlen (text);
    }
  return text;
}

static char *
append_all (char *text, size_t n, const double *values)
{
  for (size_t i = 0; i < n; i++)
    text = append (text, values[i]);
  return text;
}

enum tc_status
tc_columns_write_row (const struct tc_trainer *trainer, const struct tc_step_record *record,
                      const double *extra, char *buffer, struct tc_log *log,
                      struct tc_error *err)
{
  size_t n_groups = trainer->task.n_groups;
  char *text = buffer + snprintf (buffer, TC_NUMBER_MAX, "%d", record->step);
  text = append (text, record->loss);
  text = append_all (text, n_groups, record->group_loss);
  if (has_test (trainer))
    {
      text = append (text, record->test_loss);
      text = append_all (text, n_groups, record->test_group_loss);
      text = append_all (text, trainer->task.n_measures, record->test_measures);
    }
  if (has_lr (trainer))
    text = append (text, record->lr);
  if (has_grad_norm (trainer))
    text = append (text, record->grad_norm);
  text = append_all (text, trainer->n_extra, extra);
  *text++ = '\n';
  return tc_log_write (log, buffer, (size_t) (text - buffer), err);
}
