/* Which measurements each domain showed, when they changed, and what was found wrong meanwhile. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "report/html.h"
#include "report/html_write.h"

enum { DOMAINS_DRAWN = 24, LANES_DRAWN = 20, MARKS = 100, BUCKETS = 200, NAME_CHARACTERS = 120 };
enum { LANE_HEIGHT = 40, BAR_Y = 20, BAR_HEIGHT = 10, MARKS_HEIGHT = 22 };
#define HOUR_MS INT64_C(3600000)
#define DAY_MS (24 * HOUR_MS)

/* One value of one register; hours holds when its certificates were logged. */
struct lane {
	char *kind, *name, *value;
	bool genuine, newest, turned; /* turned: another value of this register was there before */
	int64_t first_ms, last_ms, valid_until_ms;
	uint64_t certificates;
	int64_t *hours;
	size_t hour_count, hour_capacity;
};

struct mark {
	size_t n, open;
	const struct anomaly_copy *worst;
};

struct timeline {
	const struct html_history *history;
	struct buffer *out;
	size_t start;             /* of the part in out */
	size_t drawn, left_out, without; /* domains */
	struct lane *lanes;       /* of the domain at hand */
	size_t lane_count, lane_capacity;
	struct html_span span;
};

/* ---- collecting ---- */

static void lanes_clear(struct timeline *t)
{
	for (size_t i = 0; i < t->lane_count; i++) {
		free(t->lanes[i].kind);
		free(t->lanes[i].name);
		free(t->lanes[i].value);
		free(t->lanes[i].hours);
	}
	t->lane_count = 0;
}

static bool is_zero(const char *hex)
{
	return strspn(hex, "0") == strlen(hex);
}

static struct lane *lane_of(struct timeline *t, const struct store_measurement *m)
{
	struct lane *last = t->lane_count > 0 ? &t->lanes[t->lane_count - 1] : NULL;
	if (last && strcmp(last->kind, m->kind) == 0 && strcmp(last->name, m->name) == 0 &&
	    strcmp(last->value, m->value) == 0 && last->genuine == m->genuine)
		return last;
	if (t->lane_count == t->lane_capacity) {
		t->lane_capacity = t->lane_capacity ? t->lane_capacity * 2 : 32;
		t->lanes = memory_grow(t->lanes, t->lane_capacity, sizeof(*t->lanes));
	}
	last = &t->lanes[t->lane_count++];
	*last = (struct lane){.kind = memory_text(m->kind), .name = memory_text(m->name), .value = memory_text(m->value),
	                      .genuine = m->genuine, .first_ms = m->logged_ms};
	return last;
}

static int take_measurement(void *context, const struct store_measurement *m)
{
	struct timeline *t = context;
	if (is_zero(m->value))
		return 0;
	struct lane *l = lane_of(t, m);
	if (l->hour_count == l->hour_capacity) {
		l->hour_capacity = l->hour_capacity ? l->hour_capacity * 2 : 8;
		l->hours = memory_grow(l->hours, l->hour_capacity, sizeof(*l->hours));
	}
	l->hours[l->hour_count++] = m->logged_ms;
	l->last_ms = m->logged_ms;
	l->certificates += m->certificates;
	if (m->valid_until_ms > l->valid_until_ms)
		l->valid_until_ms = m->valid_until_ms;
	return 0;
}

static bool same_register(const struct lane *a, const struct lane *b)
{
	return strcmp(a->kind, b->kind) == 0 && strcmp(a->name, b->name) == 0;
}

static int by_register_and_time(const void *x, const void *y)
{
	const struct lane *a = x, *b = y;
	int order = strcmp(a->kind, b->kind);
	if (order == 0)
		order = strcmp(a->name, b->name);
	if (order != 0)
		return order;
	if (a->first_ms != b->first_ms)
		return a->first_ms < b->first_ms ? -1 : 1;
	order = strcmp(a->value, b->value);
	return order != 0 ? order : (int)a->genuine - (int)b->genuine;
}

/* Which value of each register is the newest, and which ones took the place of another. */
static void lanes_relate(struct timeline *t)
{
	if (t->lane_count > 0)
		qsort(t->lanes, t->lane_count, sizeof(*t->lanes), by_register_and_time);
	for (size_t i = 0; i < t->lane_count; i++) {
		struct lane *l = &t->lanes[i];
		l->newest = l->genuine;
		for (size_t k = 0; k < t->lane_count; k++) {
			const struct lane *other = &t->lanes[k];
			if (k == i || !other->genuine || !same_register(l, other))
				continue;
			l->newest = l->newest && (other->last_ms < l->last_ms || (other->last_ms == l->last_ms && k < i));
			l->turned = l->turned || (l->genuine && other->first_ms < l->first_ms);
		}
	}
}

/* ---- anomalies of the domain, along the same time ---- */

static int take_first_place(void *context, const struct store_place *p)
{
	int64_t *ms = context;
	if (*ms == 0 || p->timestamp_ms < *ms)
		*ms = p->timestamp_ms;
	return 0;
}

/* An anomaly stands where its certificate was logged, else where it was first seen. */
static int marks_collect(struct timeline *t, const char *domain, struct mark marks[MARKS])
{
	for (size_t i = 0; i < t->history->anomaly_count; i++) {
		const struct anomaly_copy *a = &t->history->anomalies[i];
		int64_t ms = 0;
		if (strcmp(a->domain, domain) != 0)
			continue;
		if (a->has_certificate) {
			int rc = store_place_each(t->history->store, &a->tbs_sha256, take_first_place, &ms);
			if (rc < 0)
				return rc;
		}
		size_t at = (size_t)(html_percent(&t->span, ms ? ms : a->first_seen_ms) * (MARKS - 1) / 100 + 0.5);
		struct mark *m = &marks[at];
		m->n++;
		m->open += html_is_open(a);
		if (!m->worst || (html_is_open(a) && !html_is_open(m->worst)))
			m->worst = a; /* they come worst first */
	}
	return 0;
}

static void put_marks(struct timeline *t, const struct mark marks[MARKS])
{
	for (size_t i = 0; i < MARKS; i++) {
		const struct mark *m = &marks[i];
		if (m->n == 0)
			continue;
		buffer_printf(t->out, "<svg x=\"%.2f%%\" y=\"2\"><title>", 100.0 * (double)i / (MARKS - 1));
		html_put_cut(t->out, m->worst->rule, NAME_CHARACTERS);
		if (m->n > 1)
			buffer_printf(t->out, " and %zu more", m->n - 1);
		buffer_printf(t->out, "%s</title><path class=\"%s%s\" d=\"M0 0L7 13H-7Z\"/></svg>", m->open ? "" : " (no longer open)",
		              severity_name(m->worst->severity), m->open ? "" : " closed");
	}
}

/* ---- drawing ---- */

static void put_bar(struct buffer *out, const char *class, double from, double to, int y, int height)
{
	buffer_printf(out, "<rect class=%s x=\"%.2f%%\" width=\"%.2f%%\" y=\"%d\" height=\"%d\"/>", class, from,
	              to - from < 0.5 ? 0.5 : to - from, y, height);
}

/* Hours become at most BUCKETS ticks; neighbours become one bar. */
static void put_ticks(struct timeline *t, const struct lane *l, int y)
{
	bool there[BUCKETS] = {false};
	const char *class = !l->genuine ? "false" : l->newest ? "now" : "past";
	for (size_t i = 0; i < l->hour_count; i++)
		there[(size_t)(html_percent(&t->span, l->hours[i]) * (BUCKETS - 1) / 100)] = true;
	for (size_t i = 0; i < BUCKETS; i++) {
		size_t from = i;
		while (i < BUCKETS && there[i])
			i++;
		if (i > from)
			put_bar(t->out, class, 100.0 * (double)from / BUCKETS, 100.0 * (double)i / BUCKETS, y, BAR_HEIGHT);
	}
}

static void put_lane(struct timeline *t, const struct lane *l, int y)
{
	struct buffer *out = t->out;
	double first = html_percent(&t->span, l->first_ms), last = html_percent(&t->span, l->last_ms);
	if (l->turned) /* down from the bar above; the words stand before it */
		buffer_printf(out, "<line class=turn x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"%d\" y2=\"%d\"/>", first, first,
		              y + BAR_Y - LANE_HEIGHT + BAR_HEIGHT, y + BAR_Y);
	buffer_printf(out, "<text x=0 y=\"%d\"><tspan class=soft>", y + 13);
	html_put_cut(out, l->kind, 16);
	buffer_put_text(out, " ");
	html_put_cut(out, l->name, 24);
	buffer_put_text(out, "</tspan> <tspan class=mono>");
	html_put_cut(out, l->value, 12);
	buffer_put_text(out, "</tspan><tspan class=soft> · ");
	html_put_count(out, l->certificates, "certificate", "certificates");
	buffer_put_text(out, l->genuine ? "" : ", evidence failed");
	buffer_put_text(out, "<tspan class=more> · ");
	html_put_day(out, l->first_ms);
	buffer_put_text(out, " to ");
	html_put_day(out, l->last_ms);
	buffer_put_text(out, "</tspan></tspan></text>");
	put_bar(out, "track", 0, 100, y + BAR_Y, BAR_HEIGHT);
	if (l->genuine && l->valid_until_ms > l->first_ms)
		put_bar(out, "valid", first, html_percent(&t->span, l->valid_until_ms), y + BAR_Y, BAR_HEIGHT);
	if (l->genuine && last > first)
		put_bar(out, l->newest ? "now" : "past", first, last, y + BAR_Y + BAR_HEIGHT / 2 - 1, 2);
	put_ticks(t, l, y + BAR_Y);
	if (l->turned)
		buffer_printf(out, "<svg x=\"%.2f%%\" y=\"%d\"><path class=turnmark d=\"M0-6L6 0 0 6-6 0Z\"/></svg>", first,
		              y + BAR_Y + BAR_HEIGHT / 2);
}

/* The lanes with news are worth the room: those that changed first, then the newest. */
static size_t lanes_choose(struct timeline *t)
{
	size_t n = t->lane_count;
	for (size_t i = 0; i < n && n > LANES_DRAWN; i++) {
		bool alone = !t->lanes[i].turned && t->lanes[i].newest;
		bool old = !t->lanes[i].newest && t->lanes[i].genuine;
		if (!alone && !old)
			continue;
		struct lane dropped = t->lanes[i];
		memmove(&t->lanes[i], &t->lanes[i + 1], (t->lane_count - i - 1) * sizeof(dropped));
		t->lanes[t->lane_count - 1] = dropped;
		i--;
		n--;
	}
	return n < LANES_DRAWN ? n : LANES_DRAWN;
}

static void put_table(struct timeline *t, const char *domain, size_t n)
{
	struct buffer *out = t->out;
	buffer_put_text(out, "<details><summary>The same as a table</summary>\n");
	html_table_begin(out, domain, NULL);
	buffer_put_text(out, "<thead><tr><th>Register</th><th>Value</th><th>First logged</th><th>Last logged</th><th>Valid until</th>"
	                     "<th class=n>Certificates</th><th>What it is</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < n; i++) {
		const struct lane *l = &t->lanes[i];
		buffer_put_text(out, "<tr><td class=t>");
		html_put_cut(out, l->kind, 16);
		buffer_put_text(out, " ");
		html_put_cut(out, l->name, 32);
		buffer_put_text(out, "</td><td class=hex>");
		html_put_cut(out, l->value, 128);
		buffer_put_text(out, "</td><td class=t>");
		html_put_day(out, l->first_ms);
		buffer_put_text(out, "</td><td class=t>");
		html_put_day(out, l->last_ms);
		buffer_put_text(out, "</td><td class=t>");
		html_put_day(out, l->valid_until_ms);
		buffer_put_text(out, "</td><td class=n>");
		html_put_number(out, l->certificates);
		buffer_printf(out, "</td><td>%s%s</td></tr>\n",
		              !l->genuine ? "evidence failed: it proves nothing" : l->newest ? "newest" : "earlier",
		              l->turned ? ", a rotation" : "");
	}
	html_table_end(out);
	buffer_put_text(out, "</details>\n");
}

static void span_of_domain(struct timeline *t, const struct store_domain *d)
{
	int64_t to = t->history->now_ms > d->last_logged_ms ? t->history->now_ms : d->last_logged_ms;
	int64_t pad = (to - d->first_logged_ms) / 40 + HOUR_MS;
	t->span = (struct html_span){d->first_logged_ms - pad, to + pad};
	if (t->span.to_ms - t->span.from_ms < 2 * DAY_MS)
		t->span = (struct html_span){t->span.from_ms - DAY_MS, t->span.to_ms + DAY_MS};
}

static void put_picture(struct timeline *t, const struct mark marks[MARKS], size_t n)
{
	char title[96];
	size_t turns = 0, failed = 0;
	for (size_t i = 0; i < t->lane_count; i++) {
		turns += t->lanes[i].turned;
		failed += !t->lanes[i].genuine;
	}
	snprintf(title, sizeof(title), "%zu measured values over time, %zu rotations, %zu from failed evidence", t->lane_count, turns,
	         failed);
	int height = MARKS_HEIGHT + (int)n * LANE_HEIGHT;
	svg_begin(t->out, height + SVG_AXIS_HEIGHT, title);
	svg_put_axis(t->out, &t->span, 0, height);
	put_marks(t, marks);
	for (size_t i = 0; i < n; i++)
		put_lane(t, &t->lanes[i], MARKS_HEIGHT + (int)i * LANE_HEIGHT);
	buffer_put_text(t->out, "</svg>\n");
}

static int put_domain(void *context, const struct store_domain *d)
{
	struct timeline *t = context;
	struct mark marks[MARKS] = {{0, 0, NULL}};
	if (d->measured == 0 && d->anomalies_open == 0) {
		t->without++;
		return 0;
	}
	if (t->drawn == DOMAINS_DRAWN || t->out->n - t->start > HTML_TIMELINE_BYTES) {
		t->left_out++;
		return 0;
	}
	t->drawn++;
	lanes_clear(t);
	span_of_domain(t, d);
	int rc = store_measurement_each(t->history->store, d->domain, take_measurement, t);
	if (rc >= 0)
		rc = marks_collect(t, d->domain, marks);
	if (rc < 0)
		return rc;
	lanes_relate(t);
	size_t n = lanes_choose(t);
	buffer_put_text(t->out, "<h3>");
	html_put_cut(t->out, d->domain[0] ? d->domain : "(no domain)", NAME_CHARACTERS);
	buffer_put_text(t->out, "</h3>\n<p class=figures>");
	html_put_count(t->out, d->certificates, "certificate, ", "certificates, ");
	html_put_count(t->out, d->keys, "key, ", "keys, ");
	html_put_count(t->out, d->anomalies_open, "open anomaly", "open anomalies");
	buffer_put_text(t->out, d->measured ? "</p>\n" : "; none of its evidence shows a measurement</p>\n");
	put_picture(t, marks, n);
	if (n < t->lane_count)
		buffer_printf(t->out, "<p class=left>%zu more values are not shown here; v_measurement in history.db has them.</p>\n",
		              t->lane_count - n);
	if (n > 0)
		put_table(t, d->domain, n);
	return 0;
}

static void put_legend(struct buffer *out)
{
	buffer_put_text(out,
	                "<ul class=legend>"
	                "<li><svg width=22 height=10 aria-hidden=true><rect class=now width=22 height=10 /></svg>newest value, certificates logged</li>"
	                "<li><svg width=22 height=10 aria-hidden=true><rect class=past width=22 height=10 /></svg>earlier value</li>"
	                "<li><svg width=22 height=10 aria-hidden=true><rect class=valid width=22 height=10 /></svg>still valid</li>"
	                "<li><svg width=22 height=10 aria-hidden=true><rect class=false x=1 y=1 width=20 height=8 /></svg>evidence failed: proves nothing</li>"
	                "<li><svg width=12 height=12 aria-hidden=true><path class=turnmark d=\"M6 0L12 6 6 12 0 6Z\"/></svg>rotation</li>"
	                "<li><svg width=14 height=13 aria-hidden=true><path class=high d=\"M7 0L14 13H0Z\"/></svg>anomaly (hollow: no longer open)</li>"
	                "</ul>\n");
}

int html_timeline_put(const struct html_history *h, struct buffer *out)
{
	struct timeline t = {.history = h, .out = out, .start = out->n};
	buffer_put_text(out, "<section id=timeline aria-labelledby=timeline-h>\n<h2 id=timeline-h>Measurements by domain</h2>\n"
	                     "<p class=note>What the evidence of each domain's certificates measured, by the time they were logged. A "
	                     "rotation is a value that takes the place of another: match it with a release.</p>\n");
	put_legend(out);
	int rc = store_domain_each(h->store, put_domain, &t);
	lanes_clear(&t);
	free(t.lanes);
	if (t.drawn == 0)
		buffer_put_text(out, "<p>No evidence of an audited certificate shows a measurement yet.</p>\n");
	if (t.left_out > 0) {
		buffer_put_text(out, "<p class=left>");
		html_put_count(out, t.left_out, "more domain is", "more domains are");
		buffer_put_text(out, " not shown here; v_measurement in history.db has them.</p>\n");
	}
	if (t.without > 0) {
		buffer_put_text(out, "<p class=note>");
		html_put_count(out, t.without, "domain has", "domains have");
		buffer_put_text(out, " neither measured evidence nor an open anomaly.</p>\n");
	}
	buffer_put_text(out, "</section>\n");
	return rc < 0 ? rc : 0;
}
