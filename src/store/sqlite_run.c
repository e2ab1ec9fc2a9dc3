/* Settings, runs, and figures over everything. */
#include "store/sqlite.h"

int sqlite_setting_get(struct store *base, const char *name, char *out, size_t size)
{
	struct sqlite_store *s = sqlite_of(base);
	struct sql q = sql_read(s, "read a setting", "SELECT value FROM setting WHERE name = ?");
	sql_bind_text(&q, name);
	bool found = sql_row(&q);
	if (found) {
		const char *value = sql_column_text(&q);
		if (strlen(value) < size)
			memcpy(out, value, strlen(value) + 1);
		else
			sql_damaged(&q, "a setting that is longer than it may be");
	}
	int rc = sql_end(&q);
	return rc == 0 ? !found : rc;
}

int sqlite_setting_put(struct store *base, const char *name, const char *value)
{
	struct sql q = sql_write(sqlite_of(base), "file a setting",
	                         "INSERT INTO setting (name, value) VALUES (?, ?)"
	                         " ON CONFLICT DO UPDATE SET value = excluded.value WHERE value IS NOT excluded.value");
	sql_bind_text(&q, name);
	sql_bind_text(&q, value);
	return sql_run(&q);
}

int sqlite_run_start(struct store *base, struct store_run *run)
{
	struct sqlite_store *s = sqlite_of(base);
	struct sql q = sql_write(s, "file a run",
	                         "INSERT INTO run (started_ms, finished_ms, at_ms, exit_status, entries, certificates,"
	                         " anomalies, sandbox, version) VALUES (?, 0, ?, 0, 0, 0, 0, ?, ?)");
	sql_bind_i64(&q, run->started_ms);
	sql_bind_i64(&q, run->at_ms);
	sql_bind_text(&q, run->sandbox);
	sql_bind_text(&q, run->version);
	int rc = sql_run(&q);
	if (rc == 0)
		run->run_id = sqlite3_last_insert_rowid(s->db);
	return rc;
}

int sqlite_run_finish(struct store *base, const struct store_run *run)
{
	struct sqlite_store *s = sqlite_of(base);
	struct sql q =
	        sql_write(s, "finish a run",
	                  "UPDATE run SET started_ms = ?, finished_ms = ?, at_ms = ?, exit_status = ?, entries = ?,"
	                  " certificates = ?, anomalies = ?, sandbox = ?, version = ? WHERE run_id = ?");
	sql_bind_i64(&q, run->started_ms);
	sql_bind_i64(&q, run->finished_ms);
	sql_bind_i64(&q, run->at_ms);
	sql_bind_i64(&q, run->exit_status);
	sql_bind_u64(&q, run->entries);
	sql_bind_u64(&q, run->certificates);
	sql_bind_u64(&q, run->anomalies);
	sql_bind_text(&q, run->sandbox);
	sql_bind_text(&q, run->version);
	sql_bind_i64(&q, run->run_id);
	return sql_run(&q);
}

int sqlite_run_each(struct store *base, int (*each)(void *, const struct store_run *), void *context)
{
	struct sql q = sql_read(sqlite_of(base), "read the runs",
	                        "SELECT run_id, started_ms, finished_ms, at_ms, exit_status, entries, certificates,"
	                        " anomalies, sandbox, version FROM run ORDER BY run_id DESC");
	int rc = 0;
	while (rc == 0 && sql_row(&q)) {
		struct store_run run;
		run.run_id = sql_column_i64(&q);
		run.started_ms = sql_column_i64(&q);
		run.finished_ms = sql_column_i64(&q);
		run.at_ms = sql_column_i64(&q);
		run.exit_status = (int)sql_column_i64(&q);
		run.entries = sql_column_u64(&q);
		run.certificates = sql_column_u64(&q);
		run.anomalies = sql_column_u64(&q);
		run.sandbox = sql_column_text(&q);
		run.version = sql_column_text(&q);
		rc = each(context, &run);
	}
	return sql_end_with(&q, rc);
}

int sqlite_count(struct store *base, struct store_counts *out)
{
	struct sql q = sql_read(sqlite_of(base), "count",
	                        "SELECT (SELECT count(*) FROM log),"
	                        " (SELECT count(DISTINCT tbs_sha256) FROM audited_place),"
	                        " (SELECT count(*) FROM audited_place), (SELECT count(*) FROM document),"
	                        " (SELECT count(*) FROM evidence), (SELECT count(*) FROM collateral),"
	                        " (SELECT count(*) FROM unparseable), (SELECT count(*) FROM event),"
	                        " (SELECT count(*) FROM verdict WHERE basis = 'now' AND result = 'verified'),"
	                        " (SELECT count(*) FROM verdict WHERE basis = 'now' AND result = 'incomplete'),"
	                        " (SELECT count(*) FROM verdict WHERE basis = 'now' AND result = 'failed'),"
	                        " (SELECT count(*) FROM anomaly WHERE state IN ('new', 'ongoing')),"
	                        " (SELECT count(*) FROM anomaly WHERE state = 'acknowledged'),"
	                        " (SELECT count(*) FROM anomaly WHERE state = 'cleared')");
	*out = (struct store_counts){0};
	if (sql_row(&q)) {
		out->logs = sql_column_u64(&q);
		out->certificates = sql_column_u64(&q);
		out->places = sql_column_u64(&q);
		out->documents = sql_column_u64(&q);
		out->evidence = sql_column_u64(&q);
		out->collateral = sql_column_u64(&q);
		out->unparseable = sql_column_u64(&q);
		out->events = sql_column_u64(&q);
		out->verified = sql_column_u64(&q);
		out->incomplete = sql_column_u64(&q);
		out->failed = sql_column_u64(&q);
		out->anomalies_open = sql_column_u64(&q);
		out->anomalies_acknowledged = sql_column_u64(&q);
		out->anomalies_cleared = sql_column_u64(&q);
	}
	return sql_end(&q);
}
