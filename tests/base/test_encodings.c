/* Encodings, bounds and readers of the base layer. */
#include "test.h"

#include <errno.h>
#include <unistd.h>

#include "base/base32.h"
#include "base/base64.h"
#include "base/cursor.h"
#include "base/der.h"
#include "base/gzip.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/json_writer.h"
#include "base/limits.h"
#include "base/pem.h"
#include "base/text.h"
#include "base/timestamp.h"

static struct bytes lit(const char *s)
{
	return bytes_of_text(s);
}

TEST(cursor_is_sticky)
{
	static const uint8_t in[] = {1, 2, 3, 4, 5};
	struct cursor c = cursor_of(bytes_of(in, sizeof(in)));
	CHECK_U64(cursor_u16be(&c, "a"), 0x0102);
	CHECK_U64(cursor_u16le(&c, "b"), 0x0403);
	CHECK_U64(cursor_u32be(&c, "c"), 0);
	CHECK(c.fault.code == FAULT_TRUNCATED && c.fault.offset == 4 && strcmp(c.fault.field, "c") == 0);
	CHECK_U64(cursor_u8(&c, "d"), 0); /* one byte is left, and is not read any more */
	CHECK(strcmp(cursor_end(&c, "e").field, "c") == 0);
	c = cursor_of(bytes_of(in, 1));
	CHECK(cursor_end(&c, "all").code == FAULT_TRAILING);
	static const uint8_t zeros[] = {0, 0, 7};
	c = cursor_of(bytes_of(zeros, 3));
	cursor_zero(&c, 3, "reserved");
	CHECK(c.fault.code == FAULT_RESERVED && c.fault.offset == 2);
}

TEST(der_framing)
{
	static const struct {
		uint8_t in[8];
		size_t n;
		enum fault_code code;
	} rows[] = {
		{{0x04, 0x00}, 2, FAULT_NONE},
		{{0x04, 0x01, 0xff}, 3, FAULT_NONE},
		{{0x04, 0x02, 0xff}, 3, FAULT_TRUNCATED},
		{{0x04, 0x80, 0x00, 0x00}, 4, FAULT_ENCODING},       /* indefinite */
		{{0x04, 0x81, 0x01, 0xff}, 4, FAULT_ENCODING},       /* not minimal */
		{{0x04, 0x82, 0x00, 0x81}, 4, FAULT_ENCODING},
		{{0x04, 0x85, 1, 1, 1, 1, 1}, 7, FAULT_ENCODING},
		{{0x1f, 0x01, 0x00}, 3, FAULT_TAG},
		{{0x04}, 1, FAULT_TRUNCATED},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct cursor c = cursor_of(bytes_of(rows[i].in, rows[i].n));
		struct der d;
		der_next(&c, &d, "element");
		CHECK_THAT(c.fault.code == rows[i].code, "row %zu: %s", i, fault_code_name(c.fault.code));
	}
}

TEST(der_values)
{
	static const uint8_t good[] = {2, 1, 5, 2, 2, 0, 0x80, 2, 9, 0, 255, 255, 255, 255, 255, 255, 255, 255};
	struct cursor c = cursor_of(bytes_of(good, sizeof(good)));
	CHECK_U64(der_u64(&c, "a"), 5);
	CHECK_U64(der_u64(&c, "b"), 128);
	CHECK_U64(der_u64(&c, "c"), UINT64_MAX);
	CHECK(cursor_end(&c, "all").code == FAULT_NONE);
	static const uint8_t bad[][4] = {{2, 2, 0, 1}, {2, 1, 0x80}, {2, 0}};
	for (size_t i = 0; i < 3; i++) {
		c = cursor_of(bytes_of(bad[i], bad[i][1] + 2u));
		der_u64(&c, "n");
		CHECK(!cursor_ok(&c));
	}
	char text[64];
	static const uint8_t oid[] = {0x2b, 0x06, 0x01, 0x04, 0x01, 0x9c, 0x78, 0x01, 0x04};
	CHECK(der_oid_text(bytes_of(oid, sizeof(oid)), text, sizeof(text)));
	CHECK_TEXT(text, "1.3.6.1.4.1.3704.1.4");
	CHECK(!der_oid_text(bytes_of(oid, 6), text, sizeof(text)));
	static const uint8_t utc[] = "\x17\x0d" "260123000000Z", general[] = "\x18\x0f" "20500101000000Z", odd[] = "\x17\x0d" "261301000000Z";
	c = cursor_of(bytes_of(utc, 15));
	CHECK_U64(der_time(&c, "t"), UINT64_C(1769126400000));
	c = cursor_of(bytes_of(general, 17));
	CHECK_U64(der_time(&c, "t"), UINT64_C(2524608000000));
	c = cursor_of(bytes_of(odd, 15));
	der_time(&c, "t");
	CHECK(c.fault.code == FAULT_VALUE);
}

TEST(digits)
{
	struct arena a;
	struct bytes out;
	uint8_t raw[64];
	size_t n;
	arena_init(&a, 1 << 20);
	CHECK(hex_decode(lit("00fFa1"), raw, 3) && raw[1] == 0xff && raw[2] == 0xa1);
	CHECK(!hex_decode(lit("00f"), raw, 2) && !hex_decode(lit("0g"), raw, 1) && !hex_decode(lit("00"), raw, 2));
	static const char *const good64[] = {"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "+/+/"};
	for (size_t i = 0; i < 6; i++) {
		CHECK(base64_decode_arena(&a, lit(good64[i]), &out));
		CHECK_TEXT(base64_text(&a, out), good64[i]);
	}
	static const char *const bad64[] = {"Zg", "Zg=", "Zh==", "Zm9=", "Zm9v\n", " Zm9v", "Z===", "====", "-_-_", "Zm9v=", "Zg==Zg=="};
	for (size_t i = 0; i < sizeof(bad64) / sizeof(bad64[0]); i++)
		CHECK_THAT(!base64_decode_arena(&a, lit(bad64[i]), &out), "%s", bad64[i]);
	CHECK(base64url_decode_arena(&a, lit("-_-_"), &out) && out.n == 3 && out.p[0] == 0xfb);
	CHECK(!base64url_decode_arena(&a, lit("+/+/"), &out) && !base64url_decode_arena(&a, lit("Zg=="), &out));
	CHECK(base32_decode(lit("mzxw6"), raw, &n) && n == 3 && memcmp(raw, "foo", 3) == 0);
	CHECK(base32_decode(lit("MZXW6YTBOI"), raw, &n) && n == 6 && memcmp(raw, "foobar", 6) == 0);
	CHECK(!base32_decode(lit("mzxw7"), raw, &n)); /* stray bits */
	CHECK(!base32_decode(lit("m"), raw, &n) && !base32_decode(lit("m1"), raw, &n) && !base32_decode(lit("mzx"), raw, &n));
	arena_release(&a);
}

TEST(gzip_bounds)
{
	struct buffer big, packed, out;
	buffer_init(&big, 1 << 20);
	buffer_init(&packed, 1 << 20);
	memset(buffer_reserve(&big, 1 << 20), 'x', 1 << 20);
	buffer_added(&big, 1 << 20);
	CHECK(gzip_deflate(buffer_bytes(&big), &packed) && packed.n < 4096);
	buffer_init(&out, 1 << 20);
	CHECK(gzip_inflate(buffer_bytes(&packed), &out).code == FAULT_NONE && out.n == 1 << 20);
	out.max = (1 << 20) - 1;
	CHECK(gzip_inflate(buffer_bytes(&packed), &out).code == FAULT_LIMIT);
	out.max = 1 << 20;
	for (size_t n = 0; n < packed.n; n += packed.n > 600 && n > 64 ? 17 : 1)
		CHECK_THAT(gzip_inflate(bytes_of(packed.p, n), &out).code != FAULT_NONE, "cut at %zu", n);
	buffer_put_u8(&packed, 0);
	CHECK(gzip_inflate(buffer_bytes(&packed), &out).code == FAULT_TRAILING);
	packed.n--;
	packed.p[packed.n - 5] ^= 1; /* CRC */
	CHECK(gzip_inflate(buffer_bytes(&packed), &out).code == FAULT_ENCODING);
	buffer_release(&big);
	buffer_release(&packed);
	buffer_release(&out);
}

static enum fault_code parse(const char *text)
{
	struct arena a;
	const struct json *root;
	arena_init(&a, 16 << 20);
	enum fault_code code = json_parse(&a, lit(text), &root).code;
	arena_release(&a);
	return code;
}

TEST(json_strictness)
{
	static const char *const good[] = {"{}", "[]", "1", "\"x\"", "{\"a\":[1,2,{\"b\":null}]}", " {\"a\" : true}\n"};
	static const char *const bad[] = {"", "{", "{}{}", "{} x", "[1,]", "{\"a\":1,}", "{'a':1}", "\"\xff\"", "nul", "[1 2]", "01"};
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		CHECK_THAT(parse(good[i]) == FAULT_NONE, "%s", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_THAT(parse(bad[i]) != FAULT_NONE, "%s", bad[i]);
	CHECK(parse("{\"a\":1,\"b\":2,\"a\":3}") == FAULT_DUPLICATE);
	CHECK(parse("{\"a\":1,\"\\u0061\":3}") == FAULT_DUPLICATE);
	char deep[200] = "";
	for (size_t i = 0; i < LIMIT_JSON_DEPTH + 1; i++)
		strncat(deep, "[", sizeof(deep) - strlen(deep) - 1);
	CHECK(parse(deep) == FAULT_LIMIT);
}

TEST(json_tree)
{
	struct arena a;
	const struct json *root;
	struct fault f = FAULT_OK;
	uint8_t four[4];
	static const char text[] = "{\"n\":42,\"s\":\"a\\u00e9\\n\",\"o\":{\"x\":[1, 2]},\"h\":\"0a0B0c0d\",\"big\":18446744073709551616,\"m\":-1}";
	arena_init(&a, 1 << 20);
	CHECK(json_parse(&a, lit(text), &root).code == FAULT_NONE);
	CHECK_U64(json_number(root, "n", 100, &f), 42);
	CHECK(bytes_equal_text(json_string(root, "s", &f), "a\xc3\xa9\n") && !fault_is_set(f));
	CHECK(bytes_equal_text(json_get(root, "o")->raw, "{\"x\":[1, 2]}"));
	CHECK(bytes_equal_text(json_get(json_get(root, "o"), "x")->raw, "[1, 2]") && json_at(json_get(json_get(root, "o"), "x"), 1));
	json_hex(root, "h", four, 4, &f);
	CHECK(!fault_is_set(f) && four[3] == 0x0d);
	json_number(root, "n", 41, &f);
	CHECK(f.code == FAULT_VALUE && strcmp(f.field, "n") == 0);
	f = FAULT_OK;
	json_number(root, "big", UINT64_MAX, &f);
	CHECK(f.code == FAULT_VALUE);
	f = FAULT_OK;
	json_number(root, "m", 5, &f);
	CHECK(f.code == FAULT_VALUE);
	f = FAULT_OK;
	json_string(root, "missing", &f);
	CHECK(f.code == FAULT_MISSING);
	f = FAULT_OK;
	json_string(root, "n", &f);
	CHECK(f.code == FAULT_TAG);
	arena_release(&a);
}

/* Whatever stands in a string, the output is JSON that reads back. */
TEST(json_writer_hostile)
{
	uint64_t seed = 7;
	for (unsigned round = 0; round < 500; round++) {
		uint8_t in[24];
		size_t n = test_random(&seed) % sizeof(in);
		struct buffer out;
		struct arena a;
		const struct json *root;
		for (size_t i = 0; i < n; i++)
			in[i] = (uint8_t)test_random(&seed);
		arena_init(&a, 1 << 20);
		buffer_init(&out, 4096);
		struct json_writer w = json_writer_to(&out);
		json_write_object(&w, NULL);
		json_write_string(&w, "s", bytes_of(in, n));
		json_write_u64(&w, "n", round);
		json_write_object_end(&w);
		CHECK(json_parse(&a, buffer_bytes(&out), &root).code == FAULT_NONE);
		if (text_is_utf8(bytes_of(in, n)))
			CHECK(bytes_equal(json_get(root, "s")->text, bytes_of(in, n)));
		buffer_release(&out);
		arena_release(&a);
	}
}

TEST(timestamps)
{
	static const struct {
		const char *text;
		int64_t ms;
	} good[] = {
		{"1970-01-01T00:00:00Z", 0},
		{"2026-01-23T00:00:00Z", INT64_C(1769126400000)},
		{"2024-02-29T23:59:59.5Z", INT64_C(1709251199500)},
		{"2026-01-23T01:30:00+01:30", INT64_C(1769126400000)},
		{"1969-12-31T23:59:59Z", -1000},
	};
	static const char *const bad[] = {"2026-02-29T00:00:00Z", "2026-01-23", "2026-01-23T24:00:00Z", "2026-01-23T00:00:00", "x",
	                                  "2026-01-23T00:00:00Zx", "2026-01-23T00:00:00.Z", "2026-13-01T00:00:00Z"};
	char text[TIMESTAMP_TEXT_SIZE];
	int64_t ms;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		CHECK_THAT(timestamp_parse(lit(good[i].text), &ms) && ms == good[i].ms, "%s", good[i].text);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_THAT(!timestamp_parse(lit(bad[i]), &ms), "%s", bad[i]);
	uint64_t seed = 3;
	for (unsigned i = 0; i < 1000; i++) {
		int64_t want = (int64_t)(test_random(&seed) % UINT64_C(300000000000000)) - INT64_C(50000000000000);
		CHECK(timestamp_parse(lit(timestamp_text(want, text)), &ms) && ms == want);
	}
	CHECK(timestamp_parse_option("@1769126400", &ms) && ms == INT64_C(1769126400000));
	CHECK(timestamp_parse_option("2026-01-23", &ms) && ms == INT64_C(1769126400000));
	CHECK(!timestamp_parse_option("@", &ms) && !timestamp_parse_option("@12x", &ms) && !timestamp_parse_option("@99999999999999", &ms));
}

TEST(maxima)
{
	struct buffer b;
	struct arena a;
	buffer_init(&b, 10);
	buffer_put_text(&b, "12345678");
	buffer_put_text(&b, "abc");
	CHECK(!buffer_ok(&b) && b.n == 8);
	buffer_put_text(&b, "a");
	CHECK(b.n == 8); /* nothing more after the first refusal */
	buffer_release(&b);
	arena_init(&a, 100);
	CHECK(arena_alloc(&a, 60) && !arena_alloc(&a, 41) && arena_alloc(&a, 40) && !arena_alloc(&a, 1));
	CHECK(!arena_array(&a, SIZE_MAX / 2, 4));
	arena_reset(&a);
	CHECK(arena_alloc(&a, 100));
	arena_release(&a);
}

TEST(texts)
{
	struct arena a;
	uint64_t n;
	arena_init(&a, 1 << 16);
	CHECK_TEXT(text_escaped(&a, bytes_of("a\x1b[31m\\\xc3\n", 9)), "a\\x1b[31m\\x5c\\xc3\\x0a");
	CHECK(text_is_utf8(lit("\xe2\x80\x94")) && !text_is_utf8(lit("\xc0\xaf")) && !text_is_utf8(lit("\xed\xa0\x80")) &&
	      !text_is_utf8(lit("\xf4\x90\x80\x80")) && !text_is_utf8(lit("\xe2\x80")));
	CHECK(text_decimal(lit("18446744073709551615"), UINT64_MAX, &n) && n == UINT64_MAX);
	CHECK(!text_decimal(lit("18446744073709551616"), UINT64_MAX, &n) && !text_decimal(lit("01"), 9, &n) &&
	      !text_decimal(lit("+1"), 9, &n) && !text_decimal(lit(""), 9, &n) && !text_decimal(lit("10"), 9, &n));
	arena_release(&a);
}

TEST(pem_blocks)
{
	struct arena a;
	struct bytes der;
	size_t at = 0;
	static const char two[] = "x\n-----BEGIN A-----\r\nZm9v\r\n-----END A-----\n-----BEGIN B-----\nZm\n9vYmFy\n-----END B-----\n";
	arena_init(&a, 1 << 16);
	CHECK(pem_next(lit(two), &at, &a, &der) && bytes_equal_text(der, "foo"));
	CHECK(pem_next(lit(two), &at, &a, &der) && bytes_equal_text(der, "foobar"));
	CHECK(!pem_next(lit(two), &at, &a, &der));
	at = 0;
	CHECK(!pem_next(lit("-----BEGIN A-----\nZm9v\n"), &at, &a, &der));
	at = 0;
	CHECK(pem_next(lit("-----BEGIN A-----\n!!\n-----END A-----"), &at, &a, &der) && der.n == 0);
	arena_release(&a);
}

TEST(files)
{
	char path[] = "/tmp/teewatch-test-XXXXXX", name[64];
	struct buffer b;
	CHECK(mkdtemp(path) != NULL);
	snprintf(name, sizeof(name), "%s/f", path);
	buffer_init(&b, 4);
	CHECK(file_read(name, &b) == -ENOENT);
	CHECK(file_write(name, lit("1234"), 0600) == 0 && file_read(name, &b) == 0 && b.n == 4);
	CHECK(file_write(name, lit("12345"), 0600) == 0 && file_read(name, &b) == -EFBIG);
	CHECK(file_is_directory(path) && !file_is_directory(name));
	unlink(name);
	rmdir(path);
	buffer_release(&b);
}
