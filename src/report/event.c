#include "report/event.h"

#include "base/json_writer.h"

static void write_state(struct json_writer *w, const char *name, const struct event_state *s)
{
	if (!s)
		return;
	json_write_object(w, name);
	json_write_text(w, "state", s->state);
	json_write_text(w, "severity", s->severity);
	json_write_text(w, "detail", s->detail ? s->detail : "");
	json_write_object_end(w);
}

static void write_log(struct json_writer *w, const struct event_log *l)
{
	if (!l)
		return;
	json_write_object(w, "log");
	json_write_hex(w, "log_id", sha256_bytes(l->log_id));
	json_write_text(w, "name", l->name ? l->name : "");
	if (l->has_entry)
		json_write_u64(w, "entry_index", l->entry_index);
	json_write_object_end(w);
}

static void write_certificate(struct json_writer *w, const struct event_certificate *c)
{
	if (!c)
		return;
	json_write_object(w, "certificate");
	json_write_hex(w, "tbs_sha256", sha256_bytes(c->tbs_sha256));
	json_write_hex(w, "spki_sha256", sha256_bytes(c->spki_sha256));
	json_write_text(w, "domain", c->domain);
	json_write_text(w, "issuer", c->issuer);
	json_write_text(w, "serial", c->serial);
	json_write_array(w, "names");
	for (size_t i = 0; i < c->name_count; i++)
		json_write_text(w, NULL, c->names[i]);
	json_write_array_end(w);
	json_write_time(w, "not_before", c->not_before_ms);
	json_write_time(w, "not_after", c->not_after_ms);
	json_write_time(w, "logged_at", c->logged_at_ms);
	json_write_object_end(w);
}

static void write_evidence(struct json_writer *w, const struct event_evidence *e, size_t n)
{
	if (!e)
		return;
	json_write_array(w, "evidence");
	for (size_t i = 0; i < n; i++) {
		json_write_object(w, NULL);
		json_write_text(w, "kind", e[i].kind);
		json_write_text(w, "carrier", e[i].carrier);
		json_write_text(w, "scheme", e[i].scheme);
		json_write_text(w, "result", e[i].result);
		if (e[i].sha256)
			json_write_hex(w, "sha256", sha256_bytes(e[i].sha256));
		json_write_text(w, "detail", e[i].detail ? e[i].detail : "");
		json_write_object_end(w);
	}
	json_write_array_end(w);
}

static void write_run(struct json_writer *w, const struct event_run *r)
{
	if (!r)
		return;
	json_write_object(w, "run");
	json_write_u64(w, "entries", r->entries);
	json_write_u64(w, "certificates", r->certificates);
	json_write_u64(w, "anomalies", r->anomalies);
	json_write_i64(w, "exit_status", r->exit_status);
	json_write_object_end(w);
}

static void write_change(struct json_writer *w, const struct event_change *c)
{
	if (!c)
		return;
	json_write_object(w, "change");
	json_write_text(w, "what", c->what);
	json_write_text(w, "previous", c->previous);
	json_write_text(w, "current", c->current);
	json_write_object_end(w);
}

void event_put(const struct event *e, struct buffer *out)
{
	struct json_writer w = json_writer_to(out);
	json_write_object(&w, NULL);
	json_write_text(&w, "schema", "teewatch.event/1");
	json_write_u64(&w, "seq", e->seq);
	json_write_text(&w, "event_type", e->type);
	json_write_time(&w, "time", e->time_ms);
	json_write_i64(&w, "run_id", e->run_id);
	if (e->severity)
		json_write_text(&w, "severity", e->severity);
	if (e->rule)
		json_write_text(&w, "rule", e->rule);
	if (e->uid)
		json_write_hex(&w, "uid", sha256_bytes(e->uid));
	if (e->state) {
		json_write_text(&w, "state", e->state);
		json_write_time(&w, "first_seen", e->first_seen_ms);
		json_write_time(&w, "last_seen", e->last_seen_ms);
	}
	write_state(&w, "previous", e->previous);
	write_state(&w, "current", e->current);
	write_log(&w, e->log);
	write_certificate(&w, e->certificate);
	write_evidence(&w, e->evidence, e->evidence_count);
	write_run(&w, e->run);
	write_change(&w, e->change);
	json_write_object_end(&w);
}
