/*
 * Suricata EVE (etc/schema.json of Suricata): timestamp and event_type are required; an anomaly is an "alert". What
 * has no place in EVE stands under "teewatch".
 */
#include "report/event_format.h"

#include "base/timestamp.h"

/* A generator of its own, so that no signature_id is taken for one of a rule set. */
enum { EVE_GENERATOR = 8411 };

/* Suricata's priorities: 1 is the highest; rule sets go to 3 or 4. */
static const unsigned priorities[] = {
	[SEVERITY_INFO] = 4, [SEVERITY_LOW] = 3, [SEVERITY_MEDIUM] = 2, [SEVERITY_HIGH] = 1, [SEVERITY_CRITICAL] = 1};

/* The words that rule sets use for metadata.signature_severity. */
static const char *const words[] = {
	[SEVERITY_INFO] = "Informational", [SEVERITY_LOW] = "Minor", [SEVERITY_MEDIUM] = "Minor",
	[SEVERITY_HIGH] = "Major", [SEVERITY_CRITICAL] = "Critical"};

/* "2026-01-23T00:00:00.123000+0000" */
static void write_time(struct json_writer *w, int64_t ms)
{
	char text[TIMESTAMP_TEXT_SIZE], out[64];
	timestamp_text(ms, text);
	snprintf(out, sizeof(out), "%.19s.%03d000+0000", text, (int)(((ms % 1000) + 1000) % 1000));
	json_write_text(w, "timestamp", out);
}

/* A number that stays with the rule, whatever rules come: 31 bits of its name's hash. */
static uint64_t signature_id(const char *rule)
{
	struct sha256 h = hash_sha256(bytes_of_text(rule));
	return ((uint64_t)(h.b[0] & 0x7f) << 24) | ((uint64_t)h.b[1] << 16) | ((uint64_t)h.b[2] << 8) | h.b[3];
}

static void write_alert(struct json_writer *w, const struct event *e)
{
	struct buffer signature;
	enum severity s = event_severity(e);
	buffer_init(&signature, 64 << 10);
	buffer_put_text(&signature, "TEEWATCH ");
	event_summary_put(e, &signature);
	json_write_object(w, "alert");
	json_write_text(w, "action", "allowed");
	json_write_u64(w, "gid", EVE_GENERATOR);
	json_write_u64(w, "signature_id", signature_id(e->rule));
	json_write_u64(w, "rev", 1);
	json_write_text(w, "signature", buffer_text(&signature));
	json_write_text(w, "category", e->rule);
	json_write_u64(w, "severity", priorities[s]);
	json_write_object(w, "metadata");
	json_write_array(w, "signature_severity");
	json_write_text(w, NULL, words[s]);
	json_write_array_end(w);
	json_write_object_end(w);
	json_write_object_end(w);
	buffer_release(&signature);
}

void event_eve_put(const struct event *e, const struct event_source *source, struct buffer *out)
{
	struct json_writer w = json_writer_to(out);
	bool alert = e->rule != NULL;
	(void)source;
	json_write_object(&w, NULL);
	write_time(&w, e->time_ms);
	if (alert) {
		json_write_text(&w, "event_type", "alert");
	} else {
		struct buffer type;
		buffer_init(&type, 128);
		buffer_printf(&type, "teewatch_%s", e->type);
		json_write_text(&w, "event_type", buffer_text(&type));
		buffer_release(&type);
	}
	if (alert)
		write_alert(&w, e);
	event_write_own(&w, e);
	json_write_object_end(&w);
}
