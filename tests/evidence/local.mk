EVIDENCE_TEST_LIBS = tests/pki/libpki.a src/libevidence.a src/libextract.a src/libct.a src/libcert.a src/libbase.a \
	$(IDN2_LIBS) $(XML_LIBS) $(YAJL_LIBS) $(CRYPTO_LIBS) $(ZLIB_LIBS)
NVGPU_SCENE = tests/evidence/nvgpu_scene.c tests/evidence/nvgpu_scene.h
SNP_SCENE = tests/evidence/snp_scene.c tests/evidence/snp_scene.h
EVIDENCE_TESTS = tests/evidence/test_verdict tests/evidence/test_collateral tests/evidence/test_judge \
	tests/evidence/test_snp tests/evidence/test_snp_flips tests/evidence/test_snp_vectors \
	tests/evidence/test_rim tests/evidence/test_rim_flips tests/evidence/test_rim_vectors \
	tests/evidence/test_nvgpu tests/evidence/test_nvgpu_flips tests/evidence/test_nvgpu_vectors \
	tests/evidence/test_gpu_binding tests/evidence/test_ocsp tests/evidence/test_spdm \
	tests/evidence/test_dcap_quote tests/evidence/test_dcap_vectors tests/evidence/test_sigstore \
	tests/evidence/test_jwt tests/evidence/test_nras tests/evidence/test_nras_vectors
check_PROGRAMS += $(EVIDENCE_TESTS)
TESTS += $(EVIDENCE_TESTS)
tests_evidence_test_verdict_SOURCES = tests/evidence/test_verdict.c
tests_evidence_test_verdict_LDADD = $(EVIDENCE_TEST_LIBS)
tests_evidence_test_collateral_SOURCES = tests/evidence/test_collateral.c
tests_evidence_test_collateral_LDADD = $(EVIDENCE_TEST_LIBS)
tests_evidence_test_judge_SOURCES = tests/evidence/test_judge.c
tests_evidence_test_judge_LDADD = $(EVIDENCE_TEST_LIBS)
tests_evidence_test_snp_SOURCES = tests/evidence/test_snp.c $(SNP_SCENE)
tests_evidence_test_snp_LDADD = $(EVIDENCE_TEST_LIBS)
tests_evidence_test_snp_flips_SOURCES = tests/evidence/test_snp_flips.c $(SNP_SCENE)
tests_evidence_test_snp_flips_LDADD = $(EVIDENCE_TEST_LIBS)
tests_evidence_test_snp_vectors_SOURCES = tests/evidence/test_snp_vectors.c
tests_evidence_test_snp_vectors_LDADD = $(EVIDENCE_TEST_LIBS)
tests_evidence_test_rim_vectors_SOURCES = tests/evidence/test_rim_vectors.c
tests_evidence_test_rim_vectors_LDADD = $(EVIDENCE_TEST_LIBS)
tests_evidence_test_rim_SOURCES = tests/evidence/test_rim.c
tests_evidence_test_rim_LDADD = $(EVIDENCE_TEST_LIBS)
tests_evidence_test_rim_flips_SOURCES = tests/evidence/test_rim_flips.c
tests_evidence_test_rim_flips_LDADD = $(EVIDENCE_TEST_LIBS)
tests_evidence_test_jwt_SOURCES = tests/evidence/test_jwt.c
tests_evidence_test_jwt_LDADD = $(EVIDENCE_TEST_LIBS)
tests_evidence_test_nras_SOURCES = tests/evidence/test_nras.c
tests_evidence_test_nras_LDADD = $(EVIDENCE_TEST_LIBS)
tests_evidence_test_nras_vectors_SOURCES = tests/evidence/test_nras_vectors.c
tests_evidence_test_nras_vectors_LDADD = $(EVIDENCE_TEST_LIBS)
tests_evidence_test_nvgpu_SOURCES = tests/evidence/test_nvgpu.c $(NVGPU_SCENE)
tests_evidence_test_nvgpu_LDADD = $(EVIDENCE_TEST_LIBS)
tests_evidence_test_nvgpu_flips_SOURCES = tests/evidence/test_nvgpu_flips.c $(NVGPU_SCENE)
tests_evidence_test_nvgpu_flips_LDADD = $(EVIDENCE_TEST_LIBS)
tests_evidence_test_nvgpu_vectors_SOURCES = tests/evidence/test_nvgpu_vectors.c
tests_evidence_test_nvgpu_vectors_LDADD = $(EVIDENCE_TEST_LIBS)
tests_evidence_test_gpu_binding_SOURCES = tests/evidence/test_gpu_binding.c $(NVGPU_SCENE) $(SNP_SCENE)
tests_evidence_test_gpu_binding_LDADD = $(EVIDENCE_TEST_LIBS)
tests_evidence_test_ocsp_SOURCES = tests/evidence/test_ocsp.c
tests_evidence_test_ocsp_LDADD = $(EVIDENCE_TEST_LIBS)
tests_evidence_test_spdm_SOURCES = tests/evidence/test_spdm.c
tests_evidence_test_spdm_LDADD = $(EVIDENCE_TEST_LIBS)
tests_evidence_test_dcap_quote_SOURCES = tests/evidence/test_dcap_quote.c
tests_evidence_test_dcap_quote_LDADD = $(EVIDENCE_TEST_LIBS)
tests_evidence_test_dcap_vectors_SOURCES = tests/evidence/test_dcap_vectors.c
tests_evidence_test_dcap_vectors_LDADD = $(EVIDENCE_TEST_LIBS)
tests_evidence_test_sigstore_SOURCES = tests/evidence/test_sigstore.c
tests_evidence_test_sigstore_LDADD = $(EVIDENCE_TEST_LIBS)
