noinst_LIBRARIES += tests/pki/libpki.a
tests_pki_libpki_a_SOURCES = tests/pki/demo_keys.h tests/pki/demo_vendor.c tests/pki/demo_vendor.h \
	tests/pki/demo_edit.h tests/pki/demo_p384.c tests/pki/demo_p384.h \
	tests/pki/demo_rim.c tests/pki/demo_rim.h \
	tests/pki/demo_sigstore.c tests/pki/demo_sigstore.h tests/pki/demo_sigstore_certificate.c \
	tests/pki/demo_intel.c tests/pki/demo_intel.h \
	tests/pki/demo_nras.c tests/pki/demo_nras.h \
	tests/pki/demo_nvidia.c tests/pki/demo_nvidia.h
