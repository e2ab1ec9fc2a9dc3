/*
 * An Intel of the tests' own: root, Platform and Processor CA, PCK certificates with the SGX extension, quotes of every
 * version and body that are signed by them. Good as they come; a test changes what it wants wrong. TCB info, QE
 * identities and CRLs of the same vendor are demo_intel_documents.h's. Everything returned lives in the arena.
 */
#ifndef TEEWATCH_TESTS_PKI_DEMO_INTEL_H
#define TEEWATCH_TESTS_PKI_DEMO_INTEL_H

#include "base/arena.h"
#include "evidence/dcap_quote.h"
#include "evidence/pck.h"

#define DEMO_INTEL_AT_MS INT64_C(1795478400000)      /* 2026-11-24 */
#define DEMO_INTEL_CA_FROM_MS INT64_C(1526900000000) /* 2018-05-21: root and CAs */
#define DEMO_INTEL_CA_TO_MS INT64_C(2000000000000)   /* 2033-05-18: CAs; the root is valid until 2049 */
#define DEMO_INTEL_PCK_FROM_MS INT64_C(1735689600000) /* 2025-01-01 */
#define DEMO_INTEL_PCK_TO_MS INT64_C(1956528000000)   /* 2032-01-01 */

/* Names of keys, for demo_p256_sign and demo_p256_key. */
#define DEMO_INTEL_ROOT_KEY "demo intel root"
#define DEMO_INTEL_PLATFORM_KEY "demo intel platform ca"
#define DEMO_INTEL_PROCESSOR_KEY "demo intel processor ca"
#define DEMO_INTEL_PCK_KEY "demo intel pck"
#define DEMO_INTEL_AK "demo intel attestation key"

#define DEMO_INTEL_ROOT_CN "Intel SGX Root CA"
#define DEMO_INTEL_PLATFORM_CN "Intel SGX PCK Platform CA"
#define DEMO_INTEL_PROCESSOR_CN "Intel SGX PCK Processor CA"
#define DEMO_INTEL_PCK_CN "Intel SGX PCK Certificate"

/* Any certificate of it. O is "Demo Intel", so no name is the real vendor's. */
struct demo_intel_certificate {
	const char *subject, *issuer; /* CNs */
	const char *key, *signer;     /* names of keys */
	int64_t from_ms, to_ms;
	uint8_t serial[20];           /* big-endian, non-negative whatever the first bit is */
	bool ca;
	long path_length;             /* of a CA; below 0: none */
	const char *usage;            /* keyUsage as openssl writes it; NULL: a CA's or a signer's */
	struct bytes sgx_extension;   /* its value; empty: none */
	bool odd_critical;            /* with a critical extension that nobody knows */
	bool sha384, on_p384;
};
struct bytes demo_intel_certificate(const struct demo_intel_certificate *c, struct arena *a); /* DER */

struct demo_intel_certificate demo_intel_root_good(void);
struct demo_intel_certificate demo_intel_ca_good(enum pck_ca ca);
struct bytes demo_intel_root(struct arena *a); /* DER of the good one, to be given as trust anchor */
struct bytes demo_intel_ca(enum pck_ca ca, struct arena *a);

/* The SGX extension of a PCK certificate. */
struct demo_sgx_extension {
	uint8_t ppid[16], pceid[2], fmspc[6], cpusvn[16], instance_id[16];
	unsigned components[16], pcesvn, sgx_type;
	bool platform;            /* with instance id and configuration */
	bool dynamic_platform, cached_keys, smt_enabled;
	bool cpusvn_differs;      /* else it is made of the components */
	unsigned omit, repeat;    /* bit n: field n (1 to 7) */
	unsigned omit_tcb, repeat_tcb; /* bit n: field 2.n (1 to 18) */
	bool unknown_field;       /* a field 9 */
	bool trailing;            /* bytes behind it */
};
struct bytes demo_sgx_extension(const struct demo_sgx_extension *e, struct arena *a);

struct demo_pck {
	struct demo_sgx_extension sgx;
	struct demo_intel_certificate certificate; /* its sgx_extension is made of the above where it is empty */
};
/* FMSPC 0000000000d0 of the Platform CA, 0000000000d1 of the Processor CA. */
struct demo_pck demo_pck_good(enum pck_ca ca);
struct bytes demo_pck(const struct demo_pck *p, struct arena *a); /* DER */

/* ---- quotes ---- */

/* Offsets in the bodies. */
enum {
	DEMO_SGX_CPUSVN = 0, DEMO_SGX_MISCSELECT = 16, DEMO_SGX_ATTRIBUTES = 48, DEMO_SGX_MRENCLAVE = 64,
	DEMO_SGX_MRSIGNER = 128, DEMO_SGX_ISVPRODID = 256, DEMO_SGX_ISVSVN = 258, DEMO_SGX_REPORT_DATA = 320,
	DEMO_TD_TCB_SVN = 0, DEMO_TD_MRSEAM = 16, DEMO_TD_MRSIGNERSEAM = 64, DEMO_TD_SEAM_ATTRIBUTES = 112,
	DEMO_TD_ATTRIBUTES = 120, DEMO_TD_XFAM = 128, DEMO_TD_MRTD = 136, DEMO_TD_MRCONFIGID = 184, DEMO_TD_MROWNER = 232,
	DEMO_TD_MROWNERCONFIG = 280, DEMO_TD_RTMR0 = 328, DEMO_TD_REPORT_DATA = 520, DEMO_TD_TCB_SVN2 = 584,
	DEMO_TD_MRSERVICETD = 600
};

struct demo_flip {
	size_t at;
	uint8_t bits; /* exchanged (XOR) */
};

struct demo_quote {
	unsigned version, att_key_type;
	uint32_t tee;
	uint8_t qe_vendor_id[16];
	unsigned body_type;          /* of version 5's descriptor; tells which body it is in every version */
	uint32_t body_size;          /* of the descriptor; 0: the right one */
	uint8_t body[DCAP_TD15EX_BYTES];
	uint8_t qe[DCAP_SGX_REPORT_BYTES]; /* its report_data is the binding's, exchanged with qe_data_flip */
	uint8_t qe_data_flip[64];
	uint8_t qe_auth[256];
	size_t qe_auth_bytes;
	const char *ak, *quote_signer, *qe_signer; /* names of keys; signers NULL: ak and the PCK's */
	uint8_t ak_flip[64];         /* exchanged in the key that stands in the quote, before it is bound */
	struct demo_pck pck;
	struct demo_intel_certificate ca, root;
	unsigned cert_type;          /* 1 to 5; types 1 to 3 have the platform id of pck */
	struct bytes cert_data;      /* instead of what is made for cert_type */
	const char *order;           /* of the PEM: "lir"; 'l' leaf, 'i' intermediate, 'r' root, 'n' a zero byte, 'c' CRLF from
	                                here on */
	size_t trailing;             /* bytes behind, of value trailing_value */
	uint8_t trailing_value;
	long signature_data_delta, envelope_delta, auth_delta, cert_delta; /* added to the lengths that stand there */
	struct demo_flip flips[4];   /* of the whole, after everything was signed */
};

/* Version 3: SGX. Versions 4 and 5: the body that is asked for. Attributes as good ones have, report_data zero. The QE
 * has the MRSIGNER demo_qe_mrsigner, ISVPRODID 1 (SGX) or 2 (TDX), ISVSVN 8 (SGX) or 4 (TDX). */
struct demo_quote demo_quote_good(unsigned version, enum dcap_body body);
extern const uint8_t demo_qe_mrsigner[32];

struct bytes demo_quote(const struct demo_quote *q, struct arena *a);
struct bytes demo_quote_chain(const struct demo_quote *q, struct arena *a); /* its PEM */

#endif
