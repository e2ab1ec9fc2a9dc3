/* How far the audit of each log was at the end of each day. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "report/html.h"
#include "report/html_write.h"
#include "report/outlook.h"

enum { DAYS_MAX = 60, DAYS_MIN = 7, LOG_HEIGHT = 34, CELL_Y = 19, CELL_HEIGHT = 12, NAME_CHARACTERS = 60 };
#define DAY_MS INT64_C(86400000)

enum cell_state { CELL_NONE, CELL_CAUGHT_UP, CELL_BEHIND, CELL_FAR };
struct cell {
	enum cell_state state;
	uint64_t lag;
};

struct coverage {
	const struct html_history *history;
	struct buffer *out;
	size_t start;
	int64_t first_day, days; /* days since 1970 */
	size_t drawn, left_out, unstarted;
	struct store_progress rows[LIMIT_PROGRESS];
	size_t n;
};

static int take_row(void *context, const struct store_progress *p)
{
	struct coverage *c = context;
	if (c->n < LIMIT_PROGRESS)
		c->rows[c->n++] = *p;
	return 0;
}

static int read_rows(struct coverage *c, const struct sha256 *log_id)
{
	c->n = 0;
	return store_progress_each(c->history->store, log_id, take_row, c);
}

/* The picture begins at the oldest day that any log has a figure of. */
static int find_first_day(void *context, const struct store_log *log)
{
	struct coverage *c = context;
	int rc = read_rows(c, &log->log_id);
	if (rc >= 0 && c->n > 0 && c->rows[c->n - 1].at_ms / DAY_MS < c->first_day)
		c->first_day = c->rows[c->n - 1].at_ms / DAY_MS;
	return rc < 0 ? rc : 0;
}

/* The last run of a day speaks for it. A hundredth of the log, or a day's growth, is not far. */
static void fill_cells(const struct coverage *c, struct cell cells[DAYS_MAX])
{
	for (size_t i = c->n; i > 0; i--) {
		const struct store_progress *p = &c->rows[i - 1];
		int64_t day = p->at_ms / DAY_MS - c->first_day;
		if (day < 0 || day >= c->days)
			continue;
		uint64_t lag = p->tree_size > p->audited_size ? p->tree_size - p->audited_size : 0;
		cells[day].lag = lag;
		cells[day].state = lag == 0 ? CELL_CAUGHT_UP : lag <= p->tree_size / 100 ? CELL_BEHIND : CELL_FAR;
	}
}

static void put_cells(const struct coverage *c, const struct cell cells[DAYS_MAX], int y)
{
	static const char *const classes[] = {"none", "ok", "behind", "far"};
	double step = 100.0 / (double)c->days;
	for (int64_t i = 0; i < c->days; i++) {
		int height = cells[i].state == CELL_FAR ? CELL_HEIGHT : cells[i].state == CELL_BEHIND ? CELL_HEIGHT * 2 / 3 : CELL_HEIGHT;
		buffer_printf(c->out, "<rect class=%s x=\"%.2f%%\" width=\"%.2f%%\" y=\"%d\" height=\"%d\">", classes[cells[i].state],
		              step * (double)i + step * 0.06, step * 0.88, y + CELL_HEIGHT - height, height);
		buffer_put_text(c->out, "<title>");
		html_put_day(c->out, (c->first_day + i) * DAY_MS);
		if (cells[i].state == CELL_NONE) {
			buffer_put_text(c->out, ": no run recorded");
		} else {
			buffer_put_text(c->out, ": ");
			html_put_number(c->out, cells[i].lag);
			buffer_put_text(c->out, " behind");
		}
		buffer_put_text(c->out, "</title></rect>");
	}
}

static void put_outlook(struct coverage *c, uint64_t lag)
{
	struct outlook o = outlook_of(c->rows, c->n, lag);
	char eta[32];
	html_put_number(c->out, lag);
	buffer_put_text(c->out, " behind");
	if (o.falling_behind) {
		buffer_put_text(c->out, ", will not catch up at this rate");
	} else if (o.has_eta) {
		outlook_duration_text(o.eta_ms, eta);
		buffer_printf(c->out, ", done in %s", eta);
	}
}

/* ---- the same as a table: a row for each log, and one for each day it was behind ---- */

static int put_table_rows(void *context, const struct store_log *log)
{
	struct coverage *c = context;
	struct buffer *out = c->out;
	struct store_position p = {0};
	struct cell cells[DAYS_MAX] = {{CELL_NONE, 0}};
	int rc = store_position_get(c->history->store, &log->log_id, &p);
	if (rc >= 0)
		rc = read_rows(c, &log->log_id);
	if (rc < 0 || (!p.started && c->n == 0) || out->n - c->start > HTML_COVERAGE_BYTES)
		return rc < 0 ? rc : 0;
	fill_cells(c, cells);
	buffer_put_text(out, "<tr><th>");
	html_put_cut(out, log->name, NAME_CHARACTERS);
	buffer_put_text(out, "</th><td>audited from entry ");
	html_put_number(out, p.audited_from);
	buffer_put_text(out, " up to ");
	html_put_number(out, p.audited_size);
	buffer_put_text(out, "</td><td class=t>last success ");
	if (p.last_success_ms)
		html_put_moment(out, p.last_success_ms);
	else
		buffer_put_text(out, "never");
	buffer_put_text(out, "</td></tr>\n");
	for (int64_t i = c->days; i > 0; i--) {
		if (cells[i - 1].state != CELL_BEHIND && cells[i - 1].state != CELL_FAR)
			continue;
		buffer_put_text(out, "<tr><td class=t>");
		html_put_day(out, (c->first_day + i - 1) * DAY_MS);
		buffer_put_text(out, "</td><td class=n>");
		html_put_number(out, cells[i - 1].lag);
		buffer_put_text(out, " behind</td><td></td></tr>\n");
	}
	return 0;
}

static int put_table(struct coverage *c)
{
	c->start = c->out->n;
	buffer_put_text(c->out, "<details><summary>The same as a table</summary>\n<p class=figures>Days on which a log was behind; on "
	                        "the others it was caught up, or no run is recorded.</p>\n");
	html_table_begin(c->out, "Logs by day", NULL);
	buffer_put_text(c->out, "<tbody>\n");
	int rc = store_log_each(c->history->store, put_table_rows, c);
	html_table_end(c->out);
	buffer_put_text(c->out, "</details>\n");
	return rc < 0 ? rc : 0;
}

/* ---- drawing ---- */

static void put_log_picture(struct coverage *c, const struct store_log *log, const struct store_position *p,
                            const struct cell cells[DAYS_MAX])
{
	struct buffer *out = c->out;
	uint64_t size = c->n > 0 ? c->rows[0].tree_size : p->audited_size;
	uint64_t lag = size > p->audited_size ? size - p->audited_size : 0;
	char title[96];
	snprintf(title, sizeof(title), "%" PRIu64 " entries behind, by day", lag);
	svg_begin(out, LOG_HEIGHT, title);
	buffer_put_text(out, "<text x=0 y=12>");
	html_put_cut(out, log->name, NAME_CHARACTERS);
	buffer_put_text(out, "<tspan class=soft> · ");
	if (log->state[0]) {
		html_put_cut(out, log->state, 16);
		buffer_put_text(out, " · ");
	}
	if (!p->started)
		buffer_put_text(out, "not started");
	else if (lag == 0)
		buffer_put_text(out, "caught up");
	else
		put_outlook(c, lag);
	if (p->started) {
		buffer_put_text(out, "<tspan class=more> · ");
		html_put_number(out, p->audited_size);
		buffer_put_text(out, " of ");
		html_put_number(out, size > p->audited_size ? size : p->audited_size);
		buffer_put_text(out, " audited</tspan>");
	}
	buffer_put_text(out, "</tspan></text>");
	put_cells(c, cells, CELL_Y);
	buffer_put_text(out, "</svg>\n");
}

static int put_log(void *context, const struct store_log *log)
{
	struct coverage *c = context;
	struct store_position p = {0};
	struct cell cells[DAYS_MAX] = {{CELL_NONE, 0}};
	int rc = store_position_get(c->history->store, &log->log_id, &p);
	if (rc >= 0)
		rc = read_rows(c, &log->log_id);
	if (rc < 0)
		return rc;
	if (!p.started && c->n == 0) {
		c->unstarted++;
		return 0;
	}
	if (c->out->n - c->start > HTML_COVERAGE_BYTES) {
		c->left_out++;
		return 0;
	}
	c->drawn++;
	fill_cells(c, cells);
	put_log_picture(c, log, &p, cells);
	return 0;
}

static void put_legend(struct buffer *out)
{
	buffer_put_text(out, "<ul class=legend>"
	                     "<li><svg width=14 height=12 aria-hidden=true><rect class=ok width=14 height=12 /></svg>caught up</li>"
	                     "<li><svg width=14 height=12 aria-hidden=true><rect class=behind y=4 width=14 height=8 /></svg>less than 1 % behind</li>"
	                     "<li><svg width=14 height=12 aria-hidden=true><rect class=far width=14 height=12 /></svg>further behind</li>"
	                     "<li><svg width=14 height=12 aria-hidden=true><rect class=none x=1 y=1 width=12 height=10 /></svg>no run recorded</li>"
	                     "</ul>\n");
}

static void put_end(const struct coverage *c)
{
	if (c->drawn == 0)
		buffer_put_text(c->out, "<p>No log was audited yet.</p>\n");
	else
		svg_begin(c->out, SVG_AXIS_HEIGHT, "Days");
	if (c->drawn > 0) {
		struct html_span span = {c->first_day * DAY_MS, (c->first_day + c->days) * DAY_MS};
		svg_put_axis(c->out, &span, 0, 2);
		buffer_put_text(c->out, "</svg>\n");
	}
	if (c->left_out > 0) {
		buffer_put_text(c->out, "<p class=left>");
		html_put_count(c->out, c->left_out, "more log is", "more logs are");
		buffer_put_text(c->out, " not shown here; <code>teewatch logs</code> prints them all.</p>\n");
	}
	if (c->unstarted > 0) {
		buffer_put_text(c->out, "<p class=note>");
		html_put_count(c->out, c->unstarted, "log was", "logs were");
		buffer_put_text(c->out, " never reached.</p>\n");
	}
}

int html_coverage_put(const struct html_history *h, struct buffer *out)
{
	struct coverage c = {.history = h, .out = out, .start = out->n, .first_day = h->now_ms / DAY_MS};
	int64_t today = h->now_ms / DAY_MS;
	int rc = store_log_each(h->store, find_first_day, &c);
	if (rc < 0)
		return rc;
	if (today - c.first_day >= DAYS_MAX)
		c.first_day = today - DAYS_MAX + 1;
	if (today - c.first_day < DAYS_MIN - 1)
		c.first_day = today - DAYS_MIN + 1;
	c.days = today - c.first_day + 1;
	buffer_put_text(out, "<section id=coverage aria-labelledby=coverage-h>\n<h2 id=coverage-h>Logs</h2>\n"
	                     "<p class=note>How much each log had signed that was not audited at the end of each day (UTC). What is "
	                     "not audited yet was not seen.</p>\n");
	put_legend(out);
	rc = store_log_each(h->store, put_log, &c);
	put_end(&c);
	if (rc >= 0 && c.drawn > 0)
		rc = put_table(&c);
	buffer_put_text(out, "</section>\n");
	return rc < 0 ? rc : 0;
}
