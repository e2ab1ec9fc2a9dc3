#include "report/html.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/memory.h"
#include "report/html_write.h"

/* ---- what the whole page needs ---- */

static int take_run(void *context, const struct store_run *r)
{
	struct store_run *newest = context;
	*newest = *r;
	newest->sandbox = newest->version = NULL; /* they end with the call */
	return 1;
}

struct anomaly_list {
	struct anomaly_copy *v;
	size_t n, capacity;
};

static int take_anomaly(void *context, const struct store_anomaly *a)
{
	struct anomaly_list *l = context;
	if (l->n == l->capacity) {
		l->capacity = l->capacity ? l->capacity * 2 : 64;
		l->v = memory_grow(l->v, l->capacity, sizeof(*l->v));
	}
	anomaly_copy(&l->v[l->n++], a);
	return 0;
}

static int take_last_logged(void *context, const struct store_domain *d)
{
	int64_t *newest_ms = context;
	if (d->last_logged_ms > *newest_ms)
		*newest_ms = d->last_logged_ms;
	return 0;
}

/* ---- the head ---- */

/* Styles are allowed by their hash, and nothing else may be loaded or run. */
static void put_head(struct buffer *out)
{
	struct sha256 hash = hash_sha256(bytes_of_text(html_style));
	buffer_put_text(out, "<!DOCTYPE html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n"
	                     "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-");
	base64_put(out, sha256_bytes(&hash));
	buffer_put_text(out, "'; img-src data:; base-uri 'none'; form-action 'none'\">\n"
	                     "<meta name=referrer content=no-referrer>\n"
	                     "<meta name=viewport content=\"width=device-width, initial-scale=1\">\n"
	                     "<meta name=color-scheme content=\"light dark\">\n<link rel=icon href=\"data:,\">\n"
	                     "<title>teewatch report</title>\n<style>");
	buffer_put_text(out, html_style);
	buffer_put_text(out, "</style>\n</head>\n<body>\n");
}

/* One sentence that says how things stand. */
static void put_verdict(const struct html_history *h, const struct store_run *run, struct buffer *out)
{
	size_t open = 0;
	const struct anomaly_copy *worst = NULL;
	for (size_t i = 0; i < h->anomaly_count; i++)
		if (html_is_open(&h->anomalies[i])) {
			open++;
			worst = worst ? worst : &h->anomalies[i];
		}
	if (run->run_id == 0) {
		buffer_put_text(out, "<p class=\"verdict unknown\">Nothing was audited yet.</p>\n");
	} else if (open == 0) {
		buffer_put_text(out, "<p class=\"verdict good\">No anomaly is open.</p>\n");
	} else {
		buffer_printf(out, "<p class=\"verdict %s\">", severity_name(worst->severity));
		html_put_count(out, open, "anomaly is open", "anomalies are open");
		buffer_printf(out, "%s <strong>%s</strong>.</p>\n", open == 1 ? ": it is" : "; the worst is",
		              severity_name(worst->severity));
	}
}

static void put_run(const struct store_run *run, int64_t now_ms, struct buffer *out)
{
	static const struct {
		int status;
		const char *words;
	} words[] = {{0, "ended well"}, {1, "could not reach all it had to"}, {2, "was not configured right"},
	             {3, "failed"}, {4, "ended well and opened anomalies"}};
	if (run->run_id == 0)
		return;
	buffer_put_text(out, "<p class=when>As of <time>");
	html_put_moment(out, now_ms);
	buffer_printf(out, "</time> UTC. Run %" PRId64 " ", run->run_id);
	const char *text = "ended with an unknown status";
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i].status == run->exit_status)
			text = words[i].words;
	buffer_put_text(out, run->finished_ms == 0 ? "has not ended, or was killed" : text);
	buffer_put_text(out, ".</p>\n");
}

static void put_tile(struct buffer *out, const char *class, uint64_t n, const char *words)
{
	buffer_printf(out, "<li class=\"%s\"><b>", class);
	html_put_number(out, n);
	buffer_printf(out, "</b> %s</li>\n", words);
}

static int put_tiles(const struct html_history *h, struct buffer *out)
{
	struct store_counts c;
	int rc = store_count(h->store, &c);
	if (rc < 0)
		return rc;
	buffer_put_text(out, "<ul class=tiles>\n");
	put_tile(out, "", c.certificates, "certificates that matched");
	put_tile(out, "good", c.verified, "verdicts verified");
	put_tile(out, "unknown", c.incomplete, "incomplete: something could not be checked");
	put_tile(out, "bad", c.failed, "failed");
	put_tile(out, "", c.logs, c.logs == 1 ? "log" : "logs");
	buffer_put_text(out, "</ul>\n<nav aria-label=\"Parts of this page\"><a href=\"#anomalies\">Anomalies</a> "
	                     "<a href=\"#timeline\">Measurements</a> <a href=\"#coverage\">Logs</a> <a href=\"#tcb\">TCB</a> "
	                     "<a href=\"#graph\">Keys</a></nav>\n</header>\n");
	return 0;
}

static int put_parts(const struct html_history *h, struct buffer *out)
{
	static int (*const parts[])(const struct html_history *, struct buffer *) = {
		html_anomalies_put, html_timeline_put, html_coverage_put, html_tcb_put, html_graph_put};
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		int rc = parts[i](h, out);
		if (rc < 0)
			return rc;
	}
	return 0;
}

int html_report_put(struct store *s, struct buffer *out)
{
	struct html_history h = {.store = s};
	struct store_run run = {0};
	struct anomaly_list list = {NULL, 0, 0};
	int rc = store_run_each(s, take_run, &run);
	if (rc >= 0)
		rc = store_anomaly_each(s, take_anomaly, &list);
	h.now_ms = run.at_ms;
	if (rc >= 0 && run.at_ms == 0)
		rc = store_domain_each(s, take_last_logged, &h.now_ms);
	if (rc >= 0) {
		anomaly_sort(list.v, list.n);
		h.anomalies = list.v;
		h.anomaly_count = list.n;
		put_head(out);
		buffer_put_text(out, "<main>\n<header>\n<h1>teewatch report</h1>\n");
		put_verdict(&h, &run, out);
		put_run(&run, h.now_ms, out);
		rc = put_tiles(&h, out);
	}
	if (rc >= 0)
		rc = put_parts(&h, out);
	buffer_put_text(out, "<footer><p>Made by teewatch from its history; history.db has all of it, and teewatch(1) explains "
	                     "each rule and check.</p></footer>\n</main>\n</body>\n</html>\n");
	for (size_t i = 0; i < list.n; i++)
		anomaly_copy_release(&list.v[i]);
	free(list.v);
	return rc < 0 ? rc : 0;
}
