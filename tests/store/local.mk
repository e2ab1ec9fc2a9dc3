check_PROGRAMS += tests/store/test_store tests/store/test_store_past tests/store/test_store_promise tests/store/test_publish tests/store/test_store_faults
TESTS += tests/store/test_store tests/store/test_store_past tests/store/test_store_promise tests/store/test_publish tests/store/test_store_faults

STORE_TEST_LIBS = src/libstore.a src/libevidence.a src/libextract.a src/libct.a src/libcert.a src/libbase.a \
	$(SQLITE_LIBS) $(PSL_LIBS) $(IDN2_LIBS) $(XML_LIBS) $(YAJL_LIBS) $(CRYPTO_LIBS) $(ZLIB_LIBS)

tests_store_test_store_SOURCES = tests/store/test_store.c tests/store/history.h tests/store/scene.h
tests_store_test_store_LDADD = $(STORE_TEST_LIBS)
tests_store_test_store_past_SOURCES = tests/store/test_store_past.c tests/store/history.h tests/store/scene.h
tests_store_test_store_past_LDADD = $(STORE_TEST_LIBS)
tests_store_test_store_promise_SOURCES = tests/store/test_store_promise.c tests/store/history.h tests/store/scene.h
tests_store_test_store_promise_LDADD = $(STORE_TEST_LIBS)
tests_store_test_publish_SOURCES = tests/store/test_publish.c tests/store/history.h
tests_store_test_publish_LDADD = $(STORE_TEST_LIBS)
tests_store_test_store_faults_SOURCES = tests/store/test_store_faults.c tests/store/fault_vfs.c tests/store/fault_vfs.h \
	tests/store/history.h
tests_store_test_store_faults_LDADD = $(STORE_TEST_LIBS)
check_PROGRAMS += tests/store/test_store_picture
TESTS += tests/store/test_store_picture
tests_store_test_store_picture_SOURCES = tests/store/test_store_picture.c tests/store/history.h tests/store/scene.h
tests_store_test_store_picture_LDADD = $(STORE_TEST_LIBS)
