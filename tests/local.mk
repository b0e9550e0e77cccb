# tests

# One Criterion program per module.  Its source is <name>.c; what else it needs is
# said below the list.
criterion_tests = \
  tests/test_matmul tests/test_crew tests/test_compute tests/test_random tests/test_vector \
  tests/test_elementary tests/test_elementary_double \
  tests/test_model tests/test_params tests/test_hooks tests/test_safetensors \
  tests/test_gradients \
  tests/test_loss tests/test_optimizer tests/test_schedule tests/test_trainer \
  tests/test_circuits tests/test_generate tests/test_ablation tests/test_copying \
  tests/test_head_scores tests/test_position_scores tests/test_fourier \
  tests/test_frequency \
  tests/test_report tests/test_options \
  tests/test_skip_trigram tests/test_addition tests/test_addition_circuits \
  tests/test_modular_addition tests/test_modular_circuits tests/test_sort \
  tests/test_sort_bound tests/test_induction tests/test_permutation
AM_DEFAULT_SOURCE_EXT = .c
AM_CFLAGS += $(CRITERION_CFLAGS)
LDADD = $(TC_LIBS) $(CRITERION_LIBS)
if HAVE_CRITERION
check_PROGRAMS += $(criterion_tests)
TESTS += $(criterion_tests)
endif

# The programs as a user meets them.
TESTS += tests/test_cli.sh

# The double build has libraries of its own.
tests_test_gradients_CPPFLAGS = $(AM_CPPFLAGS) -DTC_REAL_DOUBLE
tests_test_gradients_LDADD = libtoycircuits64.a $(CRITERION_LIBS) -lm

# Oracles: MPFR where it is installed, ...
if HAVE_MPFR
mpfr_cppflags = -DHAVE_MPFR
mpfr_libs = $(MPFR_LIBS)
endif
tests_test_elementary_CPPFLAGS = $(AM_CPPFLAGS) $(mpfr_cppflags)
tests_test_elementary_CFLAGS = $(AM_CFLAGS) $(MPFR_CFLAGS)
tests_test_elementary_LDADD = $(LDADD) $(mpfr_libs)
tests_test_elementary_double_CPPFLAGS = $(tests_test_elementary_CPPFLAGS)
tests_test_elementary_double_CFLAGS = $(tests_test_elementary_CFLAGS)
tests_test_elementary_double_LDADD = $(tests_test_elementary_LDADD)

# ... and golden files: tests/golden/make_*.py say how each was made.
golden_cppflags = $(AM_CPPFLAGS) -I$(srcdir)/tests -DTC_GOLDEN='"$(abs_srcdir)/tests/golden"'
tests_test_model_CPPFLAGS = $(golden_cppflags)
tests_test_params_CPPFLAGS = $(golden_cppflags)
tests_test_hooks_CPPFLAGS = $(golden_cppflags)
tests_test_safetensors_CPPFLAGS = $(golden_cppflags)
tests_test_fourier_CPPFLAGS = $(golden_cppflags)
tests_test_frequency_CPPFLAGS = $(golden_cppflags)

# Tests of an experiment link its library.  Replays read the printed log.
tests_test_skip_trigram_LDADD = libskip-trigram.a $(LDADD)
tests/test_skip_trigram.$(OBJEXT): stamps/skip-trigram/printed.inc
tests_test_addition_LDADD = libaddition.a $(LDADD)
tests_test_addition_circuits_LDADD = libaddition.a $(LDADD)
tests_test_modular_addition_LDADD = libmodular-addition.a $(LDADD)
tests_test_modular_circuits_SOURCES = %D%/test_modular_circuits.c \
  src/experiments/modular-addition/amplitude.c \
  src/experiments/modular-addition/attention.c \
  src/experiments/modular-addition/keys.c
tests_test_sort_LDADD = libsort.a $(LDADD)
tests/test_sort.$(OBJEXT): stamps/sort/attn-only.inc
tests_test_sort_bound_LDADD = libsort.a $(LDADD)
tests_test_induction_LDADD = libinduction.a $(LDADD)
tests_test_permutation_LDADD = libpermutation.a $(LDADD)

# tests/golden/compare_random.py and make_model.py run these against the live
# libraries.
check_PROGRAMS += tests/dump_random tests/dump_model
tests_dump_random_LDADD = $(TC_LIBS)
tests_dump_model_CPPFLAGS = $(golden_cppflags)
tests_dump_model_LDADD = $(TC_LIBS)

# All 2^32 floats; minutes.
check_PROGRAMS += tests/exhaustive_elementary
EXPENSIVE_TESTS += tests/exhaustive_elementary
tests_exhaustive_elementary_SOURCES = %D%/expensive/exhaustive_elementary.c
tests_exhaustive_elementary_CPPFLAGS = $(tests_test_elementary_CPPFLAGS)
tests_exhaustive_elementary_CFLAGS = $(tests_test_elementary_CFLAGS)
tests_exhaustive_elementary_LDADD = $(TC_LIBS) $(mpfr_libs)
