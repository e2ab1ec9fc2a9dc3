/*
 * Tree heads of the test log, signed: the answer of get-sth (RFC 6962 section 4.3) and the checkpoint of a
 * static log (c2sp.org/static-ct-api).
 */
#ifndef TEEWATCH_TESTS_HEAD_H
#define TEEWATCH_TESTS_HEAD_H

#include <openssl/evp.h>

#include "base/buffer.h"
#include "base/hash.h"

struct head {
	uint64_t size;
	int64_t timestamp_ms;
	struct sha256 root;
	const char *origin;
	struct sha256 log_id;       /* whose key id stands in the checkpoint */
	uint8_t signature[256];     /* DigitallySigned */
	size_t signature_bytes;
};

/* Read a private key in PEM; NULL where it is none. */
EVP_PKEY *head_key(const char *pem);

/* SHA-256 of the key's SubjectPublicKeyInfo. */
struct sha256 head_log_id(EVP_PKEY *key);

/* DigitallySigned (RFC 5246 section 4.7) with SHA-256 and ECDSA over message; its length. */
size_t digitally_sign(struct bytes message, EVP_PKEY *key, uint8_t out[256]);

/* Sign with ECDSA; `broken` flips the signature's last bit. */
void head_sign(struct head *h, EVP_PKEY *key, bool broken);

/* Append the JSON answer, or the checkpoint with a line of a witness. */
void head_put_sth(const struct head *h, struct buffer *out);
void head_put_checkpoint(const struct head *h, struct buffer *out);

#endif
