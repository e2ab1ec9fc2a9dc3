/* teewatch ack: acknowledge an anomaly, for good or until a date. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hex.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/timestamp.h"
#include "cmd/command.h"
#include "report/event.h"

struct ack {
	const char *anomaly, *reason;
	int64_t until_ms;
	struct store *store;
	int rc;
};

static int put_event(struct ack *a, const struct store_anomaly *now, const struct store_anomaly *before)
{
	struct event_state previous = {before->state == ANOMALY_NEW ? "new" : "ongoing", before->severity, before->detail};
	struct event_state current = {"acknowledged", now->severity, now->detail};
	struct event e = {.type = "anomaly", .time_ms = now->last_seen_ms, .severity = now->severity, .rule = now->rule,
	                  .uid = &now->uid, .state = "acknowledged", .first_seen_ms = now->first_seen_ms,
	                  .last_seen_ms = now->last_seen_ms, .previous = &previous, .current = &current};
	char uid[2 * SHA256_BYTES + 1];
	struct buffer json;
	hex_encode(sha256_bytes(&now->uid), uid);
	if (before->state == ANOMALY_ACKNOWLEDGED)
		previous.state = "acknowledged";
	else if (before->state == ANOMALY_CLEARED)
		previous.state = "cleared";
	int rc = store_event_next_seq(a->store, &e.seq);
	buffer_init(&json, 1 << 20);
	event_put(&e, &json);
	struct store_event row = {.seq = e.seq, .time_ms = e.time_ms, .event_type = e.type, .uid = uid,
	                          .json = buffer_text(&json)};
	if (rc >= 0)
		rc = store_event_put(a->store, &row);
	buffer_release(&json);
	return rc;
}

static int acknowledge(void *context, const struct store_anomaly *before)
{
	struct ack *a = context;
	struct arena arena;
	arena_init(&arena, 1 << 20);
	struct store_anomaly now = *before;
	now.state = ANOMALY_ACKNOWLEDGED;
	now.acknowledged_until_ms = a->until_ms;
	now.ack_reason = text_escaped(&arena, bytes_of_text(a->reason));
	now.last_seen_ms = clock_now_ms();
	a->rc = store_anomaly_put(a->store, &now);
	if (a->rc >= 0)
		a->rc = put_event(a, &now, before);
	arena_release(&arena);
	return 0;
}

static int read_options(struct ack *a, int argc, char **argv)
{
	struct command_walk w = command_walk("ack", argc, argv);
	const char *value, *name;
	while ((name = command_next(&w, &value))) {
		if (name[0] == 0 && a->anomaly)
			return command_usage("ack", "\"%s\" is one word too many", value);
		if (name[0] == 0)
			a->anomaly = value;
		else if (strcmp(name, "--reason") == 0)
			a->reason = value;
		else if (strcmp(name, "--until") == 0 && !timestamp_parse_option(value, &a->until_ms))
			return command_usage("ack", "--until \"%s\" is no date", value);
	}
	if (w.failed)
		return EXIT_USAGE;
	if (!a->anomaly)
		return command_usage("ack", "it wants the ANOMALY: its id as `teewatch report` shows it, or the beginning of it");
	if (!a->reason || a->reason[0] == 0)
		return command_usage("ack", "it wants --reason TEXT: who reads this next year wants to know");
	return EXIT_DONE;
}

static int run(struct ack *a)
{
	struct sha256 uid;
	int rc = store_anomaly_find(a->store, a->anomaly, &uid);
	if (rc == 1)
		return command_usage("ack", "no anomaly begins with \"%s\"", a->anomaly);
	if (rc == 2)
		return command_usage("ack", "several anomalies begin with \"%s\"; give more digits", a->anomaly);
	if (rc >= 0)
		rc = store_begin(a->store);
	if (rc >= 0)
		rc = store_anomaly_get(a->store, &uid, acknowledge, a);
	if (rc >= 0)
		rc = a->rc;
	if (rc >= 0)
		rc = store_commit(a->store);
	if (rc >= 0)
		rc = store_publish(a->store, NULL);
	if (rc >= 0)
		return EXIT_DONE;
	store_rollback(a->store);
	fprintf(stderr, "teewatch: %s\n", store_message(a->store));
	return EXIT_INTERNAL;
}

int ack_command(const struct command_context *context, int argc, char **argv)
{
	struct ack a = {0};
	int status = read_options(&a, argc, argv);
	if (status == EXIT_DONE)
		status = command_store(context, STORE_WRITE, &a.store);
	if (status == EXIT_DONE) {
		status = run(&a);
		store_close(a.store);
	}
	return status;
}
