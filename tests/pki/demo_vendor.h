/*
 * A vendor of the tests' own: an AMD-like chain (ARK, ASK, ASVK, VCEK, VLEK, CRL) and SNP reports signed by
 * it. Its root is given to teewatch as a trust anchor. Everything returned is owned by the caller's arena.
 */
#ifndef TEEWATCH_TESTS_PKI_DEMO_VENDOR_H
#define TEEWATCH_TESTS_PKI_DEMO_VENDOR_H

#include "base/arena.h"
#include "evidence/amd_roots.h"

enum { DEMO_CHIP_ID_BYTES = 64 };

struct demo_tcb {
	uint8_t fmc, bl, tee, snp, ucode;
};

/* What a certificate of a signing key says; defects are what a test wants wrong. */
struct demo_vek {
	enum amd_product product;
	bool vlek;
	uint8_t chip_id[DEMO_CHIP_ID_BYTES];
	struct demo_tcb tcb;
	int64_t not_before_ms, not_after_ms;
	bool signed_by_other;     /* by the other intermediate's key */
	bool without_hwid;
	bool on_p256;
	bool pkcs1;               /* signed with PKCS #1 v1.5 padding instead of PSS */
	const char *subject;      /* CN; NULL: SEV-VCEK or SEV-VLEK */
	const char *issuer;       /* CN; NULL: the intermediate's */
	const char *odd_oid;      /* this extension has odd_value (empty: is left out), or stands there although */
	struct bytes odd_value;   /* it should not */
	bool odd_twice;
};

struct demo_report {
	uint32_t version;         /* 2, 3, 5 */
	enum amd_product product;
	bool vlek;
	uint32_t vmpl;
	uint64_t policy;          /* 0x30000 is usual */
	uint8_t report_data[64], measurement[48], chip_id[DEMO_CHIP_ID_BYTES];
	struct demo_tcb reported, committed, current;
	uint8_t family, model, stepping;
};

/* The defaults of a good report and certificate: Genoa, version 3, up to date. */
struct demo_report demo_report_good(void);
struct demo_vek demo_vek_of(const struct demo_report *r);

/* DER. at: the chain is valid from 2020 to 2045. */
struct bytes demo_ark(enum amd_product product, struct arena *a);
struct bytes demo_ask(enum amd_product product, bool vlek, struct arena *a);
struct bytes demo_vek(const struct demo_vek *v, struct arena *a);
/* to_ms 0: without nextUpdate. */
struct bytes demo_crl(enum amd_product product, int64_t from_ms, int64_t to_ms, bool revokes_ask, struct arena *a);

/* The 1,184 bytes, signed by the VCEK's or VLEK's key. */
struct bytes demo_report(const struct demo_report *r, struct arena *a);
/* The same without signature, and signing it afterwards: for reports with a defect that is signed. */
struct bytes demo_report_unsigned(const struct demo_report *r, struct arena *a);
void demo_report_sign(uint8_t *report, bool vlek);

#endif
