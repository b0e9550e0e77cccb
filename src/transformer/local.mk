# transformer: configuration, parameters, the decoder. Sees numerics.
libtoycircuits_a_SOURCES += \
  %D%/config.c %D%/config.h \
  %D%/params.c %D%/params.h \
  %D%/init.c \
  %D%/position.c %D%/position.h \
  %D%/batch.h \
  %D%/rows.c %D%/rows.h \
  %D%/hooks.c %D%/hooks.h %D%/hook_points.h \
  %D%/linear.c %D%/norm.c %D%/embed.c %D%/heads.c %D%/attention.c %D%/mlp.c \
  %D%/layers.h \
  %D%/run.c %D%/run.h \
  %D%/model.c %D%/model.h %D%/work.c \
  %D%/safetensors.c %D%/params_file.c %D%/safetensors.h

# The same sources in double, portable kernels only: tests compare every
# gradient with finite differences to a precision that float cannot show.
check_LIBRARIES += libtoycircuits64.a
libtoycircuits64_a_CPPFLAGS = $(AM_CPPFLAGS) -DTC_REAL_DOUBLE -DTC_ISA=portable
libtoycircuits64_a_SOURCES = \
  src/numerics/error.c src/numerics/memory.c src/numerics/compute.c src/numerics/crew.c \
  src/numerics/kernels.c src/numerics/matmul.c src/numerics/elementary.c src/numerics/random_torch.c \
  src/numerics/selftest.c src/numerics/vector.c src/numerics/causal.c src/numerics/ranges.c \
  src/numerics/isa/table.c src/numerics/isa/matmul_kernel.c \
  src/numerics/isa/elementary_kernel.c src/numerics/isa/vector_kernel.c \
  %D%/config.c %D%/params.c %D%/init.c %D%/position.c %D%/rows.c %D%/hooks.c \
  %D%/linear.c %D%/norm.c %D%/embed.c %D%/heads.c %D%/attention.c %D%/mlp.c %D%/run.c \
  %D%/model.c
