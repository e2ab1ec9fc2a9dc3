/*
 * Base32 (RFC 4648 section 6) without padding, in either case: the text form of DNS
 * labels. Strict: a length that no byte string has, or stray bits, is refused.
 */
#ifndef TEEWATCH_BASE_BASE32_H
#define TEEWATCH_BASE_BASE32_H

#include "base/arena.h"
#include "base/buffer.h"

bool base32_is_digit(uint8_t c);

/* Decode to out, which has room for text.n * 5 / 8 bytes. */
bool base32_decode(struct bytes text, uint8_t *out, size_t *n);

void base32_put(struct buffer *b, struct bytes in); /* lower case */

#endif
