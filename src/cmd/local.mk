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
ALL_LAYERS = src/libaudit.a src/libalert.a src/libproc.a src/libreport.a src/libstore.a src/libnet.a src/libpolicy.a \
	src/libevidence.a src/libextract.a src/libct.a src/libcert.a src/libbase.a
ALL_LIBS = $(CURL_LIBS) $(TLS_LIBS) $(SQLITE_LIBS) $(CONFUSE_LIBS) $(PSL_LIBS) $(IDN2_LIBS) $(XML_LIBS) $(YAJL_LIBS) $(CRYPTO_LIBS) $(ZLIB_LIBS)

bin_PROGRAMS += teewatch
teewatch_SOURCES = \
	src/cmd/ack.c \
	src/cmd/canary.c \
	src/cmd/canary.h \
	src/cmd/check.c \
	src/cmd/command.c \
	src/cmd/command.h \
	src/cmd/config_command.c \
	src/cmd/crawl.c \
	src/cmd/decode.c \
	src/cmd/input.c \
	src/cmd/input.h \
	src/cmd/logs.c \
	src/cmd/main.c \
	src/cmd/notify.c \
	src/cmd/notify.h \
	src/cmd/proof.c \
	src/cmd/proof.h \
	src/cmd/publish.c \
	src/cmd/report.c \
	src/cmd/setup.c \
	src/cmd/setup.h \
	src/cmd/verify.c
teewatch_LDADD = src/libconfig.a $(ALL_LAYERS) $(ALL_LIBS)
