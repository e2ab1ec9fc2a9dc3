/* SHA-2 by OpenSSL. One-shot calls; the streaming form for what comes in pieces. */
#ifndef TEEWATCH_BASE_HASH_H
#define TEEWATCH_BASE_HASH_H

#include "base/bytes.h"

enum { SHA256_BYTES = 32, SHA384_BYTES = 48, SHA512_BYTES = 64 };

struct sha256 {
	uint8_t b[SHA256_BYTES];
};

struct sha256 hash_sha256(struct bytes in);
struct sha256 hash_sha256_two(struct bytes first, struct bytes second);  /* over first || second */
struct sha256 hash_sha256_prefixed(uint8_t prefix, struct bytes first, struct bytes second); /* prefix || first || second */
void hash_sha384(struct bytes in, uint8_t out[SHA384_BYTES]);
void hash_sha512(struct bytes in, uint8_t out[SHA512_BYTES]);

static inline struct bytes sha256_bytes(const struct sha256 *h)
{
	return (struct bytes){h->b, SHA256_BYTES};
}

static inline bool sha256_equal(const struct sha256 *a, const struct sha256 *b)
{
	return memcmp(a->b, b->b, SHA256_BYTES) == 0;
}

#endif
