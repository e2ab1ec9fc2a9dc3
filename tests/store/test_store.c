/* The history: settings, runs, logs, certificates, documents, evidence, collateral. */
#include "store/scene.h"

TEST(settings)
{
	char value[64];
	start();
	CHECK(store_setting_get(s, "first_run_completed", value, sizeof(value)) == 1);
	GOOD(store_setting_put(s, "first_run_completed", "1"));
	GOOD(store_setting_put(s, "first_run_completed", "2"));
	reopen();
	GOOD(store_setting_get(s, "first_run_completed", value, sizeof(value)));
	CHECK_TEXT(value, "2");
	CHECK(store_setting_get(s, "first_run_completed", value, 1) == STORE_IO);
	store_rollback(s);
	char uuid[64], again[64];
	GOOD(store_setting_get(s, "uuid", uuid, sizeof(uuid)));
	CHECK(strlen(uuid) == 36 && uuid[14] == '4' && strchr("89ab", uuid[19]) && uuid[8] == '-');
	store_close(s);
	s = open_or_die(STORE_WRITE);
	GOOD(store_setting_get(s, "uuid", again, sizeof(again)));
	CHECK_TEXT(again, uuid);
	GOOD(store_begin(s));
	finish();
}

static int note_run(void *context, const struct store_run *run)
{
	char text[200];
	(void)context;
	snprintf(text, sizeof(text), "%d:%d,%d,%d,%d,%d,%d,%d,%s,%s", (int)run->run_id, (int)(run->started_ms - T0),
	         (int)(run->finished_ms ? run->finished_ms - T0 : 0), (int)(run->at_ms - T0), run->exit_status,
	         (int)run->entries, (int)run->certificates, (int)run->anomalies, run->sandbox, run->version);
	return note(text);
}

TEST(runs)
{
	start();
	struct store_run run = {.started_ms = T0 + 1, .at_ms = T0 + 2, .sandbox = "full", .version = "0.1"};
	GOOD(store_run_start(s, &run));
	CHECK_U64(run.run_id, 1);
	run.finished_ms = T0 + 3;
	run.exit_status = 4;
	run.entries = 5;
	run.certificates = 6;
	run.anomalies = 7;
	GOOD(store_run_finish(s, &run));
	struct store_run second = {.started_ms = T0 + 9, .at_ms = T0 + 9};
	GOOD(store_run_start(s, &second));
	reopen();
	GOOD(store_run_each(s, note_run, NULL));
	CHECK_TEXT(take_seen(), "2:9,0,9,0,0,0,0,, 1:1,3,2,4,5,6,7,full,0.1");
	finish();
}

TEST(logs_change_but_keep_what_they_are)
{
	start();
	struct store_log log = log_row("one");
	log.last_success_ms = T0 + 50;
	GOOD(store_log_put(s, &log));
	reopen();
	CHECK(store_log_get(s, &log.log_id, same_log, &log) == 7);
	struct store_log moved = log;
	moved.name = "uno";
	moved.kind = LOG_RFC6962;
	moved.url = "https://elsewhere.example/";
	moved.state = "";
	moved.operator = NULL;
	moved.listed = false;
	moved.first_seen_ms = T0 + 99;  /* the first one stays */
	moved.last_success_ms = T0 + 4; /* and the later one */
	GOOD(store_log_put(s, &moved));
	reopen();
	moved.operator = "";
	moved.first_seen_ms = log.first_seen_ms;
	moved.last_success_ms = log.last_success_ms;
	CHECK(store_log_get(s, &log.log_id, same_log, &moved) == 7);
	struct sha256 other = hash_of("other");
	CHECK(store_log_get(s, &other, same_log, NULL) == 1);
	struct store_log second = log_row("a log");
	GOOD(store_log_put(s, &second));
	take_seen();
	GOOD(store_log_each(s, same_log, NULL));
	CHECK_TEXT(take_seen(), "a log uno");
	finish();
}

static void same_position(const struct store_position *a, const struct store_position *b)
{
	CHECK(a->started == b->started && a->audited_from == b->audited_from && a->audited_size == b->audited_size);
	CHECK(sha256_equal(&a->audited_root, &b->audited_root) && a->audited_timestamp_ms == b->audited_timestamp_ms);
	CHECK(a->scanned_size == b->scanned_size && a->page_entries == b->page_entries);
	CHECK(a->audited_node_count == b->audited_node_count && a->scanned_node_count == b->scanned_node_count);
	CHECK(memcmp(a->audited_nodes, b->audited_nodes, sizeof(a->audited_nodes)) == 0);
	CHECK(memcmp(a->scanned_nodes, b->scanned_nodes, sizeof(a->scanned_nodes)) == 0);
	CHECK(a->last_success_ms == b->last_success_ms);
}

static int count_unparseable(void *context, const struct store_unparseable *u)
{
	(void)u;
	++*(unsigned *)context;
	return 0;
}

static int count_place(void *context, const struct store_place *p)
{
	(void)p;
	++*(unsigned *)context;
	return 0;
}

TEST(positions_and_rewind)
{
	start();
	struct store_log log = log_row("one");
	struct store_position got, want = position_row(10, 20);
	GOOD(store_log_put(s, &log));
	GOOD(store_position_get(s, &log.log_id, &got));
	CHECK(!got.started && got.audited_size == 0 && got.last_success_ms == 0);
	want.audited_from = 3;
	GOOD(store_position_put(s, &log.log_id, &want));
	reopen();
	GOOD(store_position_get(s, &log.log_id, &got));
	same_position(&got, &want);

	put_certificate("c", "example.org");
	put_place("one", 9, "c", T0);
	put_place("one", 10, "c", T0 + 1);
	put_place("one", 19, "c", T0 + 2);
	struct store_unparseable u = {.log_id = log.log_id, .entry_index = 12, .fault = {FAULT_TAG, 4, "leaf"}};
	GOOD(store_unparseable_put(s, &u));
	u.entry_index = 2;
	GOOD(store_unparseable_put(s, &u));
	GOOD(store_position_rewind(s, &log.log_id));
	reopen();
	want.scanned_size = 10;
	want.scanned_node_count = want.audited_node_count;
	memcpy(want.scanned_nodes, want.audited_nodes, sizeof(want.scanned_nodes));
	GOOD(store_position_get(s, &log.log_id, &got));
	same_position(&got, &want);
	unsigned n = 0;
	GOOD(store_unparseable_each(s, count_unparseable, &n));
	CHECK_U64(n, 1);
	/* What was rewound is gone: with all of it audited only the one below shows. */
	want.audited_size = want.scanned_size = 100;
	GOOD(store_position_put(s, &log.log_id, &want));
	struct sha256 tbs = hash_of("c");
	n = 0;
	GOOD(store_place_each(s, &tbs, count_place, &n));
	CHECK_U64(n, 1);
	finish();
}

TEST(positions_that_cannot_be)
{
	start();
	struct store_log log = log_row("one");
	GOOD(store_log_put(s, &log));
	GOOD(store_commit(s));
	struct store_position behind = position_row(20, 10), huge = position_row(UINT64_C(1) << 63, UINT64_MAX);
	GOOD(store_begin(s));
	CHECK(store_position_put(s, &log.log_id, &behind) == STORE_IO);
	store_rollback(s);
	GOOD(store_begin(s));
	CHECK(store_position_put(s, &log.log_id, &huge) == STORE_IO);
	CHECK(strstr(store_message(s), "2^63") != NULL);
	store_rollback(s);
	/* A position of a log that nobody knows is found out at commit, and nothing of it stays. */
	struct sha256 unknown = hash_of("unknown");
	struct store_position p = position_row(1, 1);
	GOOD(store_begin(s));
	GOOD(store_position_put(s, &unknown, &p));
	CHECK(store_commit(s) == STORE_IO);
	CHECK(strstr(store_message(s), "FOREIGN KEY") != NULL);
	GOOD(store_begin(s));
	GOOD(store_position_get(s, &unknown, &p));
	CHECK(!p.started);
	finish();
}

static int note_head(void *context, const struct store_tree_head *h)
{
	char text[100];
	const struct store_tree_head *want = context;
	snprintf(text, sizeof(text), "%d/%d/%d", (int)h->tree_size, (int)(h->timestamp_ms - T0), (int)h->state);
	if (want && h->tree_size == want->tree_size)
		CHECK(bytes_equal(h->signature, want->signature) && bytes_equal(h->body, want->body) &&
		      sha256_equal(&h->root, &want->root) && h->first_seen_ms == want->first_seen_ms);
	return note(text);
}

TEST(tree_heads)
{
	start();
	struct store_log log = log_row("one");
	GOOD(store_log_put(s, &log));
	struct store_tree_head h = {.log_id = log.log_id,
	                            .root = hash_of("r"),
	                            .tree_size = 30,
	                            .timestamp_ms = T0 + 3,
	                            .first_seen_ms = T0 + 9,
	                            .signature = bytes_of_text("sig"),
	                            .body = bytes_of_text("{\"tree_size\":30}")};
	struct store_tree_head first = h;
	GOOD(store_tree_head_put(s, &h));
	GOOD(store_tree_head_put(s, &h));
	h.state = TREE_HEAD_VERIFIED;
	h.first_seen_ms = T0 + 10;
	GOOD(store_tree_head_put(s, &h));
	h.tree_size = 20;
	h.state = TREE_HEAD_UNUSED;
	GOOD(store_tree_head_put(s, &h));
	h.timestamp_ms = T0 + 1;
	h.state = TREE_HEAD_CONTRADICTED;
	GOOD(store_tree_head_put(s, &h));
	reopen();
	GOOD(store_tree_head_each(s, &log.log_id, note_head, &first));
	CHECK_TEXT(take_seen(), "20/1/2 20/3/3 30/3/1");
	finish();
}

static int same_certificate(void *context, const struct store_certificate *got)
{
	const struct store_certificate *want = context;
	CHECK(sha256_equal(&got->tbs_sha256, &want->tbs_sha256) && sha256_equal(&got->spki_sha256, &want->spki_sha256));
	CHECK(bytes_equal(got->tbs, want->tbs) && got->name_count == want->name_count);
	for (size_t i = 0; i < got->name_count; i++)
		CHECK_TEXT(got->names[i], want->names[i]);
	CHECK_TEXT(got->issuer, want->issuer);
	CHECK_TEXT(got->subject, want->subject);
	CHECK_TEXT(got->serial, want->serial);
	CHECK_TEXT(got->domain, want->domain);
	CHECK_TEXT(got->watch, want->watch);
	CHECK(got->not_before_ms == want->not_before_ms && got->not_after_ms == want->not_after_ms);
	CHECK(got->reasons == want->reasons && got->first_seen_ms == want->first_seen_ms);
	return 7;
}

TEST(certificates)
{
	start();
	char text[5000];
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	struct store_certificate c = certificate_row(text, "example.org"); /* long enough to be compressed */
	CHECK(store_certificate_put(s, &c) == 0);
	CHECK(store_certificate_put(s, &c) == 1);
	reopen();
	CHECK(store_certificate_get(s, &c.tbs_sha256, same_certificate, &c) == 7);
	struct store_certificate again = c;
	again.domain = again.watch = "other.example"; /* the configuration changed */
	again.reasons = 1;
	again.issuer = "CN=Somebody else"; /* and this cannot */
	again.first_seen_ms = T0 + 999;
	CHECK(store_certificate_put(s, &again) == 1);
	reopen();
	again.issuer = c.issuer;
	again.first_seen_ms = c.first_seen_ms;
	CHECK(store_certificate_get(s, &c.tbs_sha256, same_certificate, &again) == 7);
	struct store_certificate nameless = certificate_row("nameless", "");
	nameless.name_count = 0;
	CHECK(store_certificate_put(s, &nameless) == 0);
	CHECK(store_certificate_get(s, &nameless.tbs_sha256, same_certificate, &nameless) == 7);
	struct sha256 none = hash_of("none");
	CHECK(store_certificate_get(s, &none, same_certificate, NULL) == 1);
	CHECK(store_commit(s) == 0);
	GOOD(store_begin(s));
	struct store_certificate wrong = certificate_row("these bytes", "example.org");
	wrong.tbs_sha256 = hash_of("have another hash");
	CHECK(store_certificate_put(s, &wrong) == STORE_IO);
	store_rollback(s);
	GOOD(store_begin(s));
	finish();
}

static int note_place(void *context, const struct store_place *p)
{
	char text[100];
	(void)context;
	snprintf(text, sizeof(text), "%d@%d%s", (int)p->entry_index, (int)(p->timestamp_ms - T0),
	         p->precertificate ? "p" : "");
	CHECK(sha256_equal(&p->tbs_sha256, &(struct sha256){0}) == false);
	return note(text);
}

TEST(places_count_once_audited)
{
	start();
	put_log("one", 10, 30);
	put_log("two", 5, 5);
	put_certificate("c", "example.org");
	put_certificate("d", "example.org");
	put_place("one", 9, "c", T0 + 5);
	put_place("one", 9, "c", T0 + 5);
	put_place("one", 12, "c", T0 + 1); /* scanned, not proven */
	put_place("two", 4, "c", T0 + 3);
	struct sha256 c = hash_of("c"), d = hash_of("d");
	GOOD(store_place_each(s, &c, note_place, NULL));
	CHECK_TEXT(take_seen(), "4@3 9@5p");
	/* A proven place is never written over; one that is not proven yet may be. */
	put_place("one", 9, "d", T0 + 77);
	put_place("one", 12, "d", T0 + 2);
	struct store_position p = position_row(13, 30);
	struct sha256 one = hash_of("one");
	GOOD(store_position_put(s, &one, &p));
	reopen();
	GOOD(store_place_each(s, &c, note_place, NULL));
	CHECK_TEXT(take_seen(), "4@3 9@5p");
	GOOD(store_place_each(s, &d, note_place, NULL));
	CHECK_TEXT(take_seen(), "12@2");
	finish();
}

static int note_tbs(void *context, const struct store_certificate *c)
{
	(void)context;
	char text[64];
	snprintf(text, sizeof(text), "%.*s", (int)c->tbs.n, (const char *)c->tbs.p);
	return note(text);
}

/* Judges each, so writes to the rows that the loop came from. */
static int judge_tbs(void *context, const struct store_certificate *c)
{
	note_tbs(NULL, c);
	GOOD(store_certificate_judged(s, &c->tbs_sha256, *(bool *)context));
	return 0;
}

static void check_due(const char *want)
{
	GOOD(store_certificate_each_due(s, note_tbs, NULL));
	CHECK_TEXT(take_seen(), want);
}

TEST(certificates_are_due_once_audited_and_until_judged)
{
	bool again = true, done = false;
	start();
	put_log("one", 10, 30);
	put_certificate("late", "example.org");
	put_certificate("early", "example.org");
	put_certificate("unproven", "example.org");
	put_certificate("nowhere", "example.org");
	put_place("one", 1, "late", T0 + 20);
	put_place("one", 2, "early", T0 + 10);
	put_place("one", 15, "unproven", T0 + 1);
	check_due("early late");
	GOOD(store_certificate_each_due(s, judge_tbs, &again));
	CHECK_TEXT(take_seen(), "early late");
	reopen();
	GOOD(store_certificate_each_due(s, judge_tbs, &done));
	CHECK_TEXT(take_seen(), "early late");
	check_due("");
	struct sha256 one = hash_of("one");
	struct store_position p = position_row(16, 30);
	GOOD(store_position_put(s, &one, &p));
	check_due("unproven");
	GOOD(store_certificate_each_due(s, judge_tbs, &done));
	GOOD(store_certificate_each(s, note_tbs, NULL));
	CHECK_TEXT(take_seen(), "unproven unproven early late");

	/* An earlier timestamp moves basis logged: due until the place that has it is proven and judged. */
	put_place("one", 3, "late", T0 + 25);
	check_due("");
	put_place("one", 20, "late", T0 + 5);
	check_due("late");
	GOOD(store_certificate_each_due(s, judge_tbs, &done));
	take_seen();
	check_due("late");
	p = position_row(30, 30);
	GOOD(store_position_put(s, &one, &p));
	GOOD(store_certificate_each_due(s, judge_tbs, &done));
	CHECK_TEXT(take_seen(), "late");
	check_due("");
	/* So does another watch. */
	struct store_certificate moved = certificate_row("early", "other.example");
	CHECK(store_certificate_put(s, &moved) == 1);
	check_due("early");
	finish();
}

static int same_unparseable(void *context, const struct store_unparseable *u)
{
	const struct store_unparseable *want = context;
	CHECK(sha256_equal(&u->log_id, &want->log_id) && u->entry_index == want->entry_index);
	CHECK(bytes_equal(u->leaf, want->leaf) && u->maybe_ours == want->maybe_ours && u->crashed == want->crashed);
	CHECK(u->fault.code == want->fault.code && u->fault.offset == want->fault.offset);
	CHECK_TEXT(u->fault.field, want->fault.field);
	CHECK(u->seen_ms == want->seen_ms);
	return 7;
}

TEST(unparseable_entries)
{
	start();
	put_log("one", 10, 10);
	struct store_unparseable u = {.log_id = hash_of("one"),
	                              .entry_index = 3,
	                              .leaf = bytes_of_text("\x01\x02"),
	                              .fault = {FAULT_TRUNCATED, 17, "extensions"},
	                              .maybe_ours = true,
	                              .seen_ms = T0};
	GOOD(store_unparseable_put(s, &u));
	u.crashed = true;
	GOOD(store_unparseable_put(s, &u));
	reopen();
	CHECK(store_unparseable_each(s, same_unparseable, &u) == 7);
	unsigned n = 0;
	GOOD(store_unparseable_each(s, count_unparseable, &n));
	CHECK_U64(n, 1);
	finish();
}

static struct store_document document_row(const char *text)
{
	return (struct store_document){.sha256 = hash_of(text),
	                               .commitment = hash_of("commitment"),
	                               .content = bytes_of_text(text),
	                               .format = "https://example/format/v2",
	                               .source = "file",
	                               .peer = "",
	                               .fetched_ms = T0};
}

static int same_document(void *context, const struct store_document *d)
{
	const struct store_document *want = context;
	CHECK(sha256_equal(&d->sha256, &want->sha256) && sha256_equal(&d->commitment, &want->commitment));
	CHECK(bytes_equal(d->content, want->content) && d->fetched_ms == want->fetched_ms);
	CHECK_TEXT(d->format, want->format);
	CHECK_TEXT(d->source, want->source);
	CHECK_TEXT(d->peer, want->peer);
	return 7;
}

TEST(documents_wake_what_waits_for_them)
{
	bool done = false;
	start();
	put_log("one", 10, 10);
	put_certificate("c", "example.org");
	put_place("one", 1, "c", T0);
	struct sha256 commitment = hash_of("commitment");
	struct store_carrier k = {.tbs_sha256 = hash_of("c"),
	                          .carrier = "tinfoil.hatt",
	                          .scheme = "tinfoil",
	                          .form = "commitment",
	                          .commitment = sha256_bytes(&commitment)};
	GOOD(store_carrier_put(s, &k));
	GOOD(store_certificate_each_due(s, judge_tbs, &done));
	CHECK_TEXT(take_seen(), "c");
	CHECK(store_document_get(s, &commitment, same_document, NULL) == 1);
	check_due("");
	struct store_document d = document_row("{\"format\":\"x\",\"body\":\"y\"}");
	GOOD(store_document_put(s, &d));
	check_due("c");
	GOOD(store_certificate_each_due(s, judge_tbs, &done));
	take_seen();
	GOOD(store_document_put(s, &d)); /* the same again wakes nothing */
	check_due("");
	CHECK(store_document_get(s, &commitment, same_document, &d) == 7);
	/* The facts of a peer are better than none, and are kept. */
	struct store_document fetched = d, later = d;
	fetched.source = "https://app.example.org/";
	fetched.peer = "{\"chain\":[]}";
	fetched.fetched_ms = T0 + 5;
	later.source = "https://elsewhere.example/";
	later.peer = "{\"chain\":[1]}";
	GOOD(store_document_put(s, &fetched));
	GOOD(store_document_put(s, &later));
	reopen();
	CHECK(store_document_get(s, &commitment, same_document, &fetched) == 7);
	finish();
}

static int same_carrier(void *context, const struct store_carrier *got)
{
	const struct store_carrier *want = context;
	note(got->carrier);
	if (!want || strcmp(got->carrier, want->carrier) != 0)
		return 0;
	CHECK(sha256_equal(&got->tbs_sha256, &want->tbs_sha256) && got->kind == want->kind);
	CHECK_TEXT(got->scheme, want->scheme);
	CHECK_TEXT(got->form, want->form);
	CHECK(got->fault.code == want->fault.code && got->fault.offset == want->fault.offset);
	CHECK((got->fault.field == NULL) == (want->fault.field == NULL));
	CHECK(bytes_equal(got->commitment, want->commitment) && bytes_equal(got->hpke_key, want->hpke_key));
	CHECK((got->document_sha256 == NULL) == (want->document_sha256 == NULL));
	CHECK((got->evidence_sha256 == NULL) == (want->evidence_sha256 == NULL));
	if (got->document_sha256 && want->document_sha256)
		CHECK(sha256_equal(got->document_sha256, want->document_sha256));
	if (got->evidence_sha256 && want->evidence_sha256)
		CHECK(sha256_equal(got->evidence_sha256, want->evidence_sha256));
	return 0;
}

static int same_evidence(void *context, const struct store_evidence *got)
{
	const struct store_evidence *want = context;
	CHECK(sha256_equal(&got->sha256, &want->sha256) && got->kind == want->kind);
	CHECK_TEXT(got->format, want->format);
	CHECK(bytes_equal(got->content, want->content));
	return 7;
}

TEST(carriers_and_evidence)
{
	start();
	struct sha256 c = hash_of("c"), hpke = hash_of("hpke"), commitment = hash_of("commitment");
	struct store_document d = document_row("{}");
	struct store_evidence e = {hash_of("report"), EVIDENCE_SNP, "report-v3", bytes_of_text("report and a tail")};
	struct store_carrier full = {c,
	                             "tinfoil.hatt",
	                             "tinfoil",
	                             "commitment",
	                             FAULT_OK,
	                             sha256_bytes(&commitment),
	                             sha256_bytes(&hpke),
	                             &d.sha256,
	                             &e.sha256,
	                             EVIDENCE_SNP};
	struct store_carrier empty = {c,
	                              "tinfoil.hatt",
	                              "tinfoil",
	                              "commitment",
	                              FAULT_OK,
	                              sha256_bytes(&commitment),
	                              sha256_bytes(&hpke),
	                              NULL,
	                              NULL,
	                              EVIDENCE_NONE};
	struct store_carrier broken = {.tbs_sha256 = c,
	                               .carrier = "dstack.quote",
	                               .scheme = "dstack",
	                               .form = "embedded",
	                               .fault = {FAULT_LENGTH, 4, "quote"}};
	GOOD(store_carrier_put(s, &empty)); /* references are checked at commit, so any order will do */
	GOOD(store_carrier_put(s, &full));
	GOOD(store_carrier_put(s, &broken));
	GOOD(store_evidence_put(s, &e.sha256, e.kind, e.format, e.content));
	GOOD(store_evidence_put(s, &e.sha256, e.kind, e.format, e.content));
	GOOD(store_document_put(s, &d));
	put_certificate("c", "example.org");
	reopen();
	GOOD(store_carrier_each(s, &c, same_carrier, &full));
	CHECK_TEXT(take_seen(), "dstack.quote tinfoil.hatt");
	GOOD(store_carrier_each(s, &c, same_carrier, &broken));
	take_seen();
	GOOD(store_carrier_put(s, &empty)); /* replaces */
	GOOD(store_carrier_each(s, &c, same_carrier, &empty));
	CHECK_TEXT(take_seen(), "dstack.quote tinfoil.hatt");
	CHECK(store_evidence_get(s, &e.sha256, same_evidence, &e) == 7);
	CHECK(store_evidence_each(s, same_evidence, &e) == 7);
	CHECK(store_evidence_get(s, &c, same_evidence, &e) == 1);
	finish();
}

static int same_collateral(void *context, const struct store_collateral *got)
{
	const struct store_collateral *want = context;
	CHECK(sha256_equal(&got->sha256, &want->sha256) && bytes_equal(got->content, want->content));
	CHECK_TEXT(got->kind, want->kind);
	CHECK_TEXT(got->vendor, want->vendor);
	CHECK_TEXT(got->source, want->source);
	CHECK_TEXT(got->label, want->label);
	CHECK(got->issued_ms == want->issued_ms && got->next_update_ms == want->next_update_ms);
	CHECK(got->fetched_ms == want->fetched_ms);
	return 7;
}

TEST(collateral_is_archived_once)
{
	start();
	struct store_collateral c = {.sha256 = hash_of("crl"),
	                             .kind = "crl",
	                             .vendor = "amd",
	                             .label = "CRL of ARK-Genoa",
	                             .source = "https://kds.example/vcek/v1/Genoa/crl",
	                             .issued_ms = T0,
	                             .next_update_ms = T0 + 7,
	                             .fetched_ms = T0 + 1,
	                             .content = bytes_of_text("crl")};
	GOOD(store_collateral_put(s, &c));
	c.fetched_ms = T0 + 2; /* looked at again */
	GOOD(store_collateral_put(s, &c));
	struct store_collateral earlier = c;
	earlier.fetched_ms = T0;
	GOOD(store_collateral_put(s, &earlier));
	reopen();
	CHECK(store_collateral_get(s, &c.sha256, same_collateral, &c) == 7);
	CHECK(store_collateral_each(s, same_collateral, &c) == 7);
	struct sha256 none = hash_of("none");
	CHECK(store_collateral_get(s, &none, same_collateral, NULL) == 1);
	finish();
}
