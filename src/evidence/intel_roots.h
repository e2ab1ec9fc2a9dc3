/*
 * Intel's root of SGX and TDX, and the anchors that stand in its place. Pinned are name and key, not the certificate:
 * Intel has issued the root twice, with one key.
 * Depends on base, cert, collateral.
 */
#ifndef TEEWATCH_EVIDENCE_INTEL_ROOTS_H
#define TEEWATCH_EVIDENCE_INTEL_ROOTS_H

#include "cert/cert.h"
#include "evidence/collateral.h"

extern const struct bytes intel_root; /* DER */

struct intel_anchor {
	struct bytes der;
	struct cert cert;     /* its subject and spki are what is pinned */
	struct sha256 sha256; /* of der */
	bool builtin;
};

/* The roots to trust, one after the other: those of vendor "intel" in the set, else the built-in one. Start with *at
 * 0; false when there is no further one. */
bool intel_anchor_next(const struct collateral_set *set, size_t *at, struct intel_anchor *out);

#endif
