#include "ct/log_list.h"

#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "ct/signature.h"

enum { MMD_RFC6962_S = 86400, MMD_STATIC_S = 60 };

/* What the reading of one list has in common. */
struct reader {
	struct arena *arena;
	struct ct_log_list *list;
	struct fault fault;
};

static void fail(struct reader *r, enum fault_code code, const struct json *at, const char *field)
{
	if (!fault_is_set(r->fault))
		r->fault = fault_at(code, at ? at->offset : 0, field);
}

/* A member that may be missing or null; NULL then, and where it is of another type, which is a fault. */
static const struct json *optional(struct reader *r, const struct json *object, const char *name, enum json_kind kind)
{
	const struct json *v = json_get(object, name);
	if (!v || v->kind == JSON_NULL)
		return NULL;
	if (v->kind == kind)
		return v;
	fail(r, FAULT_TAG, v, name);
	return NULL;
}

/* Text for people, made safe to show; "" where there is none. */
static const char *show(struct reader *r, const struct json *v, const char *field)
{
	const char *text = v ? text_escaped(r->arena, v->text) : "";
	if (!text)
		fail(r, FAULT_LIMIT, v, field);
	return text ? text : "";
}

/* A URL is used as it stands, so it must be of printable ASCII. Which schemes are allowed depends on
 * where the list came from and is the caller's. */
static const char *read_url(struct reader *r, const struct json *log, const char *name)
{
	const struct json *v = json_member(log, name, JSON_STRING, &r->fault);
	if (!v)
		return "";
	bool good = v->text.n > 0 && v->text.n <= LIMIT_NAME_BYTES;
	for (size_t i = 0; good && i < v->text.n; i++)
		good = v->text.p[i] > 0x20 && v->text.p[i] < 0x7f && !strchr("\"'<>\\^`{|}", v->text.p[i]);
	char *url = good ? arena_text(r->arena, v->text) : NULL;
	if (!url)
		fail(r, good ? FAULT_LIMIT : FAULT_VALUE, v, name);
	return url ? url : "";
}

static void read_key(struct reader *r, const struct json *log, struct ct_log *out)
{
	out->key = json_base64_arena(log, "key", r->arena, &r->fault);
	json_base64(log, "log_id", out->log_id.b, SHA256_BYTES, &r->fault);
	struct sha256 id = hash_sha256(out->key);
	if (!sha256_equal(&id, &out->log_id))
		fail(r, FAULT_MISMATCH, json_get(log, "log_id"), "log_id");
}

static void read_final(struct reader *r, const struct json *state, struct ct_log *out)
{
	const struct json *head = optional(r, state, "final_tree_head", JSON_OBJECT);
	if (!head)
		return;
	out->has_final = true;
	out->final_size = json_number(head, "tree_size", LIMIT_TREE_SIZE, &r->fault);
	json_base64(head, "sha256_root_hash", out->final_root.b, SHA256_BYTES, &r->fault);
}

/* {"usable":{"timestamp":"..."}}: the one member's name is the state. */
static void read_state(struct reader *r, const struct json *log, struct ct_log *out)
{
	const struct json *state = optional(r, log, "state", JSON_OBJECT);
	if (!state)
		return;
	if (state->count != 1 || state->first->kind != JSON_OBJECT) {
		fail(r, FAULT_VALUE, state, "state");
		return;
	}
	out->state = text_escaped(r->arena, state->first->name);
	if (!out->state)
		fail(r, FAULT_LIMIT, state, "state");
	out->state_since_ms = json_time(state->first, "timestamp", &r->fault);
	read_final(r, state->first, out);
}

static void read_interval(struct reader *r, const struct json *log, struct ct_log *out)
{
	const struct json *interval = optional(r, log, "temporal_interval", JSON_OBJECT);
	if (!interval)
		return;
	out->has_interval = true;
	out->interval_start_ms = json_time(interval, "start_inclusive", &r->fault);
	out->interval_end_ms = json_time(interval, "end_exclusive", &r->fault);
	if (out->interval_end_ms < out->interval_start_ms)
		fail(r, FAULT_VALUE, interval, "temporal_interval");
}

static void read_mmd(struct reader *r, const struct json *log, struct ct_log *out)
{
	uint64_t mmd = out->kind == CT_LOG_STATIC ? MMD_STATIC_S : MMD_RFC6962_S;
	if (optional(r, log, "mmd", JSON_NUMBER))
		mmd = json_number(log, "mmd", UINT32_MAX, &r->fault);
	out->mmd_s = (uint32_t)mmd;
}

static void check_unique(struct reader *r, const struct json *at)
{
	const struct ct_log *last = &r->list->logs[r->list->n - 1];
	for (const struct ct_log *log = r->list->logs; log < last; log++)
		if (sha256_equal(&log->log_id, &last->log_id))
			fail(r, FAULT_DUPLICATE, at, "log_id");
}

static void read_log(struct reader *r, const struct json *v, enum ct_log_kind kind, const char *operator)
{
	if (v->kind != JSON_OBJECT) {
		fail(r, FAULT_TAG, v, "log");
		return;
	}
	struct ct_log *log = &r->list->logs[r->list->n++];
	*log = (struct ct_log){.kind = kind, .operator = operator, .submission_url = "", .state = ""};
	log->name = show(r, optional(r, v, "description", JSON_STRING), "description");
	log->log_type = show(r, optional(r, v, "log_type", JSON_STRING), "log_type");
	log->url = read_url(r, v, kind == CT_LOG_STATIC ? "monitoring_url" : "url");
	if (kind == CT_LOG_STATIC)
		log->submission_url = read_url(r, v, "submission_url");
	read_key(r, v, log);
	read_mmd(r, v, log);
	read_state(r, v, log);
	read_interval(r, v, log);
	if (!fault_is_set(r->fault))
		check_unique(r, v);
}

static void read_operator(struct reader *r, const struct json *v)
{
	const struct json *name = json_member(v, "name", JSON_STRING, &r->fault);
	const struct json *logs = optional(r, v, "logs", JSON_ARRAY);
	const struct json *tiled = optional(r, v, "tiled_logs", JSON_ARRAY);
	const char *operator = show(r, name, "name");
	for (const struct json *log = logs ? logs->first : NULL; log && !fault_is_set(r->fault); log = log->next)
		read_log(r, log, CT_LOG_RFC6962, operator);
	for (const struct json *log = tiled ? tiled->first : NULL; log && !fault_is_set(r->fault); log = log->next)
		read_log(r, log, CT_LOG_STATIC, operator);
}

static size_t count_logs(const struct json *operators)
{
	size_t n = 0;
	for (const struct json *v = operators->first; v; v = v->next) {
		const struct json *logs = json_get(v, "logs"), *tiled = json_get(v, "tiled_logs");
		n += (logs ? logs->count : 0) + (tiled ? tiled->count : 0);
	}
	return n;
}

static void read_header(struct reader *r, const struct json *root)
{
	const struct json *version = json_get(root, "version");
	if (json_is(version, JSON_STRING) || json_is(version, JSON_NUMBER))
		r->list->version = show(r, version, "version");
	if (optional(r, root, "log_list_timestamp", JSON_STRING))
		r->list->timestamp_ms = json_time(root, "log_list_timestamp", &r->fault);
}

static void read_list(struct reader *r, const struct json *root)
{
	const struct json *operators = json_member(root, "operators", JSON_ARRAY, &r->fault);
	if (!operators)
		return;
	size_t count = count_logs(operators);
	if (count == 0 || count > LIMIT_LOGS) {
		fail(r, count == 0 ? FAULT_MISSING : FAULT_LIMIT, operators, "logs");
		return;
	}
	r->list->logs = arena_array(r->arena, count, sizeof(*r->list->logs));
	if (!r->list->logs) {
		fail(r, FAULT_LIMIT, operators, "logs");
		return;
	}
	read_header(r, root);
	for (const struct json *v = operators->first; v && !fault_is_set(r->fault); v = v->next)
		read_operator(r, v);
}

struct fault ct_log_list_parse(struct bytes json, struct arena *a, struct ct_log_list *out)
{
	const struct json *root;
	struct ct_log_list list = {.version = ""};
	*out = list;
	if (json.n > LIMIT_LOG_LIST_BYTES)
		return fault_at(FAULT_LIMIT, LIMIT_LOG_LIST_BYTES, "log_list");
	struct reader r = {.arena = a, .list = &list, .fault = json_parse(a, json, &root)};
	if (!fault_is_set(r.fault))
		read_list(&r, root);
	if (!fault_is_set(r.fault))
		*out = list;
	return r.fault;
}

bool ct_log_list_verify(struct bytes json, struct bytes signature, struct bytes key)
{
	return ct_signature_verify(signature, json, key);
}
