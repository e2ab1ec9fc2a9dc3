/*
 * Signatures of logs and log lists, by OpenSSL. Depends on base.
 */
#ifndef TEEWATCH_CT_SIGNATURE_H
#define TEEWATCH_CT_SIGNATURE_H

#include "base/cursor.h"

/* RFC 5246 section 4.7 DigitallySigned: hash, algorithm, signature; checked for its frame alone. */
struct fault ct_digitally_signed_parse(struct bytes in);

/* Does a DigitallySigned hold over message? Only SHA-256 with ECDSA on P-256, or with RSA (PKCS #1
 * v1.5) of 2048 bits or more, as RFC 6962 section 2.1.4 has it; key is a DER SubjectPublicKeyInfo of
 * just that algorithm. */
bool ct_digitally_signed_verify(struct bytes in, struct bytes message, struct bytes key);

/* Does a bare signature hold over message, with SHA-256? The key, in DER or PEM, says which algorithm:
 * RSA (PKCS #1 v1.5) or ECDSA on any curve that OpenSSL knows by name. */
bool ct_signature_verify(struct bytes signature, struct bytes message, struct bytes key);

#endif
