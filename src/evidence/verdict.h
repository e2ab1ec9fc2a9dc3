/*
 * The outcome of looking at one piece of evidence: data, never a return code. A verdict is a
 * pure function of (evidence, certificate, collateral, anchors, time). Everything in it lives
 * in the arena it was made in. Depends on base, extract.
 */
#ifndef TEEWATCH_EVIDENCE_VERDICT_H
#define TEEWATCH_EVIDENCE_VERDICT_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/fault.h"
#include "base/hash.h"
#include "base/limits.h"
#include "extract/evidence_kind.h"

enum check_result { CHECK_NOT_CHECKED, CHECK_PASS, CHECK_FAIL };
enum verdict_result { VERDICT_INCOMPLETE, VERDICT_VERIFIED, VERDICT_FAILED };
enum claim_status { CLAIM_UNKNOWN, CLAIM_ASSERTED, CLAIM_REFUTED };
enum claim_source { SOURCE_NONE, SOURCE_HARDWARE_PROVEN, SOURCE_VERIFIER_DERIVED, SOURCE_PROVIDER_ASSERTED,
	            SOURCE_OPERATOR_ASSERTED };

/* The detail of a check that could not be made because the collateral at hand is past its next update begins
 * with this, so that policy tells it from collateral that is missing. */
#define VERDICT_STALE "stale: "

struct verdict_check {
	const char *id;     /* stable: "snp.vcek_chain" */
	enum check_result result;
	const char *detail; /* why; "" where there is nothing to say */
	bool binding;       /* joins evidence with a certificate, so it is recorded with it */
};

struct verdict_claim {
	const char *claim; /* "tee_attested", ... */
	enum claim_status status;
	enum claim_source source;
	const char *reason;
};

enum value_kind { VALUE_HEX, VALUE_TEXT, VALUE_NUMBER, VALUE_BOOLEAN, VALUE_LIST /* texts, NUL-separated */ };

struct verdict_value {
	const char *name; /* "measurement", "policy", ... as EXPR names it */
	enum value_kind kind;
	struct bytes bytes; /* HEX, TEXT, LIST */
	uint64_t number;    /* NUMBER, BOOLEAN */
};

struct verdict_values {
	struct verdict_value v[LIMIT_VERDICT_VALUES];
	size_t n;
};

struct verdict_anchor {
	const char *vendor; /* "amd", "intel", ... */
	struct sha256 sha256; /* of the anchor's DER */
	bool builtin;
};

struct verdict {
	enum evidence_kind kind;
	const char *format;         /* "report-v3", "quote-v4" */
	struct sha256 sha256;       /* of the decoded evidence without unsigned trailing bytes */
	int64_t at_ms;
	enum verdict_result result;
	struct verdict_check checks[LIMIT_VERDICT_CHECKS];
	size_t check_count;
	struct verdict_claim claims[LIMIT_VERDICT_CLAIMS];
	size_t claim_count;
	struct verdict_values tcb, measurements, binding, fields;
	struct bytes report_data;
	struct verdict_anchor anchors[LIMIT_VERDICT_ANCHORS];
	size_t anchor_count;
	struct fault fault;
	struct arena *arena;
};

void verdict_init(struct verdict *v, struct arena *a, enum evidence_kind kind, int64_t at_ms);

/* Record a check. id is a row of the check table (checks.h); detail may be NULL, else printf. */
void verdict_check(struct verdict *v, const char *id, enum check_result result, const char *detail, ...)
	__attribute__((format(printf, 4, 5)));
/* One that is there already is said anew. */
void verdict_claim(struct verdict *v, const char *claim, enum claim_status status, enum claim_source source,
                   const char *reason);
void verdict_hex(struct verdict_values *to, const char *name, struct bytes value);
void verdict_text(struct verdict_values *to, const char *name, const char *value);
void verdict_list(struct verdict_values *to, const char *name, struct bytes texts); /* with NULs between them */
void verdict_number(struct verdict_values *to, const char *name, uint64_t value);
void verdict_boolean(struct verdict_values *to, const char *name, bool value);
/* Recorded once, however many chains end in it. */
void verdict_anchor(struct verdict *v, const char *vendor, struct sha256 sha256, bool builtin);

/* Set `result` from checks, required checks of the kind, and fault. Call it last. */
void verdict_conclude(struct verdict *v);

/* The result of a check; CHECK_NOT_CHECKED where it is not in the verdict. */
enum check_result verdict_check_result(const struct verdict *v, const char *id);
const struct verdict_check *verdict_first_failed(const struct verdict *v);
/* The value that EXPR and policy know under this name: measurements, then fields, tcb, binding; "report_data" too. */
const struct verdict_value *verdict_find(const struct verdict *v, const char *name);
const struct verdict_claim *verdict_find_claim(const struct verdict *v, const char *claim);

/* Names of enum values as they stand in JSON and in the database, and back. */
const char *check_result_name(enum check_result r);     /* pass fail not_checked */
const char *verdict_result_name(enum verdict_result r); /* verified failed incomplete */
const char *claim_status_name(enum claim_status s);     /* asserted refuted unknown */
const char *claim_source_name(enum claim_source s);     /* hardware_proven ...; "" for none */

/* The verdict as bytes for another process, and back into an arena (strict; FAULT_* on bad bytes). */
void verdict_encode(const struct verdict *v, struct buffer *out);
struct fault verdict_decode(struct bytes in, struct arena *a, struct verdict *out);

#endif
