noinst_LIBRARIES += src/libpolicy.a
src_libpolicy_a_SOURCES = \
	src/policy/evaluate.c \
	src/policy/expectation.c \
	src/policy/findings.c \
	src/policy/findings.h \
	src/policy/policy.h \
	src/policy/rules.c \
	src/policy/severity.c \
	src/policy/watch.c
