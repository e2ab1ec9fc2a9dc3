#include "ct/log_list.h"

#include "base/base64.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "ct/signature.h"

bool ct_log_list_verify(struct bytes json, struct bytes signature, struct bytes key)
{
	return ct_raw_signature_verify(signature, json, key);
}

/* Text for people and URLs: control characters would lie to terminals. */
static const char *read_text(const struct json *object, const char *name, struct arena *a)
{
	const struct json *m = json_get(object, name);
	const char *s = json_is(m, JSON_STRING) ? text_escaped(a, m->text) : "";
	return s ? s : "";
}

static void set_fault(struct fault *f, enum fault_code code, const struct json *at, const char *field)
{
	if (!fault_is_set(*f))
		*f = fault_at(code, at ? at->offset : 0, field);
}

/* "state": {"usable": {"timestamp": ...}}; may be absent. */
static void read_state(const struct json *log, struct ct_log *out, struct fault *f)
{
	static const char *const states[] = {"pending", "qualified", "usable", "readonly", "retired", "rejected"};
	const struct json *state = json_get(log, "state");
	out->state = "";
	if (!state)
		return;
	if (!json_is(state, JSON_OBJECT) || state->count != 1) {
		set_fault(f, FAULT_VALUE, state, "state");
		return;
	}
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (bytes_equal_text(state->first->name, states[i]))
			out->state = states[i];
	if (out->state[0] == 0) {
		set_fault(f, FAULT_VALUE, state, "state");
		return;
	}
	out->state_since_ms = json_time(state->first, "timestamp", f);
	const struct json *final = json_get(state->first, "final_tree_head");
	if (final) {
		out->has_final = true;
		out->final_size = json_number(final, "tree_size", LIMIT_TREE_SIZE, f);
		json_base64(final, "sha256_root_hash", out->final_root.b, SHA256_BYTES, f);
	}
}

static void read_interval(const struct json *log, struct ct_log *out, struct fault *f)
{
	const struct json *interval = json_get(log, "temporal_interval");
	if (!interval)
		return;
	out->has_interval = true;
	out->interval_start_ms = json_time(interval, "start_inclusive", f);
	out->interval_end_ms = json_time(interval, "end_exclusive", f);
}

static void read_log(const struct json *log, enum ct_log_kind kind, const char *operator, struct arena *a,
                     struct ct_log *out, struct fault *f)
{
	const char *url_name = kind == CT_LOG_STATIC ? "monitoring_url" : "url";
	struct sha256 stated;
	*out = (struct ct_log){.kind = kind, .operator = operator, .submission_url = ""};
	struct bytes key = json_string(log, "key", f);
	json_string(log, url_name, f);
	json_base64(log, "log_id", stated.b, SHA256_BYTES, f);
	if (fault_is_set(*f))
		return;
	if (!base64_decode_arena(a, key, &out->key)) {
		set_fault(f, FAULT_ENCODING, json_get(log, "key"), "key");
		return;
	}
	out->log_id = hash_sha256(out->key);
	if (!sha256_equal(&stated, &out->log_id))
		set_fault(f, FAULT_MISMATCH, json_get(log, "log_id"), "log_id");
	out->url = read_text(log, url_name, a);
	if (kind == CT_LOG_STATIC)
		out->submission_url = read_text(log, "submission_url", a);
	out->name = read_text(log, "description", a);
	if (out->name[0] == 0)
		out->name = out->url;
	out->log_type = read_text(log, "log_type", a);
	out->mmd_s = (uint32_t)json_number(log, "mmd", UINT32_MAX, f);
	read_state(log, out, f);
	read_interval(log, out, f);
}

static void read_logs(const struct json *operator, const char *member, enum ct_log_kind kind, const char *name,
                      struct arena *a, struct ct_log_list *out, struct fault *f)
{
	const struct json *list = json_get(operator, member);
	if (list && list->kind != JSON_ARRAY)
		set_fault(f, FAULT_TAG, list, member);
	for (const struct json *e = list ? list->first : NULL; e && !fault_is_set(*f); e = e->next) {
		if (out->n >= LIMIT_LOGS) {
			set_fault(f, FAULT_LIMIT, e, member);
			return;
		}
		struct ct_log *log = &out->logs[out->n];
		read_log(e, kind, name, a, log, f);
		for (size_t i = 0; i < out->n; i++)
			if (sha256_equal(&out->logs[i].log_id, &log->log_id))
				set_fault(f, FAULT_DUPLICATE, json_get(e, "log_id"), "log_id");
		out->n++;
	}
}

static size_t count_logs(const struct json *operators)
{
	size_t n = 0;
	for (const struct json *o = operators->first; o; o = o->next) {
		const struct json *logs = json_get(o, "logs"), *tiled = json_get(o, "tiled_logs");
		n += (logs ? logs->count : 0) + (tiled ? tiled->count : 0);
	}
	return n;
}

struct fault ct_log_list_parse(struct bytes json, struct arena *a, struct ct_log_list *out)
{
	const struct json *root;
	*out = (struct ct_log_list){.version = ""};
	if (json.n > LIMIT_LOG_LIST_BYTES)
		return fault_at(FAULT_LIMIT, LIMIT_LOG_LIST_BYTES, "log_list");
	struct fault f = json_parse(a, json, &root);
	if (fault_is_set(f))
		return f;
	if (!json_is(root, JSON_OBJECT))
		return fault_at(FAULT_TAG, 0, "log_list");
	out->version = read_text(root, "version", a);
	if (json_get(root, "log_list_timestamp"))
		out->timestamp_ms = json_time(root, "log_list_timestamp", &f);
	const struct json *operators = json_member(root, "operators", JSON_ARRAY, &f);
	if (fault_is_set(f))
		return f;
	size_t n = count_logs(operators);
	out->logs = n <= LIMIT_LOGS ? arena_array(a, n, sizeof(*out->logs)) : NULL;
	if (!out->logs)
		return fault_at(FAULT_LIMIT, operators->offset, "operators");
	for (const struct json *o = operators->first; o && !fault_is_set(f); o = o->next) {
		const char *name = read_text(o, "name", a);
		read_logs(o, "logs", CT_LOG_RFC6962, name, a, out, &f);
		read_logs(o, "tiled_logs", CT_LOG_STATIC, name, a, out, &f);
	}
	return f;
}
