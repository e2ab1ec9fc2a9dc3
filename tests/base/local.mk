check_PROGRAMS += tests/base/test_encodings
TESTS += tests/base/test_encodings
tests_base_test_encodings_SOURCES = tests/base/test_encodings.c
tests_base_test_encodings_LDADD = src/libbase.a $(YAJL_LIBS) $(CRYPTO_LIBS) $(ZLIB_LIBS)
