noinst_LIBRARIES += src/libct.a
src_libct_a_SOURCES = \
	src/ct/consistency.c \
	src/ct/consistency.h \
	src/ct/entry.c \
	src/ct/entry.h \
	src/ct/log.h \
	src/ct/log_list.c \
	src/ct/log_list.h \
	src/ct/log_list_key.c \
	src/ct/log_proof.c \
	src/ct/log_proof.h \
	src/ct/log_proof_verify.c \
	src/ct/merkle.c \
	src/ct/merkle.h \
	src/ct/note.c \
	src/ct/note.h \
	src/ct/page.c \
	src/ct/page.h \
	src/ct/proof.c \
	src/ct/proof.h \
	src/ct/sct.c \
	src/ct/sct.h \
	src/ct/signature.c \
	src/ct/signature.h \
	src/ct/tile.c \
	src/ct/tile.h \
	src/ct/tree_head.c \
	src/ct/tree_head.h
