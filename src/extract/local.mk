noinst_LIBRARIES += src/libextract.a
src_libextract_a_SOURCES = \
	src/extract/carriers.c \
	src/extract/document.c \
	src/extract/evervault.c \
	src/extract/evidence_kind.c \
	src/extract/evidence_kind.h \
	src/extract/extract.c \
	src/extract/extract.h \
	src/extract/machine.c \
	src/extract/machine.h \
	src/extract/machine_tinfoil.c \
	src/extract/match.c \
	src/extract/match.h \
	src/extract/match_raw.c \
	src/extract/part.h \
	src/extract/payload.c \
	src/extract/tinfoil.c
