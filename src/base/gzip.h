/*
 * Bounded inflation of gzip (RFC 1952): one member, nothing behind it, and never more output than the
 * caller allows. Good input goes through libdeflate; zlib says what is wrong with the rest.
 */
#ifndef TEEWATCH_BASE_GZIP_H
#define TEEWATCH_BASE_GZIP_H

#include "base/buffer.h"
#include "base/fault.h"

/* Does it begin with the gzip magic 1f 8b? */
bool gzip_is(struct bytes in);

/* Inflate to out (cleared first), whose maximum bounds the output: FAULT_LIMIT past it. */
struct fault gzip_inflate(struct bytes in, struct buffer *out);

/* Deflate to out at zlib level 6, deterministic (no name, no time). False past out's maximum. */
bool gzip_deflate(struct bytes in, struct buffer *out);

#endif
