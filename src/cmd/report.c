/* teewatch report: open anomalies for people, events for machines. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/timestamp.h"
#include "cmd/command.h"
#include "report/anomaly_text.h"
#include "report/event_format.h"
#include "report/html.h"

struct report {
	struct store *store;
	const struct event_format *format; /* NULL: not events */
	bool html;                         /* a page; else text for people */
	struct event_source source;
	char uuid[64];
	bool open_only, has_since_seq, has_fail_on, failed_on;
	uint64_t since_seq;
	int64_t since_ms;
	enum severity fail_on;
	struct buffer out;
	struct anomaly_copy *copies;
	size_t n, capacity;
};

static int read_options(struct report *r, int argc, char **argv)
{
	struct command_walk w = command_walk("report", argc, argv);
	const char *value, *name;
	while ((name = command_next(&w, &value))) {
		if (name[0] == 0)
			return command_usage("report", "\"%s\" is one word too many", value);
		if (strcmp(name, "--open") == 0)
			r->open_only = true;
		else if (strcmp(name, "--format") == 0) {
			r->format = event_format_find(value);
			r->html = strcmp(value, "html") == 0;
			if (!r->format && !r->html && strcmp(value, "text") != 0)
				return command_usage("report", "--format \"%s\" is none of text, html, ndjson, eve, ecs, ocsf, csv", value);
		}
		else if (strcmp(name, "--since") == 0 && !timestamp_parse_option(value, &r->since_ms))
			return command_usage("report", "--since \"%s\" is neither RFC 3339 nor @ and Unix seconds", value);
		else if (strcmp(name, "--since-seq") == 0) {
			r->has_since_seq = text_decimal(bytes_of_text(value), INT64_MAX, &r->since_seq);
			if (!r->has_since_seq)
				return command_usage("report", "--since-seq \"%s\" is no number", value);
		} else if (strcmp(name, "--fail-on") == 0) {
			r->has_fail_on = severity_of(value, &r->fail_on);
			if (!r->has_fail_on)
				return command_usage("report", "--fail-on \"%s\" is none of info, low, medium, high, critical", value);
		}
	}
	return w.failed ? EXIT_USAGE : EXIT_DONE;
}

static bool is_open(enum anomaly_state s)
{
	return s == ANOMALY_NEW || s == ANOMALY_ONGOING;
}

static void note_severity(struct report *r, const char *name)
{
	enum severity s;
	if (r->has_fail_on && severity_of(name, &s) && s >= r->fail_on)
		r->failed_on = true;
}

/* ---- events ---- */

static int put_event(void *context, const struct store_event *e)
{
	struct report *r = context;
	struct arena arena;
	struct event event;
	arena_init(&arena, LIMIT_ARENA_BYTES);
	struct fault fault = event_read(bytes_of_text(e->json), &arena, &event);
	if (fault_is_set(fault)) {
		fprintf(stderr, "teewatch: event %" PRIu64 " is damaged: %s\n", e->seq, fault.field ? fault.field : "");
	} else {
		r->format->put(&event, &r->source, &r->out);
		buffer_put_u8(&r->out, '\n');
		if (event.severity)
			note_severity(r, event.severity);
	}
	arena_release(&arena);
	return !fault_is_set(fault) && buffer_ok(&r->out) ? 0 : -1;
}

static int put_last_event(void *context, const struct store_anomaly *a)
{
	struct report *r = context;
	char uid[2 * SHA256_BYTES + 1];
	if (!is_open(a->state))
		return 0;
	hex_encode(sha256_bytes(&a->uid), uid);
	int rc = store_event_last(r->store, uid, put_event, r);
	return rc < 0 ? rc : 0;
}

/* ---- text ---- */

static int collect(void *context, const struct store_anomaly *a)
{
	struct report *r = context;
	if (!is_open(a->state) || a->last_seen_ms < r->since_ms)
		return 0;
	if (r->n == r->capacity) {
		r->capacity = r->capacity ? r->capacity * 2 : 64;
		r->copies = memory_grow(r->copies, r->capacity, sizeof(*r->copies));
	}
	anomaly_copy(&r->copies[r->n++], a);
	note_severity(r, a->severity);
	return 0;
}

static int put_text(struct report *r)
{
	int rc = store_anomaly_each(r->store, collect, r);
	if (rc >= 0)
		anomaly_text_put(r->copies, r->n, &r->out);
	for (size_t i = 0; i < r->n; i++)
		anomaly_copy_release(&r->copies[i]);
	free(r->copies);
	return rc;
}

/* ---- pictures ---- */

static int note_open(void *context, const struct store_anomaly *a)
{
	if (is_open(a->state))
		note_severity(context, a->severity);
	return 0;
}

static int put_html(struct report *r)
{
	int rc = store_begin(r->store); /* one consistent view */
	if (rc >= 0)
		rc = store_anomaly_each(r->store, note_open, r);
	if (rc >= 0)
		rc = html_report_put(r->store, &r->out);
	store_rollback(r->store);
	return rc;
}

int report_command(const struct command_context *context, int argc, char **argv)
{
	struct report r = {0};
	int status = read_options(&r, argc, argv);
	if (status == EXIT_DONE)
		status = command_store(context, STORE_READ, &r.store);
	if (status != EXIT_DONE)
		return status;
	buffer_init(&r.out, (size_t)1 << 30);
	int rc;
	r.source = (struct event_source){r.uuid, PACKAGE_VERSION};
	rc = store_setting_get(r.store, "uuid", r.uuid, sizeof(r.uuid));
	if (rc >= 0 && r.format)
		buffer_put_text(&r.out, r.format->head);
	if (rc < 0)
		;
	else if (r.html)
		rc = put_html(&r);
	else if (!r.format)
		rc = put_text(&r);
	else if (r.open_only)
		rc = store_anomaly_each(r.store, put_last_event, &r);
	else
		rc = store_event_each(r.store, r.since_seq, r.since_ms, put_event, &r);
	if (rc < 0) {
		fprintf(stderr, "teewatch: %s\n", store_message(r.store));
		status = EXIT_INTERNAL;
	} else {
		status = command_print(buffer_bytes(&r.out));
	}
	if (status == EXIT_DONE && r.failed_on)
		status = EXIT_FOUND;
	buffer_release(&r.out);
	store_close(r.store);
	return status;
}
