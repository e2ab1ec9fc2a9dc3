/* SPDM transcripts and NVIDIA's opaque data, apart from any signature. */
#include "test.h"

#include "evidence/nvidia_opaque.h"
#include "evidence/spdm.h"
#include "pki/demo_nvidia.h"

static struct arena arena;
static struct spdm s;
static struct nvidia_opaque o;

/* Parse a copy of its exact size, so that a sanitizer sees each read behind it. */
static struct fault parse(struct bytes b)
{
	uint8_t *copy = malloc(b.n ? b.n : 1);
	memcpy(copy, b.p, b.n);
	struct fault f = spdm_parse(bytes_of(copy, b.n), &s);
	free(copy);
	return f;
}

static struct bytes small(void)
{
	struct demo_device d = demo_hopper(1);
	d.measurement_count = 2;
	return demo_transcript_unsigned(&d, &arena);
}

TEST(a_transcript_is_split_into_its_fields)
{
	arena_init(&arena, 1 << 20);
	struct demo_device d = demo_hopper(1);
	struct bytes raw = demo_transcript_unsigned(&d, &arena);
	CHECK(!fault_is_set(spdm_parse(raw, &s)));
	CHECK(bytes_equal(s.nonce, bytes_of(d.nonce, 32)) && s.slot == 0 && s.version == 0x11);
	CHECK(bytes_equal_text(s.responder_nonce, "a random number of the responder"));
	CHECK_U64(s.measurement_count, 64);
	CHECK(s.signature.n == 96 && s.signed_part.n == raw.n - 96);
	CHECK(bytes_equal(spdm_measurement_at(&s, 36)->value, bytes_of(d.measurements[35], 48)));
	CHECK(spdm_measurement_at(&s, 36)->type == 1 && !spdm_measurement_at(&s, 65) && !spdm_measurement_at(&s, 0));
	CHECK(s.opaque.p == raw.p + s.opaque_offset && s.opaque_offset == 45 + 64 * 55 + 34);
	CHECK(spdm_is(raw) && !spdm_is(bytes_slice(raw, 0, 3)) && !spdm_is(bytes_slice(raw, 37, 40)));
	arena_release(&arena);
}

TEST(every_cut_is_a_fault)
{
	arena_init(&arena, 1 << 20);
	struct bytes raw = small();
	CHECK(!fault_is_set(parse(raw)));
	for (size_t n = 0; n < raw.n; n++)
		CHECK_THAT(fault_is_set(parse(bytes_slice(raw, 0, n))), "%zu bytes", n);
	arena_release(&arena);
}

TEST(faults_say_what_and_where)
{
	static const struct {
		size_t at;
		uint8_t value;
		enum fault_code code;
		size_t offset;
		const char *field;
	} rows[] = {
		{0, 0x12, FAULT_MISMATCH, 37, "response.version"},
		{1, 0xe1, FAULT_VALUE, 1, "request.code"},
		{2, 0, FAULT_VALUE, 2, "request.param1"},
		{3, 0, FAULT_VALUE, 3, "request.param2"},
		{37, 0x12, FAULT_MISMATCH, 37, "response.version"},
		{38, 0x7f, FAULT_VALUE, 38, "response.code"},
		{41, 0, FAULT_VALUE, 41, "measurement_count"},
		{41, 1, FAULT_TRAILING, 100, "record"},
		{41, 3, FAULT_TRUNCATED, 155, "measurement.index"},
		{44, 0xff, FAULT_TRUNCATED, 45, "record"},
		{45, 0, FAULT_VALUE, 45, "measurement.index"},
		{100, 1, FAULT_DUPLICATE, 100, "measurement.index"},
		{46, 2, FAULT_VALUE, 46, "measurement.specification"},
		{47, 50, FAULT_TRUNCATED, 52, "measurement.value"},
		{47, 52, FAULT_TRAILING, 100, "measurement.value_size"},
		{50, 47, FAULT_TRAILING, 99, "measurement.value_size"},
	};
	arena_init(&arena, 1 << 20);
	struct bytes raw = small();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t *p = arena_alloc(&arena, raw.n);
		memcpy(p, raw.p, raw.n);
		p[rows[i].at] = rows[i].value;
		struct fault f = parse(bytes_of(p, raw.n));
		CHECK_THAT(f.code == rows[i].code && f.offset == rows[i].offset && strcmp(f.field, rows[i].field) == 0,
		           "row %zu: %s at %zu, %s", i, fault_code_name(f.code), f.offset, f.field);
	}
	uint8_t *later = arena_alloc(&arena, raw.n);
	memcpy(later, raw.p, raw.n);
	later[0] = later[37] = 0x13;
	CHECK(parse(bytes_of(later, raw.n)).code == FAULT_UNSUPPORTED);
	later[0] = later[37] = 0x21;
	CHECK(parse(bytes_of(later, raw.n)).code == FAULT_VALUE);
	arena_release(&arena);
}

TEST(changed_bytes_do_no_harm)
{
	uint64_t seed = 5;
	arena_init(&arena, 1 << 20);
	struct bytes raw = small();
	uint8_t *p = arena_alloc(&arena, raw.n);
	for (unsigned round = 0; round < 20000; round++) {
		memcpy(p, raw.p, raw.n);
		for (unsigned k = 0; k < 3; k++)
			p[test_random(&seed) % raw.n] = (uint8_t)test_random(&seed);
		if (!fault_is_set(parse(bytes_of(p, raw.n))))
			CHECK(s.measurement_count > 0 && s.signature.n == 96);
	}
	arena_release(&arena);
}

/* ---- opaque data ---- */

static struct fault parse_opaque(const void *p, size_t n)
{
	uint8_t *copy = arena_alloc(&arena, n + 1);
	memcpy(copy, p, n);
	return nvidia_opaque_parse(bytes_of(copy, n), 1000, &o);
}

TEST(fields_of_the_plain_form)
{
	arena_init(&arena, 1 << 20);
	CHECK(!fault_is_set(parse_opaque("\3\0\4\0" "1.2\0" "\6\0\10\0" "\0\x9f\0\x96\1\0\0\0" "\347\3\1\0x", 25)));
	CHECK(o.count == 3 && !o.tagged && bytes_equal_text(nvidia_opaque_text(&o, NVIDIA_DRIVER_VERSION), "1.2"));
	CHECK_TEXT(nvidia_opaque_vbios(&o, &arena), "96.00.9F.00.01");
	CHECK(bytes_equal_text(nvidia_opaque_get(&o, 999), "x") && !nvidia_opaque_get(&o, 998).p);
	CHECK(nvidia_opaque_name(999) == NULL && strcmp(nvidia_opaque_name(20), "fwid") == 0);
	CHECK(!fault_is_set(parse_opaque("", 0)) && o.count == 0);
	CHECK(!fault_is_set(parse_opaque("\6\0\16\0" "96.10.55.00.01", 18)));
	CHECK_TEXT(nvidia_opaque_vbios(&o, &arena), "96.10.55.00.01");
	CHECK(!fault_is_set(parse_opaque("\6\0\3\0" "abc", 7)) && nvidia_opaque_vbios(&o, &arena) == NULL);
	CHECK(!fault_is_set(parse_opaque("\3\0\3\0" "1\n2", 7)) && nvidia_opaque_text(&o, 3).n == 0);
	arena_release(&arena);
}

TEST(faults_of_opaque_data)
{
	arena_init(&arena, 1 << 20);
	struct fault f = parse_opaque("\3\0\1\0a" "\3\0\1\0b", 10);
	CHECK(f.code == FAULT_DUPLICATE && f.offset == 1005);
	CHECK(parse_opaque("\3\0\2\0a", 5).code == FAULT_TRUNCATED && parse_opaque("\3", 1).code == FAULT_TRUNCATED);
	CHECK(parse_opaque("NVDAOD\0\0\3\0\0\0", 12).code == FAULT_UNSUPPORTED);
	CHECK(parse_opaque("NVDAOD\1\0\2\0\0\0", 12).code == FAULT_UNSUPPORTED);
	CHECK(parse_opaque("NVDAOD\0\0\2\0", 10).code == FAULT_TRUNCATED);
	CHECK(!fault_is_set(parse_opaque("NVDAOD\0\0\2\0\0\0" "\3\0\x82\0\1\0" "a", 19)) && o.tagged && o.major == 2);
	CHECK(o.fields[0].value_type == 0x82 && o.count == 1);
	uint8_t many[4 * (NVIDIA_OPAQUE_FIELDS_MAX + 1)] = {0};
	for (size_t i = 0; i <= NVIDIA_OPAQUE_FIELDS_MAX; i++) {
		many[4 * i] = (uint8_t)i;
		many[4 * i + 1] = (uint8_t)(i >> 8);
	}
	CHECK(!fault_is_set(parse_opaque(many, sizeof(many) - 4)));
	CHECK(parse_opaque(many, sizeof(many)).code == FAULT_LIMIT);
	arena_release(&arena);
}
