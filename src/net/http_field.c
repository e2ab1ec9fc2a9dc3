#include "net/http_field.h"

#include <curl/curl.h>

#include "base/text.h"

static const int64_t retry_after_max_ms = INT64_C(24) * 60 * 60 * 1000;

/* delay-seconds = 1*DIGIT; a number too large for its type is still "a long time". */
static bool parse_seconds(struct bytes value, int64_t *ms)
{
	int64_t seconds = 0;
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] < '0' || value.p[i] > '9')
			return false;
		if (seconds < retry_after_max_ms / 1000)
			seconds = seconds * 10 + (value.p[i] - '0');
	}
	*ms = seconds * 1000;
	return value.n > 0;
}

/* HTTP-date (RFC 9110 5.6.7) begins with the name of a day; curl_getdate alone takes too much. */
static bool parse_date(struct bytes value, int64_t *ms)
{
	char text[64];
	uint8_t first = value.n > 0 ? text_lower(value.p[0]) : 0;
	if (first < 'a' || first > 'z' || value.n >= sizeof(text))
		return false;
	memcpy(text, value.p, value.n);
	text[value.n] = 0;
	time_t t = curl_getdate(text, NULL);
	*ms = (int64_t)t * 1000;
	return t != (time_t)-1;
}

int64_t http_retry_after_ms(struct bytes retry_after, struct bytes date, int64_t now_ms)
{
	int64_t ms, at, from;
	retry_after = text_trim(retry_after);
	if (!parse_seconds(retry_after, &ms)) {
		if (!parse_date(retry_after, &at))
			return -1;
		if (!parse_date(text_trim(date), &from))
			from = now_ms;
		ms = at - from;
	}
	return ms < 0 ? 0 : ms > retry_after_max_ms ? retry_after_max_ms : ms;
}

enum http_encoding http_encoding_parse(struct bytes value)
{
	value = text_trim(value);
	if (value.n == 0 || text_equal_nocase(value, BYTES_LITERAL("identity")))
		return HTTP_IDENTITY;
	if (text_equal_nocase(value, BYTES_LITERAL("gzip")) || text_equal_nocase(value, BYTES_LITERAL("x-gzip")))
		return HTTP_GZIP;
	return HTTP_OTHER;
}

bool http_body_is_gzip(struct bytes body)
{
	enum { HEADER = 10, TRAILER = 8, RESERVED_FLAGS = 0xe0 };
	const uint8_t *p = body.p;
	if (body.n < HEADER + 2 + TRAILER || p[0] != 0x1f || p[1] != 0x8b || p[2] != 8 || (p[3] & RESERVED_FLAGS))
		return false;
	if (p[8] != 0 && p[8] != 2 && p[8] != 4) /* XFL */
		return false;
	if (p[9] > 13 && p[9] != 255) /* OS */
		return false;
	const uint8_t *t = p + body.n - 4;
	uint64_t size = (uint64_t)t[0] | (uint64_t)t[1] << 8 | (uint64_t)t[2] << 16 | (uint64_t)t[3] << 24;
	return size > 0 && size / 1032 <= body.n; /* deflate shrinks to 1/1032 at best */
}
