/*
 * AMD SEV-SNP: the attestation report (AMD publication 56860, table ATTESTATION_REPORT), the VCEK or
 * VLEK certificate of its signing key, and their verification. Private to src/evidence and its tests.
 * Depends on base, cert.
 */
#ifndef TEEWATCH_EVIDENCE_SNP_H
#define TEEWATCH_EVIDENCE_SNP_H

#include "base/arena.h"
#include "cert/cert.h"
#include "evidence/amd_roots.h"
#include "evidence/amd_tcb.h"
#include "evidence/judge.h"

enum {
	SNP_REPORT_BYTES = 1184,
	SNP_SIGNED_BYTES = 0x2a0,
	SNP_CHIP_ID_BYTES = 64,
	SNP_TURIN_HWID_BYTES = 8
};

enum snp_signing_key { SNP_KEY_VCEK = 0, SNP_KEY_VLEK = 1 };

/* TCB_VERSION, decoded by the product's layout. */
struct snp_tcb {
	uint8_t fmc, bl, tee, snp, ucode;
	bool reserved_set;
};

struct snp_report {
	struct bytes raw;
	uint32_t version, guest_svn, vmpl, signature_algorithm, signer_info;
	uint64_t policy, platform_info;
	struct bytes family_id, image_id, report_data, measurement, host_data, id_key_digest, author_key_digest,
		report_id, report_id_ma, chip_id, signature;
	struct bytes current_tcb, reported_tcb, committed_tcb, launch_tcb; /* 8 bytes as they stand */
	uint8_t family, model, stepping; /* version 3 and later; 0 before */
	uint8_t current_version[3], committed_version[3]; /* build, minor, major */
	uint64_t launch_mit_vector, current_mit_vector;   /* version 5 */
	struct fault reserved;           /* first reserved bit or byte that is set */
};

/* Split into fields. FAULT_LENGTH unless 1,184 bytes, FAULT_VALUE for versions that never existed,
 * FAULT_UNSUPPORTED for later ones. Reserved parts are judged apart: out->reserved. */
struct fault snp_report_parse(struct bytes raw, struct snp_report *out);

static inline unsigned snp_signing_key(const struct snp_report *r)
{
	return r->signer_info >> 2 & 7;
}

/* The product as the report tells it: from the processor's identification (version 3 on), or Turin from
 * the form of its CHIP_ID; AMD_UNKNOWN where the report leaves it open. */
enum amd_product snp_report_product(const struct snp_report *r);

/* A product whose layout of TCB_VERSION is the report's: also where only the product is open and not the layout.
 * `product`: as far as it is known. */
enum amd_product snp_tcb_layout(const struct snp_report *r, enum amd_product product);
struct snp_tcb snp_tcb_decode(struct bytes raw, enum amd_product product);
/* Is every component of a at least that of b? */
bool snp_tcb_at_least(const struct snp_tcb *a, const struct snp_tcb *b);

/* The report's fields into the verdict. product: as far as it is known. */
void snp_report_put(const struct snp_report *r, enum amd_product product, struct verdict *v);

/* ---- VCEK and VLEK ---- */

struct snp_vek {
	struct bytes der;
	struct cert cert;
	enum snp_signing_key key;    /* from the subject's CN */
	enum amd_product product;    /* from the issuer's CN */
	struct snp_tcb tcb;
	struct bytes hwid;           /* VCEK: 64 bytes, Turin 8; VLEK: empty */
	struct bytes product_name;
	bool unknown_line;           /* of a product line that teewatch does not know: nothing more can be said */
	struct fault fault;          /* what in its form is not AMD's */
	const char *why;             /* of the fault, for people */
};

/* Is this certificate a VCEK or VLEK? False: another certificate. True: out->fault says whether its form
 * is right. */
bool snp_vek_parse(struct bytes der, struct snp_vek *out);

/* Is it of the report's chip (or the report of none), and of its REPORTED_TCB? */
bool snp_vek_is_of_chip(const struct snp_vek *vek, const struct snp_report *r);
bool snp_vek_is_of_tcb(const struct snp_vek *vek, const struct snp_report *r);

/* Could this certificate be that of the report's signing key: its class, this TCB, and this chip or a masked
 * one? Who gives a report and one such certificate together means them to belong together. */
bool snp_vek_is_plausible(struct bytes report, struct bytes vek_der);

/* Does the key of this certificate verify the report's signature? */
bool snp_report_verify(const struct snp_report *r, struct bytes vek_der);
/* Is the signature in its one canonical encoding: 0 < r, s < n, padding zero? */
bool snp_signature_is_canonical(const struct snp_report *r, const char **why);

/* ---- chain ---- */

struct snp_chain {
	enum amd_product product;
	struct sha256 anchor;        /* of the ARK's DER */
	bool builtin;
	bool trusted;                /* everything up to the ARK verifies and is valid at the time */
	bool unchecked;              /* not trusted, since a root or intermediate is not at hand */
	const char *why;             /* where it does not */
	bool crl_seen, crl_authentic; /* a CRL that names this root is at hand; the root has signed one of them */
	enum check_result revocation;
	const char *revocation_why;
	bool crl_wanted;             /* another CRL would help */
};

/* VEK -> ASK or ASVK -> pinned ARK, at a time; the ASK against the ARK's CRL. */
void snp_chain_verify(const struct snp_vek *vek, const struct collateral_set *set, int64_t at_ms,
                      struct snp_chain *out);

/* Is this a well-formed VEK that chains to the pinned root? */
bool snp_vek_is_authentic(struct bytes vek_der, const struct collateral_set *set, int64_t at_ms, struct arena *a);

/* Collateral that claims to be AMD's and is not: why; NULL for good collateral and for other vendors'. */
const char *snp_collateral_vet(const struct collateral *item, const struct collateral_set *set, struct arena *a);

/* ---- which certificate is the signing key's ---- */

enum snp_candidate_found {
	SNP_CANDIDATE_NONE,
	SNP_CANDIDATE_UNREADABLE, /* what came with the evidence is no VCEK or VLEK, and there is no other */
	SNP_CANDIDATE_FOUND
};

struct snp_candidate {
	enum snp_candidate_found found;
	struct snp_vek vek;       /* where it is FOUND; likewise */
	struct snp_chain chain;
	bool signs;               /* its key verifies the report's signature */
};

/* From the request's endorsement and collateral; the rule is told in snp_candidate.c. */
void snp_candidate_choose(const struct judge_request *q, const struct snp_report *r, struct snp_candidate *out);

/* ---- freshness ---- */

enum snp_tcb_status { SNP_TCB_UNKNOWN, SNP_TCB_UP_TO_DATE, SNP_TCB_OUT_OF_DATE, SNP_TCB_REVOKED };

/* Compare reported, committed and current TCB with the table's floors that were published at the time. why says
 * what decided; the table's date goes into the verdict. */
enum snp_tcb_status snp_tcb_evaluate(const struct snp_report *r, enum amd_product product,
                                     const struct collateral_set *set, int64_t at_ms, struct verdict *v,
                                     const char **why);

void snp_judge(const struct judge_request *request, struct arena *a, struct verdict *v, struct judge_needs *needs);

#endif
