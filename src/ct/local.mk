noinst_LIBRARIES += src/libct.a
src_libct_a_SOURCES = \
	src/ct/entry.h \
	src/ct/log.h \
	src/ct/log_list.h \
	src/ct/merkle.h \
	src/ct/page.h \
	src/ct/proof.h \
	src/ct/sct.h \
	src/ct/signature.h \
	src/ct/tile.h \
	src/ct/tree_head.h
