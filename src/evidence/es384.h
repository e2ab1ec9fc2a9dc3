/*
 * ECDSA on P-384 with SHA-384, with signatures as r || s, 48 bytes each (RFC 7518 section 3.4, RFC 4050). Depends on
 * base.
 */
#ifndef TEEWATCH_EVIDENCE_ES384_H
#define TEEWATCH_EVIDENCE_ES384_H

#include "base/bytes.h"

enum { ES384_SIGNATURE_BYTES = 96, ES384_COORDINATE_BYTES = 48 };

/* spki: DER SubjectPublicKeyInfo. False where it is no key on P-384, too. */
bool es384_verify(struct bytes spki, struct bytes message, const uint8_t signature[ES384_SIGNATURE_BYTES]);

/* The key of affine coordinates, as DER SubjectPublicKeyInfo (RFC 5480) of 120 bytes. False: not on the curve. */
enum { ES384_SPKI_BYTES = 120 };
bool es384_spki(const uint8_t x[ES384_COORDINATE_BYTES], const uint8_t y[ES384_COORDINATE_BYTES],
                uint8_t out[ES384_SPKI_BYTES]);

#endif
