/* Signatures of logs and lists, by OpenSSL. Depends on base. */
#ifndef TEEWATCH_CT_SIGNATURE_H
#define TEEWATCH_CT_SIGNATURE_H

#include "base/bytes.h"

/* DigitallySigned (RFC 5246 section 4.7) over message: SHA-256 with ECDSA P-256 or RSA PKCS#1 v1.5; its
 * algorithm must be the key's. key: DER SubjectPublicKeyInfo. */
bool ct_signature_verify(struct bytes digitally_signed, struct bytes message, struct bytes key);

/* A raw signature over message, by the algorithm of the key (DER or PEM), with SHA-256. */
bool ct_raw_signature_verify(struct bytes signature, struct bytes message, struct bytes key);

#endif
