#ifndef TC_TRAINING_SCHEDULE_H
#define TC_TRAINING_SCHEDULE_H

/* Learning-rate schedules.  Warm-up is the notebooks' LambdaLR: factor
   min (step / warmup_steps, 1), so that step 0 has rate 0.  Plateau is
   torch.optim.lr_scheduler.ReduceLROnPlateau (mode min, threshold 1e-4
   relative, no cooldown, eps 1e-8), stepped with each step's training loss.
   Cosine falls from the base rate, after warm-up, to 0 at total_steps.  */

enum tc_schedule_kind { TC_LR_CONSTANT, TC_LR_WARMUP, TC_LR_PLATEAU, TC_LR_COSINE };
extern const char *const tc_schedule_names[];  /* "constant", "warmup", "plateau", "cosine" */

struct tc_schedule
{
  enum tc_schedule_kind kind;
  int warmup_steps;             /* warmup; also before cosine decay, 0 for none */
  int patience;                 /* plateau: bad steps tolerated */
  double factor, min_lr;        /* plateau */
  int total_steps;              /* cosine: rate falls to 0 there */
  /* State, saved in checkpoints.  */
  double best;                  /* plateau: lowest loss that counted */
  double lr;                    /* plateau: the rate now; negative: not reduced yet */
  int n_bad;                    /* plateau: steps since best */
};

/* Sets the state of a fresh run.  */
void tc_schedule_start (struct tc_schedule *schedule);
/* The rate of the update made at `step` (0-based).  */
double tc_schedule_lr (const struct tc_schedule *schedule, double base_lr, int step);
/* Tells the schedule the loss of that step, after its update.  */
void tc_schedule_observe (struct tc_schedule *schedule, double base_lr, double loss);

#endif
