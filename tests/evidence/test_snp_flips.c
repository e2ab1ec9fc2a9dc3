/*
 * Every byte counts: from a verified report, each changed bit of the report, of the certificate of its signing
 * key, of the intermediate and of the CRL must change the verdict; and no cut input does harm.
 */
#include "test.h"

#include "evidence/snp.h"
#include "evidence/snp_scene.h"

static struct scene scene;

/* One request over one good scene; the arena of each verdict is given back. */
static enum verdict_result judge_again(struct judge_request *q, const char **failed)
{
	static struct verdict v;
	static char id[64];
	struct arena a;
	arena_init(&a, 64 << 20);
	judge(q, &a, &v, NULL);
	const struct verdict_check *c = verdict_first_failed(&v);
	snprintf(id, sizeof(id), "%s", c ? c->id : "");
	*failed = id;
	arena_release(&a);
	return v.result;
}

static void start(enum amd_product product, uint32_t version, bool vlek)
{
	scene_start(&scene);
	scene.report.vlek = vlek;
	scene_product(&scene, product, version);
	scene.request.collateral_given = true;
	scene_judge(&scene);
	CHECK(scene.verdict.result == VERDICT_VERIFIED);
}

/* The bits of one byte to flip: all of them in a long run, else one. */
static unsigned bits_of(uint64_t *state)
{
	return test_long() ? 0xff : 1u << (test_random(state) & 7);
}

/* Its own certificate came with the report, so a changed bit is a failed check wherever it is: all 1,184 bytes
 * are covered, those of the signature by its one encoding. step: every byte, or every third one of a variant
 * unless the run is a long one. */
static void flip_report(enum amd_product product, uint32_t version, bool vlek, size_t step)
{
	uint64_t state = 1;
	const char *failed;
	start(product, version, vlek);
	uint8_t raw[1184];
	memcpy(raw, scene.raw.p, sizeof(raw));
	scene.request.evidence = bytes_of(raw, sizeof(raw));
	scene.request.kind = EVIDENCE_SNP;
	for (size_t i = 0; i < sizeof(raw); i += test_long() ? 1 : step) {
		unsigned bits = bits_of(&state);
		for (unsigned bit = 0; bit < 8; bit++) {
			if (!(bits >> bit & 1))
				continue;
			raw[i] ^= (uint8_t)(1u << bit);
			enum verdict_result r = judge_again(&scene.request, &failed);
			CHECK_THAT(r == VERDICT_FAILED && failed[0], "byte 0x%zx bit %u: %s %s", i, bit,
			           verdict_result_name(r), failed);
			raw[i] ^= (uint8_t)(1u << bit);
		}
	}
	CHECK(judge_again(&scene.request, &failed) == VERDICT_VERIFIED);
	scene_end(&scene);
}

TEST(each_bit_of_a_genoa_report)
{
	flip_report(AMD_GENOA, 3, false, 1);
}

TEST(each_bit_of_a_turin_report)
{
	flip_report(AMD_TURIN, 5, false, 3);
}

TEST(each_bit_of_a_vlek_report)
{
	flip_report(AMD_MILAN, 3, true, 3);
}

/* The same where the certificate lies in an archive: never verified, and failed only where it still is certain
 * that this certificate is meant. */
TEST(each_bit_of_a_report_with_an_archive)
{
	uint64_t state = 2;
	const char *failed;
	scene_start(&scene);
	scene.vek_in_set = true;
	scene_judge(&scene);
	CHECK(scene.verdict.result == VERDICT_VERIFIED);
	uint8_t raw[1184];
	memcpy(raw, scene.raw.p, sizeof(raw));
	scene.request.evidence = bytes_of(raw, sizeof(raw));
	scene.request.kind = EVIDENCE_SNP;
	for (size_t i = 0; i < sizeof(raw); i++) {
		uint8_t bit = (uint8_t)(1u << (test_random(&state) & 7));
		raw[i] ^= bit;
		enum verdict_result r = judge_again(&scene.request, &failed);
		bool names_another = (i >= 0x180 && i < 0x188) || (i >= 0x1a0 && i < 0x1e0); /* REPORTED_TCB, CHIP_ID */
		bool other_class = i == 0x48;
		CHECK_THAT(r != VERDICT_VERIFIED, "byte 0x%zx", i);
		CHECK_THAT(r == VERDICT_FAILED || names_another || other_class, "byte 0x%zx", i);
		raw[i] ^= bit;
	}
	scene_end(&scene);
}

/* A changed bit of DER that is signed, or that is not DER any more. */
static void flip_der(struct bytes *where, struct bytes der, const char *what, size_t step, bool must_fail)
{
	uint64_t state = 3;
	const char *failed;
	uint8_t copy[2048];
	CHECK(der.n <= sizeof(copy));
	memcpy(copy, der.p, der.n);
	*where = bytes_of(copy, der.n);
	CHECK_THAT(judge_again(&scene.request, &failed) == VERDICT_VERIFIED, "%s", what);
	for (size_t i = 0; i < der.n; i += test_long() ? 1 : step) {
		unsigned bits = bits_of(&state);
		for (unsigned bit = 0; bit < 8; bit++) {
			if (!(bits >> bit & 1))
				continue;
			copy[i] ^= (uint8_t)(1u << bit);
			enum verdict_result r = judge_again(&scene.request, &failed);
			CHECK_THAT(r != VERDICT_VERIFIED && (r == VERDICT_FAILED || !must_fail),
			           "%s: byte %zu bit %u: %s", what, i, bit, verdict_result_name(r));
			copy[i] ^= (uint8_t)(1u << bit);
		}
	}
	/* The framing is tested where DER is read; here a sample shows that it is heeded. */
	for (size_t n = 0; n < der.n; n += test_long() ? 1 : 16) {
		*where = bytes_of(copy, n);
		enum verdict_result r = judge_again(&scene.request, &failed);
		CHECK_THAT(r != VERDICT_VERIFIED, "%s: %zu bytes", what, n);
	}
	*where = der;
}

TEST(each_bit_of_a_vcek)
{
	start(AMD_GENOA, 3, false);
	flip_der(&scene.request.endorsement, scene.request.endorsement, "VCEK", 1, true);
	scene_end(&scene);
}

static struct collateral *item_of(struct collateral_set *s, enum collateral_kind kind, const char *label)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->items[i].kind == kind && strcmp(s->items[i].label, label) == 0)
			return &s->items[i];
	CHECK_THAT(false, "%s is not in the set", label);
	exit(1);
}

TEST(each_bit_of_the_intermediate)
{
	start(AMD_GENOA, 3, false);
	struct collateral *ask = item_of(&scene.set, COLLATERAL_CERTIFICATE, "SEV-Genoa");
	flip_der(&ask->der, ask->der, "ASK", 2, false);
	scene_end(&scene);
}

TEST(each_bit_of_the_root)
{
	start(AMD_GENOA, 3, false);
	struct collateral *ark = item_of(&scene.set, COLLATERAL_ANCHOR, "ARK-Genoa");
	flip_der(&ark->der, ark->der, "ARK", 3, false);
	scene_end(&scene);
}

TEST(each_bit_of_the_crl)
{
	start(AMD_GENOA, 3, false);
	struct collateral *crl = item_of(&scene.set, COLLATERAL_CRL, "CRL of ARK-Genoa");
	flip_der(&crl->der, crl->der, "CRL", 1, false);
	scene_end(&scene);
}

TEST(cut_reports)
{
	const char *failed;
	start(AMD_TURIN, 5, false);
	for (size_t n = 0; n < scene.raw.n; n++) {
		/* of its exact length, so that the sanitizer sees a read behind it */
		uint8_t *copy = malloc(n ? n : 1);
		memcpy(copy, scene.raw.p, n);
		scene.request.evidence = bytes_of(copy, n);
		scene.request.kind = EVIDENCE_SNP;
		CHECK(judge_again(&scene.request, &failed) == VERDICT_FAILED && strcmp(failed, "snp.format") == 0);
		scene.request.kind = EVIDENCE_NONE;
		CHECK(judge_again(&scene.request, &failed) != VERDICT_VERIFIED);
		free(copy);
	}
	uint8_t longer[1184 + 8] = {0};
	memcpy(longer, scene.raw.p, 1184);
	for (size_t n = 1185; n <= sizeof(longer); n++) {
		scene.request.evidence = bytes_of(longer, n);
		CHECK(judge_again(&scene.request, &failed) == VERDICT_FAILED && strcmp(failed, "snp.format") == 0);
	}
	scene_end(&scene);
}
