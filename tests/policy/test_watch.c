/* Which watch and which host section a certificate falls under, severities, the table of rules. */
#include "test.h"

#include "policy/policy.h"

static const char *const one_measurement[] = {"aa"}, *const other_measurement[] = {"bb"}, *const issuers[] = {"O=A"};

static const struct watch_host model_hosts[] = {
	{"*.models.example.org", {.measurement = other_measurement, .measurement_count = 1}},
	{"*.a.models.example.org", {.scheme = "dstack"}},
	{"x.models.example.org", {.has_require_attestation = true, .require_attestation = false, .tcb = "out-of-date"}},
	{"www.example.org", {.has_require_attestation = true, .require_attestation = false}},
};

static const struct watch watches[] = {
	{"example.org",
	 {.has_require_attestation = true, .require_attestation = true, .scheme = "tinfoil",
	  .measurement = one_measurement, .measurement_count = 1, .issuer = issuers, .issuer_count = 1},
	 model_hosts, sizeof(model_hosts) / sizeof(model_hosts[0])},
	{"strict.example.org", {.tcb = "up-to-date"}, NULL, 0},
	{"example.net", {.scheme = "any"}, NULL, 0},
};
static const struct policy policy = {watches, sizeof(watches) / sizeof(watches[0])};

static const struct watch *look(const char *a, const char *b, struct watch_rules *rules)
{
	const char *names[] = {a, b};
	return policy_watch(&policy, names, b ? 2 : 1, rules);
}

TEST(the_longest_domain_wins)
{
	CHECK(look("example.org", NULL, NULL) == &watches[0]);
	CHECK(look("a.b.example.org", NULL, NULL) == &watches[0]);
	CHECK(look("a.strict.example.org", NULL, NULL) == &watches[1]);
	CHECK(look("strict.example.org", NULL, NULL) == &watches[1]);
	CHECK(look("notstrict.example.org", NULL, NULL) == &watches[0]);
	CHECK(look("example.net", "x.strict.example.org", NULL) == &watches[1]);
	CHECK(look("unrelated.test", "example.net", NULL) == &watches[2]);
	CHECK(look("*.example.net", NULL, NULL) == &watches[2]);
}

TEST(others_are_not_watched)
{
	struct watch_rules rules;
	CHECK(!look("example.com", NULL, &rules));
	CHECK(!look("notexample.org", NULL, &rules));
	CHECK(!look("example.org.evil.test", NULL, &rules));
	CHECK(!look("org", NULL, &rules));
	CHECK(!look("", NULL, &rules));
	CHECK(!policy_watch(&policy, NULL, 0, &rules));
	static const struct policy nothing;
	const char *names[] = {"example.org"};
	CHECK(!policy_watch(&nothing, names, 1, NULL));
}

TEST(host_patterns)
{
	const struct watch *w = &watches[0];
	CHECK(!watch_host_of(w, "example.org"));
	CHECK(watch_host_of(w, "www.example.org") == &model_hosts[3]);
	CHECK(!watch_host_of(w, "www2.example.org"));
	CHECK(watch_host_of(w, "y.models.example.org") == &model_hosts[0]);
	CHECK(watch_host_of(w, "*.models.example.org") == &model_hosts[0]);
	CHECK(watch_host_of(w, "x.models.example.org") == &model_hosts[2]); /* exact before pattern */
	CHECK(!watch_host_of(w, "models.example.org"));
	CHECK(!watch_host_of(w, "y.z.models.example.org")); /* one label, not two */
	CHECK(!watch_host_of(w, ".models.example.org"));
	CHECK(watch_host_of(w, "y.a.models.example.org") == &model_hosts[1]);
	CHECK(!watch_host_of(w, ""));
}

TEST(keys_are_laid_over)
{
	struct watch_rules r;
	CHECK(look("y.models.example.org", NULL, &r));
	CHECK(r.has_require_attestation && r.require_attestation);
	CHECK_TEXT(r.scheme, "tinfoil");
	CHECK_TEXT(r.measurement[0], "bb");
	CHECK_TEXT(r.issuer[0], "O=A");
	CHECK(look("x.models.example.org", NULL, &r));
	CHECK(r.has_require_attestation && !r.require_attestation);
	CHECK_TEXT(r.measurement[0], "aa");
	CHECK_TEXT(r.tcb, "out-of-date");
	CHECK(look("plain.example.org", NULL, &r));
	CHECK_TEXT(r.measurement[0], "aa");
	CHECK(!r.tcb);
}

static void check_same(const struct watch_rules *a, const struct watch_rules *b)
{
	CHECK(a->has_require_attestation == b->has_require_attestation);
	CHECK(a->require_attestation == b->require_attestation);
	CHECK(a->scheme == b->scheme && a->tcb == b->tcb);
	CHECK(a->expect == b->expect && a->expect_count == b->expect_count);
	CHECK(a->measurement == b->measurement && a->measurement_count == b->measurement_count);
	CHECK(a->key == b->key && a->key_count == b->key_count);
	CHECK(a->issuer == b->issuer && a->issuer_count == b->issuer_count);
	CHECK(a->provenance == b->provenance && a->provenance_count == b->provenance_count);
}

TEST(every_key_is_laid_over)
{
	static const struct expectation e = {"mrtd", EXPECT_EQUAL, one_measurement, 1};
	static const struct sha256 key;
	static const struct watch_rules base,
	        over = {true,    true, "near",          &e, 1,           one_measurement, 1, &key, 1,
	                issuers, 1,    one_measurement, 1,  "up-to-date"};
	struct watch_rules r = watch_rules_over(&base, &over);
	check_same(&r, &over);
	r = watch_rules_over(&over, &base);
	check_same(&r, &over);
}

TEST(severities)
{
	enum severity s;
	for (int i = SEVERITY_INFO; i <= SEVERITY_CRITICAL; i++) {
		CHECK(severity_of(severity_name((enum severity)i), &s));
		CHECK(s == (enum severity)i);
	}
	CHECK_TEXT(severity_name(SEVERITY_CRITICAL), "critical");
	CHECK(!severity_of("High", &s));
	CHECK(!severity_of("", &s));
	CHECK(!severity_of(NULL, &s));
	CHECK_TEXT(severity_name((enum severity)99), "unknown");
}

TEST(the_rules_are_complete)
{
	static const char *const ids[] = {
		"unattested_certificate", "evidence_malformed", "evidence_unavailable", "evidence_invalid",
		"binding_mismatch", "unexpected_measurement", "measurement_rollback", "unexpected_key",
		"unexpected_issuer", "served_key_unlogged", "expectation_failed", "debug_enclave", "tcb_out_of_date",
		"tcb_revoked", "collateral_stale", "collateral_invalid", "gpu_evidence_invalid",
		"gpu_measurement_mismatch", "nonce_mismatch", "provenance_missing", "log_misbehaviour", "log_stale",
		"entry_unparseable", "decoder_crash",
	};
	CHECK_U64(anomaly_rule_count, sizeof(ids) / sizeof(ids[0]));
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		const struct anomaly_rule *r = anomaly_rule_find(ids[i]);
		CHECK_THAT(r, "%s", ids[i]);
		if (r)
			CHECK_THAT(strlen(r->means) > 20 && strlen(r->what_to_do) > 20, "%s", ids[i]);
	}
	CHECK(!anomaly_rule_find("no_such_rule"));
	CHECK(!anomaly_rule_find(NULL));
	CHECK(anomaly_rule_find("log_misbehaviour")->absolute);
	CHECK(anomaly_rule_find("evidence_invalid")->absolute);
	CHECK(anomaly_rule_find("binding_mismatch")->absolute);
	CHECK(!anomaly_rule_find("unexpected_measurement")->absolute);
}

/* printf 'debug_enclave\0tbs:00' | sha256sum: histories depend on it. */
TEST(uids_are_stable)
{
	char hex[65];
	struct sha256 uid = anomaly_uid("debug_enclave", "tbs:00");
	hex_encode(sha256_bytes(&uid), hex);
	CHECK_TEXT(hex, "641da75aa3fe61709cd579a8babfc7cb3e972a4ac369d7dd02b81bedfcd751e3");
	struct sha256 other = anomaly_uid("debug_enclav", "etbs:00");
	CHECK(!sha256_equal(&uid, &other));
}
