noinst_LIBRARIES += src/libaudit.a
src_libaudit_a_SOURCES = \
	src/audit/analysis.c \
	src/audit/audit.c \
	src/audit/audit.h \
	src/audit/changes.c \
	src/audit/documents.c \
	src/audit/documents.h \
	src/audit/inventory.c \
	src/audit/inventory.h \
	src/audit/journal.c \
	src/audit/promises.c \
	src/audit/sources.c \
	src/audit/state.h \
	src/audit/tail.c \
	src/audit/tail.h \
	src/audit/tail_check.c \
	src/audit/tail_commit.c \
	src/audit/tail_heads.c \
	src/audit/tail_pages.c \
	src/audit/tail_proof.c \
	src/audit/tail_seed.c
