/*
 * Keys on P-384 and P-256 that are made from their names, the same in each run, and certificates with them: for the tests'
 * own vendors. They protect nothing.
 */
#ifndef TEEWATCH_TESTS_PKI_DEMO_P384_H
#define TEEWATCH_TESTS_PKI_DEMO_P384_H

#include <openssl/evp.h>

#include "base/arena.h"

EVP_PKEY *demo_p384_key(const char *name); /* EVP_PKEY_free() it */

/* r || s over the message, 96 bytes. */
void demo_p384_sign(const char *key, struct bytes message, uint8_t out[96]);

/* Affine coordinates of the public key, 48 bytes each. */
void demo_p384_point(const char *key, uint8_t x[48], uint8_t y[48]);

/* The same on P-256. */
EVP_PKEY *demo_p256_key(const char *name);
void demo_p256_sign(const char *key, struct bytes message, uint8_t out[64]);
void demo_p256_point(const char *key, uint8_t xy[64]); /* x || y */

struct demo_p384_certificate {
	const char *subject, *issuer; /* CNs; O is "NVIDIA Corporation" */
	const char *key, *signer;     /* names of keys */
	int64_t from_ms, to_ms;
	bool ca, without_usage, sha256, on_p256;
	long path_length;             /* below 0: none */
	long serial;
	bool odd_critical;            /* with a critical extension that nobody knows */
};

struct bytes demo_p384_certificate(const struct demo_p384_certificate *c, struct arena *a); /* DER */

#endif
