/*
 * Which of a set's signed documents a verdict stands on, and who has signed it. Private to src/evidence and its tests.
 * Depends on base, cert, collateral.
 */
#ifndef TEEWATCH_EVIDENCE_DCAP_DOCUMENTS_H
#define TEEWATCH_EVIDENCE_DCAP_DOCUMENTS_H

#include "evidence/intel_crl.h"
#include "evidence/intel_roots.h"
#include "evidence/qe_identity.h"
#include "evidence/tcb_info.h"

/* In what sense a document speaks for a time. Best last. */
enum document_basis {
	DOCUMENT_NONE,
	DOCUMENT_OF_LATER,        /* issued after the time, of a number that was not, or may not have been, in force then */
	DOCUMENT_STALE,           /* issued before it, past its nextUpdate */
	DOCUMENT_POLICY_OF_TIME,  /* issued after the time, of the number that was in force then */
	DOCUMENT_IN_FORCE         /* issued by the time, and not past its nextUpdate */
};
const char *document_basis_name(enum document_basis b); /* "in force", ...; as verdicts have it */

/* Who has signed a document. Best last. */
enum signer_state {
	SIGNER_NONE,       /* no certificate of a TCB signer is at hand */
	SIGNER_NOT_SIGNED, /* there are some, and none of their keys has signed it */
	SIGNER_NOT_INTEL,  /* one has, and is not Intel's TCB signer: see why */
	SIGNER_EXPIRED,    /* it is, and its certificate was not valid when it is asked for */
	SIGNER_GOOD
};

struct document_choice {
	const struct collateral *item;  /* NULL: none is at hand */
	enum document_basis basis;
	enum signer_state state;
	const char *why;                /* of the state */
	const struct collateral *signer;
	struct cert signer_cert;
	const struct tcb_info *tcb_info;       /* of that kind; likewise */
	const struct qe_identity *qe_identity;
	struct fault fault;             /* of the document */
	uint32_t number;                /* tcbEvaluationDataNumber */
};

struct document_search {
	const struct collateral_set *set;
	const struct intel_anchor *anchor; /* the root that the PCK chain ends in */
	int64_t at_ms;
	bool given;                /* as in judge_request: what is not authentic is chosen where nothing else is there */
	struct arena *arena;
	uint32_t number_in_force;  /* at the time; 0: not known. From documents_number_in_force() */
	/* for TCB info */
	enum intel_tee tee;
	const uint8_t *fmspc, *pceid;
	/* for QE identities */
	enum qe_id qe_id;
};

/* From the set's evaluation data numbers, of those that the TCB signer has signed the newest. 0: it does not tell. */
uint32_t documents_number_in_force(const struct document_search *s);

/* The TCB info of this processor and TEE. In force at the time: of the number in force, else of the highest below it,
 * else of the lowest above it; where the set does not tell which one was in force and several are published side by
 * side, the lowest (the higher ones are Intel's early access). Of one number the newest. Else, in this order: one of a
 * later time with the number in force then, the newest stale one, the first of a later time. Authentic ones only, or,
 * where there is none and the set was given for this evidence, the one that would have been chosen. */
void documents_find_tcb_info(const struct document_search *s, struct document_choice *out);
void documents_find_qe_identity(const struct document_search *s, struct document_choice *out);

/* Who has signed this document? At a time that is in its life, as near to at_ms as may be. */
void documents_find_signer(const struct document_search *s, const struct intel_document *d, struct document_choice *out);

#endif
