#include "report/metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "base/limits.h"
#include "policy/policy.h"
#include "report/outlook.h"

enum metric_id {
	RUN_FINISHED, RUN_STATUS, RUN_ENTRIES, RUN_SUCCEEDED,
	LOG_TREE_SIZE, LOG_AUDITED_SIZE, LOG_LAG, LOG_TREE_HEAD, LOG_SUCCESS, LOG_RATE, LOG_FALLING_BEHIND,
	ANOMALIES_OPEN, EVENTS, CERTIFICATES, VERDICTS, COLLATERAL_FETCHED
};

const struct metric metrics[] = {
	[RUN_FINISHED] = {"teewatch_run_finished_timestamp_seconds", "gauge", "When the newest crawl ended."},
	[RUN_STATUS] = {"teewatch_run_exit_status", "gauge", "Exit status of the newest crawl."},
	[RUN_ENTRIES] = {"teewatch_run_entries", "gauge", "Log entries that the newest crawl read."},
	[RUN_SUCCEEDED] = {"teewatch_run_succeeded_timestamp_seconds", "gauge",
	                   "When the newest crawl ended that could do all it had to (exit status 0 or 4)."},
	[LOG_TREE_SIZE] = {"teewatch_log_tree_size", "gauge", "Entries below the largest tree head that the log signed."},
	[LOG_AUDITED_SIZE] = {"teewatch_log_audited_size", "gauge", "Entries up to which the log is audited."},
	[LOG_LAG] = {"teewatch_log_lag_entries", "gauge", "Entries that are signed and not audited yet."},
	[LOG_TREE_HEAD] = {"teewatch_log_audited_timestamp_seconds", "gauge", "Time of the audited tree head."},
	[LOG_SUCCESS] = {"teewatch_log_success_timestamp_seconds", "gauge", "When a tree head of the log was last audited."},
	[LOG_RATE] = {"teewatch_log_entries_per_second", "gauge", "Rate of the last crawl that audited entries of the log."},
	[LOG_FALLING_BEHIND] = {"teewatch_log_falling_behind", "gauge", "1 where the audit will not catch up at the rate of the last crawls."},
	[ANOMALIES_OPEN] = {"teewatch_anomalies_open", "gauge", "Open anomalies by rule."},
	[EVENTS] = {"teewatch_events_total", "counter", "Events of the history."},
	[CERTIFICATES] = {"teewatch_certificates_total", "counter", "Certificates in the history."},
	[VERDICTS] = {"teewatch_verdicts", "gauge", "Verdicts on evidence as of now, by result."},
	[COLLATERAL_FETCHED] = {"teewatch_collateral_fetched_timestamp_seconds", "gauge",
	                        "When collateral of a kind was last had."},
};
const size_t metric_count = sizeof(metrics) / sizeof(metrics[0]);

static void put_head(struct buffer *out, enum metric_id id)
{
	buffer_printf(out, "# HELP %s %s\n# TYPE %s %s\n", metrics[id].name, metrics[id].help, metrics[id].name, metrics[id].type);
}

/* A label's value; backslash, quote and line feed are escaped (text format 0.0.4). */
static void put_label(struct buffer *out, const char *name, const char *value)
{
	buffer_printf(out, "%s=\"", name);
	for (; *value; value++) {
		if (*value == '\\' || *value == '"')
			buffer_put_u8(out, '\\');
		if (*value == '\n')
			buffer_put_text(out, "\\n");
		else
			buffer_put_u8(out, (uint8_t)*value);
	}
	buffer_put_u8(out, '"');
}

static void put_seconds(struct buffer *out, int64_t ms)
{
	buffer_printf(out, " %" PRId64 ".%03d\n", ms / 1000, (int)(ms % 1000));
}

/* ---- runs ---- */

struct runs {
	bool ran, succeeded;
	int64_t finished_ms, succeeded_ms;
	int status;
	uint64_t entries;
};

static int take_run(void *context, const struct store_run *r)
{
	struct runs *runs = context;
	if (r->finished_ms == 0)
		return 0;
	if (!runs->ran) {
		runs->ran = true;
		runs->finished_ms = r->finished_ms;
		runs->status = r->exit_status;
		runs->entries = r->entries;
	}
	if (!runs->succeeded && (r->exit_status == 0 || r->exit_status == 4)) {
		runs->succeeded = true;
		runs->succeeded_ms = r->finished_ms;
	}
	return 0;
}

static int put_runs(struct store *s, struct buffer *out)
{
	struct runs runs = {.ran = false};
	int rc = store_run_each(s, take_run, &runs);
	if (rc < 0)
		return rc;
	if (runs.ran) {
		put_head(out, RUN_FINISHED);
		buffer_put_text(out, metrics[RUN_FINISHED].name);
		put_seconds(out, runs.finished_ms);
		put_head(out, RUN_STATUS);
		buffer_printf(out, "%s %d\n", metrics[RUN_STATUS].name, runs.status);
		put_head(out, RUN_ENTRIES);
		buffer_printf(out, "%s %" PRIu64 "\n", metrics[RUN_ENTRIES].name, runs.entries);
	}
	if (runs.succeeded) {
		put_head(out, RUN_SUCCEEDED);
		buffer_put_text(out, metrics[RUN_SUCCEEDED].name);
		put_seconds(out, runs.succeeded_ms);
	}
	return 0;
}

/* ---- logs: all values of a metric stand together, so the logs are walked once for each ---- */

struct log_walk {
	struct store *store;
	struct buffer *out;
	enum metric_id id;
};

struct progress_rows {
	struct store_progress v[LIMIT_PROGRESS];
	size_t n;
};

static int take_progress(void *context, const struct store_progress *p)
{
	struct progress_rows *rows = context;
	if (rows->n < LIMIT_PROGRESS)
		rows->v[rows->n++] = *p;
	return 0;
}

static int take_size(void *context, const struct store_tree_head *h)
{
	uint64_t *size = context;
	if (h->state != TREE_HEAD_CONTRADICTED && h->tree_size > *size)
		*size = h->tree_size;
	return 0;
}

static void put_value(const struct log_walk *w, const struct store_position *p, uint64_t size, const struct outlook *o)
{
	uint64_t lag = size > p->audited_size ? size - p->audited_size : 0;
	switch (w->id) {
	case LOG_TREE_HEAD:
		put_seconds(w->out, p->audited_timestamp_ms);
		return;
	case LOG_SUCCESS:
		put_seconds(w->out, p->last_success_ms);
		return;
	case LOG_TREE_SIZE:
		buffer_printf(w->out, " %" PRIu64 "\n", size);
		return;
	case LOG_AUDITED_SIZE:
		buffer_printf(w->out, " %" PRIu64 "\n", p->audited_size);
		return;
	case LOG_LAG:
		buffer_printf(w->out, " %" PRIu64 "\n", lag);
		return;
	case LOG_RATE:
		buffer_printf(w->out, " %" PRIu64 "\n", o->per_second);
		return;
	default:
		buffer_printf(w->out, " %d\n", lag > 0 && o->falling_behind);
		return;
	}
}

static int put_log(void *context, const struct store_log *log)
{
	struct log_walk *w = context;
	struct store_position p;
	struct progress_rows rows = {.n = 0};
	uint64_t size = 0;
	char id[2 * SHA256_BYTES + 1];
	if (!log->listed)
		return 0;
	int rc = store_position_get(w->store, &log->log_id, &p);
	if (rc >= 0)
		rc = store_tree_head_each(w->store, &log->log_id, take_size, &size);
	if (rc >= 0)
		rc = store_progress_each(w->store, &log->log_id, take_progress, &rows);
	if (rc < 0 || !p.started)
		return rc < 0 ? rc : 0;
	struct outlook o = outlook_of(rows.v, rows.n, size > p.audited_size ? size - p.audited_size : 0);
	hex_encode(sha256_bytes(&log->log_id), id);
	buffer_printf(w->out, "%s{", metrics[w->id].name);
	put_label(w->out, "log", log->name);
	buffer_put_u8(w->out, ',');
	put_label(w->out, "log_id", id);
	buffer_put_u8(w->out, '}');
	put_value(w, &p, size, &o);
	return 0;
}

static int put_logs(struct store *s, struct buffer *out)
{
	int rc = 0;
	for (int id = LOG_TREE_SIZE; id <= LOG_FALLING_BEHIND && rc >= 0; id++) {
		struct log_walk w = {s, out, (enum metric_id)id};
		put_head(out, w.id);
		rc = store_log_each(s, put_log, &w);
	}
	return rc;
}

/* ---- anomalies, collateral, counts ---- */

struct open_count {
	uint64_t *of_rule;
};

static int count_open(void *context, const struct store_anomaly *a)
{
	const struct open_count *c = context;
	if (a->state != ANOMALY_NEW && a->state != ANOMALY_ONGOING)
		return 0;
	for (size_t i = 0; i < anomaly_rule_count; i++)
		if (strcmp(anomaly_rules[i].id, a->rule) == 0)
			c->of_rule[i]++;
	return 0;
}

/* Every rule, also those of which nothing is open: so that an alert can be written before its first case. */
static int put_anomalies(struct store *s, struct buffer *out)
{
	uint64_t of_rule[64] = {0};
	struct open_count count = {of_rule};
	if (anomaly_rule_count > sizeof(of_rule) / sizeof(of_rule[0]))
		return STORE_IO;
	int rc = store_anomaly_each(s, count_open, &count);
	put_head(out, ANOMALIES_OPEN);
	for (size_t i = 0; i < anomaly_rule_count && rc >= 0; i++)
		buffer_printf(out, "%s{rule=\"%s\",severity=\"%s\"} %" PRIu64 "\n", metrics[ANOMALIES_OPEN].name, anomaly_rules[i].id,
		              severity_name(anomaly_rules[i].severity), of_rule[i]);
	return rc;
}

enum { KINDS_MAX = 64 };

struct kinds {
	struct {
		char kind[32], vendor[32];
		int64_t fetched_ms;
	} v[KINDS_MAX];
	size_t n;
};

static int take_kind(void *context, const struct store_collateral *c)
{
	struct kinds *k = context;
	size_t i = 0;
	while (i < k->n && (strcmp(k->v[i].kind, c->kind) != 0 || strcmp(k->v[i].vendor, c->vendor) != 0))
		i++;
	if (i == KINDS_MAX)
		return 0;
	if (i == k->n) {
		k->n++;
		snprintf(k->v[i].kind, sizeof(k->v[i].kind), "%s", c->kind);
		snprintf(k->v[i].vendor, sizeof(k->v[i].vendor), "%s", c->vendor);
		k->v[i].fetched_ms = 0;
	}
	if (c->fetched_ms > k->v[i].fetched_ms)
		k->v[i].fetched_ms = c->fetched_ms;
	return 0;
}

static int put_collateral(struct store *s, struct buffer *out)
{
	struct kinds kinds = {.n = 0};
	int rc = store_collateral_each(s, take_kind, &kinds);
	put_head(out, COLLATERAL_FETCHED);
	for (size_t i = 0; i < kinds.n && rc >= 0; i++) {
		buffer_printf(out, "%s{", metrics[COLLATERAL_FETCHED].name);
		put_label(out, "kind", kinds.v[i].kind);
		buffer_put_u8(out, ',');
		put_label(out, "vendor", kinds.v[i].vendor);
		buffer_put_u8(out, '}');
		put_seconds(out, kinds.v[i].fetched_ms);
	}
	return rc;
}

static int put_counts(struct store *s, struct buffer *out)
{
	struct store_counts c;
	int rc = store_count(s, &c);
	if (rc < 0)
		return rc;
	put_head(out, EVENTS);
	buffer_printf(out, "%s %" PRIu64 "\n", metrics[EVENTS].name, c.events);
	put_head(out, CERTIFICATES);
	buffer_printf(out, "%s %" PRIu64 "\n", metrics[CERTIFICATES].name, c.certificates);
	put_head(out, VERDICTS);
	buffer_printf(out, "%s{result=\"verified\"} %" PRIu64 "\n", metrics[VERDICTS].name, c.verified);
	buffer_printf(out, "%s{result=\"incomplete\"} %" PRIu64 "\n", metrics[VERDICTS].name, c.incomplete);
	buffer_printf(out, "%s{result=\"failed\"} %" PRIu64 "\n", metrics[VERDICTS].name, c.failed);
	return 0;
}

int metrics_put(struct store *s, struct buffer *out)
{
	int (*const parts[])(struct store *, struct buffer *) = {put_runs, put_logs, put_anomalies, put_counts, put_collateral};
	int rc = 0;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && rc >= 0; i++)
		rc = parts[i](s, out);
	return rc;
}
