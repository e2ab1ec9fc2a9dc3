noinst_LIBRARIES += src/libevidence.a
src_libevidence_a_SOURCES = \
	src/evidence/amd_roots.c \
	src/evidence/amd_roots.h \
	src/evidence/amd_roots_genoa.c \
	src/evidence/amd_roots_milan.c \
	src/evidence/amd_roots_turin.c \
	src/evidence/amd_tcb.c \
	src/evidence/amd_tcb.h \
	src/evidence/binding.c \
	src/evidence/binding.h \
	src/evidence/checks.c \
	src/evidence/checks.h \
	src/evidence/collateral.c \
	src/evidence/collateral.h \
	src/evidence/es384.c \
	src/evidence/es384.h \
	src/evidence/judge.c \
	src/evidence/judge.h \
	src/evidence/nvidia_certificates.c \
	src/evidence/nvidia_chain.c \
	src/evidence/nvidia_chain.h \
	src/evidence/nvidia_opaque.c \
	src/evidence/nvidia_opaque.h \
	src/evidence/nvidia_roots.c \
	src/evidence/nvidia_roots.h \
	src/evidence/snp.c \
	src/evidence/snp.h \
	src/evidence/snp_candidate.c \
	src/evidence/snp_chain.c \
	src/evidence/snp_report.c \
	src/evidence/snp_tcb.c \
	src/evidence/snp_vek.c \
	src/evidence/spdm.c \
	src/evidence/spdm.h \
	src/evidence/verdict.c \
	src/evidence/verdict.h
