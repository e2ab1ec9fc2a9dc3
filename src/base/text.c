#include "base/text.h"

void text_put_escaped(struct buffer *b, struct bytes in)
{
	for (size_t i = 0; i < in.n; i++) {
		uint8_t c = in.p[i];
		if (c >= 0x20 && c < 0x7f && c != '\\')
			buffer_put_u8(b, c);
		else
			buffer_printf(b, "\\x%02x", c);
	}
}

char *text_escaped(struct arena *a, struct bytes in)
{
	struct buffer b;
	buffer_init(&b, in.n > SIZE_MAX / 8 ? SIZE_MAX : in.n * 4 + 8);
	text_put_escaped(&b, in);
	char *out = arena_text(a, buffer_bytes(&b));
	buffer_release(&b);
	return out;
}

/* Bytes of the sequence at p, 0 where it is malformed. */
static size_t sequence_length(const uint8_t *p, size_t n)
{
	if (p[0] < 0x80)
		return 1;
	size_t length = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	if (p[0] < 0xc2 || p[0] > 0xf4 || n < length)
		return 0;
	for (size_t i = 1; i < length; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) || (p[0] == 0xf0 && p[1] < 0x90) ||
	    (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return length;
}

bool text_is_utf8(struct bytes in)
{
	for (size_t i = 0; i < in.n;) {
		size_t n = sequence_length(in.p + i, in.n - i);
		if (n == 0)
			return false;
		i += n;
	}
	return true;
}

bool text_equal_nocase(struct bytes a, struct bytes b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (text_lower(a.p[i]) != text_lower(b.p[i]))
			return false;
	return true;
}

bool text_decimal(struct bytes in, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;
	*out = 0;
	if (in.n == 0 || (in.n > 1 && in.p[0] == '0'))
		return false;
	for (size_t i = 0; i < in.n; i++) {
		if (in.p[i] < '0' || in.p[i] > '9')
			return false;
		uint64_t d = (uint64_t)(in.p[i] - '0');
		if (v > (max - d) / 10)
			return false;
		v = v * 10 + d;
	}
	*out = v;
	return v <= max;
}

static bool is_space(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct bytes text_trim(struct bytes in)
{
	while (in.n > 0 && is_space(in.p[0])) {
		in.p++;
		in.n--;
	}
	while (in.n > 0 && is_space(in.p[in.n - 1]))
		in.n--;
	return in;
}
