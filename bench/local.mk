# bench: matrix products against OpenBLAS and the core's peak. Not installed.
noinst_PROGRAMS += bin/tc-bench-kernels
bin_tc_bench_kernels_SOURCES = %D%/kernels.c %D%/peak.c %D%/peak.h %D%/shapes.h
bin_tc_bench_kernels_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/bench
# Without GSL, whose reference cblas would stand in for OpenBLAS's.
bin_tc_bench_kernels_LDADD = libtoycircuits.a $(ISA_LIBS)
if HAVE_OPENBLAS
bin_tc_bench_kernels_CPPFLAGS += -DHAVE_OPENBLAS $(OPENBLAS_CFLAGS)
bin_tc_bench_kernels_LDADD += $(OPENBLAS_LIBS)
endif
bin_tc_bench_kernels_LDADD += -lm

# Whole training steps, to put beside pytorch.py's.
noinst_PROGRAMS += bin/tc-bench
bin_tc_bench_SOURCES = \
  %D%/bench.c \
  %D%/party.c %D%/party.h \
  %D%/peak.c %D%/peak.h \
  %D%/scaling.c %D%/scaling.h \
  %D%/stepper.c %D%/stepper.h \
  %D%/subjects.c %D%/subjects.h \
  %D%/traffic.c %D%/traffic.h
bin_tc_bench_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/bench
bin_tc_bench_LDADD = libskip-trigram.a libinduction.a libaddition.a libmodular-addition.a \
  libpermutation.a libsort.a $(TC_LIBS)
EXTRA_DIST += %D%/NOTES.md %D%/compare.py %D%/jax_steps.py %D%/party.py %D%/pytorch.py \
  %D%/report.py
