/* Manifests that NVIDIA has signed, and what others made of them (public test data, nvidia/rim). */
#include "test.h"

#include "evidence/rim.h"

static struct arena arena;

static struct rim parse(const char *name, struct fault *fault)
{
	struct buffer b = test_vector("nvidia/rim/%s", name);
	struct rim rim;
	*fault = rim_parse(arena_bytes(&arena, buffer_bytes(&b)), &arena, &rim);
	buffer_release(&b);
	return rim;
}

static const struct rim_trust *verify(const struct rim *rim, int64_t at_s)
{
	static struct rim_trust trust;
	rim_verify(rim, NULL, at_s * 1000, 0, &arena, &trust);
	return &trust;
}

static void start(void)
{
	test_need_vectors("nvidia/rim");
	arena_init(&arena, 64 << 20);
}

static struct rim good(const char *name)
{
	struct fault f;
	struct rim rim = parse(name, &f);
	CHECK_THAT(!fault_is_set(f), "%s: %s", name, f.field ? f.field : "");
	CHECK_THAT(!fault_is_set(rim.signature_fault), "%s: %s", name, rim.signature_fault.field);
	CHECK(!rim.unsupported);
	CHECK_U64(rim.measurement_count, 64);
	return rim;
}

TEST(driver)
{
	start();
	struct rim rim = good("NV_GPU_DRIVER_GH100_550.144.03.xml");
	CHECK_TEXT(rim.version, "550.144.03");
	CHECK_TEXT(rim.product, "GH100");
	CHECK_TEXT(rim.edition, "GPU");
	CHECK_U64(rim.active_count, 21);
	CHECK(rim.measurements[7].active && rim.measurements[7].hashes[0][0] == 0x4a);
	const struct rim_trust *t = verify(&rim, 1735689600 + 86400);
	CHECK_THAT(t->intact && t->chained && t->in_time && t->builtin, "%s", t->why);
	CHECK_TEXT(t->why, "");
	CHECK_U64(t->valid_to_ms, INT64_C(1798649810000)); /* 2026-12-30T16:56:50Z */
	t = verify(&rim, 1798649811);
	CHECK(t->intact && t->chained && !t->in_time && t->stale);
	t = verify(&rim, 1700000000);
	CHECK(t->intact && t->chained && !t->in_time && !t->stale);
	arena_release(&arena);
}

TEST(switch_firmware)
{
	start();
	struct rim rim = good("switchVBIOSRim_NV_SWITCH_BIOS_5612_0002_890_9610550001.xml");
	CHECK_U64(rim.active_count, 31);
	CHECK_TEXT(rim.edition, "SWITCH");
	const struct rim_trust *t = verify(&rim, 1795478400);
	CHECK_THAT(t->intact && t->chained && t->in_time, "%s", t->why);
	arena_release(&arena);
}

TEST(vbios_whose_signer_has_expired)
{
	start();
	struct rim rim = good("1010_0200_882_96005E0001_PROD.swidtag");
	CHECK_U64(rim.active_count, 12);
	const struct rim_trust *t = verify(&rim, 1717200000);
	CHECK_THAT(t->intact && t->chained && t->in_time, "%s", t->why);
	t = verify(&rim, 1795478400);
	CHECK(t->intact && t->chained && !t->in_time && t->stale);
	struct rim_trust archived;
	rim_verify(&rim, NULL, INT64_C(1795478400000), INT64_C(1717200000000), &arena, &archived);
	CHECK(archived.in_time && archived.why[0]);
	arena_release(&arena);
}

TEST(bad_ones)
{
	static const struct {
		const char *name, *field;
		enum fault_code code;
		bool intact_signature_form;
	} cases[] = {
		{"incorrect_signature_driver_rim.xml", NULL, FAULT_NONE, true},
		{"negative/neg_tampered_golden.xml", NULL, FAULT_NONE, true},
		{"negative/neg_keyinfo_a2.xml", NULL, FAULT_NONE, false},
		{"negative/neg_no_signature.xml", NULL, FAULT_NONE, false},
		{"negative/neg_comment_in_hash.xml", "xml: DTD, comment or CDATA", FAULT_UNSUPPORTED, false},
		{"negative/neg_entity_bomb.xml", "xml: DTD, comment or CDATA", FAULT_UNSUPPORTED, false},
	};
	start();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fault f;
		struct rim rim = parse(cases[i].name, &f);
		CHECK_THAT(f.code == cases[i].code, "%s: %s", cases[i].name, fault_code_name(f.code));
		if (cases[i].field)
			CHECK_TEXT(f.field, cases[i].field);
		if (fault_is_set(f))
			continue;
		CHECK_THAT(fault_is_set(rim.signature_fault) != cases[i].intact_signature_form, "%s", cases[i].name);
		const struct rim_trust *t = verify(&rim, 1795478400);
		CHECK_THAT(!t->intact && !rim_is_authentic(t) && t->why[0], "%s", cases[i].name);
	}
	arena_release(&arena);
}

/* The blocks of a GET_MEASUREMENTS response of fixed shape: 55 bytes each, the value in the last 48. */
static size_t read_values(const char *name, struct rim_value values[64])
{
	struct buffer b = test_vector("nvidia/evidence/%s.spdm.bin", name);
	struct bytes raw = arena_bytes(&arena, buffer_bytes(&b));
	size_t n = raw.p[41];
	buffer_release(&b);
	for (size_t i = 0; i < n && i < 64; i++)
		values[i] = (struct rim_value){raw.p[45 + 55 * i] - 1u, bytes_slice(raw, 45 + 55 * i + 7, 48)};
	return n;
}

TEST(measurements_of_evidence)
{
	static const struct {
		const char *rim, *evidence;
		size_t matched, bad;
	} cases[] = {
		{"1010_0200_882_96005E0001_PROD.swidtag", "hopper_535.86.09_no_fwid", 12, 0},
		{"switchVBIOSRim_NV_SWITCH_BIOS_5612_0002_890_9610550001.xml", "ls10_96.10.55.00.01", 31, 0},
	};
	start();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rim rim = good(cases[i].rim);
		const struct rim *alone = &rim;
		struct rim_value values[64];
		size_t n = read_values(cases[i].evidence, values);
		struct rim_comparison c;
		rim_compare(&alone, 1, values, n, RIM_NVDEC0_DISABLED, &c);
		printf("%s %s: %zu match, bad: %s\n", cases[i].rim, cases[i].evidence, c.matched,
		       rim_comparison_text(&c, &arena));
		CHECK_U64(c.matched, cases[i].matched);
		CHECK_U64(c.bad, cases[i].bad);
	}
	/* A driver's RIM against another driver's evidence */
	struct rim rim = good("NV_GPU_DRIVER_GH100_550.144.03.xml");
	const struct rim *alone = &rim;
	struct rim_value values[64];
	struct rim_comparison c;
	rim_compare(&alone, 1, values, read_values("hopper_535.86.09_no_fwid", values), RIM_NVDEC0_DISABLED, &c);
	CHECK(c.bad > 0 && c.result == CHECK_FAIL);
	arena_release(&arena);
}

TEST(as_collateral)
{
	start();
	struct collateral_set set;
	collateral_set_init(&set, &arena);
	struct buffer b = test_vector("nvidia/rim/NV_GPU_DRIVER_GH100_550.144.03.xml");
	CHECK(!fault_is_set(collateral_set_add(&set, buffer_bytes(&b))));
	CHECK_U64(set.n, 1);
	CHECK(set.items[0].kind == COLLATERAL_RIM);
	CHECK_TEXT(set.items[0].label, "RIM GPU GH100 550.144.03");
	CHECK_TEXT(set.items[0].vendor, "nvidia");
	CHECK_U64(set.items[0].next_update_ms, INT64_C(1798649810000));
	CHECK(!rim_collateral_vet(&set.items[0], &set, &arena));
	buffer_release(&b);
	arena_release(&arena);
}
