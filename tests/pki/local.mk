noinst_LIBRARIES += tests/pki/libpki.a
tests_pki_libpki_a_SOURCES = tests/pki/demo_keys.h tests/pki/demo_vendor.c tests/pki/demo_vendor.h
