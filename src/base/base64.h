/*
 * Base64 (RFC 4648 section 4), strict: standard alphabet, padding where it belongs, no
 * white space, no stray bits in the last digit. The URL alphabet (section 5, unpadded)
 * has a call of its own.
 */
#ifndef TEEWATCH_BASE_BASE64_H
#define TEEWATCH_BASE_BASE64_H

#include "base/arena.h"
#include "base/buffer.h"

/* Bytes that the decoded form of n digits takes at the most. */
static inline size_t base64_decoded_max(size_t n)
{
	return n / 4 * 3 + 3;
}

/* Decode to out, which has room for base64_decoded_max(text.n); false at bad text. */
bool base64_decode(struct bytes text, uint8_t *out, size_t *n);
bool base64_decode_arena(struct arena *a, struct bytes text, struct bytes *out);

/* The URL alphabet without padding, as JWS has it. */
bool base64url_decode_arena(struct arena *a, struct bytes text, struct bytes *out);

void base64_put(struct buffer *b, struct bytes in);
char *base64_text(struct arena *a, struct bytes in);

#endif
