/* A watched certificate with one piece of evidence that is all right, for tests to spoil. */
#ifndef TEEWATCH_TESTS_SCENE_H
#define TEEWATCH_TESTS_SCENE_H

#include "test.h"

#include "policy/policy.h"

struct scene {
	struct arena arena;
	struct verdict logged, now;
	struct policy_evidence evidence[3];
	struct sha256 tbs, spki, other_key;
	struct watch_host hosts[2];
	struct watch watch;
	struct watch_rules rules;
	struct expectation expect[2];
	const char *names[3];
	struct policy_facts facts;
	struct anomaly_findings found;
};

static const uint8_t measurement[48] = {0xaa, 0xbb};
static char measurement_hex[97], other_hex[97];
static const char *const other_measurements[] = {other_hex};
static const char *const both_measurements[] = {other_hex, measurement_hex};
static const char *const good_issuer[] = {"O=Other CA", "O=Google Trust Services"};
static const char *const repositories[] = {"github.com/owner/repo"};

static void fill_verdict(struct verdict *v, struct arena *a)
{
	verdict_init(v, a, EVIDENCE_SNP, 1000);
	verdict_check(v, "snp.report_signature", CHECK_PASS, NULL);
	verdict_hex(&v->measurements, "measurement", bytes_of(measurement, sizeof(measurement)));
	verdict_text(&v->tcb, "status", "UpToDate");
	verdict_claim(v, "tee_attested", CLAIM_ASSERTED, SOURCE_HARDWARE_PROVEN, "");
	verdict_claim(v, "tcb_up_to_date", CLAIM_ASSERTED, SOURCE_HARDWARE_PROVEN, "");
}

static struct scene *make_scene(void)
{
	static struct scene s;
	arena_release(&s.arena); /* of the scene before */
	memset(&s, 0, sizeof(s));
	arena_init(&s.arena, LIMIT_ARENA_BYTES);
	hex_encode(bytes_of(measurement, sizeof(measurement)), measurement_hex);
	memset(other_hex, '1', 96);
	fill_verdict(&s.logged, &s.arena);
	fill_verdict(&s.now, &s.arena);
	memset(s.tbs.b, 0x11, sizeof(s.tbs.b));
	memset(s.spki.b, 0x22, sizeof(s.spki.b));
	memset(s.other_key.b, 0x33, sizeof(s.other_key.b));
	s.evidence[0] = (struct policy_evidence){.state = STATE_JUDGED, .carrier = "tinfoil.hatt", .scheme = "tinfoil",
	                                         .logged = &s.logged, .now = &s.now, .measurement_known = true};
	s.watch = (struct watch){.domain = "example.org", .hosts = s.hosts};
	s.watch.rules = (struct watch_rules){.has_require_attestation = true, .require_attestation = true};
	s.names[0] = "app.example.org";
	s.facts = (struct policy_facts){.tbs_sha256 = &s.tbs,
	                                .spki_sha256 = &s.spki,
	                                .domain = "example.org",
	                                .names = s.names,
	                                .name_count = 1,
	                                .issuer = "C=US, O=Google Trust Services",
	                                .watch = &s.watch,
	                                .rules = &s.rules,
	                                .evidence = s.evidence,
	                                .evidence_count = 1,
	                                .issuer_known = true,
	                                .key_known = true,
	                                .key_elsewhere = "",
	                                .logged_ms = 1000,
	                                .at_ms = 1000 + PROVENANCE_GRACE_MS};
	return &s;
}

static void put_finding(char *text, size_t size, const struct anomaly_finding *f)
{
	size_t n = strlen(text);
	snprintf(text + n, size - n, "%s%s", n > 0 ? " " : "", f->rule->id);
}

/* The rules that were raised, in their order. */
static const char *evaluate(struct scene *s)
{
	static char text[4096];
	s->rules = s->watch.rules;
	if (!s->facts.watch)
		s->facts.rules = NULL;
	policy_evaluate(&s->facts, &s->arena, &s->found);
	text[0] = '\0';
	for (size_t i = 0; i < s->found.n; i++) {
		put_finding(text, sizeof(text), &s->found.v[i]);
		for (size_t j = 0; j < i; j++)
			CHECK(s->found.v[i].rule != s->found.v[j].rule ||
			      strcmp(s->found.v[i].subject, s->found.v[j].subject) != 0);
	}
	return text;
}

#endif
