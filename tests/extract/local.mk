check_PROGRAMS += tests/extract/test_tinfoil tests/extract/test_document tests/extract/test_carriers tests/extract/test_match tests/extract/test_machine \
	tests/extract/test_extract_vectors
TESTS += tests/extract/test_tinfoil tests/extract/test_document tests/extract/test_carriers tests/extract/test_match tests/extract/test_machine \
	tests/extract/test_extract_vectors
EXTRACT_TEST_LIBS = src/libextract.a src/libcert.a src/libbase.a $(IDN2_LIBS) $(YAJL_LIBS) $(CRYPTO_LIBS) $(ZLIB_LIBS)
tests_extract_test_tinfoil_SOURCES = tests/extract/test_tinfoil.c tests/extract/maker.h
tests_extract_test_tinfoil_LDADD = $(EXTRACT_TEST_LIBS)
tests_extract_test_document_SOURCES = tests/extract/test_document.c tests/extract/maker.h
tests_extract_test_document_LDADD = $(EXTRACT_TEST_LIBS)
tests_extract_test_carriers_SOURCES = tests/extract/test_carriers.c tests/extract/maker.h
tests_extract_test_carriers_LDADD = $(EXTRACT_TEST_LIBS)
tests_extract_test_match_SOURCES = tests/extract/test_match.c tests/extract/maker.h
tests_extract_test_match_LDADD = $(EXTRACT_TEST_LIBS)
tests_extract_test_extract_vectors_SOURCES = tests/extract/test_extract_vectors.c tests/extract/maker.h
tests_extract_test_extract_vectors_LDADD = $(EXTRACT_TEST_LIBS)
tests_extract_test_machine_SOURCES = tests/extract/test_machine.c
tests_extract_test_machine_LDADD = $(EXTRACT_TEST_LIBS)
