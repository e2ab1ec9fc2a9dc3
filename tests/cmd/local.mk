CONFIG_TEST_LIBS = src/libconfig.a src/libpolicy.a src/libevidence.a src/libextract.a src/libct.a src/libcert.a src/libbase.a \
	$(CONFUSE_LIBS) $(IDN2_LIBS) $(XML_LIBS) $(YAJL_LIBS) $(CRYPTO_LIBS) $(ZLIB_LIBS)
check_PROGRAMS += tests/cmd/test_config tests/cmd/print_tables tests/cmd/make_machine
TESTS += tests/cmd/test_config
tests_cmd_test_config_SOURCES = tests/cmd/test_config.c
tests_cmd_test_config_LDADD = $(CONFIG_TEST_LIBS)
tests_cmd_print_tables_SOURCES = tests/cmd/print_tables.c
tests_cmd_print_tables_LDADD = src/libconfig.a src/libreport.a src/libstore.a $(SQLITE_LIBS) $(PSL_LIBS) $(CONFIG_TEST_LIBS)
tests_cmd_make_machine_SOURCES = tests/cmd/make_machine.c
tests_cmd_make_machine_LDADD = tests/pki/libpki.a src/libevidence.a src/libextract.a src/libct.a src/libcert.a src/libbase.a \
	$(IDN2_LIBS) $(XML_LIBS) $(YAJL_LIBS) $(CRYPTO_LIBS) $(ZLIB_LIBS)
TESTS += tests/cmd/test-gpu.sh
EXTRA_DIST += tests/cmd/test-gpu.sh

TESTS += tests/cmd/test-check.sh tests/cmd/test-logs.sh tests/cmd/test-promises.sh tests/cmd/test-sample.sh tests/cmd/test-crawl.sh tests/cmd/test-real-case.sh tests/cmd/test-trouble.sh tests/cmd/test-fetch.sh
EXTRA_DIST += tests/cmd/test-check.sh tests/cmd/test-logs.sh tests/cmd/test-promises.sh tests/cmd/test-trouble.sh tests/cmd/test-fetch.sh tests/cmd/lib.sh tests/cmd/vendor_service.py tests/cmd/test-sample.sh tests/cmd/test-crawl.sh tests/cmd/test-real-case.sh \
	tests/cmd/validate-events.py
TESTS += tests/cmd/test-quotes.sh
EXTRA_DIST += tests/cmd/test-quotes.sh
