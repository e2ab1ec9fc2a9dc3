/* The sums that pictures are drawn from: what counts, and in which order. */
#include "scene.h"

#define HOUR INT64_C(3600000)
#define DAY (24 * HOUR)

static void put_verdict(const char *tbs, const char *evidence, enum evidence_kind kind, const char *name, const char *value,
                        enum verdict_result result, enum claim_status tcb)
{
	struct verdict *v = memory_alloc(sizeof(*v));
	struct sha256 hash = hash_of(tbs);
	v->kind = kind;
	v->format = "v1";
	v->sha256 = hash_of(evidence);
	v->result = result;
	v->claims[v->claim_count++] = (struct verdict_claim){"tcb_up_to_date", tcb, SOURCE_NONE, ""};
	v->measurements.v[v->measurements.n++] = (struct verdict_value){name, VALUE_HEX, bytes_of_text(value), 0};
	GOOD(store_evidence_put(s, &v->sha256, kind, "v1", bytes_of_text(evidence)));
	GOOD(store_verdict_put(s, &hash, BASIS_LOGGED, v, ""));
	free(v);
}

static void put(const char *text, const char *domain, const char *key, uint64_t index, int64_t logged_ms)
{
	struct store_certificate c = certificate_row(text, domain);
	c.spki_sha256 = hash_of(key);
	GOOD(store_certificate_put(s, &c));
	put_place("one", index, text, logged_ms);
}

/* A and B: one software; C another, under B's key; D failed; E is not audited; F is a GPU's; G has no evidence. */
static void put_all(void)
{
	put_log("one", 100, 200);
	put("A", "a.example", "key 1", 1, T0 + 5 * HOUR);
	put("B", "a.example", "key 2", 2, T0 + 5 * HOUR + 1);
	put("C", "b.example", "key 2", 3, T0 + 2 * DAY);
	put("D", "a.example", "key 3", 4, T0 + DAY);
	put("E", "a.example", "key 4", 150, T0);
	put("F", "c.example", "key 5", 5, T0);
	put("G", "d.example", "key 6", 6, T0 + 9 * DAY);
	put_place("one", 7, "A", T0 + 3 * DAY); /* the second place of A counts for nothing */
	put_verdict("A", "ea", EVIDENCE_SNP, "measurement", "x", VERDICT_VERIFIED, CLAIM_ASSERTED);
	put_verdict("B", "eb", EVIDENCE_SNP, "measurement", "x", VERDICT_INCOMPLETE, CLAIM_UNKNOWN);
	put_verdict("C", "ec", EVIDENCE_TDX, "rtmr3", "y", VERDICT_VERIFIED, CLAIM_REFUTED);
	put_verdict("D", "ed", EVIDENCE_SNP, "measurement", "z", VERDICT_FAILED, CLAIM_UNKNOWN);
	put_verdict("E", "ee", EVIDENCE_SNP, "measurement", "x", VERDICT_VERIFIED, CLAIM_ASSERTED);
	put_verdict("F", "ef", EVIDENCE_NVGPU, "measurement", "x", VERDICT_VERIFIED, CLAIM_ASSERTED);
	struct store_anomaly a = {.uid = hash_of("u"), .rule = "r", .severity = "low", .domain = "b.example", .detail = "",
	                          .state = ANOMALY_NEW, .first_seen_ms = T0, .last_seen_ms = T0};
	GOOD(store_anomaly_put(s, &a));
}

static int note_domain(void *context, const struct store_domain *d)
{
	char text[200];
	(void)context;
	snprintf(text, sizeof(text), "%s:%d,%d,%d,%d", d->domain, (int)d->certificates, (int)d->keys, (int)d->measured,
	         (int)d->anomalies_open);
	return note(text);
}

static int note_measurement(void *context, const struct store_measurement *m)
{
	char text[200];
	(void)context;
	snprintf(text, sizeof(text), "%s.%s=%s%s@%dh:%d", m->kind, m->name, m->value, m->genuine ? "" : "!",
	         (int)((m->logged_ms - T0) / HOUR), (int)m->certificates);
	CHECK(m->valid_until_ms == T0 + DAY);
	return note(text);
}

static int note_tcb(void *context, const struct store_tcb *t)
{
	char text[200];
	(void)context;
	snprintf(text, sizeof(text), "%d:%d,%d,%d", (int)((t->day_ms - T0) / DAY), (int)t->up_to_date, (int)t->unknown, (int)t->out_of_date);
	return note(text);
}

static int note_tie(void *context, const struct store_tie *t)
{
	struct sha256 shared = hash_of("key 2");
	char text[200];
	(void)context;
	CHECK(!t->spki_sha256 || sha256_equal(t->spki_sha256, &shared));
	snprintf(text, sizeof(text), "%s-%s-%s=%s:%d", t->domain, t->spki_sha256 ? "shared" : t->keys == 1 ? "1" : "many", t->name, t->value,
	         (int)t->certificates);
	return note(text);
}

static int stop(void *context, const struct store_tie *t)
{
	(void)context;
	(void)t;
	return 7;
}

TEST(sums)
{
	start();
	put_all();
	GOOD(store_domain_each(s, note_domain, NULL));
	CHECK_TEXT(take_seen(), "b.example:1,1,1,1 d.example:1,1,0,0 a.example:3,3,3,0 c.example:1,1,0,0");
	GOOD(store_measurement_each(s, "a.example", note_measurement, NULL));
	CHECK_TEXT(take_seen(), "snp.measurement=78@5h:2 snp.measurement=7a!@24h:1");
	GOOD(store_measurement_each(s, "c.example", note_measurement, NULL));
	CHECK_TEXT(take_seen(), "");
	GOOD(store_tcb_each(s, note_tcb, NULL));
	CHECK_TEXT(take_seen(), "0:1,1,0 1:0,1,0 2:0,0,1");
	finish();
}

TEST(keys_that_stand_for_more_come_first)
{
	start();
	put_all();
	put("H", "b.example", "key 2", 8, T0);
	put_verdict("H", "eh", EVIDENCE_SNP, "measurement", "x", VERDICT_VERIFIED, CLAIM_ASSERTED);
	GOOD(store_tie_each(s, note_tie, NULL));
	CHECK_TEXT(take_seen(), "a.example-shared-measurement=78:1 b.example-shared-measurement=78:1 b.example-shared-rtmr3=79:1"
	                        " a.example-1-measurement=78:1");
	CHECK(store_tie_each(s, stop, NULL) == 7);
	finish();
}

TEST(nothing_yet)
{
	start();
	GOOD(store_domain_each(s, note_domain, NULL));
	GOOD(store_tcb_each(s, note_tcb, NULL));
	GOOD(store_tie_each(s, note_tie, NULL));
	CHECK_TEXT(take_seen(), "");
	finish();
}
