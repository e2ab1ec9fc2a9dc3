/* What is said of a log, by lists or by itself, against what the history knows: each change is an event. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/state.h"
#include "base/hex.h"
#include "base/memory.h"
#include "report/event.h"

/* ---- the list ---- */

/* The logs of the history, as they were before this run. */
struct known_log {
	struct store_log row;   /* texts and key are copies in the run's arena */
};

struct known_logs {
	struct audit *audit;
	struct known_log *v;
	size_t n;
};

static const char *keep(struct audit *a, const char *text)
{
	const char *copy = arena_text(&a->arena, bytes_of_text(text));
	return copy ? copy : "";
}

static int keep_log(void *context, const struct store_log *row)
{
	struct known_logs *k = context;
	struct audit *a = k->audit;
	k->v = memory_grow(k->v, k->n + 1, sizeof(*k->v));
	struct store_log *copy = &k->v[k->n++].row;
	*copy = *row;
	copy->name = keep(a, row->name);
	copy->operator = keep(a, row->operator);
	copy->url = keep(a, row->url);
	copy->submission_url = keep(a, row->submission_url);
	copy->state = keep(a, row->state);
	copy->key = arena_bytes(&a->arena, row->key);
	return 0;
}

/* The log as this run knows it; NULL where neither list nor configuration names it. */
static const struct ct_log *named_now(const struct audit *a, const struct sha256 *log_id)
{
	for (size_t i = 0; i < a->log_count; i++)
		if (sha256_equal(&a->logs[i].log.log_id, log_id))
			return &a->logs[i].log;
	for (size_t i = 0; i < a->listed_count; i++)
		if (sha256_equal(&a->listed[i].log_id, log_id))
			return &a->listed[i];
	return NULL;
}

static const struct ct_log *same_url(const struct audit *a, const struct store_log *row)
{
	for (size_t i = 0; i < a->log_count; i++)
		if (strcmp(a->logs[i].log.url, row->url) == 0 && !sha256_equal(&a->logs[i].log.log_id, &row->log_id))
			return &a->logs[i].log;
	for (size_t i = 0; i < a->listed_count; i++)
		if (strcmp(a->listed[i].url, row->url) == 0 && !sha256_equal(&a->listed[i].log_id, &row->log_id))
			return &a->listed[i];
	return NULL;
}

static int note_departure(struct audit *a, const struct store_log *row)
{
	struct event_change gone = {"listed", "yes", "no"};
	struct store_log now = *row;
	const struct ct_log *successor = same_url(a, row);
	now.listed = false;
	int rc = store_log_put(a->store, &now);
	if (rc >= 0)
		rc = journal_log(a, &row->log_id, row->name, &gone);
	if (rc >= 0 && successor) {
		char before[2 * SHA256_BYTES + 1], after[2 * SHA256_BYTES + 1];
		struct event_change key = {"key", before, after};
		hex_encode(sha256_bytes(&row->log_id), before);
		hex_encode(sha256_bytes(&successor->log_id), after);
		rc = journal_log(a, &row->log_id, row->name, &key);
		audit_warn(a, "log %s: its URL now belongs to a log with another key", row->name);
	}
	return rc;
}

static int note_one(struct audit *a, const struct store_log *row)
{
	const struct ct_log *now = named_now(a, &row->log_id);
	int rc = 0;
	if (!now)
		return row->listed ? note_departure(a, row) : 0;
	if (!row->listed) {
		struct event_change back = {"listed", "no", "yes"};
		rc = journal_log(a, &row->log_id, row->name, &back);
	}
	if (rc >= 0 && strcmp(row->state, now->state) != 0) {
		struct event_change state = {"state", row->state, now->state};
		rc = journal_log(a, &row->log_id, row->name, &state);
	}
	/* One that is not audited any more is not stored with those of this run. */
	struct store_log copy = *row;
	copy.listed = true;
	copy.state = now->state;
	copy.state_since_ms = now->state_since_ms;
	return rc < 0 ? rc : store_log_put(a->store, &copy);
}

int sources_note_changes(struct audit *a)
{
	struct known_logs known = {.audit = a};
	/* A run for one log, or without its list, says nothing of who left. */
	if (a->options->only_log || a->list_failed)
		return 0;
	int rc = store_log_each(a->store, keep_log, &known);
	for (size_t i = 0; i < known.n && rc >= 0; i++)
		rc = note_one(a, &known.v[i].row);
	free(known.v);
	return rc;
}

/* ---- the checkpoint's name ---- */

static const char *without_scheme(const char *url, size_t *n)
{
	const char *separator = strstr(url, "://");
	url = separator ? separator + 3 : url;
	*n = strlen(url);
	if (*n > 0 && url[*n - 1] == '/')
		--*n;
	return url;
}

/* The origin that this log had before, or the submission prefix that its list gives; "" where none is known. 1: it
 * was never seen. Negative: the store failed. */
static int known_origin(struct audit *a, const struct ct_log *log, char *name, size_t name_size, char *out, size_t size)
{
	char id[2 * SHA256_BYTES + 1];
	size_t n;
	const char *expected = without_scheme(log->submission_url, &n);
	hex_encode(sha256_bytes(&log->log_id), id);
	snprintf(name, name_size, "origin %s", id);
	int rc = store_setting_get(a->store, name, out, size);
	if (rc == 1)
		snprintf(out, size, "%.*s", (int)n, expected);
	return rc;
}

bool sources_origin_is(struct audit *a, const struct ct_log *log, const char *origin)
{
	char name[96], known[512];
	int rc = known_origin(a, log, name, sizeof(name), known, sizeof(known));
	return !audit_store_failed(a, rc) && strcmp(known, origin) == 0;
}

/* The log does not sign its origin, so another one proves nothing; but witnesses and other readers go by it. It
 * is compared with the one before, and the first with the submission prefix. */
void sources_note_origin(struct audit *a, const struct ct_log *log, const char *origin)
{
	char name[96], before[512];
	int rc = known_origin(a, log, name, sizeof(name), before, sizeof(before));
	if (audit_store_failed(a, rc) || (rc == 0 && strcmp(before, origin) == 0))
		return;
	bool differs = before[0] != 0 && strcmp(before, origin) != 0;
	struct event_change change = {"origin", before, origin};
	rc = store_begin(a->store);
	if (rc >= 0)
		rc = store_setting_put(a->store, name, origin);
	if (rc >= 0 && differs)
		rc = journal_log(a, &log->log_id, log->name, &change);
	if (rc >= 0)
		rc = store_commit(a->store);
	if (!audit_store_failed(a, rc) && differs)
		audit_warn(a, "log %s: its checkpoint calls it %s, not %s", log->name, origin, before);
}
