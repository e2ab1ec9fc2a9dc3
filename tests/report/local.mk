check_PROGRAMS += tests/report/test_outlook
TESTS += tests/report/test_outlook
tests_report_test_outlook_SOURCES = tests/report/test_outlook.c
tests_report_test_outlook_LDADD = src/libreport.a src/libstore.a src/libevidence.a src/libextract.a src/libct.a src/libcert.a \
	src/libbase.a $(SQLITE_LIBS) $(PSL_LIBS) $(IDN2_LIBS) $(YAJL_LIBS) $(CRYPTO_LIBS) $(ZLIB_LIBS)
