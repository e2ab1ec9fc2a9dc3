noinst_LIBRARIES += src/libnet.a
src_libnet_a_SOURCES = \
	src/net/fetch.h
