# The libraries that a program needs, highest layer first.
ALL_LAYERS = src/libproc.a src/libreport.a src/libstore.a src/libnet.a src/libpolicy.a \
	src/libevidence.a src/libextract.a src/libct.a src/libcert.a src/libbase.a
ALL_LIBS = $(CURL_LIBS) $(TLS_LIBS) $(SQLITE_LIBS) $(CONFUSE_LIBS) $(PSL_LIBS) $(IDN2_LIBS) $(YAJL_LIBS) $(CRYPTO_LIBS) $(ZLIB_LIBS)

bin_PROGRAMS += teewatch
teewatch_SOURCES = src/cmd/main.c
teewatch_LDADD = $(ALL_LAYERS) $(ALL_LIBS)
