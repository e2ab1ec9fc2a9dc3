noinst_LIBRARIES += src/libbase.a
src_libbase_a_SOURCES = \
	src/base/arena.c \
	src/base/arena.h \
	src/base/base32.c \
	src/base/base32.h \
	src/base/base64.c \
	src/base/base64.h \
	src/base/buffer.c \
	src/base/buffer.h \
	src/base/bytes.h \
	src/base/clock.c \
	src/base/clock.h \
	src/base/cursor.c \
	src/base/cursor.h \
	src/base/der.c \
	src/base/der.h \
	src/base/fault.c \
	src/base/fault.h \
	src/base/file.c \
	src/base/file.h \
	src/base/gzip.c \
	src/base/gzip.h \
	src/base/hash.c \
	src/base/hash.h \
	src/base/hex.c \
	src/base/hex.h \
	src/base/json.c \
	src/base/json.h \
	src/base/json_writer.c \
	src/base/json_writer.h \
	src/base/limits.h \
	src/base/memory.c \
	src/base/memory.h \
	src/base/text.c \
	src/base/text.h \
	src/base/timestamp.c \
	src/base/timestamp.h
