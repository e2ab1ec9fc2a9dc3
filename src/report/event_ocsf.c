/*
 * OCSF 1.3: an anomaly is a Detection Finding (class 2004), a run a Scan Activity (class 6007), all else the Base Event
 * (class 0). Times are milliseconds since 1970, as OCSF has them.
 */
#include "report/event_format.h"

#include "base/hex.h"

enum { FINDINGS = 2, DETECTION_FINDING = 2004, APPLICATION_ACTIVITY = 6, SCAN_ACTIVITY = 6007 };
enum { ACTIVITY_CREATE = 1, ACTIVITY_UPDATE = 2, ACTIVITY_CLOSE = 3, ACTIVITY_SCAN_COMPLETED = 2, ACTIVITY_OTHER = 99 };
enum { STATUS_NEW = 1, STATUS_IN_PROGRESS = 2, STATUS_SUPPRESSED = 3, STATUS_RESOLVED = 4 };
enum { SCAN_SCHEDULED = 2 };

static const uint64_t severity_ids[] = {
	[SEVERITY_INFO] = 1, [SEVERITY_LOW] = 2, [SEVERITY_MEDIUM] = 3, [SEVERITY_HIGH] = 4, [SEVERITY_CRITICAL] = 5};
static const char *const severity_captions[] = {
	[SEVERITY_INFO] = "Informational", [SEVERITY_LOW] = "Low", [SEVERITY_MEDIUM] = "Medium", [SEVERITY_HIGH] = "High",
	[SEVERITY_CRITICAL] = "Critical"};

struct class {
	uint64_t category, class, activity;
	const char *activity_name;
};

static struct class class_of(const struct event *e)
{
	if (e->run)
		return (struct class){APPLICATION_ACTIVITY, SCAN_ACTIVITY, ACTIVITY_SCAN_COMPLETED, "Completed"};
	if (!e->rule)
		return (struct class){0, 0, ACTIVITY_OTHER, e->type};
	if (strcmp(e->state, "new") == 0)
		return (struct class){FINDINGS, DETECTION_FINDING, ACTIVITY_CREATE, "Create"};
	if (strcmp(e->state, "ongoing") == 0)
		return (struct class){FINDINGS, DETECTION_FINDING, ACTIVITY_UPDATE, "Update"};
	return (struct class){FINDINGS, DETECTION_FINDING, ACTIVITY_CLOSE, "Close"};
}

static void write_status(struct json_writer *w, const char *state)
{
	static const struct {
		const char *state;
		uint64_t id;
		const char *caption;
	} rows[] = {{"new", STATUS_NEW, "New"}, {"ongoing", STATUS_IN_PROGRESS, "In Progress"},
	            {"acknowledged", STATUS_SUPPRESSED, "Suppressed"}, {"cleared", STATUS_RESOLVED, "Resolved"}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(rows[i].state, state) != 0)
			continue;
		json_write_u64(w, "status_id", rows[i].id);
		json_write_text(w, "status", rows[i].caption);
	}
}

static void write_finding(struct json_writer *w, const struct event *e, const char *title)
{
	const struct anomaly_rule *rule = event_rule(e);
	json_write_object(w, "finding_info");
	json_write_hex(w, "uid", sha256_bytes(e->uid));
	json_write_text(w, "title", title);
	if (rule)
		json_write_text(w, "desc", rule->means);
	json_write_i64(w, "created_time", e->first_seen_ms);
	json_write_i64(w, "first_seen_time", e->first_seen_ms);
	json_write_i64(w, "last_seen_time", e->last_seen_ms);
	json_write_i64(w, "modified_time", e->time_ms);
	json_write_object(w, "analytic");
	json_write_u64(w, "type_id", 1); /* a rule */
	json_write_text(w, "type", "Rule");
	json_write_text(w, "uid", e->rule);
	json_write_text(w, "name", e->rule);
	json_write_object_end(w);
	json_write_object_end(w);
	write_status(w, e->state);
	json_write_bool(w, "is_alert", strcmp(e->state, "new") == 0 || strcmp(e->state, "ongoing") == 0);
	if (rule) {
		json_write_object(w, "remediation");
		json_write_text(w, "desc", rule->what_to_do);
		json_write_object_end(w);
	}
}

/* The certificate is the resource that the finding is about. */
static void write_resource(struct json_writer *w, const struct event_certificate *c)
{
	json_write_array(w, "resources");
	json_write_object(w, NULL);
	json_write_text(w, "type", "certificate");
	json_write_hex(w, "uid", sha256_bytes(c->tbs_sha256));
	json_write_text(w, "name", c->domain);
	json_write_object_end(w);
	json_write_array_end(w);
}

static void write_scan(struct json_writer *w, const struct event_run *r)
{
	json_write_object(w, "scan");
	json_write_u64(w, "type_id", SCAN_SCHEDULED);
	json_write_text(w, "type", "Scheduled");
	json_write_text(w, "name", "teewatch crawl");
	json_write_object_end(w);
	json_write_u64(w, "total", r->entries);
	json_write_u64(w, "num_detections", r->anomalies);
}

static void write_metadata(struct json_writer *w, const struct event *e, const struct event_source *source)
{
	struct buffer id;
	buffer_init(&id, 256);
	event_id_put(e, source, &id);
	json_write_object(w, "metadata");
	json_write_text(w, "version", "1.3.0");
	json_write_text(w, "uid", buffer_text(&id));
	json_write_u64(w, "sequence", e->seq);
	json_write_object(w, "product");
	json_write_text(w, "name", "teewatch");
	json_write_text(w, "vendor_name", "teewatch");
	json_write_text(w, "version", source->version);
	json_write_object_end(w);
	json_write_object_end(w);
	buffer_release(&id);
}

void event_ocsf_put(const struct event *e, const struct event_source *source, struct buffer *out)
{
	struct json_writer w = json_writer_to(out);
	struct class class = class_of(e);
	enum severity s = event_severity(e);
	struct buffer title;
	buffer_init(&title, 64 << 10);
	event_summary_put(e, &title);
	json_write_object(&w, NULL);
	json_write_u64(&w, "category_uid", class.category);
	json_write_u64(&w, "class_uid", class.class);
	json_write_u64(&w, "activity_id", class.activity);
	json_write_text(&w, "activity_name", class.activity_name);
	json_write_u64(&w, "type_uid", class.class * 100 + class.activity);
	json_write_i64(&w, "time", e->time_ms);
	json_write_u64(&w, "severity_id", severity_ids[s]);
	json_write_text(&w, "severity", severity_captions[s]);
	json_write_text(&w, "message", buffer_text(&title));
	write_metadata(&w, e, source);
	if (e->rule)
		write_finding(&w, e, buffer_text(&title));
	if (e->rule && e->certificate)
		write_resource(&w, e->certificate);
	if (e->run)
		write_scan(&w, e->run);
	json_write_object(&w, "unmapped");
	event_write_own(&w, e);
	json_write_object_end(&w);
	json_write_object_end(&w);
	buffer_release(&title);
}
