noinst_LIBRARIES += src/libpolicy.a
src_libpolicy_a_SOURCES = \
	src/policy/policy.h
