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
EXTRA_DIST += %D%/golden/compare_random.py %D%/golden/make_random.py \
  build-aux/elementary-coefficients.py
