#include "report/event_format.h"

#include <inttypes.h>

#include "base/text.h"

enum { SUMMARY_TEXT_MAX = 300 };

static void ndjson_put(const struct event *e, const struct event_source *source, struct buffer *out)
{
	(void)source;
	event_put(e, out);
}

const struct event_format event_formats[] = {
	{"ndjson", "application/json", "", ndjson_put, "teewatch's own: one JSON object a line, schema teewatch.event/1"},
	{"eve", "application/json", "", event_eve_put, "Suricata EVE"},
	{"ecs", "application/json", "", event_ecs_put, "Elastic Common Schema 8"},
	{"ocsf", "application/json", "", event_ocsf_put, "Open Cybersecurity Schema Framework 1.3: Detection Finding"},
	{"csv", "text/csv", event_csv_head, event_csv_put, "comma-separated values, RFC 4180"},
};
const size_t event_format_count = sizeof(event_formats) / sizeof(event_formats[0]);

const struct event_format *event_format_find(const char *name)
{
	for (size_t i = 0; i < event_format_count; i++)
		if (strcmp(event_formats[i].name, name) == 0)
			return &event_formats[i];
	return NULL;
}

const char *event_subject(const struct event *e)
{
	if (e->certificate && e->certificate->domain[0])
		return e->certificate->domain;
	return e->log ? e->log->name : "";
}

const struct anomaly_rule *event_rule(const struct event *e)
{
	return e->rule ? anomaly_rule_find(e->rule) : NULL;
}

enum severity event_severity(const struct event *e)
{
	enum severity s = SEVERITY_INFO;
	return e->severity && severity_of(e->severity, &s) ? s : SEVERITY_INFO;
}

void event_id_put(const struct event *e, const struct event_source *source, struct buffer *out)
{
	buffer_printf(out, "%s-%" PRIu64, source->uuid, e->seq);
}

static void put_cut(struct buffer *out, const char *text)
{
	struct bytes b = bytes_of_text(text);
	bool cut = b.n > SUMMARY_TEXT_MAX;
	b.n = cut ? SUMMARY_TEXT_MAX : b.n;
	/* What strangers wrote is escaped already: its backslashes stay as they are. */
	for (size_t i = 0; i < b.n; i++)
		if (b.p[i] == '\\')
			buffer_put_u8(out, '\\');
		else
			text_put_escaped(out, bytes_slice(b, i, 1));
	if (cut)
		buffer_put_text(out, "...");
}

void event_summary_put(const struct event *e, struct buffer *out)
{
	const char *subject = event_subject(e);
	if (e->rule) {
		buffer_printf(out, "%s %s", e->rule, e->state ? e->state : "");
		if (subject[0]) {
			buffer_put_text(out, ": ");
			put_cut(out, subject);
		}
		if (e->current && e->current->detail[0]) {
			buffer_put_text(out, ": ");
			put_cut(out, e->current->detail);
		}
	} else if (e->run) {
		buffer_printf(out, "run ended with status %d: %" PRIu64 " entries, %" PRIu64 " certificates, %" PRIu64 " new anomalies",
		              e->run->exit_status, e->run->entries, e->run->certificates, e->run->anomalies);
	} else if (e->change) {
		put_cut(out, subject);
		buffer_printf(out, ": %s was ", e->change->what);
		put_cut(out, e->change->previous);
		buffer_put_text(out, ", is ");
		put_cut(out, e->change->current);
	} else {
		buffer_printf(out, "%s", e->type);
		if (subject[0]) {
			buffer_put_text(out, ": ");
			put_cut(out, subject);
		}
		for (size_t i = 0; i < e->evidence_count; i++)
			buffer_printf(out, "%s %s %s", i == 0 ? ":" : ",", e->evidence[i].kind, e->evidence[i].result);
	}
}

void event_write_own(struct json_writer *w, const struct event *e)
{
	struct buffer own;
	buffer_init(&own, w->out->max);
	event_put(e, &own);
	json_write_raw(w, "teewatch", buffer_bytes(&own));
	buffer_release(&own);
}
