noinst_LIBRARIES += src/libcert.a
src_libcert_a_SOURCES = \
	src/cert/cert.c \
	src/cert/cert.h \
	src/cert/names.c \
	src/cert/names.h \
	src/cert/text.c \
	src/cert/text.h
