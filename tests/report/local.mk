check_PROGRAMS += tests/report/test_outlook
TESTS += tests/report/test_outlook
tests_report_test_outlook_SOURCES = tests/report/test_outlook.c
tests_report_test_outlook_LDADD = src/libreport.a src/libstore.a src/libevidence.a src/libextract.a src/libct.a src/libcert.a \
	src/libbase.a $(SQLITE_LIBS) $(PSL_LIBS) $(IDN2_LIBS) $(YAJL_LIBS) $(CRYPTO_LIBS) $(ZLIB_LIBS)

check_PROGRAMS += tests/report/test_event_format
TESTS += tests/report/test_event_format tests/report/test-events.sh
tests_report_test_event_format_SOURCES = tests/report/test_event_format.c
tests_report_test_event_format_LDADD = src/libreport.a src/libpolicy.a src/libevidence.a src/libextract.a src/libcert.a \
	src/libbase.a $(PSL_LIBS) $(IDN2_LIBS) $(XML_LIBS) $(YAJL_LIBS) $(CRYPTO_LIBS) $(ZLIB_LIBS)
EXTRA_DIST += tests/report/test-events.sh tests/report/check-events.py tests/report/events/ndjson tests/report/events/eve \
	tests/report/events/ecs tests/report/events/ocsf tests/report/events/csv

REPORT_TEST_LIBS = src/libreport.a src/libstore.a src/libpolicy.a src/libevidence.a src/libextract.a src/libcert.a \
	src/libbase.a $(SQLITE_LIBS) $(PSL_LIBS) $(IDN2_LIBS) $(XML_LIBS) $(YAJL_LIBS) $(CRYPTO_LIBS) $(ZLIB_LIBS)
check_PROGRAMS += tests/report/make_history
tests_report_make_history_SOURCES = tests/report/make_history.c
tests_report_make_history_LDADD = $(REPORT_TEST_LIBS)
TESTS += tests/report/test-html.sh tests/report/test-browser.sh
EXTRA_DIST += tests/report/test-html.sh tests/report/check-html.py tests/report/test-browser.sh tests/report/browser.js
tests/report/test-html.log: tests/report/make_history teewatch
tests/report/test-browser.log: tests/report/make_history teewatch
