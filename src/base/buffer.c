#include "base/buffer.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/memory.h"

void buffer_init(struct buffer *b, size_t max)
{
	*b = (struct buffer){NULL, 0, 0, max, false};
}

void buffer_release(struct buffer *b)
{
	free(b->p);
	buffer_init(b, b->max);
}

void buffer_clear(struct buffer *b)
{
	b->n = 0;
	b->full = false;
}

uint8_t *buffer_reserve(struct buffer *b, size_t n)
{
	if (b->full || n > b->max || b->n > b->max - n) {
		b->full = true;
		return NULL;
	}
	if (b->capacity - b->n < n || !b->p) {
		size_t capacity = b->capacity ? b->capacity : 256;
		while (capacity < b->n + n)
			capacity = capacity > SIZE_MAX / 2 ? b->n + n : capacity * 2;
		b->p = memory_grow(b->p, capacity, 1);
		b->capacity = capacity;
	}
	return b->p + b->n;
}

void buffer_added(struct buffer *b, size_t n)
{
	b->n += n;
}

void buffer_put(struct buffer *b, const void *p, size_t n)
{
	uint8_t *to = buffer_reserve(b, n);
	if (!to)
		return;
	if (n > 0)
		memcpy(to, p, n);
	b->n += n;
}

void buffer_put_bytes(struct buffer *b, struct bytes v)
{
	buffer_put(b, v.p, v.n);
}

void buffer_put_text(struct buffer *b, const char *s)
{
	buffer_put(b, s, strlen(s));
}

static void put_be(struct buffer *b, uint64_t v, size_t n)
{
	uint8_t out[8];
	for (size_t i = n; i > 0; i--) {
		out[i - 1] = (uint8_t)v;
		v >>= 8;
	}
	buffer_put(b, out, n);
}

void buffer_put_u8(struct buffer *b, uint8_t v)
{
	put_be(b, v, 1);
}

void buffer_put_u16be(struct buffer *b, uint16_t v)
{
	put_be(b, v, 2);
}

void buffer_put_u24be(struct buffer *b, uint32_t v)
{
	put_be(b, v, 3);
}

void buffer_put_u32be(struct buffer *b, uint32_t v)
{
	put_be(b, v, 4);
}

void buffer_put_u64be(struct buffer *b, uint64_t v)
{
	put_be(b, v, 8);
}

void buffer_put_vector32(struct buffer *b, struct bytes v)
{
	if (v.n > UINT32_MAX) {
		b->full = true;
		return;
	}
	buffer_put_u32be(b, (uint32_t)v.n);
	buffer_put_bytes(b, v);
}

void buffer_printf(struct buffer *b, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	int n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (n < 0) {
		b->full = true;
		return;
	}
	char *to = (char *)buffer_reserve(b, (size_t)n + 1);
	if (!to)
		return;
	va_start(args, format);
	vsnprintf(to, (size_t)n + 1, format, args);
	va_end(args);
	b->n += (size_t)n;
}

const char *buffer_text(struct buffer *b)
{
	uint8_t *end = buffer_reserve(b, 1);
	if (!end)
		return "";
	*end = 0;
	return (const char *)b->p;
}
