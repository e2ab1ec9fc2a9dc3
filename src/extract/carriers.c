/*
 * Extensions that carry evidence: facts on how each scheme embeds it stand in its own public
 * documentation; the OIDs here are content octets as they occur in certificates.
 */
#include "extract/extract.h"

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

const struct carrier extract_carriers[] = {
	{"dstack.quote", "dstack", OID_DSTACK(1), EVIDENCE_TDX, BINDING_UNKNOWN, true},
	{"dstack.event_log", "dstack", OID_DSTACK(2), EVIDENCE_UNKNOWN, BINDING_UNKNOWN, true},
	{"dstack.attestation_mode", "dstack", OID_DSTACK(5), EVIDENCE_UNKNOWN, BINDING_UNKNOWN, true},
	{"dstack.tpm_quote", "dstack", OID_DSTACK(6), EVIDENCE_UNKNOWN, BINDING_UNKNOWN, true},
	{"dstack.tpm_event_log", "dstack", OID_DSTACK(7), EVIDENCE_UNKNOWN, BINDING_UNKNOWN, true},
	{"dstack.attestation", "dstack", OID_DSTACK(8), EVIDENCE_UNKNOWN, BINDING_UNKNOWN, true},
	{"constellation.azure_snp", "constellation", OID_CONSTELLATION(2, 1), EVIDENCE_UNKNOWN, BINDING_UNKNOWN, false},
	{"constellation.azure_tdx", "constellation", OID_CONSTELLATION(2, 2), EVIDENCE_UNKNOWN, BINDING_UNKNOWN, false},
	{"constellation.aws", "constellation", OID_CONSTELLATION(3, 1), EVIDENCE_UNKNOWN, BINDING_UNKNOWN, false},
	{"constellation.aws_snp", "constellation", OID_CONSTELLATION(3, 2), EVIDENCE_UNKNOWN, BINDING_UNKNOWN, false},
	{"constellation.azure", "constellation", OID_CONSTELLATION(1, 1), EVIDENCE_UNKNOWN, BINDING_UNKNOWN, false},
	{"constellation.gcp", "constellation", OID_CONSTELLATION(4, 1), EVIDENCE_UNKNOWN, BINDING_UNKNOWN, false},
	{"constellation.gcp_es", "constellation", OID_CONSTELLATION(4, 2), EVIDENCE_UNKNOWN, BINDING_UNKNOWN, false},
	{"constellation.gcp_snp", "constellation", OID_CONSTELLATION(4, 3), EVIDENCE_UNKNOWN, BINDING_UNKNOWN, false},
	{"constellation.qemu", "constellation", OID_CONSTELLATION(5, 1), EVIDENCE_UNKNOWN, BINDING_UNKNOWN, false},
	{"constellation.qemu_tdx", "constellation", OID_CONSTELLATION(5, 99), EVIDENCE_UNKNOWN, BINDING_UNKNOWN, false},
	{"contrast.snp", "contrast", OID_CONTRAST(2, 1), EVIDENCE_UNKNOWN, BINDING_UNKNOWN, false},
	{"contrast.tdx", "contrast", OID_CONTRAST(2, 2), EVIDENCE_UNKNOWN, BINDING_UNKNOWN, false},
	{"contrast.insecure", "contrast", OID_CONTRAST(2, 3), EVIDENCE_UNKNOWN, BINDING_UNKNOWN, false},
	/* Gramine writes the OID with its own header inside it; that is what is found. */
	{"gramine", "ratls", OID(0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf8, 0x4d, 0x8a, 0x39, 0x06), EVIDENCE_SGX,
	 BINDING_SPKI_SHA256, false},
	{"sgx-ra-tls.report", "sgx-ra-tls", OID_SGX_RA_TLS(2), EVIDENCE_UNKNOWN, BINDING_UNKNOWN, false},
	{"sgx-ra-tls.quote", "sgx-ra-tls", OID_SGX_RA_TLS(6), EVIDENCE_SGX, BINDING_UNKNOWN, false},
	{"sgx-ra-tls.pck_or_lexe", "sgx-ra-tls", OID_SGX_RA_TLS(7), EVIDENCE_UNKNOWN, BINDING_UNKNOWN, false},
	{"sgx-ra-tls.tdx_quote", "sgx-ra-tls", OID_SGX_RA_TLS(12), EVIDENCE_TDX, BINDING_UNKNOWN, false},
	{"sgx-ra-tls.csv_report", "sgx-ra-tls", OID_SGX_RA_TLS(13), EVIDENCE_UNKNOWN, BINDING_UNKNOWN, false},
	{"sgx-sdk", "sgx-ra-tls", OID(0x2a, 0x86, 0x48, 0x86, 0xf8, 0x4d, 0x01, 0x0d, 0x01), EVIDENCE_SGX, BINDING_UNKNOWN,
	 false},
	{"ccc.evidence", "ratls", OID(0x67, 0x81, 0x05, 0x05, 0x04, 0x09), EVIDENCE_UNKNOWN, BINDING_UNKNOWN, false},
	{"ietf.cmw", "ratls", OID(0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x23), EVIDENCE_UNKNOWN, BINDING_UNKNOWN, false},
	{"openenclave.report_old", "openenclave", OID(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x14, 0x0a, 0x01, 0x01), EVIDENCE_UNKNOWN,
	 BINDING_UNKNOWN, false},
	{"openenclave.evidence_old", "openenclave", OID(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x14, 0x0a, 0x01, 0x02),
	 EVIDENCE_UNKNOWN, BINDING_UNKNOWN, false},
	{"openenclave.report", "openenclave", OID(0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x69, 0x01), EVIDENCE_UNKNOWN,
	 BINDING_UNKNOWN, false},
	{"openenclave.evidence", "openenclave", OID(0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x69, 0x02), EVIDENCE_UNKNOWN,
	 BINDING_UNKNOWN, false},
	{"secret-network", "secret-network", OID(0x60, 0x86, 0x48, 0x01, 0x86, 0xf8, 0x42, 0x01, 0x0d), EVIDENCE_UNKNOWN,
	 BINDING_UNKNOWN, false},
	{"privasys", "privasys", OID(0x2a, 0x86, 0x48, 0x86, 0xf8, 0x4d, 0x01, 0x05, 0x05, 0x01, 0x06), EVIDENCE_TDX,
	 BINDING_UNKNOWN, false},
	{"cocoon.quote", "cocoon", OID(0x2b, 0x06, 0x01, 0x04, 0x01, 0xe0, 0x39, 0x01), EVIDENCE_TDX, BINDING_UNKNOWN, false},
	{"a3s.report", "a3s", OID(0x2b, 0x06, 0x01, 0x04, 0x01, 0x83, 0xc7, 0x1e, 0x01, 0x01), EVIDENCE_SNP, BINDING_UNKNOWN,
	 false},
	{"a3s-power.report", "a3s", OID(0x2b, 0x06, 0x01, 0x04, 0x01, 0x83, 0xb9, 0x70, 0x01, 0x01), EVIDENCE_UNKNOWN,
	 BINDING_UNKNOWN, false},
};
const size_t extract_carrier_count = sizeof(extract_carriers) / sizeof(extract_carriers[0]);
