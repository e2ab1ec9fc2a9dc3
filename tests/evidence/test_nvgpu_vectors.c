/* Published evidence of NVIDIA's GPUs and switches, under the built-in roots: what its README says of each. */
#include "test.h"

#include "evidence/gpu_binding.h"
#include "evidence/judge.h"
#include "extract/machine.h"

#define AT_2024_06_01_MS INT64_C(1717200000000)
#define AT_2026_11_24_MS INT64_C(1795478400000)

static struct arena arena;
static struct collateral_set set;
static struct verdict v;

static struct bytes keep(struct buffer b)
{
	struct bytes copy = arena_bytes(&arena, buffer_bytes(&b));
	buffer_release(&b);
	return copy;
}

static struct bytes hex(const char *text)
{
	struct bytes out = {NULL, 0};
	CHECK(hex_decode_arena(&arena, bytes_of_text(text), &out));
	return out;
}

static void add_rim(const char *name)
{
	CHECK(!fault_is_set(collateral_set_add(&set, keep(test_vector("nvidia/rim/%s", name)))));
}

static void start(void)
{
	arena_init(&arena, LIMIT_ARENA_BYTES);
	collateral_set_init(&set, &arena);
}

static void judge_pair(const char *folder, const char *name, enum evidence_kind kind, const char *nonce, int64_t at_ms)
{
	struct judge_request r = {.kind = kind, .collateral = &set, .collateral_given = true, .at_ms = at_ms};
	r.evidence = keep(test_vector("nvidia/%s/%s.spdm.bin", folder, name));
	r.endorsement = keep(test_vector("nvidia/%s/%s.chain.pem", folder, name));
	if (nonce)
		r.binding.nonce = hex(nonce);
	judge(&r, &arena, &v, NULL);
}

static const char *failed(void)
{
	const struct verdict_check *c = verdict_first_failed(&v);
	return c ? c->id : "";
}

static const struct genuine {
	const char *name, *nonce, *driver, *vbios, *architecture;
	enum evidence_kind kind;
} genuine[] = {
	{"hopper_580.159.03", "5bb22e377702d4e1e8215a903ba094826b9ac7f731dee1fe8102958bf2840aca", "580.159.03",
	 "96.00.74.00.20", "HOPPER", EVIDENCE_NVGPU},
	{"hopper_535.86.09_no_fwid", "27a328247bf7935c993341cf587be6f05986ccce4fe7ba2c54100bd616a58f66", "535.86.09",
	 "96.00.5E.00.01", "HOPPER", EVIDENCE_NVGPU},
	{"blackwell_575.32_opaque_v0", "931d8dd0add203ac3d8b4fbde75e115278eefcdceac5b87671a748f32364dfcb", "575.32",
	 "97.00.88.00.0F", "BLACKWELL", EVIDENCE_NVGPU},
	{"ls10_96.10.55.00.01", "931d8dd0add203ac3d8b4fbde75e115278eefcdceac5b87671a748f32364dfcb", NULL,
	 "96.10.55.00.01", "LS10", EVIDENCE_NVSWITCH},
	{"hgx8_gpu0", "4760e30534a0621357d458b1a7936551b5dc4cd1e69718adf7ed9fb0252a537e", "590.12", "96.00.A5.00.01",
	 "HOPPER", EVIDENCE_NVGPU},
	{"hgx8_gpu1", "4760e30534a0621357d458b1a7936551b5dc4cd1e69718adf7ed9fb0252a537e", "590.12", "96.00.A5.00.01",
	 "HOPPER", EVIDENCE_NVGPU},
	{"hgx4_switch0", "4760e30534a0621357d458b1a7936551b5dc4cd1e69718adf7ed9fb0252a537e", NULL, "96.10.73.00.01",
	 "LS10", EVIDENCE_NVSWITCH},
};

static bool shows(const char *name, const char *text)
{
	const struct verdict_value *value = verdict_find(&v, name);
	return text ? value && bytes_equal_text(value->bytes, text) : value == NULL;
}

TEST(genuine_evidence)
{
	test_need_vectors("nvidia");
	static const char *const passed[] = {"nv.format", "nv.opaque", "nv.chain_shape", "nv.chain", "nv.signature",
	                                     "nv.device_type", "nv.fwid", "nv.pdi", "binding.nonce"};
	for (size_t i = 0; i < sizeof(genuine) / sizeof(genuine[0]); i++) {
		const struct genuine *g = &genuine[i];
		start();
		judge_pair("evidence", g->name, EVIDENCE_NONE, g->nonce, AT_2026_11_24_MS);
		CHECK_THAT(v.result == VERDICT_INCOMPLETE && v.kind == g->kind, "%s: %s", g->name, failed());
		for (size_t k = 0; k < sizeof(passed) / sizeof(passed[0]); k++)
			CHECK_THAT(verdict_check_result(&v, passed[k]) == CHECK_PASS, "%s: %s", g->name, passed[k]);
		CHECK(v.anchor_count == 1 && v.anchors[0].builtin);
		CHECK_THAT(shows("driver_version", g->driver) && shows("vbios_version", g->vbios), "%s", g->name);
		CHECK_THAT(shows("architecture", g->architecture) && !verdict_find(&v, "opaque_others"), "%s", g->name);
		CHECK(verdict_find_claim(&v, "gpu_attested")->status == CLAIM_UNKNOWN);
		arena_release(&arena);
	}
}

static void check_measurements(const char *name, const char *rim, int64_t at_ms, unsigned matched, enum check_result r)
{
	start();
	add_rim(rim);
	judge_pair("evidence", name, EVIDENCE_NONE, NULL, at_ms);
	CHECK_THAT(verdict_check_result(&v, "nv.firmware_rim") == CHECK_PASS, "%s", name);
	CHECK_U64(verdict_find(&v, "measurements_matched")->number, matched);
	CHECK_U64(verdict_find(&v, "measurements_compared")->number, matched);
	CHECK_THAT(verdict_check_result(&v, "nv.measurements") == r, "%s", name);
	arena_release(&arena);
}

TEST(reference_manifests)
{
	test_need_vectors("nvidia");
	/* The GPU's driver has no published manifest, so half of it stays open. */
	check_measurements("hopper_535.86.09_no_fwid", "1010_0200_882_96005E0001_PROD.swidtag", AT_2024_06_01_MS, 12,
	                   CHECK_NOT_CHECKED);
	check_measurements("ls10_96.10.55.00.01", "switchVBIOSRim_NV_SWITCH_BIOS_5612_0002_890_9610550001.xml",
	                   AT_2026_11_24_MS, 31, CHECK_PASS);
	start();
	add_rim("1010_0200_882_96005E0001_PROD.swidtag"); /* its signer expired in 2025 */
	judge_pair("evidence", "hopper_535.86.09_no_fwid", EVIDENCE_NONE, NULL, AT_2026_11_24_MS);
	CHECK(verdict_check_result(&v, "nv.firmware_rim") == CHECK_NOT_CHECKED);
	CHECK(verdict_check_result(&v, "nv.measurements") == CHECK_NOT_CHECKED && v.result == VERDICT_INCOMPLETE);
	arena_release(&arena);
}

static const struct bad {
	const char *name, *first_failed;
} bad[] = {
	{"chain_extra_trailing_cert", "nv.chain_shape"}, {"chain_no_root", "nv.chain_shape"},
	{"chain_reordered", "nv.chain_shape"},           {"ff_signature", "nv.signature"},
	{"flip_opaque_driver_version", "nv.signature"},  {"forged_pki_real_root_appended", "nv.chain_shape"},
	{"ls10_invalid_signature", "nv.signature"},      {"opaque_length_ffff", "nv.format"},
	{"spdm_version_12", "nv.format"},                {"trailing_byte", "nv.format"},
	{"truncated_100", "nv.format"},                  {"zero_signature", "nv.signature"},
};

TEST(bad_evidence_fails_for_its_reason)
{
	test_need_vectors("nvidia");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		start();
		judge_pair("negative", bad[i].name, EVIDENCE_NONE, NULL, AT_2026_11_24_MS);
		CHECK_THAT(v.result == VERDICT_FAILED && strcmp(failed(), bad[i].first_failed) == 0, "%s: %s", bad[i].name,
		           failed());
		CHECK_THAT(verdict_find_claim(&v, "gpu_attested")->status == CLAIM_REFUTED, "%s", bad[i].name);
		arena_release(&arena);
	}
}

TEST(a_signature_with_the_other_s_is_as_good)
{
	test_need_vectors("nvidia");
	start();
	judge_pair("negative", "high_s_malleated", EVIDENCE_NONE, genuine[0].nonce, AT_2026_11_24_MS);
	CHECK(v.result == VERDICT_INCOMPLETE && verdict_check_result(&v, "nv.signature") == CHECK_PASS);
	arena_release(&arena);
}

TEST(a_switch_as_a_gpu_and_another_nonce)
{
	test_need_vectors("nvidia");
	start();
	judge_pair("evidence", "ls10_96.10.55.00.01", EVIDENCE_NVGPU, NULL, AT_2026_11_24_MS);
	CHECK_TEXT(failed(), "nv.device_type");
	arena_release(&arena);
	start();
	judge_pair("evidence", "hopper_580.159.03", EVIDENCE_NVGPU,
	           "0000000000000000000000000000000000000000000000000000000000000000", AT_2026_11_24_MS);
	CHECK_TEXT(failed(), "binding.nonce");
	arena_release(&arena);
}

/* ---- documents ---- */

static struct machines read_document(const char *name)
{
	struct machines m;
	struct fault f = machines_parse(keep(test_vector("nvidia/json/%s", name)), &arena, &m);
	CHECK_THAT(!fault_is_set(f), "%s", name);
	return m;
}

static void judge_document(const struct machines *m, struct verdict **verdicts)
{
	for (size_t i = 0; i < m->n; i++) {
		const struct machine_piece *p = &m->v[i];
		struct judge_request r = {.kind = p->kind, .evidence = p->evidence, .endorsement = p->endorsement,
		                          .architecture = p->architecture, .collateral = &set, .at_ms = AT_2026_11_24_MS,
		                          .binding = {.document_nonce = p->nonce}};
		verdicts[i] = arena_alloc(&arena, sizeof(*verdicts[i]));
		judge(&r, &arena, verdicts[i], NULL);
	}
	gpu_binding_judge(verdicts, m->n, &(struct evidence_binding){.nonce_rule = NONCE_UNKNOWN});
}

TEST(documents)
{
	test_need_vectors("nvidia");
	static const struct {
		const char *name;
		size_t devices, copies;
		enum evidence_kind kind;
	} documents[] = {
		{"hopper_evidence.json", 1, 1, EVIDENCE_NVGPU},
		{"hopper_evidence_cert_hold.json", 1, 1, EVIDENCE_NVGPU},
		{"multi_gpu_hopper.json", 4, 1, EVIDENCE_NVGPU},
		{"multi_switch_ls10.json", 1, 4, EVIDENCE_NVSWITCH}, /* one evidence four times is one switch */
		{"switch_evidence_ls10.json", 1, 1, EVIDENCE_NVSWITCH},
	};
	for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++) {
		struct verdict *verdicts[8];
		start();
		struct machines m = read_document(documents[i].name);
		CHECK_THAT(m.count == 1 && m.n == documents[i].devices, "%s: %zu", documents[i].name, m.n);
		CHECK_U64(m.v[0].copies, documents[i].copies);
		judge_document(&m, verdicts);
		for (size_t k = 0; k < m.n; k++) {
			CHECK_THAT(verdicts[k]->kind == documents[i].kind && verdicts[k]->result == VERDICT_INCOMPLETE, "%s",
			           documents[i].name);
			CHECK(verdict_check_result(verdicts[k], "nv.signature") == CHECK_PASS);
			CHECK(verdict_check_result(verdicts[k], "nv.architecture") == CHECK_PASS);
			CHECK(verdict_check_result(verdicts[k], "binding.document_nonce") == CHECK_PASS);
			CHECK(verdict_check_result(verdicts[k], "nv.device_unique") ==
			      (m.n > 1 ? CHECK_PASS : CHECK_NOT_CHECKED));
		}
		arena_release(&arena);
	}
}

/* Two GPUs and one switch of a machine of eight and four: they name each other, and others that are not here. */
TEST(part_of_one_machine)
{
	test_need_vectors("nvidia");
	static const char *const names[] = {"hgx8_gpu0", "hgx8_gpu1", "hgx4_switch0"};
	static struct verdict verdicts[3];
	struct verdict *all[3] = {&verdicts[0], &verdicts[1], &verdicts[2]};
	start();
	for (size_t i = 0; i < 3; i++) {
		judge_pair("evidence", names[i], EVIDENCE_NONE, NULL, AT_2026_11_24_MS);
		verdicts[i] = v;
	}
	gpu_binding_judge(all, 3, &(struct evidence_binding){.nonce_rule = NONCE_UNKNOWN});
	for (size_t i = 0; i < 3; i++) {
		CHECK(verdict_check_result(all[i], "nv.device_unique") == CHECK_PASS);
		CHECK(verdict_check_result(all[i], "nv.topology") == CHECK_NOT_CHECKED);
		CHECK(verdict_find_claim(all[i], "gpu_attested")->status == CLAIM_UNKNOWN);
	}
	/* A switch of another machine is none of theirs. */
	judge_pair("evidence", "ls10_96.10.55.00.01", EVIDENCE_NONE, NULL, AT_2026_11_24_MS);
	verdicts[2] = v;
	judge_pair("evidence", names[0], EVIDENCE_NONE, NULL, AT_2026_11_24_MS);
	verdicts[0] = v;
	judge_pair("evidence", names[1], EVIDENCE_NONE, NULL, AT_2026_11_24_MS);
	verdicts[1] = v;
	gpu_binding_judge(all, 3, &(struct evidence_binding){.nonce_rule = NONCE_UNKNOWN});
	for (size_t i = 0; i < 3; i++)
		CHECK(verdict_check_result(all[i], "nv.topology") == CHECK_FAIL && all[i]->result == VERDICT_FAILED);
	arena_release(&arena);
}
