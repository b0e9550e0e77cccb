/* The training loop: its files, its log, and that nothing stops it from ending
   in the same bytes.  */

#include "training/trainer.h"

#include "transformer/safetensors.h"

#include "toy_learner.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { STEPS = 40 };

/* A scratch folder per test, with subfolders "a", "b" ... for runs.  */
static char scratch[64];

static void
make_scratch (void)
{
  /* Thousands of fsyncs: in memory where there is such a folder.  */
  strcpy (scratch, access ("/dev/shm", W_OK) == 0 ? "/dev/shm/tc-trainer-XXXXXX"
                                                  : "/tmp/tc-trainer-XXXXXX");
  cr_assert_not_null (mkdtemp (scratch));
}

static void
remove_scratch (void)
{
  char command[128];
  snprintf (command, sizeof command, "rm -rf %s", scratch);
  cr_assert_eq (system (command), 0);
}

#define TRAINER_TEST(name) \
  Test (trainer, name, .init = make_scratch, .fini = remove_scratch)

static const char *
in_scratch (const char *name)
{
  static char path[4][128];
  static int next;
  next = (next + 1) % 4;
  snprintf (path[next], sizeof path[next], "%s/%s", scratch, name);
  return path[next];
}

static bool
exists (const char *name)
{
  return access (in_scratch (name), F_OK) == 0;
}

struct bytes { size_t n; char data[1 << 16]; };

static void
read_bytes (struct bytes *bytes, const char *name)
{
  FILE *stream = fopen (in_scratch (name), "rb");
  cr_assert_not_null (stream, "%s is missing", name);
  bytes->n = fread (bytes->data, 1, sizeof bytes->data - 1, stream);
  bytes->data[bytes->n] = '\0';
  fclose (stream);
}

static void
write_bytes (const struct bytes *bytes, const char *name)
{
  FILE *stream = fopen (in_scratch (name), "wb");
  cr_assert_eq (fwrite (bytes->data, 1, bytes->n, stream), bytes->n);
  fclose (stream);
}

static void
assert_same_file (const char *a, const char *b)
{
  static struct bytes x, y;
  read_bytes (&x, a);
  read_bytes (&y, b);
  cr_assert (x.n == y.n && memcmp (x.data, y.data, x.n) == 0, "%s and %s differ", a, b);
}

/* Results and final checkpoint of two runs.  */
static void
assert_same_run (const char *a, const char *b)
{
  static const char *const files[] = { "loss.csv", "model.safetensors", "run.json",
                                       "checkpoint.safetensors" };
  char x[64], y[64];
  for (size_t i = 0; i < sizeof files / sizeof *files; i++)
    {
      snprintf (x, sizeof x, "%s/%s", a, files[i]);
      snprintf (y, sizeof y, "%s/%s", b, files[i]);
      assert_same_file (x, y);
    }
}

/* A whole run; returns its status.  */
static enum tc_status
train_in (const char *name, struct tc_error *err)
{
  static struct toy toy;
  struct tc_trainer trainer = toy_trainer (&toy, in_scratch (name), STEPS);
  enum tc_status status = tc_train (&trainer, err);
  tc_compute_free (toy.compute);
  return status;
}

/* ---- What a run leaves ---- */

TRAINER_TEST (writes_its_folder)
{
  struct tc_error err;
  static struct bytes log;
  cr_assert_eq (train_in ("new/a", &err), TC_OK, "%s", err.message);
  cr_assert (exists ("new/a/model.safetensors") && exists ("new/a/checkpoint.safetensors"));
  cr_assert (!exists ("new/a/loss.csv.part") && !exists ("new/a/snapshots"));
  read_bytes (&log, "new/a/run.json");
  cr_assert_str_eq (log.data, "{\n  \"lr\": 0.1,\n  \"run\": \"toy\"\n}\n");
  read_bytes (&log, "new/a/loss.csv");
  const char *header =
    "# A toy\n"
    "# step: updates made before this row\n"
    "# loss: training loss before the update, nats per target\n"
    "# loss_even: mean over these targets only, nats\n"
    "# loss_odd: mean over these targets only, nats\n"
    "# test_loss: test loss before the update, nats per target\n"
    "# test_loss_even: mean over these targets only, nats\n"
    "# test_loss_odd: mean over these targets only, nats\n"
    "# lr: learning rate of the update\n"
    "# grad_norm: 2-norm of all gradients before clipping\n"
    "# seed 1\n"
    "step,loss,loss_even,loss_odd,test_loss,test_loss_even,test_loss_odd,lr,grad_norm\n0,";
  cr_assert_eq (strncmp (log.data, header, strlen (header)), 0, "%s", log.data);
  int rows = 0;
  for (const char *c = log.data; (c = strchr (c, '\n')) != NULL; c++)
    rows += c[1] >= '0' && c[1] <= '9';
  cr_assert_eq (rows, STEPS);
}

/* Row 0 is the initial parameters' loss: computed here from the definition.  */
TRAINER_TEST (row_zero_is_the_initial_loss)
{
  static struct toy toy;
  static struct bytes log;
  struct tc_error err;
  struct tc_batch batch;
  struct tc_trainer trainer = toy_trainer (&toy, in_scratch ("a"), 1);
  float initial[TOY_VOCAB * TOY_VOCAB];
  double expected[3] = { 0, 0, 0 }, count[3] = { 0, 0, 0 }, got[3];
  memcpy (initial, toy.data, sizeof initial);
  cr_assert_eq (tc_train (&trainer, &err), TC_OK);
  toy.train_stream = 1;
  toy_draw (&toy, &toy.train_stream, &batch);
  for (int i = 0; i < TOY_BATCH; i++)
    {
      const float *row = initial + TOY_VOCAB * toy.tokens[i];
      double sum = 0;
      for (int v = 0; v < TOY_VOCAB; v++)
        sum += exp ((double) row[v]);
      double nll = log1p (sum - 1) - (double) row[toy.target[i]];
      expected[0] += nll;
      count[0]++;
      expected[1 + toy.group[i]] += nll;
      count[1 + toy.group[i]]++;
    }
  read_bytes (&log, "a/loss.csv");
  const char *row = strstr (log.data, "\n0,");
  cr_assert_eq (sscanf (row, "\n0,%lf,%lf,%lf,", &got[0], &got[1], &got[2]), 3);
  for (int i = 0; i < 3; i++)
    cr_assert_float_eq (got[i], expected[i] / count[i], 1e-14);
  tc_compute_free (toy.compute);
}

static void
accuracy_column (const struct tc_batch *batch, const tc_real *const *logits, double *values,
                 void *user)
{
  (void) logits;
  *(int *) user += 1;
  values[0] = (double) batch->n_targets;
}

TRAINER_TEST (logs_and_tests_when_asked)
{
  static struct toy toy;
  static struct bytes log;
  static const char *const names[] = { "size" }, *const meanings[] = { "targets" };
  struct tc_error err;
  int calls = 0;
  struct tc_trainer trainer = toy_trainer (&toy, in_scratch ("a"), 10);
  trainer.options.log_every = 3;
  trainer.options.test_every = 6;
  trainer.options.test_after_update = true;
  trainer.options.schedule.kind = TC_LR_CONSTANT;
  trainer.options.optimizer.max_grad_norm = 0;
  trainer.n_extra = 1;
  trainer.extra_names = names;
  trainer.extra_meanings = meanings;
  trainer.extra = accuracy_column;
  trainer.user = &calls;
  cr_assert_eq (tc_train (&trainer, &err), TC_OK);
  cr_assert_eq (calls, 4);
  read_bytes (&log, "a/loss.csv");
  cr_assert_not_null (strstr (log.data, "# test_loss: test loss after the update"));
  const char *row = strstr (log.data, "\nstep,loss,loss_even,loss_odd,test_loss,"
                                      "test_loss_even,test_loss_odd,size\n0,");
  cr_assert_not_null (row);
  cr_assert_null (strstr (log.data, "\n1,"));
  row = strstr (log.data, "\n3,");
  cr_assert_not_null (row);
  cr_assert_not_null (strstr (row, ",,,,8\n6,"), "step 3 has no test: %s", row);
  cr_assert_null (strstr (strstr (row, "\n6,"), ",,,,8\n9,"), "step 6 has one");
  cr_assert_not_null (strstr (row, "\n9,"));
  tc_compute_free (toy.compute);
}

TRAINER_TEST (stops_below_a_test_loss)
{
  static struct toy toy;
  static struct bytes log;
  struct tc_error err;
  struct tc_trainer trainer = toy_trainer (&toy, in_scratch ("a"), 1000);
  trainer.options.stop_below = 0.5;
  cr_assert_eq (tc_train (&trainer, &err), TC_OK);
  read_bytes (&log, "a/loss.csv");
  double loss = 1, test = 1, before = 1;
  int step = -1;
  for (const char *row = strstr (log.data, "\n0,"); row != NULL && row[1] != '\0';
       row = strchr (row + 1, '\n'))
    {
      before = test;
      cr_assert_eq (sscanf (row, "\n%d,%lf,%*[^,],%*[^,],%lf", &step, &loss, &test), 3);
    }
  cr_assert (step < 999 && test < 0.5 && before >= 0.5);
  cr_assert (exists ("a/model.safetensors"));
  tc_compute_free (toy.compute);
}

TRAINER_TEST (keeps_snapshots)
{
  static struct toy toy;
  struct tc_error err;
  struct tc_trainer trainer = toy_trainer (&toy, in_scratch ("a"), 20);
  float initial[TOY_VOCAB * TOY_VOCAB + 2];
  trainer.options.snapshot_every = 10;
  memcpy (initial, toy.data, sizeof initial);
  cr_assert_eq (tc_train (&trainer, &err), TC_OK);
  cr_assert (!exists ("a/snapshots.part") && !exists ("a/snapshots/step-000005.safetensors"));
  assert_same_file ("a/snapshots/step-000020.safetensors", "a/model.safetensors");
  cr_assert (exists ("a/snapshots/step-000010.safetensors"));
  cr_assert_eq (tc_params_load (in_scratch ("a/snapshots/step-000000.safetensors"),
                                &toy.params, &err), TC_OK);
  cr_assert_eq (memcmp (initial, toy.data, sizeof initial), 0);
  /* A run that keeps none leaves none of an earlier one.  */
  cr_assert_eq (train_in ("a", &err), TC_OK);
  cr_assert (!exists ("a/snapshots"));
  tc_compute_free (toy.compute);
}

TRAINER_TEST (options_that_make_no_sense_are_named)
{
  static struct toy toy;
  struct tc_error err;
  struct tc_trainer trainer = toy_trainer (&toy, in_scratch ("a"), 20);
  trainer.task.next_test = NULL;
  cr_assert_eq (tc_train (&trainer, &err), TC_EINVAL);
  cr_assert_str_eq (err.message, "test-every: this task has no test data; expected 0");
  trainer.options.test_every = 0;
  trainer.options.stop_below = 1;
  cr_assert_eq (tc_train (&trainer, &err), TC_EINVAL);
  cr_assert_str_eq (err.message, "stop-below needs test-every of at least 1");
  cr_assert (!exists ("a"));
  tc_compute_free (toy.compute);
}

/* ---- Stopping and going on ---- */

static volatile sig_atomic_t stop_flag;
static int stop_at;

static void
stop_at_step (const struct tc_step_record *record, void *user)
{
  (void) user;
  if (record->step == stop_at)
    stop_flag = 1;
}

static void
die_at_step (const struct tc_step_record *record, void *user)
{
  (void) user;
  if (record->step == stop_at)
    raise (SIGKILL);
}

TRAINER_TEST (interrupted_at_any_step_resumes_to_the_same_bytes)
{
  static struct toy toy;
  struct tc_error err;
  char expected[256];
  cr_assert_eq (train_in ("whole", &err), TC_OK);
  for (stop_at = 0; stop_at < STEPS; stop_at++)
    {
      struct tc_trainer trainer = toy_trainer (&toy, in_scratch ("cut"), STEPS);
      stop_flag = 0;
      trainer.stop = &stop_flag;
      trainer.progress = stop_at_step;
      enum tc_status status = tc_train (&trainer, &err);
      tc_compute_free (toy.compute);
      /* Asked to stop after the last step, it is done instead.  */
      cr_assert_eq (status, stop_at == STEPS - 1 ? TC_OK : TC_EINTERRUPTED);
      if (status == TC_OK)
        break;
      snprintf (expected, sizeof expected, "interrupted after %d of %d steps; the state is in "
                "%s, and --resume continues from it", stop_at + 1, STEPS,
                in_scratch ("cut/checkpoint.safetensors"));
      cr_assert_str_eq (err.message, expected);
      struct tc_trainer again = toy_trainer (&toy, in_scratch ("cut"), STEPS);
      again.resume = true;
      cr_assert_eq (tc_train (&again, &err), TC_OK, "%s", err.message);
      tc_compute_free (toy.compute);
      assert_same_run ("whole", "cut");
    }
}

/* Trains in a child that may die; true if it ended by itself.  */
static bool
train_in_child (const char *name, bool resume, int die_at, useconds_t kill_after)
{
  pid_t child = fork ();
  cr_assert (child >= 0);
  if (child == 0)
    {
      static struct toy toy;
      struct tc_error err;
      struct tc_trainer trainer = toy_trainer (&toy, in_scratch (name), STEPS);
      trainer.options.checkpoint_every = 3;
      trainer.options.snapshot_every = 4;
      trainer.resume = resume;
      stop_at = die_at;
      if (die_at >= 0)
        trainer.progress = die_at_step;
      _exit (tc_train (&trainer, &err) == TC_OK ? 0 : 1);
    }
  int status;
  if (kill_after > 0)
    {
      usleep (kill_after);
      kill (child, SIGKILL);
    }
  cr_assert_eq (waitpid (child, &status, 0), child);
  cr_assert (!WIFEXITED (status) || WEXITSTATUS (status) == 0, "training failed");
  return WIFEXITED (status);
}

TRAINER_TEST (killed_at_any_step_resumes_to_the_same_bytes)
{
  cr_assert (train_in_child ("whole", false, -1, 0));
  for (int step = 0; step < STEPS; step += 3)
    {
      cr_assert (!train_in_child ("killed", false, step, 0));
      cr_assert (!train_in_child ("killed", true, step < 30 ? step + 7 : STEPS - 1, 0));
      cr_assert (train_in_child ("killed", true, -1, 0));
      assert_same_run ("whole", "killed");
      assert_same_file ("whole/snapshots/step-000004.safetensors",
                        "killed/snapshots/step-000004.safetensors");
      assert_same_file ("whole/snapshots/step-000040.safetensors",
                        "killed/snapshots/step-000040.safetensors");
    }
}

/* Also in the middle of writing: checkpoints, snapshots, publication.  */
TRAINER_TEST (killed_at_any_moment_resumes_to_the_same_bytes)
{
  uint64_t state = 5;
  int killed = 0;
  struct timespec start, end;
  clock_gettime (CLOCK_MONOTONIC, &start);
  cr_assert (train_in_child ("whole", false, -1, 0));
  clock_gettime (CLOCK_MONOTONIC, &end);
  double whole = 1e6 * (double) (end.tv_sec - start.tv_sec)
                 + 1e-3 * (double) (end.tv_nsec - start.tv_nsec);
  for (int trial = 0; trial < 40; trial++)
    {
      useconds_t wait = (useconds_t) (1 + (stream_value (&state) + 1) * 0.4 * whole);
      if (train_in_child ("killed", true, -1, wait))
        {
          assert_same_run ("whole", "killed");
          cr_assert_eq (unlink (in_scratch ("killed/checkpoint.safetensors")), 0);
          whole *= 0.8;         /* the first run may have been a slow one */
        }
      else
        killed++;
    }
  cr_assert (killed > 3, "only %d of 40 were killed", killed);
  cr_assert (train_in_child ("killed", true, -1, 0));
  assert_same_run ("whole", "killed");
  assert_same_file ("whole/snapshots/step-000024.safetensors",
                    "killed/snapshots/step-000024.safetensors");
}

TRAINER_TEST (a_finished_run_resumes_to_itself)
{
  cr_assert (train_in_child ("whole", false, -1, 0));
  cr_assert (train_in_child ("twice", false, -1, 0));
  cr_assert (train_in_child ("twice", true, -1, 0));
  assert_same_run ("whole", "twice");
  assert_same_file ("whole/snapshots/step-000004.safetensors",
                    "twice/snapshots/step-000004.safetensors");
}

/* Interrupts a run at step 20, leaving checkpoint and log in "cut".  */
static void
leave_unfinished (void)
{
  static struct toy toy;
  struct tc_error err;
  struct tc_trainer trainer = toy_trainer (&toy, in_scratch ("cut"), STEPS);
  stop_flag = 0;
  stop_at = 20;
  trainer.stop = &stop_flag;
  trainer.progress = stop_at_step;
  cr_assert_eq (tc_train (&trainer, &err), TC_EINTERRUPTED);
  tc_compute_free (toy.compute);
}

static enum tc_status
resume_cut (const char *run_json, struct tc_error *err)
{
  static struct toy toy;
  struct tc_trainer trainer = toy_trainer (&toy, in_scratch ("cut"), STEPS);
  trainer.resume = true;
  if (run_json != NULL)
    trainer.run_json = run_json;
  enum tc_status status = tc_train (&trainer, err);
  tc_compute_free (toy.compute);
  return status;
}

TRAINER_TEST (a_new_run_leaves_earlier_results_until_it_ends)
{
  struct tc_error err;
  cr_assert_eq (train_in ("whole", &err), TC_OK);
  cr_assert_eq (train_in ("cut", &err), TC_OK);
  leave_unfinished ();
  assert_same_file ("whole/loss.csv", "cut/loss.csv");
  assert_same_file ("whole/model.safetensors", "cut/model.safetensors");
  assert_same_file ("whole/run.json", "cut/run.json");
}

TRAINER_TEST (another_runs_checkpoint_is_refused)
{
  struct tc_error err;
  char expected[512];
  leave_unfinished ();
  cr_assert_eq (resume_cut ("{\n  \"lr\": 0.25,\n  \"run\": \"toy\"\n}\n", &err), TC_EINVAL);
  snprintf (expected, sizeof expected, "%s belongs to a run with other options: it has "
            "\"lr\": 0.1, this run \"lr\": 0.25; --resume continues only the same run",
            in_scratch ("cut/checkpoint.safetensors"));
  cr_assert_str_eq (err.message, expected);
  cr_assert_eq (resume_cut (NULL, &err), TC_OK);
}

/* ---- Damage ---- */

TRAINER_TEST (every_flipped_bit_is_found)
{
  static struct bytes good, bad;
  struct tc_error err;
  uint64_t state = 11;
  leave_unfinished ();
  read_bytes (&good, "cut/checkpoint.safetensors");
  for (int trial = 0; trial < 600; trial++)
    {
      /* Half of them in the header, which is where a parser can be fooled.  */
      size_t range = trial % 2 == 0 ? 700 : good.n;
      size_t bit = (size_t) ((stream_value (&state) + 1) * 4 * (double) range);
      bad = good;
      bad.data[bit / 8] ^= (char) (1 << bit % 8);
      write_bytes (&bad, "cut/checkpoint.safetensors");
      enum tc_status status = resume_cut (NULL, &err);
      cr_assert (status == TC_EFORMAT, "bit %zu of byte %zu went unnoticed (status %d)",
                 bit % 8, bit / 8, status);
    }
  write_bytes (&good, "cut/checkpoint.safetensors");
  cr_assert_eq (resume_cut (NULL, &err), TC_OK);
}

TRAINER_TEST (every_truncation_is_found)
{
  static struct bytes good, bad;
  struct tc_error err;
  leave_unfinished ();
  read_bytes (&good, "cut/checkpoint.safetensors");
  for (size_t n = 0; n < good.n; n += 37)
    {
      bad = good;
      bad.n = n;
      write_bytes (&bad, "cut/checkpoint.safetensors");
      cr_assert_eq (resume_cut (NULL, &err), TC_EFORMAT, "%zu bytes were accepted", n);
    }
}

TRAINER_TEST (a_damaged_log_is_found)
{
  static struct bytes good, bad;
  struct tc_error err;
  char expected[512];
  leave_unfinished ();
  snprintf (expected, sizeof expected, "%s does not begin as the checkpoint beside it expects; "
            "train afresh, without --resume", in_scratch ("cut/loss.csv.part"));
  read_bytes (&good, "cut/loss.csv.part");
  bad = good;
  bad.data[good.n / 2] ^= 1;
  write_bytes (&bad, "cut/loss.csv.part");
  cr_assert_eq (resume_cut (NULL, &err), TC_EFORMAT);
  cr_assert_str_eq (err.message, expected);
  bad = good;
  bad.n--;
  write_bytes (&bad, "cut/loss.csv.part");
  cr_assert_eq (resume_cut (NULL, &err), TC_EFORMAT);
  cr_assert_str_eq (err.message, expected);
  cr_assert_eq (unlink (in_scratch ("cut/loss.csv.part")), 0);
  cr_assert_eq (resume_cut (NULL, &err), TC_EIO);
}

/* ---- Losses that are not finite ---- */

TRAINER_TEST (a_loss_that_is_not_finite_stops_the_run)
{
  static struct toy toy;
  struct tc_error err;
  char expected[512];
  struct tc_trainer trainer = toy_trainer (&toy, in_scratch ("a"), STEPS);
  trainer.options.test_every = 0;
  trainer.options.checkpoint_every = 4;
  toy.poison_logits_at = 6;
  cr_assert_eq (tc_train (&trainer, &err), TC_ENONFINITE);
  snprintf (expected, sizeof expected, "the loss is not finite at step 6: all parameters are "
            "finite, the logits are not; the last good checkpoint is %s, of step 4",
            in_scratch ("a/checkpoint.safetensors"));
  cr_assert_str_eq (err.message, expected);
  cr_assert (!exists ("a/model.safetensors"));
  tc_compute_free (toy.compute);
}

TRAINER_TEST (a_parameter_that_is_not_finite_is_named_and_never_saved)
{
  static struct toy toy;
  struct tc_error err;
  struct tc_trainer trainer = toy_trainer (&toy, in_scratch ("a"), STEPS);
  trainer.options.optimizer.max_grad_norm = 0;
  trainer.options.test_every = 0;
  toy.poison_param_at = 6;
  cr_assert_eq (tc_train (&trainer, &err), TC_ENONFINITE);
  cr_assert_str_eq (err.message, "the loss is not finite at step 7: tensor W is the first that "
                                 "is not finite; there is no checkpoint yet");
  tc_compute_free (toy.compute);
  trainer = toy_trainer (&toy, in_scratch ("a"), STEPS);
  trainer.options.optimizer.max_grad_norm = 0;
  trainer.options.test_every = 0;
  trainer.options.checkpoint_every = 1;
  toy.poison_param_at = 6;
  cr_assert_eq (tc_train (&trainer, &err), TC_ENONFINITE);
  cr_assert_eq (strncmp (err.message, "a parameter is not finite at step 7: tensor W ", 46), 0,
                "%s", err.message);
  tc_compute_free (toy.compute);
}

/* ---- Disks ---- */

TRAINER_TEST (a_folder_that_cannot_be_made_is_named)
{
  struct tc_error err;
  static const struct bytes file = { .n = 1, .data = "x" };
  char expected[256];
  write_bytes (&file, "file");
  cr_assert_eq (train_in ("file", &err), TC_EIO);
  snprintf (expected, sizeof expected, "cannot create folder %s: Not a directory",
            in_scratch ("file"));
  cr_assert_str_eq (err.message, expected);
}

/* A limit on the size of files plays the full disk; it cannot be lifted again,
   hence the child.  */
static int
train_with_limit (rlim_t limit, const char *name, char *message)
{
  int ends[2];
  cr_assert_eq (pipe (ends), 0);
  pid_t child = fork ();
  if (child == 0)
    {
      static struct toy toy;
      struct tc_error err = { .message = "" };
      struct rlimit size = { limit, limit };
      signal (SIGXFSZ, SIG_IGN);
      setrlimit (RLIMIT_FSIZE, &size);
      struct tc_trainer trainer = toy_trainer (&toy, in_scratch (name), STEPS);
      trainer.options.checkpoint_every = 1;
      enum tc_status status = tc_train (&trainer, &err);
      _exit (write (ends[1], err.message, TC_MESSAGE_MAX) > 0 ? (int) status : 99);
    }
  int status;
  close (ends[1]);
  cr_assert (read (ends[0], message, TC_MESSAGE_MAX) > 0);
  close (ends[0]);
  waitpid (child, &status, 0);
  return WEXITSTATUS (status);
}

TRAINER_TEST (a_full_disk_leaves_earlier_results)
{
  struct tc_error err;
  char message[TC_MESSAGE_MAX], expected[512];
  cr_assert_eq (train_in ("whole", &err), TC_OK);
  cr_assert_eq (train_in ("a", &err), TC_OK);
  /* The log outgrows 3000 bytes, the checkpoint does not.  */
  cr_assert_eq (train_with_limit (3000, "a", message), TC_EIO);
  snprintf (expected, sizeof expected, "cannot write %s: File too large",
            in_scratch ("a/loss.csv.part"));
  cr_assert_str_eq (message, expected);
  assert_same_file ("whole/loss.csv", "a/loss.csv");
  assert_same_file ("whole/model.safetensors", "a/model.safetensors");
  /* With room again the run goes on from its last checkpoint.  */
  static struct toy toy;
  struct tc_trainer trainer = toy_trainer (&toy, in_scratch ("a"), STEPS);
  trainer.resume = true;
  cr_assert_eq (tc_train (&trainer, &err), TC_OK, "%s", err.message);
  assert_same_run ("whole", "a");
  tc_compute_free (toy.compute);
}

TRAINER_TEST (a_full_disk_at_a_checkpoint_is_named)
{
  char message[TC_MESSAGE_MAX], expected[512];
  cr_assert_eq (train_with_limit (1000, "a", message), TC_EIO);
  snprintf (expected, sizeof expected, "cannot write %s: File too large",
            in_scratch ("a/loss.csv.part"));
  if (strcmp (message, expected) != 0)
    {
      snprintf (expected, sizeof expected, "cannot write %s: File too large",
                in_scratch ("a/checkpoint.safetensors"));
      cr_assert_str_eq (message, expected);
    }
}

/* ---- Memory ---- */

#if defined __has_feature
# if __has_feature (address_sanitizer)
#  define HAVE_ASAN 1
# endif
#endif
#if defined __GLIBC__ && !defined __SANITIZE_ADDRESS__ && !defined HAVE_ASAN
void *__libc_malloc (size_t);
void *__libc_calloc (size_t, size_t);
void *__libc_realloc (void *, size_t);
static unsigned long n_allocations;

void *
malloc (size_t n)
{
  n_allocations++;
  return __libc_malloc (n);
}

void *
calloc (size_t n, size_t size)
{
  n_allocations++;
  return __libc_calloc (n, size);
}

void *
realloc (void *p, size_t n)
{
  n_allocations++;
  return __libc_realloc (p, n);
}

static unsigned long after_first, after_last;

static void
count_allocations (const struct tc_step_record *record, void *user)
{
  (void) user;
  if (record->step == 0)
    after_first = n_allocations;
  after_last = n_allocations;
}

TRAINER_TEST (a_step_allocates_nothing)
{
  static struct toy toy;
  struct tc_error err;
  struct tc_trainer trainer = toy_trainer (&toy, in_scratch ("a"), STEPS);
  trainer.progress = count_allocations;
  cr_assert_eq (tc_train (&trainer, &err), TC_OK);
  cr_assert (after_first > 0);
  cr_assert_eq (after_last - after_first, 0, "%lu allocations", after_last - after_first);
  tc_compute_free (toy.compute);
}
#endif
