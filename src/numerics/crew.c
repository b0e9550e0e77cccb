#define _GNU_SOURCE             /* sched_getaffinity */

#include "numerics/crew.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#ifdef __linux__
# include <sched.h>
#endif

/* Looks at a counter before a thread goes to sleep, some 100 microseconds: so
   nobody sleeps between the passes of a step, whose serial parts are shorter, and
   a busy machine, where one member waits for its turn on a core, loses no more.  */
enum { LOOKS = 4000, CACHE_LINE = 64 };

/* What one thread waits for and others change, on a line of its own.  */
struct signpost
{
  _Alignas (CACHE_LINE) atomic_uint count;
  atomic_int sleepers;
  pthread_mutex_t mutex;
  pthread_cond_t changed;
};

struct member
{
  struct tc_crew *crew;
  pthread_t thread;
  int number;
};

struct tc_crew
{
  struct signpost passes;       /* begun so far */
  struct signpost working;      /* members that have not finished the pass */
  _Alignas (CACHE_LINE) tc_crew_function *f;    /* of the pass; NULL: go home */
  const void *args;
  size_t n_parts;
  int n_threads, n_started;
  struct member *members;       /* [n_threads - 1] */
};

/* --- Waiting --- */

static bool
signpost_init (struct signpost *s)
{
  atomic_init (&s->count, 0);
  atomic_init (&s->sleepers, 0);
  return pthread_mutex_init (&s->mutex, NULL) == 0
         && pthread_cond_init (&s->changed, NULL) == 0;
}

static void
signpost_destroy (struct signpost *s)
{
  pthread_mutex_destroy (&s->mutex);
  pthread_cond_destroy (&s->changed);
}

static inline void
look_away (void)
{
#if defined __x86_64__ || defined __i386__
  __builtin_ia32_pause ();
#elif defined __aarch64__
  __asm__ volatile ("isb");
#endif
}

/* Whether `count` is (or, if not `equal`, is no longer) `value`.  */
static inline bool
has_come (struct signpost *s, unsigned value, bool equal)
{
  return (atomic_load (&s->count) == value) == equal;
}

static void
await (struct signpost *s, unsigned value, bool equal)
{
  for (int look = 0; look < LOOKS; look++)
    {
      if (has_come (s, value, equal))
        return;
      look_away ();
    }
  pthread_mutex_lock (&s->mutex);
  atomic_fetch_add (&s->sleepers, 1);
  while (!has_come (s, value, equal))
    pthread_cond_wait (&s->changed, &s->mutex);
  atomic_fetch_sub (&s->sleepers, 1);
  pthread_mutex_unlock (&s->mutex);
}

/* After `count` was changed.  Who was about to sleep either is counted by now,
   or counts itself before it looks for the last time.  */
static void
wake (struct signpost *s)
{
  if (atomic_load (&s->sleepers) == 0)
    return;
  pthread_mutex_lock (&s->mutex);
  pthread_cond_broadcast (&s->changed);
  pthread_mutex_unlock (&s->mutex);
}

/* --- Working --- */

static void
do_parts (const struct tc_crew *crew, int thread)
{
  for (size_t i = (size_t) thread; i < crew->n_parts; i += (size_t) crew->n_threads)
    crew->f (crew->args, i, thread);
}

static void *
member_main (void *arg)
{
  const struct member *member = arg;
  struct tc_crew *crew = member->crew;
  for (unsigned seen = 0;; seen++)
    {
      await (&crew->passes, seen, false);
      if (crew->f == NULL)
        return NULL;
      do_parts (crew, member->number);
      if (atomic_fetch_sub (&crew->working.count, 1) == 1)
        wake (&crew->working);
    }
}

static void
begin_pass (struct tc_crew *crew, size_t n_parts, tc_crew_function *f, const void *args)
{
  crew->f = f;
  crew->args = args;
  crew->n_parts = n_parts;
  atomic_store (&crew->working.count, (unsigned) crew->n_started);
  atomic_fetch_add (&crew->passes.count, 1);
  wake (&crew->passes);
}

void
tc_crew_run (struct tc_crew *crew, size_t n_parts, tc_crew_function *f, const void *args)
{
  if (n_parts <= 1 || crew->n_threads == 1)
    {
      for (size_t i = 0; i < n_parts; i++)
        f (args, i, 0);
      return;
    }
  begin_pass (crew, n_parts, f, args);
  do_parts (crew, 0);
  await (&crew->working, 0, true);
}

/* --- Coming and going --- */

int
tc_usable_threads (void)
{
#ifdef __linux__
  cpu_set_t set;
  if (sched_getaffinity (0, sizeof set, &set) == 0)
    return CPU_COUNT (&set);
#endif
  long n = sysconf (_SC_NPROCESSORS_ONLN);
  return n < 1 ? 1 : (int) n;
}

int
tc_crew_threads (const struct tc_crew *crew)
{
  return crew->n_threads;
}

/* Signals are the caller's: members block them all.  */
static bool
start_members (struct tc_crew *crew)
{
  sigset_t all, old;
  sigfillset (&all);
  pthread_sigmask (SIG_BLOCK, &all, &old);
  bool started = true;
  for (int i = 0; i < crew->n_threads - 1 && started; i++)
    {
      crew->members[i] = (struct member) { .crew = crew, .number = i + 1 };
      started = pthread_create (&crew->members[i].thread, NULL, member_main,
                                &crew->members[i]) == 0;
      crew->n_started += started;
    }
  pthread_sigmask (SIG_SETMASK, &old, NULL);
  return started;
}

struct tc_crew *
tc_crew_alloc (int n_threads)
{
  struct tc_crew *crew = aligned_alloc (CACHE_LINE, sizeof *crew);
  if (crew == NULL)
    return NULL;
  crew->n_threads = n_threads;
  crew->n_started = 0;
  crew->members = calloc ((size_t) n_threads, sizeof *crew->members);
  if (crew->members == NULL || !signpost_init (&crew->passes)
      || !signpost_init (&crew->working))
    {
      free (crew->members);
      free (crew);
      return NULL;
    }
  if (!start_members (crew))
    {
      tc_crew_free (crew);
      return NULL;
    }
  return crew;
}

void
tc_crew_free (struct tc_crew *crew)
{
  if (crew == NULL)
    return;
  begin_pass (crew, 0, NULL, NULL);
  for (int i = 0; i < crew->n_started; i++)
    pthread_join (crew->members[i].thread, NULL);
  signpost_destroy (&crew->passes);
  signpost_destroy (&crew->working);
  free (crew->members);
  free (crew);
}
