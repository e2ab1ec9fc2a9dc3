/* Kinds of evidence, and the rules by which evidence binds a certificate's key. */
#ifndef TEEWATCH_EXTRACT_EVIDENCE_KIND_H
#define TEEWATCH_EXTRACT_EVIDENCE_KIND_H

enum evidence_kind {
	EVIDENCE_NONE = 0,
	EVIDENCE_SNP,
	EVIDENCE_TDX,
	EVIDENCE_SGX,
	EVIDENCE_NITRO,
	EVIDENCE_NVGPU,
	EVIDENCE_NVSWITCH,
	EVIDENCE_NRAS,   /* tokens of NVIDIA's attestation service, or of a local verifier */
	EVIDENCE_SIGSTORE, /* bundle of a build's provenance: of no machine */
	EVIDENCE_UNKNOWN /* evidence is there, and teewatch does not know of which kind */
};

/* How evidence binds a certificate's key (facts: tinfoil section 4, ratls A). */
enum binding_rule {
	BINDING_NONE,        /* evidence on its own: nothing to bind */
	BINDING_SPKI_HPKE,   /* report_data = SHA-256(SPKI) || HPKE key (Tinfoil v2) */
	BINDING_SPKI_HEX,    /* report_data = ASCII hex of SHA-256(SPKI) (Tinfoil v1) */
	BINDING_SPKI_SHA256, /* report_data = SHA-256(SPKI) || zeros (Gramine) */
	BINDING_UNKNOWN      /* there is a certificate, and teewatch cannot check how it is bound */
};

/* How report_data of a CPU's evidence holds the nonce that was asked with (facts: nvidia section 10, tinfoil 4). */
enum nonce_rule {
	NONCE_ALONE,       /* the nonce, then zeros */
	NONCE_FIRST_HALF,  /* report_data[0:32] (Chutes) */
	NONCE_SECOND_HALF, /* report_data[32:64] (dstack, NEAR, Phala, SecretVM, ORGN) */
	NONCE_HASHED,      /* a hash over a text that holds it, then zeros (Tinfoil v3) */
	NONCE_UNKNOWN      /* the scheme is not known: in one of the halves it is no accident, else nothing is said */
};

const char *evidence_kind_name(enum evidence_kind k); /* snp tdx sgx nitro nvgpu nvswitch nras sigstore unknown; "" for none */
enum evidence_kind evidence_kind_of(const char *name);    /* EVIDENCE_NONE where it is no kind's name */

#endif
