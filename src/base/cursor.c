#include "base/cursor.h"

void cursor_fail(struct cursor *c, enum fault_code code, const char *field)
{
	if (c->fault.code != FAULT_NONE)
		return;
	c->fault = fault_at(code, c->offset, field);
	c->left = (struct bytes){NULL, 0};
}

void cursor_copy(struct cursor *c, void *out, size_t n, const char *field)
{
	struct bytes b = cursor_take(c, n, field);
	if (b.n == n && n > 0)
		memcpy(out, b.p, n);
	else if (n > 0)
		memset(out, 0, n);
}

static uint64_t read_be(struct cursor *c, size_t n, const char *field)
{
	struct bytes b = cursor_take(c, n, field);
	uint64_t v = 0;
	for (size_t i = 0; i < b.n; i++)
		v = v << 8 | b.p[i];
	return v;
}

static uint64_t read_le(struct cursor *c, size_t n, const char *field)
{
	struct bytes b = cursor_take(c, n, field);
	uint64_t v = 0;
	for (size_t i = b.n; i > 0; i--)
		v = v << 8 | b.p[i - 1];
	return v;
}

uint32_t cursor_u32be(struct cursor *c, const char *field)
{
	return (uint32_t)read_be(c, 4, field);
}

uint64_t cursor_u40be(struct cursor *c, const char *field)
{
	return read_be(c, 5, field);
}

uint64_t cursor_u64be(struct cursor *c, const char *field)
{
	return read_be(c, 8, field);
}

uint16_t cursor_u16le(struct cursor *c, const char *field)
{
	return (uint16_t)read_le(c, 2, field);
}

uint32_t cursor_u32le(struct cursor *c, const char *field)
{
	return (uint32_t)read_le(c, 4, field);
}

uint64_t cursor_u64le(struct cursor *c, const char *field)
{
	return read_le(c, 8, field);
}

static struct bytes read_vector(struct cursor *c, size_t prefix, const char *field)
{
	uint64_t n = read_be(c, prefix, field);
	return cursor_take(c, (size_t)n, field);
}

struct bytes cursor_vector8(struct cursor *c, const char *field)
{
	return read_vector(c, 1, field);
}

struct bytes cursor_vector16(struct cursor *c, const char *field)
{
	return read_vector(c, 2, field);
}

struct bytes cursor_vector24(struct cursor *c, const char *field)
{
	return read_vector(c, 3, field);
}

struct bytes cursor_vector32(struct cursor *c, const char *field)
{
	return read_vector(c, 4, field);
}

void cursor_zero(struct cursor *c, size_t n, const char *field)
{
	struct cursor before = *c;
	struct bytes b = cursor_take(c, n, field);
	if (cursor_ok(c) && !bytes_is_zero(b)) {
		while (before.left.p[0] == 0) {
			before.left.p++;
			before.offset++;
		}
		c->offset = before.offset; /* the fault names the byte that is not zero */
		cursor_fail(c, FAULT_RESERVED, field);
	}
}

struct fault cursor_end(struct cursor *c, const char *field)
{
	if (cursor_ok(c) && c->left.n != 0)
		cursor_fail(c, FAULT_TRAILING, field);
	return c->fault;
}
