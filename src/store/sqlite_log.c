/* Logs, where their audit stands, and their tree heads. */
#include "store/sqlite.h"

/* ---- logs ---- */

static const char *kind_name(enum log_kind k)
{
	return k == LOG_STATIC ? "static" : "rfc6962";
}

int sqlite_log_put(struct store *base, const struct store_log *log)
{
	struct sqlite_store *s = sqlite_of(base);
	struct sql q =
	        sql_write(s, "file a log",
	                  "INSERT INTO log (log_id, kind, name, operator, url, submission_url, key, mmd_s, state,"
	                  " state_since_ms, listed, first_seen_ms, last_success_ms)"
	                  " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT DO UPDATE SET"
	                  " kind = excluded.kind, name = excluded.name, operator = excluded.operator,"
	                  " url = excluded.url, submission_url = excluded.submission_url, key = excluded.key,"
	                  " mmd_s = excluded.mmd_s, state = excluded.state,"
	                  " state_since_ms = excluded.state_since_ms, listed = excluded.listed"
	                  " WHERE (kind, name, operator, url, submission_url, key, mmd_s, state, state_since_ms,"
	                  " listed) IS NOT (excluded.kind, excluded.name, excluded.operator, excluded.url,"
	                  " excluded.submission_url, excluded.key, excluded.mmd_s, excluded.state,"
	                  " excluded.state_since_ms, excluded.listed)");
	sql_bind_sha256(&q, &log->log_id);
	sql_bind_text(&q, kind_name(log->kind));
	sql_bind_text(&q, log->name);
	sql_bind_text(&q, log->operator);
	sql_bind_text(&q, log->url);
	sql_bind_text(&q, log->submission_url);
	sql_bind_bytes(&q, log->key);
	sql_bind_i64(&q, log->mmd_s);
	sql_bind_text(&q, log->state);
	sql_bind_i64(&q, log->state_since_ms);
	sql_bind_bool(&q, log->listed);
	sql_bind_i64(&q, log->first_seen_ms);
	int rc = sql_run_shown(&q);
	if (rc != 0)
		return rc;
	q = sql_write(s, "file a log",
	              "UPDATE log SET last_success_ms = ?2 WHERE log_id = ?1 AND last_success_ms < ?2");
	sql_bind_sha256(&q, &log->log_id);
	sql_bind_i64(&q, log->last_success_ms);
	return sql_run(&q);
}

#define LOG_COLUMNS                                                                                                    \
	"SELECT log_id, kind, name, operator, url, submission_url, key, mmd_s, state, state_since_ms, first_seen_ms,"  \
	" last_success_ms, listed FROM log"

static void log_read(struct sql *q, struct store_log *log)
{
	log->log_id = sql_column_sha256(q);
	log->kind = strcmp(sql_column_text(q), "static") == 0 ? LOG_STATIC : LOG_RFC6962;
	log->name = sql_column_text(q);
	log->operator = sql_column_text(q);
	log->url = sql_column_text(q);
	log->submission_url = sql_column_text(q);
	log->key = sql_column_bytes(q);
	log->mmd_s = (uint32_t)sql_column_u64(q);
	log->state = sql_column_text(q);
	log->state_since_ms = sql_column_i64(q);
	log->first_seen_ms = sql_column_i64(q);
	log->last_success_ms = sql_column_i64(q);
	log->listed = sql_column_bool(q);
}

static int logs_each(struct sql *q, int (*each)(void *, const struct store_log *), void *context, bool *found)
{
	int rc = 0;
	while (rc == 0 && sql_row(q)) {
		struct store_log log;
		log_read(q, &log);
		*found = true;
		if (q->rc == SQLITE_ROW)
			rc = each(context, &log);
	}
	return sql_end_with(q, rc);
}

int sqlite_log_get(struct store *base, const struct sha256 *log_id, int (*got)(void *, const struct store_log *),
                   void *context)
{
	struct sql q = sql_read(sqlite_of(base), "read a log", LOG_COLUMNS " WHERE log_id = ?");
	bool found = false;
	sql_bind_sha256(&q, log_id);
	int rc = logs_each(&q, got, context, &found);
	return rc == 0 && !found ? 1 : rc;
}

int sqlite_log_each(struct store *base, int (*each)(void *, const struct store_log *), void *context)
{
	struct sql q = sql_read(sqlite_of(base), "read the logs", LOG_COLUMNS " ORDER BY name, log_id");
	bool found = false;
	return logs_each(&q, each, context, &found);
}

/* ---- positions ---- */

static void nodes_read(struct sql *q, struct sha256 nodes[64], size_t *count)
{
	struct bytes v = sql_column_bytes(q);
	if (v.n % SHA256_BYTES != 0 || v.n > 64 * SHA256_BYTES) {
		sql_damaged(q, "a frontier of another length");
		return;
	}
	*count = v.n / SHA256_BYTES;
	if (v.n > 0)
		memcpy(nodes, v.p, v.n);
}

int sqlite_position_get(struct store *base, const struct sha256 *log_id, struct store_position *out)
{
	struct sql q =
	        sql_read(sqlite_of(base), "read a position",
	                 "SELECT l.last_success_ms, p.started, p.audited_from, p.audited_size, p.audited_root,"
	                 " p.audited_timestamp_ms, p.scanned_size, p.audited_nodes, p.scanned_nodes, p.page_entries,"
	                 " p.complete_since_ms"
	                 " FROM log l JOIN position p USING (log_id) WHERE log_id = ?");
	sql_bind_sha256(&q, log_id);
	*out = (struct store_position){0};
	if (sql_row(&q)) {
		out->last_success_ms = sql_column_i64(&q);
		out->started = sql_column_bool(&q);
		out->audited_from = sql_column_u64(&q);
		out->audited_size = sql_column_u64(&q);
		out->audited_root = sql_column_sha256(&q);
		out->audited_timestamp_ms = sql_column_i64(&q);
		out->scanned_size = sql_column_u64(&q);
		nodes_read(&q, out->audited_nodes, &out->audited_node_count);
		nodes_read(&q, out->scanned_nodes, &out->scanned_node_count);
		out->page_entries = (uint32_t)sql_column_u64(&q);
		out->complete_since_ms = sql_column_i64(&q);
	}
	return sql_end(&q);
}

static int last_success_put(struct sqlite_store *s, const struct sha256 *log_id, int64_t ms)
{
	struct sql q = sql_write(s, "file a position", "UPDATE log SET last_success_ms = ?2 WHERE log_id = ?1");
	sql_bind_sha256(&q, log_id);
	sql_bind_i64(&q, ms);
	return sql_run(&q);
}

static struct bytes nodes_of(const struct sha256 *nodes, size_t count)
{
	return bytes_of(nodes, (count < 64 ? count : 64) * sizeof(*nodes));
}

/* Does history.db show the difference? */
static bool position_differs(const struct store_position *a, const struct store_position *b)
{
	return a->started != b->started || a->audited_from != b->audited_from || a->audited_size != b->audited_size ||
	       !sha256_equal(&a->audited_root, &b->audited_root);
}

int sqlite_position_put(struct store *base, const struct sha256 *log_id, const struct store_position *p)
{
	struct sqlite_store *s = sqlite_of(base);
	struct store_position before;
	int rc = sqlite_position_get(base, log_id, &before);
	if (rc != 0)
		return rc;
	struct sql q = sql_write(s, "file a position",
	                         "INSERT OR REPLACE INTO position (log_id, started, audited_from, audited_size,"
	                         " audited_root, audited_timestamp_ms, scanned_size, audited_nodes, scanned_nodes,"
	                         " page_entries, complete_since_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
	sql_bind_sha256(&q, log_id);
	sql_bind_bool(&q, p->started);
	sql_bind_u64(&q, p->audited_from);
	sql_bind_u64(&q, p->audited_size);
	sql_bind_sha256(&q, &p->audited_root);
	sql_bind_i64(&q, p->audited_timestamp_ms);
	sql_bind_u64(&q, p->scanned_size);
	sql_bind_bytes(&q, nodes_of(p->audited_nodes, p->audited_node_count));
	sql_bind_bytes(&q, nodes_of(p->scanned_nodes, p->scanned_node_count));
	sql_bind_i64(&q, p->page_entries);
	sql_bind_i64(&q, p->complete_since_ms);
	rc = sql_run(&q);
	if (rc == 0 && p->last_success_ms != 0)
		rc = last_success_put(s, log_id, p->last_success_ms);
	if (rc == 0 && position_differs(&before, p))
		s->changed = true;
	return rc;
}

int sqlite_position_rewind(struct store *base, const struct sha256 *log_id)
{
	static const char *const steps[] = {
	        "DELETE FROM place WHERE log_id = ?1 AND entry_index >="
	        " (SELECT audited_size FROM position WHERE log_id = ?1)",
	        "DELETE FROM unparseable WHERE log_id = ?1 AND entry_index >="
	        " (SELECT audited_size FROM position WHERE log_id = ?1)",
	        "UPDATE position SET scanned_size = audited_size, scanned_nodes = audited_nodes WHERE log_id = ?1",
	};
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct sql q = sql_write(sqlite_of(base), "rewind a position", steps[i]);
		sql_bind_sha256(&q, log_id);
		rc = sql_run(&q);
	}
	return rc;
}

int sqlite_watching_put(struct store *base, const char *digest)
{
	char before[128];
	int rc = sqlite_setting_get(base, "watching", before, sizeof(before));
	if (rc < 0 || (rc == 0 && strcmp(before, digest) == 0))
		return rc;
	/* No entry below a tree head is of a later time than the head (RFC 6962 section 3.5). */
	struct sql q = sql_write(sqlite_of(base), "file the watches",
	                         "UPDATE position SET complete_since_ms = max(complete_since_ms, coalesce("
	                         "(SELECT max(timestamp_ms) FROM tree_head t WHERE t.log_id = position.log_id"
	                         " AND t.state <> 'contradicted'), 0)) WHERE scanned_size > 0");
	rc = sql_run(&q);
	return rc == 0 ? sqlite_setting_put(base, "watching", digest) : rc;
}

/* ---- tree heads ---- */

static const char *const tree_head_states[] = {"pending", "verified", "contradicted", "unused"};

/* What v_log shows as tree_size. */
static int tree_size_refresh(struct sqlite_store *s, const struct sha256 *log_id)
{
	struct sql q = sql_write(s, "file a tree head",
	                         "WITH largest (size) AS (SELECT coalesce((SELECT tree_size FROM tree_head"
	                         " WHERE log_id = ?1 AND state <> 'contradicted' ORDER BY tree_size DESC LIMIT 1), 0))"
	                         " UPDATE log SET tree_size = (SELECT size FROM largest)"
	                         " WHERE log_id = ?1 AND tree_size <> (SELECT size FROM largest)");
	sql_bind_sha256(&q, log_id);
	return sql_run_shown(&q);
}

int sqlite_tree_head_put(struct store *base, const struct store_tree_head *h)
{
	struct sqlite_store *s = sqlite_of(base);
	struct sql q =
	        sql_write(s, "file a tree head",
	                  "INSERT INTO tree_head (log_id, tree_size, timestamp_ms, root, first_seen_ms, signature,"
	                  " body, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
	                  " ON CONFLICT DO UPDATE SET state = excluded.state WHERE state <> excluded.state");
	sql_bind_sha256(&q, &h->log_id);
	sql_bind_u64(&q, h->tree_size);
	sql_bind_i64(&q, h->timestamp_ms);
	sql_bind_sha256(&q, &h->root);
	sql_bind_i64(&q, h->first_seen_ms);
	sql_bind_bytes(&q, h->signature);
	sql_bind_bytes(&q, h->body);
	sql_bind_text(&q, (unsigned)h->state < 4 ? tree_head_states[h->state] : "");
	int rc = sql_run(&q);
	return rc == 0 ? tree_size_refresh(s, &h->log_id) : rc;
}

static enum tree_head_state tree_head_state_of(const char *name)
{
	unsigned state = 0;
	while (state < 3 && strcmp(tree_head_states[state], name) != 0)
		state++;
	return (enum tree_head_state)state;
}

int sqlite_tree_head_each(struct store *base, const struct sha256 *log_id,
                          int (*each)(void *, const struct store_tree_head *), void *context)
{
	struct sql q = sql_read(sqlite_of(base), "read the tree heads",
	                        "SELECT tree_size, timestamp_ms, root, first_seen_ms, signature, body, state"
	                        " FROM tree_head WHERE log_id = ? ORDER BY tree_size, timestamp_ms, root");
	int rc = 0;
	sql_bind_sha256(&q, log_id);
	while (rc == 0 && sql_row(&q)) {
		struct store_tree_head h = {.log_id = *log_id};
		h.tree_size = sql_column_u64(&q);
		h.timestamp_ms = sql_column_i64(&q);
		h.root = sql_column_sha256(&q);
		h.first_seen_ms = sql_column_i64(&q);
		h.signature = sql_column_bytes(&q);
		h.body = sql_column_bytes(&q);
		h.state = tree_head_state_of(sql_column_text(&q));
		if (q.rc == SQLITE_ROW)
			rc = each(context, &h);
	}
	return sql_end_with(&q, rc);
}
