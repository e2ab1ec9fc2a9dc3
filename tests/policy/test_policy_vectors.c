/*
 * Real evidence through judge and policy: the names of expressions and the ids of checks are what the
 * verdict has, so that each rule is raised by what really happens and not by hand-made verdicts alone.
 */
#include "test.h"

#include "base/timestamp.h"
#include "cert/cert.h"
#include "evidence/judge.h"
#include "extract/extract.h"
#include "policy/policy.h"

/* The CRL at hand is of 2026-08-19 to 2026-10-04. */
static const char folder[] = "tinfoil/inference-2026-01-22";

struct real {
	struct arena arena;
	struct buffer report, certificate, vcek, crl;
	struct collateral_set collateral;
	struct cert cert;
	struct bytes hpke;
	int64_t at_ms;
	struct verdict logged, now;
	struct anomaly_findings found;
};

static int64_t time_of(const char *text)
{
	int64_t ms = 0;
	CHECK(timestamp_parse_option(text, &ms));
	return ms;
}

static void start(struct real *r, bool with_crl)
{
	struct extractions found;
	memset(r, 0, sizeof(*r));
	arena_init(&r->arena, LIMIT_ARENA_BYTES);
	r->report = test_vector("%s/snp-report.bin", folder);
	r->certificate = test_vector("%s/enclave-cert.der", folder);
	r->vcek = test_vector("%s/vcek.der", folder);
	r->crl = test_vector("snp/crl/vcek_genoa.crl.der");
	collateral_set_init(&r->collateral, &r->arena);
	CHECK(!fault_is_set(collateral_set_add(&r->collateral, buffer_bytes(&r->vcek))));
	if (with_crl)
		CHECK(!fault_is_set(collateral_set_add(&r->collateral, buffer_bytes(&r->crl))));
	CHECK(!fault_is_set(cert_parse(buffer_bytes(&r->certificate), &r->cert)));
	extract_certificate(&r->cert, &r->arena, &found);
	for (size_t i = 0; i < found.n; i++)
		if (found.v[i].hpke_key.n > 0)
			r->hpke = found.v[i].hpke_key;
	r->at_ms = time_of("2026-09-01");
}

static void finish(struct real *r)
{
	buffer_release(&r->report);
	buffer_release(&r->certificate);
	buffer_release(&r->vcek);
	buffer_release(&r->crl);
	arena_release(&r->arena);
}

static void judge_at(struct real *r, int64_t at_ms, struct bytes spki, struct verdict *out)
{
	struct judge_needs needs = {.n = 0};
	struct judge_request request = {
		.evidence = buffer_bytes(&r->report),
		.kind = EVIDENCE_NONE,
		.binding = {.rule = BINDING_SPKI_HPKE, .spki = spki, .hpke_key = r->hpke},
		.collateral = &r->collateral,
		.at_ms = at_ms,
	};
	judge(&request, &r->arena, out, &needs);
}

/* What a strict watch says of this certificate. */
static const char *evaluate(struct real *r, const struct watch_rules *rules)
{
	static char text[1024];
	static const char *const names[] = {"inference.tinfoil.sh"};
	struct sha256 tbs = hash_sha256(r->cert.tbs), spki = hash_sha256(r->cert.spki);
	struct watch watch = {.domain = "tinfoil.sh", .rules = *rules};
	struct policy_evidence evidence = {.state = STATE_JUDGED, .carrier = "tinfoil.hatt", .scheme = "tinfoil",
	                                   .logged = &r->logged, .now = &r->now, .measurement_known = true};
	struct policy_facts facts = {.tbs_sha256 = &tbs, .spki_sha256 = &spki, .domain = "tinfoil.sh", .names = names,
	                             .name_count = 1, .issuer = "O=Google Trust Services", .watch = &watch,
	                             .rules = &watch.rules, .evidence = &evidence, .evidence_count = 1,
	                             .issuer_known = true, .key_known = true, .key_elsewhere = ""};
	policy_evaluate(&facts, &r->arena, &r->found);
	text[0] = '\0';
	for (size_t i = 0; i < r->found.n; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s", i > 0 ? " " : "",
		         r->found.v[i].rule->id);
	return text;
}

static const struct watch_rules strict = {.has_require_attestation = true, .require_attestation = true,
                                          .scheme = "tinfoil", .tcb = "out-of-date"};

static void judge_both(struct real *r)
{
	judge_at(r, r->at_ms, r->cert.spki, &r->logged);
	judge_at(r, r->at_ms, r->cert.spki, &r->now);
}

TEST(the_vectors_are_there)
{
	test_need_vectors("snp, tinfoil");
}

TEST(good_evidence_raises_nothing)
{
	static struct real r;
	start(&r, true);
	judge_both(&r);
	CHECK_TEXT(evaluate(&r, &strict), "");
	CHECK_TEXT(verdict_result_name(r.logged.result), "verified");
	struct watch_rules rules = strict; /* by then AMD's bulletins ask for newer firmware */
	rules.tcb = NULL;
	CHECK_TEXT(evaluate(&r, &rules), "tcb_out_of_date");
	finish(&r);
}

TEST(names_of_the_verdict)
{
	static const char *const held[] = {
		"claim.tee_attested=asserted", "claim.tee_attested.source=hardware_proven", "measurement^=",
		"host_data^=",
		"id_key_digest^=", "author_key_digest^=", "policy^=", "chip_id^=", "report_data^=", "vmpl>=0",
		"bl_spl>=1",
		"tee_spl>=0", "snp_spl>=1", "ucode_spl>=1", "product=Genoa",
	};
	static struct real r;
	start(&r, true);
	judge_both(&r);
	for (size_t i = 0; i < sizeof(held) / sizeof(held[0]); i++) {
		struct expectation e;
		const char *detail;
		char text[200], name[64];
		snprintf(text, sizeof(text), "%s", held[i]);
		if (strstr(text, "^=")) { /* complete it by the value that is there */
			snprintf(name, sizeof(name), "%.*s", (int)strcspn(text, "^"), text);
			const struct verdict_value *v = verdict_find(&r.logged, name);
			struct bytes b = v ? v->bytes : r.logged.report_data;
			char *hex = hex_text(&r.arena, b);
			CHECK_THAT(b.n > 0, "%s", name);
			snprintf(text + strlen(text), sizeof(text) - strlen(text), "%.8s", hex);
		}
		CHECK(!fault_is_set(expectation_parse(text, &r.arena, &e)));
		CHECK_THAT(expectation_test(&e, &r.logged, &r.arena, &detail) == CHECK_PASS, "%s: %s", text, detail);
	}
	finish(&r);
}

TEST(what_is_wrong_raises_its_rule)
{
	static struct real r;
	start(&r, true);
	r.report.p[0x2a0] ^= 1; /* first byte of the signature's R */
	judge_both(&r);
	CHECK_TEXT(evaluate(&r, &strict), "evidence_invalid");
	CHECK_TEXT(verdict_first_failed(&r.logged)->id, "snp.report_signature");
	finish(&r);

	start(&r, true);
	struct bytes other = BYTES_LITERAL("any other bytes do for a key");
	judge_at(&r, r.at_ms, other, &r.logged);
	judge_at(&r, r.at_ms, other, &r.now);
	CHECK_TEXT(evaluate(&r, &strict), "binding_mismatch");
	finish(&r);

	start(&r, false); /* nothing at hand to check it with: incomplete, and still another key */
	r.collateral.n = 0;
	judge_at(&r, r.at_ms, other, &r.logged);
	judge_at(&r, r.at_ms, other, &r.now);
	CHECK_TEXT(evaluate(&r, &strict), "binding_mismatch");
	judge_both(&r);
	CHECK_TEXT(evaluate(&r, &strict), "");
	CHECK_TEXT(verdict_result_name(r.logged.result), "incomplete");
	finish(&r);

	start(&r, true);
	r.report.n = 100;
	judge_both(&r);
	CHECK_TEXT(evaluate(&r, &strict), "evidence_malformed");
	finish(&r);
}

TEST(stale_missing_and_later_collateral)
{
	static struct real r;
	start(&r, true);
	judge_at(&r, r.at_ms, r.cert.spki, &r.logged);
	judge_at(&r, time_of("2026-10-05"), r.cert.spki, &r.now);
	CHECK_TEXT(evaluate(&r, &strict), "collateral_stale");
	judge_at(&r, time_of("2026-02-01"), r.cert.spki, &r.logged); /* when logged, that CRL was not made yet */
	judge_at(&r, r.at_ms, r.cert.spki, &r.now);
	CHECK_TEXT(evaluate(&r, &strict), "");
	finish(&r);
	start(&r, false);
	judge_both(&r);
	CHECK_TEXT(evaluate(&r, &strict), "");
	finish(&r);
}

TEST(measurement_list_and_expectations)
{
	static struct real r;
	struct expectation e;
	start(&r, true);
	judge_both(&r);
	const char *measurement = hex_text(&r.arena, verdict_find(&r.logged, "measurement")->bytes);
	struct watch_rules rules = strict;
	rules.measurement = &measurement;
	rules.measurement_count = 1;
	CHECK_TEXT(evaluate(&r, &rules), "");
	measurement = arena_format(&r.arena, "%.95s%c", measurement, measurement[95] == '0' ? '1' : '0');
	CHECK_TEXT(evaluate(&r, &rules), "unexpected_measurement");
	rules = strict;
	rules.expect = &e;
	rules.expect_count = 1;
	CHECK(!fault_is_set(expectation_parse("claim.tee_attested=asserted", &r.arena, &e)));
	CHECK_TEXT(evaluate(&r, &rules), "");
	CHECK(!fault_is_set(expectation_parse("vmpl>=4", &r.arena, &e)));
	CHECK_TEXT(evaluate(&r, &rules), "expectation_failed");
	finish(&r);
}
