#include "report/progress.h"

#include <time.h>
#include <unistd.h>

static const double redraw_terminal = 0.1, redraw_elsewhere = 5.0;   /* seconds */
enum { BAR_WIDTH = 20 };

static double
now (void)
{
  struct timespec time;
  clock_gettime (CLOCK_MONOTONIC, &time);
  return (double) time.tv_sec + 1e-9 * (double) time.tv_nsec;
}

void
tc_progress_start (struct tc_progress *progress, const char *label, int first_step,
                   int steps, bool quiet)
{
  *progress = (struct tc_progress) {
    .stream = stderr, .label = label, .steps = steps, .first_step = first_step,
    .step = first_step, .quiet = quiet, .is_terminal = isatty (STDERR_FILENO) == 1
  };
  progress->started = progress->last_drawn = now ();
}

/* "41s", "3m20s", "2h05m".  */
static void
write_duration (char *buffer, size_t size, double seconds)
{
  long s = seconds < 1e8 ? (long) (seconds + 0.5) : 100000000;
  if (s < 60)
    snprintf (buffer, size, "%lds", s);
  else if (s < 3600)
    snprintf (buffer, size, "%ldm%02lds", s / 60, s % 60);
  else
    snprintf (buffer, size, "%ldh%02ldm", s / 3600, s / 60 % 60);
}

static void
write_bar (char *bar, int step, int steps)
{
  int full = steps > 0 ? (int) ((long long) BAR_WIDTH * step / steps) : BAR_WIDTH;
  for (int i = 0; i < BAR_WIDTH; i++)
    bar[i] = i < full ? '#' : '.';
  bar[BAR_WIDTH] = '\0';
}

static void
draw (struct tc_progress *progress, double loss, double time)
{
  int step = progress->step, done = step - progress->first_step;
  double elapsed = time - progress->started;
  double rate = elapsed > 0.0 ? done / elapsed : 0.0;
  char left[32] = "?", bar[BAR_WIDTH + 1];
  if (rate > 0.0)
    write_duration (left, sizeof left, (progress->steps - step) / rate);
  write_bar (bar, step, progress->steps);
  if (progress->is_terminal)
    fprintf (progress->stream, "\r%s [%s] %d/%d  loss %.4g  %.4g steps/s  %s left\033[K",
             progress->label, bar, step, progress->steps, loss, rate, left);
  else
    fprintf (progress->stream, "%s: step %d of %d, loss %.4g, %.4g steps/s, %s left\n",
             progress->label, step, progress->steps, loss, rate, left);
  fflush (progress->stream);
  progress->last_drawn = time;
  progress->drawn = true;
}

void
tc_progress_update (struct tc_progress *progress, int step, double loss)
{
  progress->step = step + 1;
  if (progress->quiet)
    return;
  double time = now ();
  double interval = progress->is_terminal ? redraw_terminal : redraw_elsewhere;
  if (time - progress->last_drawn >= interval)
    draw (progress, loss, time);
}

void
tc_progress_finish (struct tc_progress *progress, double loss)
{
  if (progress->quiet)
    return;
  draw (progress, loss, now ());
  if (progress->is_terminal)
    {
      putc ('\n', progress->stream);
      fflush (progress->stream);
    }
}
