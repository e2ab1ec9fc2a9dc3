#include "audit/tail.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
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
	t->checked = UINT64_MAX;
	arena_init(&t->check.arena, CT_CONSISTENCY_TILES * LIMIT_TILE_ENTRIES * 2 * SHA256_BYTES + LIMIT_PROOF_BYTES);
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
	arena_release(&t->kept_arena);
	tail_check_release(t);
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

const char *tail_url(const struct tail *t, struct arena *a, const char *path)
{
	const char *base = t->log->url;
	size_t n = strlen(base);
	while (n > 0 && base[n - 1] == '/')
		n--;
	return arena_format(a, "%.*s/%s", (int)n, base, path);
}

/* ---- the whole machine ---- */

void tail_advance(struct tail *t)
{
	if (tail_is_finished(t) || audit_must_stop(t->audit))
		return;
	switch (t->state) {
	case TAIL_START:
		if (clock_monotonic_ms() >= t->retry_at_ms)
			tail_ask_for_head(t);
		break;
	case TAIL_CHECK:
		tail_check_advance(t);
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
