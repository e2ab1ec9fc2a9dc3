/*
 * QE identity: what Intel's quoting enclaves look like, and which of their versions are up to date (PCS API, Enclave
 * Identity, version 2). And the numbers of TCB evaluations that Intel serves. Private to src/evidence and its tests.
 * Depends on base.
 */
#ifndef TEEWATCH_EVIDENCE_QE_IDENTITY_H
#define TEEWATCH_EVIDENCE_QE_IDENTITY_H

#include "evidence/dcap_quote.h"
#include "evidence/intel_document.h"

enum { QE_MISCSELECT_BYTES = 4, QE_ATTRIBUTES_BYTES = 16, QE_MRSIGNER_BYTES = 32 };

/* Of SGX quotes, of TDX quotes; verifying and appraising enclaves, which sign no quotes. */
enum qe_id { QE_ID_QE, QE_ID_TD_QE, QE_ID_QVE, QE_ID_QAE };

struct qe_identity {
	struct intel_document document;
	struct fault fault;
	enum qe_id id;
	uint32_t evaluation_number;
	uint8_t miscselect[QE_MISCSELECT_BYTES], miscselect_mask[QE_MISCSELECT_BYTES];
	uint8_t attributes[QE_ATTRIBUTES_BYTES], attributes_mask[QE_ATTRIBUTES_BYTES];
	uint8_t mrsigner[QE_MRSIGNER_BYTES];
	uint16_t isvprodid;
	const struct isv_level *levels;
	size_t level_count;
};

/* As tcb_info_parse(). */
struct fault qe_identity_parse(const struct intel_document *d, struct arena *a, struct qe_identity *out);

const char *qe_id_name(enum qe_id id); /* "QE", "TD_QE", ... */

/* What of the QE's report is not as the identity says ("MRSIGNER", ...); NULL: all of it is. */
const char *qe_identity_mismatch(const struct qe_identity *q, const struct sgx_report *report);

/* The identities that Intel's QEs have had since there are any, for when no document is at hand. */
const struct qe_identity *qe_identity_builtin(enum qe_id id);

/* ---- evaluation data numbers ---- */

struct tcb_number {
	uint32_t number;
	int64_t event_ms; /* of the TCB recovery event that brought it */
};

struct tcb_numbers {
	struct intel_document document;
	struct fault fault;
	enum intel_tee tee;
	const struct tcb_number *numbers;
	size_t n;
};

struct fault tcb_numbers_parse(const struct intel_document *d, struct arena *a, struct tcb_numbers *out);

/* The number by which Intel's default answers (update=standard) went at a time: the highest one whose event is at least
 * twelve months old. 0: the document does not reach back so far. */
uint32_t tcb_numbers_in_force(const struct tcb_numbers *t, int64_t at_ms);

#endif
