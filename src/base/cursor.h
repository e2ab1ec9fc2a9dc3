/*
 * Reads untrusted bytes field by field. Each read names its field; the first one that
 * asks for more than is left records a fault, and every later read yields zero or empty
 * bytes. So a decoder reads its fields in a row and looks at the fault once.
 */
#ifndef TEEWATCH_BASE_CURSOR_H
#define TEEWATCH_BASE_CURSOR_H

#include "base/bytes.h"
#include "base/fault.h"

struct cursor {
	struct bytes left;
	size_t offset; /* of left, from the start of the input */
	struct fault fault;
};

/* Start at the first byte of input; offsets in faults count from base. */
static inline struct cursor cursor_at(struct bytes input, size_t base)
{
	return (struct cursor){input, base, FAULT_OK};
}

static inline struct cursor cursor_of(struct bytes input)
{
	return cursor_at(input, 0);
}

static inline bool cursor_ok(const struct cursor *c)
{
	return c->fault.code == FAULT_NONE;
}

/* Record a fault at the present place; an earlier fault stands. */
void cursor_fail(struct cursor *c, enum fault_code code, const char *field);

/* The next n bytes as a view; empty after a fault. Inline, with the small numbers: every entry of every log is read
 * with them. (After a fault nothing is left, so what is left is all there is to look at.) */
static inline struct bytes cursor_take(struct cursor *c, size_t n, const char *field)
{
	if (n > c->left.n) {
		cursor_fail(c, FAULT_TRUNCATED, field);
		return (struct bytes){NULL, 0};
	}
	struct bytes out = {c->left.p, n};
	if (n > 0)
		c->left.p += n;
	c->left.n -= n;
	c->offset += n;
	return out;
}

/* Copy the next n bytes to out; zeros after a fault. */
void cursor_copy(struct cursor *c, void *out, size_t n, const char *field);

static inline uint8_t cursor_u8(struct cursor *c, const char *field)
{
	struct bytes b = cursor_take(c, 1, field);
	return b.n == 1 ? b.p[0] : 0;
}

static inline uint16_t cursor_u16be(struct cursor *c, const char *field)
{
	struct bytes b = cursor_take(c, 2, field);
	uint32_t v = b.n == 2 ? (uint32_t)b.p[0] << 8 | b.p[1] : 0;
	return (uint16_t)v;
}

static inline uint32_t cursor_u24be(struct cursor *c, const char *field)
{
	struct bytes b = cursor_take(c, 3, field);
	return b.n == 3 ? (uint32_t)b.p[0] << 16 | (uint32_t)b.p[1] << 8 | b.p[2] : 0;
}

uint32_t cursor_u32be(struct cursor *c, const char *field);
uint64_t cursor_u40be(struct cursor *c, const char *field);
uint64_t cursor_u64be(struct cursor *c, const char *field);
uint16_t cursor_u16le(struct cursor *c, const char *field);
uint32_t cursor_u32le(struct cursor *c, const char *field);
uint64_t cursor_u64le(struct cursor *c, const char *field);

/* A vector with a big-endian length prefix, as TLS presentation language has them. */
struct bytes cursor_vector8(struct cursor *c, const char *field);
struct bytes cursor_vector16(struct cursor *c, const char *field);
struct bytes cursor_vector24(struct cursor *c, const char *field);
struct bytes cursor_vector32(struct cursor *c, const char *field);

/* Fault unless n bytes follow that are all zero. */
void cursor_zero(struct cursor *c, size_t n, const char *field);

/* Fault (trailing) unless everything was read; returns the first fault of all. */
struct fault cursor_end(struct cursor *c, const char *field);

#endif
