EVIDENCE_TEST_LIBS = src/libevidence.a src/libextract.a src/libcert.a src/libbase.a \
	$(IDN2_LIBS) $(YAJL_LIBS) $(CRYPTO_LIBS) $(ZLIB_LIBS)
check_PROGRAMS += tests/evidence/test_snp_vectors
TESTS += tests/evidence/test_snp_vectors
tests_evidence_test_snp_vectors_SOURCES = tests/evidence/test_snp_vectors.c
tests_evidence_test_snp_vectors_LDADD = $(EVIDENCE_TEST_LIBS)
