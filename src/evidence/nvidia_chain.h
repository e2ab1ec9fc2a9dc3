/*
 * The certificates of NVIDIA's devices: attestation key <- identity key of the device <- provisioner <- product line
 * <- root, always these five and in this order (DICE, TCG DICE Attestation Architecture section 6.1). The root is
 * pinned byte by byte: built in, or given as a trust anchor. Everything is ECDSA on P-384 with SHA-384. Revocation is
 * ocsp.h's. Private to src/evidence and its tests. Depends on base, cert, collateral.
 */
#ifndef TEEWATCH_EVIDENCE_NVIDIA_CHAIN_H
#define TEEWATCH_EVIDENCE_NVIDIA_CHAIN_H

#include "base/limits.h"
#include "cert/cert.h"
#include "evidence/collateral.h"

enum {
	NVIDIA_CHAIN_LENGTH = 5,
	NVIDIA_PDI_BYTES = 8,
	NVIDIA_FWID_BYTES = 48
};

/* Places in the chain. */
enum { NVIDIA_ATTESTATION_KEY, NVIDIA_IDENTITY_KEY, NVIDIA_PROVISIONER, NVIDIA_LINE, NVIDIA_ROOT };

enum nvidia_device { NVIDIA_DEVICE_UNKNOWN, NVIDIA_DEVICE_GPU, NVIDIA_DEVICE_SWITCH };
enum nvidia_architecture { NVIDIA_ARCH_UNKNOWN, NVIDIA_HOPPER, NVIDIA_BLACKWELL, NVIDIA_LS10 };

struct nvidia_chain {
	struct bytes der[LIMIT_CHAIN_CERTIFICATES]; /* as they came, leaf first */
	size_t n;
	const char *why;              /* what in its form is not NVIDIA's; NULL: the rest is there */
	bool unknown_chip;            /* with `why`: of a chip that is not known here, nothing more can be said */
	struct cert cert[NVIDIA_CHAIN_LENGTH];
	enum nvidia_device device;
	enum nvidia_architecture architecture;
	const char *chip;             /* "GH100", "GB100", "LS10" */
	const char *hardware;         /* "GH100 A01 GSP" */
	bool fsp;                     /* a GPU's FSP answered, not its GSP: other measurements, no opaque data */
	struct bytes serial;          /* of the attestation key's certificate: changes with the firmware */
	struct bytes identity;        /* of the identity key's certificate: stays, and names the device */
	struct bytes pdi;             /* its last eight bytes */
	struct bytes fwid;            /* of the firmware; empty where the certificate has none */
};

/* PEM blocks of certificates with nothing but white space around them, or DER one behind the other. FAULT_SYNTAX at
 * anything else, FAULT_LIMIT past LIMIT_CHAIN_CERTIFICATES. The form of the certificates is told by out->why. */
struct fault nvidia_chain_parse(struct bytes text, struct arena *a, struct nvidia_chain *out);

/* The chain of the key that signed, from the certificates in the collateral; false where there is none. given: the
 * user named the collateral for this evidence, so the only attestation key in it is meant to be the one. */
bool nvidia_chain_find(const struct collateral_set *set, struct bytes message, struct bytes signature, bool given,
                       struct arena *a, struct nvidia_chain *out);

struct nvidia_trust {
	bool trusted;        /* everything up to the pinned root verifies and is valid at the time */
	bool unchecked;      /* not trusted, since no root is pinned */
	const char *why;     /* where it is not trusted */
	struct sha256 anchor; /* of the root's DER, where trusted */
	bool builtin;
};

/* Is the certificate signed by this key (DER SubjectPublicKeyInfo), with ECDSA on P-384 and SHA-384? */
bool nvidia_is_signed_by(const struct cert *c, struct bytes spki);

/* c->why must be NULL. */
void nvidia_chain_verify(const struct nvidia_chain *c, const struct collateral_set *set, int64_t at_ms,
                         struct nvidia_trust *out);

const char *nvidia_architecture_name(enum nvidia_architecture a); /* "HOPPER", ... as documents write it; "" */

/* "HOPPER" -> NVIDIA_HOPPER; NVIDIA_ARCH_UNKNOWN for what is not known. */
enum nvidia_architecture nvidia_architecture_of(struct bytes label);

#endif
