#include "ct/page.h"

#include "base/base64.h"
#include "base/json.h"
#include "base/limits.h"

/* Depth of the tokens of {"entries":[{"leaf_input":"...","extra_data":"..."}]}, as json_stream counts. */
enum { DEPTH_PAGE = 0, DEPTH_ENTRIES = 1, DEPTH_ENTRY = 2, DEPTH_FIELD = 3 };

enum field { FIELD_NONE, FIELD_ENTRIES, FIELD_LEAF_INPUT, FIELD_EXTRA_DATA };

struct walk {
	struct bytes json;
	const struct ct_page_handler *handler;
	struct buffer *scratch;
	size_t max_entries, count;
	enum field field;          /* whose value comes next */
	bool inside, seen_entries; /* inside: within the array of entries */
	bool has_leaf, has_extra;
	size_t leaf_n;             /* leaf_input lies at the start of scratch, or behind extra_data */
	size_t leaf_at;
	struct bytes extra;        /* in json, or p is NULL and it lies in scratch at extra_at */
	size_t extra_at;
	enum fault_code code;
	const char *name;
	bool stopped;
};

static bool refuse(struct walk *w, enum fault_code code, const char *name)
{
	w->code = code;
	w->name = name;
	return false;
}

static bool take_leaf(struct walk *w, struct bytes text)
{
	if (w->has_leaf)
		return refuse(w, FAULT_DUPLICATE, "leaf_input");
	uint8_t *to = buffer_reserve(w->scratch, base64_decoded_max(text.n));
	if (!to)
		return refuse(w, FAULT_LIMIT, "leaf_input");
	if (!base64_decode(text, to, &w->leaf_n))
		return refuse(w, FAULT_ENCODING, "leaf_input");
	w->leaf_at = w->scratch->n;
	buffer_added(w->scratch, w->leaf_n);
	w->has_leaf = true;
	return true;
}

/* Text without escapes is handed out where it stands; other text lies in a buffer of the parser that
 * the next string reuses. */
static bool take_extra(struct walk *w, struct bytes text)
{
	if (w->has_extra)
		return refuse(w, FAULT_DUPLICATE, "extra_data");
	w->has_extra = true;
	w->extra = text;
	if (text.n == 0 || (text.p >= w->json.p && text.p < w->json.p + w->json.n))
		return true;
	w->extra.p = NULL;
	w->extra_at = w->scratch->n;
	buffer_put_bytes(w->scratch, text);
	return buffer_ok(w->scratch) || refuse(w, FAULT_LIMIT, "extra_data");
}

static bool begin_entry(struct walk *w)
{
	if (w->count >= w->max_entries)
		return refuse(w, FAULT_LIMIT, "entries");
	buffer_clear(w->scratch);
	w->has_leaf = w->has_extra = false;
	return true;
}

static bool end_entry(struct walk *w)
{
	if (!w->has_leaf || !w->has_extra)
		return refuse(w, FAULT_MISSING, w->has_leaf ? "extra_data" : "leaf_input");
	struct bytes leaf = bytes_slice(buffer_bytes(w->scratch), w->leaf_at, w->leaf_n);
	struct bytes extra = w->extra;
	if (!extra.p)
		extra = bytes_slice(buffer_bytes(w->scratch), w->extra_at, extra.n);
	w->stopped = !w->handler->entry(w->handler->context, w->count++, leaf, extra);
	return !w->stopped;
}

static bool is_name(struct bytes text, struct bytes name)
{
	return text.n == name.n && memcmp(text.p, name.p, name.n) == 0;
}

static enum field field_of(const struct walk *w, struct bytes key, size_t depth)
{
	if (depth == DEPTH_ENTRIES && is_name(key, BYTES_LITERAL("entries")))
		return FIELD_ENTRIES;
	if (!w->inside || depth != DEPTH_FIELD)
		return FIELD_NONE;
	if (is_name(key, BYTES_LITERAL("leaf_input")))
		return FIELD_LEAF_INPUT;
	return is_name(key, BYTES_LITERAL("extra_data")) ? FIELD_EXTRA_DATA : FIELD_NONE;
}

/* The array itself, and what stands in it. */
static bool on_frame(struct walk *w, enum json_event event, enum field field, size_t depth)
{
	if (depth == DEPTH_PAGE)
		return event == JSON_EVENT_START_OBJECT || event == JSON_EVENT_END_OBJECT ||
		       refuse(w, FAULT_TAG, "page");
	if (field == FIELD_ENTRIES) {
		if (w->seen_entries || event != JSON_EVENT_START_ARRAY)
			return refuse(w, w->seen_entries ? FAULT_DUPLICATE : FAULT_TAG, "entries");
		w->inside = w->seen_entries = true;
		return true;
	}
	if (depth == DEPTH_ENTRIES && event == JSON_EVENT_END_ARRAY)
		w->inside = false;
	if (!w->inside || depth != DEPTH_ENTRY)
		return true;
	if (event == JSON_EVENT_START_OBJECT)
		return begin_entry(w);
	return event == JSON_EVENT_END_OBJECT ? end_entry(w) : refuse(w, FAULT_TAG, "entries");
}

static bool on_event(void *context, enum json_event event, struct bytes text, size_t depth)
{
	struct walk *w = context;
	enum field field = w->field;
	w->field = FIELD_NONE;
	if (event == JSON_EVENT_KEY) {
		w->field = field_of(w, text, depth);
		return true;
	}
	if (field == FIELD_LEAF_INPUT || field == FIELD_EXTRA_DATA) {
		if (event != JSON_EVENT_STRING)
			return refuse(w, FAULT_TAG, field == FIELD_LEAF_INPUT ? "leaf_input" : "extra_data");
		return field == FIELD_LEAF_INPUT ? take_leaf(w, text) : take_extra(w, text);
	}
	return on_frame(w, event, field, depth);
}

struct fault ct_page_each(struct bytes json, size_t max_entries, struct buffer *scratch,
                          const struct ct_page_handler *handler, size_t *count)
{
	struct walk w = {.json = json, .handler = handler, .scratch = scratch, .max_entries = max_entries};
	struct json_handler events = {on_event, &w};
	*count = 0;
	if (json.n > LIMIT_PAGE_BYTES)
		return fault_at(FAULT_LIMIT, LIMIT_PAGE_BYTES, "page");
	struct fault f = json_stream(json, &events);
	*count = w.count;
	if (w.stopped)
		return FAULT_OK;
	if (w.code != FAULT_NONE)
		return fault_at(w.code, f.offset, w.name);
	if (fault_is_set(f))
		return f;
	if (!w.seen_entries)
		return fault_at(FAULT_MISSING, 0, "entries");
	return w.count > 0 ? FAULT_OK : fault_at(FAULT_LENGTH, 0, "entries");
}
