/* Which logs are audited: those of the configuration, and those of the log list. */
#include <stdlib.h>
#include <string.h>

#include "audit/state.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "ct/log_list.h"

static const char list_kind[] = "log-list";

enum { LIST_FRESH_MS = 20 * 3600 * 1000 }; /* renewed daily: every nightly run asks, and one that follows not each minute */

static void add_log(struct audit *a, const struct audit_log *log)
{
	const char *only = a->options->only_log;
	if (only && strcmp(only, log->log.name) != 0)
		return;
	for (size_t i = 0; i < a->log_count; i++)
		if (sha256_equal(&a->logs[i].log.log_id, &log->log.log_id)) /* a log section goes before the list */
			return;
	a->logs = memory_grow(a->logs, a->log_count + 1, sizeof(*a->logs));
	a->logs[a->log_count++] = *log;
}

static bool is_audited_state(const char *state)
{
	return strcmp(state, "qualified") == 0 || strcmp(state, "usable") == 0 || strcmp(state, "readonly") == 0;
}

/* Let a worker verify and parse the list; its logs are added. */
static bool take_list(struct audit *a, struct bytes text, struct bytes signature, bool local, const char *where)
{
	struct task_log_list task = {.body = {.content = text}, .signature = signature, .key = a->options->log_list_key};
	struct task_log_list_reply reply = {0};
	struct buffer message;
	struct bytes answer = {NULL, 0};
	enum task_outcome outcome = TASK_CRASHED;
	buffer_init(&message, LIMIT_FRAME_BYTES);
	task_log_list_encode(&task, &message);
	int rc = pool_call(a->pool, TASK_LOG_LIST, buffer_bytes(&message), &a->arena, &outcome, &answer);
	buffer_release(&message);
	if (rc < 0)
		a->error = rc;
	if (rc < 0 || outcome != TASK_DONE || fault_is_set(task_log_list_reply_decode(answer, &a->arena, &reply))) {
		audit_warn(a, "log list %s: the decoder died on it", where);
		return false;
	}
	if (signature.n > 0 && !reply.verified) {
		audit_warn(a, "log list %s: its signature does not verify; it is not used", where);
		return false;
	}
	if (fault_is_set(reply.fault)) {
		audit_warn(a, "log list %s: not a log list of version 3 (%s in %s at byte %zu)", where,
		           fault_code_name(reply.fault.code), reply.fault.field, reply.fault.offset);
		return false;
	}
	a->listed = reply.logs;
	a->listed_count = reply.log_count;
	for (size_t i = 0; i < reply.log_count; i++) {
		struct audit_log log = {.log = reply.logs[i], .local_allowed = local};
		if (is_audited_state(log.log.state) || (local && log.log.state[0] == 0))
			add_log(a, &log);
	}
	return true;
}

static void archive_list(struct audit *a, struct bytes text, const char *source)
{
	struct store_collateral row = {.sha256 = hash_sha256(text), .kind = list_kind, .vendor = "", .source = source,
	                               .label = "log list", .fetched_ms = a->options->at_ms, .content = text};
	int rc = store_begin(a->store);
	if (rc >= 0)
		rc = store_collateral_put(a->store, &row);
	if (rc >= 0)
		rc = store_commit(a->store);
	audit_store_failed(a, rc);
}

struct last_list {
	struct arena *arena;
	struct bytes text;
	int64_t fetched_ms;
	const char *source;
};

static int newest_list(void *context, const struct store_collateral *c)
{
	struct last_list *l = context;
	if (strcmp(c->kind, list_kind) != 0 || (l->text.n > 0 && c->fetched_ms < l->fetched_ms))
		return 0;
	l->text = arena_bytes(l->arena, c->content);
	l->fetched_ms = c->fetched_ms;
	l->source = arena_text(l->arena, bytes_of_text(c->source));
	return 0;
}

/* The last list that was good: it was verified when it came. */
static struct last_list archived_list(struct audit *a)
{
	struct last_list last = {.arena = &a->arena};
	audit_store_failed(a, store_collateral_each(a->store, newest_list, &last));
	return last;
}

static bool is_fresh(const struct audit *a, const struct last_list *last, const char *url)
{
	int64_t age_ms = a->options->at_ms - last->fetched_ms;
	return last->text.n > 0 && last->source && strcmp(last->source, url) == 0 && age_ms >= 0 && age_ms < LIST_FRESH_MS;
}

static void use_archived_list(struct audit *a)
{
	struct last_list last = archived_list(a);
	if (last.text.n > 0 && take_list(a, last.text, (struct bytes){NULL, 0}, false, "(archived)"))
		return;
	audit_warn(a, "no log list at hand: the logs of the list are not audited in this run");
	a->incomplete = a->list_failed = true;
}

static bool fetch_to_arena(struct audit *a, const char *url, size_t max, struct bytes *out)
{
	struct slots *slots = pool_slots(a->pool);
	struct fetch_result result = {0};
	int slot = audit_take_slot(a);
	if (slot < 0)
		return false;
	struct fetch_order order = {
		.purpose = FETCH_LIST, .url = url, .local_allowed = false, .max_bytes = max, .slot = (uint32_t)slot
	};
	int rc = pool_fetch_wait(a->pool, &order, &result);
	if (rc < 0)
		a->error = rc;
	else if (result.outcome == FETCH_OK)
		*out = arena_bytes(&a->arena, slots_view(slots, (uint32_t)slot, result.n));
	else
		audit_warn(a, "%s: %s", url, result.message);
	slots_give(slots, slot, result.n);
	return rc >= 0 && result.outcome == FETCH_OK && out->n == result.n;
}

static void fetch_list(struct audit *a, const char *url)
{
	struct bytes text = {NULL, 0}, signature = {NULL, 0};
	size_t n = strlen(url);
	struct last_list last = archived_list(a);
	if (is_fresh(a, &last, url) && take_list(a, last.text, (struct bytes){NULL, 0}, false, "(archived)"))
		return;
	/* log_list.json is signed by log_list.sig beside it. */
	const char *signature_url = n > 5 && strcmp(url + n - 5, ".json") == 0
	                                    ? arena_format(&a->arena, "%.*s.sig", (int)(n - 5), url)
	                                    : arena_format(&a->arena, "%s.sig", url);
	if (!a->options->offline && signature_url && fetch_to_arena(a, url, LIMIT_LOG_LIST_BYTES, &text) &&
	    fetch_to_arena(a, signature_url, 64 << 10, &signature) && signature.n > 0 &&
	    take_list(a, text, signature, false, url)) {
		archive_list(a, text, url);
		return;
	}
	if (!a->options->offline) {
		audit_warn(a, "log list %s: going on with the last good one", url);
		a->incomplete = true;
	}
	use_archived_list(a);
}

static void read_list(struct audit *a, const char *path)
{
	struct buffer text;
	buffer_init(&text, LIMIT_LOG_LIST_BYTES);
	int rc = file_read(path, &text);
	struct bytes copy = arena_bytes(&a->arena, buffer_bytes(&text));
	if (rc < 0)
		audit_warn(a, "log list %s: cannot be read: %s", path, strerror(-rc));
	if (rc < 0 || !take_list(a, copy, (struct bytes){NULL, 0}, true, path))
		a->incomplete = a->list_failed = true;
	buffer_release(&text);
}

void audit_sources(struct audit *a)
{
	const struct audit_options *o = a->options;
	for (size_t i = 0; i < o->log_count; i++)
		add_log(a, &o->logs[i]);
	if (o->log_list && strncmp(o->log_list, "https://", 8) == 0)
		fetch_list(a, o->log_list);
	else if (o->log_list)
		read_list(a, o->log_list);
	if (o->only_log && a->log_count == 0) {
		audit_warn(a, "no log is called \"%s\"; `teewatch logs` lists the names", o->only_log);
		a->incomplete = true;
	}
}
