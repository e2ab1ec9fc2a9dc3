/*
 * Is the tree of one signed head the beginning of another's? RFC 6962: get-sth-consistency; static: the hash tiles
 * on both trees' edges, one after the other. No answer, or one that leads to neither root, says nothing.
 */
#include <inttypes.h>
#include <stdio.h>

#include "audit/tail.h"
#include "base/clock.h"
#include "base/limits.h"

enum { CHECK_TRIES_MAX = 3 };

void tail_check_release(struct tail *t)
{
	arena_release(&t->check.arena);
}

void tail_check(struct tail *t, const struct tail_head *first, const struct tail_head *second,
                void (*done)(struct tail *t, enum check_outcome outcome, const struct ct_proof *path))
{
	struct check *c = &t->check;
	arena_reset(&c->arena);
	c->first = *first;
	c->second = *second;
	c->done = done;
	c->count = 1;
	c->at = c->tries = 0;
	c->slot = -1;
	c->asking = false;
	if (t->log->kind == CT_LOG_STATIC)
		c->count = ct_consistency_tiles(first->size, second->size, c->places);
	t->retry_at_ms = 0;
	t->state = TAIL_CHECK;
}

/* ---- the worker's answer ---- */

static enum check_outcome judge_path(const struct check *c, const struct ct_proof *path)
{
	struct sha256 first, second;
	if (!ct_consistency_roots(c->first.size, c->second.size, path, &first, &second) ||
	    !sha256_equal(&second, &c->second.root))
		return CHECK_UNAVAILABLE;
	return sha256_equal(&first, &c->first.root) ? CHECK_CONSISTENT : CHECK_INCONSISTENT;
}

static void on_answered(void *context, enum task_outcome outcome, struct bytes reply, uint64_t crashed_at)
{
	struct tail *t = context;
	struct check *c = &t->check;
	struct task_consistency_reply r = {0};
	struct arena arena;
	enum check_outcome came = CHECK_UNAVAILABLE;
	(void)crashed_at;
	arena_init(&arena, 1 << 20);
	if (outcome == TASK_DONE && !fault_is_set(task_consistency_reply_decode(reply, &arena, &r)) && !fault_is_set(r.fault))
		came = judge_path(c, &r.path);
	c->asking = false;
	c->done(t, came, &r.path);
	arena_release(&arena);
}

static void submit(struct tail *t)
{
	struct check *c = &t->check;
	struct task_consistency task = {.kind = t->log->kind, .first_size = c->first.size, .second_size = c->second.size,
	                                .first_root = c->first.root, .body_count = c->count};
	struct buffer message;
	memcpy(task.bodies, c->bodies, c->count * sizeof(c->bodies[0]));
	buffer_init(&message, 1 << 20);
	task_consistency_encode(&task, &message);
	c->asking = true;
	pool_submit(t->audit->pool, TASK_CONSISTENCY, buffer_bytes(&message), (struct pool_task){on_answered, t});
	buffer_release(&message);
}

/* ---- bodies ---- */

static void on_fetched(void *context, const struct fetch_result *result)
{
	struct tail *t = context;
	struct check *c = &t->check;
	struct slots *slots = pool_slots(t->audit->pool);
	struct ct_tile_place *place = t->log->kind == CT_LOG_STATIC ? &c->places[c->at] : NULL;
	bool came = result->outcome == FETCH_OK;
	if (came)
		c->bodies[c->at] = (struct task_body){
			.gzip = result->gzip, .content = arena_bytes(&c->arena, slots_view(slots, (uint32_t)c->slot, result->n))};
	slots_give(slots, c->slot, result->n);
	c->slot = -1;
	if (came) {
		c->tries = 0;
		if (++c->at == c->count)
			submit(t);
	} else if (result->status == 404 && place && place->width < CT_TILE_WIDTH) {
		place->width = CT_TILE_WIDTH; /* the full tile begins with what the partial one had */
	} else if (result->transient && ++c->tries < CHECK_TRIES_MAX) {
		t->retry_at_ms = tail_retry_at(c->tries, result->retry_after_ms);
	} else {
		struct ct_proof none = {.n = 0};
		c->done(t, CHECK_UNAVAILABLE, &none);
	}
}

void tail_check_advance(struct tail *t)
{
	struct check *c = &t->check;
	char path[160];
	struct arena arena;
	if (c->slot >= 0 || c->asking || clock_monotonic_ms() < t->retry_at_ms)
		return;
	c->slot = slots_take(pool_slots(t->audit->pool));
	if (c->slot < 0)
		return;
	if (t->log->kind == CT_LOG_STATIC)
		ct_tile_path(c->places[c->at].level, c->places[c->at].index, c->places[c->at].width, path, sizeof(path));
	else
		snprintf(path, sizeof(path), "ct/v1/get-sth-consistency?first=%" PRIu64 "&second=%" PRIu64, c->first.size,
		         c->second.size);
	arena_init(&arena, 64 << 10);
	const char *url = tail_url(t, &arena, path);
	struct fetch_order order = {
		.purpose = FETCH_LOG, .url = url ? url : "", .local_allowed = t->source->local_allowed,
		.max_bytes = t->log->kind == CT_LOG_STATIC ? LIMIT_TILE_ENTRIES * 2 * SHA256_BYTES : LIMIT_PROOF_BYTES,
		.slot = (uint32_t)c->slot
	};
	pool_fetch(t->audit->pool, &order, (struct pool_fetch){on_fetched, t});
	arena_release(&arena);
}
