/* history.db: the exact columns and values of its views over a small made-up history, and when it is
 * made anew. */
#include <sys/stat.h>

#include "store/history.h"

static struct store *s;

/* ---- rows ---- */

static void put_log(const char *name, enum log_kind kind, const char *state)
{
	struct store_log log = log_row(name);
	log.kind = kind;
	log.state = state;
	log.operator = kind == LOG_STATIC ? "Example" : "";
	GOOD(store_log_put(s, &log));
}

static void put_head(const char *log, uint64_t size, enum tree_head_state state)
{
	struct store_tree_head h = {.log_id = hash_of(log),
	                            .root = hash_of("root"),
	                            .tree_size = size,
	                            .timestamp_ms = T0 + (int64_t)size,
	                            .first_seen_ms = T0,
	                            .state = state};
	GOOD(store_tree_head_put(s, &h));
}

static void put_certificate(const char *text, const char *domain, int64_t first_seen_ms)
{
	struct store_certificate c = certificate_row(text, domain);
	c.first_seen_ms = first_seen_ms;
	CHECK(store_certificate_put(s, &c) >= 0);
}

static void put_place(uint64_t index, const char *text)
{
	struct store_place p = place_row("one", index, text, T0 + (int64_t)index * 1000);
	GOOD(store_place_put(s, &p));
}

static void put_carrier(const char *tbs, const char *carrier, const char *scheme, const char *form,
                        const char *document, const char *evidence, enum fault_code fault)
{
	struct sha256 d = hash_of(document ? document : ""), e = hash_of(evidence ? evidence : "");
	struct store_carrier c = {.tbs_sha256 = hash_of(tbs),
	                          .carrier = carrier,
	                          .scheme = scheme,
	                          .form = form,
	                          .fault = {fault, 0, NULL},
	                          .document_sha256 = document ? &d : NULL,
	                          .evidence_sha256 = evidence ? &e : NULL,
	                          .kind = evidence ? EVIDENCE_SNP : EVIDENCE_NONE};
	GOOD(store_carrier_put(s, &c));
}

static void put_evidence(const char *name, enum evidence_kind kind)
{
	struct sha256 e = hash_of(name);
	GOOD(store_evidence_put(s, &e, kind, "v1", bytes_of_text(name)));
}

static void put_verdict(const char *tbs, const char *evidence, enum evidence_kind kind, enum verdict_basis basis,
                        enum verdict_result result, int64_t at_ms)
{
	struct verdict *v = memory_alloc(sizeof(*v));
	struct sha256 hash = hash_of(tbs ? tbs : "");
	v->kind = kind;
	v->format = "v1";
	v->sha256 = hash_of(evidence);
	v->at_ms = at_ms;
	v->result = result;
	v->checks[v->check_count++] = (struct verdict_check){"x.signature", CHECK_PASS, "", false};
	if (tbs)
		v->checks[v->check_count++] = (struct verdict_check){"x.binding", CHECK_NOT_CHECKED, "no key", true};
	v->claims[v->claim_count++] =
	        (struct verdict_claim){"tee_attested", CLAIM_ASSERTED, SOURCE_HARDWARE_PROVEN, "all passed"};
	v->claims[v->claim_count++] =
	        (struct verdict_claim){"tcb_up_to_date", CLAIM_UNKNOWN, SOURCE_NONE, "no collateral"};
	v->measurements.v[v->measurements.n++] =
	        (struct verdict_value){"measurement", VALUE_HEX, bytes_of_text(evidence), 0};
	GOOD(store_verdict_put(s, tbs ? &hash : NULL, basis, v, "tinfoil"));
	free(v);
}

static void put_anomaly(const char *uid, const char *rule, const char *domain, bool place, enum anomaly_state state)
{
	struct sha256 tbs = hash_of("A"), log = hash_of("one");
	struct store_anomaly a = {.uid = hash_of(uid),
	                          .rule = rule,
	                          .severity = "high",
	                          .domain = domain,
	                          .detail = "why",
	                          .state = state,
	                          .tbs_sha256 = place ? &tbs : NULL,
	                          .log_id = place ? &log : NULL,
	                          .has_entry = place,
	                          .entry_index = place ? 1 : 0,
	                          .first_seen_ms = T0,
	                          .last_seen_ms = T0 + 1000};
	GOOD(store_anomaly_put(s, &a));
}

static void put_certificates(void)
{
	static const char *const names[] = {"A", "B", "C", "D", "E", "F", "V"};
	for (size_t i = 0; i < 7; i++) {
		put_certificate(names[i], i == 4 ? "" : "example.org", T0 + (int64_t)i * 60000);
		put_place(i == 6 ? 11 : i + 2, names[i]); /* V stands past what is audited */
	}
	put_place(1, "A");
	put_place(12, "A");
	put_carrier("A", "tinfoil.hatt", "tinfoil", "commitment", "doc", "e1", FAULT_NONE);
	put_carrier("B", "tinfoil.hatt", "tinfoil", "commitment", "doc", "e1", FAULT_NONE);
	put_carrier("C", "tinfoil.hatt", "tinfoil", "commitment", NULL, NULL, FAULT_NONE);
	put_carrier("D", "dstack.quote", "dstack", "embedded", NULL, NULL, FAULT_LENGTH);
	put_carrier("F", "tinfoil.hpke", "tinfoil", "key-only", NULL, NULL, FAULT_NONE);
	struct store_document d = {.sha256 = hash_of("doc"),
	                           .commitment = hash_of("commitment"),
	                           .content = bytes_of_text("doc"),
	                           .format = "f",
	                           .source = "file",
	                           .fetched_ms = T0};
	GOOD(store_document_put(s, &d));
}

static void put_verdicts(void)
{
	put_evidence("e1", EVIDENCE_SNP);
	put_evidence("gpu", EVIDENCE_NVGPU);
	put_evidence("alone", EVIDENCE_TDX);
	put_verdict("A", "e1", EVIDENCE_SNP, BASIS_LOGGED, VERDICT_VERIFIED, T0 + 1000);
	put_verdict("A", "e1", EVIDENCE_SNP, BASIS_NOW, VERDICT_FAILED, T0 + 90000);
	put_verdict("B", "e1", EVIDENCE_SNP, BASIS_LOGGED, VERDICT_VERIFIED, T0 + 3000);
	put_verdict("B", "e1", EVIDENCE_SNP, BASIS_NOW, VERDICT_VERIFIED, T0 + 80000);
	put_verdict("B", "gpu", EVIDENCE_NVGPU, BASIS_LOGGED, VERDICT_INCOMPLETE, T0 + 3000);
	put_verdict(NULL, "alone", EVIDENCE_TDX, BASIS_NOW, VERDICT_INCOMPLETE, T0 + 70000);
}

static void put_history(void)
{
	struct store_position p = position_row(10, 20);
	struct sha256 one = hash_of("one");
	struct store_collateral c = {.sha256 = hash_of("crl"),
	                             .kind = "crl",
	                             .vendor = "amd",
	                             .label = "",
	                             .source = "https://kds.example/crl",
	                             .next_update_ms = T0 + 86400000,
	                             .fetched_ms = T0 + 1,
	                             .content = bytes_of_text("crl")};
	struct store_run run = {.started_ms = T0, .at_ms = T0, .sandbox = "full", .version = "0.1.0"}, second = run;
	GOOD(store_begin(s));
	put_log("one", LOG_STATIC, "usable");
	put_log("two", LOG_RFC6962, "");
	p.audited_from = 1;
	GOOD(store_position_put(s, &one, &p));
	put_head("one", 10, TREE_HEAD_VERIFIED);
	put_head("one", 12, TREE_HEAD_PENDING);
	put_head("one", 99, TREE_HEAD_CONTRADICTED);
	put_certificates();
	put_verdicts();
	put_anomaly("n1", "evidence_invalid", "example.org", true, ANOMALY_NEW);
	put_anomaly("n2", "log_stale", "", false, ANOMALY_CLEARED);
	GOOD(store_collateral_put(s, &c));
	GOOD(store_run_start(s, &run));
	run.finished_ms = T0 + 1500;
	run.entries = 10;
	run.certificates = 7;
	run.anomalies = 1;
	run.exit_status = 4;
	GOOD(store_run_finish(s, &run));
	GOOD(store_run_start(s, &second));
	GOOD(store_commit(s));
}

/* ---- looking ---- */

/* The text with every hash that the rows have replaced by <its name>. */
static const char *named(const char *text)
{
	static const char *const names[] = {"A",    "B",   "C",  "D",   "E",     "F",   "V",   "one", "two",
	                                    "root", "key", "e1", "gpu", "alone", "doc", "crl", "n1",  "n2"};
	static struct buffer out;
	buffer_release(&out);
	buffer_init(&out, 1 << 20);
	while (*text) {
		char hex[2 * SHA256_BYTES + 1];
		size_t i;
		for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
			struct sha256 h = hash_of(names[i]);
			hex_encode(sha256_bytes(&h), hex);
			if (strncmp(text, hex, 2 * SHA256_BYTES) == 0)
				break;
		}
		if (i < sizeof(names) / sizeof(names[0])) {
			buffer_printf(&out, "<%s>", names[i]);
			text += 2 * SHA256_BYTES;
		} else {
			buffer_put_u8(&out, (uint8_t)*text++);
		}
	}
	return buffer_text(&out);
}

static void check_view(const char *query, const char *want)
{
	const char *got = named(rows_of(in_directory("history.db"), query));
	CHECK_THAT(strcmp(got, want) == 0, "%s gives\n%sand not\n%s", query, got, want);
}

static void check_columns(const char *view, const char *want)
{
	char query[200];
	snprintf(query, sizeof(query), "SELECT group_concat(name, ', ') FROM pragma_table_info('%s')", view);
	const char *got = rows_of(in_directory("history.db"), query);
	CHECK_THAT(strlen(got) == strlen(want) + 1 && strncmp(got, want, strlen(want)) == 0, "%s has %s", view, got);
}

static void start(void)
{
	directory_make();
	s = open_or_die(STORE_WRITE);
	put_history();
	GOOD(store_publish(s, NULL));
}

static void finish(void)
{
	store_close(s);
	directory_drop();
}

TEST(views_have_their_columns)
{
	start();
	check_columns("v_log", "log_id, name, operator, kind, url, tree_size, audited_from, audited_size, root_hash,"
	                       " last_success, state");
	check_columns("v_certificate", "tbs_sha256, spki_sha256, issuer, serial, not_before, not_after, names, domain,"
	                               " log, entry_index, logged_at, scheme, evidence_kind, evidence_sha256, result");
	check_columns("v_evidence",
	              "tbs_sha256, evidence_sha256, document_sha256, kind, carrier, scheme, basis, result,"
	              " at");
	check_columns("v_claim", "tbs_sha256, evidence_sha256, basis, claim, status, source, reason, at");
	check_columns("v_check", "tbs_sha256, evidence_sha256, basis, check_id, result, detail, at");
	check_columns("v_measurement", "domain, kind, register, value, first_seen, last_seen, certificates");
	check_columns("v_anomaly", "uid, rule, severity, state, domain, tbs_sha256, log, entry_index, first_seen,"
	                           " last_seen, detail");
	check_columns("v_collateral", "sha256, kind, issued, next_update, fetched, source");
	check_columns("v_run", "run_id, started, finished, exit_status, entries, certificates, anomalies, sandbox,"
	                       " version");
	check_view("SELECT count(*) FROM sqlite_schema WHERE type = 'view'", "9\n");
	check_view("PRAGMA journal_mode", "delete\n");
	check_view("PRAGMA integrity_check", "ok\n");
	finish();
}

TEST(v_log_and_v_run)
{
	start();
	check_view("SELECT * FROM v_log ORDER BY name",
	           "<one>|one|Example|static|https://log.example/|12|1|10|<root>|2026-01-01T00:00:00.002Z|usable\n"
	           "<two>|two|-|rfc6962|https://log.example/|0|-|-|-|-|-\n");
	check_view("SELECT * FROM v_run ORDER BY run_id",
	           "1|2026-01-01T00:00:00Z|2026-01-01T00:00:01.500Z|4|10|7|1|full|0.1.0\n"
	           "2|2026-01-01T00:00:00Z|-|-|0|0|0|full|0.1.0\n");
	finish();
}

TEST(v_certificate)
{
#define SAME                                                                                                           \
	"|<key>|CN=Example CA|01ff|2026-01-01T00:00:00Z|2026-01-02T00:00:00Z|"                                         \
	"app.example.org *.example.org a.example.net|"
	start();
	check_view("SELECT * FROM v_certificate ORDER BY log, entry_index",
	           "<A>" SAME "example.org|<one>|1|2026-01-01T00:00:01Z|tinfoil|snp|<e1>|verified\n"
	           "<A>" SAME "example.org|<one>|2|2026-01-01T00:00:02Z|tinfoil|snp|<e1>|verified\n"
	           "<B>" SAME "example.org|<one>|3|2026-01-01T00:00:03Z|tinfoil|snp|<e1>|incomplete\n"
	           "<C>" SAME "example.org|<one>|4|2026-01-01T00:00:04Z|tinfoil|-|-|incomplete\n"
	           "<D>" SAME "example.org|<one>|5|2026-01-01T00:00:05Z|dstack|-|-|failed\n"
	           "<E>" SAME "-|<one>|6|2026-01-01T00:00:06Z|-|-|-|-\n"
	           "<F>" SAME "example.org|<one>|7|2026-01-01T00:00:07Z|tinfoil|-|-|-\n");
	check_view("SELECT count(*), count(DISTINCT tbs_sha256) FROM name WHERE name = '*.example.org'", "6|6\n");
	finish();
}

TEST(v_evidence)
{
	start();
	check_view("SELECT e.* FROM v_evidence e LEFT JOIN (SELECT tbs_sha256, min(entry_index) AS i FROM v_certificate"
	           " GROUP BY 1) c USING (tbs_sha256) ORDER BY i, e.evidence_sha256 IS NULL, e.kind DESC, basis",
	           "-|<alone>|-|tdx|-|tinfoil|now|incomplete|2026-01-01T00:01:10Z\n"
	           "<A>|<e1>|<doc>|snp|tinfoil.hatt|tinfoil|logged|verified|2026-01-01T00:00:01Z\n"
	           "<A>|<e1>|<doc>|snp|tinfoil.hatt|tinfoil|now|failed|2026-01-01T00:01:30Z\n"
	           "<B>|<e1>|<doc>|snp|tinfoil.hatt|tinfoil|logged|verified|2026-01-01T00:00:03Z\n"
	           "<B>|<e1>|<doc>|snp|tinfoil.hatt|tinfoil|now|verified|2026-01-01T00:01:20Z\n"
	           "<B>|<gpu>|-|nvgpu|-|tinfoil|logged|incomplete|2026-01-01T00:00:03Z\n"
	           "<C>|-|-|-|tinfoil.hatt|tinfoil|logged|incomplete|-\n"
	           "<C>|-|-|-|tinfoil.hatt|tinfoil|now|incomplete|-\n"
	           "<D>|-|-|-|dstack.quote|dstack|logged|failed|-\n"
	           "<D>|-|-|-|dstack.quote|dstack|now|failed|-\n");
	finish();
}

TEST(v_check_and_v_claim)
{
	start();
	/* Binding checks by certificate; the others by evidence: once for each time on basis logged, the newest now. */
	check_view("SELECT c.* FROM v_check c JOIN (SELECT DISTINCT evidence_sha256, kind FROM v_evidence) e"
	           " USING (evidence_sha256) ORDER BY e.kind, basis, check_id, at",
	           "<B>|<gpu>|logged|x.binding|not_checked|no key|2026-01-01T00:00:03Z\n"
	           "-|<gpu>|logged|x.signature|pass||2026-01-01T00:00:03Z\n"
	           "<A>|<e1>|logged|x.binding|not_checked|no key|2026-01-01T00:00:01Z\n"
	           "<B>|<e1>|logged|x.binding|not_checked|no key|2026-01-01T00:00:03Z\n"
	           "-|<e1>|logged|x.signature|pass||2026-01-01T00:00:01Z\n"
	           "-|<e1>|logged|x.signature|pass||2026-01-01T00:00:03Z\n"
	           "<B>|<e1>|now|x.binding|not_checked|no key|2026-01-01T00:01:20Z\n"
	           "<A>|<e1>|now|x.binding|not_checked|no key|2026-01-01T00:01:30Z\n"
	           "-|<e1>|now|x.signature|pass||2026-01-01T00:01:30Z\n"
	           "-|<alone>|now|x.signature|pass||2026-01-01T00:01:10Z\n");
	check_view("SELECT c.* FROM v_claim c JOIN (SELECT DISTINCT evidence_sha256, kind FROM v_evidence) e"
	           " USING (evidence_sha256) WHERE basis = 'now' ORDER BY e.kind, claim, at",
	           "-|<e1>|now|tcb_up_to_date|unknown|-|no collateral|2026-01-01T00:01:30Z\n"
	           "<B>|<e1>|now|tee_attested|asserted|hardware_proven|all passed|2026-01-01T00:01:20Z\n"
	           "<A>|<e1>|now|tee_attested|asserted|hardware_proven|all passed|2026-01-01T00:01:30Z\n"
	           "-|<alone>|now|tcb_up_to_date|unknown|-|no collateral|2026-01-01T00:01:10Z\n"
	           "-|<alone>|now|tee_attested|asserted|hardware_proven|all passed|2026-01-01T00:01:10Z\n");
	finish();
}

TEST(the_other_views)
{
	start();
	check_view("SELECT * FROM v_measurement ORDER BY kind",
	           "example.org|nvgpu|measurement|677075|2026-01-01T00:01:00Z|2026-01-01T00:01:00Z|1\n"
	           "example.org|snp|measurement|6531|2026-01-01T00:00:00Z|2026-01-01T00:01:00Z|2\n");
	check_view(
	        "SELECT * FROM v_anomaly ORDER BY rule",
	        "<n1>|evidence_invalid|high|new|example.org|<A>|<one>|1|2026-01-01T00:00:00Z|2026-01-01T00:00:01Z|why\n"
	        "<n2>|log_stale|high|cleared|-|-|-|-|2026-01-01T00:00:00Z|2026-01-01T00:00:01Z|why\n");
	check_view("SELECT * FROM v_collateral", "<crl>|crl|-|2026-01-02T00:00:00Z|2026-01-01T00:00:00.001Z|"
	                                         "https://kds.example/crl\n");
	check_view("SELECT length(value) FROM about ORDER BY name", "18\n36\n");
	finish();
}

/* ---- when it is made anew ---- */

static struct stat history_stat(void)
{
	struct stat st = {0};
	CHECK(stat(in_directory("history.db"), &st) == 0);
	return st;
}

/* Was history.db made anew by this publication? */
static bool published(void)
{
	struct stat before = history_stat();
	/* Held open, so that the new file cannot get the old one's number. */
	FILE *held = fopen(in_directory("history.db"), "rb");
	GOOD(store_publish(s, NULL));
	fclose(held);
	return history_stat().st_ino != before.st_ino;
}

TEST(the_same_crawl_again_leaves_it_alone)
{
	start();
	CHECK(!published());
	put_history(); /* every row again, and two more runs */
	CHECK(!published());
	store_close(s);
	s = open_or_die(STORE_WRITE);
	CHECK(!published());
	check_view("SELECT count(*) FROM v_run", "2\n");
	finish();
}

TEST(looking_again_is_no_change)
{
	start();
	struct store_log log = log_row("one");
	struct store_position p = position_row(10, 25);
	p.audited_from = 1;
	log.last_success_ms = p.last_success_ms = T0 + 500000;
	GOOD(store_begin(s));
	GOOD(store_log_put(s, &log));
	GOOD(store_position_put(s, &log.log_id, &p));
	struct store_tree_head h = {.log_id = log.log_id,
	                            .root = hash_of("root"),
	                            .tree_size = 12,
	                            .timestamp_ms = T0 + 500000,
	                            .first_seen_ms = T0}; /* signed anew, and no larger */
	GOOD(store_tree_head_put(s, &h));
	put_verdict("A", "e1", EVIDENCE_SNP, BASIS_NOW, VERDICT_FAILED, T0 + 500000);
	struct store_event e = {1, T0, 1, "run", "", "{}"};
	GOOD(store_event_put(s, &e));
	GOOD(store_setting_put(s, "log_list", "{}"));
	GOOD(store_commit(s));
	CHECK(!published());
	/* It comes along with the next change. */
	GOOD(store_begin(s));
	put_head("one", 13, TREE_HEAD_PENDING);
	GOOD(store_commit(s));
	CHECK(published());
	check_view("SELECT tree_size, last_success FROM v_log WHERE name = 'one'", "13|2026-01-01T00:08:20Z\n");
	check_view(
	        "SELECT at FROM v_evidence WHERE basis = 'now' AND result = 'failed' AND evidence_sha256 IS NOT NULL",
	        "2026-01-01T00:08:20Z\n");
	finish();
}

static bool changes(void (*put)(void))
{
	GOOD(store_begin(s));
	put();
	GOOD(store_commit(s));
	bool made = published();
	CHECK(!published());
	return made;
}

static void more_audited(void)
{
	struct store_position p = position_row(12, 20);
	struct sha256 one = hash_of("one");
	GOOD(store_position_put(s, &one, &p));
}

static void other_verdict(void)
{
	put_verdict("A", "e1", EVIDENCE_SNP, BASIS_NOW, VERDICT_VERIFIED, T0 + 90000);
}

static void other_time_of_logging(void)
{
	put_verdict("A", "e1", EVIDENCE_SNP, BASIS_LOGGED, VERDICT_VERIFIED, T0 + 999);
}

static void other_state(void)
{
	put_anomaly("n1", "evidence_invalid", "example.org", true, ANOMALY_ONGOING);
}

static void other_domain(void)
{
	put_certificate("B", "moved.example", T0);
}

static void other_carrier(void)
{
	put_carrier("C", "tinfoil.hatt", "tinfoil", "commitment", "doc", "e1", FAULT_NONE);
}

static void log_retired(void)
{
	put_log("one", LOG_STATIC, "retired");
}

TEST(every_change_is_published_once)
{
	start();
	CHECK(changes(more_audited));
	check_view("SELECT count(*) FROM v_certificate", "8\n");
	CHECK(changes(other_verdict));
	CHECK(changes(other_time_of_logging));
	CHECK(changes(other_state));
	CHECK(changes(other_domain));
	CHECK(changes(other_carrier));
	CHECK(changes(log_retired));
	check_view("SELECT state FROM v_log WHERE name = 'one'", "retired\n");
	/* What was rolled back is no change. */
	GOOD(store_begin(s));
	put_log("one", LOG_STATIC, "usable");
	store_rollback(s);
	CHECK(!published());
	/* A copy that somebody took away comes back. */
	remove(in_directory("history.db"));
	GOOD(store_publish(s, NULL));
	check_view("SELECT count(*) FROM v_log", "2\n");
	finish();
}

TEST(published_elsewhere)
{
	char path[1200];
	start();
	snprintf(path, sizeof(path), "%s %%41?copy#1.db", directory);
	struct stat before = history_stat();
	GOOD(store_publish(s, path));
	CHECK_TEXT(rows_of(path, "SELECT count(*) FROM v_certificate"), "7\n");
	GOOD(store_publish(s, path)); /* always */
	CHECK(history_stat().st_ino == before.st_ino);
	snprintf(path, sizeof(path), "%s/no/such/directory.db", directory);
	CHECK(store_publish(s, path) == STORE_IO);
	CHECK(strstr(store_message(s), path) != NULL);
	GOOD(store_begin(s));
	CHECK(store_publish(s, NULL) == STORE_IO);
	store_rollback(s);
	finish();
}

TEST(a_reader_of_the_old_copy_is_not_disturbed)
{
	start();
	sqlite3 *db;
	sqlite3_stmt *stmt;
	CHECK(sqlite3_open_v2(in_directory("history.db"), &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK);
	CHECK(sqlite3_prepare_v2(db, "SELECT state FROM v_log WHERE name = 'one'", -1, &stmt, NULL) == SQLITE_OK);
	CHECK(changes(log_retired));
	CHECK(sqlite3_step(stmt) == SQLITE_ROW);
	CHECK_TEXT((const char *)sqlite3_column_text(stmt, 0), "usable");
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	finish();
}
