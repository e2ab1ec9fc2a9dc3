/* Fetching and scanning entries: pages of get-entries, or data tiles. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "audit/tail.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/memory.h"
#include "ct/tile.h"

enum {
	WINDOW_MAX = 8,       /* requests of one log in flight */
	WINDOW_FILE = 24,     /* of one on disk: enough for the workers while a batch is committed */
	SLOTS_KEPT_FREE = 4,  /* for tree heads, documents and collateral */
	PAGES_AHEAD_MAX = 64, /* planned or ready and waiting for an earlier one */
	CAP_FIRST = 1000,     /* asked for before the log's page cap is known */
	GONE_TRIES_MAX = 3    /* 404 or 410 for what a signed tree head covers: a front end may lag behind */
};

static void free_page(struct page *p)
{
	slots_give(pool_slots(p->tail->audit->pool), p->slot, p->slot_used);
	arena_release(&p->arena);
	free(p);
}

/* Pages whose answers are still to come cannot be freed here: they are cut loose and go when the
 * answer comes. */
static void free_list(struct page *p)
{
	while (p) {
		struct page *next = p->next;
		if (p->state == PAGE_FETCHING || p->state == PAGE_SCANNING)
			p->to = p->from; /* orphan */
		else
			free_page(p);
		p = next;
	}
}

void tail_drop_pages(struct tail *t)
{
	free_list(t->pages);
	free_list(t->batch);
	t->pages = t->batch = NULL;
	t->pages_end = &t->pages;
	t->batch_end = &t->batch;
	t->batch_pages = 0;
}

static bool is_orphan(const struct page *p)
{
	return p->to == p->from;
}

static struct page *new_page(struct tail *t, uint64_t first, uint64_t from, uint64_t to, uint32_t width)
{
	struct page *p = memory_alloc(sizeof(*p));
	*p = (struct page){.tail = t, .first = first, .from = from, .to = to, .width = width, .skip = UINT64_MAX, .slot = -1};
	arena_init(&p->arena, LIMIT_ARENA_BYTES);
	return p;
}

void tail_scan_from_position(struct tail *t)
{
	const struct store_position *p = &t->position;
	tail_drop_pages(t);
	t->frontier = (struct ct_frontier){.size = p->scanned_size, .n = (unsigned)p->scanned_node_count};
	memcpy(t->frontier.nodes, p->scanned_nodes, sizeof(t->frontier.nodes));
	t->planned = t->batch_from = t->served_end = p->scanned_size;
	t->served_count = 0;
	tail_drop_bodies(t);
	t->tries = 0;
	t->state = TAIL_SCAN;
}

/* ---- answers ---- */

static void retry_page(struct page *p, const char *what, int64_t retry_after_ms)
{
	slots_give(pool_slots(p->tail->audit->pool), p->slot, p->slot_used);
	p->slot = -1;
	p->state = PAGE_PLANNED;
	p->retry_at_ms = tail_retry_at(++p->tries, retry_after_ms);
	if (p->tries >= TAIL_TRIES_MAX) {
		tail_keep_progress(p->tail);
		tail_fail(p->tail, "entries from %" PRIu64 " cannot be had: %s", p->from, what);
	}
}

static void submit_page(struct page *p, bool gzip);

/* The entry that two workers died on is left alone from now on; everything else of the page is read. */
static void quarantine(struct page *p, uint64_t crashed_at)
{
	if (crashed_at < p->from || crashed_at >= p->to || p->skip != UINT64_MAX) {
		tail_fail(p->tail, "workers died on the entries from %" PRIu64, p->from);
		p->state = PAGE_PLANNED;
		return;
	}
	p->skip = crashed_at;
	submit_page(p, false);
}

static void learn_cap(struct tail *t, const struct page *p)
{
	uint64_t asked = p->to - p->from;
	if (t->log->kind == CT_LOG_STATIC || p->reply.count >= asked)
		return;
	/* A short page from an aligned start is the cap; from an odd start it may only be the way to
	 * the next boundary (CTFE's align_getentries). */
	if (t->cap == 0 || p->reply.count > t->cap || p->from % t->cap == 0)
		t->cap = (uint32_t)p->reply.count;
}

static unsigned window_max(const struct tail *t)
{
	return strncmp(t->log->url, "file:", 5) == 0 ? WINDOW_FILE : WINDOW_MAX;
}

static void on_page_scanned(void *context, enum task_outcome outcome, struct bytes reply, uint64_t crashed_at)
{
	struct page *p = context;
	struct tail *t = p->tail;
	t->in_flight--;
	if (is_orphan(p)) {
		free_page(p);
		return;
	}
	if (outcome == TASK_CRASHED) {
		quarantine(p, crashed_at);
		return;
	}
	if (fault_is_set(task_entries_reply_decode(reply, &p->arena, &p->reply))) {
		tail_fail(t, "a worker broke the protocol on the entries from %" PRIu64, p->from);
		p->state = PAGE_PLANNED;
		return;
	}
	if (fault_is_set(p->reply.fault) || p->reply.count == 0 || p->reply.count > p->to - p->from) {
		char what[160];
		snprintf(what, sizeof(what), "the answer is no %s of them (%s in %s at byte %zu)",
		         t->log->kind == CT_LOG_STATIC ? "tile" : "page", fault_code_name(p->reply.fault.code),
		         p->reply.fault.field, p->reply.fault.offset);
		arena_reset(&p->arena);
		retry_page(p, what, -1);
		return;
	}
	if (t->root_was_wrong)
		p->body = arena_bytes(&p->arena, slots_view(pool_slots(t->audit->pool), (uint32_t)p->slot, p->slot_used));
	slots_give(pool_slots(t->audit->pool), p->slot, p->slot_used);
	p->slot = -1;
	p->state = PAGE_READY;
	learn_cap(t, p);
	if (t->window < window_max(t))
		t->window++;
}

static void submit_page(struct page *p, bool gzip)
{
	struct tail *t = p->tail;
	struct buffer message;
	struct task_entries task = {
		.kind = t->log->kind,
		.first = p->first,
		.from = p->from,
		.to = p->to,
		.expected = p->width,
		.skip = p->skip,
		.body = {.in_slot = true, .gzip = gzip, .slot = (uint32_t)p->slot, .n = p->slot_used},
	};
	p->state = PAGE_SCANNING;
	t->in_flight++;
	buffer_init(&message, 64 << 10);
	task_entries_encode(&task, &message);
	pool_submit(t->audit->pool, TASK_ENTRIES, buffer_bytes(&message), (struct pool_task){on_page_scanned, p});
	buffer_release(&message);
}

static void on_page_fetched(void *context, const struct fetch_result *result)
{
	struct page *p = context;
	struct tail *t = p->tail;
	t->in_flight--;
	p->slot_used = result->n;
	if (is_orphan(p)) {
		free_page(p);
		return;
	}
	bool gone = result->outcome == FETCH_STATUS && (result->status == 404 || result->status == 410);
	if (gone && t->log->kind == CT_LOG_STATIC && p->width < LIMIT_TILE_ENTRIES) {
		p->width = LIMIT_TILE_ENTRIES; /* partial tiles may vanish once the full one exists */
		p->whole_tile = true;
		retry_page(p, result->message, 0);
		p->retry_at_ms = 0;
	} else if (gone && ++p->gone >= GONE_TRIES_MAX) {
		slots_give(pool_slots(t->audit->pool), p->slot, p->slot_used);
		p->slot = -1;
		p->state = PAGE_GONE;
		snprintf(p->answer, sizeof(p->answer), "HTTP status %ld", result->status);
	} else if (result->outcome != FETCH_OK && !result->transient && result->outcome != FETCH_STATUS) {
		retry_page(p, result->message, -1);
		tail_keep_progress(t);
		tail_fail(t, "entries from %" PRIu64 " cannot be had: %s", p->from, result->message);
	} else if (result->outcome != FETCH_OK) {
		t->window = t->window > 1 ? t->window / 2 : 1;
		retry_page(p, result->message, result->retry_after_ms);
	} else {
		submit_page(p, result->gzip);
	}
}

static void fetch_page(struct page *p)
{
	struct tail *t = p->tail;
	char path[160];
	struct arena arena;
	if (t->log->kind == CT_LOG_STATIC)
		ct_tile_path(CT_TILE_DATA, p->first / LIMIT_TILE_ENTRIES, p->width, path, sizeof(path));
	else
		snprintf(path, sizeof(path), "ct/v1/get-entries?start=%" PRIu64 "&end=%" PRIu64, p->from, p->to - 1);
	arena_init(&arena, 64 << 10);
	const char *url = tail_url(t, &arena, path);
	struct fetch_order order = {
		.purpose = FETCH_LOG, .url = url ? url : "", .local_allowed = t->source->local_allowed,
		.max_bytes = LIMIT_BODY_BYTES, .slot = (uint32_t)p->slot
	};
	p->state = PAGE_FETCHING;
	t->in_flight++;
	pool_fetch(t->audit->pool, &order, (struct pool_fetch){on_page_fetched, p});
	arena_release(&arena);
}

/* ---- planning ---- */

/* What to ask for next: the rest of a tile, or up to the next multiple of the page cap. */
static struct page *plan_next(struct tail *t)
{
	uint64_t from = t->planned, size = t->target.size;
	if (t->log->kind == CT_LOG_STATIC) {
		uint64_t first = from / LIMIT_TILE_ENTRIES * LIMIT_TILE_ENTRIES;
		uint64_t width = size - first < LIMIT_TILE_ENTRIES ? size - first : LIMIT_TILE_ENTRIES;
		return new_page(t, first, from, first + width, (uint32_t)width);
	}
	uint64_t cap = t->cap ? t->cap : CAP_FIRST;
	uint64_t to = (from / cap + 1) * cap;
	if (to > size)
		to = size;
	return new_page(t, from, from, to, (uint32_t)(to - from));
}

static bool may_fetch(const struct tail *t)
{
	const struct slots *slots = pool_slots(t->audit->pool);
	return t->in_flight < t->window && __builtin_popcount(slots->free) > SLOTS_KEPT_FREE;
}

static void start_page(struct page *p)
{
	p->slot = slots_take(pool_slots(p->tail->audit->pool));
	if (p->slot >= 0)
		fetch_page(p);
}

/* A disk answers at once: it is asked in bursts, so that fewer messages go to and fro. */
static bool waits_for_burst(const struct tail *t)
{
	return t->window == WINDOW_FILE && t->in_flight > WINDOW_FILE / 2;
}

void tail_plan(struct tail *t)
{
	int64_t now = clock_monotonic_ms();
	size_t ahead = 0;
	for (struct page *p = t->pages; p; p = p->next, ahead++) {
		if (p->state == PAGE_GONE)
			return; /* nothing behind it can be proven in this run; what stands before it goes on */
		if (p->state == PAGE_PLANNED && now >= p->retry_at_ms && may_fetch(t))
			start_page(p);
	}
	if (waits_for_burst(t))
		return;
	/* Until the page cap is known one request tells more than many. */
	size_t most = t->log->kind == CT_LOG_RFC6962 && t->cap == 0 ? 1 : PAGES_AHEAD_MAX;
	while (t->planned < t->target.size && ahead < most && may_fetch(t)) {
		struct page *p = plan_next(t);
		*t->pages_end = p;
		t->pages_end = &p->next;
		t->planned = p->to;
		ahead++;
		start_page(p);
	}
}
