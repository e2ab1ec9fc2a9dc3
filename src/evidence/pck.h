/*
 * The certificate of a platform's Provisioning Certification Key (PCK), which signs the reports of quoting enclaves, with
 * Intel's extension of it, and its chain: PCK <- Platform or Processor CA <- Intel SGX Root CA. Everything is ECDSA on
 * P-256 with SHA-256. Intel SGX PCK Certificate and Certificate Revocation List Profile Specification. Private to
 * src/evidence and its tests. Depends on base, cert, collateral.
 */
#ifndef TEEWATCH_EVIDENCE_PCK_H
#define TEEWATCH_EVIDENCE_PCK_H

#include "cert/cert.h"
#include "evidence/ecdsa.h"
#include "evidence/intel_roots.h"

enum {
	PCK_FMSPC_BYTES = 6,
	PCK_PCEID_BYTES = 2,
	PCK_COMPONENTS = 16,
	PCK_PPID_BYTES = 16,
	PCK_INSTANCE_ID_BYTES = 16,
	PCK_CHAIN_MAX = 3 /* leaf, intermediate, root: never more */
};

enum pck_ca { PCK_CA_UNKNOWN, PCK_CA_PLATFORM, PCK_CA_PROCESSOR };
enum pck_sgx_type { PCK_STANDARD = 0, PCK_SCALABLE = 1, PCK_SCALABLE_INTEGRITY = 2 };

/* The leaf, and what its extension 1.2.840.113741.1.13.1 says. */
struct pck {
	struct bytes der;
	struct cert cert;
	enum pck_ca ca;                      /* from the issuer's CN; which CRL lists it depends on this */
	uint8_t ppid[PCK_PPID_BYTES];        /* identifies the machine */
	uint8_t components[PCK_COMPONENTS];  /* SVNs of the SGX TCB */
	uint16_t pcesvn;
	uint8_t cpusvn[PCK_COMPONENTS];      /* the same as the components */
	uint8_t pceid[PCK_PCEID_BYTES];
	uint8_t fmspc[PCK_FMSPC_BYTES];
	enum pck_sgx_type sgx_type;
	bool has_instance_id;                /* certificates of the Platform CA; likewise the configuration */
	uint8_t instance_id[PCK_INSTANCE_ID_BYTES];
	bool has_configuration, has_dynamic_platform, has_cached_keys, has_smt;
	bool dynamic_platform, cached_keys, smt_enabled;
	bool unknown_field;                  /* with `why`: of a form that is newer than teewatch, rather than wrong */
	const char *why;                     /* what in its form is not Intel's; NULL: nothing */
};

/* Is this a certificate that calls itself a PCK's? False: another one. True: out->why says whether its form is right. */
bool pck_parse(struct bytes der, struct pck *out);

/* Certificates as they came with a quote. */
struct pck_chain {
	struct bytes der[PCK_CHAIN_MAX]; /* in their order */
	size_t n;
	bool found;                /* a leaf is among them */
	struct pck leaf;
	struct bytes intermediate; /* DER; empty where there is none that has issued the leaf, by name */
	struct cert intermediate_cert;
	struct bytes root;         /* DER; empty where there is none: that is no fault, since it is pinned */
	struct cert root_cert;
	const char *why;           /* what in the set of certificates is not right; NULL: nothing */
};

/* Concatenated PEM: certificates and nothing else but line ends between them and zero bytes behind the last. FAULT_SYNTAX,
 * FAULT_ENCODING (base64, or DER that is no certificate), FAULT_LIMIT (more than PCK_CHAIN_MAX), with the offset from
 * the text's start plus `offset`. Decoded into the arena. The order is free: real quotes of 2020 have leaf, root,
 * intermediate. Who is who is told by the names; out->why says where that does not come out. */
struct fault pck_chain_parse(struct bytes pem, size_t offset, struct arena *a, struct pck_chain *out);

/* A chain of this leaf alone, and then of what the collateral has of its issuers: for quotes that bring the leaf only,
 * or none. */
void pck_chain_of_leaf(struct bytes leaf_der, const struct collateral_set *set, struct pck_chain *out);

/* What holds of a chain at any time. */
struct pck_trust {
	bool rooted;             /* names, roles and signatures are good up to a pinned root */
	bool unchecked;          /* not rooted, since something is not at hand */
	const char *why;         /* where it is not rooted */
	struct intel_anchor anchor; /* the root it ends in, where rooted */
	int64_t from_ms, to_ms;  /* when leaf, intermediate and root are all valid, both ends included */
};

/* leaf <- intermediate <- pinned root: names, roles, signatures. A root that came with the chain has to have the pinned
 * name and key, and to be signed by it. Dates are left to pck_trust_why. */
void pck_chain_verify(const struct pck_chain *c, const struct collateral_set *set, struct pck_trust *out);

/* Why the chain is not to be trusted at this time; NULL: it is. */
const char *pck_trust_why(const struct pck_trust *t, int64_t at_ms);

/* Signed with ecdsa-with-SHA256, and with this key (on P-256)? */
bool intel_is_signed_by(const struct cert *c, const struct ecdsa_key *key);

/* basicConstraints and keyUsage, the only critical extensions that Intel's certificates have. ca: CA:TRUE with this
 * path length, and keyCertSign; else CA:FALSE and digitalSignature. */
bool intel_has_role(const struct cert *c, bool ca, unsigned path_length);

bool intel_is_valid_at(const struct cert *c, int64_t at_ms);

#endif
