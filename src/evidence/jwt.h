/*
 * JSON Web Tokens in compact serialisation (RFC 7519, RFC 7515 section 3.1) signed with ES384, and the key sets that
 * they name (RFC 7517). Strict: canonical base64url, no duplicate members, one algorithm. Depends on base and cert.
 */
#ifndef TEEWATCH_EVIDENCE_JWT_H
#define TEEWATCH_EVIDENCE_JWT_H

#include "base/json.h"
#include "base/limits.h"
#include "evidence/es384.h"

struct jwt {
	struct bytes text;            /* the whole token; its SHA-256 is what digests of tokens are over */
	struct bytes signing_input;   /* header '.' payload */
	const struct json *header, *payload; /* objects */
	struct bytes algorithm;       /* "ES384"; "none" and others parse too, and verify never */
	struct bytes key_id;          /* kid; empty where there is none */
	struct bytes signature;       /* decoded; empty for "none" */
};

/* Does it look like one: three parts of base64url letters, the first of which begins an object? */
bool jwt_is(struct bytes text);

/* FAULT_SYNTAX unless three parts, FAULT_ENCODING at bad base64url, faults of JSON; FAULT_UNSUPPORTED for a header with
 * "crit" (RFC 7515 section 4.1.11). Everything lives in the arena or is a view into text. */
struct fault jwt_parse(struct bytes text, struct arena *a, struct jwt *out);

/* Does this key verify the token, as ES384? False for every other algorithm. */
bool jwt_verify(const struct jwt *t, const uint8_t spki[ES384_SPKI_BYTES]);

/* ---- key sets ---- */

struct jwk {
	struct bytes key_id;
	uint8_t spki[ES384_SPKI_BYTES];
	struct bytes certificate;     /* DER, first of x5c; empty where there is none */
	int64_t not_before_ms, not_after_ms; /* of the certificate; 0 without */
	struct fault fault;           /* why this key is none that can be used: the others are */
};

struct jwks {
	struct jwk *keys;             /* those with a key id, for ES384 */
	size_t n;
};

/* FAULT_UNRECOGNISED where it is JSON of another kind, FAULT_LIMIT past LIMIT_JWKS_KEYS. Keys for other algorithms are
 * passed over; one that contradicts itself (its certificate has another key) has its own fault. */
struct fault jwks_parse(struct bytes text, struct arena *a, struct jwks *out);

#endif
