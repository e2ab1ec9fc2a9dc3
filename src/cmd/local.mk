noinst_LIBRARIES += src/libconfig.a
src_libconfig_a_SOURCES = \
	src/cmd/config.c \
	src/cmd/config.h \
	src/cmd/config_checks.c \
	src/cmd/config_keys.c \
	src/cmd/config_keys.h \
	src/cmd/config_put.c \
	src/cmd/config_text.c \
	src/cmd/config_text.h \
	src/cmd/config_types.c

# The libraries that a program needs, highest layer first.
ALL_LAYERS = src/libproc.a src/libreport.a src/libstore.a src/libnet.a src/libpolicy.a \
	src/libevidence.a src/libextract.a src/libct.a src/libcert.a src/libbase.a
ALL_LIBS = $(CURL_LIBS) $(SQLITE_LIBS) $(CONFUSE_LIBS) $(PSL_LIBS) $(IDN2_LIBS) $(YAJL_LIBS) $(CRYPTO_LIBS) $(ZLIB_LIBS)

bin_PROGRAMS += teewatch
teewatch_SOURCES = src/cmd/main.c
teewatch_LDADD = src/libconfig.a $(ALL_LAYERS) $(ALL_LIBS)
