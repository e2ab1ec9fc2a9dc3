#include "base/base64.h"

static const char standard[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Values of the digits, 0xff for all other bytes; '-' and '_' stand for the URL alphabet. */
#define X 0xff
static const uint8_t values[256] = {
	X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
	X, X, X, X, X, X, X, X, X, X, X, 62, X, X, X, 63, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, X, X, X, X, X, X,
	X, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, X, X, X, X, X,
	X, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, X, X, X, X, X,
	X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
	X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
	X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
	X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X, X,
};
#undef X

/* Digits without padding; rest is 0, 2 or 3 of them behind the last full group. */
static bool decode_digits(struct bytes text, uint8_t *out, size_t *n)
{
	const uint8_t *p = text.p;
	uint8_t *to = out;
	size_t groups = text.n / 4, rest = text.n % 4;
	*n = 0;
	for (size_t i = 0; i < groups; i++, p += 4, to += 3) {
		uint8_t a = values[p[0]], b = values[p[1]], c = values[p[2]], d = values[p[3]];
		if ((a | b | c | d) & 0xc0)
			return false;
		to[0] = (uint8_t)(a << 2 | b >> 4);
		to[1] = (uint8_t)(b << 4 | c >> 2);
		to[2] = (uint8_t)(c << 6 | d);
	}
	if (rest == 1)
		return false;
	if (rest > 0) {
		uint8_t a = values[p[0]], b = values[p[1]], c = rest == 3 ? values[p[2]] : 0;
		if (((a | b | c) & 0xc0) || (rest == 2 ? b & 15 : c & 3))
			return false;
		*to++ = (uint8_t)(a << 2 | b >> 4);
		if (rest == 3)
			*to++ = (uint8_t)(b << 4 | c >> 2);
	}
	*n = (size_t)(to - out);
	return true;
}

bool base64_decode(struct bytes text, uint8_t *out, size_t *n)
{
	*n = 0;
	if (text.n % 4 != 0)
		return false;
	size_t padding = 0;
	while (padding < 2 && padding < text.n && text.p[text.n - 1 - padding] == '=')
		padding++;
	return decode_digits(bytes_of(text.p, text.n - padding), out, n);
}

bool base64_decode_arena(struct arena *a, struct bytes text, struct bytes *out)
{
	uint8_t *p = arena_alloc(a, base64_decoded_max(text.n));
	size_t n;
	if (!p || !base64_decode(text, p, &n))
		return false;
	*out = bytes_of(p, n);
	return true;
}

bool base64url_decode_arena(struct arena *a, struct bytes text, struct bytes *out)
{
	uint8_t *plain = arena_alloc(a, text.n);
	uint8_t *p = arena_alloc(a, base64_decoded_max(text.n));
	size_t n;
	if (!plain || !p)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];
		if (c == '+' || c == '/')
			return false;
		plain[i] = c == '-' ? '+' : c == '_' ? '/' : c;
	}
	if (!decode_digits(bytes_of(plain, text.n), p, &n))
		return false;
	*out = bytes_of(p, n);
	return true;
}

void base64_put(struct buffer *b, struct bytes in)
{
	size_t groups = (in.n + 2) / 3;
	char *to = (char *)buffer_reserve(b, groups * 4);
	if (!to)
		return;
	for (size_t i = 0; i < in.n; i += 3, to += 4) {
		size_t left = in.n - i;
		uint32_t v = (uint32_t)in.p[i] << 16;
		if (left > 1)
			v |= (uint32_t)in.p[i + 1] << 8;
		if (left > 2)
			v |= in.p[i + 2];
		to[0] = standard[v >> 18];
		to[1] = standard[v >> 12 & 63];
		to[2] = left > 1 ? standard[v >> 6 & 63] : '=';
		to[3] = left > 2 ? standard[v & 63] : '=';
	}
	buffer_added(b, groups * 4);
}

char *base64_text(struct arena *a, struct bytes in)
{
	struct buffer b;
	buffer_init(&b, in.n / 3 * 4 + 8);
	base64_put(&b, in);
	char *out = arena_text(a, buffer_bytes(&b));
	buffer_release(&b);
	return out;
}
