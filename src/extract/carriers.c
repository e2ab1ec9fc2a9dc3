/*
 * Extensions that carry evidence, by OID (content octets as they occur in certificates), and what tells
 * them from look-alikes: several schemes share their OID with each other or with what is no evidence.
 */
#include "base/text.h"
#include "extract/part.h"

/* ---- what a value must look like where the OID alone does not tell ---- */

/* One nested OCTET STRING comes off where it fills the value exactly; a version 4 quote also begins with
 * 04 00, and is longer than the empty string that this would be. */
struct bytes carrier_peel(struct bytes value)
{
	struct cursor c = cursor_of(value);
	struct der inner = der_expect(&c, DER_OCTET_STRING, "extnValue");
	return fault_is_set(cursor_end(&c, "extnValue")) ? value : inner.content;
}

static bool is_json(struct bytes value)
{
	struct bytes text = text_trim(carrier_peel(value));
	return text.n > 0 && text.p[0] == '{';
}

static bool is_no_json(struct bytes value)
{
	return !is_json(value);
}

/* PCK certificates have their SGX extensions, a SEQUENCE, under the OID that Intel's SDK uses for quotes. */
static bool is_no_sequence(struct bytes value)
{
	return value.n == 0 || value.p[0] != DER_SEQUENCE;
}

/* Lexe's SEQUENCE stands under the OID that sgx-ra-tls uses for a PCK certificate in PEM. */
static bool is_sequence(struct bytes value)
{
	return value.n > 0 && value.p[0] == DER_SEQUENCE;
}

/* DICE certificates of devices have other conceptual messages under this OID. */
static bool is_ccc(struct bytes value)
{
	static const uint8_t intel[] = {0xd9, 0xea}, amd[] = {0xda, 0x00, 0x1a, 0x75};
	struct bytes v = carrier_peel(value);
	if (bytes_starts_with(v, bytes_of(intel, sizeof(intel))))
		return v.n > 2 && v.p[2] >= 0x60 && v.p[2] <= 0x62; /* tags 60000 to 60002 */
	return bytes_starts_with(v, bytes_of(amd, sizeof(amd))) && v.n > 4 && v.p[4] >= 0x04 && v.p[4] <= 0x06;
}

/* The Netscape comment is prose in most certificates; Secret Network's without a report is only a key. */
static bool is_ias_report(struct bytes value)
{
	struct bytes v = carrier_peel(value);
	return is_json(value) && memmem(v.p, v.n, "\"report\"", 8);
}

/* ---- the table ---- */

#define OID(...) \
	{ \
		(const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}) \
	}

/* 1.3.6.1.4.1.62397.1.N */
#define OID_DSTACK(n) OID(0x2b, 0x06, 0x01, 0x04, 0x01, 0x83, 0xe7, 0x3d, 0x01, n)
/* 1.3.9900.A.B and 1.3.9901.A.B */
#define OID_CONSTELLATION(a, b) OID(0x2b, 0xcd, 0x2c, a, b)
#define OID_CONTRAST(a, b) OID(0x2b, 0xcd, 0x2d, a, b)
/* 1.2.840.113741.1337.N */
#define OID_SGX_RA_TLS(n) OID(0x2a, 0x86, 0x48, 0x86, 0xf8, 0x4d, 0x8a, 0x39, n)
/* 1.2.840.113556.10.1.N and, later, 1.3.6.1.4.1.311.105.N */
#define OID_OPENENCLAVE_OLD(n) OID(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x14, 0x0a, 0x01, n)
#define OID_OPENENCLAVE(n) OID(0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x69, n)

const struct carrier extract_carriers[] = {
	/* dstack: event logs, identities and modes (.2 to .5, .7, .9) stand beside evidence and are none. */
	{"dstack.quote", "dstack", OID_DSTACK(1),
	 EVIDENCE_TDX, BINDING_UNKNOWN, CARRIER_WRAPPED, is_no_json},
	{"dstack.tpm_quote", "dstack", OID_DSTACK(6),
	 EVIDENCE_UNKNOWN, BINDING_UNKNOWN, CARRIER_WRAPPED, NULL},
	{"dstack.attestation", "dstack", OID_DSTACK(8),
	 EVIDENCE_UNKNOWN, BINDING_UNKNOWN, CARRIER_DSTACK, is_no_json},
	/* attested-tls puts JSON under dstack's OIDs. */
	{"attested-tls.quote", "ratls", OID_DSTACK(1),
	 EVIDENCE_UNKNOWN, BINDING_UNKNOWN, CARRIER_RAW, is_json},
	{"attested-tls.attestation", "ratls", OID_DSTACK(8),
	 EVIDENCE_UNKNOWN, BINDING_UNKNOWN, CARRIER_RAW, is_json},
	/* JSON; its report_data holds a nonce that is not in the certificate. */
	{"constellation.dummy", "constellation", OID_CONSTELLATION(1, 1),
	 EVIDENCE_UNKNOWN, BINDING_UNKNOWN, CARRIER_RAW, NULL},
	{"constellation.aws_nitrotpm", "constellation", OID_CONSTELLATION(2, 1),
	 EVIDENCE_UNKNOWN, BINDING_UNKNOWN, CARRIER_RAW, NULL},
	{"constellation.aws_snp", "constellation", OID_CONSTELLATION(2, 2),
	 EVIDENCE_UNKNOWN, BINDING_UNKNOWN, CARRIER_RAW, NULL},
	{"constellation.gcp_es", "constellation", OID_CONSTELLATION(3, 1),
	 EVIDENCE_UNKNOWN, BINDING_UNKNOWN, CARRIER_RAW, NULL},
	{"constellation.gcp_snp", "constellation", OID_CONSTELLATION(3, 2),
	 EVIDENCE_UNKNOWN, BINDING_UNKNOWN, CARRIER_RAW, NULL},
	{"constellation.azure_snp", "constellation", OID_CONSTELLATION(4, 1),
	 EVIDENCE_UNKNOWN, BINDING_UNKNOWN, CARRIER_RAW, NULL},
	{"constellation.azure_trusted_launch", "constellation", OID_CONSTELLATION(4, 2),
	 EVIDENCE_UNKNOWN, BINDING_UNKNOWN, CARRIER_RAW, NULL},
	{"constellation.azure_tdx", "constellation", OID_CONSTELLATION(4, 3),
	 EVIDENCE_UNKNOWN, BINDING_UNKNOWN, CARRIER_RAW, NULL},
	{"constellation.qemu_vtpm", "constellation", OID_CONSTELLATION(5, 1),
	 EVIDENCE_UNKNOWN, BINDING_UNKNOWN, CARRIER_RAW, NULL},
	{"constellation.qemu_tdx", "constellation", OID_CONSTELLATION(5, 99),
	 EVIDENCE_UNKNOWN, BINDING_UNKNOWN, CARRIER_RAW, NULL},
	{"contrast.snp", "contrast", OID_CONTRAST(2, 1),
	 EVIDENCE_UNKNOWN, BINDING_UNKNOWN, CARRIER_RAW, NULL},
	{"contrast.tdx", "contrast", OID_CONTRAST(2, 2),
	 EVIDENCE_UNKNOWN, BINDING_UNKNOWN, CARRIER_RAW, NULL},
	{"contrast.insecure", "contrast", OID_CONTRAST(2, 3),
	 EVIDENCE_UNKNOWN, BINDING_UNKNOWN, CARRIER_RAW, NULL},
	/* Gramine writes the OID with its own header inside it; that is what is found. */
	{"gramine", "ratls", OID(0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf8, 0x4d, 0x8a, 0x39, 0x06),
	 EVIDENCE_SGX, BINDING_SPKI_SHA256, CARRIER_RAW, NULL},
	/* .3 to .5 and .7 to .13 are signatures, certificates and other collateral. */
	{"sgx-ra-tls.report", "sgx-ra-tls", OID_SGX_RA_TLS(2),
	 EVIDENCE_UNKNOWN, BINDING_UNKNOWN, CARRIER_RAW, NULL},
	{"sgx-ra-tls.quote", "sgx-ra-tls", OID_SGX_RA_TLS(6),
	 EVIDENCE_SGX, BINDING_UNKNOWN, CARRIER_RAW, NULL},
	{"lexe", "sgx-ra-tls", OID_SGX_RA_TLS(7),
	 EVIDENCE_SGX, BINDING_UNKNOWN, CARRIER_SEQUENCE, is_sequence},
	{"sgx-sdk", "sgx-ra-tls", OID(0x2a, 0x86, 0x48, 0x86, 0xf8, 0x4d, 0x01, 0x0d, 0x01),
	 EVIDENCE_SGX, BINDING_UNKNOWN, CARRIER_RAW, is_no_sequence},
	{"ccc.evidence", "ratls", OID(0x67, 0x81, 0x05, 0x05, 0x04, 0x09),
	 EVIDENCE_UNKNOWN, BINDING_UNKNOWN, CARRIER_CCC, is_ccc},
	{"ietf.cmw", "ratls", OID(0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x23),
	 EVIDENCE_UNKNOWN, BINDING_UNKNOWN, CARRIER_CHOICE, NULL},
	{"openenclave.report_old", "openenclave", OID_OPENENCLAVE_OLD(1),
	 EVIDENCE_UNKNOWN, BINDING_UNKNOWN, CARRIER_OE_REPORT, NULL},
	{"openenclave.evidence_old", "openenclave", OID_OPENENCLAVE_OLD(2),
	 EVIDENCE_UNKNOWN, BINDING_UNKNOWN, CARRIER_OE_EVIDENCE, NULL},
	{"openenclave.report", "openenclave", OID_OPENENCLAVE(1),
	 EVIDENCE_UNKNOWN, BINDING_UNKNOWN, CARRIER_OE_REPORT, NULL},
	{"openenclave.evidence", "openenclave", OID_OPENENCLAVE(2),
	 EVIDENCE_UNKNOWN, BINDING_UNKNOWN, CARRIER_OE_EVIDENCE, NULL},
	{"secret-network", "secret-network", OID(0x60, 0x86, 0x48, 0x01, 0x86, 0xf8, 0x42, 0x01, 0x0d),
	 EVIDENCE_UNKNOWN, BINDING_UNKNOWN, CARRIER_RAW, is_ias_report},
	{"privasys", "privasys", OID(0x2a, 0x86, 0x48, 0x86, 0xf8, 0x4d, 0x01, 0x05, 0x05, 0x01, 0x06),
	 EVIDENCE_TDX, BINDING_UNKNOWN, CARRIER_RAW, NULL},
	{"cocoon.quote", "cocoon", OID(0x2b, 0x06, 0x01, 0x04, 0x01, 0xe0, 0x39, 0x01),
	 EVIDENCE_TDX, BINDING_UNKNOWN, CARRIER_RAW, NULL},
	{"a3s.report", "a3s", OID(0x2b, 0x06, 0x01, 0x04, 0x01, 0x83, 0xc7, 0x1e, 0x01, 0x01),
	 EVIDENCE_SNP, BINDING_UNKNOWN, CARRIER_RAW, NULL},
	{"a3s-power.report", "a3s", OID(0x2b, 0x06, 0x01, 0x04, 0x01, 0x83, 0xb9, 0x70, 0x01, 0x01),
	 EVIDENCE_UNKNOWN, BINDING_UNKNOWN, CARRIER_RAW, NULL},
};
const size_t extract_carrier_count = sizeof(extract_carriers) / sizeof(extract_carriers[0]);

/* Under joint-iso-itu-t(2) ds(5), where nearly all extensions of public certificates are, is no evidence. */
const struct carrier *carrier_of(struct bytes oid, struct bytes value)
{
	if (oid.n < 2 || oid.p[0] == 0x55)
		return NULL;
	for (size_t i = 0; i < extract_carrier_count; i++) {
		const struct carrier *row = &extract_carriers[i];
		if (bytes_equal(oid, row->oid) && (!row->is || row->is(value)))
			return row;
	}
	return NULL;
}
