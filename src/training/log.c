#include "training/log.h"

#include "numerics/file.h"
#include "training/folder.h"
#include "numerics/hash.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BUFFER = 1 << 16 };

static enum tc_status
cannot_write (const struct tc_log *log, int error_number, struct tc_error *err)
{
  return tc_fail (err, TC_EIO, "cannot write %s: %s", log->part, strerror (error_number));
}

static enum tc_status
name_files (struct tc_log *log, const char *folder, struct tc_error *err)
{
  *log = (struct tc_log) { .hash = TC_HASH_START };
  log->path = tc_join (folder, "loss.csv");
  log->part = tc_join (folder, "loss.csv.part");
  if (log->path != NULL && log->part != NULL)
    return TC_OK;
  tc_log_close (log);
  return tc_fail (err, TC_ENOMEM, "out of memory");
}

static enum tc_status
open_part (struct tc_log *log, const char *mode, struct tc_error *err)
{
  log->stream = fopen (log->part, mode);
  if (log->stream == NULL)
    return cannot_write (log, errno, err);
  setvbuf (log->stream, NULL, _IOFBF, BUFFER);
  return TC_OK;
}

enum tc_status
tc_log_create (struct tc_log *log, const char *folder, struct tc_error *err)
{
  enum tc_status status = name_files (log, folder, err);
  if (status == TC_OK)
    status = open_part (log, "wb", err);
  if (status != TC_OK)
    tc_log_close (log);
  return status;
}

/* ---- Resuming ---- */

/* Hashes the first n_bytes of `from`, copying them to `to` unless that is NULL.
   False if there are fewer.  */
static bool
hash_prefix (FILE *from, FILE *to, uint64_t n_bytes, uint64_t *hash)
{
  char buffer[4096];
  *hash = TC_HASH_START;
  while (n_bytes > 0)
    {
      size_t want = n_bytes < sizeof buffer ? (size_t) n_bytes : sizeof buffer;
      size_t n = fread (buffer, 1, want, from);
      if (n == 0)
        return false;
      *hash = tc_hash (*hash, buffer, n);
      if (to != NULL && fwrite (buffer, 1, n, to) != n)
        return false;
      n_bytes -= n;
    }
  return true;
}

static enum tc_status
does_not_fit (const char *path, struct tc_error *err)
{
  return tc_fail (err, TC_EFORMAT, "%s does not begin as the checkpoint beside it expects; "
                  "train afresh, without --resume", path);
}

/* The run had ended and its log was published: copy the part back.  */
static enum tc_status
copy_back (struct tc_log *log, uint64_t n_bytes, uint64_t expected, struct tc_error *err)
{
  FILE *published = fopen (log->path, "rb");
  if (published == NULL)
    return tc_fail (err, TC_EIO, "cannot read %s nor %s: %s", log->part, log->path,
                    strerror (errno));
  enum tc_status status = open_part (log, "wb", err);
  uint64_t hash;
  if (status == TC_OK && (!hash_prefix (published, log->stream, n_bytes, &hash)
                          || hash != expected))
    status = does_not_fit (log->path, err);
  fclose (published);
  return status;
}

/* Cuts loss.csv.part back to its first n_bytes.  */
static enum tc_status
cut_back (struct tc_log *log, uint64_t n_bytes, uint64_t expected, struct tc_error *err)
{
  enum tc_status status = open_part (log, "r+b", err);
  uint64_t hash;
  if (status != TC_OK)
    return status;
  if (!hash_prefix (log->stream, NULL, n_bytes, &hash) || hash != expected)
    return does_not_fit (log->part, err);
  if (ftruncate (fileno (log->stream), (off_t) n_bytes) != 0
      || fseeko (log->stream, (off_t) n_bytes, SEEK_SET) != 0)
    return cannot_write (log, errno, err);
  return TC_OK;
}

enum tc_status
tc_log_resume (struct tc_log *log, const char *folder, uint64_t n_bytes, uint64_t hash,
               struct tc_error *err)
{
  enum tc_status status = name_files (log, folder, err);
  if (status != TC_OK)
    return status;
  if (access (log->part, F_OK) == 0)
    status = cut_back (log, n_bytes, hash, err);
  else
    status = copy_back (log, n_bytes, hash, err);
  log->n_bytes = n_bytes;
  log->hash = hash;
  if (status != TC_OK)
    tc_log_close (log);
  return status;
}

/* ---- Writing ---- */

enum tc_status
tc_log_write (struct tc_log *log, const char *text, size_t n, struct tc_error *err)
{
  if (fwrite (text, 1, n, log->stream) != n)
    return cannot_write (log, errno, err);
  log->n_bytes += n;
  log->hash = tc_hash (log->hash, text, n);
  return TC_OK;
}

enum tc_status
tc_log_sync (struct tc_log *log, struct tc_error *err)
{
  if (fflush (log->stream) != 0
      || (fsync (fileno (log->stream)) != 0 && errno != EINVAL))
    return cannot_write (log, errno, err);
  return TC_OK;
}

enum tc_status
tc_log_publish (struct tc_log *log, struct tc_error *err)
{
  enum tc_status status = tc_log_sync (log, err);
  if (status == TC_OK)
    status = tc_file_publish (log->part, log->path, err);
  return status;
}

void
tc_log_close (struct tc_log *log)
{
  if (log->stream != NULL)
    fclose (log->stream);
  free (log->path);
  free (log->part);
  *log = (struct tc_log) { 0 };
}
