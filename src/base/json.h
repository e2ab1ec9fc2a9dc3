/*
 * JSON (RFC 8259), strict, through yajl's SAX parser: UTF-8 checked, depth and number of
 * values bounded, duplicate members refused, nothing behind the document. The only file that
 * includes <yajl/>.
 */
#ifndef TEEWATCH_BASE_JSON_H
#define TEEWATCH_BASE_JSON_H

#include "base/arena.h"
#include "base/fault.h"

enum json_kind { JSON_NULL, JSON_BOOLEAN, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

/* One value of a tree that lives in an arena. */
struct json {
	enum json_kind kind;
	bool truth;              /* of a boolean */
	struct bytes name;       /* of a member, unescaped; empty in arrays */
	struct bytes text;       /* string: unescaped, UTF-8; number: as it stands */
	struct bytes raw;        /* array, object: its text as it stands, brackets included */
	const struct json *first; /* child of an array or object */
	const struct json *next;  /* sibling */
	size_t count;             /* children */
	size_t offset;            /* of the end of the value's first token, from the start of the text */
};

/* Parse text into the arena. The tree borrows from text and arena. */
struct fault json_parse(struct arena *a, struct bytes text, const struct json **out);

/* The member of an object; NULL where it is missing or v is NULL or no object. */
const struct json *json_get(const struct json *v, const char *name);

/* The element of an array; NULL where there is none. */
const struct json *json_at(const struct json *v, size_t index);

/* The member's value where it is there and of this type; the second form says in *fault what
 * is wrong (missing, tag, value) unless a fault is there already. */
bool json_is(const struct json *v, enum json_kind kind);
struct bytes json_string(const struct json *object, const char *name, struct fault *fault);
uint64_t json_number(const struct json *object, const char *name, uint64_t max, struct fault *fault);
const struct json *json_member(const struct json *object, const char *name, enum json_kind kind,
                               struct fault *fault);
/* A string member of exactly n bytes in base64, or in hex; copied to out. */
void json_base64(const struct json *object, const char *name, void *out, size_t n, struct fault *fault);
void json_hex(const struct json *object, const char *name, void *out, size_t n, struct fault *fault);
/* A string member of any length in base64, decoded into the arena. */
struct bytes json_base64_arena(const struct json *object, const char *name, struct arena *a, struct fault *fault);
/* A string member in RFC 3339. */
int64_t json_time(const struct json *object, const char *name, struct fault *fault);

/* The unsigned number of a JSON_NUMBER value; false unless it is a plain decimal up to max. */
bool json_u64(const struct json *v, uint64_t max, uint64_t *out);

/* Events of a document too large for a tree. text is the string, key or number; it is valid
 * during the call only. Return false to stop (FAULT_VALUE at that place). */
enum json_event {
	JSON_EVENT_SCALAR, /* null, boolean */
	JSON_EVENT_NUMBER,
	JSON_EVENT_STRING,
	JSON_EVENT_KEY,
	JSON_EVENT_START_OBJECT,
	JSON_EVENT_END_OBJECT,
	JSON_EVENT_START_ARRAY,
	JSON_EVENT_END_ARRAY
};
struct json_handler {
	bool (*event)(void *context, enum json_event event, struct bytes text, size_t depth);
	void *context;
};
struct fault json_stream(struct bytes text, const struct json_handler *handler);

#endif
