/*
 * What a verdict stands on beside the evidence: certificates, CRLs, TCB tables, ... as values.
 * Recognised by content, keyed by SHA-256. Depends on base and cert.
 */
#ifndef TEEWATCH_EVIDENCE_COLLATERAL_H
#define TEEWATCH_EVIDENCE_COLLATERAL_H

#include "base/arena.h"
#include "base/fault.h"
#include "base/hash.h"

enum collateral_kind {
	COLLATERAL_UNKNOWN = 0,
	COLLATERAL_CERTIFICATE, /* DER certificate */
	COLLATERAL_CRL,         /* DER CertificateList */
	COLLATERAL_AMD_TCB,     /* table of SNP TCB floors, see evidence/amd_tcb.h */
	COLLATERAL_ANCHOR,      /* a trust anchor given by the user: DER certificate, or trusted_root.json */
	COLLATERAL_RIM,         /* reference integrity manifest: XML, see evidence/rim.h */
	COLLATERAL_JWKS,        /* JSON Web Key Set (RFC 7517), as it stands */
	COLLATERAL_OCSP,        /* DER OCSPResponse */
	COLLATERAL_TCB_INFO,    /* Intel's TCB info, see evidence/intel_document.h; likewise the next two */
	COLLATERAL_QE_IDENTITY,
	COLLATERAL_TCB_NUMBERS,
	COLLATERAL_SIGSTORE     /* Sigstore bundle with a release's attestation, as it stands */
};

struct collateral {
	enum collateral_kind kind;
	struct bytes der;       /* the bytes that are hashed, archived and verified */
	struct sha256 sha256;
	const char *vendor;     /* anchors: "amd", "intel", "nvidia", "nitro", "sigstore"; else "" */
	const char *label;      /* short name for people: "SEV-VCEK", "CRL of ARK-Genoa" */
	int64_t issued_ms;      /* notBefore, thisUpdate; 0 where there is none */
	int64_t next_update_ms; /* notAfter, nextUpdate; 0 where there is none */
	int64_t archived_ms;    /* when it came into the archive; 0: it did not */
	const char *subject;    /* what it is about, as verdicts ask for it (see below); "" or NULL: nothing in particular */
};

/* A growing set, kept by the caller; items live in the arena. */
struct collateral_set {
	struct collateral *items;
	size_t n, capacity;
	struct arena *arena;
};

void collateral_set_init(struct collateral_set *s, struct arena *a);

/* Recognise the bytes of a file or answer: DER, or its hex, or PEM, percent-encoded or not (one or several certificates,
 * CRLs), the TCB table, RIMs (XML, or the RIM service's answer), key sets, Intel's signed documents and bundles of
 * them. Adds a copy of each item found; those there already are not added twice. FAULT_UNRECOGNISED
 * where nothing is found, FAULT_LIMIT past LIMIT_COLLATERAL_ITEMS. */
struct fault collateral_set_add(struct collateral_set *s, struct bytes content);

/* The same for the answer of a vendor's service, with the certificates in its header fields ("Name: value" lines as they
 * came; NULL: none). nonce: of the request, or empty; FAULT_MISMATCH where the answer is for another one. */
struct fault collateral_set_add_answer(struct collateral_set *s, struct bytes content, const char *headers,
                                       struct bytes nonce);

/* Add one item that has been recognised: for those who take wrappings apart. */
struct fault collateral_set_put(struct collateral_set *s, const struct collateral *item);

/* The same for trust anchors: certificates, and a Sigstore instance's trusted_root.json. vendor NULL: found from the subject
 * (FAULT_UNRECOGNISED where it tells nothing). */
struct fault collateral_set_add_anchor(struct collateral_set *s, struct bytes content, const char *vendor);

/* "[KIND=]PATH", as --trust-anchor takes it: the path, and the vendor (NULL where none is given). */
const char *collateral_anchor_option(const char *option, const char **vendor);

/* What collateral is about: the same text from the item itself and from the evidence that needs it, so that an archive
 * of every machine and year can be asked for the few items that one verdict stands on. In the arena; "" where it is
 * full, or where there is nothing to tell. Intel's are "tcb:TEE:FMSPC" (sgx or tdx, 12 lower-case hex digits), "qe:ID"
 * (the identity's id in lower case: qe, td_qe) and "numbers:TEE". */
const char *collateral_subject_crl(struct bytes issuer, struct arena *a);     /* "crl:CN", of the issuer's DER name */
const char *collateral_subject_ocsp(struct bytes serial, struct arena *a);    /* "ocsp:hex" */
const char *collateral_subject_rim(const char *edition, struct bytes version, struct arena *a); /* "rim:GPU:550.90.07" */
const char *collateral_subject_vcek(struct bytes hwid, struct arena *a);      /* "vcek:hex" */

const char *collateral_kind_name(enum collateral_kind k); /* certificate crl amd-tcb anchor rim jwks ocsp
                                                                * tcb-info qe-identity tcb-numbers sigstore */
enum collateral_kind collateral_kind_of(const char *name);

#endif
