# tests

# One Criterion program per module; each adds a block like the first.
TEST_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
TEST_LDADD = $(TC_LIBS) $(CRITERION_LIBS)

if HAVE_CRITERION
check_PROGRAMS += tests/test_matmul
TESTS += tests/test_matmul
tests_test_matmul_SOURCES = %D%/test_matmul.c
tests_test_matmul_CFLAGS = $(TEST_CFLAGS)
tests_test_matmul_LDADD = $(TEST_LDADD)
endif

if HAVE_CRITERION
check_PROGRAMS += tests/test_compute
TESTS += tests/test_compute
tests_test_compute_SOURCES = %D%/test_compute.c
tests_test_compute_CFLAGS = $(TEST_CFLAGS)
tests_test_compute_LDADD = $(TEST_LDADD)
endif

if HAVE_CRITERION
check_PROGRAMS += tests/test_random
TESTS += tests/test_random
tests_test_random_SOURCES = %D%/test_random.c
tests_test_random_CFLAGS = $(TEST_CFLAGS)
tests_test_random_LDADD = $(TEST_LDADD)
endif

# tests/golden/compare_random.py runs it against the live libraries.
check_PROGRAMS += tests/dump_random
tests_dump_random_SOURCES = %D%/dump_random.c
tests_dump_random_LDADD = $(TC_LIBS)
EXTRA_DIST += %D%/golden/make_optimizer.py %D%/golden/compare_random.py %D%/golden/make_random.py \
  build-aux/elementary-coefficients.py

if HAVE_CRITERION
check_PROGRAMS += tests/test_optimizer
TESTS += tests/test_optimizer
tests_test_optimizer_SOURCES = %D%/test_optimizer.c %D%/golden/stream.h %D%/golden/training_golden.h
tests_test_optimizer_CFLAGS = $(TEST_CFLAGS)
tests_test_optimizer_LDADD = $(TEST_LDADD)
endif

if HAVE_CRITERION
check_PROGRAMS += tests/test_schedule
TESTS += tests/test_schedule
tests_test_schedule_SOURCES = %D%/test_schedule.c
tests_test_schedule_CFLAGS = $(TEST_CFLAGS)
tests_test_schedule_LDADD = $(TEST_LDADD)
endif

if HAVE_CRITERION
check_PROGRAMS += tests/test_loss
TESTS += tests/test_loss
tests_test_loss_SOURCES = %D%/test_loss.c
tests_test_loss_CFLAGS = $(TEST_CFLAGS)
tests_test_loss_LDADD = $(TEST_LDADD)
endif

# The double build has libraries of its own.
if HAVE_CRITERION
check_PROGRAMS += tests/test_gradients
TESTS += tests/test_gradients
tests_test_gradients_SOURCES = %D%/test_gradients.c
tests_test_gradients_CPPFLAGS = $(AM_CPPFLAGS) -DTC_REAL_DOUBLE
tests_test_gradients_CFLAGS = $(TEST_CFLAGS)
tests_test_gradients_LDADD = libtoycircuits64.a $(CRITERION_LIBS) -lm
endif

if HAVE_MPFR
mpfr_cppflags = -DHAVE_MPFR
mpfr_libs = $(MPFR_LIBS)
endif

if HAVE_CRITERION
check_PROGRAMS += tests/test_elementary tests/test_elementary_double
TESTS += tests/test_elementary tests/test_elementary_double
tests_test_elementary_SOURCES = %D%/test_elementary.c %D%/elementary_oracle.h
tests_test_elementary_CPPFLAGS = $(AM_CPPFLAGS) $(mpfr_cppflags)
tests_test_elementary_CFLAGS = $(TEST_CFLAGS) $(MPFR_CFLAGS)
tests_test_elementary_LDADD = $(TEST_LDADD) $(mpfr_libs)
tests_test_elementary_double_SOURCES = %D%/test_elementary_double.c
tests_test_elementary_double_CPPFLAGS = $(AM_CPPFLAGS) $(mpfr_cppflags)
tests_test_elementary_double_CFLAGS = $(TEST_CFLAGS) $(MPFR_CFLAGS)
tests_test_elementary_double_LDADD = $(TEST_LDADD) $(mpfr_libs)
endif

# All 2^32 floats; minutes.
check_PROGRAMS += tests/exhaustive_elementary
EXPENSIVE_TESTS += tests/exhaustive_elementary
tests_exhaustive_elementary_SOURCES = %D%/expensive/exhaustive_elementary.c \
  %D%/elementary_oracle.h
tests_exhaustive_elementary_CPPFLAGS = $(AM_CPPFLAGS) $(mpfr_cppflags)
tests_exhaustive_elementary_CFLAGS = $(AM_CFLAGS) $(MPFR_CFLAGS)
tests_exhaustive_elementary_LDADD = $(TC_LIBS) $(mpfr_libs)

if HAVE_CRITERION
check_PROGRAMS += tests/test_report
TESTS += tests/test_report
tests_test_report_SOURCES = %D%/test_report.c
tests_test_report_CFLAGS = $(TEST_CFLAGS)
tests_test_report_LDADD = $(TEST_LDADD)
endif

if HAVE_CRITERION
check_PROGRAMS += tests/test_options
TESTS += tests/test_options
tests_test_options_SOURCES = %D%/test_options.c
tests_test_options_CFLAGS = $(TEST_CFLAGS)
tests_test_options_LDADD = $(TEST_LDADD)
endif

# Goldens of the decoder; make_model.py says how they were made.
GOLDEN_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests -DTC_GOLDEN='"$(abs_srcdir)/tests/golden"'
EXTRA_DIST += %D%/golden/make_model.py \
  %D%/golden/model-skip-trigram.safetensors %D%/golden/model-relu.safetensors \
  %D%/golden/model-gelu.safetensors %D%/golden/model-induction.safetensors \
  %D%/golden/model-ln.safetensors %D%/golden/model-lnpre.safetensors \
  %D%/golden/model-attn-only.safetensors %D%/golden/model-state-dict.safetensors \
  %D%/golden/model-saved.safetensors

if HAVE_CRITERION
check_PROGRAMS += tests/test_model
TESTS += tests/test_model
tests_test_model_SOURCES = %D%/test_model.c %D%/golden_model.h
tests_test_model_CPPFLAGS = $(GOLDEN_CPPFLAGS)
tests_test_model_CFLAGS = $(TEST_CFLAGS)
tests_test_model_LDADD = $(TEST_LDADD)
endif

if HAVE_CRITERION
check_PROGRAMS += tests/test_vector tests/test_params tests/test_hooks tests/test_safetensors
TESTS += tests/test_vector tests/test_params tests/test_hooks tests/test_safetensors
tests_test_vector_SOURCES = %D%/test_vector.c
tests_test_vector_CFLAGS = $(TEST_CFLAGS)
tests_test_vector_LDADD = $(TEST_LDADD)
tests_test_params_SOURCES = %D%/test_params.c %D%/golden_model.h
tests_test_params_CPPFLAGS = $(GOLDEN_CPPFLAGS)
tests_test_params_CFLAGS = $(TEST_CFLAGS)
tests_test_params_LDADD = $(TEST_LDADD)
tests_test_hooks_SOURCES = %D%/test_hooks.c %D%/golden_model.h
tests_test_hooks_CPPFLAGS = $(GOLDEN_CPPFLAGS)
tests_test_hooks_CFLAGS = $(TEST_CFLAGS)
tests_test_hooks_LDADD = $(TEST_LDADD)
tests_test_safetensors_SOURCES = %D%/test_safetensors.c %D%/saved_model.h
tests_test_safetensors_CPPFLAGS = $(GOLDEN_CPPFLAGS)
tests_test_safetensors_CFLAGS = $(TEST_CFLAGS)
tests_test_safetensors_LDADD = $(TEST_LDADD)
endif

check_PROGRAMS += tests/dump_model
tests_dump_model_SOURCES = %D%/dump_model.c %D%/saved_model.h
tests_dump_model_CPPFLAGS = $(GOLDEN_CPPFLAGS)
tests_dump_model_LDADD = $(TC_LIBS)

if HAVE_CRITERION
check_PROGRAMS += tests/test_trainer
TESTS += tests/test_trainer
tests_test_trainer_SOURCES = %D%/test_trainer.c %D%/toy_learner.h
tests_test_trainer_CFLAGS = $(TEST_CFLAGS)
tests_test_trainer_LDADD = $(TEST_LDADD)
endif

# The programs as a user meets them.
TESTS += tests/test_cli.sh
EXTRA_DIST += %D%/test_cli.sh

if HAVE_CRITERION
check_PROGRAMS += tests/test_circuits
TESTS += tests/test_circuits
tests_test_circuits_SOURCES = %D%/test_circuits.c
tests_test_circuits_CFLAGS = $(TEST_CFLAGS)
tests_test_circuits_LDADD = $(TEST_LDADD)
endif

if HAVE_CRITERION
check_PROGRAMS += tests/test_generate
TESTS += tests/test_generate
tests_test_generate_SOURCES = %D%/test_generate.c
tests_test_generate_CFLAGS = $(TEST_CFLAGS)
tests_test_generate_LDADD = $(TEST_LDADD)
endif

if HAVE_CRITERION
check_PROGRAMS += tests/test_ablation tests/test_copying
TESTS += tests/test_ablation tests/test_copying
tests_test_ablation_SOURCES = %D%/test_ablation.c
tests_test_ablation_CFLAGS = $(TEST_CFLAGS)
tests_test_ablation_LDADD = $(TEST_LDADD)
tests_test_copying_SOURCES = %D%/test_copying.c
tests_test_copying_CFLAGS = $(TEST_CFLAGS)
tests_test_copying_LDADD = $(TEST_LDADD)
endif

if HAVE_CRITERION
check_PROGRAMS += tests/test_position_scores
TESTS += tests/test_position_scores
tests_test_position_scores_SOURCES = %D%/test_position_scores.c
tests_test_position_scores_CFLAGS = $(TEST_CFLAGS)
tests_test_position_scores_LDADD = $(TEST_LDADD)
endif

# The notebook's Fourier functions and the progress measures made of them.
EXTRA_DIST += %D%/golden/make_fourier.py
if HAVE_CRITERION
check_PROGRAMS += tests/test_fourier tests/test_frequency
TESTS += tests/test_fourier tests/test_frequency
tests_test_fourier_SOURCES = %D%/test_fourier.c %D%/golden/fourier_golden.h
tests_test_fourier_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests
tests_test_fourier_CFLAGS = $(TEST_CFLAGS)
tests_test_fourier_LDADD = $(TEST_LDADD)
tests_test_frequency_SOURCES = %D%/test_frequency.c %D%/golden/fourier_golden.h
tests_test_frequency_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests
tests_test_frequency_CFLAGS = $(TEST_CFLAGS)
tests_test_frequency_LDADD = $(TEST_LDADD)
endif

# The circuit analysis of modular addition on hand-made models.
if HAVE_CRITERION
check_PROGRAMS += tests/test_modular_circuits
TESTS += tests/test_modular_circuits
tests_test_modular_circuits_SOURCES = %D%/test_modular_circuits.c \
  src/experiments/modular-addition/amplitude.c \
  src/experiments/modular-addition/attention.c \
  src/experiments/modular-addition/keys.c
tests_test_modular_circuits_CFLAGS = $(TEST_CFLAGS)
tests_test_modular_circuits_LDADD = $(TEST_LDADD)
endif

# The replay of the notebook's log is in here: 2901 steps, two seconds.
EXTRA_DIST += %D%/golden/make_skip_trigram.py
if HAVE_CRITERION
check_PROGRAMS += tests/test_skip_trigram
TESTS += tests/test_skip_trigram
tests_test_skip_trigram_SOURCES = %D%/test_skip_trigram.c %D%/golden/skip_trigram_golden.h
tests_test_skip_trigram_CFLAGS = $(TEST_CFLAGS)
tests_test_skip_trigram_LDADD = libskip-trigram.a $(TEST_LDADD)
tests/test_skip_trigram-test_skip_trigram.$(OBJEXT): stamps/skip-trigram/printed.inc
endif

EXTRA_DIST += %D%/golden/make_modular_addition.py
if HAVE_CRITERION
check_PROGRAMS += tests/test_modular_addition
TESTS += tests/test_modular_addition
tests_test_modular_addition_SOURCES = %D%/test_modular_addition.c %D%/golden/modular_addition_golden.h
tests_test_modular_addition_CFLAGS = $(TEST_CFLAGS)
tests_test_modular_addition_LDADD = libmodular-addition.a $(TEST_LDADD)
endif

# A hundred steps of the wide run are in here: a few seconds.
EXTRA_DIST += %D%/golden/make_addition.py
if HAVE_CRITERION
check_PROGRAMS += tests/test_addition
TESTS += tests/test_addition
tests_test_addition_SOURCES = %D%/test_addition.c %D%/golden/addition_golden.h
tests_test_addition_CFLAGS = $(TEST_CFLAGS)
tests_test_addition_LDADD = libaddition.a $(TEST_LDADD)
endif

EXTRA_DIST += %D%/golden/compare_addition_circuits.py
if HAVE_CRITERION
check_PROGRAMS += tests/test_addition_circuits
TESTS += tests/test_addition_circuits
tests_test_addition_circuits_SOURCES = %D%/test_addition_circuits.c
tests_test_addition_circuits_CFLAGS = $(TEST_CFLAGS)
tests_test_addition_circuits_LDADD = libaddition.a $(TEST_LDADD)
endif

EXTRA_DIST += %D%/golden/make_sort.py
if HAVE_CRITERION
check_PROGRAMS += tests/test_sort
TESTS += tests/test_sort
tests_test_sort_SOURCES = %D%/test_sort.c %D%/golden/sort_golden.h
tests_test_sort_CFLAGS = $(TEST_CFLAGS)
tests_test_sort_LDADD = libsort.a $(TEST_LDADD)
tests/test_sort-test_sort.$(OBJEXT): stamps/sort/attn-only.inc

check_PROGRAMS += tests/test_sort_bound
TESTS += tests/test_sort_bound
tests_test_sort_bound_SOURCES = %D%/test_sort_bound.c
tests_test_sort_bound_CFLAGS = $(TEST_CFLAGS)
tests_test_sort_bound_LDADD = libsort.a $(TEST_LDADD)
endif

EXTRA_DIST += %D%/golden/make_induction.py
if HAVE_CRITERION
check_PROGRAMS += tests/test_induction
TESTS += tests/test_induction
tests_test_induction_SOURCES = %D%/test_induction.c %D%/golden/induction_golden.h
tests_test_induction_CFLAGS = $(TEST_CFLAGS)
tests_test_induction_LDADD = libinduction.a $(TEST_LDADD)
endif

EXTRA_DIST += %D%/golden/make_permutation.py
if HAVE_CRITERION
check_PROGRAMS += tests/test_permutation
TESTS += tests/test_permutation
tests_test_permutation_SOURCES = %D%/test_permutation.c %D%/golden/permutation_golden.h
tests_test_permutation_CFLAGS = $(TEST_CFLAGS)
tests_test_permutation_LDADD = libpermutation.a $(TEST_LDADD)
endif

if HAVE_CRITERION
check_PROGRAMS += tests/test_head_scores
TESTS += tests/test_head_scores
tests_test_head_scores_SOURCES = %D%/test_head_scores.c
tests_test_head_scores_CFLAGS = $(TEST_CFLAGS)
tests_test_head_scores_LDADD = $(TEST_LDADD)
endif
