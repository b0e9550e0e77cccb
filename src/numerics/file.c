#ifdef HAVE_CONFIG_H
# include "config.h"            /* _GNU_SOURCE, for syncfs */
#endif

#include "numerics/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum tc_status
cannot_write (struct tc_error *err, const char *path, int error_number)
{
  return tc_fail (err, TC_EIO, "cannot write %s: %s", path, strerror (error_number));
}

/* path with suffix, or NULL.  */
static char *
join (const char *path, const char *suffix)
{
  size_t n = strlen (path) + strlen (suffix) + 1;
  char *joined = malloc (n);
  if (joined != NULL)
    snprintf (joined, n, "%s%s", path, suffix);
  return joined;
}

enum tc_status
tc_file_create (struct tc_file *file, const char *path, struct tc_error *err)
{
  file->stream = NULL;
  file->path = join (path, "");
  file->temporary = join (path, ".tmp");
  if (file->path == NULL || file->temporary == NULL)
    {
      tc_file_abandon (file);
      return tc_fail (err, TC_ENOMEM, "out of memory opening %s", path);
    }
  file->stream = fopen (file->temporary, "wb");
  if (file->stream == NULL)
    {
      int saved = errno;
      free (file->temporary);   /* not ours: do not remove what is there */
      file->temporary = NULL;
      tc_file_abandon (file);
      return cannot_write (err, path, saved);
    }
  return TC_OK;
}

/* Makes a rename in path's folder survive a power cut.  Some file systems
   cannot fsync a folder (EINVAL); that is no failure of ours.  */
static int
sync_folder_of (const char *path)
{
  const char *slash = strrchr (path, '/');
  char *folder = slash == NULL ? join (".", "") : join (path, "");
  if (folder == NULL)
    return ENOMEM;
  if (slash != NULL)
    folder[slash == path ? 1 : slash - path] = '\0';
  int fd = open (folder, O_RDONLY);
  int error_number = 0;
  if (fd < 0)
    error_number = errno;
  else
    {
      if (fsync (fd) != 0 && errno != EINVAL && errno != EROFS)
        error_number = errno;
      close (fd);
    }
  free (folder);
  return error_number;
}

/* Flushes, fsyncs if asked and closes the stream; 0 or the errno of the first
   failure.  */
static int
finish_stream (struct tc_file *file, bool sync)
{
  int error_number = 0;
  if (fflush (file->stream) != 0)
    error_number = errno;
  else if (ferror (file->stream))
    error_number = EIO;         /* an earlier write failed; its reason is lost */
  else if (sync && fsync (fileno (file->stream)) != 0 && errno != EINVAL)
    error_number = errno;
  if (fclose (file->stream) != 0 && error_number == 0)
    error_number = errno;
  file->stream = NULL;
  return error_number;
}

enum tc_status
tc_file_publish (const char *temporary, const char *path, struct tc_error *err)
{
  int error_number = rename (temporary, path) != 0 ? errno : sync_folder_of (path);
  return error_number == 0 ? TC_OK : cannot_write (err, path, error_number);
}

enum tc_status
tc_file_close_unsynced (struct tc_file *file, struct tc_error *err)
{
  int error_number = finish_stream (file, false);
  if (error_number == 0 && rename (file->temporary, file->path) != 0)
    error_number = errno;
  enum tc_status status
    = error_number == 0 ? TC_OK : cannot_write (err, file->path, error_number);
  tc_file_abandon (file);
  return status;
}

enum tc_status
tc_file_sync_all (const char *path, struct tc_error *err)
{
#ifdef __linux__
  int fd = open (path, O_RDONLY);
  int failed = fd < 0 || syncfs (fd) != 0, saved = errno;
  if (fd >= 0)
    close (fd);
  if (failed)
    return cannot_write (err, path, saved);
#else
  (void) path;
  (void) err;
  sync ();
#endif
  return TC_OK;
}

enum tc_status
tc_file_close (struct tc_file *file, struct tc_error *err)
{
  int error_number = finish_stream (file, true);
  enum tc_status status
    = error_number != 0 ? cannot_write (err, file->path, error_number)
                        : tc_file_publish (file->temporary, file->path, err);
  tc_file_abandon (file);       /* after a rename there is no temporary to remove */
  return status;
}

void
tc_file_abandon (struct tc_file *file)
{
  if (file->stream != NULL)
    fclose (file->stream);
  if (file->temporary != NULL)
    unlink (file->temporary);
  free (file->temporary);
  free (file->path);
  file->stream = NULL;
  file->temporary = file->path = NULL;
}

/* One level; an existing folder counts as made.  */
static enum tc_status
make_one (const char *path, struct tc_error *err)
{
  if (mkdir (path, 0777) == 0)
    return TC_OK;
  int saved = errno;
  struct stat info;
  if (stat (path, &info) == 0)
    {
      if (S_ISDIR (info.st_mode))
        return TC_OK;
      saved = ENOTDIR;
    }
  return tc_fail (err, TC_EIO, "cannot create folder %s: %s", path, strerror (saved));
}

enum tc_status
tc_make_folder (const char *path, struct tc_error *err)
{
  char *prefix = join (path, "");
  if (prefix == NULL)
    return tc_fail (err, TC_ENOMEM, "out of memory creating folder %s", path);
  enum tc_status status = TC_OK;
  for (char *c = prefix + 1; status == TC_OK && *prefix != '\0' && *c != '\0'; c++)
    if (*c == '/' && c[-1] != '/')
      {
        *c = '\0';
        status = make_one (prefix, err);
        *c = '/';
      }
  if (status == TC_OK)
    status = make_one (path, err);
  free (prefix);
  return status;
}
