/*
 * What Intel publishes about its TEEs as signed JSON: {"tcbInfo":{...},"signature":"<hex>"} and the like (Intel SGX and
 * TDX Provisioning Certification Service, API version 4). Signed are the bytes of the object as they stand, by
 * ECDSA on P-256 with SHA-256, r || s; what is read is read from those same bytes. Private to src/evidence and its
 * tests. Depends on base, collateral.
 */
#ifndef TEEWATCH_EVIDENCE_INTEL_DOCUMENT_H
#define TEEWATCH_EVIDENCE_INTEL_DOCUMENT_H

#include "base/json.h"
#include "evidence/collateral.h"

enum { INTEL_SIGNATURE_BYTES = 64, INTEL_FMSPC_BYTES = 6, INTEL_PCEID_BYTES = 2 };

enum intel_tee { INTEL_SGX, INTEL_TDX };

struct intel_document {
	enum collateral_kind kind;   /* COLLATERAL_TCB_INFO, _QE_IDENTITY or _TCB_NUMBERS */
	const struct json *object;   /* what is signed, read */
	struct bytes signed_part;    /* and as it stands */
	uint8_t signature[INTEL_SIGNATURE_BYTES];
	int64_t issued_ms, next_update_ms; /* 0 where it does not tell */
};

/* The one member with its object and its signature, and nothing else. FAULT_UNRECOGNISED where it is no such document;
 * other faults where it is one, and its JSON is not strict (a member twice, too deep, too large) or the signature is
 * no 64 bytes. Whether it means anything is for tcb_info_parse() and the like. */
struct fault intel_document_open(struct bytes text, struct arena *a, struct intel_document *out);

/* The document with nothing around its parts, so that one that came in other wrappings has the same hash. */
struct bytes intel_document_text(enum collateral_kind kind, struct bytes signed_part,
                                 const uint8_t signature[INTEL_SIGNATURE_BYTES], struct arena *a);

/* ---- TCB status, as Intel writes it ---- */

enum tcb_status {
	TCB_UP_TO_DATE,
	TCB_SW_HARDENING_NEEDED,
	TCB_CONFIGURATION_NEEDED,
	TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED,
	TCB_OUT_OF_DATE,
	TCB_OUT_OF_DATE_CONFIGURATION_NEEDED,
	TCB_REVOKED,
	/* Not in documents: from a trust domain that was launched under an older module than runs now. */
	TCB_RELAUNCH_ADVISED,
	TCB_RELAUNCH_ADVISED_CONFIGURATION_NEEDED,
	TCB_NO_LEVEL /* below every level of the document */
};

const char *tcb_status_name(enum tcb_status s); /* "UpToDate", ...; TCB_NO_LEVEL is "OutOfDate" to whoever asks */

/* What a level of any of the documents says of what meets it. */
struct tcb_verdict {
	enum tcb_status status;
	int64_t date_ms;                /* tcbDate */
	const struct bytes *advisories; /* "INTEL-SA-00615", ... */
	size_t advisory_count;
};

/* tcbDate, tcbStatus, advisoryIDs of a level. FAULT_UNSUPPORTED for a status that is not known. */
void tcb_verdict_read(const struct json *level, bool isv, struct arena *a, struct tcb_verdict *out, struct fault *fault);

/* A level of an enclave or module: meets it who has at least this ISVSVN. */
struct isv_level {
	uint16_t isvsvn;
	struct tcb_verdict verdict;
};

/* "tcbLevels" of an enclave or module, descending by ISVSVN whatever their order; one twice is FAULT_DUPLICATE. */
void isv_levels_read(const struct json *object, struct arena *a, const struct isv_level **out, size_t *n,
                     struct fault *fault);

/* The first level that an ISVSVN meets; NULL: none. */
const struct isv_level *isv_level_of(const struct isv_level *levels, size_t n, unsigned isvsvn);

#endif
