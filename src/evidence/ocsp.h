/*
 * OCSP responses (RFC 6960) as collateral: was a certificate revoked? Parsed with our own cursor; the signature is by
 * the certificate's issuer or by a responder that a CA of the verified chain delegated to. Depends on base, cert,
 * collateral.
 */
#ifndef TEEWATCH_EVIDENCE_OCSP_H
#define TEEWATCH_EVIDENCE_OCSP_H

#include "base/limits.h"
#include "cert/cert.h"
#include "evidence/collateral.h"
#include "evidence/verdict.h"

enum { OCSP_SINGLES_MAX = 16, OCSP_CERTIFICATES_MAX = 4, OCSP_REQUEST_BYTES_MAX = 1024 };

enum ocsp_status { OCSP_STATUS_GOOD, OCSP_STATUS_REVOKED, OCSP_STATUS_UNKNOWN };

/* SingleResponse: of one certificate, named by hashes of its issuer's name and key and by its serial number. */
struct ocsp_single {
	struct bytes algorithm;        /* OID content of the hash */
	struct bytes issuer_name_hash, issuer_key_hash, serial;
	enum ocsp_status status;
	int64_t revoked_ms;            /* REVOKED: when */
	int reason;                    /* CRLReason; -1: not said */
	int64_t this_update_ms, next_update_ms; /* next: where it says none, an hour later */
};

struct ocsp_response {
	struct bytes tbs, algorithm, signature;
	struct bytes responder_name, responder_key_hash; /* one of them */
	int64_t produced_ms;
	struct ocsp_single singles[OCSP_SINGLES_MAX];
	size_t single_count;
	struct bytes certificates[OCSP_CERTIFICATES_MAX]; /* DER */
	size_t certificate_count;
	struct bytes nonce;            /* what the request held; empty where it is not echoed */
};

/* Does it look like an OCSPResponse that may hold an answer? */
bool ocsp_is(struct bytes der);

/* FAULT_UNSUPPORTED: an answer that is none (responseStatus), or of a type that is not basic. */
struct fault ocsp_parse(struct bytes der, struct ocsp_response *out);

/* A certificate in question and the CAs above it, its issuer first, verified already. */
struct ocsp_subject {
	const struct cert *certificate;
	const struct cert *const *issuers;
	size_t issuer_count;
};

/* Is the response signed by one who may: the issuer itself, or a responder with the key purpose that one of the
 * issuers signed and that was valid when it answered? NULL, or why not. */
const char *ocsp_not_authentic(const struct ocsp_response *r, const struct ocsp_subject *s);

/* What all responses of the set say of one certificate at a time. */
struct ocsp_finding {
	enum check_result result;  /* PASS: not revoked at the time, and fresh; FAIL: revoked or on hold */
	const char *why;           /* of FAIL and NOT_CHECKED; begins with VERDICT_STALE where one is past its date */
	bool seen, authentic;      /* a response on it is at hand; one of them is signed as it must be */
	bool forged;               /* one of them is not, in a form that could be checked */
	int64_t as_of_ms;          /* PASS: thisUpdate of the one that counts */
	bool has_nonce;            /* and whether it was made for a request with a nonce */
};
void ocsp_judge(const struct collateral_set *set, const struct ocsp_subject *s, int64_t at_ms, struct arena *a,
                struct ocsp_finding *out);

/* The request for one certificate (RFC 6960 section 4.1, SHA-1 as RFC 5019 section 2.1.1 wants it), appended to out.
 * nonce (RFC 8954): empty for none. */
void ocsp_request_put(const struct cert *certificate, const struct cert *issuer, struct bytes nonce,
                      struct buffer *out);

/* The same request with a nonce: what a judge asks for is the same each time, what is sent is not. False where there
 * is something behind the list of requests already. */
bool ocsp_request_add_nonce(struct bytes request, struct bytes nonce, struct buffer *out);

/* Does this answer echo another nonce than that of the request? Caches echo none (RFC 8954 leaves that to them), which
 * is no contradiction. */
bool ocsp_nonce_contradicts(struct bytes der, struct bytes nonce);

#endif
