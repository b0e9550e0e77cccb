/* Threads that share passes: every part is done once, by the thread it belongs
   to, whatever the number of threads and however long they had to wait.  */

#include "numerics/crew.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

enum { MOST_PARTS = 100 };

/* Counts of a pass, plain numbers: each has one writer.  */
struct tally
{
  int times[MOST_PARTS], thread[MOST_PARTS];
  pthread_t who[MOST_PARTS];
};

static void
count (const void *args, size_t part, int thread)
{
  struct tally *tally = *(struct tally *const *) args;
  tally->times[part]++;
  tally->thread[part] = thread;
  tally->who[part] = pthread_self ();
}

static void
expect_pass (struct tc_crew *crew, size_t n_parts)
{
  struct tally tally = { .times = { 0 } }, *address = &tally;
  const int n_threads = tc_crew_threads (crew);
  tc_crew_run (crew, n_parts, count, &address);
  for (size_t i = 0; i < MOST_PARTS; i++)
    cr_assert_eq (tally.times[i], i < n_parts, "part %zu of %zu: %d times", i, n_parts,
                  tally.times[i]);
  for (size_t i = 0; n_parts > 1 && i < n_parts; i++)
    {
      cr_assert_eq (tally.thread[i], (int) (i % (size_t) n_threads));
      for (size_t j = 0; j < i; j++)
        cr_assert_eq (pthread_equal (tally.who[i], tally.who[j]) != 0,
                      tally.thread[i] == tally.thread[j]);
    }
  if (n_parts > 0)
    cr_assert (pthread_equal (tally.who[0], pthread_self ()));
}

static struct tc_crew *
make_crew (int n_threads)
{
  struct tc_crew *crew = tc_crew_alloc (n_threads);
  cr_assert_not_null (crew);
  cr_assert_eq (tc_crew_threads (crew), n_threads);
  return crew;
}

Test (crew, does_every_part_once)
{
  static const int threads[] = { 1, 2, 3, 7, 16 };
  static const size_t parts[] = { 0, 1, 2, 3, 5, 16, 17, MOST_PARTS };
  for (size_t t = 0; t < sizeof threads / sizeof *threads; t++)
    {
      struct tc_crew *crew = make_crew (threads[t]);
      for (size_t p = 0; p < sizeof parts / sizeof *parts; p++)
        expect_pass (crew, parts[p]);
      tc_crew_free (crew);
    }
}

/* Rests let members fall asleep before some passes, others find them awake.  */
Test (crew, wakes_sleeping_members)
{
  struct tc_crew *crew = make_crew (3);
  for (int pass = 0; pass < 2000; pass++)
    {
      if (pass % 50 < 5)
        usleep (100u << pass % 5);
      expect_pass (crew, 3 + (size_t) pass % 4);
    }
  tc_crew_free (crew);
}

/* Its slowest part: the caller then falls asleep in turn.  */
static void
work_long (const void *args, size_t part, int thread)
{
  if (thread > 0)
    usleep (2000);
  count (args, part, thread);
}

Test (crew, waits_for_slow_members)
{
  struct tc_crew *crew = make_crew (2);
  for (int pass = 0; pass < 20; pass++)
    {
      struct tally tally = { .times = { 0 } }, *address = &tally;
      tc_crew_run (crew, 2, work_long, &address);
      cr_assert_eq (tally.times[0] + tally.times[1], 2);
    }
  tc_crew_free (crew);
}

/* A pass sees what the one before it wrote on other threads.  */
struct relay
{
  uint64_t *from, *to;
  size_t n;
};

static void
pass_on (const void *args, size_t part, int thread)
{
  const struct relay *relay = args;
  (void) thread;
  relay->to[part] = relay->from[(part + 1) % relay->n] + 1;
}

Test (crew, passes_see_earlier_passes)
{
  enum { N = 4, PASSES = 100000 };
  uint64_t a[N] = { 0 }, b[N];
  struct tc_crew *crew = make_crew (2);
  for (int pass = 0; pass < PASSES; pass += 2)
    {
      tc_crew_run (crew, N, pass_on, &(struct relay) { a, b, N });
      tc_crew_run (crew, N, pass_on, &(struct relay) { b, a, N });
    }
  for (int i = 0; i < N; i++)
    cr_assert_eq (a[i], PASSES);
  tc_crew_free (crew);
}

Test (crew, comes_and_goes)
{
  for (int i = 0; i < 200; i++)
    tc_crew_free (make_crew (1 + i % 5));
  tc_crew_free (NULL);
}

Test (crew, usable_threads)
{
  cr_assert_geq (tc_usable_threads (), 1);
}
