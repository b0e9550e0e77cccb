#ifndef TC_NUMERICS_CREW_H
#define TC_NUMERICS_CREW_H

#include <stddef.h>

/* Private to the numerics room: threads that stand by for shared passes.

   A training step is a few dozen passes of some microseconds each.  Starting
   one must therefore cost next to nothing: who waits, watches a counter for a
   moment, and sleeps only if nothing comes.  (An OpenMP region costs six times
   as much here, and its waiting threads keep watching: on a busy machine, where
   one of them waits for its turn on a core, every pass then lasts as long as
   the scheduler lets the watcher run.)  */
struct tc_crew;

/* One part of a pass, done by one thread of the crew.  */
typedef void tc_crew_function (const void *args, size_t part, int thread);

/* A crew of n_threads, the caller counted in; NULL without memory or threads.
   Free with tc_crew_free.  */
struct tc_crew *tc_crew_alloc (int n_threads);
void tc_crew_free (struct tc_crew *crew);

int tc_crew_threads (const struct tc_crew *crew);

/* Calls f on parts 0 ... n_parts - 1, part i on thread i modulo the crew's
   size, thread 0 being the caller; returns when all are done.  */
void tc_crew_run (struct tc_crew *crew, size_t n_parts, tc_crew_function *f,
                  const void *args);

/* Threads that this process may use at a time.  */
int tc_usable_threads (void);

#endif
