/*
 * What logs promised: each SCT that is embedded in a certificate that matched has to be followed by its entry
 * within the log's maximum merge delay (RFC 6962 section 3). Looked at once the audited tree head covers that
 * time. A promise that has its audited place is kept. For any other the log is asked for a proof against that very
 * tree head; it is broken where our own audit saw all entries of that time and the promised one is not among them,
 * where another entry stands at the promised index, or where the log says in two runs that it has no such entry.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "audit/tail.h"
#include "base/base64.h"
#include "base/hex.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/timestamp.h"
#include "ct/tile.h"

struct promises {
	struct audit *audit;
	struct arena arena;            /* holds the list */
	struct store_promise *items;
	size_t n, capacity;
	bool *unreachable;             /* by log: not asked again in this run */
};

/* One promise that is being looked at. */
struct inquiry {
	struct promises *all;
	const struct store_promise *promise;
	size_t log;                    /* in audit->logs */
	struct store_position position;
	struct arena arena;
	struct bytes tbs;
	const char *domain;
	struct sha256 issuer_key;
	struct task_promise_reply reply;
};

/* ---- reading what is needed ---- */

static int keep(void *context, const struct store_promise *p)
{
	struct promises *all = context;
	if (all->n == all->capacity) {
		all->capacity = all->capacity ? all->capacity * 2 : 64;
		all->items = memory_grow(all->items, all->capacity, sizeof(*all->items));
	}
	all->items[all->n] = *p;
	all->items[all->n++].sct = arena_bytes(&all->arena, p->sct);
	return 0;
}

static bool list_due(struct promises *all)
{
	struct store *s = all->audit->store;
	int rc = store_begin(s);
	if (rc >= 0)
		rc = store_promise_each_due(s, keep, all);
	if (rc >= 0)
		rc = store_commit(s);
	return !audit_store_failed(all->audit, rc);
}

static int take_certificate(void *context, const struct store_certificate *c)
{
	struct inquiry *q = context;
	q->tbs = arena_bytes(&q->arena, c->tbs);
	q->domain = arena_text(&q->arena, bytes_of_text(c->domain));
	return 0;
}

static bool find_log(struct inquiry *q)
{
	const struct audit *a = q->all->audit;
	for (q->log = 0; q->log < a->log_count; q->log++)
		if (sha256_equal(&a->logs[q->log].log.log_id, &q->promise->log_id))
			return !q->all->unreachable[q->log];
	return false;
}

/* ---- asking ---- */

/* A body into a slot; -1 where it cannot be had. denied: the server says that there is none. */
static int ask(struct inquiry *q, size_t log, const char *path, size_t max, struct fetch_result *result)
{
	struct audit *a = q->all->audit;
	const char *url = tail_url(a->tails[log], &q->arena, path);
	int slot = audit_take_slot(a);
	if (slot < 0 || !url)
		return -1;
	struct fetch_order order = {
		.purpose = FETCH_LOG, .url = url, .local_allowed = a->logs[log].local_allowed, .max_bytes = max,
		.slot = (uint32_t)slot
	};
	int rc = pool_fetch_wait(a->pool, &order, result);
	if (rc < 0 && !a->error)
		a->error = rc;
	if (rc >= 0 && result->outcome == FETCH_OK)
		return slot;
	if (rc >= 0 && result->outcome != FETCH_STATUS) {
		audit_say(a, "log %s: %s: its promises are looked at in the next run", a->logs[log].log.name, result->message);
		q->all->unreachable[log] = true;
	} else if (rc >= 0 && result->transient) {
		q->all->unreachable[log] = true;
	}
	slots_give(pool_slots(a->pool), slot, result->n);
	return -1;
}

/* leaf: NULL for the promised one. */
static bool call(struct inquiry *q, const struct sha256 *leaf, const struct task_body *bodies, size_t n)
{
	struct audit *a = q->all->audit;
	const struct ct_log *log = &a->logs[q->log].log;
	struct task_promise task = {.kind = log->kind, .key = log->key, .sct = q->promise->sct, .tbs = q->tbs,
	                            .issuer_key_sha256 = q->issuer_key, .body_count = n};
	enum task_outcome outcome;
	struct bytes answer;
	struct buffer message;
	if (leaf) {
		task.has_leaf = true;
		task.leaf = *leaf;
	}
	if (!ct_frontier_restore(&task.frontier, q->position.audited_size, q->position.audited_nodes,
	                         q->position.audited_node_count))
		return false;
	for (size_t i = 0; i < n; i++)
		task.bodies[i] = bodies[i];
	buffer_init(&message, LIMIT_FRAME_BYTES);
	task_promise_encode(&task, &message);
	int rc = pool_call(a->pool, TASK_PROMISE, buffer_bytes(&message), &q->arena, &outcome, &answer);
	buffer_release(&message);
	if (rc < 0 && !a->error)
		a->error = rc;
	return rc >= 0 && outcome == TASK_DONE && !fault_is_set(task_promise_reply_decode(answer, &q->arena, &q->reply));
}

/* Ask for the hash tiles above the promised index, and judge them. */
static void ask_tiles(struct inquiry *q)
{
	struct slots *slots = pool_slots(q->all->audit->pool);
	struct task_body bodies[TASK_SEED_BODIES];
	uint64_t index = q->reply.leaf_index, size = q->position.audited_size;
	unsigned levels = ct_leaf_tile_levels(index, size), n = 0;
	for (; n < levels && n < TASK_SEED_BODIES; n++) {
		uint64_t tile = index >> (8 * (n + 1));
		unsigned width = ct_tile_width(n, tile, size);
		char path[CT_TILE_PATH_SIZE];
		struct fetch_result result = {0};
		ct_tile_path(n, tile, width, path, sizeof(path));
		int slot = ask(q, q->log, path, LIMIT_BODY_BYTES, &result);
		if (slot < 0 && width < CT_TILE_WIDTH && result.outcome == FETCH_STATUS && !result.transient) {
			ct_tile_path(n, tile, CT_TILE_WIDTH, path, sizeof(path)); /* the tree has grown */
			slot = ask(q, q->log, path, LIMIT_BODY_BYTES, &result);
		}
		if (slot < 0)
			break;
		bodies[n] = (struct task_body){.in_slot = true, .gzip = result.gzip, .slot = (uint32_t)slot, .n = result.n};
	}
	/* A leaf that is itself a node of the frontier needs no tile; the worker wants one body at least. */
	struct task_body none = {.content = bytes_of_text("")};
	if (n == levels)
		call(q, NULL, levels > 0 ? bodies : &none, levels > 0 ? levels : 1);
	while (n > 0) {
		n--;
		slots_give(slots, (int)bodies[n].slot, bodies[n].n);
	}
}

/* Ask for a proof by the hash of a leaf. denied: the log says that it has no such entry. */
static void ask_proof(struct inquiry *q, const struct sha256 *leaf, bool *denied)
{
	struct fetch_result result = {0};
	struct buffer hash;
	char path[256];
	buffer_init(&hash, 256);
	base64_put(&hash, sha256_bytes(leaf));
	int n = snprintf(path, sizeof(path), "ct/v1/get-proof-by-hash?tree_size=%" PRIu64 "&hash=", q->position.audited_size);
	for (size_t i = 0; i < hash.n && (size_t)n + 4 < sizeof(path); i++) {
		bool plain = hash.p[i] != '+' && hash.p[i] != '/' && hash.p[i] != '=';
		n += snprintf(path + n, sizeof(path) - (size_t)n, plain ? "%c" : "%%%02X", hash.p[i]);
	}
	buffer_release(&hash);
	int slot = ask(q, q->log, path, LIMIT_PROOF_BYTES, &result);
	if (slot < 0) {
		*denied = result.outcome == FETCH_STATUS && (result.status == 400 || result.status == 404);
		return;
	}
	struct task_body body = {.in_slot = true, .gzip = result.gzip, .slot = (uint32_t)slot, .n = result.n};
	call(q, leaf, &body, 1);
	slots_give(pool_slots(q->all->audit->pool), slot, result.n);
}

/* The hash of the last audited entry. */
static bool hash_last_entry(struct inquiry *q, struct sha256 *leaf)
{
	struct audit *a = q->all->audit;
	uint64_t last = q->position.audited_size - 1;
	struct task_entries task = {.kind = CT_LOG_RFC6962, .first = last, .from = last, .to = last + 1, .expected = 1,
	                            .skip = UINT64_MAX};
	struct task_entries_reply reply = {0};
	struct fetch_result result = {0};
	struct buffer message;
	enum task_outcome outcome;
	struct bytes answer;
	char path[128];
	snprintf(path, sizeof(path), "ct/v1/get-entries?start=%" PRIu64 "&end=%" PRIu64, last, last);
	int slot = ask(q, q->log, path, LIMIT_BODY_BYTES, &result);
	if (slot < 0)
		return false;
	task.body = (struct task_body){.in_slot = true, .gzip = result.gzip, .slot = (uint32_t)slot, .n = result.n};
	buffer_init(&message, 64 << 10);
	task_entries_encode(&task, &message);
	int rc = pool_call(a->pool, TASK_ENTRIES, buffer_bytes(&message), &q->arena, &outcome, &answer);
	buffer_release(&message);
	slots_give(pool_slots(a->pool), slot, result.n);
	if (rc < 0 && !a->error)
		a->error = rc;
	if (rc < 0 || outcome != TASK_DONE || fault_is_set(task_entries_reply_decode(answer, &q->arena, &reply)) ||
	    fault_is_set(reply.fault) || reply.subtree_count != 1 || reply.subtrees[0].level != 0)
		return false;
	*leaf = reply.subtrees[0].hash;
	return true;
}

/* Does the log answer such questions at all? Some offer no proofs by hash, and their 404 says nothing. */
static bool proves_others(struct inquiry *q)
{
	struct sha256 leaf;
	bool denied;
	if (!hash_last_entry(q, &leaf))
		return false;
	q->reply.answer = PROMISE_UNPROVEN;
	ask_proof(q, &leaf, &denied);
	bool proves = q->reply.answer == PROMISE_KEPT;
	q->reply.answer = PROMISE_UNPROVEN;
	return proves;
}

/* ---- the issuer's key, which is part of the promised leaf ---- */

struct place_search {
	struct audit *audit;
	size_t log;
	bool found;
};

static int find_static_place(void *context, const struct store_place *p)
{
	struct place_search *s = context;
	for (size_t i = 0; i < s->audit->log_count && !s->found; i++)
		if (s->audit->logs[i].log.kind == CT_LOG_STATIC && sha256_equal(&s->audit->logs[i].log.log_id, &p->log_id)) {
			s->log = i;
			s->found = true;
		}
	return 0;
}

static bool read_issuer(struct inquiry *q, int slot, size_t n)
{
	struct audit *a = q->all->audit;
	struct bytes der = arena_bytes(&q->arena, slots_view(pool_slots(a->pool), (uint32_t)slot, n)), answer;
	struct sha256 hash = hash_sha256(der);
	struct task_certificate_reply reply = {0};
	enum task_outcome outcome;
	if (der.n != n || !sha256_equal(&hash, &q->promise->issuer_sha256))
		return false;
	int rc = pool_call(a->pool, TASK_CERTIFICATE, der, &q->arena, &outcome, &answer);
	if (rc < 0 && !a->error)
		a->error = rc;
	if (rc < 0 || outcome != TASK_DONE || fault_is_set(task_certificate_reply_decode(answer, &q->arena, &reply)) ||
	    fault_is_set(reply.fault))
		return false;
	q->issuer_key = reply.finding.spki_sha256;
	return true;
}

/* Static logs name the issuer's certificate by its hash, and serve it. */
static bool find_issuer_key(struct inquiry *q)
{
	static const struct sha256 none;
	struct audit *a = q->all->audit;
	struct place_search search = {.audit = a};
	struct fetch_result result = {0};
	char hex[2 * SHA256_BYTES + 1], path[128];
	q->issuer_key = q->promise->issuer_key_sha256;
	if (!sha256_equal(&q->issuer_key, &none))
		return true;
	if (sha256_equal(&q->promise->issuer_sha256, &none) ||
	    audit_store_failed(a, store_place_each(a->store, &q->promise->tbs_sha256, find_static_place, &search)) ||
	    !search.found)
		return false;
	hex_encode(sha256_bytes(&q->promise->issuer_sha256), hex);
	snprintf(path, sizeof(path), "issuer/%s", hex);
	int slot = ask(q, search.log, path, LIMIT_CERTIFICATE_BYTES, &result);
	if (slot < 0)
		return false;
	bool good = read_issuer(q, slot, result.n);
	slots_give(pool_slots(a->pool), slot, result.n);
	return good;
}

/* ---- judging ---- */

/* Whoever has the proof sees for himself what the SCT and the signed tree head prove, and what is our word. */
static int put_proof(struct inquiry *q, const char *why)
{
	struct tail *t = q->all->audit->tails[q->log];
	struct tail_head head = {q->position.audited_size, q->position.audited_timestamp_ms, q->position.audited_root};
	struct log_proof p = {.class = LOG_PROOF_PROMISE, .sct = q->promise->sct, .tbs = q->tbs, .answer = why,
	                      .issuer_key_sha256 = q->issuer_key, .mmd_s = t->log->mmd_s};
	p.first = tail_head_body(t, &head, &q->arena);
	if (q->reply.answer == PROMISE_BROKEN) {
		p.has_leaf = true;
		p.leaf = q->reply.found;
		p.path = q->reply.path;
	}
	return tail_proof_put(t, &p);
}

static int raise_broken(struct inquiry *q, const char *why)
{
	struct audit *a = q->all->audit;
	const struct ct_log *log = &a->logs[q->log].log;
	char id[2 * SHA256_BYTES + 1], tbs[2 * SHA256_BYTES + 1], when[TIMESTAMP_TEXT_SIZE], subject[320], detail[640];
	hex_encode(sha256_bytes(&log->log_id), id);
	hex_encode(sha256_bytes(&q->promise->tbs_sha256), tbs);
	timestamp_text(q->promise->timestamp_ms, when);
	snprintf(subject, sizeof(subject), "log:%s promise:%s:%" PRId64, id, tbs, q->promise->timestamp_ms);
	snprintf(detail, sizeof(detail), "%s signed at %s that it would include certificate %s, and the tree of %" PRIu64
	         " entries that it signed later than its maximum merge delay allows does not hold it: %s",
	         log->name, when, tbs, q->position.audited_size, why);
	struct journal_subject about = {.domain = q->domain, .tbs_sha256 = &q->promise->tbs_sha256, .log_id = &log->log_id,
	                                .log_name = log->name};
	int rc = put_proof(q, why);
	return rc < 0 ? rc : journal_raise(a, anomaly_rule_find("log_misbehaviour"), subject, detail, &about);
}

static void conclude(struct inquiry *q, enum promise_state state, const char *why)
{
	struct audit *a = q->all->audit;
	struct store_promise p = *q->promise;
	p.state = state;
	if (a->error)
		return;
	int rc = store_begin(a->store);
	if (rc >= 0)
		rc = store_promise_put(a->store, &p);
	if (rc >= 0 && state == PROMISE_STATE_BROKEN)
		rc = raise_broken(q, why);
	if (rc >= 0)
		rc = store_commit(a->store);
	audit_store_failed(a, rc);
}

/* The log's own answer. Whatever proves nothing leaves the promise open, unless our audit saw every entry of that
 * time: then only what the log can prove is asked for, so that others can see it too. */
static void conclude_from_log(struct inquiry *q)
{
	bool denied = false;
	if (q->all->audit->logs[q->log].log.kind == CT_LOG_RFC6962) {
		if (q->promise->complete) {
			conclude(q, PROMISE_STATE_BROKEN, "every entry of that time was read");
			return;
		}
		struct sha256 leaf = q->reply.leaf_hash;
		ask_proof(q, &leaf, &denied);
		denied = denied && proves_others(q);
	} else if (q->reply.has_leaf_index && q->reply.leaf_index >= q->position.audited_size) {
		conclude(q, PROMISE_STATE_BROKEN, "the index that it promised is behind the end");
		return;
	} else if (q->reply.has_leaf_index) {
		ask_tiles(q);
	}
	if (q->reply.answer == PROMISE_KEPT)
		conclude(q, PROMISE_STATE_KEPT, NULL);
	else if (q->reply.answer == PROMISE_BROKEN)
		conclude(q, PROMISE_STATE_BROKEN, "another entry stands at the index that it promised");
	else if (q->promise->complete)
		conclude(q, PROMISE_STATE_BROKEN, "every entry of that time was read");
	else if (denied && q->promise->state == PROMISE_STATE_DENIED)
		conclude(q, PROMISE_STATE_BROKEN, "in two runs it said that it has no such entry");
	else if (denied)
		conclude(q, PROMISE_STATE_DENIED, NULL);
}

static void look_at(struct inquiry *q)
{
	struct audit *a = q->all->audit;
	if (!find_log(q) || audit_store_failed(a, store_position_get(a->store, &q->promise->log_id, &q->position)) ||
	    audit_store_failed(a, store_certificate_get(a->store, &q->promise->tbs_sha256, take_certificate, q)) ||
	    !find_issuer_key(q) || !call(q, NULL, NULL, 0))
		return;
	if (!q->reply.is_signed)
		conclude(q, PROMISE_STATE_VOID, NULL);
	else
		conclude_from_log(q);
}

void promises_check(struct audit *a)
{
	struct promises all = {.audit = a};
	arena_init(&all.arena, LIMIT_ARENA_BYTES);
	all.unreachable = memory_array(a->log_count ? a->log_count : 1, sizeof(*all.unreachable));
	if (list_due(&all))
		for (size_t i = 0; i < all.n && !audit_must_stop(a); i++) {
			struct inquiry q = {.all = &all, .promise = &all.items[i]};
			arena_init(&q.arena, LIMIT_ARENA_BYTES);
			look_at(&q);
			arena_release(&q.arena);
		}
	free(all.items);
	free(all.unreachable);
	arena_release(&all.arena);
}
