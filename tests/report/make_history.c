/*
 * make_history DIRECTORY rich|hostile|large|empty: a history to draw, made with the calls of the store. rich: nine
 * domains over five months with rotations, a rollback, anomalies and logs that lag. hostile: the same kinds of rows
 * with names that would like to be markup. large: more of everything than one page can show.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/policy.h"
#include "store/store.h"

#define DAY_MS INT64_C(86400000)
#define T0 INT64_C(1767225600000) /* 2026-01-01T00:00:00Z */
enum { DAYS = 150 };

static struct store *s;
static struct sha256 log_ids[512];
static uint64_t next_index = 10;
static unsigned serial;

static void must(int rc)
{
	if (rc < 0) {
		fprintf(stderr, "make_history: %d: %s\n", rc, s ? store_message(s) : store_open_message());
		exit(1);
	}
}

static struct sha256 hash_of(const char *text)
{
	return hash_sha256(bytes_of_text(text));
}

/* ---- logs ---- */

static void put_log(size_t i, const char *name, const char *state, uint64_t size, uint64_t lag, int64_t days)
{
	struct store_log log = {.log_id = hash_of(name), .kind = i % 2 ? LOG_RFC6962 : LOG_STATIC, .name = name,
	                        .operator = "Example", .url = "https://log.example/", .submission_url = "https://log.example/",
	                        .key = bytes_of_text("key"), .mmd_s = 86400, .state = state, .first_seen_ms = T0, .listed = true};
	struct store_position p = {.started = days > 0, .audited_from = size / 3, .audited_size = size - lag,
	                           .scanned_size = size - lag, .audited_root = hash_of("root"),
	                           .last_success_ms = T0 + DAYS * DAY_MS};
	log_ids[i] = log.log_id;
	must(store_log_put(s, &log));
	must(store_position_put(s, &log.log_id, &p));
	for (int64_t d = 0; d < days; d++) {
		int64_t day = DAYS - days + d + 1;
		uint64_t tree = size - (uint64_t)(days - 1 - d) * (size / 400);
		uint64_t behind = lag > 0 ? lag * (uint64_t)(days - d) / 2 : d % 17 == 5 ? size / 5000 : 0;
		if ((d + (int64_t)i) % 23 == 11)
			continue; /* a night without a run */
		behind = d == days - 1 ? lag : behind < tree ? behind : tree;
		struct store_progress row = {.log_id = log.log_id, .run_id = d + 1, .at_ms = T0 + day * DAY_MS + 3 * 3600000,
		                             .entries = size / 400, .duration_ms = 60000, .tree_size = tree,
		                             .audited_size = tree - behind};
		must(store_progress_put(s, &row));
	}
}

/* ---- certificates and their evidence ---- */

struct enclave {
	const char *domain, *name, *key, *release;
	enum evidence_kind kind;
	int64_t logged_ms;
	enum verdict_result result;
	enum claim_status tcb;
};

static void put_verdict(const struct enclave *e, const struct sha256 *tbs, const char *evidence)
{
	struct verdict *v = memory_alloc(sizeof(*v));
	uint8_t launch[SHA384_BYTES], runtime[SHA384_BYTES];
	char text[128];
	hash_sha384(bytes_of_text(e->release), launch);
	snprintf(text, sizeof(text), "rtmr3 %s", e->release);
	hash_sha384(bytes_of_text(text), runtime);
	v->kind = e->kind;
	v->format = e->kind == EVIDENCE_TDX ? "quote-v4" : "report-v3";
	v->sha256 = hash_of(evidence);
	v->at_ms = e->logged_ms;
	v->result = e->result;
	v->checks[v->check_count++] = (struct verdict_check){"snp.report_signature", e->result == VERDICT_FAILED ? CHECK_FAIL : CHECK_PASS, "", false};
	v->claims[v->claim_count++] = (struct verdict_claim){"tcb_up_to_date", e->tcb, SOURCE_NONE, "made up"};
	if (e->kind == EVIDENCE_TDX)
		v->measurements.v[v->measurements.n++] = (struct verdict_value){"rtmr3", VALUE_HEX, {runtime, sizeof(runtime)}, 0};
	v->measurements.v[v->measurements.n++] =
	        (struct verdict_value){e->kind == EVIDENCE_TDX ? "mrtd" : "measurement", VALUE_HEX, {launch, sizeof(launch)}, 0};
	must(store_evidence_put(s, &v->sha256, e->kind, v->format, bytes_of_text(evidence)));
	must(store_verdict_put(s, tbs, BASIS_LOGGED, v, "tinfoil"));
	must(store_verdict_put(s, tbs, BASIS_NOW, v, "tinfoil"));
	free(v);
}

static struct sha256 put_certificate(const struct enclave *e, bool evidence)
{
	char text[64];
	const char *const names[] = {e->name};
	snprintf(text, sizeof(text), "certificate %u", ++serial);
	struct store_certificate c = {.tbs_sha256 = hash_of(text), .spki_sha256 = hash_of(e->key), .tbs = bytes_of_text(text),
	                              .issuer = "CN=Example CA", .subject = "", .serial = "01", .not_before_ms = e->logged_ms,
	                              .not_after_ms = e->logged_ms + 45 * DAY_MS, .names = names, .name_count = 1,
	                              .domain = e->domain, .watch = e->domain, .reasons = 1, .first_seen_ms = e->logged_ms};
	must(store_certificate_put(s, &c));
	struct store_place p = {log_ids[0], c.tbs_sha256, hash_of(text), next_index++, e->logged_ms, false};
	must(store_place_put(s, &p));
	snprintf(text, sizeof(text), "evidence %u", serial);
	if (evidence)
		put_verdict(e, &c.tbs_sha256, text);
	return c.tbs_sha256;
}

static void put_anomaly(const char *rule, const char *domain, const char *detail, enum anomaly_state state, int64_t at_ms,
                        const struct sha256 *tbs, const struct sha256 *log)
{
	const struct anomaly_rule *r = anomaly_rule_find(rule);
	char uid[64];
	snprintf(uid, sizeof(uid), "anomaly %u", ++serial);
	struct store_anomaly a = {.uid = hash_of(uid), .rule = rule, .severity = r ? severity_name(r->severity) : "high", .domain = domain,
	                          .detail = detail, .state = state, .tbs_sha256 = tbs, .log_id = log, .has_entry = tbs != NULL,
	                          .entry_index = tbs ? next_index - 1 : 0, .first_seen_ms = at_ms, .last_seen_ms = at_ms};
	must(store_anomaly_put(s, &a));
}

/* Certificates every `every` days, with a new release at each of the turns. */
static void put_domain(const char *domain, enum evidence_kind kind, int64_t every, const int64_t *turns, size_t turn_count)
{
	char name[300], key[300], release[300];
	for (int64_t day = 3; day < DAYS - 1; day += every) {
		size_t r = 0;
		while (r < turn_count && day >= turns[r])
			r++;
		snprintf(name, sizeof(name), "app.%s", domain);
		snprintf(key, sizeof(key), "%s %d", domain, (int)day);
		snprintf(release, sizeof(release), "%s %zu", domain, r);
		struct enclave e = {domain, name, key, release, kind, T0 + day * DAY_MS + 4 * 3600000, VERDICT_VERIFIED,
		                    day > 100 && day % 3 == 0 ? CLAIM_REFUTED : day % 7 == 0 ? CLAIM_UNKNOWN : CLAIM_ASSERTED};
		e.result = kind == EVIDENCE_TDX ? VERDICT_INCOMPLETE : VERDICT_VERIFIED;
		put_certificate(&e, true);
	}
}

static void make_rich(void)
{
	static const int64_t monthly[] = {31, 62, 92, 121}, twice[] = {70, 110}, none[] = {0};
	static const char *const logs[] = {"sparrow2026h1", "wyvern2026h1", "halloween2026h1", "arche2026h1", "mammoth2026h1b"};
	for (size_t i = 0; i < 5; i++)
		put_log(i, logs[i], i == 4 ? "readonly" : "usable", 812345678 + i * 91234567, i == 2 ? 41234567 : i == 3 ? 91234 : 0,
		        i == 3 ? 20 : 58);
	put_log(5, "raccoon2026h2", "qualified", 0, 0, 0);
	put_domain("inference.example.com", EVIDENCE_SNP, 4, monthly, 4);
	put_domain("router.example.com", EVIDENCE_SNP, 9, twice, 2);
	put_domain("chat.example.org", EVIDENCE_TDX, 6, twice, 2);
	put_domain("vault.example.net", EVIDENCE_SNP, 14, none, 0);
	struct enclave forged = {"inference.example.com", "app.inference.example.com", "forged", "something else", EVIDENCE_SNP,
	                         T0 + 141 * DAY_MS, VERDICT_FAILED, CLAIM_UNKNOWN};
	struct sha256 tbs = put_certificate(&forged, true);
	put_anomaly("evidence_invalid", "inference.example.com", "snp.report_signature: the signature does not match the VCEK's key", ANOMALY_NEW,
	            T0 + 142 * DAY_MS, &tbs, &log_ids[0]);
	struct enclave old = {"router.example.com", "app.router.example.com", "router.example.com back", "router.example.com 0",
	                      EVIDENCE_SNP, T0 + 133 * DAY_MS, VERDICT_VERIFIED, CLAIM_REFUTED};
	tbs = put_certificate(&old, true);
	put_anomaly("measurement_rollback", "router.example.com", "measurement 3f1c… was replaced on 2026-03-12 and is back", ANOMALY_ONGOING,
	            T0 + 134 * DAY_MS, &tbs, &log_ids[0]);
	struct enclave shared = {"vault.example.net", "app.vault.example.net", "shared key", "vault.example.net 0", EVIDENCE_SNP,
	                         T0 + 120 * DAY_MS, VERDICT_VERIFIED, CLAIM_ASSERTED};
	put_certificate(&shared, true);
	shared.domain = "router.example.com";
	shared.release = "router.example.com 2";
	shared.logged_ms += 2 * DAY_MS;
	tbs = put_certificate(&shared, true);
	put_anomaly("unexpected_key", "router.example.com", "the key stands for vault.example.net too", ANOMALY_ONGOING, T0 + 123 * DAY_MS,
	            &tbs, &log_ids[0]);
	struct enclave plain = {"status.example.com", "status.example.com", "plain", "", EVIDENCE_SNP, T0 + 88 * DAY_MS, VERDICT_FAILED,
	                        CLAIM_UNKNOWN};
	tbs = put_certificate(&plain, false);
	put_anomaly("unattested_certificate", "status.example.com", "no carrier of evidence in CN=Example CA, serial 01", ANOMALY_ONGOING,
	            T0 + 89 * DAY_MS, &tbs, &log_ids[0]);
	put_anomaly("unexpected_measurement", "inference.example.com", "measurement 9a7b… is new for this domain", ANOMALY_ACKNOWLEDGED,
	            T0 + 63 * DAY_MS, NULL, NULL);
	put_anomaly("tcb_out_of_date", "chat.example.org", "bl_spl 3 is below 4 (AMD-SB-3019)", ANOMALY_NEW, T0 + 149 * DAY_MS, NULL, NULL);
	put_anomaly("log_stale", "", "halloween2026h1: the newest tree head is 31 h old", ANOMALY_CLEARED, T0 + 100 * DAY_MS, NULL, &log_ids[2]);
}

/* ---- names that would like to be more than names ---- */

static void make_hostile(void)
{
	static const char *const names[] = {
		"<script>document.title='owned'</script>", "\"><img src=http://127.0.0.1:1/x onerror=alert(1)>",
		"'onmouseover='alert(1)", "</title></style></svg></section><h1 id=owned>owned</h1>", "&lt;b&gt;&#x3c;script&#x3e;",
		"]]><!--", "\xe2\x80\xae" "gro.elpmaxe", "caf\xc3\xa9.example", "bad\xff\xfe utf8", "{{7*7}}${7*7}", "line\nbreak\ttab\x1b[31m"};
	static const int64_t turns[] = {50};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		put_log(i, names[i], names[i % 2], 100000, 7, 20);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		put_domain(names[i], EVIDENCE_SNP, 30, turns, 1);
		put_anomaly("evidence_invalid", names[i], names[(i + 1) % 11], ANOMALY_NEW, T0 + DAY_MS, NULL, &log_ids[0]);
		put_anomaly(names[i], names[i], names[i], ANOMALY_NEW, T0 + DAY_MS, NULL, NULL);
	}
}

static void make_large(void)
{
	char name[320], detail[4200], key[32], release[64];
	memset(detail, '<', sizeof(detail) - 1);
	detail[sizeof(detail) - 1] = 0;
	for (size_t i = 0; i < 500; i++) {
		snprintf(name, sizeof(name), "log-%zu-%.*s", i, 200, detail);
		put_log(i, name, "usable", 1000000000 + i, i % 3 * 1000, 60);
	}
	for (int d = 0; d < 120; d++) {
		snprintf(name, sizeof(name), "%.*s-%d.example", 230, detail, d);
		for (int i = 0; i < 60; i++) {
			snprintf(key, sizeof(key), "key %d", d % 5 == 0 ? i : d * 1000 + i);
			snprintf(release, sizeof(release), "release %d %d", d, i);
			struct enclave e = {name, name, key, release, i % 2 ? EVIDENCE_TDX : EVIDENCE_SNP, T0 + (i * 2 + d % 9) * DAY_MS,
			                    i % 11 ? VERDICT_VERIFIED : VERDICT_FAILED, (enum claim_status)(i % 3)};
			put_certificate(&e, true);
		}
	}
	for (int i = 0; i < 20000; i++) {
		snprintf(name, sizeof(name), "%.*s-%d.example", 230, detail, i % 120);
		put_anomaly(anomaly_rules[(size_t)i % anomaly_rule_count].id, name, detail, i % 7 ? ANOMALY_ONGOING : ANOMALY_CLEARED,
		            T0 + i % DAYS * DAY_MS, NULL, NULL);
	}
}

int main(int argc, char **argv)
{
	struct store_run run = {.started_ms = T0 + DAYS * DAY_MS, .at_ms = T0 + DAYS * DAY_MS, .sandbox = "none", .version = "test"};
	static const struct {
		const char *name;
		void (*make)(void);
	} kinds[] = {{"rich", make_rich}, {"hostile", make_hostile}, {"large", make_large}};
	if (argc != 3) {
		fprintf(stderr, "usage: make_history DIRECTORY rich|hostile|large|empty\n");
		return 2;
	}
	must(store_open(argv[1], STORE_WRITE, &s));
	must(store_begin(s));
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(argv[2], kinds[i].name) == 0) {
			must(store_run_start(s, &run));
			kinds[i].make();
			run.finished_ms = run.started_ms + 60000;
			must(store_run_finish(s, &run));
		}
	must(store_commit(s));
	must(store_publish(s, NULL));
	store_close(s);
	return 0;
}
