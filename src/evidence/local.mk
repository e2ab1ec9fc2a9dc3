noinst_LIBRARIES += src/libevidence.a
src_libevidence_a_SOURCES = \
	src/evidence/verdict.h \
	src/evidence/judge.h \
	src/evidence/collateral.h
