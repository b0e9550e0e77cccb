# training: loss, optimisers, schedules, the loop and its run folder. Sees
# numerics and transformer.
libtoycircuits_a_SOURCES += \
  %D%/loss.c %D%/loss.h \
  %D%/optimizer.c %D%/optimizer.h \
  %D%/schedule.c %D%/schedule.h \
  %D%/trainer.c %D%/trainer.h \
  %D%/decoder.c %D%/learner.h \
  %D%/task.c %D%/task.h \
  %D%/checkpoint.c %D%/checkpoint.h \
  %D%/columns.c %D%/columns.h \
  %D%/folder.c %D%/folder.h \
  %D%/log.c %D%/log.h
