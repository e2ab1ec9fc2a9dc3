/*
 * The newest tree head, against everything that the log signed before: a fork and a rollback are two
 * signatures that contradict each other; an older head that does not is a front end that lags behind.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "audit/tail.h"
#include "base/clock.h"
#include "base/hex.h"
#include "base/limits.h"
#include "base/memory.h"

enum {
	BAD_HEADS = 2,  /* answers in a row with a bad signature before the log is blamed, and not the way here */
	CHECKS_MAX = 4  /* older heads looked at in one run */
};

struct head_request {
	struct tail *tail;
	int slot;
	size_t n;
};

void tail_retry_head(struct tail *t, const char *what, int64_t retry_after_ms)
{
	t->state = TAIL_START;
	if (++t->tries >= TAIL_TRIES_MAX)
		tail_fail(t, "its tree head cannot be had: %s", what);
	else
		t->retry_at_ms = tail_retry_at(t->tries, retry_after_ms);
}

/* ---- the past ---- */

static bool same_tree(const struct store_tree_head *h, uint64_t size, const struct sha256 *root)
{
	return h->tree_size == size && sha256_equal(&h->root, root);
}

/* What the history says of the newest head. Contradicted heads stand against nothing: what they broke was
 * said when they came, and a log that went back to its tree is well again. */
struct past {
	struct tail_head newest;
	bool known;
	enum tree_head_state state;
	bool forked, rolled_back;
	struct tail_head other;     /* that contradicts it */
};

static int compare_with_past(void *context, const struct store_tree_head *h)
{
	struct past *p = context;
	const struct tail_head *n = &p->newest;
	struct tail_head other = {h->tree_size, h->timestamp_ms, h->root};
	if (same_tree(h, n->size, &n->root) && h->timestamp_ms == n->timestamp_ms) {
		p->known = true;
		p->state = h->state;
	}
	if (h->state == TREE_HEAD_CONTRADICTED || p->forked)
		return 0;
	if (h->tree_size == n->size && !sha256_equal(&h->root, &n->root)) {
		p->forked = true;
		p->other = other;
	} else if (!p->rolled_back && ((h->tree_size > n->size && h->timestamp_ms < n->timestamp_ms) ||
	                               (h->tree_size < n->size && h->timestamp_ms > n->timestamp_ms))) {
		p->rolled_back = true;
		p->other = other;
	}
	return 0;
}

static int put_head(struct tail *t, const struct task_tree_head_reply *r, bool contradicted)
{
	struct store_tree_head row = {
		.log_id = t->log->log_id,
		.root = r->root,
		.tree_size = r->tree_size,
		.timestamp_ms = r->timestamp_ms,
		.first_seen_ms = t->audit->options->at_ms,
		.signature = r->signature,
		.body = r->text,
		.state = contradicted ? TREE_HEAD_CONTRADICTED : TREE_HEAD_PENDING,
	};
	int rc = store_begin(t->audit->store);
	if (rc >= 0)
		rc = store_tree_head_put(t->audit->store, &row);
	if (rc >= 0)
		rc = store_commit(t->audit->store);
	return rc;
}

struct wanted_body {
	const struct tail_head *head;
	struct arena *arena;
	struct bytes body;
};

static int find_body(void *context, const struct store_tree_head *h)
{
	struct wanted_body *w = context;
	if (!same_tree(h, w->head->size, &w->head->root) || h->body.n == 0 || (w->body.n > 0 && h->timestamp_ms != w->head->timestamp_ms))
		return 0;
	w->body = arena_bytes(w->arena, h->body);
	return 0;
}

struct bytes tail_head_body(struct tail *t, const struct tail_head *h, struct arena *a)
{
	struct wanted_body w = {.head = h, .arena = a};
	audit_store_failed(t->audit, store_tree_head_each(t->audit->store, &t->log->log_id, find_body, &w));
	return w.body;
}

/* ---- what comes next ---- */

struct choice {
	const struct tail *tail;
	struct tail_head target, older;
	bool has_target, has_older;
};

static int choose(void *context, const struct store_tree_head *h)
{
	struct choice *c = context;
	const struct tail *t = c->tail;
	const struct store_position *p = &t->position;
	struct tail_head head = {h->tree_size, h->timestamp_ms, h->root};
	bool newest = same_tree(h, t->newest.size, &t->newest.root);
	if (h->state != TREE_HEAD_PENDING && !newest)
		return 0;
	if (h->tree_size > p->audited_size && h->tree_size >= p->scanned_size && !c->has_target) {
		c->has_target = true;
		c->target = head;
	} else if (h->state == TREE_HEAD_PENDING && h->tree_size <= p->audited_size && h->tree_size < t->checked) {
		c->has_older = true; /* the largest of them, as they come by size */
		c->older = head;
	}
	return 0;
}

static void on_older_checked(struct tail *t, enum check_outcome outcome, const struct ct_proof *path)
{
	struct tail_head older = t->check.first, audited = t->check.second;
	if (outcome == CHECK_INCONSISTENT) {
		tail_allege_pair(t, LOG_PROOF_INCONSISTENT, &older, &audited, path);
		return;
	}
	if (outcome == CHECK_UNAVAILABLE)
		audit_say(t->audit, "log %s: whether its older tree head of %" PRIu64 " entries is consistent could not be checked",
		          t->log->name, older.size);
	int rc = store_begin(t->audit->store);
	if (rc >= 0 && outcome == CHECK_CONSISTENT)
		rc = tail_head_state_put(t, &older, TREE_HEAD_VERIFIED);
	if (rc >= 0)
		rc = store_commit(t->audit->store);
	if (!audit_store_failed(t->audit, rc))
		tail_next_target(t);
}

/* A head at or below the audited size, from a front end that lags behind or one that tells of another tree. */
static void check_older(struct tail *t, const struct tail_head *older)
{
	const struct store_position *p = &t->position;
	struct tail_head audited = {p->audited_size, p->audited_timestamp_ms, p->audited_root};
	struct sha256 empty = ct_merkle_empty();
	t->checked = older->size;
	t->checks++;
	bool good = older->size == 0 ? sha256_equal(&older->root, &empty) : sha256_equal(&older->root, &p->audited_root);
	if (older->size > 0 && older->size < p->audited_size) {
		tail_check(t, older, &audited, on_older_checked);
		return;
	}
	int rc = store_begin(t->audit->store);
	if (rc >= 0)
		rc = tail_head_state_put(t, older, good ? TREE_HEAD_VERIFIED : TREE_HEAD_UNUSED);
	if (rc >= 0)
		rc = store_commit(t->audit->store);
	if (!audit_store_failed(t->audit, rc))
		tail_next_target(t);
}

static void finish(struct tail *t)
{
	struct audit *a = t->audit;
	t->position.last_success_ms = a->options->at_ms;
	int rc = store_begin(a->store);
	if (rc >= 0)
		rc = store_position_put(a->store, &t->log->log_id, &t->position);
	if (rc >= 0)
		rc = store_commit(a->store);
	if (!audit_store_failed(a, rc))
		t->state = TAIL_DONE;
}

/* Entries were scanned for a head that is not there any more: begin again from what is proven. */
static bool rewind_scan(struct tail *t)
{
	struct store *s = t->audit->store;
	int rc = store_begin(s);
	if (rc >= 0)
		rc = store_position_rewind(s, &t->log->log_id);
	if (rc >= 0)
		rc = store_commit(s);
	if (rc >= 0)
		rc = store_position_get(s, &t->log->log_id, &t->position);
	return !audit_store_failed(t->audit, rc);
}

void tail_next_target(struct tail *t)
{
	struct choice c = {.tail = t};
	struct store_position *p = &t->position;
	if (p->scanned_size > t->newest.size && t->newest.size > p->audited_size && !rewind_scan(t))
		return;
	if (audit_store_failed(t->audit, store_tree_head_each(t->audit->store, &t->log->log_id, choose, &c)))
		return;
	if (c.has_target) {
		t->target = c.target;
		tail_scan_from_position(t);
	} else if (c.has_older && t->checks < CHECKS_MAX) {
		check_older(t, &c.older);
	} else {
		finish(t);
	}
}

static bool starts_at_begin(const struct tail *t)
{
	if (t->source->has_start)
		return t->source->start_begin;
	return t->audit->options->start_begin || !t->audit->first_run;
}

/* ---- how fresh it is ---- */

static void check_stale(struct tail *t)
{
	const struct ct_log *log = t->log;
	struct audit *a = t->audit;
	int64_t day_ms = INT64_C(86400000), limit_ms = (int64_t)log->mmd_s * 1000;
	if (limit_ms < day_ms)
		limit_ms = day_ms;
	int64_t newest_ms = t->newest.timestamp_ms > t->position.audited_timestamp_ms ? t->newest.timestamp_ms
	                                                                              : t->position.audited_timestamp_ms;
	bool exempt = strncmp(log->url, "file:", 5) == 0 || strcmp(log->state, "readonly") == 0 ||
	              strcmp(log->state, "retired") == 0;
	bool stale = !exempt && a->options->at_ms - newest_ms > limit_ms;
	char id[2 * SHA256_BYTES + 1], subject[128];
	struct journal_subject about = {.domain = "", .log_id = &log->log_id, .log_name = log->name};
	const struct anomaly_rule *rule = anomaly_rule_find("log_stale");
	hex_encode(sha256_bytes(&log->log_id), id);
	snprintf(subject, sizeof(subject), "log:%s stale", id);
	int rc = store_begin(a->store);
	if (rc >= 0 && stale)
		rc = journal_raise(a, rule, subject,
		                   "the newest tree head is older than the log's maximum merge delay and 24 hours", &about);
	else if (rc >= 0)
		rc = journal_clear(a, rule, subject, &about);
	if (rc >= 0)
		rc = store_commit(a->store);
	audit_store_failed(a, rc);
}

/* A read-only log ends with the tree head that the list names. */
static void check_final(struct tail *t)
{
	const struct ct_log *log = t->log;
	if (log->has_final && (t->newest.size > log->final_size ||
	                       (t->newest.size == log->final_size && !sha256_equal(&t->newest.root, &log->final_root))))
		tail_allege_past_final(t);
}

/* ---- the answer ---- */

/* Bad twice in a row: a flipped bit on the way is not there a second time. */
static void take_bad_signature(struct tail *t, const struct task_tree_head_reply *r)
{
	if (++t->bad_heads < BAD_HEADS)
		tail_retry_head(t, "its signature does not verify", 0);
	else
		tail_allege_signature(t, r->text, r->tree_size);
}

static void take_head(struct tail *t, const struct task_tree_head_reply *r)
{
	struct past past = {.newest = {r->tree_size, r->timestamp_ms, r->root}};
	if (r->fault.code == FAULT_MISMATCH && strcmp(r->fault.field, "key_id") == 0) {
		/* A whole checkpoint by another key: in this log's name, or the URL leads to another log. */
		if (sources_origin_is(t->audit, t->log, r->origin))
			take_bad_signature(t, r);
		else if (++t->bad_heads < BAD_HEADS)
			tail_retry_head(t, "the answer is the checkpoint of another log", -1);
		else
			tail_fail(t, "its URL leads to another log: the checkpoint of %s", r->origin);
		return;
	}
	if (fault_is_set(r->fault)) {
		/* A page of HTML, a cut body: a fault of the network, never of the log. */
		char what[160];
		snprintf(what, sizeof(what), "the answer is no tree head (%s in %s at byte %zu)", fault_code_name(r->fault.code),
		         r->fault.field, r->fault.offset);
		tail_retry_head(t, what, -1);
		return;
	}
	if (!r->verified) {
		take_bad_signature(t, r);
		return;
	}
	t->bad_heads = 0;
	t->newest = past.newest;
	int rc = store_tree_head_each(t->audit->store, &t->log->log_id, compare_with_past, &past);
	bool contradicts = past.forked || past.rolled_back;
	if (rc >= 0 && (!past.known || (contradicts && past.state == TREE_HEAD_PENDING)))
		rc = put_head(t, r, contradicts);
	if (audit_store_failed(t->audit, rc))
		return;
	if (t->log->kind == CT_LOG_STATIC)
		sources_note_origin(t->audit, t->log, r->origin);
	if (past.forked) {
		tail_allege_pair(t, LOG_PROOF_FORK, &past.other, &t->newest, NULL);
	} else if (past.rolled_back) {
		bool shrank = past.other.size > t->newest.size;
		tail_allege_pair(t, LOG_PROOF_ROLLBACK, shrank ? &past.other : &t->newest, shrank ? &t->newest : &past.other,
		                 NULL);
	} else {
		check_stale(t);
		check_final(t);
		if (!t->position.started && !starts_at_begin(t) && t->newest.size > 0) {
			tail_seed(t);
			return;
		}
		t->position.started = true;
		tail_next_target(t);
	}
}

static void on_head_parsed(void *context, enum task_outcome outcome, struct bytes reply, uint64_t crashed_at)
{
	struct head_request *h = context;
	struct tail *t = h->tail;
	struct task_tree_head_reply r = {0};
	struct arena arena;
	(void)crashed_at;
	slots_give(pool_slots(t->audit->pool), h->slot, h->n);
	free(h);
	arena_init(&arena, 16 << 20);
	if (outcome != TASK_DONE || fault_is_set(task_tree_head_reply_decode(reply, &arena, &r)))
		tail_fail(t, "the decoder died on its tree head");
	else
		take_head(t, &r);
	arena_release(&arena);
}

static void on_head_fetched(void *context, const struct fetch_result *result)
{
	struct head_request *h = context;
	struct tail *t = h->tail;
	if (result->outcome != FETCH_OK) {
		slots_give(pool_slots(t->audit->pool), h->slot, result->n);
		free(h);
		if (result->transient)
			tail_retry_head(t, result->message, result->retry_after_ms);
		else
			tail_fail(t, "its tree head cannot be had: %s", result->message);
		return;
	}
	h->n = result->n;
	struct task_tree_head task = {.kind = t->log->kind, .log_id = t->log->log_id, .key = t->log->key};
	task.body = (struct task_body){.in_slot = true, .gzip = result->gzip, .slot = (uint32_t)h->slot, .n = result->n};
	struct buffer message;
	buffer_init(&message, 1 << 20);
	task_tree_head_encode(&task, &message);
	pool_submit(t->audit->pool, TASK_TREE_HEAD, buffer_bytes(&message), (struct pool_task){on_head_parsed, h});
	buffer_release(&message);
}

void tail_ask_for_head(struct tail *t)
{
	struct arena arena;
	int slot = slots_take(pool_slots(t->audit->pool));
	if (slot < 0)
		return;
	arena_init(&arena, 64 << 10);
	struct head_request *h = memory_alloc(sizeof(*h));
	*h = (struct head_request){t, slot, 0};
	const char *url = tail_url(t, &arena, t->log->kind == CT_LOG_STATIC ? "checkpoint" : "ct/v1/get-sth");
	struct fetch_order order = {
		.purpose = FETCH_LOG, .url = url ? url : "", .local_allowed = t->source->local_allowed,
		.max_bytes = LIMIT_TREE_HEAD_BYTES, .slot = (uint32_t)slot
	};
	t->state = TAIL_HEAD;
	if (t->began_ms == 0)
		t->began_ms = clock_monotonic_ms();
	pool_fetch(t->audit->pool, &order, (struct pool_fetch){on_head_fetched, h});
	arena_release(&arena);
}
