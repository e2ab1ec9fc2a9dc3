/*
 * Intel SGX and TDX quotes of the DCAP library, versions 3, 4 and 5: split into fields, with every length checked. All
 * views are into the bytes that were parsed; integers are little-endian, coordinates, r and s big-endian.
 * Intel SGX ECDSA QuoteGenReference appendix A, TDX DCAP Quoting Library API appendix A; sgx_quote_3.h, sgx_quote_4.h,
 * sgx_quote_5.h of Intel's DCAP. Private to src/evidence and its tests. Depends on base.
 */
#ifndef TEEWATCH_EVIDENCE_DCAP_QUOTE_H
#define TEEWATCH_EVIDENCE_DCAP_QUOTE_H

#include "base/cursor.h"
#include "base/hash.h"

enum {
	DCAP_HEADER_BYTES = 48,
	DCAP_SGX_REPORT_BYTES = 384,
	DCAP_TD10_BYTES = 584,
	DCAP_TD15_BYTES = 648,
	DCAP_TD15EX_BYTES = 885,
	DCAP_SIGNATURE_BYTES = 64,
	DCAP_KEY_BYTES = 64,
	DCAP_KEY_P256 = 2,          /* att_key_type: ECDSA on P-256 with SHA-256, the only one there is */
	DCAP_RTMRS = 4
};

enum dcap_tee { DCAP_TEE_SGX = 0x00, DCAP_TEE_TDX = 0x81 };

/* Of version 5's body descriptor; versions 3 and 4 have the first two. */
enum dcap_body { DCAP_BODY_SGX = 1, DCAP_BODY_TD10 = 2, DCAP_BODY_TD15 = 3, DCAP_BODY_TD15EX = 4 };

/* Certification data types. */
enum dcap_cert_type {
	DCAP_CERT_PPID_CLEAR = 1,    /* 1 to 3: the platform's id, without any key */
	DCAP_CERT_PPID_RSA2048 = 2,
	DCAP_CERT_PPID_RSA3072 = 3,
	DCAP_CERT_PCK_LEAF = 4,
	DCAP_CERT_PCK_CHAIN = 5,
	DCAP_CERT_QE_REPORT = 6,     /* versions 4 and 5: what is around the QE's report */
	DCAP_CERT_PLATFORM_MANIFEST = 7
};

/* An enclave's report: the body of SGX quotes, and what the quoting enclave (QE) says of itself. What was reserved
 * once is used by later SDKs (KSS), so it need not be zero. */
struct sgx_report {
	struct bytes raw;        /* 384 bytes: what the PCK signs of the QE */
	struct bytes cpusvn;     /* 16 */
	struct bytes miscselect; /* 4, as they stand */
	struct bytes attributes; /* 16: flags, then XFRM */
	struct bytes mrenclave, mrsigner; /* 32 */
	struct bytes config_id;  /* 64; zeros without KSS, as the next two */
	struct bytes isv_ext_prod_id, isv_family_id; /* 16 */
	uint16_t isvprodid, isvsvn, config_svn;
	struct bytes report_data; /* 64 */
};

/* A trust domain's report. */
struct td_report {
	struct bytes tee_tcb_svn;                /* 16: at the TD's launch */
	struct bytes mrseam, mrsignerseam;       /* 48 */
	struct bytes seam_attributes, td_attributes, xfam; /* 8 */
	struct bytes mrtd, mrconfigid, mrowner, mrownerconfig, rtmr[DCAP_RTMRS]; /* 48 */
	struct bytes report_data;                /* 64 */
	struct bytes tee_tcb_svn2, mrservicetd;  /* 16 (of the TDX module that runs now), 48: TD 1.5; else empty */
	/* TD 1.5 Ex (885 bytes); else empty */
	struct bytes vmid, td_id, devinfo, init_servtd_hash, init_servtd_attr, init_cpusvn, init_tee_tcb_svn,
		init_tee_fmspc, cur_servtd_hash, cur_servtd_attr;
};

/* Certification data of types 1 to 3: which PCK it would be. */
struct dcap_platform_id {
	struct bytes ppid;   /* 16 in the clear, 256 or 384 encrypted */
	struct bytes cpusvn; /* 16 */
	uint16_t pcesvn, pceid;
};

struct dcap_quote {
	struct bytes raw;          /* without what follows the signature data: what identifies the evidence */
	struct bytes trailing;     /* unsigned bytes behind it: buffers are often larger than the quote */
	uint16_t version, att_key_type;
	uint32_t tee;              /* enum dcap_tee */
	uint16_t qe_svn, pce_svn;  /* version 3; the PCE's is not the PCK's, and proves nothing */
	struct bytes qe_vendor_id; /* 16 */
	struct bytes user_data;    /* 20 */
	unsigned body_type;        /* enum dcap_body */
	struct bytes body;
	struct bytes signed_part;  /* header and body, in version 5 with the body's descriptor */
	struct sgx_report sgx;     /* where body_type is DCAP_BODY_SGX */
	struct td_report td;       /* else */
	struct bytes report_data;  /* the body's */
	struct bytes signature;    /* 64: of signed_part by the attestation key (AK) */
	struct bytes attestation_key; /* 64 */
	struct sgx_report qe;      /* the QE's report */
	struct bytes qe_signature; /* 64: of qe.raw by the PCK */
	struct bytes qe_auth;      /* any length, mostly 32 */
	unsigned cert_type;        /* enum dcap_cert_type */
	struct bytes cert_data;
	struct dcap_platform_id platform_id; /* of types 1 to 3 */
};

/* Intel's own quoting enclaves have this vendor id. */
extern const uint8_t dcap_intel_vendor_id[16];

/* Does it look like a quote: the vendor id where quotes have it, or a header like those of versions 3 to 5? tee: the
 * TEE as far as the header tells. */
bool dcap_quote_is(struct bytes raw, enum dcap_tee *tee);

/* Split into fields. FAULT_UNSUPPORTED (field "version", "att_key_type", "tee_type", "body_type",
 * "certification_data_type") for what a later quote might have; everything before that field is filled in then, and
 * for version, key and certification data also all that is signed, where it stands where it used to. Every other fault
 * means that the bytes break their own format. */
struct fault dcap_quote_parse(struct bytes raw, struct dcap_quote *out);

/* An SGX report of 384 bytes, from a cursor. */
void sgx_report_read(struct cursor *c, struct sgx_report *out);

#endif
