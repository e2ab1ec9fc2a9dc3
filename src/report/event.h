/*
 * Events: newline-delimited JSON of the schema "teewatch.event/1" (schema/event.schema.json).
 * A field has one type for ever; what does not apply is left out. Depends on base, policy.
 */
#ifndef TEEWATCH_REPORT_EVENT_H
#define TEEWATCH_REPORT_EVENT_H

#include "base/buffer.h"
#include "base/hash.h"

/* What an anomaly was or is. */
struct event_state {
	const char *state, *severity, *detail;
};

struct event_log {
	const struct sha256 *log_id;
	const char *name;
	bool has_entry;
	uint64_t entry_index;
};

struct event_certificate {
	const struct sha256 *tbs_sha256, *spki_sha256;
	const char *domain, *issuer, *serial;
	const char *const *names;
	size_t name_count;
	int64_t not_before_ms, not_after_ms, logged_at_ms;
};

struct event_evidence {
	const char *kind, *carrier, *scheme, *result;
	const struct sha256 *sha256; /* NULL where it is not at hand */
	const char *detail;
};

struct event_run {
	uint64_t entries, certificates, anomalies;
	int exit_status;
};

/* What is said of a log is not what it was: "listed", "state", "key", "origin". */
struct event_change {
	const char *what, *previous, *current;
};

struct event {
	uint64_t seq;
	const char *type;              /* "anomaly", "certificate", "log", "run" */
	int64_t time_ms, run_id;
	const char *severity, *rule;   /* anomalies; NULL else */
	const struct sha256 *uid;      /* anomalies, certificates; NULL else */
	const char *state;             /* new ongoing cleared acknowledged; NULL where there is none */
	int64_t first_seen_ms, last_seen_ms;
	const struct event_state *previous, *current;
	const struct event_log *log;
	const struct event_certificate *certificate;
	const struct event_evidence *evidence;
	size_t evidence_count;
	const struct event_run *run;
	const struct event_change *change; /* logs */
};

/* The event as one line of JSON, without newline. */
void event_put(const struct event *e, struct buffer *out);

#endif
