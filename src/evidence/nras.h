/*
 * Tokens of NVIDIA's Remote Attestation Service (NRAS), and those of local verifiers, which have the same form: an
 * overall token with the digests of one token for each device (RFC 9711 section 4.2.18, detached bundles). They are what
 * a verifier says of evidence, not evidence: only the service's signature makes them worth something, and they never
 * prove hardware. Depends on base, cert, extract and collateral.
 */
#ifndef TEEWATCH_EVIDENCE_NRAS_H
#define TEEWATCH_EVIDENCE_NRAS_H

#include "evidence/judge.h"
#include "evidence/jwt.h"

#define NRAS_ISSUER "https://nras.attestation.nvidia.com"

/* Who says that it has issued a token. */
enum nras_issuer { NRAS_ISSUER_SERVICE, NRAS_ISSUER_LOCAL, NRAS_ISSUER_OTHER };

struct nras_token {
	struct jwt jwt;
	const char *name;             /* "GPU-0", "SWITCH-3"; "" of the overall token */
	enum nras_issuer issuer;
	struct bytes issuer_text;
	int64_t issued_ms, not_before_ms, expires_ms; /* not_before: issued, where the token has none */
	struct bytes nonce;           /* eat_nonce decoded; empty where there is none, as in tokens of failures */
	struct bytes ueid;            /* devices: decimal serial of the leaf certificate; or empty */
	struct bytes result;          /* devices: measres; or empty */
	struct bytes hardware, driver_version, firmware_version; /* devices; or empty */
	bool failed;                  /* it says that attestation failed, whatever else it says */
	const char *why;              /* of that */
};

struct nras_document {
	const char *format;           /* "detached-eat", or "jwt" for a token on its own */
	struct nras_token overall;    /* jwt.text empty: a device's token on its own */
	struct nras_token *devices;
	size_t n;
};

/* The evidence in a file: a token, the service's answer, or what NVIDIA's tools write around it ("detached_eat").
 * False: it is none of them. out is a view into text. */
bool nras_find(struct bytes text, struct arena *a, struct bytes *out);

/* Does it look like one of the first two? */
bool nras_is(struct bytes raw);

/* Strict: two elements, each name once, every token well-formed and with the claims that all of them have. Says nothing
 * of signatures and digests. Everything lives in the arena or is a view into raw. */
struct fault nras_parse(struct bytes raw, struct arena *a, struct nras_document *out);

/* Is this ueid the serial (content octets of the INTEGER) of a certificate? */
bool nras_ueid_is(struct bytes ueid, struct bytes serial);

void nras_judge(const struct judge_request *request, struct arena *a, struct verdict *v, struct judge_needs *needs);

#endif
