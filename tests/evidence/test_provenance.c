/* Which release runs there: SNP reports and registers of trust domains against bundles of the tests' own Sigstore. */
#include "test.h"

#include "evidence/checks.h"
#include "evidence/provenance.h"
#include "evidence/snp_scene.h"
#include "pki/demo_sigstore.h"

#define REPOSITORY "example-org/router"
#define OTHER "example-org/other"

static struct scene scene;
static struct demo_bundle demo;
static const char *accepted[] = {"github.com/" REPOSITORY};
static size_t more;

static void start(void)
{
	scene_start(&scene);
	demo = demo_bundle_good();
	memcpy(demo.snp, scene.report.measurement, 48);
	scene.request.repositories = accepted;
	scene.request.repository_count = 1;
	scene.request.collateral_given = true;
	more = 0;
}

/* One more bundle at hand, as `demo` is now. */
static void add_bundle(void)
{
	scene.more[more++] = demo_bundle_make(&demo, &scene.arena);
}

static void judge_scene(void)
{
	static struct demo_edit none[2];
	scene_make(&scene);
	CHECK(!fault_is_set(collateral_set_add_anchor(&scene.set, demo_sigstore_root(none, &scene.arena), NULL)));
	judge(&scene.request, &scene.arena, &scene.verdict, NULL);
}

static const char *text_of(const struct verdict *v, const char *name)
{
	const struct verdict_value *x = verdict_find(v, name);
	return x && x->kind == VALUE_TEXT ? arena_text(v->arena, x->bytes) : "";
}

static bool truth_of(const struct verdict *v, const char *name)
{
	const struct verdict_value *x = verdict_find(v, name);
	return x && x->kind == VALUE_BOOLEAN && x->number == 1;
}

/* Both claims say the same; their reason holds `reason`. */
static void check_claims(const struct verdict *v, const char *state, enum claim_status status, const char *reason)
{
	static const char *const claims[] = {"os_known_good", "serving_software_known_good"};
	CHECK_TEXT(text_of(v, "provenance"), state);
	for (size_t i = 0; i < 2; i++) {
		const struct verdict_claim *c = verdict_find_claim(v, claims[i]);
		CHECK_THAT(c->status == status && strstr(c->reason, reason), "%s: %s", claim_status_name(c->status), c->reason);
		CHECK(c->source == (status == CLAIM_UNKNOWN ? SOURCE_NONE : SOURCE_VERIFIER_DERIVED));
	}
	CHECK(v->claim_count == 6);
}

static void check_scene(const char *state, enum claim_status status, const char *reason)
{
	judge_scene();
	check_claims(&scene.verdict, state, status, reason);
}

TEST(known)
{
	start();
	add_bundle();
	check_scene("known", CLAIM_ASSERTED, "example-org/router v1.0.0 (commit 7a4ca87d5481e1b37c1caa8b49c1771f0b8694a7, "
	                                     "workflow build.yml, signed 2026-01-01T00:01:00Z)");
	CHECK(scene.verdict.result == VERDICT_VERIFIED);
	CHECK(verdict_check_result(&scene.verdict, "provenance.bundle") == CHECK_PASS);
	CHECK_TEXT(text_of(&scene.verdict, "repository"), REPOSITORY);
	CHECK_TEXT(text_of(&scene.verdict, "tag"), "v1.0.0");
	CHECK_TEXT(text_of(&scene.verdict, "workflow"), "build.yml");
	CHECK(truth_of(&scene.verdict, "release_newest"));
	CHECK(scene.verdict.anchor_count == 2);
	scene_end(&scene);
}

TEST(nothing_asked_and_nothing_there)
{
	start();
	scene.request.repository_count = 0;
	judge_scene();
	CHECK_TEXT(text_of(&scene.verdict, "provenance"), "");
	CHECK_TEXT(verdict_find_claim(&scene.verdict, "os_known_good")->reason, "no provenance is known");
	scene_end(&scene);
	start();
	scene.request.repository_count = 0;
	add_bundle();
	check_scene("not_accepted", CLAIM_UNKNOWN, "no repository is said to be accepted");
	CHECK_TEXT(text_of(&scene.verdict, "repository"), REPOSITORY);
	scene_end(&scene);
}

TEST(none)
{
	start();
	demo.snp[0] ^= 1;
	add_bundle();
	check_scene("none", CLAIM_UNKNOWN, "none of the 1 attestations at hand");
	for (size_t i = 0; i < scene.verdict.check_count; i++)
		CHECK(strcmp(scene.verdict.checks[i].id, "provenance.bundle") != 0);
	scene_end(&scene);
}

/* The report is somebody else's: its measurement is known, and nobody says that it is what runs. */
TEST(unproven_evidence)
{
	start();
	add_bundle();
	scene.without_vek = true;
	check_scene("known", CLAIM_UNKNOWN, "tee_attested is not asserted");
	scene_end(&scene);
	start();
	add_bundle();
	scene.changes[0] = (struct scene_change){0x50, 1, false}; /* report_data: another key */
	check_scene("known", CLAIM_UNKNOWN, "tee_attested is not asserted");
	scene_end(&scene);
}

/* ---- whose word counts ---- */

TEST(other_repository)
{
	start();
	demo.signer.repository = OTHER;
	add_bundle();
	check_scene("not_accepted", CLAIM_REFUTED, "that repository is not accepted");
	CHECK(scene.verdict.result == VERDICT_VERIFIED); /* a claim, and no check */
	scene_end(&scene);
	start();
	add_bundle();
	demo.signer.repository = OTHER;
	demo.signed_ms += 3600000;
	demo.signer.sct_ms += 3600000;
	demo.signer.from_ms += 3600000;
	demo.signer.to_ms += 3600000;
	add_bundle(); /* newer, but nobody's */
	check_scene("known", CLAIM_ASSERTED, REPOSITORY);
	scene_end(&scene);
}

static void check_refused(const char *reason, enum claim_status status)
{
	add_bundle();
	check_scene("not_accepted", status, reason);
	scene_end(&scene);
}

TEST(whose_word)
{
	start();
	demo.signer.ref = "refs/heads/main";
	check_refused("signed for no tag", CLAIM_UNKNOWN);
	start();
	demo.signer.oidc = "https://oidc.example.org";
	check_refused("does not speak for", CLAIM_UNKNOWN);
	start();
	demo.signer.repository = "example-org/routers";
	check_refused("not accepted", CLAIM_REFUTED);
	start();
	demo.signer.repository = "example-org/route";
	check_refused("not accepted", CLAIM_REFUTED);
}

/* ---- bundles that do not hold ---- */

TEST(forged)
{
	start();
	demo.signature_key = "somebody";
	add_bundle();
	check_scene("unverified", CLAIM_UNKNOWN, "is not authentic");
	CHECK_TEXT(scene_failed(&scene), "provenance.bundle");
	CHECK(scene.verdict.result == VERDICT_FAILED);
	CHECK_TEXT(text_of(&scene.verdict, "repository"), "");
	scene_end(&scene);
	start();
	demo.signature_key = "somebody";
	add_bundle();
	scene.request.collateral_given = false; /* of an archive: as good as absent */
	check_scene("unverified", CLAIM_UNKNOWN, "is not authentic");
	CHECK(scene.verdict.result == VERDICT_VERIFIED);
	CHECK(verdict_check_result(&scene.verdict, "provenance.bundle") == CHECK_NOT_CHECKED);
	scene_end(&scene);
	start();
	add_bundle();
	demo.signature_key = "somebody";
	add_bundle(); /* beside a good one it does no harm */
	check_scene("known", CLAIM_ASSERTED, REPOSITORY);
	scene_end(&scene);
	start();
	demo.signature_key = "somebody";
	add_bundle();
	demo = demo_bundle_good();
	memcpy(demo.snp, scene.report.measurement, 48);
	demo.signer.repository = OTHER;
	add_bundle(); /* another's that holds does not refute what could not be used */
	check_scene("not_accepted", CLAIM_UNKNOWN, OTHER);
	scene_end(&scene);
}

/* Another instance's, whose root is not at hand. */
TEST(unknown_root)
{
	start();
	add_bundle();
	scene_make(&scene);
	judge(&scene.request, &scene.arena, &scene.verdict, NULL);
	check_claims(&scene.verdict, "unverified", CLAIM_UNKNOWN, "");
	CHECK(verdict_find_claim(&scene.verdict, "tee_attested")->status == CLAIM_ASSERTED);
	scene_end(&scene);
}

/* ---- releases ---- */

static void release(const char *ref, int64_t days, uint8_t measurement_bit)
{
	demo = demo_bundle_good();
	memcpy(demo.snp, scene.report.measurement, 48);
	demo.snp[47] ^= measurement_bit;
	demo.signer.ref = ref;
	demo.signed_ms += days * SCENE_DAY_MS;
	demo.signer.sct_ms += days * SCENE_DAY_MS;
	demo.signer.from_ms += days * SCENE_DAY_MS;
	demo.signer.to_ms += days * SCENE_DAY_MS;
	add_bundle();
}

TEST(newest)
{
	start();
	release("refs/tags/v1", 0, 0);
	release("refs/tags/v2", 10, 1);
	release("refs/tags/v3", 20, 2);
	check_scene("known", CLAIM_ASSERTED, " v1 ");
	CHECK(!truth_of(&scene.verdict, "release_newest"));
	CHECK_TEXT(text_of(&scene.verdict, "newest_tag"), "v3");
	scene_end(&scene);
	start();
	release("refs/tags/v1", 0, 0);
	release("refs/tags/v2", 10, 1);
	release("refs/tags/v3", 20, 0); /* the same again */
	check_scene("known", CLAIM_ASSERTED, " v3 ");
	CHECK(truth_of(&scene.verdict, "release_newest"));
	scene_end(&scene);
	start();
	release("refs/tags/v1", 0, 0);
	release("refs/tags/v9", 400, 1); /* not out at the time of the verdict */
	demo.signer.ref = "refs/heads/main";
	check_scene("known", CLAIM_ASSERTED, " v1 ");
	CHECK(truth_of(&scene.verdict, "release_newest"));
	scene_end(&scene);
	start();
	release("refs/tags/v9", 400, 0); /* published after the certificate was logged: it explains it all the same */
	check_scene("known", CLAIM_ASSERTED, " v9 ");
	scene_end(&scene);
	start();
	release("refs/tags/v1", 0, 0);
	release("refs/tags/v2", 10, 1);
	scene.more[1] = (struct bytes){NULL, 0};
	more = 1;
	demo.signature_key = "somebody";
	add_bundle(); /* a forged one is no newer release */
	check_scene("known", CLAIM_ASSERTED, " v1 ");
	CHECK(truth_of(&scene.verdict, "release_newest"));
	CHECK(verdict_check_result(&scene.verdict, "provenance.bundle") == CHECK_PASS);
	scene_end(&scene);
}

/* ---- trust domains ---- */

static const uint8_t mrtd[48] = "mrtd", rtmr0[48] = "rtmr0";

static const char *platforms(const uint8_t *first, const uint8_t *second)
{
	return arena_format(&scene.arena, "{\"small\":{\"mrtd\":\"%s\",\"rtmr0\":\"%s\"},\"large\":{\"mrtd\":\"%s\",\"rtmr0\":\"%s\"}}",
	                    hex_text(&scene.arena, bytes_of(mrtd, 48)), hex_text(&scene.arena, bytes_of(mrtd, 48)),
	                    hex_text(&scene.arena, bytes_of(first, 48)), hex_text(&scene.arena, bytes_of(second, 48)));
}

/* A trust domain that was found authentic, with the registers of `demo`. */
static void judge_td(const char *hardware, bool rtmr3_set)
{
	static struct demo_edit none[2];
	static struct verdict v;
	static uint8_t rtmr3[48];
	rtmr3[47] = rtmr3_set;
	collateral_set_init(&scene.set, &scene.arena);
	CHECK(!fault_is_set(collateral_set_add_anchor(&scene.set, demo_sigstore_root(none, &scene.arena), NULL)));
	for (size_t i = 0; i < more; i++)
		CHECK(!fault_is_set(collateral_set_add(&scene.set, scene.more[i])));
	if (hardware)
		CHECK(!fault_is_set(collateral_set_add(&scene.set, bytes_of_text(hardware))));
	scene.request.collateral = &scene.set;
	verdict_init(&v, &scene.arena, EVIDENCE_TDX, SCENE_AT_MS);
	verdict_hex(&v.measurements, "mrtd", bytes_of(mrtd, 48));
	verdict_hex(&v.measurements, "rtmr0", bytes_of(rtmr0, 48));
	verdict_hex(&v.measurements, "rtmr1", bytes_of(demo.rtmr1, 48));
	verdict_hex(&v.measurements, "rtmr2", bytes_of(demo.rtmr2, 48));
	verdict_hex(&v.measurements, "rtmr3", bytes_of(rtmr3, 48));
	for (size_t i = 0; i < 6; i++)
		verdict_claim(&v, (const char *const[]){"tee_attested", "tcb_up_to_date", "os_known_good",
		                                        "serving_software_known_good", "gpu_attested",
		                                        "model_weights_provenance"}[i],
		              i == 0 ? CLAIM_ASSERTED : CLAIM_UNKNOWN, SOURCE_NONE, "");
	provenance_judge(&scene.request, &scene.arena, &v);
	scene.verdict = v;
}

TEST(trust_domain)
{
	start();
	add_bundle();
	judge_td(platforms(mrtd, rtmr0), false);
	check_claims(&scene.verdict, "known", CLAIM_ASSERTED, "on platform large");
	CHECK_TEXT(text_of(&scene.verdict, "platform"), "large");
	judge_td(NULL, false);
	check_claims(&scene.verdict, "firmware_unknown", CLAIM_UNKNOWN, "of no platform");
	CHECK_TEXT(text_of(&scene.verdict, "tag"), "v1.0.0");
	judge_td(platforms(rtmr0, rtmr0), false); /* mrtd and rtmr0 are of two platforms */
	check_claims(&scene.verdict, "firmware_unknown", CLAIM_UNKNOWN, "of no platform");
	judge_td(platforms(mrtd, rtmr0), true);
	check_claims(&scene.verdict, "altered", CLAIM_REFUTED, "leaves RTMR3 zero");
	demo.rtmr2[0] ^= 1;
	judge_td(platforms(mrtd, rtmr0), false);
	check_claims(&scene.verdict, "none", CLAIM_UNKNOWN, "attestations at hand");
	demo.rtmr2[0] ^= 1;
	demo.rtmr1[0] ^= 1;
	judge_td(platforms(mrtd, rtmr0), false);
	check_claims(&scene.verdict, "none", CLAIM_UNKNOWN, "attestations at hand");
	scene_end(&scene);
}

/* Hardware measurements as a signed predicate: of an accepted repository only. */
static void add_hardware(const char *repository)
{
	struct demo_bundle code = demo;
	demo = demo_bundle_good();
	demo.signer.repository = repository;
	demo.predicate_type = "https://tinfoil.sh/predicate/hardware-measurements/v1";
	demo.predicate = platforms(mrtd, rtmr0);
	add_bundle();
	demo = code;
}

TEST(signed_platforms)
{
	static const char *const both[] = {REPOSITORY, "github.com/example-org/hardware"};
	start();
	add_bundle();
	add_hardware("example-org/hardware");
	judge_td(NULL, false);
	check_claims(&scene.verdict, "firmware_unknown", CLAIM_UNKNOWN, "of no platform");
	scene.request.repositories = both;
	scene.request.repository_count = 2;
	judge_td(NULL, false);
	check_claims(&scene.verdict, "known", CLAIM_ASSERTED, "on platform large");
	scene_end(&scene);
}
