/* How fast hosts may be asked, and how far runs came with each log. */
#include "base/limits.h"
#include "store/sqlite.h"

int sqlite_host_put(struct store *base, const struct store_host *h)
{
	struct sql q = sql_write(sqlite_of(base), "file a host",
	                         "INSERT OR REPLACE INTO host (host, window, gap_ms, seen_ms) VALUES (?, ?, ?, ?)");
	sql_bind_text(&q, h->host);
	sql_bind_u64(&q, h->window);
	sql_bind_i64(&q, h->gap_ms);
	sql_bind_i64(&q, h->seen_ms);
	return sql_run(&q);
}

int sqlite_host_each(struct store *base, int (*each)(void *, const struct store_host *), void *context)
{
	struct sql q = sql_read(sqlite_of(base), "read the hosts", "SELECT host, window, gap_ms, seen_ms FROM host ORDER BY host");
	int rc = 0;
	while (rc == 0 && sql_row(&q)) {
		struct store_host h;
		h.host = sql_column_text(&q);
		h.window = (uint32_t)sql_column_u64(&q);
		h.gap_ms = sql_column_i64(&q);
		h.seen_ms = sql_column_i64(&q);
		if (q.rc == SQLITE_ROW)
			rc = each(context, &h);
	}
	return sql_end_with(&q, rc);
}

int sqlite_progress_put(struct store *base, const struct store_progress *p)
{
	struct sql q = sql_write(sqlite_of(base), "file the progress of a log",
	                         "INSERT OR REPLACE INTO progress (log_id, run_id, at_ms, entries, duration_ms, tree_size,"
	                         " audited_size) VALUES (?, ?, ?, ?, ?, ?, ?)");
	sql_bind_sha256(&q, &p->log_id);
	sql_bind_i64(&q, p->run_id);
	sql_bind_i64(&q, p->at_ms);
	sql_bind_u64(&q, p->entries);
	sql_bind_i64(&q, p->duration_ms);
	sql_bind_u64(&q, p->tree_size);
	sql_bind_u64(&q, p->audited_size);
	int rc = sql_run(&q);
	if (rc != 0)
		return rc;
	q = sql_write(sqlite_of(base), "drop the oldest progress of a log",
	              "DELETE FROM progress WHERE log_id = ?1 AND run_id <= (SELECT run_id FROM progress"
	              " WHERE log_id = ?1 ORDER BY run_id DESC LIMIT 1 OFFSET ?2)");
	sql_bind_sha256(&q, &p->log_id);
	sql_bind_i64(&q, LIMIT_PROGRESS);
	return sql_run(&q);
}

int sqlite_progress_each(struct store *base, const struct sha256 *log_id,
                         int (*each)(void *, const struct store_progress *), void *context)
{
	struct sql q = sql_read(sqlite_of(base), "read the progress of a log",
	                        "SELECT run_id, at_ms, entries, duration_ms, tree_size, audited_size FROM progress"
	                        " WHERE log_id = ? ORDER BY run_id DESC");
	int rc = 0;
	sql_bind_sha256(&q, log_id);
	while (rc == 0 && sql_row(&q)) {
		struct store_progress p = {.log_id = *log_id};
		p.run_id = sql_column_i64(&q);
		p.at_ms = sql_column_i64(&q);
		p.entries = sql_column_u64(&q);
		p.duration_ms = sql_column_i64(&q);
		p.tree_size = sql_column_u64(&q);
		p.audited_size = sql_column_u64(&q);
		if (q.rc == SQLITE_ROW)
			rc = each(context, &p);
	}
	return sql_end_with(&q, rc);
}
