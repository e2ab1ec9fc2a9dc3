/* Was the platforms' firmware up to date when their certificates were logged? */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "report/html.h"
#include "report/html_write.h"

enum { BARS_MAX = 60, CHART_HEIGHT = 140, CHART_TOP = 16 };
#define DAY_MS INT64_C(86400000)

struct days {
	struct store_tcb *v;
	size_t n, capacity;
};

static int take_day(void *context, const struct store_tcb *t)
{
	struct days *d = context;
	if (d->n == d->capacity) {
		d->capacity = d->capacity ? d->capacity * 2 : 64;
		d->v = memory_grow(d->v, d->capacity, sizeof(*d->v));
	}
	d->v[d->n++] = *t;
	return 0;
}

/* Days, weeks, ... are summed so that there are BARS_MAX bars at the most; returns the days in each. */
static int64_t bars_sum(const struct days *d, struct store_tcb bars[BARS_MAX], size_t *n)
{
	static const int64_t steps[] = {1, 7, 28, 91, 364, 3640, 36400, 364000};
	size_t i = 0;
	int64_t first = d->v[0].day_ms, last = d->v[d->n - 1].day_ms;
	while ((last - first) / (steps[i] * DAY_MS) >= BARS_MAX && i + 1 < sizeof(steps) / sizeof(steps[0]))
		i++;
	memset(bars, 0, BARS_MAX * sizeof(bars[0]));
	*n = 0;
	for (size_t k = 0; k < d->n; k++) {
		size_t at = (size_t)((d->v[k].day_ms - first) / (steps[i] * DAY_MS));
		at = at < BARS_MAX ? at : BARS_MAX - 1;
		bars[at].up_to_date += d->v[k].up_to_date;
		bars[at].unknown += d->v[k].unknown;
		bars[at].out_of_date += d->v[k].out_of_date;
		*n = at + 1 > *n ? at + 1 : *n;
	}
	for (size_t k = 0; k < *n; k++)
		bars[k].day_ms = first + (int64_t)k * steps[i] * DAY_MS;
	return steps[i];
}

static uint64_t sum_of(const struct store_tcb *t)
{
	return t->up_to_date + t->unknown + t->out_of_date;
}

static double put_piece(struct buffer *out, const char *class, double x, double width, double base, uint64_t n, uint64_t most)
{
	double height = (double)n * CHART_HEIGHT / (double)most;
	if (n == 0)
		return base;
	buffer_printf(out, "<rect class=%s x=\"%.2f%%\" width=\"%.2f%%\" y=\"%.1f\" height=\"%.1f\"/>", class, x, width,
	              base - height, height);
	return base - height;
}

static void put_bars(struct buffer *out, const struct store_tcb bars[BARS_MAX], size_t n, int64_t step)
{
	struct html_span span = {bars[0].day_ms, bars[n - 1].day_ms + step * DAY_MS};
	uint64_t most = 1;
	size_t room = n < 12 ? 12 : n; /* so that two bars are not two walls */
	span.to_ms = span.from_ms + (int64_t)room * step * DAY_MS;
	for (size_t i = 0; i < n; i++)
		most = sum_of(&bars[i]) > most ? sum_of(&bars[i]) : most;
	svg_begin(out, CHART_TOP + CHART_HEIGHT + SVG_AXIS_HEIGHT, "Certificates by TCB status over time");
	svg_put_axis(out, &span, CHART_TOP, CHART_TOP + CHART_HEIGHT);
	buffer_printf(out, "<line class=grid x1=0 x2=\"100%%\" y1=%d y2=%d /><line class=grid x1=0 x2=\"100%%\" y1=%d y2=%d />"
	                   "<text class=tick x=0 y=%d>", CHART_TOP, CHART_TOP, CHART_TOP + CHART_HEIGHT,
	              CHART_TOP + CHART_HEIGHT, CHART_TOP - 4);
	html_put_count(out, most, "certificate", "certificates");
	buffer_put_text(out, "</text>");
	for (size_t i = 0; i < n; i++) {
		double x = 100.0 * (double)i / (double)room + 8.0 / (double)room, width = 84.0 / (double)room;
		double base = CHART_TOP + CHART_HEIGHT;
		base = put_piece(out, "ok", x, width, base, bars[i].up_to_date, most);
		base = put_piece(out, "unk", x, width, base, bars[i].unknown, most);
		put_piece(out, "far", x, width, base, bars[i].out_of_date, most);
	}
	buffer_put_text(out, "</svg>\n");
}

static void put_table(struct buffer *out, const struct store_tcb bars[BARS_MAX], size_t n, int64_t step)
{
	buffer_put_text(out, "<details><summary>The same as a table</summary>\n");
	html_table_begin(out, "TCB status over time", NULL);
	buffer_printf(out, "<thead><tr><th>%s</th><th class=n>Up to date</th><th class=n>Could not be judged</th>"
	                   "<th class=n>Out of date or revoked</th></tr></thead><tbody>\n", step == 1 ? "Day" : "Days from");
	for (size_t i = 0; i < n; i++) {
		if (sum_of(&bars[i]) == 0)
			continue;
		buffer_put_text(out, "<tr><td class=t>");
		html_put_day(out, bars[i].day_ms);
		buffer_put_text(out, "</td><td class=n>");
		html_put_number(out, bars[i].up_to_date);
		buffer_put_text(out, "</td><td class=n>");
		html_put_number(out, bars[i].unknown);
		buffer_put_text(out, "</td><td class=n>");
		html_put_number(out, bars[i].out_of_date);
		buffer_put_text(out, "</td></tr>\n");
	}
	html_table_end(out);
	buffer_put_text(out, "</details>\n");
}

static void put_figures(struct buffer *out, const struct days *d, int64_t step)
{
	struct store_tcb all = {0};
	for (size_t i = 0; i < d->n; i++) {
		all.up_to_date += d->v[i].up_to_date;
		all.unknown += d->v[i].unknown;
		all.out_of_date += d->v[i].out_of_date;
	}
	buffer_put_text(out, "<ul class=legend><li><svg width=14 height=12 aria-hidden=true><rect class=far width=14 height=12 /></svg>"
	                     "out of date or revoked: ");
	html_put_number(out, all.out_of_date);
	buffer_put_text(out, "</li><li><svg width=14 height=12 aria-hidden=true><rect class=unk width=14 height=12 /></svg>could not be judged: ");
	html_put_number(out, all.unknown);
	buffer_put_text(out, "</li><li><svg width=14 height=12 aria-hidden=true><rect class=ok width=14 height=12 /></svg>up to date: ");
	html_put_number(out, all.up_to_date);
	buffer_printf(out, "</li><li>one bar: %" PRId64 " %s</li></ul>\n", step, step == 1 ? "day" : "days");
}

int html_tcb_put(const struct html_history *h, struct buffer *out)
{
	struct days d = {NULL, 0, 0};
	struct store_tcb bars[BARS_MAX];
	buffer_put_text(out, "<section id=tcb aria-labelledby=tcb-h>\n<h2 id=tcb-h>TCB status over time</h2>\n"
	                     "<p class=note>Whether the vendor called the platform's firmware and microcode up to date when the "
	                     "certificate was logged: the claim tcb_up_to_date of its CPU evidence.</p>\n");
	int rc = store_tcb_each(h->store, take_day, &d);
	if (rc >= 0 && d.n > 0) {
		size_t n;
		int64_t step = bars_sum(&d, bars, &n);
		put_figures(out, &d, step);
		put_bars(out, bars, n, step);
		put_table(out, bars, n, step);
	} else if (rc >= 0) {
		buffer_put_text(out, "<p>No evidence was judged yet.</p>\n");
	}
	free(d.v);
	buffer_put_text(out, "</section>\n");
	return rc < 0 ? rc : 0;
}
