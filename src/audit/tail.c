#include "audit/tail.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/hex.h"
#include "base/limits.h"
#include "base/memory.h"

enum { RETRY_FIRST_MS = 500, RETRY_LAST_MS = 60000 };

/* ---- life ---- */

static void position_from_store(struct tail *t)
{
	int rc = store_position_get(t->audit->store, &t->log->log_id, &t->position);
	if (!audit_store_failed(t->audit, rc) && rc != 0)
		t->position = (struct store_position){0};
	t->cap = t->position.page_entries;
	t->audited_before = t->position.audited_size;
	/* A watch that was added later sees the past: from the first entry on, proven anew. */
	if (t->audit->options->rescan)
		t->position = (struct store_position){.started = true, .page_entries = t->cap};
}

struct tail *tail_new(struct audit *a, const struct audit_log *source)
{
	struct tail *t = memory_alloc(sizeof(*t));
	t->audit = a;
	t->source = source;
	t->log = &source->log;
	t->pages_end = &t->pages;
	t->batch_end = &t->batch;
	t->window = 1;
	for (size_t i = 0; i < TASK_SEED_BODIES; i++)
		t->seed_slots[i] = -1;
	position_from_store(t);
	return t;
}

void tail_free(struct tail *t)
{
	if (!t)
		return;
	tail_drop_pages(t);
	free(t);
}

bool tail_is_finished(const struct tail *t)
{
	return t->state == TAIL_DONE || t->state == TAIL_FAILED;
}

/* ---- trouble ---- */

void tail_fail(struct tail *t, const char *format, ...)
{
	va_list args;
	if (t->state == TAIL_FAILED)
		return;
	va_start(args, format);
	vsnprintf(t->message, sizeof(t->message), format, args);
	va_end(args);
	t->state = TAIL_FAILED;
	t->audit->incomplete = true;
	audit_warn(t->audit, "log %s: %s", t->log->name, t->message);
}

int64_t tail_retry_at(unsigned tries, int64_t retry_after_ms)
{
	int64_t delay = RETRY_FIRST_MS;
	for (unsigned i = 1; i < tries && delay < RETRY_LAST_MS; i++)
		delay *= 2;
	if (delay > RETRY_LAST_MS)
		delay = RETRY_LAST_MS;
	delay = delay / 2 + (int64_t)((uint64_t)random() % (uint64_t)(delay / 2 + 1));
	if (delay < retry_after_ms)
		delay = retry_after_ms;
	return clock_monotonic_ms() + delay;
}

/* Proof of it stands in the history already: the signed tree heads. */
void tail_misbehaviour(struct tail *t, const char *subject, const char *format, ...)
{
	char detail[512], id[2 * SHA256_BYTES + 1], full[768];
	va_list args;
	va_start(args, format);
	vsnprintf(detail, sizeof(detail), format, args);
	va_end(args);
	hex_encode(sha256_bytes(&t->log->log_id), id);
	snprintf(full, sizeof(full), "log:%s %s", id, subject);
	struct journal_subject about = {.domain = "", .log_id = &t->log->log_id, .log_name = t->log->name};
	int rc = store_begin(t->audit->store);
	if (rc >= 0)
		rc = journal_raise(t->audit, anomaly_rule_find("log_misbehaviour"), full, detail, &about);
	if (rc >= 0)
		rc = store_commit(t->audit->store);
	audit_store_failed(t->audit, rc);
	tail_fail(t, "misbehaves: %s", detail);
}

const char *tail_url(const struct tail *t, struct arena *a, const char *path)
{
	const char *base = t->log->url;
	size_t n = strlen(base);
	while (n > 0 && base[n - 1] == '/')
		n--;
	return arena_format(a, "%.*s/%s", (int)n, base, path);
}

/* ---- the newest tree head ---- */

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

static int put_head(struct tail *t, const struct task_tree_head_reply *r)
{
	struct store_tree_head row = {
		.log_id = t->log->log_id,
		.root = r->root,
		.tree_size = r->tree_size,
		.timestamp_ms = r->timestamp_ms,
		.first_seen_ms = t->audit->options->at_ms,
		.signature = r->signature,
		.body = r->text,
		.state = r->verified ? TREE_HEAD_PENDING : TREE_HEAD_CONTRADICTED,
	};
	int rc = store_begin(t->audit->store);
	if (rc >= 0)
		rc = store_tree_head_put(t->audit->store, &row);
	if (rc >= 0)
		rc = store_commit(t->audit->store);
	return rc;
}

/* What an earlier run left unfinished is finished first: the smallest signed head that covers it. */
struct unfinished {
	uint64_t scanned, audited;
	struct tail_head head;
	bool found;
};

static int find_unfinished(void *context, const struct store_tree_head *h)
{
	struct unfinished *u = context;
	if (u->found || h->state != TREE_HEAD_PENDING || h->tree_size < u->scanned || h->tree_size <= u->audited)
		return 0;
	u->found = true;
	u->head = (struct tail_head){h->tree_size, h->timestamp_ms, h->root};
	return 0;
}

static void choose_target(struct tail *t)
{
	struct unfinished u = {.scanned = t->position.scanned_size, .audited = t->position.audited_size};
	t->target = t->newest;
	if (t->position.scanned_size > t->position.audited_size &&
	    !audit_store_failed(t->audit, store_tree_head_each(t->audit->store, &t->log->log_id, find_unfinished, &u)) &&
	    u.found)
		t->target = u.head;
}

static bool starts_at_begin(const struct tail *t)
{
	if (t->source->has_start)
		return t->source->start_begin;
	return t->audit->options->start_begin || !t->audit->first_run;
}

static void begin_scan(struct tail *t)
{
	if (!t->position.started && !starts_at_begin(t) && t->newest.size > 0) {
		tail_seed(t);
		return;
	}
	t->position.started = true;
	choose_target(t);
	tail_scan_from_position(t);
}

/* Same size as what was audited, or smaller: a fork, a rollback, or just an older front end. */
static bool head_contradicts(struct tail *t)
{
	const struct store_position *p = &t->position;
	char subject[96];
	if (!p->started || t->newest.size > p->audited_size)
		return false;
	snprintf(subject, sizeof(subject), "tree-head:%" PRIu64 ":%" PRId64, t->newest.size, t->newest.timestamp_ms);
	if (t->newest.size == p->audited_size && !sha256_equal(&t->newest.root, &p->audited_root)) {
		tail_misbehaviour(t, subject, "two roots for tree size %" PRIu64 ": the log has signed both (fork)",
		                  t->newest.size);
		return true;
	}
	if (t->newest.size < p->audited_size && t->newest.timestamp_ms > p->audited_timestamp_ms) {
		tail_misbehaviour(t, subject, "a newer tree head has only %" PRIu64 " entries, %" PRIu64 " were audited (rollback)",
		                  t->newest.size, p->audited_size);
		return true;
	}
	return false;
}

static void check_stale(struct tail *t)
{
	const struct ct_log *log = t->log;
	int64_t day_ms = INT64_C(86400000), limit_ms = (int64_t)log->mmd_s * 1000;
	if (limit_ms < day_ms)
		limit_ms = day_ms;
	int64_t newest_ms = t->newest.timestamp_ms > t->position.audited_timestamp_ms ? t->newest.timestamp_ms
	                                                                              : t->position.audited_timestamp_ms;
	if (strncmp(log->url, "file:", 5) == 0 || strcmp(log->state, "readonly") == 0 || strcmp(log->state, "retired") == 0 ||
	    t->audit->options->at_ms - newest_ms <= limit_ms)
		return;
	char id[2 * SHA256_BYTES + 1], subject[128];
	struct journal_subject about = {.domain = "", .log_id = &log->log_id, .log_name = log->name};
	hex_encode(sha256_bytes(&log->log_id), id);
	snprintf(subject, sizeof(subject), "log:%s stale", id);
	int rc = store_begin(t->audit->store);
	if (rc >= 0)
		rc = journal_raise(t->audit, anomaly_rule_find("log_stale"), subject,
		                   "the newest tree head is older than the log's maximum merge delay and 24 hours", &about);
	if (rc >= 0)
		rc = store_commit(t->audit->store);
	audit_store_failed(t->audit, rc);
}

static void take_head(struct tail *t, const struct task_tree_head_reply *r)
{
	if (fault_is_set(r->fault)) {
		/* A page of HTML, a cut body: a fault of the network, never of the log. */
		char what[160];
		snprintf(what, sizeof(what), "the answer is no tree head (%s in %s at byte %zu)", fault_code_name(r->fault.code),
		         r->fault.field, r->fault.offset);
		tail_retry_head(t, what, -1);
		return;
	}
	if (audit_store_failed(t->audit, put_head(t, r)))
		return;
	if (!r->verified) {
		char subject[96];
		snprintf(subject, sizeof(subject), "tree-head:%" PRIu64 ":%" PRId64, r->tree_size, r->timestamp_ms);
		tail_misbehaviour(t, subject, "the signature of tree head %" PRIu64 " does not verify with the log's key",
		                  r->tree_size);
		return;
	}
	if (t->log->kind == CT_LOG_STATIC && !r->origin_matches)
		audit_say(t->audit, "log %s: its checkpoint calls it %s", t->log->name, r->origin);
	t->newest = (struct tail_head){r->tree_size, r->timestamp_ms, r->root};
	if (head_contradicts(t))
		return;
	check_stale(t);
	begin_scan(t);
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

static void ask_for_head(struct tail *t)
{
	struct arena arena;
	int slot = slots_take(pool_slots(t->audit->pool));
	if (slot < 0)
		return;
	arena_init(&arena, 64 << 10);
	struct head_request *h = memory_alloc(sizeof(*h));
	*h = (struct head_request){t, slot, 0};
	const char *url = tail_url(t, &arena, t->log->kind == CT_LOG_STATIC ? "checkpoint" : "ct/v1/get-sth");
	struct fetch_order order = {FETCH_LOG, url ? url : "", t->source->local_allowed, LIMIT_TREE_HEAD_BYTES, (uint32_t)slot};
	t->state = TAIL_HEAD;
	if (t->began_ms == 0)
		t->began_ms = clock_monotonic_ms();
	pool_fetch(t->audit->pool, &order, (struct pool_fetch){on_head_fetched, h});
	arena_release(&arena);
}

/* ---- the whole machine ---- */

void tail_advance(struct tail *t)
{
	if (tail_is_finished(t) || audit_must_stop(t->audit))
		return;
	switch (t->state) {
	case TAIL_START:
		if (clock_monotonic_ms() >= t->retry_at_ms)
			ask_for_head(t);
		break;
	case TAIL_SCAN:
		tail_accept(t);
		if (t->state == TAIL_SCAN)
			tail_plan(t);
		break;
	default:
		break;
	}
}
