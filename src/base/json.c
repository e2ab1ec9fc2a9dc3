#include "base/json.h"

#include <yajl/yajl_parse.h>

#include "base/base64.h"
#include "base/hex.h"
#include "base/limits.h"
#include "base/text.h"
#include "base/timestamp.h"

/* ---- the SAX walk that both forms share ---- */

struct walk {
	const struct json_handler *handler;
	yajl_handle parser;
	size_t depth, values;
	enum fault_code code;
};

static int deliver(struct walk *w, enum json_event event, const unsigned char *p, size_t n)
{
	if (event == JSON_EVENT_END_OBJECT || event == JSON_EVENT_END_ARRAY)
		w->depth--;
	else
		w->values++;
	if (w->depth > LIMIT_JSON_DEPTH) {
		w->code = FAULT_LIMIT;
		return 0;
	}
	bool good = w->handler->event(w->handler->context, event, bytes_of(p, n), w->depth);
	if (event == JSON_EVENT_START_OBJECT || event == JSON_EVENT_START_ARRAY)
		w->depth++;
	return good;
}

static int on_null(void *w)
{
	return deliver(w, JSON_EVENT_SCALAR, (const unsigned char *)"null", 4);
}

static int on_boolean(void *w, int truth)
{
	return deliver(w, JSON_EVENT_SCALAR, (const unsigned char *)(truth ? "true" : "false"), truth ? 4 : 5);
}

static int on_number(void *w, const char *p, size_t n)
{
	return deliver(w, JSON_EVENT_NUMBER, (const unsigned char *)p, n);
}

static int on_string(void *w, const unsigned char *p, size_t n)
{
	return deliver(w, JSON_EVENT_STRING, p, n);
}

static int on_key(void *w, const unsigned char *p, size_t n)
{
	return deliver(w, JSON_EVENT_KEY, p, n);
}

static int on_start_object(void *w)
{
	return deliver(w, JSON_EVENT_START_OBJECT, NULL, 0);
}

static int on_end_object(void *w)
{
	return deliver(w, JSON_EVENT_END_OBJECT, NULL, 0);
}

static int on_start_array(void *w)
{
	return deliver(w, JSON_EVENT_START_ARRAY, NULL, 0);
}

static int on_end_array(void *w)
{
	return deliver(w, JSON_EVENT_END_ARRAY, NULL, 0);
}

static const yajl_callbacks callbacks = {
	.yajl_null = on_null,
	.yajl_boolean = on_boolean,
	.yajl_number = on_number,
	.yajl_string = on_string,
	.yajl_map_key = on_key,
	.yajl_start_map = on_start_object,
	.yajl_end_map = on_end_object,
	.yajl_start_array = on_start_array,
	.yajl_end_array = on_end_array,
};

static struct fault walk_text(struct walk *w, struct bytes text)
{
	w->parser = yajl_alloc(&callbacks, NULL, w);
	if (!w->parser)
		return fault_at(FAULT_LIMIT, 0, "json");
	yajl_config(w->parser, yajl_dont_validate_strings, 0);
	yajl_status status = yajl_parse(w->parser, text.p, text.n);
	size_t consumed = yajl_get_bytes_consumed(w->parser);
	if (status == yajl_status_ok)
		status = yajl_complete_parse(w->parser);
	yajl_free(w->parser);
	if (status == yajl_status_ok)
		return FAULT_OK;
	if (status == yajl_status_client_canceled)
		return fault_at(w->code ? w->code : FAULT_VALUE, consumed, "json");
	return fault_at(FAULT_SYNTAX, consumed, "json");
}

struct fault json_stream(struct bytes text, const struct json_handler *handler)
{
	struct walk w = {.handler = handler};
	return walk_text(&w, text);
}

/* ---- the tree ---- */

struct open_value {
	struct json *value;
	struct json *last;
};

struct tree {
	struct walk walk;
	struct arena *arena;
	struct bytes text, name;
	struct open_value stack[LIMIT_JSON_DEPTH + 2];
	size_t depth;
	struct json *root;
	const char *duplicate;
};

static bool refuse(struct tree *t, enum fault_code code)
{
	t->walk.code = code;
	return false;
}

/* yajl hands out pointers into the text where nothing was unescaped, else into its own
 * buffer, which does not last. */
static bool keep_text(struct tree *t, struct bytes in, struct bytes *out)
{
	bool inside = in.p >= t->text.p && in.p < t->text.p + t->text.n;
	*out = inside || in.n == 0 ? in : arena_bytes(t->arena, in);
	return out->n == in.n;
}

static bool has_member(const struct json *object, struct bytes name)
{
	for (const struct json *m = object->first; m; m = m->next)
		if (bytes_equal(m->name, name))
			return true;
	return false;
}

static struct json *add_value(struct tree *t, enum json_kind kind)
{
	struct json *v = arena_alloc(t->arena, sizeof(*v));
	if (!v || t->walk.values > LIMIT_JSON_VALUES) {
		refuse(t, FAULT_LIMIT);
		return NULL;
	}
	v->kind = kind;
	v->offset = yajl_get_bytes_consumed(t->walk.parser);
	if (t->depth == 0) {
		t->root = v;
		return v;
	}
	struct open_value *up = &t->stack[t->depth - 1];
	if (up->value->kind == JSON_OBJECT)
		v->name = t->name;
	if (up->last)
		up->last->next = v;
	else
		up->value->first = v;
	up->last = v;
	up->value->count++;
	return v;
}

static bool open_container(struct tree *t, enum json_kind kind)
{
	struct json *v = add_value(t, kind);
	if (!v || t->depth >= LIMIT_JSON_DEPTH)
		return refuse(t, FAULT_LIMIT);
	v->raw = bytes_of(t->text.p + v->offset - 1, 0);
	t->stack[t->depth++] = (struct open_value){v, NULL};
	return true;
}

static bool close_container(struct tree *t)
{
	struct json *v = t->stack[--t->depth].value;
	size_t end = yajl_get_bytes_consumed(t->walk.parser);
	v->raw.n = (size_t)(t->text.p + end - v->raw.p);
	return true;
}

static bool add_key(struct tree *t, struct bytes text)
{
	if (!keep_text(t, text, &t->name) || t->stack[t->depth - 1].value->count >= LIMIT_JSON_MEMBERS)
		return refuse(t, FAULT_LIMIT);
	if (has_member(t->stack[t->depth - 1].value, t->name)) {
		t->duplicate = arena_text(t->arena, t->name);
		return refuse(t, FAULT_DUPLICATE);
	}
	return true;
}

static bool build(void *context, enum json_event event, struct bytes text, size_t depth)
{
	struct tree *t = context;
	(void)depth;
	if (event == JSON_EVENT_KEY)
		return add_key(t, text);
	if (event == JSON_EVENT_START_OBJECT || event == JSON_EVENT_START_ARRAY)
		return open_container(t, event == JSON_EVENT_START_OBJECT ? JSON_OBJECT : JSON_ARRAY);
	if (event == JSON_EVENT_END_OBJECT || event == JSON_EVENT_END_ARRAY)
		return close_container(t);
	enum json_kind kind = event == JSON_EVENT_STRING   ? JSON_STRING
	                      : event == JSON_EVENT_NUMBER ? JSON_NUMBER
	                      : text.p[0] == 'n'           ? JSON_NULL
	                                                   : JSON_BOOLEAN;
	struct json *v = add_value(t, kind);
	if (!v)
		return false;
	v->truth = kind == JSON_BOOLEAN && text.p[0] == 't';
	if (kind == JSON_STRING || kind == JSON_NUMBER)
		return keep_text(t, text, &v->text) || refuse(t, FAULT_LIMIT);
	return true;
}

struct fault json_parse(struct arena *a, struct bytes text, const struct json **out)
{
	*out = NULL;
	struct tree *t = arena_alloc(a, sizeof(*t));
	if (!t || text.n > LIMIT_JSON_BYTES)
		return fault_at(FAULT_LIMIT, 0, "json");
	struct json_handler handler = {build, t};
	t->arena = a;
	t->text = text;
	t->walk.handler = &handler;
	struct fault f = walk_text(&t->walk, text);
	if (f.code == FAULT_DUPLICATE && t->duplicate)
		f.field = t->duplicate;
	if (!fault_is_set(f))
		*out = t->root;
	return f;
}

/* ---- reading the tree ---- */

const struct json *json_get(const struct json *v, const char *name)
{
	if (!v || v->kind != JSON_OBJECT)
		return NULL;
	for (const struct json *m = v->first; m; m = m->next)
		if (bytes_equal_text(m->name, name))
			return m;
	return NULL;
}

const struct json *json_at(const struct json *v, size_t index)
{
	const struct json *e = v && v->kind == JSON_ARRAY ? v->first : NULL;
	while (e && index-- > 0)
		e = e->next;
	return e;
}

bool json_is(const struct json *v, enum json_kind kind)
{
	return v && v->kind == kind;
}

static void report(struct fault *fault, enum fault_code code, const struct json *at, const char *name)
{
	if (fault && !fault_is_set(*fault))
		*fault = fault_at(code, at ? at->offset : 0, name);
}

const struct json *json_member(const struct json *object, const char *name, enum json_kind kind,
                               struct fault *fault)
{
	const struct json *m = json_get(object, name);
	if (!m) {
		report(fault, FAULT_MISSING, object, name);
		return NULL;
	}
	if (m->kind != kind) {
		report(fault, FAULT_TAG, m, name);
		return NULL;
	}
	return m;
}

struct bytes json_string(const struct json *object, const char *name, struct fault *fault)
{
	const struct json *m = json_member(object, name, JSON_STRING, fault);
	return m ? m->text : (struct bytes){NULL, 0};
}

bool json_u64(const struct json *v, uint64_t max, uint64_t *out)
{
	*out = 0;
	return json_is(v, JSON_NUMBER) && text_decimal(v->text, max, out);
}

uint64_t json_number(const struct json *object, const char *name, uint64_t max, struct fault *fault)
{
	const struct json *m = json_member(object, name, JSON_NUMBER, fault);
	uint64_t v = 0;
	if (m && !json_u64(m, max, &v))
		report(fault, FAULT_VALUE, m, name);
	return v;
}

void json_base64(const struct json *object, const char *name, void *out, size_t n, struct fault *fault)
{
	const struct json *m = json_member(object, name, JSON_STRING, fault);
	uint8_t decoded[512];
	size_t length = 0;
	memset(out, 0, n);
	if (!m)
		return;
	if (base64_decoded_max(m->text.n) > sizeof(decoded) || !base64_decode(m->text, decoded, &length) || length != n) {
		report(fault, length == n || length == 0 ? FAULT_ENCODING : FAULT_LENGTH, m, name);
		return;
	}
	memcpy(out, decoded, n);
}

struct bytes json_base64_arena(const struct json *object, const char *name, struct arena *a, struct fault *fault)
{
	const struct json *m = json_member(object, name, JSON_STRING, fault);
	uint8_t *p = m ? arena_alloc(a, base64_decoded_max(m->text.n)) : NULL;
	size_t n = 0;
	if (m && !p)
		report(fault, FAULT_LIMIT, m, name);
	else if (m && !base64_decode(m->text, p, &n))
		report(fault, FAULT_ENCODING, m, name);
	return n > 0 ? bytes_of(p, n) : bytes_of(NULL, 0);
}

void json_hex(const struct json *object, const char *name, void *out, size_t n, struct fault *fault)
{
	const struct json *m = json_member(object, name, JSON_STRING, fault);
	memset(out, 0, n);
	if (m && !hex_decode(m->text, out, n)) {
		memset(out, 0, n);
		report(fault, m->text.n == n * 2 ? FAULT_ENCODING : FAULT_LENGTH, m, name);
	}
}

int64_t json_time(const struct json *object, const char *name, struct fault *fault)
{
	const struct json *m = json_member(object, name, JSON_STRING, fault);
	int64_t ms = 0;
	if (m && !timestamp_parse(m->text, &ms))
		report(fault, FAULT_VALUE, m, name);
	return ms;
}
