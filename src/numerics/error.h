#ifndef TC_NUMERICS_ERROR_H
#define TC_NUMERICS_ERROR_H

/* How the library reports failure.  It never prints and never exits: a
   function that can fail returns a status and, where the caller passed one,
   fills a struct tc_error with one sentence that names the file, line or
   option and what was expected.  Programs print that sentence and map the
   status to an exit status with tc_exit_status.  */

enum tc_status
{
  TC_OK = 0,
  TC_EINVAL,       /* the user asked for something impossible (exit status 2) */
  TC_EFORMAT,      /* a file is malformed or does not fit what reads it */
  TC_EIO,          /* the operating system refused to read or write */
  TC_ENOMEM,
  TC_ENONFINITE,   /* a loss or gradient is NaN or infinite */
  TC_EPLATFORM,    /* this machine breaks the arithmetic contract */
  TC_EINTERRUPTED  /* stopped by a signal, state saved */
};

enum { TC_MESSAGE_MAX = 1024 };

struct tc_error
{
  enum tc_status status;
  char message[TC_MESSAGE_MAX];
};

#if defined __GNUC__
# define TC_PRINTF(fmt, args) __attribute__ ((format (printf, fmt, args)))
# define TC_MUST_USE __attribute__ ((warn_unused_result))
#else
# define TC_PRINTF(fmt, args)
# define TC_MUST_USE
#endif

/* Records a failure in err (which may be NULL) and returns status, so that a
   failing function ends with `return tc_fail (err, TC_EIO, "...", ...);`.
   The message is lower case, without final period, cut at TC_MESSAGE_MAX. */
enum tc_status tc_fail (struct tc_error *err, enum tc_status status,
                        const char *format, ...) TC_PRINTF (3, 4);

/* 0 for TC_OK, 2 for misuse (TC_EINVAL), 130 for TC_EINTERRUPTED, else 1.  */
int tc_exit_status (enum tc_status status);

#endif
