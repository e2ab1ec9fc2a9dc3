/*
 * CRLs of Intel's root and PCK CAs (RFC 5280 section 5; Intel SGX PCK Certificate and CRL Profile Specification), read by
 * the DER cursor: a CRL is what strangers send. Private to src/evidence and its tests. Depends on base, cert,
 * collateral.
 */
#ifndef TEEWATCH_EVIDENCE_INTEL_CRL_H
#define TEEWATCH_EVIDENCE_INTEL_CRL_H

#include "cert/cert.h"
#include "evidence/collateral.h"
#include "evidence/verdict.h"

struct intel_crl {
	struct bytes tbs, issuer;    /* whole */
	int64_t this_update_ms, next_update_ms;
	struct bytes entries;        /* content of revokedCertificates; empty: none */
	size_t entries_offset;
	struct bytes authority_key;  /* keyIdentifier of the AKI; empty: none */
	bool numbered;               /* has a cRLNumber */
	bool odd;                    /* a critical extension, of the list or an entry: it may not be relied on */
	struct bytes signature;      /* ECDSA-Sig-Value; empty where the algorithm is not ecdsa-with-SHA256 */
};

/* Every entry is looked at, too. */
struct fault intel_crl_parse(struct bytes der, struct intel_crl *out);

struct intel_crl_entry {
	int64_t revoked_ms;
	unsigned reason; /* CRLReason; 0: unspecified */
};
/* Is this serial number listed? Compared as a number. */
bool intel_crl_find(const struct intel_crl *c, struct bytes serial, struct intel_crl_entry *out);

/* In the issuer's name, signed by its key, with its key's identifier? */
bool intel_crl_is_of(const struct intel_crl *c, const struct cert *issuer);

/* What the CRLs of a set say of one certificate at a time. Listed with a date at or before it: revoked, however old the
 * list is. The newest list that was issued by then and is not past its nextUpdate: not revoked. One that was issued
 * later and does not list it, or with a later date, proves that all the more. */
struct intel_revocation {
	bool seen;                  /* a CRL in the issuer's name is at hand */
	bool authentic;             /* and one that the issuer has signed */
	enum check_result result;
	const char *why;
	bool wanted;                /* a newer one would help */
	const struct collateral *crl; /* what decided; NULL: none */
};
void intel_revocation_find(const struct collateral_set *set, const struct cert *issuer, const struct cert *of,
                           int64_t at_ms, struct arena *a, struct intel_revocation *out);

#endif
