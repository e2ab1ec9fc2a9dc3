#include "ct/page.h"

#include "base/base64.h"
#include "base/json.h"

/* Where in {"entries":[{"leaf_input":"...","extra_data":"..."}]} the walk is. */
enum member { MEMBER_OTHER, MEMBER_LEAF_INPUT, MEMBER_EXTRA_DATA };

struct page {
	const struct ct_page_handler *handler;
	struct buffer *scratch;
	size_t max, count;
	bool in_entries, entries_seen;
	enum member member;
	bool has_leaf, has_extra;
	struct bytes leaf; /* decoded, in scratch */
	struct fault fault;
};

static bool refuse(struct page *p, enum fault_code code, const char *field)
{
	p->fault = fault_at(code, 0, field);
	return false;
}

static bool take_leaf(struct page *p, struct bytes text)
{
	size_t n;
	if (p->has_leaf)
		return refuse(p, FAULT_DUPLICATE, "leaf_input");
	buffer_clear(p->scratch);
	uint8_t *to = buffer_reserve(p->scratch, base64_decoded_max(text.n));
	if (!to)
		return refuse(p, FAULT_LIMIT, "leaf_input");
	if (!base64_decode(text, to, &n))
		return refuse(p, FAULT_ENCODING, "leaf_input");
	p->leaf = bytes_of(to, n);
	p->has_leaf = true;
	return true;
}

static bool end_entry(struct page *p)
{
	if (!p->has_leaf)
		return refuse(p, FAULT_MISSING, "leaf_input");
	if (!p->has_extra)
		return refuse(p, FAULT_MISSING, "extra_data");
	if (p->count >= p->max)
		return refuse(p, FAULT_LIMIT, "entries");
	if (!p->handler->entry(p->handler->context, p->count, p->leaf))
		return refuse(p, FAULT_VALUE, "entry");
	p->count++;
	p->has_leaf = p->has_extra = false;
	return true;
}

static bool on_key(struct page *p, struct bytes text, size_t depth)
{
	p->member = MEMBER_OTHER;
	if (depth == 1) {
		p->in_entries = bytes_equal_text(text, "entries");
		if (p->in_entries && p->entries_seen)
			return refuse(p, FAULT_DUPLICATE, "entries");
		p->entries_seen |= p->in_entries;
	} else if (depth == 3 && p->in_entries) {
		p->member = bytes_equal_text(text, "leaf_input")   ? MEMBER_LEAF_INPUT
		            : bytes_equal_text(text, "extra_data") ? MEMBER_EXTRA_DATA
		                                                   : MEMBER_OTHER;
	}
	return true;
}

static bool on_event(void *context, enum json_event event, struct bytes text, size_t depth)
{
	struct page *p = context;
	bool entry_level = p->in_entries && depth == 2;
	switch (event) {
	case JSON_EVENT_KEY:
		return on_key(p, text, depth);
	case JSON_EVENT_STRING:
		if (p->in_entries && depth == 3 && p->member == MEMBER_LEAF_INPUT)
			return take_leaf(p, text);
		if (p->in_entries && depth == 3 && p->member == MEMBER_EXTRA_DATA) {
			if (p->has_extra)
				return refuse(p, FAULT_DUPLICATE, "extra_data");
			p->has_extra = true;
		}
		return !entry_level || refuse(p, FAULT_TAG, "entries");
	case JSON_EVENT_END_OBJECT:
		return !entry_level || end_entry(p);
	case JSON_EVENT_START_OBJECT:
		return depth != 1 || !p->in_entries || refuse(p, FAULT_TAG, "entries");
	case JSON_EVENT_START_ARRAY:
		return !entry_level || refuse(p, FAULT_TAG, "entries");
	case JSON_EVENT_SCALAR:
	case JSON_EVENT_NUMBER:
		if (p->in_entries && (depth == 1 || depth == 2 || (depth == 3 && p->member != MEMBER_OTHER)))
			return refuse(p, FAULT_TAG, "entries");
		return true;
	case JSON_EVENT_END_ARRAY:
		return true;
	}
	return true;
}

struct fault ct_page_each(struct bytes json, size_t max_entries, struct buffer *scratch,
                          const struct ct_page_handler *handler, size_t *count)
{
	struct page p = {.handler = handler, .scratch = scratch, .max = max_entries};
	struct json_handler walk = {on_event, &p};
	struct fault f = json_stream(json, &walk);
	*count = p.count;
	if (fault_is_set(p.fault)) {
		p.fault.offset = f.offset;
		return p.fault;
	}
	if (!fault_is_set(f) && !p.entries_seen)
		f = fault_at(FAULT_MISSING, 0, "entries");
	else if (!fault_is_set(f) && p.count == 0)
		f = fault_at(FAULT_LENGTH, 0, "entries");
	return f;
}
