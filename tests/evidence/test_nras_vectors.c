/* Answers of NVIDIA's attestation service without the key set of their day, and a local verifier's (public test data). */
#include "test.h"

#include "evidence/nras.h"

static struct arena arena;
static struct verdict v;

static void judge_file(const char *name, int64_t at_s)
{
	struct collateral_set none;
	struct bytes evidence;
	test_need_vectors("nras");
	arena_init(&arena, 64 << 20);
	collateral_set_init(&none, &arena);
	struct buffer b = test_vector("nras/%s", name);
	CHECK(nras_find(arena_bytes(&arena, buffer_bytes(&b)), &arena, &evidence));
	buffer_release(&b);
	struct judge_request q = {.evidence = evidence, .kind = EVIDENCE_NRAS, .collateral = &none, .collateral_given = true,
	                          .at_ms = at_s * 1000};
	judge(&q, &arena, &v, NULL);
}

static void check_signed(const char *name, int64_t at_s, size_t devices)
{
	struct nras_document d;
	judge_file(name, at_s);
	CHECK(v.result == VERDICT_INCOMPLETE && !verdict_first_failed(&v));
	CHECK(verdict_check_result(&v, "nras.key") == CHECK_NOT_CHECKED);
	CHECK(verdict_check_result(&v, "nras.submodules") == CHECK_PASS);
	CHECK(verdict_check_result(&v, "nras.times") == CHECK_PASS);
	CHECK(verdict_check_result(&v, "nras.nonce") == CHECK_PASS);
	CHECK(verdict_find_claim(&v, "gpu_attested")->status == CLAIM_UNKNOWN);
	struct buffer b = test_vector("nras/%s", name);
	CHECK(!fault_is_set(nras_parse(buffer_bytes(&b), &arena, &d)));
	CHECK_U64(d.n, devices);
	for (size_t i = 0; i < d.n; i++)
		CHECK(!d.devices[i].failed && d.devices[i].ueid.n > 0 && d.devices[i].driver_version.n > 0);
	buffer_release(&b);
	arena_release(&arena);
}

TEST(one_gpu)
{
	check_signed("nras-v3-response-1gpu.json", 1759774100, 1);
}

TEST(eight_gpus)
{
	check_signed("nras-v3-response-8gpu-ppcie.json", 1759800600, 8);
}

TEST(local_verifier)
{
	judge_file("gpu_attestation_h100.json", 1784207900);
	CHECK(v.result == VERDICT_INCOMPLETE && !verdict_first_failed(&v));
	CHECK(verdict_check_result(&v, "nras.algorithm") == CHECK_NOT_CHECKED);
	CHECK(verdict_check_result(&v, "nras.submodules") == CHECK_PASS);
	for (size_t i = 0; i < v.claim_count; i++)
		CHECK(v.claims[i].status == CLAIM_UNKNOWN && v.claims[i].source == SOURCE_NONE);
	CHECK(bytes_equal_text(verdict_find(&v, "ueid")->bytes, "457723480349051719100670602112458195243836813799"));
	arena_release(&arena);
}
