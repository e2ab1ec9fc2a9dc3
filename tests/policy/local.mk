check_PROGRAMS += tests/policy/test_expectation tests/policy/test_watch tests/policy/test_evaluate \
	tests/policy/test_policy_vectors tests/policy/test_sigstore_vectors
TESTS += tests/policy/test_expectation tests/policy/test_watch tests/policy/test_evaluate \
	tests/policy/test_policy_vectors tests/policy/test_sigstore_vectors
POLICY_TEST_LIBS = src/libpolicy.a src/libevidence.a src/libextract.a src/libct.a src/libcert.a src/libbase.a \
	$(IDN2_LIBS) $(XML_LIBS) $(YAJL_LIBS) $(CRYPTO_LIBS) $(ZLIB_LIBS)
tests_policy_test_expectation_SOURCES = tests/policy/test_expectation.c
tests_policy_test_expectation_LDADD = $(POLICY_TEST_LIBS)
tests_policy_test_watch_SOURCES = tests/policy/test_watch.c
tests_policy_test_watch_LDADD = $(POLICY_TEST_LIBS)
tests_policy_test_evaluate_SOURCES = tests/policy/test_evaluate.c tests/policy/scene.h
tests_policy_test_evaluate_LDADD = $(POLICY_TEST_LIBS)
tests_policy_test_policy_vectors_SOURCES = tests/policy/test_policy_vectors.c
tests_policy_test_policy_vectors_LDADD = $(POLICY_TEST_LIBS)
tests_policy_test_sigstore_vectors_SOURCES = tests/policy/test_sigstore_vectors.c
tests_policy_test_sigstore_vectors_LDADD = $(POLICY_TEST_LIBS)
