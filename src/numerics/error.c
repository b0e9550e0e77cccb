#include "numerics/error.h"

#include <stdarg.h>
#include <stdio.h>

enum tc_status
tc_fail (struct tc_error *err, enum tc_status status, const char *format, ...)
{
  if (err != NULL)
    {
      va_list args;
      va_start (args, format);
      err->status = status;
      vsnprintf (err->message, sizeof err->message, format, args);
      va_end (args);
    }
  return status;
}

int
tc_exit_status (enum tc_status status)
{
  switch (status)
    {
    case TC_OK:           return 0;
    case TC_EINVAL:       return 2;
    case TC_EINTERRUPTED: return 130;
    default:              return 1;
    }
}
