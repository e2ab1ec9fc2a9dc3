/*
 * ECDSA with a curve's own hash: P-256 with SHA-256, P-384 with SHA-384 (FIPS 186-4), signatures as r || s, as Intel,
 * NVIDIA and JOSE (RFC 7518 section 3.4) write them, or as DER, as certificates do (RFC 3279 section 2.2.3). A key is
 * imported once and used as often as wanted. Depends on base.
 */
#ifndef TEEWATCH_EVIDENCE_ECDSA_H
#define TEEWATCH_EVIDENCE_ECDSA_H

#include "base/bytes.h"

enum ecdsa_curve { ECDSA_P256, ECDSA_P384 };
enum { ECDSA_SIGNATURE_BYTES_MAX = 96 };

struct ecdsa_key; /* a public key, imported */

/* The key of affine coordinates x || y, big-endian. NULL: they are no point of the curve. ecdsa_key_free() it. */
struct ecdsa_key *ecdsa_key_of_point(enum ecdsa_curve curve, struct bytes xy);

/* The key of a DER SubjectPublicKeyInfo (RFC 5480) with a named curve and an uncompressed point, in this one form, so
 * that neither curve nor parameters can be chosen by who wrote it. NULL for anything else. */
struct ecdsa_key *ecdsa_key_of_spki(enum ecdsa_curve curve, struct bytes spki);
void ecdsa_key_free(struct ecdsa_key *k);

/* x || y inside such a SubjectPublicKeyInfo; empty where it is of another form. The point itself is not looked at. */
struct bytes ecdsa_spki_point(enum ecdsa_curve curve, struct bytes spki);

/* Are r and s, each as long as a coordinate, in [1, n-1]? */
bool ecdsa_signature_in_range(enum ecdsa_curve curve, struct bytes signature);

/* ECDSA-Sig-Value in DER, minimal, to r || s of twice the curve's length. False: it is none. */
bool ecdsa_signature_of_der(enum ecdsa_curve curve, struct bytes der, uint8_t out[ECDSA_SIGNATURE_BYTES_MAX]);

/* False also where key is NULL, or r or s out of range. */
bool ecdsa_verify(const struct ecdsa_key *key, struct bytes message, struct bytes signature);
bool ecdsa_verify_der(const struct ecdsa_key *key, struct bytes message, struct bytes der);

#endif
