# experiments: their common frame, then a block for each.
libtoycircuits_a_SOURCES += \
  %D%/experiment.h \
  %D%/program.h %D%/train.c %D%/analyse.c \
  %D%/frame.c %D%/frame.h \
  %D%/options.c %D%/setup.c %D%/setup.h \
  %D%/session.c %D%/session.h

experiments += skip-trigram
skip_trigram_runs = infinite finite minimal minimal-sgd
skip_trigram_quick = $(skip_trigram_runs)
skip_trigram_threads = 1
