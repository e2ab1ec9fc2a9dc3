noinst_LIBRARIES += src/libextract.a
src_libextract_a_SOURCES = \
	src/extract/evidence_kind.h \
	src/extract/match.h \
	src/extract/extract.h
