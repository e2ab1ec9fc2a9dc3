#include "report/html_write.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/timestamp.h"

#define DAY_MS INT64_C(86400000)

/* ---- text ---- */

/* One character of UTF-8 (RFC 3629); its length, 0 where there is none. */
static size_t decode(const uint8_t *p, size_t n, uint32_t *code)
{
	size_t length = p[0] < 0x80 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (length > n || !text_is_utf8(bytes_of(p, length)))
		return 0;
	*code = length == 1 ? p[0] : p[0] & (0xffu >> (length + 1));
	for (size_t i = 1; i < length; i++)
		*code = *code << 6 | (p[i] & 0x3fu);
	return length;
}

/* Does it hide, or change the order of what stands around it? */
static bool is_deceptive(uint32_t c)
{
	return (c >= 0x80 && c < 0xa0) || c == 0xad || c == 0x61c || (c >= 0x200b && c <= 0x200f) ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) ||
	       (c >= 0xe0000 && c <= 0xe007f);
}

static void put_character(struct buffer *out, const uint8_t *p, size_t length, uint32_t code)
{
	switch (code) {
	case '&':
		buffer_put_text(out, "&amp;");
		break;
	case '<':
		buffer_put_text(out, "&lt;");
		break;
	case '>':
		buffer_put_text(out, "&gt;");
		break;
	case '"':
		buffer_put_text(out, "&quot;");
		break;
	case '\'':
		buffer_put_text(out, "&#39;");
		break;
	default:
		if (code < 0x20 || code == 0x7f)
			buffer_printf(out, "\\x%02x", (unsigned)code);
		else if (is_deceptive(code))
			buffer_printf(out, "\\u{%X}", (unsigned)code);
		else
			buffer_put(out, p, length);
	}
}

void html_put_cut(struct buffer *out, const char *text, size_t characters)
{
	struct bytes in = bytes_of_text(text ? text : "");
	for (size_t i = 0; i < in.n;) {
		uint32_t code = 0;
		size_t length = decode(in.p + i, in.n - i, &code);
		if (characters-- == 0) {
			buffer_put_text(out, "…");
			return;
		}
		if (length == 0)
			buffer_printf(out, "\\x%02x", (unsigned)in.p[i]);
		else
			put_character(out, in.p + i, length, code);
		i += length ? length : 1;
	}
}

void html_put(struct buffer *out, const char *text)
{
	html_put_cut(out, text, SIZE_MAX);
}

/* ---- times and numbers ---- */

void html_put_day(struct buffer *out, int64_t ms)
{
	char text[TIMESTAMP_TEXT_SIZE];
	buffer_printf(out, "%.10s", timestamp_text(ms, text));
}

void html_put_moment(struct buffer *out, int64_t ms)
{
	char text[TIMESTAMP_TEXT_SIZE];
	timestamp_text(ms, text);
	buffer_printf(out, "%.10s %.5s", text, text + 11);
}

void html_put_number(struct buffer *out, uint64_t n)
{
	char digits[24];
	int length = snprintf(digits, sizeof(digits), "%" PRIu64, n);
	for (int i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0)
			buffer_put_text(out, " "); /* U+202F, narrow and unbroken */
		buffer_put_u8(out, (uint8_t)digits[i]);
	}
}

void html_put_count(struct buffer *out, uint64_t n, const char *one, const char *many)
{
	html_put_number(out, n);
	buffer_printf(out, " %s", n == 1 ? one : many);
}

double html_percent(const struct html_span *span, int64_t ms)
{
	if (ms <= span->from_ms)
		return 0;
	if (ms >= span->to_ms)
		return 100;
	return 100.0 * (double)(ms - span->from_ms) / (double)(span->to_ms - span->from_ms);
}

/* ---- pictures ---- */

static void put_tick(struct buffer *out, const struct html_span *span, int64_t ms, int top, int bottom, bool month)
{
	char text[TIMESTAMP_TEXT_SIZE];
	double x = html_percent(span, ms);
	const char *anchor = x < 8 ? "start" : x > 92 ? "end" : "middle";
	timestamp_text(ms, text);
	buffer_printf(out, "<line class=grid x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"%d\" y2=\"%d\"/>"
	                   "<text class=tick x=\"%.2f%%\" y=\"%d\" text-anchor=\"%s\">%.*s</text>",
	              x, x, top, bottom, x, bottom + 14, anchor, month ? 7 : 10, text);
}

enum { TICKS_MAX = 5 };

void svg_put_axis(struct buffer *out, const struct html_span *span, int top, int bottom)
{
	static const int days[] = {1, 2, 4, 7, 14, 28}, months[] = {1, 2, 3, 6, 12, 24, 60, 120, 1200, 12000};
	int64_t length_ms = span->to_ms - span->from_ms;
	for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
		int64_t step = days[i] * DAY_MS;
		if (length_ms / step >= TICKS_MAX)
			continue;
		for (int64_t ms = (span->from_ms + step - 1) / step * step; ms <= span->to_ms; ms += step)
			put_tick(out, span, ms, top, bottom, false);
		return;
	}
	for (size_t i = 0; i < sizeof(months) / sizeof(months[0]); i++) {
		if (length_ms / (months[i] * 30 * DAY_MS) >= TICKS_MAX)
			continue;
		for (int month = 0; month < 9999 * 12; month += months[i]) {
			int64_t ms;
			if (!timestamp_of_civil(month / 12, month % 12 + 1, 1, 0, 0, 0, &ms) || ms < span->from_ms)
				continue;
			if (ms > span->to_ms)
				break;
			put_tick(out, span, ms, top, bottom, true);
		}
		return;
	}
}

void svg_begin(struct buffer *out, int height, const char *title)
{
	buffer_printf(out, "<svg role=img width=\"100%%\" height=\"%d\"><title>", height);
	html_put_cut(out, title, 200);
	buffer_put_text(out, "</title>");
}

/* ---- tables ---- */

void html_table_begin(struct buffer *out, const char *label, const char *class)
{
	buffer_put_text(out, "<div class=scroll role=region tabindex=0 aria-label=\"");
	html_put_cut(out, label, 200);
	buffer_printf(out, "\"><table class=\"%s\">", class ? class : "");
}

void html_table_end(struct buffer *out)
{
	buffer_put_text(out, "</tbody></table></div>\n");
}
