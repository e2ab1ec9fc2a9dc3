/*
 * Misbehaviour of a log: what is alleged, and the proof that is kept for it (ct/log_proof.h). A proof is archived
 * like collateral, by its content; the anomaly names what was contradicted, so that a log that stays broken
 * is one anomaly and not one a day.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "audit/tail.h"
#include "base/hex.h"
#include "base/limits.h"
#include "base/text.h"
#include "base/timestamp.h"

enum { PROOF_ARENA_BYTES = 1 << 20, FOLLOW_APART_MS = 3600 * 1000 };

int tail_proof_put(struct tail *t, struct log_proof *p)
{
	char id[2 * SHA256_BYTES + 1];
	struct buffer json;
	hex_encode(sha256_bytes(&t->log->log_id), id);
	p->log_id = t->log->log_id;
	p->key = t->log->key;
	p->kind = t->log->kind;
	p->name = t->log->name;
	p->url = t->log->url;
	p->observed_ms = t->audit->options->at_ms;
	buffer_init(&json, LIMIT_JSON_BYTES);
	log_proof_put(p, &json);
	struct store_collateral row = {.sha256 = hash_sha256(buffer_bytes(&json)), .kind = "log-proof", .vendor = "",
	                               .source = id, .label = log_proof_class_name(p->class),
	                               .fetched_ms = t->audit->options->at_ms, .content = buffer_bytes(&json)};
	int rc = store_collateral_put(t->audit->store, &row);
	buffer_release(&json);
	return rc;
}

void tail_drop_bodies(struct tail *t)
{
	arena_release(&t->kept_arena);
	arena_init(&t->kept_arena, LIMIT_PROOF_ENTRIES_BYTES + (1u << 20));
	t->kept = NULL;
	t->kept_count = t->kept_bytes = 0;
	t->kept_full = false;
}

/* Only bodies in a row say something: the first one without room is the end. */
void tail_keep_body(struct tail *t, const struct page *p)
{
	if (!t->kept)
		t->kept = arena_array(&t->kept_arena, LIMIT_PROOF_BODIES, sizeof(*t->kept));
	t->kept_full |= !t->kept || t->kept_count == LIMIT_PROOF_BODIES || p->body.n == 0 ||
	                t->kept_bytes + p->body.n > LIMIT_PROOF_ENTRIES_BYTES;
	if (t->kept_full)
		return;
	struct log_proof_body *b = &t->kept[t->kept_count];
	*b = (struct log_proof_body){.first = p->first, .from = p->from, .to = p->from + p->reply.count, .width = p->width,
	                             .body = arena_bytes(&t->kept_arena, p->body)};
	t->kept_full = b->body.n != p->body.n;
	t->kept_count += !t->kept_full;
	t->kept_bytes += p->body.n;
}

struct said {
	const char *detail;
	bool same;
};

static int compare_detail(void *context, const struct store_anomaly *row)
{
	struct said *s = context;
	s->same = row->state != ANOMALY_CLEARED && strcmp(row->detail, s->detail) == 0;
	return 0;
}

/* `about`: what of the log is contradicted, stable from run to run. */
static void accuse(struct tail *t, struct log_proof *p, const char *about, const char *detail)
{
	const struct anomaly_rule *rule = anomaly_rule_find("log_misbehaviour");
	char id[2 * SHA256_BYTES + 1], subject[768];
	struct store *s = t->audit->store;
	struct said said = {detail, false};
	hex_encode(sha256_bytes(&t->log->log_id), id);
	snprintf(subject, sizeof(subject), "log:%s %s:%s", id, log_proof_class_name(p->class), about);
	struct journal_subject where = {.domain = "", .log_id = &t->log->log_id, .log_name = t->log->name};
	struct sha256 uid = anomaly_uid(rule->id, subject);
	int rc = store_begin(s);
	if (rc >= 0)
		rc = store_anomaly_get(s, &uid, compare_detail, &said);
	if (rc >= 0 && !said.same)
		rc = tail_proof_put(t, p);
	if (rc >= 0)
		rc = journal_raise(t->audit, rule, subject, detail, &where);
	if (rc >= 0)
		rc = store_commit(s);
	audit_store_failed(t->audit, rc);
}

static void allege(struct tail *t, struct log_proof *p, const char *about, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

static void allege(struct tail *t, struct log_proof *p, const char *about, const char *format, ...)
{
	char detail[512];
	va_list args;
	va_start(args, format);
	vsnprintf(detail, sizeof(detail), format, args);
	va_end(args);
	accuse(t, p, about, detail);
	tail_fail(t, "misbehaves: %s", detail);
}

void tail_allege_past_final(struct tail *t)
{
	struct arena arena;
	struct log_proof p = {.class = LOG_PROOF_PAST_FINAL, .final_size = t->log->final_size,
	                      .final_root = t->log->final_root};
	char about[32], detail[256];
	arena_init(&arena, PROOF_ARENA_BYTES);
	p.first = tail_head_body(t, &t->newest, &arena);
	snprintf(about, sizeof(about), "%" PRIu64, t->log->final_size);
	snprintf(detail, sizeof(detail),
	         t->newest.size > t->log->final_size
	                 ? "it is read-only, and has signed a tree larger than the %" PRIu64 " entries that the log list ends it with"
	                 : "it is read-only, and its tree of %" PRIu64 " entries has another root than the log list ends it with",
	         t->log->final_size);
	accuse(t, &p, about, detail);
	arena_release(&arena);
}

/* Said of it in this run, it is not said of the same head as a target again. */
static void contradict(struct tail *t, const struct tail_head *h)
{
	int rc = store_begin(t->audit->store);
	if (rc >= 0)
		rc = tail_head_state_put(t, h, TREE_HEAD_CONTRADICTED);
	if (rc >= 0)
		rc = store_commit(t->audit->store);
	audit_store_failed(t->audit, rc);
}

void tail_allege_pair(struct tail *t, enum log_proof_class class, const struct tail_head *first,
                      const struct tail_head *second, const struct ct_proof *path)
{
	struct arena arena;
	struct log_proof p = {.class = class};
	char about[32], when[TIMESTAMP_TEXT_SIZE];
	arena_init(&arena, PROOF_ARENA_BYTES);
	p.first = tail_head_body(t, first, &arena);
	p.second = tail_head_body(t, second, &arena);
	if (path)
		p.path = *path;
	snprintf(about, sizeof(about), "%" PRIu64, first->size);
	timestamp_text(second->timestamp_ms, when);
	if (class == LOG_PROOF_FORK) {
		allege(t, &p, about, "two roots for tree size %" PRIu64 ": the log has signed both (fork)", second->size);
	} else if (class == LOG_PROOF_ROLLBACK) {
		allege(t, &p, about, "the tree head of %s has only %" PRIu64 " entries, an earlier one had %" PRIu64 " (rollback)",
		       when, second->size, first->size);
	} else {
		contradict(t, first->size == t->position.audited_size ? second : first);
		allege(t, &p, about,
		       "the signed tree of %" PRIu64 " entries is not the beginning of the signed tree of %" PRIu64 " (fork)",
		       first->size, second->size);
	}
	arena_release(&arena);
}

void tail_allege_signature(struct tail *t, struct bytes body, uint64_t size)
{
	struct log_proof p = {.class = LOG_PROOF_BAD_SIGNATURE, .first = body};
	char about[32];
	snprintf(about, sizeof(about), "%" PRIu64, t->position.audited_size);
	if (size > 0)
		allege(t, &p, about, "the signature of tree head %" PRIu64 " does not verify with the log's key", size);
	else
		allege(t, &p, about, "its tree head is not signed with the log's key");
}

void tail_allege_root(struct tail *t, bool consistent)
{
	const struct store_position *s = &t->position;
	struct tail_head audited = {s->audited_size, s->audited_timestamp_ms, s->audited_root};
	struct log_proof p = {.class = LOG_PROOF_WRONG_ROOT, .subtree_count = t->served_count};
	struct arena arena;
	char about[32];
	arena_init(&arena, PROOF_ARENA_BYTES);
	if (s->audited_size > 0)
		p.first = tail_head_body(t, &audited, &arena);
	p.second = tail_head_body(t, &t->target, &arena);
	p.frontier.size = s->audited_size;
	p.frontier.n = (unsigned)s->audited_node_count;
	memcpy(p.frontier.nodes, s->audited_nodes, sizeof(p.frontier.nodes));
	memcpy(p.subtrees, t->served, sizeof(p.subtrees));
	p.bodies = t->kept;
	p.body_count = t->kept_count;
	snprintf(about, sizeof(about), "%" PRIu64, s->audited_size);
	allege(t, &p, about, "its %" PRIu64 " entries, fetched twice, do not lead to the root it signed%s", t->target.size,
	       consistent ? "; its proofs do: the entries that it serves are not those of its tree" : "");
	arena_release(&arena);
}

/* ---- entries that are not there ---- */

/* "INDEX TIME RUN" of the first run that missed an entry, as a setting of the history. */
struct sighting {
	uint64_t index, at_ms, run_id;
};

static void sighting_name(const struct tail *t, char out[96])
{
	char id[2 * SHA256_BYTES + 1];
	hex_encode(sha256_bytes(&t->log->log_id), id);
	snprintf(out, 96, "missing %s", id);
}

static bool sighting_get(struct tail *t, struct sighting *out)
{
	char name[96], text[80];
	const char *at = text;
	uint64_t *fields[3] = {&out->index, &out->at_ms, &out->run_id};
	sighting_name(t, name);
	int rc = store_setting_get(t->audit->store, name, text, sizeof(text));
	if (audit_store_failed(t->audit, rc) || rc == 1)
		return false;
	for (size_t i = 0; i < 3; i++) {
		size_t n = strcspn(at, " ");
		if (!text_decimal(bytes_of(at, n), INT64_MAX, fields[i]))
			return false;
		at += n + (at[n] == ' ');
	}
	return true;
}

static void sighting_put(struct tail *t, const char *text)
{
	char name[96];
	sighting_name(t, name);
	int rc = store_begin(t->audit->store);
	if (rc >= 0)
		rc = store_setting_put(t->audit->store, name, text);
	if (rc >= 0)
		rc = store_commit(t->audit->store);
	audit_store_failed(t->audit, rc);
}

void tail_missing(struct tail *t, uint64_t index, const char *answer)
{
	struct audit *a = t->audit;
	struct sighting before;
	bool seen = sighting_get(t, &before) && before.index == index;
	int64_t apart_ms = a->options->follow ? FOLLOW_APART_MS : 0;
	tail_keep_progress(t);
	if (seen && before.run_id != (uint64_t)a->run.run_id && a->options->at_ms - (int64_t)before.at_ms >= apart_ms) {
		struct arena arena;
		struct log_proof p = {.class = LOG_PROOF_MISSING, .index = index, .first_missed_ms = (int64_t)before.at_ms,
		                      .answer = answer};
		char about[32];
		arena_init(&arena, PROOF_ARENA_BYTES);
		p.first = tail_head_body(t, &t->target, &arena);
		snprintf(about, sizeof(about), "%" PRIu64, index);
		allege(t, &p, about, "entry %" PRIu64 ", below its signed tree head, was not there in two runs: %s", index, answer);
		arena_release(&arena);
		return;
	}
	if (!seen) {
		char text[80];
		snprintf(text, sizeof(text), "%" PRIu64 " %" PRId64 " %" PRId64, index, a->options->at_ms, a->run.run_id);
		sighting_put(t, text);
	}
	tail_fail(t, "entries from %" PRIu64 " are not there: %s", index, answer);
}

void tail_not_missing(struct tail *t)
{
	struct sighting before;
	if (sighting_get(t, &before) && before.index < t->frontier.size)
		sighting_put(t, "");
}
