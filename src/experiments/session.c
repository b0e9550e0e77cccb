#include "experiments/session.h"

#include "transformer/safetensors.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum tc_status
out_of_memory (struct tc_error *err)
{
  return tc_fail (err, TC_ENOMEM, "out of memory");
}

/* FOLDER/NAMEEXTENSION, to be freed.  */
static char *
path_of (const char *folder, const char *name, const char *extension)
{
  size_t n = strlen (folder) + strlen (name) + strlen (extension) + 2;
  char *path = malloc (n);
  if (path != NULL)
    snprintf (path, n, "%s/%s%s", folder, name, extension);
  return path;
}

/* ---- Output ---- */

enum tc_status
tc_session_csv (const struct tc_session *session, struct tc_csv *csv, const char *name,
                const char *title, size_t n_columns, const struct tc_csv_column *columns,
                struct tc_error *err)
{
  char *path = path_of (session->data_folder, name, ".csv");
  if (path == NULL)
    return out_of_memory (err);
  enum tc_status status = tc_csv_create (csv, path, title, n_columns, columns,
                                         session->provenance, err);
  free (path);
  return status;
}

/* A text file at FOLDER/NAME + SUFFIX.  */
static enum tc_status
create_text (struct tc_file *file, const char *folder, const char *name, const char *suffix,
             struct tc_error *err)
{
  char *path = path_of (folder, name, suffix);
  if (path == NULL)
    return out_of_memory (err);
  enum tc_status status = tc_file_create (file, path, err);
  free (path);
  return status;
}

enum tc_status
tc_session_text (const struct tc_session *session, struct tc_file *file, const char *name,
                 struct tc_error *err)
{
  return create_text (file, session->data_folder, name, "", err);
}

enum tc_status
tc_session_tex (const struct tc_session *session, struct tc_file *file, const char *name,
                const char *source, struct tc_error *err)
{
  enum tc_status status = create_text (file, session->data_folder, name, ".tex", err);
  if (status == TC_OK)
    fprintf (file->stream, "%% Written by tc-%s-analyse%s%s.\n", session->experiment->name,
             source == NULL ? "" : " from ", source == NULL ? "" : source);
  return status;
}

enum tc_status
tc_session_figure (const struct tc_session *session, struct tc_file *file, const char *name,
                   struct tc_error *err)
{
  return create_text (file, session->figure_folder, name, ".gp", err);
}

/* ---- Input ---- */

enum tc_status
tc_session_log (const struct tc_session *session, struct tc_table *log, struct tc_error *err)
{
  char *path = path_of (session->folder, "loss", ".csv");
  if (path == NULL)
    return out_of_memory (err);
  enum tc_status status = tc_table_read (log, path, err);
  free (path);
  return status;
}

/* DATA/NAME.csv of a run: this one's where this analysis writes, else as published.  */
static char *
table_path (const struct tc_session *session, const char *run, const char *name)
{
  if (strcmp (run, session->run) == 0)
    return path_of (session->data_folder, name, ".csv");
  char *folder = path_of (session->others_folder, run, "");
  char *path = folder == NULL ? NULL : path_of (folder, name, ".csv");
  free (folder);
  return path;
}

enum tc_status
tc_session_table (const struct tc_session *session, const char *run, const char *name,
                  struct tc_table *table, struct tc_error *err)
{
  char *path = table_path (session, run, name);
  enum tc_status status = TC_OK;
  if (path == NULL)
    status = out_of_memory (err);
  else if (strcmp (run, session->run) != 0 && access (path, F_OK) != 0)
    status = tc_fail (err, TC_EIO, "there is no %s: run '%s' must be trained and analysed "
                      "before run '%s' is analysed", path, run, session->run);
  else
    status = tc_table_read (table, path, err);
  free (path);
  return status;
}

/* The step that a snapshot's name tells, or -1.  */
static int
step_of (const char *name)
{
  char *end;
  if (strncmp (name, "step-", 5) != 0 || !isdigit ((unsigned char) name[5]))
    return -1;
  long step = strtol (name + 5, &end, 10);
  return strcmp (end, ".safetensors") == 0 && step >= 0 && step < 0x7fffffff ? (int) step : -1;
}

static int
compare_ints (const void *a, const void *b)
{
  int x = *(const int *) a, y = *(const int *) b;
  return (x > y) - (x < y);
}

/* Collects the steps of a folder of snapshots.  */
static enum tc_status
list_steps (DIR *directory, int **steps, size_t *n, struct tc_error *err)
{
  size_t capacity = 0;
  struct dirent *entry;
  while ((entry = readdir (directory)) != NULL)
    {
      int step = step_of (entry->d_name);
      if (step < 0)
        continue;
      if (*n == capacity)
        {
          capacity = 2 * capacity + 64;
          int *larger = realloc (*steps, capacity * sizeof *larger);
          if (larger == NULL)
            return out_of_memory (err);
          *steps = larger;
        }
      (*steps)[(*n)++] = step;
    }
  if (*n > 0)
    qsort (*steps, *n, sizeof **steps, compare_ints);
  return TC_OK;
}

enum tc_status
tc_session_snapshots (const struct tc_session *session, int **steps, size_t *n,
                      struct tc_error *err)
{
  *steps = NULL;
  *n = 0;
  char *path = path_of (session->folder, "snapshots", "");
  if (path == NULL)
    return out_of_memory (err);
  enum tc_status status = TC_OK;
  DIR *directory = opendir (path);
  if (directory != NULL)
    {
      status = list_steps (directory, steps, n, err);
      closedir (directory);
    }
  else if (errno != ENOENT)
    status = tc_fail (err, TC_EIO, "cannot read %s: %s", path, strerror (errno));
  free (path);
  if (status != TC_OK)
    {
      free (*steps);
      *steps = NULL;
    }
  return status;
}

enum tc_status
tc_session_load (struct tc_session *session, int step, struct tc_error *err)
{
  char name[64];
  if (step < 0)
    snprintf (name, sizeof name, "model");
  else
    snprintf (name, sizeof name, "snapshots/step-%06d", step);
  char *path = path_of (session->folder, name, ".safetensors");
  if (path == NULL)
    return out_of_memory (err);
  enum tc_status status = tc_params_load (path, session->learner.params, err);
  free (path);
  return status;
}
