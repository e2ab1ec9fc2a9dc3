/*
 * Starting at a log's end: the Merkle frontier of its newest tree head, proven by the root. Static
 * logs: one partial hash tile per level; RFC 6962: the audit path of the last entry.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "audit/tail.h"
#include "base/base64.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/memory.h"
#include "ct/tile.h"

enum { SLOT_WAIT_MS = 100 };

struct seed_request {
	struct tail *tail;
	unsigned level;
};

static void give_seed_slots(struct tail *t)
{
	for (size_t i = 0; i < TASK_SEED_BODIES; i++) {
		slots_give(pool_slots(t->audit->pool), t->seed_slots[i], t->seed_used[i]);
		t->seed_slots[i] = -1;
	}
}

static void retry_seed(struct tail *t, const char *what, int64_t retry_after_ms)
{
	give_seed_slots(t);
	tail_retry_head(t, what, retry_after_ms); /* with a new head: the old one's partial tiles may be gone */
}

static int put_seed(struct tail *t)
{
	struct store_position *p = &t->position;
	struct store_tree_head head = {.log_id = t->log->log_id, .root = t->newest.root, .tree_size = t->newest.size,
	                               .timestamp_ms = t->newest.timestamp_ms, .first_seen_ms = t->audit->options->at_ms,
	                               .state = TREE_HEAD_VERIFIED};
	p->started = true;
	p->audited_from = p->audited_size = p->scanned_size = t->newest.size;
	p->audited_root = t->newest.root;
	p->audited_timestamp_ms = p->complete_since_ms = t->newest.timestamp_ms;
	p->audited_node_count = p->scanned_node_count = t->frontier.n;
	memcpy(p->audited_nodes, t->frontier.nodes, sizeof(p->audited_nodes));
	memcpy(p->scanned_nodes, t->frontier.nodes, sizeof(p->scanned_nodes));
	p->last_success_ms = t->audit->options->at_ms;
	int rc = store_begin(t->audit->store);
	if (rc >= 0)
		rc = store_position_put(t->audit->store, &t->log->log_id, p);
	if (rc >= 0)
		rc = store_tree_head_put(t->audit->store, &head);
	if (rc >= 0)
		rc = store_commit(t->audit->store);
	return rc;
}

static void on_seeded(void *context, enum task_outcome outcome, struct bytes reply, uint64_t crashed_at)
{
	struct tail *t = context;
	struct task_seed_reply r = {0};
	struct arena arena;
	(void)crashed_at;
	arena_init(&arena, 1 << 20);
	if (outcome != TASK_DONE || fault_is_set(task_seed_reply_decode(reply, &arena, &r))) {
		give_seed_slots(t);
		tail_fail(t, "the decoder died on its proof");
	} else if (fault_is_set(r.fault) || !r.proven) {
		retry_seed(t, "the proof it serves does not lead to its tree head", -1);
	} else {
		give_seed_slots(t);
		t->frontier = r.frontier;
		if (!audit_store_failed(t->audit, put_seed(t)))
			t->state = TAIL_DONE;
	}
	arena_release(&arena);
}

static void submit_seed(struct tail *t)
{
	struct task_seed task = {.kind = t->log->kind, .tree_size = t->newest.size, .root = t->newest.root,
	                         .has_leaf = t->seed_step == SEED_PROOF_BY_HASH, .leaf = t->seed_leaf,
	                         .body_count = t->seed_levels};
	struct buffer message;
	for (unsigned i = 0; i < t->seed_levels; i++) {
		if (t->seed_slots[i] < 0)
			continue;
		task.bodies[i] = (struct task_body){.in_slot = true, .gzip = t->seed_gzip[i], .slot = (uint32_t)t->seed_slots[i],
		                                    .n = t->seed_used[i]};
	}
	buffer_init(&message, 1 << 20);
	task_seed_encode(&task, &message);
	pool_submit(t->audit->pool, TASK_SEED, buffer_bytes(&message), (struct pool_task){on_seeded, t});
	buffer_release(&message);
}

/* get-entry-and-proof has it all in one answer. Some logs do not offer it: then the last entry is fetched,
 * hashed, and asked for by its hash. */
static void rfc6962_path(const struct tail *t, char *path, size_t size)
{
	uint64_t last = t->newest.size - 1;
	if (t->seed_step == SEED_ENTRY_AND_PROOF) {
		snprintf(path, size, "ct/v1/get-entry-and-proof?leaf_index=%" PRIu64 "&tree_size=%" PRIu64, last, t->newest.size);
	} else if (t->seed_step == SEED_ENTRY) {
		snprintf(path, size, "ct/v1/get-entries?start=%" PRIu64 "&end=%" PRIu64, last, last);
	} else {
		struct buffer hash;
		buffer_init(&hash, 256);
		base64_put(&hash, sha256_bytes(&t->seed_leaf));
		int n = snprintf(path, size, "ct/v1/get-proof-by-hash?tree_size=%" PRIu64 "&hash=", t->newest.size);
		for (size_t i = 0; i < hash.n && (size_t)n + 4 < size; i++) {
			bool plain = hash.p[i] != '+' && hash.p[i] != '/' && hash.p[i] != '=';
			n += snprintf(path + n, size - (size_t)n, plain ? "%c" : "%%%02X", hash.p[i]);
		}
		buffer_release(&hash);
	}
}

static void on_seed_fetched(void *context, const struct fetch_result *result);

static void ask_for_seed(struct tail *t, unsigned level)
{
	char path[256];
	struct arena arena;
	struct seed_request *s = memory_alloc(sizeof(*s));
	*s = (struct seed_request){t, level};
	if (t->log->kind == CT_LOG_STATIC) {
		uint64_t nodes = t->newest.size >> (8 * level);
		ct_tile_path(level, nodes >> 8, t->seed_whole[level] ? LIMIT_TILE_ENTRIES : (unsigned)(nodes & 0xff), path,
		             sizeof(path));
	} else {
		rfc6962_path(t, path, sizeof(path));
	}
	arena_init(&arena, 64 << 10);
	const char *url = tail_url(t, &arena, path);
	struct fetch_order order = {
		.purpose = FETCH_LOG, .url = url ? url : "", .local_allowed = t->source->local_allowed,
		.max_bytes = LIMIT_BODY_BYTES, .slot = (uint32_t)t->seed_slots[level]
	};
	pool_fetch(t->audit->pool, &order, (struct pool_fetch){on_seed_fetched, s});
	arena_release(&arena);
}

/* The last entry by itself: its hash is the one subtree of the reply. */
static void on_entry_hashed(void *context, enum task_outcome outcome, struct bytes reply, uint64_t crashed_at)
{
	struct tail *t = context;
	struct task_entries_reply r = {0};
	struct arena arena;
	(void)crashed_at;
	arena_init(&arena, LIMIT_ARENA_BYTES);
	if (outcome != TASK_DONE || fault_is_set(task_entries_reply_decode(reply, &arena, &r)) || fault_is_set(r.fault) ||
	    r.subtree_count != 1 || r.subtrees[0].level != 0) {
		retry_seed(t, "its last entry cannot be read", -1);
	} else {
		t->seed_leaf = r.subtrees[0].hash;
		t->seed_step = SEED_PROOF_BY_HASH;
		t->seed_waiting = 1;
		ask_for_seed(t, 0);
	}
	arena_release(&arena);
}

static void submit_entry(struct tail *t)
{
	uint64_t last = t->newest.size - 1;
	struct task_entries task = {.kind = CT_LOG_RFC6962, .first = last, .from = last, .to = last + 1, .expected = 1,
	                            .skip = UINT64_MAX};
	struct buffer message;
	task.body = (struct task_body){.in_slot = true, .gzip = t->seed_gzip[0], .slot = (uint32_t)t->seed_slots[0],
	                               .n = t->seed_used[0]};
	buffer_init(&message, 64 << 10);
	task_entries_encode(&task, &message);
	pool_submit(t->audit->pool, TASK_ENTRIES, buffer_bytes(&message), (struct pool_task){on_entry_hashed, t});
	buffer_release(&message);
}

static void on_seed_fetched(void *context, const struct fetch_result *result)
{
	struct seed_request *s = context;
	struct tail *t = s->tail;
	unsigned level = s->level;
	free(s);
	bool gone = result->outcome == FETCH_STATUS && (result->status == 404 || result->status == 410);
	if (gone && t->log->kind == CT_LOG_STATIC && !t->seed_whole[level]) {
		t->seed_whole[level] = true; /* partial tiles may vanish once the full one exists */
		ask_for_seed(t, level);
		return;
	}
	bool offered = result->outcome != FETCH_STATUS || result->status < 400 || result->status > 499 || result->transient;
	if (!offered && t->log->kind == CT_LOG_RFC6962 && t->seed_step == SEED_ENTRY_AND_PROOF) {
		t->seed_step = SEED_ENTRY;
		ask_for_seed(t, level);
		return;
	}
	t->seed_used[level] = result->n;
	t->seed_gzip[level] = result->gzip;
	if (result->outcome != FETCH_OK && t->message[0] == 0)
		snprintf(t->message, sizeof(t->message), "%s", result->message);
	if (--t->seed_waiting > 0)
		return;
	if (t->message[0] != 0) {
		char what[sizeof(t->message)];
		memcpy(what, t->message, sizeof(what));
		t->message[0] = 0;
		retry_seed(t, what, result->retry_after_ms);
		return;
	}
	if (t->seed_step == SEED_ENTRY)
		submit_entry(t);
	else
		submit_seed(t);
}

void tail_seed(struct tail *t)
{
	struct slots *slots = pool_slots(t->audit->pool);
	unsigned wanted[TASK_SEED_BODIES], n = 0;
	t->state = TAIL_SEED;
	t->seed_step = SEED_ENTRY_AND_PROOF;
	t->seed_levels = 1;
	t->seed_waiting = 0;
	memset(t->seed_whole, 0, sizeof(t->seed_whole));
	memset(t->seed_used, 0, sizeof(t->seed_used));
	if (t->log->kind == CT_LOG_STATIC)
		for (t->seed_levels = 0; t->seed_levels < TASK_SEED_BODIES && t->newest.size >> (8 * t->seed_levels) > 0;)
			t->seed_levels++;
	for (unsigned level = 0; level < t->seed_levels; level++)
		if (t->log->kind == CT_LOG_RFC6962 || ((t->newest.size >> (8 * level)) & 0xff) != 0)
			wanted[n++] = level;
	if ((unsigned)__builtin_popcount(slots->free) < n) { /* other logs have them all: it will be our turn */
		t->state = TAIL_START;
		t->retry_at_ms = clock_monotonic_ms() + SLOT_WAIT_MS;
		return;
	}
	for (unsigned i = 0; i < n; i++)
		t->seed_slots[wanted[i]] = slots_take(slots);
	t->seed_waiting = n;
	for (unsigned i = 0; i < n; i++)
		ask_for_seed(t, wanted[i]);
}
