noinst_LIBRARIES += src/libct.a
src_libct_a_SOURCES =
