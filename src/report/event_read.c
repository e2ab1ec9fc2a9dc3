/* The line that event_put wrote, back to the event. */
#include "base/hex.h"
#include "base/json.h"
#include "base/limits.h"
#include "report/event_format.h"

static const char *text_of(const struct json *object, const char *name, struct arena *a, struct fault *fault)
{
	struct bytes b = json_string(object, name, fault);
	const char *text = arena_text(a, b);
	return text ? text : "";
}

static const char *optional_text(const struct json *object, const char *name, struct arena *a, struct fault *fault)
{
	return json_get(object, name) ? text_of(object, name, a, fault) : NULL;
}

static int64_t optional_time(const struct json *object, const char *name, struct fault *fault)
{
	return json_get(object, name) ? json_time(object, name, fault) : 0;
}

static const struct sha256 *hash_of(const struct json *object, const char *name, struct arena *a, struct fault *fault)
{
	struct sha256 *hash = arena_alloc(a, sizeof(*hash));
	if (hash)
		json_hex(object, name, hash->b, sizeof(hash->b), fault);
	return hash;
}

static const struct sha256 *optional_hash(const struct json *object, const char *name, struct arena *a, struct fault *fault)
{
	return json_get(object, name) ? hash_of(object, name, a, fault) : NULL;
}

static const struct event_state *read_state(const struct json *v, struct arena *a, struct fault *fault)
{
	struct event_state *s = v ? arena_alloc(a, sizeof(*s)) : NULL;
	if (!s)
		return NULL;
	s->state = text_of(v, "state", a, fault);
	s->severity = text_of(v, "severity", a, fault);
	s->detail = text_of(v, "detail", a, fault);
	return s;
}

static const struct event_log *read_log(const struct json *v, struct arena *a, struct fault *fault)
{
	struct event_log *l = v ? arena_alloc(a, sizeof(*l)) : NULL;
	if (!l)
		return NULL;
	l->log_id = hash_of(v, "log_id", a, fault);
	l->name = text_of(v, "name", a, fault);
	l->has_entry = json_get(v, "entry_index") != NULL;
	if (l->has_entry)
		l->entry_index = json_number(v, "entry_index", LIMIT_TREE_SIZE, fault);
	return l;
}

static const struct event_certificate *read_certificate(const struct json *v, struct arena *a, struct fault *fault)
{
	struct event_certificate *c = v ? arena_alloc(a, sizeof(*c)) : NULL;
	const struct json *names = json_member(v, "names", JSON_ARRAY, v ? fault : &(struct fault){0});
	if (!c || !names)
		return NULL;
	const char **list = arena_array(a, names->count, sizeof(*list));
	for (const struct json *n = names->first; n && list; n = n->next) {
		const char *name = json_is(n, JSON_STRING) ? arena_text(a, n->text) : NULL;
		list[c->name_count++] = name ? name : "";
	}
	c->names = list;
	c->tbs_sha256 = hash_of(v, "tbs_sha256", a, fault);
	c->spki_sha256 = hash_of(v, "spki_sha256", a, fault);
	c->domain = text_of(v, "domain", a, fault);
	c->issuer = text_of(v, "issuer", a, fault);
	c->serial = text_of(v, "serial", a, fault);
	c->not_before_ms = json_time(v, "not_before", fault);
	c->not_after_ms = json_time(v, "not_after", fault);
	c->logged_at_ms = json_time(v, "logged_at", fault);
	return c;
}

static void read_evidence(const struct json *v, struct arena *a, struct event *out, struct fault *fault)
{
	struct event_evidence *list = v ? arena_array(a, v->count + 1, sizeof(*list)) : NULL;
	out->evidence = list;
	for (const struct json *e = v ? v->first : NULL; e && list; e = e->next) {
		struct event_evidence *to = &list[out->evidence_count++];
		to->kind = text_of(e, "kind", a, fault);
		to->carrier = text_of(e, "carrier", a, fault);
		to->scheme = text_of(e, "scheme", a, fault);
		to->result = text_of(e, "result", a, fault);
		to->sha256 = optional_hash(e, "sha256", a, fault);
		to->detail = text_of(e, "detail", a, fault);
	}
}

static const struct event_run *read_run(const struct json *v, struct arena *a, struct fault *fault)
{
	struct event_run *r = v ? arena_alloc(a, sizeof(*r)) : NULL;
	if (!r)
		return NULL;
	r->entries = json_number(v, "entries", UINT64_MAX, fault);
	r->certificates = json_number(v, "certificates", UINT64_MAX, fault);
	r->anomalies = json_number(v, "anomalies", UINT64_MAX, fault);
	r->exit_status = (int)json_number(v, "exit_status", 255, fault);
	return r;
}

static const struct event_change *read_change(const struct json *v, struct arena *a, struct fault *fault)
{
	struct event_change *c = v ? arena_alloc(a, sizeof(*c)) : NULL;
	if (!c)
		return NULL;
	c->what = text_of(v, "what", a, fault);
	c->previous = text_of(v, "previous", a, fault);
	c->current = text_of(v, "current", a, fault);
	return c;
}

struct fault event_read(struct bytes json, struct arena *a, struct event *out)
{
	const struct json *v;
	struct fault fault = json_parse(a, json, &v);
	*out = (struct event){0};
	if (fault_is_set(fault))
		return fault;
	out->seq = json_number(v, "seq", INT64_MAX, &fault);
	out->type = text_of(v, "event_type", a, &fault);
	out->time_ms = json_time(v, "time", &fault);
	out->run_id = (int64_t)json_number(v, "run_id", INT64_MAX, &fault);
	out->severity = optional_text(v, "severity", a, &fault);
	out->rule = optional_text(v, "rule", a, &fault);
	out->uid = optional_hash(v, "uid", a, &fault);
	out->state = optional_text(v, "state", a, &fault);
	out->first_seen_ms = optional_time(v, "first_seen", &fault);
	out->last_seen_ms = optional_time(v, "last_seen", &fault);
	out->previous = read_state(json_get(v, "previous"), a, &fault);
	out->current = read_state(json_get(v, "current"), a, &fault);
	out->log = read_log(json_get(v, "log"), a, &fault);
	out->certificate = read_certificate(json_get(v, "certificate"), a, &fault);
	read_evidence(json_get(v, "evidence"), a, out, &fault);
	out->run = read_run(json_get(v, "run"), a, &fault);
	out->change = read_change(json_get(v, "change"), a, &fault);
	return fault;
}
