/*
 * Writes compact JSON into a buffer: commas and escapes are its business. Strings that are
 * not UTF-8 get U+FFFD for each bad byte, so the output is always valid JSON.
 */
#ifndef TEEWATCH_BASE_JSON_WRITER_H
#define TEEWATCH_BASE_JSON_WRITER_H

#include "base/buffer.h"

struct json_writer {
	struct buffer *out;
	bool comma; /* a value stands before this place */
};

static inline struct json_writer json_writer_to(struct buffer *out)
{
	return (struct json_writer){out, false};
}

/* name is NULL in arrays and at the top. */
void json_write_object(struct json_writer *w, const char *name);
void json_write_object_end(struct json_writer *w);
void json_write_array(struct json_writer *w, const char *name);
void json_write_array_end(struct json_writer *w);
void json_write_text(struct json_writer *w, const char *name, const char *s); /* NULL writes null */
void json_write_string(struct json_writer *w, const char *name, struct bytes s);
void json_write_hex(struct json_writer *w, const char *name, struct bytes v);
void json_write_base64(struct json_writer *w, const char *name, struct bytes v);
void json_write_u64(struct json_writer *w, const char *name, uint64_t v);
void json_write_i64(struct json_writer *w, const char *name, int64_t v);
void json_write_bool(struct json_writer *w, const char *name, bool v);
void json_write_null(struct json_writer *w, const char *name);
void json_write_time(struct json_writer *w, const char *name, int64_t ms);
/* A value that is JSON already. */
void json_write_raw(struct json_writer *w, const char *name, struct bytes json);

#endif
