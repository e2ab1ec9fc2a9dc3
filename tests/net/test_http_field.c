/* Retry-After in its three forms of date and in seconds; codings; the look of gzip. */
#include "net/http_field.h"

#include <zlib.h>

#include "test.h"

static const int64_t day_ms = INT64_C(86400000);

static int64_t after(const char *retry, const char *date, int64_t now_ms)
{
	return http_retry_after_ms(bytes_of_text(retry), bytes_of_text(date), now_ms);
}

TEST(seconds)
{
	CHECK(after("0", NULL, 0) == 0);
	CHECK(after("1", NULL, 0) == 1000);
	CHECK(after("120", "Sun, 06 Nov 1994 08:49:37 GMT", 5) == 120000);
	CHECK(after(" 007 ", NULL, 0) == 7000);
	CHECK(after("86400", NULL, 0) == day_ms);
	CHECK(after("86401", NULL, 0) == day_ms);
	CHECK(after("99999999999999999999999999999999", NULL, 0) == day_ms);
	static const char *const bad[] = {"",    " ",     "-1",   "+1",         "1.5",  "1e3", "0x10",
	                                  "10s", "10 20", "soon", "1994-11-06", "\xff", "GMT"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_THAT(after(bad[i], NULL, 0) == -1, "\"%s\"", bad[i]);
}

TEST(dates)
{
	static const char *const same[] = {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
	                                   "Sun Nov  6 08:49:37 1994"};
	const int64_t at = INT64_C(784111777000);
	for (size_t i = 0; i < 3; i++) {
		CHECK_THAT(after(same[i], NULL, at - 5000) == 5000, "%s", same[i]);
		CHECK_THAT(after(same[i], NULL, at + 5000) == 0, "%s", same[i]);
		CHECK_THAT(after(same[i], NULL, at - 3 * day_ms) == day_ms, "%s", same[i]);
		/* Our clock may be off: the server's own counts. */
		CHECK_THAT(after(same[i], "Sun, 06 Nov 1994 08:49:07 GMT", 0) == 30000, "%s", same[i]);
		CHECK_THAT(after(same[i], "not a date", at - 5000) == 5000, "%s", same[i]);
	}
	CHECK(after("Sun, 99 Nov 1994 08:49:37 GMT", NULL, 0) == -1);
	char longer[200];
	memset(longer, 'x', sizeof(longer));
	CHECK(http_retry_after_ms(bytes_of(longer, sizeof(longer)), bytes_of(NULL, 0), 0) == -1);
}

TEST(encodings)
{
	CHECK(http_encoding_parse(bytes_of(NULL, 0)) == HTTP_IDENTITY);
	CHECK(http_encoding_parse(BYTES_LITERAL("identity")) == HTTP_IDENTITY);
	CHECK(http_encoding_parse(BYTES_LITERAL("gzip")) == HTTP_GZIP);
	CHECK(http_encoding_parse(BYTES_LITERAL(" GZip ")) == HTTP_GZIP);
	CHECK(http_encoding_parse(BYTES_LITERAL("x-gzip")) == HTTP_GZIP);
	static const char *const other[] = {"br",    "zstd", "deflate", "gzip, gzip", "gzip,br",
	                                    "gzipp", "gz",   "*",       "\xff"};
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++)
		CHECK_THAT(http_encoding_parse(bytes_of_text(other[i])) == HTTP_OTHER, "%s", other[i]);
}

static size_t deflated(uint8_t *out, size_t size, const void *in, size_t n)
{
	z_stream z = {0};
	union {
		const void *read_only;
		Bytef *in;
	} u = {in};
	deflateInit2(&z, 9, Z_DEFLATED, 31, 9, Z_DEFAULT_STRATEGY);
	z.next_in = u.in;
	z.avail_in = (uInt)n;
	z.next_out = out;
	z.avail_out = (uInt)size;
	deflate(&z, Z_FINISH);
	deflateEnd(&z);
	return z.total_out;
}

TEST(gzip_by_its_look)
{
	uint8_t out[4096], zeros[100000] = {0};
	size_t n = deflated(out, sizeof(out), "hello, tile", 11);
	CHECK(http_body_is_gzip(bytes_of(out, n)));
	for (size_t cut = 0; cut < 20; cut++)
		CHECK_THAT(!http_body_is_gzip(bytes_of(out, cut)), "%zu", cut);
	for (size_t i = 0; i < 3; i++) {
		out[i] ^= 1;
		CHECK_THAT(!http_body_is_gzip(bytes_of(out, n)), "byte %zu", i);
		out[i] ^= 1;
	}
	out[3] = 0x20;
	CHECK(!http_body_is_gzip(bytes_of(out, n)));
	n = deflated(out, sizeof(out), zeros, sizeof(zeros));
	CHECK(http_body_is_gzip(bytes_of(out, n)));
	out[n - 1] = 0x7f; /* says 2 GiB, more than these bytes can hold */
	CHECK(!http_body_is_gzip(bytes_of(out, n)));
	CHECK(!http_body_is_gzip(bytes_of(zeros, 100)));
}
