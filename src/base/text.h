/* Text that strangers wrote, made safe to show. */
#ifndef TEEWATCH_BASE_TEXT_H
#define TEEWATCH_BASE_TEXT_H

#include "base/arena.h"
#include "base/buffer.h"

/* Append in with every control byte, backslash and byte outside printable ASCII as \xNN, so
 * that no terminal, log or mail reads it as anything but text. */
void text_put_escaped(struct buffer *b, struct bytes in);
char *text_escaped(struct arena *a, struct bytes in);

/* Is it well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms)? */
bool text_is_utf8(struct bytes in);

/* ASCII lower case of one byte, independent of any locale. */
static inline uint8_t text_lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
}

bool text_equal_nocase(struct bytes a, struct bytes b);

/* A decimal number without sign, leading zeros or anything else, up to max. */
bool text_decimal(struct bytes in, uint64_t max, uint64_t *out);

/* White space (ASCII) cut off at both ends. */
struct bytes text_trim(struct bytes in);

#endif
