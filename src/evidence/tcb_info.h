/*
 * TCB info: which security versions of a processor family (FMSPC) and of its TDX modules Intel calls up to date. Versions
 * 3 and, of SGX only, 2 (PCS API, TCB Info). Private to src/evidence and its tests. Depends on base.
 */
#ifndef TEEWATCH_EVIDENCE_TCB_INFO_H
#define TEEWATCH_EVIDENCE_TCB_INFO_H

#include "evidence/intel_document.h"

enum { TCB_COMPONENTS = 16, TDX_MRSIGNER_BYTES = 48, TDX_ATTRIBUTES_BYTES = 8 };

struct tcb_level {
	uint8_t sgx[TCB_COMPONENTS], tdx[TCB_COMPONENTS]; /* tdx: zeros in documents about SGX */
	uint16_t pcesvn;
	struct tcb_verdict verdict;
};

/* Who may have signed the TDX module, with which attributes, and its levels. */
struct tdx_module {
	unsigned version; /* major: of "TDX_01" 1; of tdxModule, which has no levels, 0 */
	uint8_t mrsigner[TDX_MRSIGNER_BYTES];
	uint8_t attributes[TDX_ATTRIBUTES_BYTES], mask[TDX_ATTRIBUTES_BYTES];
	const struct isv_level *levels;
	size_t level_count;
};

struct tcb_info {
	struct intel_document document;
	struct fault fault;             /* where set, only document and what stands before it may be used */
	enum intel_tee tee;
	unsigned version;
	uint8_t fmspc[INTEL_FMSPC_BYTES], pceid[INTEL_PCEID_BYTES];
	uint32_t evaluation_number;     /* tcbEvaluationDataNumber */
	const struct tcb_level *levels; /* descending, whatever their order in the document */
	size_t level_count;
	struct tdx_module module;       /* TDX; likewise */
	const struct tdx_module *modules;
	size_t module_count;
};

/* Read a document of kind COLLATERAL_TCB_INFO; out->fault is what is returned, too. FAULT_UNSUPPORTED: a version,
 * tcbType or status that this program does not know; every other fault means that it breaks its own format. */
struct fault tcb_info_parse(const struct intel_document *d, struct arena *a, struct tcb_info *out);

/* The module of this major version; NULL: the document knows none. Version 0 is the document's tdxModule. */
const struct tdx_module *tcb_info_module(const struct tcb_info *t, unsigned version);

#endif
