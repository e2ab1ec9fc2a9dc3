ct_tests = \
	tests/ct/test_entry \
	tests/ct/test_consistency \
	tests/ct/test_log_list \
	tests/ct/test_log_proof \
	tests/ct/test_merkle \
	tests/ct/test_page \
	tests/ct/test_proof \
	tests/ct/test_sct \
	tests/ct/test_tile \
	tests/ct/test_tree_head \
	tests/ct/test_ct_vectors
ct_libs = src/libct.a src/libbase.a $(CRYPTO_LIBS) $(YAJL_LIBS) $(ZLIB_LIBS)

check_PROGRAMS += $(ct_tests)
TESTS += $(ct_tests)
EXTRA_DIST += tests/ct/signer.h

tests_ct_test_entry_SOURCES = tests/ct/test_entry.c
tests_ct_test_entry_LDADD = $(ct_libs)
tests_ct_test_consistency_SOURCES = tests/ct/test_consistency.c tests/testlog/merkle_tree.c tests/testlog/merkle_tree.h
tests_ct_test_consistency_LDADD = $(ct_libs)
tests_ct_test_log_proof_SOURCES = tests/ct/test_log_proof.c tests/testlog/head.c tests/testlog/head.h \
	tests/testlog/merkle_tree.c tests/testlog/merkle_tree.h
tests_ct_test_log_proof_LDADD = $(ct_libs)
tests_ct_test_log_list_SOURCES = tests/ct/test_log_list.c
tests_ct_test_log_list_LDADD = $(ct_libs)
tests_ct_test_merkle_SOURCES = tests/ct/test_merkle.c
tests_ct_test_merkle_LDADD = $(ct_libs)
tests_ct_test_page_SOURCES = tests/ct/test_page.c
tests_ct_test_page_LDADD = $(ct_libs)
tests_ct_test_proof_SOURCES = tests/ct/test_proof.c
tests_ct_test_proof_LDADD = $(ct_libs)
tests_ct_test_sct_SOURCES = tests/ct/test_sct.c
tests_ct_test_sct_LDADD = $(ct_libs)
tests_ct_test_tile_SOURCES = tests/ct/test_tile.c
tests_ct_test_tile_LDADD = $(ct_libs)
tests_ct_test_tree_head_SOURCES = tests/ct/test_tree_head.c
tests_ct_test_tree_head_LDADD = $(ct_libs)
tests_ct_test_ct_vectors_SOURCES = tests/ct/test_ct_vectors.c
tests_ct_test_ct_vectors_LDADD = $(ct_libs)
