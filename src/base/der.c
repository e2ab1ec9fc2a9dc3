#include "base/der.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/timestamp.h"

uint8_t der_peek(const struct cursor *c)
{
	return c->left.n > 0 ? c->left.p[0] : 0;
}

/* Length octets, X.690 section 10.1: definite and minimal. */
static size_t read_length(struct cursor *c, const char *field)
{
	uint8_t first = cursor_u8(c, field);
	if (first < 0x80)
		return first;
	size_t n = first & 0x7f, value = 0;
	if (n == 0 || n > 4) { /* indefinite, or beyond 4 GiB */
		cursor_fail(c, FAULT_ENCODING, field);
		return 0;
	}
	for (size_t i = 0; i < n; i++)
		value = value << 8 | cursor_u8(c, field);
	if (value < 0x80 || (n > 1 && value >> (8 * (n - 1)) == 0))
		cursor_fail(c, FAULT_ENCODING, field);
	return value;
}

bool der_next(struct cursor *c, struct der *out, const char *field)
{
	size_t length, header = der_common_header(c->left, &length);
	if (header > 0) {
		const uint8_t *p = c->left.p;
		*out = (struct der){p[0], {p + header, length}, {p, header + length}, c->offset + header};
		c->left.p += header + length;
		c->left.n -= header + length;
		c->offset += header + length;
		return true;
	}
	*out = (struct der){0};
	if (!cursor_ok(c) || c->left.n == 0)
		return false;
	const uint8_t *start = c->left.p;
	size_t start_offset = c->offset;
	uint8_t tag = cursor_u8(c, field);
	if ((tag & 0x1f) == 0x1f) { /* high tag numbers occur in no format read here */
		cursor_fail(c, FAULT_TAG, field);
		return false;
	}
	size_t n = read_length(c, field);
	size_t offset = c->offset;
	struct bytes content = cursor_take(c, n, field);
	if (!cursor_ok(c))
		return false;
	*out = (struct der){tag, content, {start, offset - start_offset + n}, offset};
	return true;
}

struct der der_expect(struct cursor *c, uint8_t tag, const char *field)
{
	struct der d = {0};
	if (!cursor_ok(c))
		return d;
	if (c->left.n == 0)
		cursor_fail(c, FAULT_TRUNCATED, field);
	else if (c->left.p[0] != tag)
		cursor_fail(c, FAULT_TAG, field);
	else
		der_next(c, &d, field);
	return d;
}

struct cursor der_inside(const struct der *d)
{
	return cursor_at(d->content, d->offset);
}

uint64_t der_u64(struct cursor *c, const char *field)
{
	struct der d = der_expect(c, DER_INTEGER, field);
	struct bytes v = d.content;
	if (!cursor_ok(c))
		return 0;
	bool minimal = v.n > 0 && !(v.n > 1 && v.p[0] == 0 && v.p[1] < 0x80);
	if (!minimal || v.p[0] >= 0x80 || v.n > 9 || (v.n == 9 && v.p[0] != 0)) {
		cursor_fail(c, minimal && v.p[0] < 0x80 ? FAULT_VALUE : FAULT_ENCODING, field);
		return 0;
	}
	uint64_t out = 0;
	for (size_t i = 0; i < v.n; i++)
		out = out << 8 | v.p[i];
	return out;
}

bool der_boolean(struct cursor *c, const char *field)
{
	struct der d = der_expect(c, DER_BOOLEAN, field);
	if (!cursor_ok(c))
		return false;
	if (d.content.n != 1 || (d.content.p[0] != 0 && d.content.p[0] != 0xff))
		cursor_fail(c, FAULT_ENCODING, field);
	return cursor_ok(c) && d.content.p[0] == 0xff;
}

struct bytes der_bit_string(struct cursor *c, const char *field)
{
	struct der d = der_expect(c, DER_BIT_STRING, field);
	if (!cursor_ok(c))
		return d.content;
	if (d.content.n == 0 || d.content.p[0] != 0) {
		cursor_fail(c, FAULT_ENCODING, field);
		return (struct bytes){NULL, 0};
	}
	return bytes_slice(d.content, 1, d.content.n - 1);
}

static int two_digits(const uint8_t *p)
{
	if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9')
		return -1;
	return (p[0] - '0') * 10 + (p[1] - '0');
}

int64_t der_time(struct cursor *c, const char *field)
{
	struct der d = {0};
	if (!der_next(c, &d, field)) {
		cursor_fail(c, FAULT_TRUNCATED, field);
		return 0;
	}
	size_t year_digits = d.tag == DER_UTC_TIME ? 2 : 4;
	if (d.tag != DER_UTC_TIME && d.tag != DER_GENERALIZED_TIME) {
		cursor_fail(c, FAULT_TAG, field);
		return 0;
	}
	int part[7] = {0};
	size_t parts = year_digits / 2 + 5;
	bool good = d.content.n == parts * 2 + 1 && d.content.p[parts * 2] == 'Z';
	for (size_t i = 0; good && i < parts; i++)
		good = (part[i] = two_digits(d.content.p + 2 * i)) >= 0;
	int64_t ms = 0;
	if (good) {
		const int *rest = part + year_digits / 2;
		int year = d.tag == DER_UTC_TIME ? part[0] + (part[0] < 50 ? 2000 : 1900)
		                                 : part[0] * 100 + part[1];
		good = timestamp_of_civil(year, rest[0], rest[1], rest[2], rest[3], rest[4], &ms);
	}
	if (!good)
		cursor_fail(c, FAULT_VALUE, field);
	return good ? ms : 0;
}

bool der_oid_text(struct bytes oid, char *out, size_t size)
{
	size_t used = 0;
	uint64_t arc = 0;
	bool first = true, open = false;
	if (size > 0)
		out[0] = 0;
	for (size_t i = 0; i < oid.n; i++) {
		if ((!open && oid.p[i] == 0x80) || arc >> 56 != 0)
			return false;
		arc = arc << 7 | (oid.p[i] & 0x7f);
		open = oid.p[i] & 0x80;
		if (open)
			continue;
		int n;
		if (first) {
			uint64_t root = arc < 80 ? arc / 40 : 2;
			n = snprintf(out + used, size - used, "%" PRIu64 ".%" PRIu64, root, arc - root * 40);
		} else {
			n = snprintf(out + used, size - used, ".%" PRIu64, arc);
		}
		if (n < 0 || (size_t)n >= size - used)
			return false;
		used += (size_t)n;
		first = false;
		arc = 0;
	}
	return !first && !open;
}
