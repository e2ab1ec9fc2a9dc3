#include "base/json_writer.h"

#include <inttypes.h>

#include "base/base64.h"
#include "base/hex.h"
#include "base/text.h"
#include "base/timestamp.h"

static void put_string(struct buffer *b, struct bytes s)
{
	bool utf8 = text_is_utf8(s);
	buffer_put_u8(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];
		if (c == '"' || c == '\\') {
			buffer_put_u8(b, '\\');
			buffer_put_u8(b, c);
		} else if (c < 0x20 || c == 0x7f) {
			buffer_printf(b, "\\u%04x", c);
		} else if (c >= 0x80 && !utf8) {
			buffer_put_text(b, "\xef\xbf\xbd");
		} else {
			buffer_put_u8(b, c);
		}
	}
	buffer_put_u8(b, '"');
}

static struct buffer *begin(struct json_writer *w, const char *name)
{
	if (w->comma)
		buffer_put_u8(w->out, ',');
	w->comma = true;
	if (name) {
		put_string(w->out, bytes_of_text(name));
		buffer_put_u8(w->out, ':');
	}
	return w->out;
}

static void open_with(struct json_writer *w, const char *name, uint8_t bracket)
{
	buffer_put_u8(begin(w, name), bracket);
	w->comma = false;
}

static void close_with(struct json_writer *w, uint8_t bracket)
{
	buffer_put_u8(w->out, bracket);
	w->comma = true;
}

void json_write_object(struct json_writer *w, const char *name)
{
	open_with(w, name, '{');
}

void json_write_object_end(struct json_writer *w)
{
	close_with(w, '}');
}

void json_write_array(struct json_writer *w, const char *name)
{
	open_with(w, name, '[');
}

void json_write_array_end(struct json_writer *w)
{
	close_with(w, ']');
}

void json_write_text(struct json_writer *w, const char *name, const char *s)
{
	if (s)
		json_write_string(w, name, bytes_of_text(s));
	else
		json_write_null(w, name);
}

void json_write_string(struct json_writer *w, const char *name, struct bytes s)
{
	put_string(begin(w, name), s);
}

void json_write_hex(struct json_writer *w, const char *name, struct bytes v)
{
	struct buffer *b = begin(w, name);
	buffer_put_u8(b, '"');
	hex_put(b, v);
	buffer_put_u8(b, '"');
}

void json_write_base64(struct json_writer *w, const char *name, struct bytes v)
{
	struct buffer *b = begin(w, name);
	buffer_put_u8(b, '"');
	base64_put(b, v);
	buffer_put_u8(b, '"');
}

void json_write_u64(struct json_writer *w, const char *name, uint64_t v)
{
	buffer_printf(begin(w, name), "%" PRIu64, v);
}

void json_write_i64(struct json_writer *w, const char *name, int64_t v)
{
	buffer_printf(begin(w, name), "%" PRId64, v);
}

void json_write_bool(struct json_writer *w, const char *name, bool v)
{
	buffer_put_text(begin(w, name), v ? "true" : "false");
}

void json_write_null(struct json_writer *w, const char *name)
{
	buffer_put_text(begin(w, name), "null");
}

void json_write_time(struct json_writer *w, const char *name, int64_t ms)
{
	char text[TIMESTAMP_TEXT_SIZE];
	json_write_text(w, name, timestamp_text(ms, text));
}

void json_write_raw(struct json_writer *w, const char *name, struct bytes json)
{
	buffer_put_bytes(begin(w, name), json);
}
