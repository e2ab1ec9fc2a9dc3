check_PROGRAMS += tests/extract/test_tinfoil
TESTS += tests/extract/test_tinfoil
EXTRACT_TEST_LIBS = src/libextract.a src/libcert.a src/libbase.a $(IDN2_LIBS) $(YAJL_LIBS) $(CRYPTO_LIBS) $(ZLIB_LIBS)
tests_extract_test_tinfoil_SOURCES = tests/extract/test_tinfoil.c tests/extract/maker.h
tests_extract_test_tinfoil_LDADD = $(EXTRACT_TEST_LIBS)
