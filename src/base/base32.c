#include "base/base32.h"

static int value_of(uint8_t c)
{
	if (c >= 'a' && c <= 'z')
		return c - 'a';
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= '2' && c <= '7')
		return c - '2' + 26;
	return -1;
}

bool base32_is_digit(uint8_t c)
{
	return value_of(c) >= 0;
}

bool base32_decode(struct bytes text, uint8_t *out, size_t *n)
{
	uint32_t bits = 0;
	unsigned count = 0;
	*n = 0;
	for (size_t i = 0; i < text.n; i++) {
		int v = value_of(text.p[i]);
		if (v < 0)
			return false;
		bits = bits << 5 | (uint32_t)v;
		count += 5;
		if (count >= 8) {
			count -= 8;
			out[(*n)++] = (uint8_t)(bits >> count);
			bits &= (1u << count) - 1;
		}
	}
	return count < 5 && bits == 0;
}

void base32_put(struct buffer *b, struct bytes in)
{
	static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";
	uint32_t bits = 0;
	unsigned count = 0;
	for (size_t i = 0; i < in.n; i++) {
		bits = bits << 8 | in.p[i];
		for (count += 8; count >= 5; count -= 5)
			buffer_put(b, &digits[bits >> (count - 5) & 31], 1);
		bits &= (1u << count) - 1;
	}
	if (count > 0)
		buffer_put(b, &digits[bits << (5 - count) & 31], 1);
}
