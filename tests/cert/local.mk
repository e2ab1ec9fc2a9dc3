check_PROGRAMS += tests/cert/test_cert tests/cert/test_names tests/cert/test_cert_vectors
TESTS += tests/cert/test_cert tests/cert/test_names tests/cert/test_cert_vectors
tests_cert_test_cert_SOURCES = tests/cert/test_cert.c tests/cert/maker.h
tests_cert_test_cert_LDADD = src/libcert.a src/libbase.a $(IDN2_LIBS) $(CRYPTO_LIBS) $(ZLIB_LIBS)
tests_cert_test_cert_vectors_SOURCES = tests/cert/test_cert_vectors.c
tests_cert_test_cert_vectors_LDADD = src/libct.a src/libcert.a src/libbase.a $(IDN2_LIBS) $(YAJL_LIBS) $(CRYPTO_LIBS) $(ZLIB_LIBS)
tests_cert_test_names_SOURCES = tests/cert/test_names.c tests/cert/maker.h
tests_cert_test_names_LDADD = src/libcert.a src/libbase.a $(IDN2_LIBS) $(CRYPTO_LIBS) $(ZLIB_LIBS)
