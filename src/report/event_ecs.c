/* Elastic Common Schema: @timestamp and ecs.version are required; field names nest. */
#include "report/event_format.h"

#include "base/hex.h"

#define ECS_VERSION "8.11.0"

/* event.severity is a number of the source's own; Elastic's detections count up to 100. */
static const uint64_t numbers[] = {
	[SEVERITY_INFO] = 0, [SEVERITY_LOW] = 21, [SEVERITY_MEDIUM] = 47, [SEVERITY_HIGH] = 73, [SEVERITY_CRITICAL] = 99};

static void write_list(struct json_writer *w, const char *name, const char *const *values, size_t n)
{
	json_write_array(w, name);
	for (size_t i = 0; i < n; i++)
		json_write_text(w, NULL, values[i]);
	json_write_array_end(w);
}

static void write_event(struct json_writer *w, const struct event *e, const struct event_source *source)
{
	struct buffer text;
	const char *category = e->rule ? "threat" : e->run ? "process" : e->change ? "configuration" : "web";
	const char *type = e->rule ? "indicator" : e->run ? "end" : e->change ? "change" : "info";
	buffer_init(&text, 64 << 10);
	event_id_put(e, source, &text);
	json_write_object(w, "event");
	json_write_text(w, "id", buffer_text(&text));
	json_write_u64(w, "sequence", e->seq);
	json_write_text(w, "kind", e->rule ? "alert" : "event");
	write_list(w, "category", &category, 1);
	write_list(w, "type", &type, 1);
	json_write_text(w, "module", "teewatch");
	buffer_clear(&text);
	buffer_printf(&text, "teewatch.%s", e->type);
	json_write_text(w, "dataset", buffer_text(&text));
	json_write_text(w, "provider", "teewatch");
	json_write_u64(w, "severity", numbers[event_severity(e)]);
	if (e->state) {
		json_write_text(w, "action", e->state);
		json_write_time(w, "start", e->first_seen_ms);
		json_write_time(w, "end", e->last_seen_ms);
	}
	if (e->run)
		json_write_text(w, "outcome", e->run->exit_status == 0 || e->run->exit_status == 4 ? "success" : "failure");
	if (e->current)
		json_write_text(w, "reason", e->current->detail);
	json_write_object_end(w);
	buffer_release(&text);
}

static void write_rule(struct json_writer *w, const struct event *e)
{
	const struct anomaly_rule *rule = event_rule(e);
	json_write_object(w, "rule");
	json_write_text(w, "id", e->rule);
	json_write_text(w, "name", e->rule);
	json_write_text(w, "ruleset", "teewatch");
	if (rule)
		json_write_text(w, "description", rule->means);
	json_write_object_end(w);
}

static void write_certificate(struct json_writer *w, const struct event_certificate *c)
{
	json_write_object(w, "x509");
	json_write_text(w, "serial_number", c->serial);
	json_write_object(w, "issuer");
	json_write_text(w, "distinguished_name", c->issuer);
	json_write_object_end(w);
	json_write_time(w, "not_before", c->not_before_ms);
	json_write_time(w, "not_after", c->not_after_ms);
	write_list(w, "alternative_names", c->names, c->name_count);
	json_write_object_end(w);
}

void event_ecs_put(const struct event *e, const struct event_source *source, struct buffer *out)
{
	struct json_writer w = json_writer_to(out);
	struct buffer message;
	buffer_init(&message, 64 << 10);
	event_summary_put(e, &message);
	json_write_object(&w, NULL);
	json_write_time(&w, "@timestamp", e->time_ms);
	json_write_object(&w, "ecs");
	json_write_text(&w, "version", ECS_VERSION);
	json_write_object_end(&w);
	json_write_text(&w, "message", buffer_text(&message));
	write_event(&w, e, source);
	json_write_object(&w, "observer");
	json_write_text(&w, "product", "teewatch");
	json_write_text(&w, "type", "ct-monitor");
	json_write_text(&w, "version", source->version);
	json_write_text(&w, "serial_number", source->uuid);
	json_write_object_end(&w);
	if (e->rule)
		write_rule(&w, e);
	if (e->certificate) {
		if (e->certificate->domain[0]) {
			json_write_object(&w, "server");
			json_write_text(&w, "domain", e->certificate->domain);
			json_write_object_end(&w);
		}
		write_certificate(&w, e->certificate);
	}
	event_write_own(&w, e);
	json_write_object_end(&w);
	buffer_release(&message);
}
