# Tools that make a log and serve it: for the tests and the sample, not installed.
noinst_PROGRAMS += teewatch-mklog teewatch-mkcert teewatch-logserver
teewatch_mklog_SOURCES = tests/testlog/mklog.c tests/testlog/head.c tests/testlog/head.h \
	tests/testlog/merkle_tree.c tests/testlog/merkle_tree.h
teewatch_mklog_LDADD = src/libcert.a src/libbase.a $(IDN2_LIBS) $(CRYPTO_LIBS) $(ZLIB_LIBS)
teewatch_mkcert_SOURCES = tests/testlog/mkcert.c
teewatch_mkcert_CPPFLAGS = $(AM_CPPFLAGS) -DOPENSSL_API_COMPAT=0x10100000L
teewatch_mkcert_LDADD = tests/pki/libpki.a src/libevidence.a src/libextract.a src/libct.a src/libcert.a src/libbase.a $(IDN2_LIBS) \
	$(YAJL_LIBS) $(CRYPTO_LIBS) $(ZLIB_LIBS)
teewatch_logserver_SOURCES = tests/testlog/logserver.c tests/testlog/head.c tests/testlog/head.h \
	tests/testlog/merkle_tree.c tests/testlog/merkle_tree.h tests/testlog/responder.c tests/testlog/responder.h \
	tests/testlog/script.c tests/testlog/script.h tests/testlog/world.c tests/testlog/world.h
teewatch_logserver_LDADD = src/libct.a src/libbase.a $(YAJL_LIBS) $(CRYPTO_LIBS) $(ZLIB_LIBS)
