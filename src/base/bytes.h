/*
 * A borrowed, read-only view of bytes. It never outlives its buffer and owns nothing.
 */
#ifndef TEEWATCH_BASE_BYTES_H
#define TEEWATCH_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct bytes {
	const uint8_t *p;
	size_t n;
};

/* The bytes of a string literal, without its final NUL. */
#define BYTES_LITERAL(s) ((struct bytes){(const uint8_t *)(s), sizeof(s) - 1})

static inline struct bytes bytes_of(const void *p, size_t n)
{
	return (struct bytes){p, n};
}

static inline struct bytes bytes_of_text(const char *s)
{
	return (struct bytes){(const uint8_t *)s, s ? strlen(s) : 0};
}

static inline bool bytes_equal(struct bytes a, struct bytes b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool bytes_equal_text(struct bytes a, const char *s)
{
	return bytes_equal(a, bytes_of_text(s));
}

/* Is every byte zero? True for no bytes. */
static inline bool bytes_is_zero(struct bytes b)
{
	for (size_t i = 0; i < b.n; i++)
		if (b.p[i] != 0)
			return false;
	return true;
}

static inline bool bytes_starts_with(struct bytes b, struct bytes prefix)
{
	return b.n >= prefix.n && (prefix.n == 0 || memcmp(b.p, prefix.p, prefix.n) == 0);
}

/* The part [from, from+n) of b; empty where it does not lie inside b. */
static inline struct bytes bytes_slice(struct bytes b, size_t from, size_t n)
{
	if (from > b.n || n > b.n - from)
		return (struct bytes){NULL, 0};
	return (struct bytes){b.p + from, n};
}

#endif
