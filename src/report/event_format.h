/*
 * Events in the forms that pipelines know: a file per form, each a pure function of one event. What a form has no
 * field for stands under the key "teewatch" as it does in the events' own form (teewatch-events(5)).
 * Depends on base, policy.
 */
#ifndef TEEWATCH_REPORT_EVENT_FORMAT_H
#define TEEWATCH_REPORT_EVENT_FORMAT_H

#include "base/fault.h"
#include "base/json_writer.h"
#include "policy/policy.h"
#include "report/event.h"

/* Whose events they are. */
struct event_source {
	const char *uuid;     /* of the history: seq counts within it */
	const char *version;  /* of teewatch */
};

struct event_format {
	const char *name;       /* as the configuration and --format name it */
	const char *media_type;
	const char *head;       /* what begins a file of it, with its newline; "" for none */
	/* Append the event, without newline. */
	void (*put)(const struct event *e, const struct event_source *source, struct buffer *out);
	const char *help;
};
extern const struct event_format event_formats[];
extern const size_t event_format_count;
/* NULL: there is none of that name. */
const struct event_format *event_format_find(const char *name);

/* The event that a line of the events' own form tells. Texts lie in the arena. FAULT_* where the line is not one
 * that event_put writes. */
struct fault event_read(struct bytes json, struct arena *a, struct event *out);

/* One line for people, printable ASCII: what happened, to whom. */
void event_summary_put(const struct event *e, struct buffer *out);
/* The domain that it is about, else the log's name; "" where there is neither. */
const char *event_subject(const struct event *e);
/* What the policy says of its rule; NULL where it has none, or one that this version does not know. */
const struct anomaly_rule *event_rule(const struct event *e);
/* Its severity; info where it has none. */
enum severity event_severity(const struct event *e);
/* "UUID-SEQ": no other event has it. */
void event_id_put(const struct event *e, const struct event_source *source, struct buffer *out);
/* The member "teewatch": the event in its own form. */
void event_write_own(struct json_writer *w, const struct event *e);

/* ---- the forms (one file each) ---- */
void event_csv_put(const struct event *e, const struct event_source *source, struct buffer *out);
extern const char event_csv_head[];
void event_ecs_put(const struct event *e, const struct event_source *source, struct buffer *out);
void event_eve_put(const struct event *e, const struct event_source *source, struct buffer *out);
void event_ocsf_put(const struct event *e, const struct event_source *source, struct buffer *out);

#endif
