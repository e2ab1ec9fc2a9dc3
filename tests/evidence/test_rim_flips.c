/*
 * Every byte of a RIM counts: from an authentic one, each changed bit and each cut makes one that is refused or not
 * authentic; and none does harm.
 */
#include "test.h"

#include "evidence/rim.h"
#include "pki/demo_rim.h"

static struct arena kept;
static struct collateral_set anchors;

/* Is it a well-formed RIM that the test's root vouches for? */
static bool is_authentic(struct bytes xml)
{
	struct arena a;
	struct rim rim;
	struct rim_trust t = {.why = ""};
	arena_init(&a, 8 << 20);
	struct fault f = rim_parse(xml, &a, &rim);
	if (!fault_is_set(f))
		rim_verify(&rim, &anchors, DEMO_RIM_AT_MS, 0, &a, &t);
	arena_release(&a);
	return t.intact && t.chained && t.in_time;
}

static struct bytes start(void)
{
	struct demo_rim demo = demo_rim_good();
	arena_init(&kept, 16 << 20);
	collateral_set_init(&anchors, &kept);
	CHECK(!fault_is_set(collateral_set_add_anchor(&anchors, demo_rim_root(&kept), NULL)));
	struct bytes xml = demo_rim_make(&demo, &kept);
	CHECK(is_authentic(xml));
	return xml;
}

TEST(each_byte)
{
	uint64_t state = 7;
	struct bytes xml = start();
	uint8_t *copy = malloc(xml.n);
	memcpy(copy, xml.p, xml.n);
	for (size_t i = 0; i < xml.n; i++) {
		unsigned bits = test_long() ? 0xff : 1u << (test_random(&state) & 7);
		for (unsigned bit = 0; bit < 8; bit++) {
			if (!(bits >> bit & 1))
				continue;
			copy[i] ^= (uint8_t)(1u << bit);
			CHECK_THAT(!is_authentic(bytes_of(copy, xml.n)), "byte %zu bit %u", i, bit);
			copy[i] ^= (uint8_t)(1u << bit);
		}
	}
	CHECK(is_authentic(bytes_of(copy, xml.n)));
	free(copy);
	arena_release(&kept);
}

TEST(each_length)
{
	struct bytes xml = start();
	for (size_t n = 0; n < xml.n - 1; n++) { /* the last byte is the line's end behind the document */
		uint8_t *copy = malloc(n ? n : 1); /* of its exact length, so that the sanitizer sees a read behind it */
		memcpy(copy, xml.p, n);
		CHECK_THAT(!is_authentic(bytes_of(copy, n)), "%zu bytes", n);
		free(copy);
	}
	CHECK(is_authentic(bytes_slice(xml, 0, xml.n - 1)));
	arena_release(&kept);
}

/* Bytes put in and taken out: what no flip reaches. */
TEST(each_place)
{
	static const char put[] = {' ', '\n', '<', '>', '"', '&', '/', 'a', '0', '=', ';', 0, '\x7f', '\xc3'};
	uint64_t state = 11;
	struct bytes xml = start();
	uint8_t *copy = malloc(xml.n + 1);
	for (size_t i = 0; i < xml.n; i += test_long() ? 1 : 2) {
		memcpy(copy, xml.p, i);
		memcpy(copy + i, xml.p + i + 1, xml.n - i - 1);
		bool space = xml.p[i] == '\n' && i == xml.n - 1;
		CHECK_THAT(!is_authentic(bytes_of(copy, xml.n - 1)) || space, "without byte %zu", i);
		copy[i] = (uint8_t)put[test_random(&state) % sizeof(put)];
		memcpy(copy + i + 1, xml.p + i, xml.n - i);
		/* White space between attributes and in base64 may be more. */
		CHECK_THAT(!is_authentic(bytes_of(copy, xml.n + 1)) || copy[i] == ' ' || copy[i] == '\n',
		           "'%c' before byte %zu", copy[i], i);
	}
	free(copy);
	arena_release(&kept);
}
