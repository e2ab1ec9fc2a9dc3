/* The history: verdicts, what the policy asks of the past, anomalies and events, transactions. */
#include "store/scene.h"

/* ---- verdicts ---- */

static struct verdict *verdict_row(const char *evidence, const char *measurement, enum verdict_result result,
                                   int64_t at_ms)
{
	static uint8_t report_data[64] = {1, 2, 3};
	struct verdict *v = memory_alloc(sizeof(*v));
	v->kind = EVIDENCE_SNP;
	v->format = "report-v3";
	v->sha256 = hash_of(evidence);
	v->at_ms = at_ms;
	v->result = result;
	v->checks[0] = (struct verdict_check){"snp.signature", CHECK_PASS, "", false};
	v->checks[1] = (struct verdict_check){"snp.binding", CHECK_FAIL, "another key", true};
	v->check_count = 2;
	v->claims[0] = (struct verdict_claim){"tee_attested", CLAIM_REFUTED, SOURCE_HARDWARE_PROVEN, "binding"};
	v->claims[1] = (struct verdict_claim){"tcb_up_to_date", CLAIM_UNKNOWN, SOURCE_NONE, "no collateral"};
	v->claim_count = 2;
	v->measurements.v[0] = (struct verdict_value){"measurement", VALUE_HEX, bytes_of_text(measurement), 0};
	v->measurements.n = 1;
	v->tcb.v[0] = (struct verdict_value){"reported", VALUE_NUMBER, {NULL, 0}, UINT64_MAX};
	v->tcb.v[1] = (struct verdict_value){"advisories", VALUE_LIST, bytes_of("A\0B", 4), 0};
	v->tcb.n = 2;
	v->fields.v[0] = (struct verdict_value){"debug", VALUE_BOOLEAN, {NULL, 0}, 1};
	v->fields.n = 1;
	v->binding.v[0] = (struct verdict_value){"rule", VALUE_TEXT, bytes_of_text("spki-hpke"), 0};
	v->binding.n = 1;
	v->report_data = bytes_of(report_data, sizeof(report_data));
	v->anchors[0] = (struct verdict_anchor){"amd", hash_of("ark"), true};
	v->anchor_count = 1;
	v->fault = (struct fault){FAULT_RESERVED, 12, "policy"};
	return v;
}

static void put_evidence(const char *evidence)
{
	struct sha256 e = hash_of(evidence);
	GOOD(store_evidence_put(s, &e, EVIDENCE_SNP, "report-v3", bytes_of_text(evidence)));
}

static void put_verdict(const char *tbs, enum verdict_basis basis, struct verdict *v)
{
	struct sha256 hash = tbs ? hash_of(tbs) : (struct sha256){0};
	GOOD(store_verdict_put(s, tbs ? &hash : NULL, basis, v, "tinfoil"));
	free(v);
}

static void same_values(const struct verdict_values *a, const struct verdict_values *b)
{
	CHECK_U64(a->n, b->n);
	for (size_t i = 0; i < a->n && i < b->n; i++) {
		CHECK_TEXT(a->v[i].name, b->v[i].name);
		CHECK(a->v[i].kind == b->v[i].kind && a->v[i].number == b->v[i].number);
		CHECK(bytes_equal(a->v[i].bytes, b->v[i].bytes));
	}
}

static int same_verdict(void *context, const struct store_verdict *row)
{
	const struct verdict *a = row->verdict, *b = context;
	CHECK(row->tbs_sha256 && row->basis == BASIS_NOW);
	CHECK_TEXT(row->scheme, "tinfoil");
	CHECK(a->kind == b->kind && sha256_equal(&a->sha256, &b->sha256) && a->at_ms == b->at_ms &&
	      a->result == b->result);
	CHECK_TEXT(a->format, b->format);
	CHECK_U64(a->check_count, b->check_count);
	for (size_t i = 0; i < a->check_count; i++) {
		CHECK_TEXT(a->checks[i].id, b->checks[i].id);
		CHECK_TEXT(a->checks[i].detail, b->checks[i].detail);
		CHECK(a->checks[i].result == b->checks[i].result && a->checks[i].binding == b->checks[i].binding);
	}
	CHECK_U64(a->claim_count, b->claim_count);
	for (size_t i = 0; i < a->claim_count; i++) {
		CHECK_TEXT(a->claims[i].claim, b->claims[i].claim);
		CHECK_TEXT(a->claims[i].reason, b->claims[i].reason);
		CHECK(a->claims[i].status == b->claims[i].status && a->claims[i].source == b->claims[i].source);
	}
	same_values(&a->tcb, &b->tcb);
	same_values(&a->measurements, &b->measurements);
	same_values(&a->binding, &b->binding);
	same_values(&a->fields, &b->fields);
	CHECK(bytes_equal(a->report_data, b->report_data) && a->anchor_count == b->anchor_count);
	CHECK_TEXT(a->anchors[0].vendor, "amd");
	CHECK(sha256_equal(&a->anchors[0].sha256, &b->anchors[0].sha256) && a->anchors[0].builtin);
	CHECK(a->fault.code == b->fault.code && a->fault.offset == b->fault.offset);
	CHECK_TEXT(a->fault.field, b->fault.field);
	return 7;
}

static int note_verdict(void *context, const struct store_verdict *row)
{
	char text[100];
	(void)context;
	snprintf(text, sizeof(text), "%s%s:%d@%d", row->tbs_sha256 ? "" : "alone-",
	         row->basis == BASIS_NOW ? "now" : "logged", (int)row->verdict->result,
	         (int)(row->verdict->at_ms - T0));
	return note(text);
}

TEST(verdicts)
{
	start();
	put_certificate("c", "example.org");
	put_evidence("e");
	struct sha256 c = hash_of("c");
	struct verdict *v = verdict_row("e", "m", VERDICT_FAILED, T0 + 4);
	GOOD(store_verdict_put(s, &c, BASIS_NOW, v, "tinfoil"));
	reopen();
	CHECK(store_verdict_each(s, &c, same_verdict, v) == 7);
	free(v);
	put_verdict("c", BASIS_LOGGED, verdict_row("e", "m", VERDICT_VERIFIED, T0));
	put_verdict("c", BASIS_NOW, verdict_row("e", "m", VERDICT_INCOMPLETE, T0 + 5)); /* replaces */
	put_verdict("c", BASIS_NOW, verdict_row("e", "m", VERDICT_INCOMPLETE, T0 + 6)); /* the same, later */
	put_verdict(NULL, BASIS_NOW, verdict_row("e", "m", VERDICT_INCOMPLETE, T0 + 7));
	put_verdict(NULL, BASIS_NOW, verdict_row("e", "m", VERDICT_VERIFIED, T0 + 8));
	reopen();
	GOOD(store_verdict_each(s, &c, note_verdict, NULL));
	CHECK_TEXT(take_seen(), "logged:1@0 now:0@6");
	GOOD(store_verdict_each(s, NULL, note_verdict, NULL));
	CHECK_TEXT(take_seen(), "alone-now:1@8 logged:1@0 now:0@6");
	finish();
}

/* ---- the past ---- */

static bool measurement_known(const char *domain, const char *value, const char *except)
{
	bool known;
	struct sha256 tbs = hash_of(except ? except : "");
	GOOD(store_measurement_known(s, domain, "measurement", bytes_of_text(value), except ? &tbs : NULL, &known));
	return known;
}

TEST(what_was_known_before)
{
	start();
	put_log("one", 10, 20);
	put_certificate("c1", "example.org");
	put_certificate("c2", "example.org");
	put_certificate("c0", "example.org");
	put_place("one", 1, "c1", T0 + 1);
	put_place("one", 2, "c2", T0 + 2);
	put_place("one", 12, "c0", T0); /* would be the first, but is not proven */
	put_evidence("e1");
	put_evidence("e2");
	put_verdict("c1", BASIS_NOW, verdict_row("e1", "old", VERDICT_VERIFIED, T0));
	put_verdict("c2", BASIS_NOW, verdict_row("e2", "new", VERDICT_VERIFIED, T0));
	CHECK(measurement_known("example.org", "old", NULL));
	CHECK(measurement_known("example.org", "old", "c2"));
	CHECK(!measurement_known("example.org", "old", "c1"));
	CHECK(!measurement_known("example.org", "new", "c1")); /* c2 is later, whenever it was judged */
	CHECK(measurement_known("example.org", "new", "not there"));
	CHECK(!measurement_known("example.net", "old", NULL));
	CHECK(!measurement_known("example.org", "none", NULL));
	/* Evidence that failed teaches nothing, on whatever basis. */
	put_verdict("c1", BASIS_LOGGED, verdict_row("e1", "old", VERDICT_FAILED, T0));
	CHECK(!measurement_known("example.org", "old", "c2"));

	bool known;
	struct sha256 c1 = hash_of("c1"), c2 = hash_of("c2"), key = hash_of("key"), other = hash_of("other key");
	GOOD(store_key_known(s, "example.org", &key, &c2, &known));
	CHECK(known);
	GOOD(store_key_known(s, "example.org", &key, NULL, &known));
	CHECK(known);
	GOOD(store_key_known(s, "example.org", &key, &c1, &known));
	CHECK(!known);
	GOOD(store_key_known(s, "example.org", &other, NULL, &known));
	CHECK(!known);
	GOOD(store_issuer_known(s, "example.org", "CN=Example CA", &c2, &known));
	CHECK(known);
	GOOD(store_issuer_known(s, "example.org", "CN=Example CA", &c1, &known));
	CHECK(!known);
	GOOD(store_issuer_known(s, "example.org", "CN=Another", NULL, &known));
	CHECK(!known);
	finish();
}

TEST(keys_that_stand_elsewhere)
{
	char out[256];
	start();
	struct sha256 key = hash_of("key"), other = hash_of("other key");
	put_log("one", 10, 20);
	put_certificate("c1", "example.org");
	put_certificate("c5", "unproven.example");
	put_place("one", 1, "c1", T0);
	put_place("one", 15, "c5", T0);
	GOOD(store_key_elsewhere(s, &key, "example.org", out, sizeof(out)));
	CHECK_TEXT(out, "");
	put_certificate("c2", "example.net");
	put_certificate("c3", "");
	put_certificate("c4", "a.example");
	put_place("one", 2, "c2", T0);
	put_place("one", 3, "c3", T0);
	put_place("one", 4, "c4", T0);
	GOOD(store_key_elsewhere(s, &key, "example.org", out, sizeof(out)));
	CHECK(memcmp(out, "a.example\0example.net\0", 23) == 0);
	GOOD(store_key_elsewhere(s, &key, "example.org", out, 12)); /* the second does not fit */
	CHECK(memcmp(out, "a.example\0", 11) == 0);
	GOOD(store_key_elsewhere(s, &other, "example.org", out, sizeof(out)));
	CHECK_TEXT(out, "");
	put_evidence("e1");
	put_evidence("e2");
	put_evidence("e3");
	put_verdict("c1", BASIS_NOW, verdict_row("e1", "A", VERDICT_VERIFIED, T0));
	put_verdict("c1", BASIS_LOGGED, verdict_row("e1", "A", VERDICT_VERIFIED, T0));
	put_verdict("c1", BASIS_NOW, verdict_row("e3", "C", VERDICT_FAILED, T0));
	GOOD(store_key_elsewhere(s, &key, "example.net", out, sizeof(out)));
	CHECK(memcmp(out, "a.example\0example.org\0", 23) == 0);
	put_verdict("c2", BASIS_NOW, verdict_row("e2", "B", VERDICT_VERIFIED, T0));
	GOOD(store_key_elsewhere(s, &key, "example.net", out, sizeof(out)));
	CHECK(memcmp(out, "a.example\0example.org\0measurement=41\0measurement=42\0", 53) == 0);
	finish();
}

TEST(baselines_close_once)
{
	int64_t closed;
	start();
	put_log("one", 2, 10);
	put_certificate("seen", "example.org");
	put_certificate("unproven", "example.net");
	put_place("one", 1, "seen", T0);
	put_place("one", 5, "unproven", T0);
	CHECK(store_baseline_get(s, "example.org", &closed) == 1);
	GOOD(store_baseline_close(s, T0 + 1));
	GOOD(store_baseline_close(s, T0 + 2));
	GOOD(store_baseline_put(s, "watched.example", T0 + 3));
	GOOD(store_baseline_put(s, "watched.example", T0 + 4));
	reopen();
	GOOD(store_baseline_get(s, "example.org", &closed));
	CHECK(closed == T0 + 1);
	GOOD(store_baseline_get(s, "watched.example", &closed));
	CHECK(closed == T0 + 3);
	CHECK(store_baseline_get(s, "example.net", &closed) == 1);
	finish();
}

/* ---- anomalies and events ---- */

static int same_anomaly(void *context, const struct store_anomaly *got)
{
	const struct store_anomaly *want = context;
	CHECK(sha256_equal(&got->uid, &want->uid) && got->state == want->state);
	CHECK_TEXT(got->rule, want->rule);
	CHECK_TEXT(got->severity, want->severity);
	CHECK_TEXT(got->domain, want->domain);
	CHECK_TEXT(got->detail, want->detail);
	CHECK_TEXT(got->ack_reason, want->ack_reason);
	CHECK((got->tbs_sha256 == NULL) == (want->tbs_sha256 == NULL) &&
	      (got->log_id == NULL) == (want->log_id == NULL));
	CHECK(got->has_entry == want->has_entry && got->entry_index == want->entry_index);
	CHECK(got->first_seen_ms == want->first_seen_ms && got->last_seen_ms == want->last_seen_ms);
	CHECK(got->acknowledged_until_ms == want->acknowledged_until_ms);
	return 7;
}

static int note_anomaly(void *context, const struct store_anomaly *a)
{
	(void)context;
	return note(a->rule);
}

TEST(anomalies)
{
	start();
	struct sha256 tbs = hash_of("c"), log = hash_of("one"), uid;
	struct store_anomaly a = {.rule = "evidence_invalid",
	                          .severity = "critical",
	                          .domain = "example.org",
	                          .detail = "snp.signature",
	                          .tbs_sha256 = &tbs,
	                          .log_id = &log,
	                          .has_entry = true,
	                          .entry_index = 9,
	                          .first_seen_ms = T0,
	                          .last_seen_ms = T0,
	                          .ack_reason = ""};
	memset(a.uid.b, 0xab, SHA256_BYTES);
	CHECK(store_anomaly_get(s, &a.uid, same_anomaly, &a) == 1);
	GOOD(store_anomaly_put(s, &a));
	CHECK(store_anomaly_get(s, &a.uid, same_anomaly, &a) == 7);
	a.last_seen_ms = T0 + 9;
	a.state = ANOMALY_ACKNOWLEDGED;
	a.acknowledged_until_ms = T0 + 100;
	a.ack_reason = "known";
	GOOD(store_anomaly_put(s, &a));
	reopen();
	CHECK(store_anomaly_get(s, &a.uid, same_anomaly, &a) == 7);
	struct store_anomaly b = {.rule = "log_stale",
	                          .severity = "low",
	                          .domain = "",
	                          .detail = "",
	                          .ack_reason = "",
	                          .state = ANOMALY_CLEARED,
	                          .first_seen_ms = T0 + 1,
	                          .last_seen_ms = T0 + 2};
	memset(b.uid.b, 0xab, SHA256_BYTES);
	b.uid.b[2] = 0xac;
	GOOD(store_anomaly_put(s, &b));
	CHECK(store_anomaly_get(s, &b.uid, same_anomaly, &b) == 7);
	GOOD(store_anomaly_each(s, note_anomaly, NULL));
	CHECK_TEXT(take_seen(), "evidence_invalid log_stale");

	CHECK(store_anomaly_find(s, "abab", &uid) == 2);
	GOOD(store_anomaly_find(s, "ababac", &uid));
	CHECK(sha256_equal(&uid, &b.uid));
	GOOD(store_anomaly_find(s, "ABABA", &uid) == 2 ? 0 : 1);
	GOOD(store_anomaly_find(s, "ababab", &uid));
	CHECK(sha256_equal(&uid, &a.uid));
	CHECK(store_anomaly_find(s, "00", &uid) == 1);
	CHECK(store_anomaly_find(s, "", &uid) == 1);
	CHECK(store_anomaly_find(s, "xy", &uid) == 1);
	finish();
}

static int note_event(void *context, const struct store_event *e)
{
	char text[200];
	(void)context;
	snprintf(text, sizeof(text), "%d,%d,%d,%s,%s,%s", (int)e->seq, (int)(e->time_ms - T0), (int)e->run_id,
	         e->event_type, e->uid, e->json);
	return note(text);
}

TEST(events_have_no_gap)
{
	uint64_t seq;
	start();
	GOOD(store_event_next_seq(s, &seq));
	CHECK_U64(seq, 1);
	struct store_event e = {1, T0, 1, "anomaly", "ab", "{1}"};
	GOOD(store_event_put(s, &e));
	GOOD(store_event_next_seq(s, &seq));
	CHECK_U64(seq, 2);
	e = (struct store_event){2, T0 + 5, 1, "run", "", "{2}"};
	GOOD(store_event_put(s, &e));
	GOOD(store_commit(s));
	/* What is rolled back leaves no hole. */
	GOOD(store_begin(s));
	e = (struct store_event){3, T0 + 6, 2, "run", "", "{lost}"};
	GOOD(store_event_put(s, &e));
	store_rollback(s);
	GOOD(store_begin(s));
	e.seq = 4;
	CHECK(store_event_put(s, &e) == STORE_IO);
	store_rollback(s);
	GOOD(store_begin(s));
	e = (struct store_event){3, T0 + 6, 2, "anomaly", "ab", "{3}"};
	GOOD(store_event_put(s, &e));
	reopen();
	GOOD(store_event_each(s, 0, 0, note_event, NULL));
	CHECK_TEXT(take_seen(), "1,0,1,anomaly,ab,{1} 2,5,1,run,,{2} 3,6,2,anomaly,ab,{3}");
	GOOD(store_event_each(s, 1, T0 + 6, note_event, NULL));
	CHECK_TEXT(take_seen(), "3,6,2,anomaly,ab,{3}");
	GOOD(store_event_each(s, UINT64_MAX, 0, note_event, NULL));
	CHECK_TEXT(take_seen(), "");
	GOOD(store_event_last(s, "ab", note_event, NULL));
	CHECK_TEXT(take_seen(), "3,6,2,anomaly,ab,{3}");
	CHECK(store_event_last(s, "cd", note_event, NULL) == 1);
	CHECK(store_event_last(s, "", note_event, NULL) == 1);
	finish();
}

TEST(figures)
{
	struct store_counts n;
	start();
	put_log("one", 2, 10);
	put_certificate("c", "example.org");
	put_place("one", 0, "c", T0);
	put_place("one", 1, "c", T0);
	put_place("one", 5, "c", T0);
	put_evidence("e");
	put_verdict("c", BASIS_NOW, verdict_row("e", "m", VERDICT_INCOMPLETE, T0));
	GOOD(store_count(s, &n));
	CHECK(n.logs == 1 && n.certificates == 1 && n.places == 2 && n.evidence == 1 && n.incomplete == 1);
	CHECK(n.verified == 0 && n.failed == 0 && n.documents == 0 && n.events == 0 && n.anomalies_open == 0);
	finish();
}

/* ---- transactions ---- */

TEST(writes_want_a_transaction)
{
	start();
	CHECK(store_begin(s) == STORE_IO);
	GOOD(store_commit(s));
	CHECK(store_setting_put(s, "a", "b") == STORE_IO);
	CHECK(strstr(store_message(s), "no transaction") && strstr(store_message(s), "state.db"));
	CHECK(store_commit(s) == STORE_IO);
	store_rollback(s);
	store_rollback(s);
	GOOD(store_begin(s));
	finish();
}

TEST(after_a_failure_nothing_can_be_committed)
{
	char value[16];
	start();
	struct store_anomaly bad = {
	        .rule = "r", .severity = "low", .domain = "", .detail = "", .state = (enum anomaly_state)9};
	GOOD(store_setting_put(s, "a", "b"));
	CHECK(store_anomaly_put(s, &bad) == STORE_IO);
	CHECK(store_setting_put(s, "c", "d") == STORE_IO);
	CHECK(store_commit(s) == STORE_IO);
	GOOD(store_begin(s));
	CHECK(store_setting_get(s, "a", value, sizeof(value)) == 1);
	GOOD(store_setting_put(s, "a", "e"));
	finish();
}

static int roll_back_inside(void *context, const struct store_log *log)
{
	(void)context;
	store_rollback(s);
	return note(log->name);
}

/* The same statement inside its own loop, and a rollback there. */
static int look_again(void *context, const struct store_log *log)
{
	(void)context;
	note(log->name);
	return store_log_each(s, same_log, NULL);
}

TEST(loops_may_be_nested_and_rolled_back)
{
	start();
	put_log("one", 1, 1);
	put_log("two", 1, 1);
	GOOD(store_log_each(s, look_again, NULL));
	CHECK_TEXT(take_seen(), "one one two two one two");
	GOOD(store_commit(s));
	GOOD(store_begin(s));
	store_log_each(s, roll_back_inside, NULL);
	take_seen();
	GOOD(store_begin(s));
	GOOD(store_log_each(s, same_log, NULL));
	CHECK_TEXT(take_seen(), "one two");
	finish();
}
