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
