/* Anomalies, and the events that told of them. */
#include "base/hex.h"
#include "base/text.h"
#include "store/sqlite.h"

/* ---- anomalies ---- */

static const char *const anomaly_states[] = {"new", "ongoing", "cleared", "acknowledged"};

static void anomaly_bind(struct sql *q, const struct store_anomaly *a)
{
	sql_bind_sha256(q, &a->uid);
	sql_bind_text(q, a->rule);
	sql_bind_text(q, a->severity);
	sql_bind_text(q, a->domain);
	sql_bind_text(q, a->detail);
	sql_bind_text(q, (unsigned)a->state < 4 ? anomaly_states[a->state] : "");
	sql_bind_sha256(q, a->tbs_sha256);
	sql_bind_sha256(q, a->log_id);
	if (a->has_entry)
		sql_bind_u64(q, a->entry_index);
	else
		sql_bind_null(q);
	sql_bind_i64(q, a->first_seen_ms);
	sql_bind_i64(q, a->acknowledged_until_ms);
	sql_bind_text(q, a->ack_reason);
}

int sqlite_anomaly_put(struct store *base, const struct store_anomaly *a)
{
	struct sqlite_store *s = sqlite_of(base);
	struct sql q =
	        sql_write(s, "file an anomaly",
	                  "INSERT INTO anomaly (uid, rule, severity, domain, detail, state, tbs_sha256, log_id,"
	                  " entry_index, first_seen_ms, acknowledged_until_ms, ack_reason, last_seen_ms)"
	                  " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?10) ON CONFLICT DO UPDATE SET"
	                  " rule = ?2, severity = ?3, domain = ?4, detail = ?5, state = ?6, tbs_sha256 = ?7,"
	                  " log_id = ?8, entry_index = ?9, first_seen_ms = ?10, acknowledged_until_ms = ?11,"
	                  " ack_reason = ?12 WHERE (rule, severity, domain, detail, state, tbs_sha256, log_id,"
	                  " entry_index, first_seen_ms, acknowledged_until_ms, ack_reason)"
	                  " IS NOT (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)");
	anomaly_bind(&q, a);
	int rc = sql_run_shown(&q);
	if (rc != 0)
		return rc;
	q = sql_write(s, "file an anomaly", "UPDATE anomaly SET last_seen_ms = ?2 WHERE uid = ?1");
	sql_bind_sha256(&q, &a->uid);
	sql_bind_i64(&q, a->last_seen_ms);
	return sql_run(&q);
}

#define ANOMALY_COLUMNS                                                                                                \
	"SELECT uid, rule, severity, domain, detail, state, first_seen_ms, last_seen_ms, acknowledged_until_ms,"       \
	" ack_reason, tbs_sha256, log_id, entry_index FROM anomaly"

static enum anomaly_state anomaly_state_of(const char *name)
{
	unsigned state = 0;
	while (state < 3 && strcmp(anomaly_states[state], name) != 0)
		state++;
	return (enum anomaly_state)state;
}

static int anomalies_each(struct sql *q, int (*each)(void *, const struct store_anomaly *), void *context, bool *found)
{
	int rc = 0;
	while (rc == 0 && sql_row(q)) {
		struct store_anomaly a = {.uid = sql_column_sha256(q)};
		struct sha256 tbs, log;
		*found = true;
		a.rule = sql_column_text(q);
		a.severity = sql_column_text(q);
		a.domain = sql_column_text(q);
		a.detail = sql_column_text(q);
		a.state = anomaly_state_of(sql_column_text(q));
		a.first_seen_ms = sql_column_i64(q);
		a.last_seen_ms = sql_column_i64(q);
		a.acknowledged_until_ms = sql_column_i64(q);
		a.ack_reason = sql_column_text(q);
		a.tbs_sha256 = sql_column_optional_sha256(q, &tbs);
		a.log_id = sql_column_optional_sha256(q, &log);
		a.has_entry = !sql_column_is_null(q);
		a.entry_index = sql_column_u64(q);
		if (q->rc == SQLITE_ROW)
			rc = each(context, &a);
	}
	return sql_end_with(q, rc);
}

int sqlite_anomaly_get(struct store *base, const struct sha256 *uid, int (*got)(void *, const struct store_anomaly *),
                       void *context)
{
	struct sql q = sql_read(sqlite_of(base), "read an anomaly", ANOMALY_COLUMNS " WHERE uid = ?");
	bool found = false;
	sql_bind_sha256(&q, uid);
	int rc = anomalies_each(&q, got, context, &found);
	return rc == 0 && !found ? 1 : rc;
}

int sqlite_anomaly_each(struct store *base, int (*each)(void *, const struct store_anomaly *), void *context)
{
	struct sql q = sql_read(sqlite_of(base), "read the anomalies", ANOMALY_COLUMNS " ORDER BY first_seen_ms, uid");
	bool found = false;
	return anomalies_each(&q, each, context, &found);
}

/* The smallest and the largest hash that begin with the digits; false where they are no such digits. */
static bool prefix_range(const char *prefix, struct sha256 *low, struct sha256 *high)
{
	char text[2 * SHA256_BYTES];
	size_t n = strlen(prefix);
	if (n == 0 || n > sizeof(text))
		return false;
	memcpy(text, prefix, n);
	memset(text + n, '0', sizeof(text) - n);
	bool good = hex_decode(bytes_of(text, sizeof(text)), low->b, SHA256_BYTES);
	memset(text + n, 'f', sizeof(text) - n);
	return good && hex_decode(bytes_of(text, sizeof(text)), high->b, SHA256_BYTES);
}

int sqlite_anomaly_find(struct store *base, const char *prefix, struct sha256 *uid)
{
	struct sha256 low, high;
	unsigned found = 0;
	if (!prefix_range(prefix, &low, &high))
		return 1;
	struct sql q = sql_read(sqlite_of(base), "look for an anomaly",
	                        "SELECT uid FROM anomaly WHERE uid BETWEEN ? AND ? LIMIT 2");
	sql_bind_sha256(&q, &low);
	sql_bind_sha256(&q, &high);
	for (; sql_row(&q); found++)
		*uid = sql_column_sha256(&q);
	int rc = sql_end(&q);
	return rc != 0 ? rc : found == 0 ? 1 : found == 1 ? 0 : 2;
}

/* ---- events ---- */

int sqlite_event_next_seq(struct store *base, uint64_t *seq)
{
	struct sql q = sql_read(sqlite_of(base), "read the next seq", "SELECT seq + 1 FROM event_counter");
	*seq = 0;
	if (sql_row(&q))
		*seq = sql_column_u64(&q);
	int rc = sql_end(&q);
	return rc;
}

int sqlite_event_put(struct store *base, const struct store_event *e)
{
	struct sqlite_store *s = sqlite_of(base);
	struct sql q = sql_write(s, "take a seq", "UPDATE event_counter SET seq = ?1 WHERE seq = ?1 - 1 RETURNING seq");
	sql_bind_u64(&q, e->seq);
	bool taken = sql_row(&q);
	int rc = sql_end(&q);
	if (rc == 0 && !taken) {
		s->failed = s->in_transaction;
		rc = sqlite_fail(s, "file an event", SQLITE_MISMATCH, "its seq is not the next one");
	}
	if (rc != 0)
		return rc;
	q = sql_write(s, "file an event",
	              "INSERT INTO event (seq, time_ms, run_id, event_type, uid, json) VALUES (?, ?, ?, ?, ?, ?)");
	sql_bind_u64(&q, e->seq);
	sql_bind_i64(&q, e->time_ms);
	sql_bind_i64(&q, e->run_id);
	sql_bind_text(&q, e->event_type);
	sql_bind_text(&q, e->uid);
	sql_bind_text(&q, e->json);
	return sql_run(&q);
}

static int events_each(struct sql *q, int (*each)(void *, const struct store_event *), void *context, bool *found)
{
	int rc = 0;
	while (rc == 0 && sql_row(q)) {
		struct store_event e;
		*found = true;
		e.seq = sql_column_u64(q);
		e.time_ms = sql_column_i64(q);
		e.run_id = sql_column_i64(q);
		e.event_type = sql_column_text(q);
		e.uid = sql_column_text(q);
		e.json = sql_column_text(q);
		rc = each(context, &e);
	}
	return sql_end_with(q, rc);
}

int sqlite_event_each(struct store *base, uint64_t after_seq, int64_t since_ms,
                      int (*each)(void *, const struct store_event *), void *context)
{
	struct sql q = sql_read(sqlite_of(base), "read the events",
	                        "SELECT seq, time_ms, run_id, event_type, uid, json FROM event"
	                        " WHERE seq > ? AND time_ms >= ? ORDER BY seq");
	bool found = false;
	sql_bind_u64(&q, after_seq < INT64_MAX ? after_seq : INT64_MAX);
	sql_bind_i64(&q, since_ms);
	return events_each(&q, each, context, &found);
}

int sqlite_event_last(struct store *base, const char *uid, int (*each)(void *, const struct store_event *),
                      void *context)
{
	struct sql q = sql_read(sqlite_of(base), "read the last event",
	                        "SELECT seq, time_ms, run_id, event_type, uid, json FROM event"
	                        " WHERE uid = ? AND uid <> '' ORDER BY seq DESC LIMIT 1");
	bool found = false;
	sql_bind_text(&q, uid);
	int rc = events_each(&q, each, context, &found);
	return rc == 0 && !found ? 1 : rc;
}
