noinst_LIBRARIES += src/libproc.a
src_libproc_a_SOURCES =
