#include "cert/text.h"

#include "base/text.h"

bool cert_text_is_string(uint8_t tag)
{
	switch (tag) {
	case DER_UTF8_STRING:
	case DER_PRINTABLE_STRING:
	case DER_TELETEX_STRING:
	case DER_IA5_STRING:
	case DER_VISIBLE_STRING:
	case DER_BMP_STRING:
	case DER_UNIVERSAL_STRING:
		return true;
	default:
		return false;
	}
}

/* One character as UTF-8 to out, which has room for 4 bytes; 0 where it is none (RFC 3629 section 3). */
static size_t put_utf8(uint32_t c, uint8_t *out)
{
	if (c < 0x80) {
		out[0] = (uint8_t)c;
		return 1;
	}
	if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	for (size_t i = n - 1; i > 0; i--, c >>= 6)
		out[i] = (uint8_t)(0x80 | (c & 0x3f));
	out[0] = (uint8_t)((n == 2 ? 0xc0 : n == 3 ? 0xe0 : 0xf0) | c);
	return n;
}

/* BMPString (2 bytes a character) and UniversalString (4), big-endian: X.690 section 8.23. */
static bool read_wide(struct bytes in, size_t width, uint8_t *out, size_t size, struct bytes *text)
{
	size_t n = 0;
	if (in.n % width != 0)
		return false;
	for (size_t i = 0; i < in.n; i += width) {
		uint32_t c = 0;
		for (size_t j = 0; j < width; j++)
			c = c << 8 | in.p[i + j];
		size_t added = size - n >= 4 ? put_utf8(c, out + n) : 0;
		if (added == 0)
			return false;
		n += added;
	}
	*text = bytes_of(out, n);
	return true;
}

bool cert_text_read(const struct der *value, uint8_t *scratch, size_t size, struct bytes *text)
{
	*text = value->content;
	if (value->tag == DER_BMP_STRING)
		return read_wide(value->content, 2, scratch, size, text);
	if (value->tag == DER_UNIVERSAL_STRING)
		return read_wide(value->content, 4, scratch, size, text);
	if (value->tag == DER_UTF8_STRING)
		return text_is_utf8(value->content);
	return cert_text_is_string(value->tag);
}

bool cert_text_latin1(struct bytes in, char *out, size_t size)
{
	size_t n = 0;
	for (size_t i = 0; i < in.n; i++) {
		if (size - n < 3)
			return false;
		n += put_utf8(in.p[i], (uint8_t *)out + n);
	}
	out[n] = 0;
	return true;
}
