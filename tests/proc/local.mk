check_PROGRAMS += tests/proc/test_messages tests/proc/test_pool
TESTS += tests/proc/test_messages tests/proc/test_pool
tests_proc_test_messages_SOURCES = tests/proc/test_messages.c
tests_proc_test_messages_LDADD = $(ALL_LAYERS) $(ALL_LIBS)
tests_proc_test_pool_SOURCES = tests/proc/test_pool.c
tests_proc_test_pool_LDADD = tests/pki/libpki.a $(ALL_LAYERS) $(ALL_LIBS)
