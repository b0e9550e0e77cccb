#include "training/folder.h"

#include "numerics/file.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *
tc_join (const char *folder, const char *name)
{
  size_t n = strlen (folder) + strlen (name) + 2;
  char *path = malloc (n);
  if (path != NULL)
    snprintf (path, n, "%s/%s", folder, name);
  return path;
}

static enum tc_status
out_of_memory (struct tc_error *err)
{
  return tc_fail (err, TC_ENOMEM, "out of memory");
}

static enum tc_status
cannot_remove (const char *path, struct tc_error *err)
{
  return tc_fail (err, TC_EIO, "cannot remove %s: %s", path, strerror (errno));
}

/* Removes FOLDER/NAME if it is there.  */
static enum tc_status
remove_file (const char *folder, const char *name, struct tc_error *err)
{
  char *path = tc_join (folder, name);
  if (path == NULL)
    return out_of_memory (err);
  enum tc_status status = TC_OK;
  if (unlink (path) != 0 && errno != ENOENT)
    status = cannot_remove (path, err);
  free (path);
  return status;
}

/* Removes the snapshot folder `path` if it is there.  Only files that a run
   makes are removed, so that a stranger's file is never lost: then the folder is
   not empty and the removal fails.  */
static enum tc_status
remove_snapshots (const char *path, struct tc_error *err)
{
  DIR *directory = opendir (path);
  if (directory == NULL)
    return errno == ENOENT ? TC_OK : cannot_remove (path, err);
  enum tc_status status = TC_OK;
  struct dirent *entry;
  while (status == TC_OK && (entry = readdir (directory)) != NULL)
    if (strncmp (entry->d_name, "step-", 5) == 0)
      status = remove_file (path, entry->d_name, err);
  closedir (directory);
  if (status == TC_OK && rmdir (path) != 0)
    status = cannot_remove (path, err);
  return status;
}

static enum tc_status
remove_snapshot_folder (const char *folder, const char *name, struct tc_error *err)
{
  char *path = tc_join (folder, name);
  if (path == NULL)
    return out_of_memory (err);
  enum tc_status status = remove_snapshots (path, err);
  free (path);
  return status;
}

enum tc_status
tc_folder_clear_unfinished (const char *folder, struct tc_error *err)
{
  enum tc_status status = remove_file (folder, "checkpoint.safetensors", err);
  if (status == TC_OK)
    status = remove_file (folder, "loss.csv.part", err);
  if (status == TC_OK)
    status = remove_snapshot_folder (folder, "snapshots.part", err);
  return status;
}

char *
tc_folder_snapshot (const char *folder, int step, struct tc_error *err)
{
  char name[48];
  snprintf (name, sizeof name, "step-%06d.safetensors", step);
  char *snapshots = tc_join (folder, "snapshots.part");
  char *path = snapshots == NULL ? NULL : tc_join (snapshots, name);
  if (path == NULL)
    (void) out_of_memory (err);
  else if (tc_make_folder (snapshots, err) != TC_OK)
    {
      free (path);
      path = NULL;
    }
  free (snapshots);
  return path;
}

enum tc_status
tc_folder_publish_snapshots (const char *folder, int kept, struct tc_error *err)
{
  char *part = tc_join (folder, "snapshots.part"), *whole = tc_join (folder, "snapshots");
  enum tc_status status = TC_OK;
  if (part == NULL || whole == NULL)
    status = out_of_memory (err);
  else if (!kept || access (part, F_OK) == 0)
    {
      status = remove_snapshots (whole, err);
      if (status == TC_OK && kept)
        status = tc_file_publish (part, whole, err);
    }
  free (part);
  free (whole);
  return status;
}
