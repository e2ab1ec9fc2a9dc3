/* Each rule that a certificate can raise: raised when it should be, and not otherwise. */
#include "policy/scene.h"

/* ---- what is done to the scene ---- */

static void nothing(struct scene *s)
{
	(void)s;
}
static void baseline(struct scene *s)
{
	s->facts.baseline = true;
}
static void unwatched(struct scene *s)
{
	s->facts.watch = NULL;
}
static void unwatched_baseline(struct scene *s)
{
	baseline(s);
	unwatched(s);
}
static void lax(struct scene *s)
{
	s->watch.rules.require_attestation = false;
}
static void silent(struct scene *s)
{
	s->watch.rules.has_require_attestation = false;
}
static void no_evidence(struct scene *s)
{
	s->facts.evidence_count = 0;
}
static void key_only(struct scene *s)
{
	s->evidence[0] =
	        (struct policy_evidence){.state = STATE_KEY_ONLY, .carrier = "tinfoil.hpke", .scheme = "tinfoil"};
	s->facts.tinfoil_name = true;
}
static void key_and_evidence(struct scene *s)
{
	s->evidence[1] =
	        (struct policy_evidence){.state = STATE_KEY_ONLY, .carrier = "tinfoil.hpke", .scheme = "tinfoil"};
	s->facts.evidence_count = 2;
}
static void unavailable(struct scene *s)
{
	s->evidence[0] = (struct policy_evidence){.state = STATE_UNAVAILABLE, .carrier = "tinfoil.hatt",
	                                          .scheme = "tinfoil", .detail = "--offline"};
}
static void malformed(struct scene *s)
{
	s->evidence[0] = (struct policy_evidence){.state = STATE_MALFORMED, .carrier = "tinfoil.hatt",
	                                          .scheme = "tinfoil", .fault = {FAULT_ENCODING, 17, "hatt"}};
}
static void undecodable(struct scene *s)
{
	s->logged.fault = s->now.fault = fault_at(FAULT_TRUNCATED, 12, "report");
	s->logged.measurements.n = s->now.measurements.n = 0;
}
static void bad_format(struct scene *s)
{
	undecodable(s);
	s->logged.checks[0] = s->now.checks[0] = (struct verdict_check){"snp.format", CHECK_FAIL, "too short", false};
}
static void unsupported(struct scene *s)
{
	undecodable(s);
	s->logged.fault.code = s->now.fault.code = FAULT_UNSUPPORTED;
}
static void wants_dstack(struct scene *s)
{
	s->watch.rules.scheme = "dstack";
}
static void wants_tinfoil(struct scene *s)
{
	s->watch.rules.scheme = "tinfoil";
}
static void wants_any(struct scene *s)
{
	s->watch.rules.scheme = "any";
}
static void bad_signature(struct scene *s)
{
	s->logged.checks[0].result = CHECK_FAIL;
}
static void bad_signature_now(struct scene *s)
{
	s->now.checks[0].result = CHECK_FAIL;
}
static void bad_signature_both(struct scene *s)
{
	bad_signature(s);
	bad_signature_now(s);
}
static void add_check(struct scene *s, const char *id, enum check_result result, bool binding)
{
	s->logged.checks[s->logged.check_count++] = (struct verdict_check){id, result, "why", binding};
}
static void not_checked(struct scene *s)
{
	add_check(s, "snp.vcek_chain", CHECK_NOT_CHECKED, false);
	s->logged.result = VERDICT_INCOMPLETE;
}
static void stale(struct scene *s)
{
	s->now.checks[s->now.check_count++] = (struct verdict_check){"snp.ask_revocation", CHECK_NOT_CHECKED,
	                                                             VERDICT_STALE "past its nextUpdate", false};
}
static void stale_when_logged(struct scene *s)
{
	s->logged.checks[s->logged.check_count++] = (struct verdict_check){"snp.ask_revocation", CHECK_NOT_CHECKED,
	                                                                   VERDICT_STALE "past its nextUpdate", false};
}
static void other_binding(struct scene *s)
{
	add_check(s, "binding.spki", CHECK_FAIL, true);
}
static void other_hpke(struct scene *s)
{
	add_check(s, "binding.hpke", CHECK_FAIL, true);
}
static void other_tcb_in_key(struct scene *s)
{
	add_check(s, "snp.vcek_tcb", CHECK_FAIL, false);
	add_check(s, "snp.tcb_order", CHECK_FAIL, false);
}
static void other_binding_unproven(struct scene *s)
{
	s->logged.checks[0].result = CHECK_NOT_CHECKED;
	other_binding(s);
}
static void debug(struct scene *s)
{
	add_check(s, "snp.debug", CHECK_FAIL, false);
}
static void nonce(struct scene *s)
{
	add_check(s, "binding.nonce", CHECK_FAIL, true);
}
static void revoked(struct scene *s)
{
	s->logged.tcb.v[0].bytes = bytes_of_text("Revoked");
	s->logged.claims[1].status = CLAIM_REFUTED;
}
static void out_of_date(struct scene *s)
{
	s->logged.tcb.v[0].bytes = bytes_of_text("OutOfDate");
	s->logged.claims[1].status = CLAIM_REFUTED;
}
static void out_of_date_now(struct scene *s)
{
	s->now.tcb.v[0].bytes = bytes_of_text("OutOfDate");
	s->now.claims[1].status = CLAIM_REFUTED;
}
static void no_tcb_level(struct scene *s)
{
	s->logged.tcb.n = 0;
	s->logged.claims[1].status = CLAIM_REFUTED;
}
static void no_tcb_known(struct scene *s)
{
	s->logged.tcb.n = s->now.tcb.n = 0;
	s->logged.claims[1].status = s->now.claims[1].status = CLAIM_UNKNOWN;
}
static void hardening(struct scene *s)
{
	s->logged.tcb.v[0].bytes = bytes_of_text("SWHardeningNeeded");
	s->logged.claims[1].status = CLAIM_UNKNOWN;
}
static void tcb_strict(struct scene *s)
{
	s->watch.rules.tcb = "up-to-date";
}
static void unproven(struct scene *s)
{
	s->logged.claims[0].status = s->logged.claims[1].status = CLAIM_UNKNOWN;
	tcb_strict(s);
}
static void tcb_lax(struct scene *s)
{
	s->watch.rules.tcb = "out-of-date";
}
static void new_measurement(struct scene *s)
{
	s->evidence[0].measurement_known = false;
}
static void listed(struct scene *s)
{
	s->watch.rules.measurement = both_measurements;
	s->watch.rules.measurement_count = 2;
	s->evidence[0].measurement_known = false;
}
static void not_listed(struct scene *s)
{
	s->watch.rules.measurement = other_measurements;
	s->watch.rules.measurement_count = 1;
}
static void new_issuer(struct scene *s)
{
	s->facts.issuer_known = false;
}
static void issuer_listed(struct scene *s)
{
	s->watch.rules.issuer = good_issuer;
	s->watch.rules.issuer_count = 2;
	s->facts.issuer_known = false;
}
static void issuer_not_listed(struct scene *s)
{
	s->watch.rules.issuer = good_issuer;
	s->watch.rules.issuer_count = 1;
}
static void new_key(struct scene *s)
{
	s->facts.key_known = false;
}
static void key_listed(struct scene *s)
{
	s->watch.rules.key = &s->spki;
	s->watch.rules.key_count = 1;
}
static void key_not_listed(struct scene *s)
{
	s->watch.rules.key = &s->other_key;
	s->watch.rules.key_count = 1;
}
static void key_elsewhere(struct scene *s)
{
	s->facts.key_elsewhere = "other.test";
}
static void expect(struct scene *s, const char *text)
{
	struct watch_rules *r = &s->watch.rules;
	CHECK(!fault_is_set(expectation_parse(text, &s->arena, &s->expect[r->expect_count++])));
	r->expect = s->expect;
}
static void expect_good(struct scene *s)
{
	expect(s, "claim.tee_attested=asserted");
	expect(s, "measurement^=aabb");
}
static void expect_bad(struct scene *s)
{
	expect(s, "measurement^=aabb");
	expect(s, "measurement^=ccdd");
}
static void expect_absent(struct scene *s)
{
	expect(s, "rtmr3^=00");
}
static void expect_attested(struct scene *s)
{
	expect(s, "claim.tee_attested=asserted");
	s->logged.claims[0].status = CLAIM_UNKNOWN;
}
static void second_evidence(struct scene *s)
{
	static struct verdict tdx;
	static const uint8_t rtmr3[48];
	verdict_init(&tdx, &s->arena, EVIDENCE_TDX, 1000);
	verdict_hex(&tdx.measurements, "rtmr3", bytes_of(rtmr3, sizeof(rtmr3)));
	s->evidence[1] = (struct policy_evidence){.state = STATE_JUDGED, .carrier = "dstack.quote", .scheme = "dstack",
	                                          .logged = &tdx, .measurement_known = true};
	s->facts.evidence_count = 2;
}
static void expect_in_second(struct scene *s)
{
	expect_absent(s);
	second_evidence(s);
}
static void wants_provenance(struct scene *s)
{
	s->watch.rules.provenance = repositories;
	s->watch.rules.provenance_count = 1;
}
static void has_provenance(struct scene *s)
{
	wants_provenance(s);
	verdict_text(&s->logged.fields, "repository", "https://github.com/owner/repo");
	verdict_text(&s->logged.fields, "provenance", "known");
}
static void other_provenance(struct scene *s)
{
	has_provenance(s);
	s->logged.fields.v[0].bytes = bytes_of_text("github.com/owner/repo2");
}
static void unproven_provenance(struct scene *s)
{
	has_provenance(s);
	s->logged.fields.v[1].bytes = bytes_of_text("unverified");
}
static void provenance_in_grace(struct scene *s)
{
	unproven_provenance(s);
	s->facts.at_ms = s->facts.logged_ms + PROVENANCE_GRACE_MS - 1;
}
static void altered_in_grace(struct scene *s)
{
	provenance_in_grace(s);
	s->logged.fields.v[1].bytes = bytes_of_text("altered");
}
static void new_with_provenance(struct scene *s)
{
	has_provenance(s);
	s->evidence[0].measurement_known = false;
}
static void unattested_with_provenance(struct scene *s)
{
	has_provenance(s);
	s->logged.claims[0].status = CLAIM_UNKNOWN;
}
static void gpu(struct scene *s, const char *id)
{
	s->logged.kind = s->now.kind = EVIDENCE_NVGPU;
	s->logged.measurements.n = s->now.measurements.n = 0;
	add_check(s, id, CHECK_FAIL, false);
}
static void gpu_signature(struct scene *s)
{
	gpu(s, "nvgpu.report_signature");
}
static void gpu_measurement(struct scene *s)
{
	gpu(s, "nvgpu.measurements");
}
static void gpu_nonce(struct scene *s)
{
	gpu(s, "nvgpu.nonce");
}

/* ---- the table ---- */

static const struct {
	void (*first)(struct scene *), (*second)(struct scene *);
	const char *raised;
} rows[] = {
	{nothing, nothing, ""},
	{baseline, nothing, ""},
	{unwatched, nothing, ""},
	{not_checked, nothing, ""},

	{no_evidence, nothing, "unattested_certificate"},
	{no_evidence, baseline, "unattested_certificate"},
	{no_evidence, lax, ""},
	{no_evidence, silent, "unattested_certificate"},
	{no_evidence, unwatched, ""},
	{key_only, nothing, "unattested_certificate"},
	{key_only, lax, ""},
	{key_only, unwatched, ""},
	{key_and_evidence, nothing, ""},
	{wants_tinfoil, nothing, ""},
	{wants_any, nothing, ""},
	{wants_dstack, nothing, "unattested_certificate"},
	{wants_dstack, lax, ""},
	{wants_dstack, second_evidence, ""},

	{unavailable, nothing, "evidence_unavailable"},
	{unavailable, baseline, "evidence_unavailable"},
	{unavailable, unwatched_baseline, ""},
	{unavailable, unwatched, "evidence_unavailable"},
	{unavailable, expect_good, "evidence_unavailable"},
	{malformed, nothing, "evidence_malformed"},
	{malformed, baseline, "evidence_malformed"},
	{malformed, unwatched, "evidence_malformed"},
	{undecodable, nothing, "evidence_malformed"},
	{bad_format, nothing, "evidence_malformed"},
	{undecodable, new_measurement, "evidence_malformed"},
	{undecodable, expect_absent, "evidence_malformed"},
	{unsupported, nothing, ""},
	{unsupported, expect_attested, "expectation_failed"},

	{bad_signature, nothing, "evidence_invalid"},
	{bad_signature, baseline, "evidence_invalid"},
	{bad_signature, unwatched, "evidence_invalid"},
	{bad_signature, new_measurement, "evidence_invalid"},
	{bad_signature_now, nothing, "evidence_invalid"},
	{bad_signature_both, nothing, "evidence_invalid"},
	{other_binding, nothing, "binding_mismatch"},
	{other_binding, baseline, "binding_mismatch"},
	{other_binding, unwatched, "binding_mismatch"},
	{other_binding_unproven, nothing, "binding_mismatch"},
	{other_hpke, nothing, "binding_mismatch"},
	{other_tcb_in_key, nothing, "evidence_invalid"},
	{stale, nothing, "collateral_stale"},
	{stale, unwatched, "collateral_stale"},
	{stale, baseline, ""},
	{stale_when_logged, nothing, ""},
	{debug, nothing, "debug_enclave"},
	{debug, baseline, "debug_enclave"},
	{debug, new_measurement, "debug_enclave unexpected_measurement"},
	{nonce, nothing, "nonce_mismatch"},
	{nonce, unwatched, "nonce_mismatch"},

	{new_measurement, nothing, "unexpected_measurement"},
	{new_measurement, baseline, ""},
	{new_measurement, unwatched, "unexpected_measurement"},
	{new_measurement, not_checked, "unexpected_measurement"},
	{listed, nothing, ""},
	{not_listed, nothing, "unexpected_measurement"},
	{not_listed, baseline, "unexpected_measurement"},

	{new_issuer, nothing, "unexpected_issuer"},
	{new_issuer, baseline, ""},
	{issuer_listed, nothing, ""},
	{issuer_not_listed, nothing, "unexpected_issuer"},
	{issuer_not_listed, baseline, "unexpected_issuer"},

	{new_key, nothing, ""}, /* attested: an enclave makes a new one at each start */
	{new_key, no_evidence, "unattested_certificate"},
	{new_key, unavailable, "evidence_unavailable"},
	{key_listed, nothing, ""},
	{key_not_listed, nothing, "unexpected_key"},
	{key_not_listed, baseline, "unexpected_key"},
	{key_elsewhere, nothing, "unexpected_key"},
	{key_elsewhere, baseline, ""},
	{key_elsewhere, unwatched, "unexpected_key"},

	{expect_good, nothing, ""},
	{expect_bad, nothing, "expectation_failed"},
	{expect_bad, baseline, "expectation_failed"},
	{expect_absent, nothing, "expectation_failed"},
	{expect_in_second, nothing, ""},
	{expect_attested, nothing, "expectation_failed"},
	{expect_bad, no_evidence, "unattested_certificate"},

	{revoked, nothing, "tcb_revoked"},
	{revoked, baseline, "tcb_revoked"},
	{revoked, tcb_lax, "tcb_revoked"},
	{out_of_date, nothing, "tcb_out_of_date"},
	{out_of_date, baseline, ""},
	{out_of_date, tcb_lax, ""},
	{out_of_date, unwatched, "tcb_out_of_date"},
	{out_of_date_now, nothing, "tcb_out_of_date"},
	{out_of_date, unproven, ""},
	{hardening, unproven, ""},
	{no_tcb_level, nothing, "tcb_out_of_date"},
	{no_tcb_known, nothing, ""},
	{no_tcb_known, tcb_strict, ""},
	{hardening, nothing, ""},
	{hardening, tcb_strict, "tcb_out_of_date"},

	{wants_provenance, nothing, "provenance_missing"},
	{has_provenance, nothing, ""},
	{other_provenance, nothing, "provenance_missing"},
	{unproven_provenance, nothing, "provenance_missing"},
	{provenance_in_grace, nothing, ""},
	{altered_in_grace, nothing, "provenance_missing"},
	{new_with_provenance, nothing, ""},
	{unattested_with_provenance, nothing, ""},
	{wants_provenance, bad_signature, "evidence_invalid"},

	{gpu_signature, nothing, "gpu_evidence_invalid"},
	{gpu_measurement, nothing, "gpu_measurement_mismatch"},
	{gpu_nonce, nothing, "nonce_mismatch"},
};

TEST(each_rule_when_it_should)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scene *s = make_scene();
		rows[i].first(s);
		rows[i].second(s);
		const char *raised = evaluate(s);
		CHECK_THAT(strcmp(raised, rows[i].raised) == 0, "row %zu: \"%s\" is not \"%s\"", i, raised,
		           rows[i].raised);
		for (size_t j = 0; j < s->found.n; j++)
			CHECK(s->found.v[j].subject[0] && s->found.v[j].detail[0]);
		arena_release(&s->arena);
	}
}

/* A renewed certificate of an ordinary host, in a watch that asks for no attestation. */
TEST(new_unattested_keys)
{
	struct scene *s = make_scene();
	lax(s);
	no_evidence(s);
	new_key(s);
	CHECK_TEXT(evaluate(s), "unexpected_key");
	baseline(s);
	CHECK_TEXT(evaluate(s), "");
	s->facts.baseline = false;
	s->facts.key_known = true;
	CHECK_TEXT(evaluate(s), "");
	arena_release(&s->arena);
}

TEST(the_baseline_learns_what_is_not_stated)
{
	struct scene *s = make_scene();
	silent(s);
	no_evidence(s);
	baseline(s);
	CHECK_TEXT(evaluate(s), "");
	s->facts.baseline = false;
	CHECK_TEXT(evaluate(s), "unattested_certificate");
	arena_release(&s->arena);
}

static const char *subject_of(struct scene *s, void (*change)(struct scene *))
{
	static char text[1024];
	change(s);
	evaluate(s);
	CHECK_U64(s->found.n, 1);
	snprintf(text, sizeof(text), "%s", s->found.n > 0 ? s->found.v[0].subject : "");
	arena_release(&s->arena);
	return text;
}

#define ONES "1111111111111111111111111111111111111111111111111111111111111111"
#define TWOS "2222222222222222222222222222222222222222222222222222222222222222"

/* With the rule's id they make the uid of an anomaly: a change here makes every anomaly a new one. */
TEST(subjects_are_stable)
{
	char wanted[300];
	CHECK_TEXT(subject_of(make_scene(), no_evidence), "tbs:" ONES);
	CHECK_TEXT(subject_of(make_scene(), malformed), "tbs:" ONES " carrier:tinfoil.hatt");
	CHECK_TEXT(subject_of(make_scene(), unavailable), "tbs:" ONES " carrier:tinfoil.hatt");
	CHECK_TEXT(subject_of(make_scene(), bad_signature), "tbs:" ONES " carrier:tinfoil.hatt");
	CHECK_TEXT(subject_of(make_scene(), out_of_date), "tbs:" ONES " carrier:tinfoil.hatt");
	CHECK_TEXT(subject_of(make_scene(), key_elsewhere), "domain:example.org key:" TWOS);
	CHECK_TEXT(subject_of(make_scene(), new_issuer), "domain:example.org issuer:C=US, O=Google Trust Services");
	CHECK_TEXT(subject_of(make_scene(), expect_bad), "tbs:" ONES " expect:measurement");
	const char *subject = subject_of(make_scene(), new_measurement);
	snprintf(wanted, sizeof(wanted), "domain:example.org measurement:%s", measurement_hex);
	CHECK_TEXT(subject, wanted);
	subject = subject_of(make_scene(), wants_provenance);
	CHECK_TEXT(subject, wanted);
}

TEST(details_say_what_was_expected_and_found)
{
	struct scene *s = make_scene();
	not_listed(s);
	evaluate(s);
	CHECK(strstr(s->found.v[0].detail, measurement_hex) && strstr(s->found.v[0].detail, other_hex));
	s = make_scene();
	issuer_not_listed(s);
	evaluate(s);
	CHECK(strstr(s->found.v[0].detail, "Google Trust Services") && strstr(s->found.v[0].detail, "O=Other CA"));
	s = make_scene();
	wants_dstack(s);
	evaluate(s);
	CHECK(strstr(s->found.v[0].detail, "dstack") && strstr(s->found.v[0].detail, "tinfoil"));
	s = make_scene();
	malformed(s);
	evaluate(s);
	CHECK(strstr(s->found.v[0].detail, "encoding at offset 17"));
	s = make_scene();
	unavailable(s);
	evaluate(s);
	CHECK(strstr(s->found.v[0].detail, "--offline"));
	s = make_scene();
	bad_signature_now(s);
	evaluate(s);
	CHECK(strstr(s->found.v[0].detail, "snp.report_signature failed by now"));
	s = make_scene();
	bad_signature_both(s);
	evaluate(s);
	CHECK(!strstr(s->found.v[0].detail, "by now"));
	arena_release(&s->arena);
}

TEST(one_finding_per_rule_and_subject)
{
	struct scene *s = make_scene();
	bad_signature(s);
	add_check(s, "snp.vcek_chain", CHECK_FAIL, false);
	CHECK_TEXT(evaluate(s), "evidence_invalid");
	CHECK(strstr(s->found.v[0].detail, "snp.report_signature") && strstr(s->found.v[0].detail, "snp.vcek_chain"));
	s = make_scene();
	malformed(s);
	s->evidence[1] = s->evidence[0];
	s->evidence[1].carrier = "tinfoil.hpke";
	s->facts.evidence_count = 2;
	CHECK_TEXT(evaluate(s), "evidence_malformed evidence_malformed");
	arena_release(&s->arena);
}

/* A name under a lax host section does not excuse another one that stands in the same certificate. */
TEST(every_name_counts)
{
	struct scene *s = make_scene();
	s->hosts[0] = (struct watch_host){"www.example.org", {.has_require_attestation = true}};
	s->watch.host_count = 1;
	no_evidence(s);
	s->names[0] = "www.example.org";
	s->rules = watch_rules_over(&s->watch.rules, &s->hosts[0].rules);
	policy_evaluate(&s->facts, &s->arena, &s->found);
	CHECK_U64(s->found.n, 0);
	s->names[1] = "app.example.org";
	s->facts.name_count = 2;
	policy_evaluate(&s->facts, &s->arena, &s->found);
	CHECK_U64(s->found.n, 1);
	s->names[1] = "elsewhere.test";
	policy_evaluate(&s->facts, &s->arena, &s->found);
	CHECK_U64(s->found.n, 0);
	arena_release(&s->arena);
}

/* A wildcard certificate can stand for the host of a section. */
TEST(wildcards_reach_hosts)
{
	struct scene *s = make_scene();
	s->hosts[0] = (struct watch_host){"app.example.org",
	                                  {.measurement = other_measurements, .measurement_count = 1}};
	s->watch.host_count = 1;
	s->names[0] = "*.example.org";
	CHECK_TEXT(evaluate(s), "unexpected_measurement");
	s->names[0] = "*.other.example.org";
	CHECK_TEXT(evaluate(s), "");
	arena_release(&s->arena);
}

/* TDX: an entry is mrtd, or mrtd and the next registers behind it. */
TEST(measurements_of_several_registers)
{
	static uint8_t registers[4][48];
	static const char *const names[] = {"mrtd", "rtmr0", "rtmr1", "rtmr2"};
	char hex[4 * 96 + 1];
	const char *entry = hex;
	struct scene *s = make_scene();
	s->logged.kind = EVIDENCE_TDX;
	s->logged.measurements.n = 0;
	for (unsigned i = 0; i < 4; i++) {
		memset(registers[i], (int)i + 1, 48);
		verdict_hex(&s->logged.measurements, names[i], bytes_of(registers[i], 48));
	}
	s->watch.rules.measurement = &entry;
	s->watch.rules.measurement_count = 1;
	for (size_t n = 1; n <= 4; n++) {
		hex_encode(bytes_of(registers, n * 48), hex);
		CHECK_TEXT(evaluate(s), "");
		hex[n * 96 - 1] = '0';
		CHECK_TEXT(evaluate(s), "unexpected_measurement");
	}
	hex_encode(bytes_of(registers[1], 48), hex); /* the right value in the wrong register */
	CHECK_TEXT(evaluate(s), "unexpected_measurement");
	arena_release(&s->arena);
}

/* More findings than there is room for: the most severe ones stay. */
TEST(the_most_severe_findings_stay)
{
	static struct policy_evidence many[2 * LIMIT_FINDINGS];
	struct scene *s = make_scene();
	for (size_t i = 0; i < 2 * LIMIT_FINDINGS; i++)
		many[i] = (struct policy_evidence){.state = STATE_UNAVAILABLE, .scheme = "tinfoil",
		                                   .carrier = arena_format(&s->arena, "c%zu", i)};
	many[2 * LIMIT_FINDINGS - 1] = s->evidence[0];
	bad_signature(s);
	s->facts.evidence = many;
	s->facts.evidence_count = 2 * LIMIT_FINDINGS;
	policy_evaluate(&s->facts, &s->arena, &s->found);
	CHECK_U64(s->found.n, LIMIT_FINDINGS);
	unsigned invalid = 0;
	for (size_t i = 0; i < s->found.n; i++)
		invalid += strcmp(s->found.v[i].rule->id, "evidence_invalid") == 0;
	CHECK_U64(invalid, 1);
	arena_release(&s->arena);
}

TEST(facts_that_are_not_there)
{
	static const struct policy_facts nothing_known;
	struct policy_evidence empty = {.state = STATE_JUDGED};
	struct scene *s = make_scene();
	policy_evaluate(&nothing_known, &s->arena, &s->found);
	CHECK_U64(s->found.n, 1); /* an issuer that was not seen before */
	struct policy_facts facts = nothing_known;
	facts.issuer_known = true;
	facts.evidence = &empty;
	facts.evidence_count = 1;
	policy_evaluate(&facts, &s->arena, &s->found);
	CHECK_U64(s->found.n, 0);
	arena_release(&s->arena);
}
