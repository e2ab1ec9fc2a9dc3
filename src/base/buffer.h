/*
 * A growing buffer that is born with its maximum. A write past the maximum sets `full`,
 * leaves the buffer as it was and makes every later write a no-op; the writer looks at
 * buffer_ok() once at the end.
 */
#ifndef TEEWATCH_BASE_BUFFER_H
#define TEEWATCH_BASE_BUFFER_H

#include <stdio.h>

#include "base/bytes.h"

struct buffer {
	uint8_t *p;
	size_t n, capacity, max;
	bool full;
};

void buffer_init(struct buffer *b, size_t max);
void buffer_release(struct buffer *b);
void buffer_clear(struct buffer *b); /* empty, memory kept */

static inline bool buffer_ok(const struct buffer *b)
{
	return !b->full;
}

static inline struct bytes buffer_bytes(const struct buffer *b)
{
	return (struct bytes){b->p, b->n};
}

/* Room for n more bytes behind the end, to be filled and then counted with buffer_added;
 * NULL past the maximum. */
uint8_t *buffer_reserve(struct buffer *b, size_t n);
void buffer_added(struct buffer *b, size_t n);

void buffer_put(struct buffer *b, const void *p, size_t n);
void buffer_put_bytes(struct buffer *b, struct bytes v);
void buffer_put_text(struct buffer *b, const char *s);
void buffer_put_u8(struct buffer *b, uint8_t v);
void buffer_put_u16be(struct buffer *b, uint16_t v);
void buffer_put_u24be(struct buffer *b, uint32_t v);
void buffer_put_u32be(struct buffer *b, uint32_t v);
void buffer_put_u64be(struct buffer *b, uint64_t v);
void buffer_put_vector32(struct buffer *b, struct bytes v); /* u32 length, then v */
void buffer_printf(struct buffer *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The content as a NUL-terminated string (the NUL is not counted); "" when full. */
const char *buffer_text(struct buffer *b);

#endif
