#include "base/hex.h"

static const char digits[] = "0123456789abcdef";

void hex_encode(struct bytes in, char *out)
{
	for (size_t i = 0; i < in.n; i++) {
		*out++ = digits[in.p[i] >> 4];
		*out++ = digits[in.p[i] & 15];
	}
	*out = 0;
}

char *hex_text(struct arena *a, struct bytes in)
{
	char *out = arena_alloc(a, in.n * 2 + 1);
	if (out)
		hex_encode(in, out);
	return out;
}

void hex_put(struct buffer *b, struct bytes in)
{
	for (size_t i = 0; i < in.n; i++) {
		char two[2] = {digits[in.p[i] >> 4], digits[in.p[i] & 15]};
		buffer_put(b, two, 2);
	}
}

static int value_of(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool hex_decode(struct bytes text, void *out, size_t n)
{
	uint8_t *to = out;
	if (text.n != n * 2)
		return false;
	for (size_t i = 0; i < n; i++) {
		int high = value_of(text.p[2 * i]), low = value_of(text.p[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		to[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

bool hex_decode_arena(struct arena *a, struct bytes text, struct bytes *out)
{
	uint8_t *p = arena_alloc(a, text.n / 2);
	if (!p || text.n % 2 != 0 || !hex_decode(text, p, text.n / 2))
		return false;
	*out = bytes_of(p, text.n / 2);
	return true;
}
