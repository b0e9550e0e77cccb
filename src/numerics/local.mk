# numerics: the arithmetic everything stands on. Sees no other room.
libtoycircuits_a_SOURCES += \
  %D%/memory.c %D%/memory.h \
  %D%/compute.c %D%/compute.h \
  %D%/kernels.c %D%/kernels.h \
  %D%/crew.c %D%/crew.h \
  %D%/matmul.c %D%/matmul.h %D%/matmul_plan.h \
  %D%/elementary.c %D%/elementary.h \
  %D%/vector.c %D%/vector.h %D%/vector_kernels.h \
  %D%/causal.c %D%/causal.h \
  %D%/ranges.c %D%/ranges.h \
  %D%/selftest.c %D%/selftest.h \
  %D%/error.c %D%/error.h \
  %D%/hash.c %D%/hash.h \
  %D%/file.c %D%/file.h \
  %D%/text.c %D%/text.h \
  %D%/random.h %D%/mt19937.c %D%/mt19937_draw.h \
  %D%/random_torch.c %D%/random_cuda.c %D%/cephes.h %D%/random_numpy.c %D%/random_python.c \
  %D%/real.h

# Kernels are written once, under isa/, and compiled for each instruction set.
isa_sources = %D%/isa/isa.h %D%/isa/table.c \
  %D%/isa/matmul_kernel.c %D%/isa/matmul_tile.h %D%/isa/matmul_pack.h \
  %D%/isa/elementary_kernel.c %D%/isa/elementary_inline.h \
  %D%/isa/elementary_double.h %D%/isa/elementary_float.h \
  %D%/elementary_kernels.h \
  %D%/isa/vector_kernel.c %D%/isa/vector_rows.h %D%/isa/vector_activations.h \
  %D%/isa/vector_causal.h %D%/isa/vector_causal_dots.h %D%/isa/vector_causal_softmax.h \
  %D%/isa/vector_causal_sums.h %D%/isa/vector_columns.h %D%/isa/vector_slab.h \
  %D%/isa/vector_loss.h %D%/isa/vector_updates.h
ISA_LIBS = libisa_portable.a
noinst_LIBRARIES += libisa_portable.a
libisa_portable_a_SOURCES = $(isa_sources)
libisa_portable_a_CPPFLAGS = $(AM_CPPFLAGS) -DTC_ISA=portable
if HAVE_X86_64
ISA_LIBS += libisa_avx2.a libisa_avx512.a
noinst_LIBRARIES += libisa_avx2.a libisa_avx512.a
libisa_avx2_a_SOURCES = $(isa_sources)
libisa_avx2_a_CPPFLAGS = $(AM_CPPFLAGS) -DTC_ISA=avx2
libisa_avx2_a_CFLAGS = $(AM_CFLAGS) -mavx2 -mfma
libisa_avx512_a_SOURCES = $(isa_sources)
libisa_avx512_a_CPPFLAGS = $(AM_CPPFLAGS) -DTC_ISA=avx512
libisa_avx512_a_CFLAGS = $(AM_CFLAGS) -mavx512f -mavx512dq -mavx512vl -mavx512bw -mfma -mprefer-vector-width=512
endif
if HAVE_AARCH64
ISA_LIBS += libisa_neon.a
noinst_LIBRARIES += libisa_neon.a
libisa_neon_a_SOURCES = $(isa_sources)
libisa_neon_a_CPPFLAGS = $(AM_CPPFLAGS) -DTC_ISA=neon
endif
