#include "proc/message.h"

void message_put_text(struct buffer *b, const char *s)
{
	buffer_put_vector32(b, bytes_of_text(s));
}

void message_put_sha256(struct buffer *b, const struct sha256 *h)
{
	buffer_put(b, h->b, SHA256_BYTES);
}

void message_put_i64(struct buffer *b, int64_t v)
{
	buffer_put_u64be(b, (uint64_t)v);
}

void message_put_bool(struct buffer *b, bool v)
{
	buffer_put_u8(b, v ? 1 : 0);
}

void message_put_fault(struct buffer *b, struct fault f)
{
	buffer_put_u8(b, (uint8_t)f.code);
	buffer_put_u64be(b, f.offset);
	message_put_text(b, f.field);
}

const char *message_text(struct cursor *c, struct arena *a, const char *field)
{
	struct bytes b = cursor_vector32(c, field);
	if (b.n > 0 && memchr(b.p, 0, b.n))
		cursor_fail(c, FAULT_VALUE, field);
	const char *s = cursor_ok(c) ? arena_text(a, b) : "";
	if (!s)
		cursor_fail(c, FAULT_LIMIT, field);
	return s ? s : "";
}

struct bytes message_bytes(struct cursor *c, struct arena *a, const char *field)
{
	struct bytes in = cursor_vector32(c, field);
	struct bytes copy = arena_bytes(a, in);
	if (copy.n != in.n)
		cursor_fail(c, FAULT_LIMIT, field);
	return copy;
}

void message_sha256(struct cursor *c, struct sha256 *out, const char *field)
{
	cursor_copy(c, out->b, SHA256_BYTES, field);
}

int64_t message_i64(struct cursor *c, const char *field)
{
	return (int64_t)cursor_u64be(c, field);
}

bool message_bool(struct cursor *c, const char *field)
{
	uint8_t v = cursor_u8(c, field);
	if (v > 1)
		cursor_fail(c, FAULT_VALUE, field);
	return v == 1;
}

struct fault message_fault(struct cursor *c, struct arena *a, const char *field)
{
	struct fault f;
	f.code = (enum fault_code)cursor_u8(c, field);
	f.offset = (size_t)cursor_u64be(c, field);
	f.field = message_text(c, a, field);
	if (f.code > FAULT_UNRECOGNISED)
		cursor_fail(c, FAULT_VALUE, field);
	return f;
}

size_t message_count(struct cursor *c, size_t max, const char *field)
{
	uint32_t n = cursor_u32be(c, field);
	if (n > max || n > c->left.n) /* everything counted takes at least one byte */
		cursor_fail(c, FAULT_LIMIT, field);
	return cursor_ok(c) ? n : 0;
}
