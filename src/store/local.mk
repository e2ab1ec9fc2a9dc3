noinst_LIBRARIES += src/libstore.a
src_libstore_a_SOURCES = \
	src/store/store.h
