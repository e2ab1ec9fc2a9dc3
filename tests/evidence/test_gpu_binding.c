/*
 * A machine of the tests' own: an SNP report and eight GPUs with four switches that answer one nonce. The claim
 * gpu_attested asserted, refuted, unknown, each with its reason; every way in which a nonce stands in report_data.
 */
#include "test.h"

#include "evidence/binding.h"
#include "evidence/gpu_binding.h"
#include "evidence/nvgpu_scene.h"
#include "evidence/snp_scene.h"

enum { GPUS = 8, SWITCHES = 4, DEVICES = GPUS + SWITCHES, ALL = DEVICES + 1 };

static struct scene cpu;
static struct nv_scene scene;
static uint8_t nonce[32], other[32];
static struct demo_device devices[DEVICES]; /* GPUs first */
static struct verdict verdicts[ALL], kept[ALL];
static struct verdict *list[ALL];
static struct collateral_set set;

static void judge_cpu(const uint8_t report_data[64], bool authentic)
{
	scene_start(&cpu);
	memcpy(cpu.report.report_data, report_data, 64);
	cpu.request.binding = (struct evidence_binding){.rule = BINDING_NONE};
	cpu.without_anchor = !authentic;
	scene_judge(&cpu);
	verdicts[0] = cpu.verdict;
	list[0] = &verdicts[0];
}

static void judge_device(size_t i)
{
	struct judge_request r = {.evidence = demo_transcript(&devices[i], &scene.arena), .collateral = &set,
	                          .endorsement = demo_nvidia_chain(&devices[i], &scene.arena),
	                          .kind = i < GPUS ? EVIDENCE_NVGPU : EVIDENCE_NVSWITCH, .at_ms = DEMO_NVIDIA_AT_MS};
	judge(&r, &scene.arena, &verdicts[1 + i], NULL);
	list[1 + i] = &verdicts[1 + i];
}

/* Without OCSP: revocation stays open and stands in no claim's way. */
static void start_machine(bool with_rims)
{
	struct demo_device gpu = demo_hopper(0), other_device = demo_switch(0);
	struct demo_rim switch_rim = demo_firmware_rim(&other_device);
	memset(nonce, 0x17, sizeof(nonce));
	memset(other, 0x71, sizeof(other));
	nv_scene_start(&scene, &gpu);
	scene.without_ocsp = true;
	scene.without_driver_rim = scene.without_firmware_rim = !with_rims;
	collateral_set_init(&set, &scene.arena);
	nv_scene_collateral(&scene, &set);
	if (with_rims)
		collateral_set_add(&set, demo_rim_make(&switch_rim, &scene.arena));
	demo_machine(devices, devices + GPUS, nonce);
}

static void report_data_of(const uint8_t first[32], const uint8_t second[32], uint8_t out[64])
{
	memset(out, 0, 64);
	if (first)
		memcpy(out, first, 32);
	if (second)
		memcpy(out + 32, second, 32);
}

static void judge_all(void)
{
	uint8_t report_data[64];
	report_data_of(other, nonce, report_data);
	judge_cpu(report_data, true);
	for (size_t i = 0; i < DEVICES; i++)
		judge_device(i);
}

static const struct evidence_binding second_half = {.nonce_rule = NONCE_SECOND_HALF};

static void end_machine(void)
{
	nv_scene_end(&scene);
	scene_end(&cpu);
}

static void check_claim(size_t n, enum claim_status status, const char *reason)
{
	for (size_t i = 0; i < n; i++) {
		const struct verdict_claim *c = verdict_find_claim(list[i], "gpu_attested");
		CHECK_THAT(c && c->status == status, "%zu: %s, %s", i, claim_status_name(c->status), c->reason);
		CHECK_THAT(strstr(c->reason, reason) != NULL, "%zu: %s", i, c->reason);
		CHECK(status == CLAIM_UNKNOWN ? c->source == SOURCE_NONE : c->source == SOURCE_VERIFIER_DERIVED);
		CHECK(list[i]->claim_count == 6);
	}
}

TEST(one_nonce_and_everything_known_is_attested)
{
	start_machine(true);
	judge_all();
	gpu_binding_judge(list, ALL, &second_half);
	check_claim(ALL, CLAIM_ASSERTED, "verified CPU evidence holds the nonce");
	for (size_t i = 1; i < ALL; i++) {
		CHECK(verdict_check_result(list[i], "binding.gpu_nonce") == CHECK_PASS);
		CHECK(verdict_check_result(list[i], "nv.device_unique") == CHECK_PASS);
		CHECK_THAT(verdict_check_result(list[i], "nv.topology") == CHECK_PASS, "%zu", i);
		CHECK(verdict_first_failed(list[i]) == NULL);
	}
	/* Anchors that are built in prove by hardware. */
	for (size_t i = 0; i < ALL; i++)
		for (size_t k = 0; k < list[i]->anchor_count; k++)
			list[i]->anchors[k].builtin = true;
	gpu_binding_judge(list, ALL, &second_half);
	CHECK(verdict_find_claim(list[0], "gpu_attested")->source == SOURCE_HARDWARE_PROVEN);
	end_machine();
}

TEST(one_device_with_another_nonce_refutes)
{
	start_machine(true);
	memcpy(devices[5].nonce, other, 32);
	judge_all();
	gpu_binding_judge(list, ALL, &second_half);
	check_claim(ALL, CLAIM_REFUTED, "device 6, a GPU: binding.gpu_nonce failed");
	CHECK_TEXT(verdict_first_failed(list[6])->id, "binding.gpu_nonce");
	CHECK(list[6]->result == VERDICT_FAILED && list[5]->result == VERDICT_INCOMPLETE);
	end_machine();
}

TEST(without_manifests_nothing_is_known)
{
	start_machine(false);
	judge_all();
	gpu_binding_judge(list, ALL, &second_half);
	check_claim(ALL, CLAIM_UNKNOWN, "device 1, a GPU: nv.driver_rim could not be checked");
	end_machine();
}

TEST(without_a_verified_cpu_nothing_is_bound)
{
	uint8_t report_data[64];
	start_machine(true);
	judge_all();
	memcpy(kept, verdicts, sizeof(kept));
	gpu_binding_judge(list + 1, DEVICES, &second_half);
	for (size_t i = 1; i < ALL; i++) {
		const struct verdict_claim *c = verdict_find_claim(list[i], "gpu_attested");
		CHECK(c->status == CLAIM_UNKNOWN && strstr(c->reason, "no CPU evidence"));
		CHECK(verdict_check_result(list[i], "binding.gpu_nonce") == CHECK_NOT_CHECKED);
	}
	scene_end(&cpu);
	memcpy(verdicts, kept, sizeof(kept));
	report_data_of(other, nonce, report_data);
	judge_cpu(report_data, false);
	gpu_binding_judge(list, ALL, &second_half);
	check_claim(ALL, CLAIM_UNKNOWN, "is not verified");
	end_machine();
}

TEST(a_measurement_that_differs_refutes)
{
	start_machine(true);
	devices[2].swapped_index = 30;
	judge_all();
	gpu_binding_judge(list, ALL, &second_half);
	check_claim(ALL, CLAIM_REFUTED, "device 3, a GPU: nv.measurements failed");
	end_machine();
}

/* ---- the set ---- */

TEST(one_device_twice_refutes)
{
	start_machine(true);
	devices[3] = devices[2];
	judge_all();
	gpu_binding_judge(list, ALL, &second_half);
	CHECK(verdict_check_result(list[3], "nv.device_unique") == CHECK_FAIL);
	CHECK(verdict_check_result(list[4], "nv.device_unique") == CHECK_FAIL);
	CHECK(verdict_check_result(list[1], "nv.device_unique") == CHECK_PASS);
	CHECK(verdict_find_claim(list[0], "gpu_attested")->status == CLAIM_REFUTED);
	end_machine();
}

struct topology {
	const char *what;
	void (*make)(void);
	size_t device;              /* whose check it is */
	enum check_result result;
	size_t without;             /* devices left out at the end */
};

static void nothing(void)
{
}

static void switch_unlocked(void)
{
	demo_field_put(&devices[GPUS], 25, "\0\0", 2);
}

static void pcie_off(void)
{
	demo_field_put(&devices[1], 21, "\x55", 1);
}

static void gpu_of_another_machine(void)
{
	struct demo_device stranger = demo_hopper(77);
	memcpy(devices[4].pdi, stranger.pdi, 8);
}

static void names_no_switch(void)
{
	const uint8_t none[144] = {0};
	demo_field_put(&devices[0], 22, none, sizeof(none));
}

static const struct topology topologies[] = {
	{"whole", nothing, 0, CHECK_PASS, 0},
	{"a switch that is not locked", switch_unlocked, GPUS, CHECK_FAIL, 0},
	{"a GPU whose protected PCIe is off", pcie_off, 1, CHECK_FAIL, 0},
	{"a GPU of another machine, seen by a switch", gpu_of_another_machine, GPUS, CHECK_FAIL, 0},
	{"a GPU that names no switch", names_no_switch, 0, CHECK_FAIL, 0},
	{"a switch missing", nothing, 0, CHECK_NOT_CHECKED, 1},
	{"no switch", nothing, 0, CHECK_NOT_CHECKED, SWITCHES},
};

TEST(devices_name_each_other)
{
	for (size_t i = 0; i < sizeof(topologies) / sizeof(topologies[0]); i++) {
		const struct topology *t = &topologies[i];
		start_machine(true);
		t->make();
		judge_all();
		gpu_binding_judge(list, ALL - t->without, &second_half);
		CHECK_THAT(verdict_check_result(list[1 + t->device], "nv.topology") == t->result, "%s", t->what);
		enum claim_status want = t->result == CHECK_FAIL ? CLAIM_REFUTED : CLAIM_ASSERTED;
		CHECK_THAT(verdict_find_claim(list[0], "gpu_attested")->status == want, "%s", t->what);
		end_machine();
	}
}

TEST(switches_alone_and_documents_without_devices)
{
	start_machine(true);
	judge_all();
	gpu_binding_judge(list + 1 + GPUS, SWITCHES, &second_half);
	CHECK(verdict_check_result(list[1 + GPUS], "nv.topology") == CHECK_NOT_CHECKED);
	size_t before = verdicts[0].check_count;
	gpu_binding_judge(list, 1, &second_half);
	CHECK(verdicts[0].check_count == before);
	CHECK_TEXT(verdict_find_claim(list[0], "gpu_attested")->reason, "no GPU evidence");
	gpu_binding_judge(list, 0, &second_half);
	end_machine();
}

/* ---- where the nonce stands ---- */

TEST(each_scheme_has_its_place)
{
	uint8_t data[64], hash[32];
	const char *where;
	memset(nonce, 0x17, 32);
	memset(other, 0x71, 32);
	memset(hash, 0x33, 32);
	const struct {
		enum nonce_rule rule;
		const uint8_t *first, *second;
		enum check_result result;
	} rows[] = {
		{NONCE_ALONE, nonce, NULL, CHECK_PASS},        {NONCE_ALONE, nonce, other, CHECK_FAIL},
		{NONCE_ALONE, other, nonce, CHECK_FAIL},       {NONCE_FIRST_HALF, nonce, other, CHECK_PASS},
		{NONCE_FIRST_HALF, other, nonce, CHECK_FAIL},  {NONCE_SECOND_HALF, other, nonce, CHECK_PASS},
		{NONCE_SECOND_HALF, nonce, other, CHECK_FAIL}, {NONCE_UNKNOWN, nonce, other, CHECK_PASS},
		{NONCE_UNKNOWN, other, nonce, CHECK_PASS},     {NONCE_UNKNOWN, other, other, CHECK_NOT_CHECKED},
		{NONCE_HASHED, hash, NULL, CHECK_PASS},        {NONCE_HASHED, hash, other, CHECK_FAIL},
		{NONCE_HASHED, other, NULL, CHECK_FAIL},       {NONCE_HASHED, nonce, NULL, CHECK_FAIL},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct evidence_binding b = {.nonce_rule = rows[i].rule, .nonce_hash = bytes_of(hash, 32),
		                             .document_nonce = bytes_of(nonce, 32)};
		report_data_of(rows[i].first, rows[i].second, data);
		CHECK_THAT(binding_nonce_place(&b, bytes_of(data, 64), bytes_of(nonce, 32), &where) == rows[i].result,
		           "row %zu", i);
		/* Half a nonce, or another one, is none. */
		CHECK_THAT(rows[i].rule == NONCE_ALONE ||
		                   binding_nonce_place(&b, bytes_of(data, 64), bytes_of(nonce, 16), &where) != CHECK_PASS,
		           "row %zu", i);
	}
	struct evidence_binding b = {.nonce_rule = NONCE_HASHED, .nonce_hash = bytes_of(hash, 32),
	                             .document_nonce = bytes_of(other, 32)};
	report_data_of(hash, NULL, data);
	CHECK(binding_nonce_place(&b, bytes_of(data, 64), bytes_of(nonce, 32), &where) == CHECK_FAIL);
}

/* The CPU's own checks go by the scheme, too: a nonce in the second half is no contradiction there. */
TEST(the_cpus_nonce_checks_know_the_scheme)
{
	uint8_t data[64];
	memset(nonce, 0x17, 32);
	memset(other, 0x71, 32);
	report_data_of(other, nonce, data);
	for (size_t i = 0; i < 3; i++) {
		scene_start(&cpu);
		memcpy(cpu.report.report_data, data, 64);
		cpu.request.binding = (struct evidence_binding){
			.nonce = bytes_of(nonce, 32), .document_nonce = bytes_of(i == 2 ? other : nonce, 32),
			.nonce_rule = i == 1 ? NONCE_UNKNOWN : NONCE_SECOND_HALF};
		scene_judge(&cpu);
		CHECK(verdict_check_result(&cpu.verdict, "binding.nonce") == CHECK_PASS);
		CHECK(verdict_check_result(&cpu.verdict, "binding.document_nonce") ==
		      (i == 0 ? CHECK_PASS : i == 1 ? CHECK_NOT_CHECKED : CHECK_FAIL));
		CHECK((verdict_find_claim(&cpu.verdict, "tee_attested")->status == CLAIM_ASSERTED) == (i != 2));
		scene_end(&cpu);
	}
}

TEST(an_unknown_scheme_leaves_the_binding_open)
{
	uint8_t data[64];
	const struct evidence_binding unknown = {.nonce_rule = NONCE_UNKNOWN};
	start_machine(true);
	judge_all();
	scene_end(&cpu);
	report_data_of(other, other, data);
	judge_cpu(data, true);
	gpu_binding_judge(list, ALL, &unknown);
	check_claim(ALL, CLAIM_UNKNOWN, "whether the CPU evidence holds the nonce could not be checked");
	end_machine();
}

TEST(evidence_that_cannot_be_read_leaves_the_set_open)
{
	for (size_t k = 0; k < 2; k++) {
		struct verdict *unread = &verdicts[k == 0 ? 4 : 1 + GPUS];
		start_machine(true);
		judge_all();
		verdict_init(unread, &scene.arena, k == 0 ? EVIDENCE_NVGPU : EVIDENCE_NVSWITCH, DEMO_NVIDIA_AT_MS);
		unread->fault = fault_at(FAULT_ENCODING, 0, "evidence");
		gpu_binding_judge(list, ALL, &second_half);
		const struct verdict_claim *c = verdict_find_claim(list[0], "gpu_attested");
		CHECK_THAT(c->status == CLAIM_UNKNOWN, "%s", c->reason);
		CHECK(verdict_check_result(unread, "binding.gpu_nonce") == CHECK_NOT_CHECKED);
		CHECK(verdict_check_result(unread, "nv.device_unique") == CHECK_NOT_CHECKED);
		CHECK(verdict_check_result(unread, "nv.topology") == CHECK_NOT_CHECKED);
		end_machine();
	}
}
