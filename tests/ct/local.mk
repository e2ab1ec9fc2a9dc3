ct_tests = \
	tests/ct/test_merkle \
	tests/ct/test_tile
ct_libs = src/libct.a src/libbase.a $(CRYPTO_LIBS) $(YAJL_LIBS) $(ZLIB_LIBS)

check_PROGRAMS += $(ct_tests)
TESTS += $(ct_tests)
EXTRA_DIST += tests/ct/signer.h

tests_ct_test_merkle_SOURCES = tests/ct/test_merkle.c
tests_ct_test_merkle_LDADD = $(ct_libs)
tests_ct_test_tile_SOURCES = tests/ct/test_tile.c
tests_ct_test_tile_LDADD = $(ct_libs)
