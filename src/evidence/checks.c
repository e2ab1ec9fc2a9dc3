#include "evidence/checks.h"

#include <string.h>

const struct check checks[] = {
	{"evidence.supported", EVIDENCE_NONE, true, false,
	 "teewatch can verify this kind of evidence, and it is of the kind that it is said to be"},
	{"snp.format", EVIDENCE_SNP, true, false, "the report has 1,184 bytes and a known version"},
	{"snp.signature_algorithm", EVIDENCE_SNP, true, false, "ECDSA P-384 with SHA-384 by a VCEK or VLEK"},
	{"snp.reserved", EVIDENCE_SNP, true, false,
	 "reserved bits and bytes are as the report's version wants them"},
	{"snp.signature_encoding", EVIDENCE_SNP, true, false, "the signature has the one canonical encoding"},
	{"snp.vcek_available", EVIDENCE_SNP, true, false,
	 "the certificate of the signing key (VCEK or VLEK) is at hand; what came with the evidence is one"},
	{"snp.vcek_shape", EVIDENCE_SNP, true, false,
	 "that certificate has the form of AMD's (names, key, extensions) and is of the class that the report names"},
	{"snp.vcek_chain", EVIDENCE_SNP, true, false, "it chains to a pinned AMD root and is valid at the time"},
	{"snp.crl", EVIDENCE_SNP, false, false, "a CRL of the root is at hand, and signed by it"},
	{"snp.ask_revocation", EVIDENCE_SNP, true, false, "a fresh CRL of the root does not revoke the intermediate"},
	{"snp.report_signature", EVIDENCE_SNP, true, false, "the report is signed by that key"},
	{"snp.vcek_tcb", EVIDENCE_SNP, true, false, "the key was derived for the report's REPORTED_TCB"},
	{"snp.vcek_hwid", EVIDENCE_SNP, true, false, "the key is of the report's CHIP_ID, where that is not masked"},
	{"snp.product", EVIDENCE_SNP, true, false,
	 "the processor that the report identifies is of the root's product line"},
	{"snp.vmpl", EVIDENCE_SNP, true, false, "requested by the guest, at VMPL 0 to 3, not by the host"},
	{"snp.debug", EVIDENCE_SNP, true, false, "the policy forbids debugging"},
	{"snp.migration_agent", EVIDENCE_SNP, true, false,
	 "the policy lets no migration agent read the guest, and none is bound"},
	{"snp.tcb_order", EVIDENCE_SNP, true, false,
	 "reported <= committed <= current TCB, component by component; reserved bytes are zero"},
	{"snp.tcb", EVIDENCE_SNP, true, false,
	 "the TCB was compared with the dated table of AMD's bulletins and is not revoked; one that is merely old "
	 "refutes tcb_up_to_date and fails nothing"},
	{"nras.format", EVIDENCE_NRAS, true, false, "the tokens are well-formed, and have the claims that such tokens have"},
	{"nras.issuer", EVIDENCE_NRAS, true, false,
	 "all are issued by NVIDIA's service; what a local verifier writes is the word of whoever offers it"},
	{"nras.algorithm", EVIDENCE_NRAS, true, false, "all are signed with ES384, and with nothing else"},
	{"nras.key", EVIDENCE_NRAS, true, false,
	 "the service's key set with the named key is at hand, and the key was good when the token was issued"},
	{"nras.signature", EVIDENCE_NRAS, true, false, "each token is signed by its key"},
	{"nras.submodules", EVIDENCE_NRAS, true, false,
	 "the overall token has the digest of each device's token, and of no other"},
	{"nras.nonce", EVIDENCE_NRAS, true, false, "all hold the same nonce"},
	{"nras.times", EVIDENCE_NRAS, true, false, "all are valid at the time"},
	{"nras.result", EVIDENCE_NRAS, true, false, "the service says that attestation succeeded, of each device"},
	{"nras.ueid", EVIDENCE_NRAS, false, false,
	 "the devices are those whose own evidence is beside the tokens"},
	{"nv.format", EVIDENCE_NVGPU, true, false,
	 "an SPDM 1.1 request for all measurements and its response, to the last byte; of GPUs and switches alike"},
	{"nv.opaque", EVIDENCE_NVGPU, true, false, "the vendor's opaque data is in a form that is known, each field once"},
	{"nv.chain_available", EVIDENCE_NVGPU, true, false, "the device's certificates are at hand and can be read"},
	{"nv.chain_shape", EVIDENCE_NVGPU, true, false,
	 "they are five, in their order, with names, keys and extensions as NVIDIA's have them"},
	{"nv.chain", EVIDENCE_NVGPU, true, false, "each is signed by the next, to the pinned root, and valid at the time"},
	{"nv.signature", EVIDENCE_NVGPU, true, false, "the device's attestation key signed request and response"},
	{"nv.device_type", EVIDENCE_NVGPU, true, false,
	 "the certificates are those of a GPU, or of a switch, as the evidence is said to be"},
	{"nv.architecture", EVIDENCE_NVGPU, true, false, "they are of the architecture that the document names, if any"},
	{"nv.fwid", EVIDENCE_NVGPU, true, false,
	 "the firmware id in the evidence is the one in the certificate, on architectures that have one"},
	{"nv.pdi", EVIDENCE_NVGPU, true, false,
	 "the device identifier in the evidence, where it has one, is the one in the certificate"},
	{"nv.ocsp", EVIDENCE_NVGPU, false, false, "the OCSP responses at hand are signed by those who may"},
	{"nv.revocation", EVIDENCE_NVGPU, true, false,
	 "fresh OCSP responses say of each certificate between the attestation key's and the root's that it is good"},
	{"nv.driver_rim", EVIDENCE_NVGPU, true, false,
	 "a reference manifest of the driver's version is at hand, authentic and in time; switches have no driver"},
	{"nv.firmware_rim", EVIDENCE_NVGPU, true, false,
	 "a reference manifest of the VBIOS's or the switch's firmware version is at hand, authentic and in time"},
	{"nv.measurements", EVIDENCE_NVGPU, true, false,
	 "every measurement that a manifest names is one of its golden values, index by index"},
	{"nv.device_unique", EVIDENCE_NONE, true, false,
	 "no other evidence of the same device stands in the same document"},
	{"nv.topology", EVIDENCE_NONE, false, false,
	 "GPUs and switches of one document name each other, by the identifiers in their certificates"},
	{"binding.spki", EVIDENCE_NONE, true, true, "the evidence binds the certificate's key"},
	{"binding.hpke", EVIDENCE_NONE, true, true, "the evidence binds the HPKE key that the certificate names"},
	{"binding.nonce", EVIDENCE_NONE, true, true, "the evidence holds the expected nonce"},
	{"binding.document_nonce", EVIDENCE_NONE, true, true, "the evidence holds the nonce that its document names"},
	{"binding.gpu_nonce", EVIDENCE_NONE, true, true,
	 "the CPU's evidence in the same document holds the nonce that the GPU or switch answers"},
};
const size_t check_count = sizeof(checks) / sizeof(checks[0]);

bool check_is_of(const struct check *check, enum evidence_kind kind)
{
	return check->kind == (kind == EVIDENCE_NVSWITCH ? EVIDENCE_NVGPU : kind);
}

const struct check *check_find(const char *id)
{
	for (size_t i = 0; i < check_count; i++)
		if (strcmp(checks[i].id, id) == 0)
			return &checks[i];
	return NULL;
}
