/*
 * The history as one HTML file: no script, no other file, no address outside of it. Pictures are SVG, each with
 * its figures as a table; colours follow the reader's light or dark scheme. It is a function of the history alone
 * (its "now" is the clock of the newest run), and stays under HTML_REPORT_BYTES whatever the history's size: each
 * part has a share and says how much it left out. Depends on base, policy, store.
 */
#ifndef TEEWATCH_REPORT_HTML_H
#define TEEWATCH_REPORT_HTML_H

#include "report/anomaly_text.h"

enum { HTML_REPORT_BYTES = 1000000 };

/* The whole page. 0 or a store error. */
int html_report_put(struct store *s, struct buffer *out);

/* ---- inside src/report ---- */

struct html_history {
	struct store *store;
	int64_t now_ms;                 /* the run's clock of the newest run, else the newest time there is */
	struct anomaly_copy *anomalies; /* all of them, worst and newest first */
	size_t anomaly_count;
};

static inline bool html_is_open(const struct anomaly_copy *a)
{
	return a->state == ANOMALY_NEW || a->state == ANOMALY_ONGOING;
}

/* Each appends one <section>; 0 or a store error. */
int html_anomalies_put(const struct html_history *h, struct buffer *out);
int html_timeline_put(const struct html_history *h, struct buffer *out);
int html_coverage_put(const struct html_history *h, struct buffer *out);
int html_tcb_put(const struct html_history *h, struct buffer *out);
int html_graph_put(const struct html_history *h, struct buffer *out);

/* At most so many bytes of each part, beside the item that crosses the line (below 80 kB). */
enum {
	HTML_ANOMALIES_BYTES = 200000,
	HTML_TIMELINE_BYTES = 220000,
	HTML_COVERAGE_BYTES = 130000 /* twice: picture and table */
};

extern const char html_style[];

#endif
