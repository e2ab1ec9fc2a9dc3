noinst_LIBRARIES += src/libnet.a
src_libnet_a_SOURCES = \
	src/net/address.c \
	src/net/address.h \
	src/net/fetch.c \
	src/net/fetch.h \
	src/net/fetch_message.c \
	src/net/fetch_message.h \
	src/net/http_field.c \
	src/net/http_field.h \
	src/net/local_file.c \
	src/net/local_file.h \
	src/net/pace.c \
	src/net/pace.h \
	src/net/peer.c \
	src/net/peer.h \
	src/net/schedule.c \
	src/net/schedule.h \
	src/net/transfer.c \
	src/net/transfer.h \
	src/net/url.c \
	src/net/url.h
