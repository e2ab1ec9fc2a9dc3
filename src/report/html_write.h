/*
 * The small things that every part of the HTML report is made of. Whatever stands in the history may have been
 * written by strangers: html_put is the only way for a text into the page. Depends on base.
 */
#ifndef TEEWATCH_REPORT_HTML_WRITE_H
#define TEEWATCH_REPORT_HTML_WRITE_H

#include "base/buffer.h"

/* Append text as character data that is also safe in a quoted attribute. Control characters, bytes that are not
 * UTF-8, and characters that reorder or hide others (bidirectional and zero-width ones) are shown as \xNN or \u{N}. */
void html_put(struct buffer *out, const char *text);
/* The same, at most so many characters of it, then an ellipsis. */
void html_put_cut(struct buffer *out, const char *text, size_t characters);

void html_put_day(struct buffer *out, int64_t ms);     /* 2026-01-23 */
void html_put_moment(struct buffer *out, int64_t ms);  /* 2026-01-23 04:12, UTC */
void html_put_number(struct buffer *out, uint64_t n);  /* groups of three digits, kept on one line */
void html_put_count(struct buffer *out, uint64_t n, const char *one, const char *many); /* "1 key", "2 keys" */

/* A span of time that pictures lay out from 0 to 100 %. */
struct html_span {
	int64_t from_ms, to_ms;
};
double html_percent(const struct html_span *span, int64_t ms); /* clamped to 0..100 */

/* Dates under, and lines across, a picture of that span: from y = top to bottom, labels below bottom. */
void svg_put_axis(struct buffer *out, const struct html_span *span, int top, int bottom);
enum { SVG_AXIS_HEIGHT = 20 };

/* The beginning of a picture: as wide as there is room, so high; its title and description are read aloud. */
void svg_begin(struct buffer *out, int height, const char *title);

/* A table inside a region that can be scrolled, and its end. label is plain text;
 * class is NULL, or "stack" where narrow pages show the cells one below the other. */
void html_table_begin(struct buffer *out, const char *label, const char *class);
void html_table_end(struct buffer *out);

#endif
