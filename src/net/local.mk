noinst_LIBRARIES += src/libnet.a
src_libnet_a_SOURCES = \
	src/net/address.c \
	src/net/address.h \
	src/net/fetch.c \
	src/net/fetch.h \
	src/net/pace.c \
	src/net/pace.h
