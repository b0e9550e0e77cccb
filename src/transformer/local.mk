# transformer: configuration, parameters, the decoder. Sees numerics.
libtoycircuits_a_SOURCES += \
  %D%/config.c %D%/config.h \
  %D%/params.c %D%/params.h \
  %D%/init.c \
  %D%/position.c %D%/position.h \
  %D%/batch.h \
  %D%/rows.c %D%/rows.h \
  %D%/hooks.c %D%/hooks.h %D%/hook_points.h \
  %D%/linear.c %D%/norm.c %D%/embed.c %D%/attention.c %D%/mlp.c %D%/layers.h \
  %D%/run.c %D%/run.h \
  %D%/model.c %D%/model.h
