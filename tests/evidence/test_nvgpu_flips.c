/*
 * Every byte of a transcript and of its certificates counts: on a base that is verified, each change takes the
 * verification away and fails a named check, each cut does, and none crashes.
 */
#include "test.h"

#include "evidence/nvgpu_scene.h"

static struct nv_scene scene;

/* A small device: eight measurements, four in each RIM. */
static struct demo_device start_small(void)
{
	struct demo_device d = demo_hopper(1);
	d.measurement_count = 8;
	nv_scene_start(&scene, &d);
	for (uint32_t i = 0; i < 8; i++) {
		scene.driver_rim.golden[i].active = i < 4;
		scene.firmware_rim.golden[i].active = i >= 4;
	}
	scene.driver_rim.n = scene.firmware_rim.n = 8;
	nv_scene_judge(&scene);
	CHECK_THAT(scene.verdict.result == VERDICT_VERIFIED, "%s %s", nv_scene_failed(&scene),
	           nv_scene_unchecked(&scene));
	return d;
}

/* Judge other bytes in place of the evidence or of the chain, with memory of their exact size. */
static enum verdict_result judge_instead(struct bytes evidence, struct bytes chain)
{
	static struct verdict v;
	struct arena a;
	struct judge_request r = scene.request;
	uint8_t *copy = malloc(evidence.n ? evidence.n : 1), *certificates = malloc(chain.n ? chain.n : 1);
	memcpy(copy, evidence.p, evidence.n);
	memcpy(certificates, chain.p, chain.n);
	arena_init(&a, LIMIT_ARENA_BYTES);
	r.evidence = bytes_of(copy, evidence.n);
	r.endorsement = bytes_of(certificates, chain.n);
	judge(&r, &a, &v, NULL);
	enum verdict_result result = v.result;
	CHECK(result != VERDICT_FAILED || verdict_first_failed(&v) != NULL);
	arena_release(&a);
	free(copy);
	free(certificates);
	return result;
}

static void flip_each(struct bytes base, size_t step, bool of_chain)
{
	uint64_t seed = 7;
	uint8_t *p = malloc(base.n);
	memcpy(p, base.p, base.n);
	for (size_t at = 0; at < base.n; at += step) {
		unsigned first = (unsigned)(test_random(&seed) % 8), bits = test_long() ? 8 : 1;
		for (unsigned k = 0; k < bits; k++) {
			uint8_t bit = (uint8_t)(1u << (first + k) % 8);
			p[at] ^= bit;
			enum verdict_result r = of_chain ? judge_instead(scene.raw, bytes_of(p, base.n))
			                                 : judge_instead(bytes_of(p, base.n), scene.chain);
			CHECK_THAT(r == VERDICT_FAILED, "byte %zu, bit %02x: %s", at, bit, verdict_result_name(r));
			p[at] ^= bit;
		}
	}
	free(p);
}

TEST(each_byte_of_the_transcript_counts)
{
	start_small();
	flip_each(scene.raw, 1, false);
	nv_scene_end(&scene);
}

TEST(each_cut_of_the_transcript_fails)
{
	start_small();
	for (size_t n = 0; n < scene.raw.n; n++)
		CHECK_THAT(judge_instead(bytes_slice(scene.raw, 0, n), scene.chain) == VERDICT_FAILED, "%zu bytes", n);
	nv_scene_end(&scene);
}

/* PEM has white space, which may change; what is decoded from it may not. */
static bool is_white(uint8_t c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

TEST(each_byte_of_the_certificates_counts)
{
	uint64_t seed = 11;
	start_small();
	size_t step = test_long() ? 1 : 9;
	uint8_t *p = malloc(scene.chain.n);
	memcpy(p, scene.chain.p, scene.chain.n);
	for (size_t at = 0; at < scene.chain.n; at += step) {
		uint8_t bit = (uint8_t)(1u << test_random(&seed) % 8);
		if (is_white(p[at]) || is_white(p[at] ^ bit))
			continue;
		p[at] ^= bit;
		CHECK_THAT(judge_instead(scene.raw, bytes_of(p, scene.chain.n)) == VERDICT_FAILED, "byte %zu", at);
		p[at] ^= bit;
	}
	free(p);
	nv_scene_end(&scene);
}

TEST(each_cut_of_the_certificates_fails)
{
	start_small();
	for (size_t n = 1; n + 1 < scene.chain.n; n += test_long() ? 1 : 7)
		CHECK_THAT(judge_instead(scene.raw, bytes_slice(scene.chain, 0, n)) == VERDICT_FAILED, "%zu bytes", n);
	nv_scene_end(&scene);
}
