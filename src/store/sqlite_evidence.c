/* Carriers, documents, evidence and collateral. */
#include "base/limits.h"
#include "store/sqlite.h"

/* ---- documents ---- */

/* What waited for this document is to be looked at again. */
static int mark_waiting(struct sqlite_store *s, const struct sha256 *commitment)
{
	struct sql q = sql_write(s, "file a document",
	                         "UPDATE certificate SET due = 1 WHERE NOT due AND tbs_sha256 IN (SELECT tbs_sha256"
	                         " FROM carrier WHERE commitment = ? AND length(commitment) = 32"
	                         " AND evidence_sha256 IS NULL)");
	sql_bind_sha256(&q, commitment);
	return sql_run(&q);
}

int sqlite_document_put(struct store *base, const struct store_document *d)
{
	struct sqlite_store *s = sqlite_of(base);
	struct sha256 content;
	int rc = sqlite_content_put(s, d->content, &content);
	if (rc != 0)
		return rc;
	struct sql q = sql_write(s, "file a document",
	                         "INSERT INTO document (sha256, commitment, content_sha256, format, source, peer,"
	                         " fetched_ms) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
	                         " source = excluded.source, peer = excluded.peer, fetched_ms = excluded.fetched_ms"
	                         " WHERE peer = '' AND excluded.peer <> ''");
	sql_bind_sha256(&q, &d->sha256);
	sql_bind_sha256(&q, &d->commitment);
	sql_bind_sha256(&q, &content);
	sql_bind_text(&q, d->format);
	sql_bind_text(&q, d->source);
	sql_bind_text(&q, d->peer);
	sql_bind_i64(&q, d->fetched_ms);
	int64_t before = sqlite3_total_changes64(s->db);
	rc = sql_run(&q);
	bool news = sqlite3_total_changes64(s->db) != before;
	return rc == 0 && news ? mark_waiting(s, &d->commitment) : rc;
}

int sqlite_document_get(struct store *base, const struct sha256 *commitment,
                        int (*got)(void *, const struct store_document *), void *context)
{
	struct sqlite_store *s = sqlite_of(base);
	struct buffer content;
	struct sql q = sql_read(s, "read a document",
	                        "SELECT sha256, content_sha256, format, source, peer, fetched_ms FROM document"
	                        " WHERE commitment = ? ORDER BY sha256 LIMIT 1");
	int rc = 1;
	buffer_init(&content, LIMIT_STORED_BYTES);
	sql_bind_sha256(&q, commitment);
	if (sql_row(&q)) {
		struct store_document d = {.commitment = *commitment};
		d.sha256 = sql_column_sha256(&q);
		struct sha256 content_sha256 = sql_column_sha256(&q);
		d.format = sql_column_text(&q);
		d.source = sql_column_text(&q);
		d.peer = sql_column_text(&q);
		d.fetched_ms = sql_column_i64(&q);
		rc = q.rc == SQLITE_ROW ? sqlite_content_get(s, &content_sha256, &content) : 0;
		d.content = buffer_bytes(&content);
		if (rc == 0 && q.rc == SQLITE_ROW)
			rc = got(context, &d);
	}
	buffer_release(&content);
	return sql_end_with(&q, rc);
}

/* ---- carriers ---- */

int sqlite_carrier_put(struct store *base, const struct store_carrier *c)
{
	struct sql q = sql_write(sqlite_of(base), "file a carrier",
	                         "INSERT INTO carrier (tbs_sha256, carrier, scheme, form, kind, fault, fault_offset,"
	                         " fault_field, commitment, hpke_key, document_sha256, evidence_sha256)"
	                         " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) ON CONFLICT DO UPDATE SET"
	                         " scheme = ?3, form = ?4, kind = ?5, fault = ?6, fault_offset = ?7, fault_field = ?8,"
	                         " commitment = ?9, hpke_key = ?10, document_sha256 = ?11, evidence_sha256 = ?12"
	                         " WHERE (scheme, form, kind, fault, fault_offset, fault_field, commitment, hpke_key,"
	                         " document_sha256, evidence_sha256)"
	                         " IS NOT (?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)");
	sql_bind_sha256(&q, &c->tbs_sha256);
	sql_bind_text(&q, c->carrier);
	sql_bind_text(&q, c->scheme);
	sql_bind_text(&q, c->form);
	sql_bind_text(&q, evidence_kind_name(c->kind));
	sql_bind_fault(&q, c->fault);
	sql_bind_bytes(&q, c->commitment);
	sql_bind_bytes(&q, c->hpke_key);
	sql_bind_sha256(&q, c->document_sha256);
	sql_bind_sha256(&q, c->evidence_sha256);
	return sql_run_shown(&q);
}

int sqlite_carrier_each(struct store *base, const struct sha256 *tbs, int (*each)(void *, const struct store_carrier *),
                        void *context)
{
	struct sql q =
	        sql_read(sqlite_of(base), "read the carriers",
	                 "SELECT carrier, scheme, form, kind, fault, fault_offset, fault_field, commitment, hpke_key,"
	                 " document_sha256, evidence_sha256 FROM carrier WHERE tbs_sha256 = ? ORDER BY carrier");
	int rc = 0;
	sql_bind_sha256(&q, tbs);
	while (rc == 0 && sql_row(&q)) {
		struct store_carrier c = {.tbs_sha256 = *tbs};
		struct sha256 document, evidence;
		c.carrier = sql_column_text(&q);
		c.scheme = sql_column_text(&q);
		c.form = sql_column_text(&q);
		c.kind = evidence_kind_of(sql_column_text(&q));
		c.fault = sql_column_fault(&q);
		c.commitment = sql_column_bytes(&q);
		c.hpke_key = sql_column_bytes(&q);
		c.document_sha256 = sql_column_optional_sha256(&q, &document);
		c.evidence_sha256 = sql_column_optional_sha256(&q, &evidence);
		if (q.rc == SQLITE_ROW)
			rc = each(context, &c);
	}
	return sql_end_with(&q, rc);
}

/* ---- evidence ---- */

int sqlite_evidence_put(struct store *base, const struct sha256 *sha256, enum evidence_kind kind, const char *format,
                        struct bytes content)
{
	struct sqlite_store *s = sqlite_of(base);
	struct sha256 content_sha256;
	int rc = sqlite_content_put(s, content, &content_sha256);
	if (rc != 0)
		return rc;
	struct sql q =
	        sql_write(s, "file evidence",
	                  "INSERT INTO evidence (sha256, kind, format, content_sha256) VALUES (?1, ?2, ?3, ?4)"
	                  " ON CONFLICT DO UPDATE SET kind = ?2, format = ?3 WHERE (kind, format) IS NOT (?2, ?3)");
	sql_bind_sha256(&q, sha256);
	sql_bind_text(&q, evidence_kind_name(kind));
	sql_bind_text(&q, format);
	sql_bind_sha256(&q, &content_sha256);
	return sql_run(&q);
}

int sqlite_evidence_get(struct store *base, const struct sha256 *sha256,
                        int (*got)(void *, const struct store_evidence *), void *context)
{
	struct sqlite_store *s = sqlite_of(base);
	struct buffer content;
	struct sql q =
	        sql_read(s, "read evidence", "SELECT kind, format, content_sha256 FROM evidence WHERE sha256 = ?");
	int rc = 1;
	buffer_init(&content, LIMIT_STORED_BYTES);
	sql_bind_sha256(&q, sha256);
	if (sql_row(&q)) {
		struct store_evidence e = {.sha256 = *sha256};
		e.kind = evidence_kind_of(sql_column_text(&q));
		e.format = sql_column_text(&q);
		struct sha256 content_sha256 = sql_column_sha256(&q);
		rc = q.rc == SQLITE_ROW ? sqlite_content_get(s, &content_sha256, &content) : 0;
		e.content = buffer_bytes(&content);
		if (rc == 0 && q.rc == SQLITE_ROW)
			rc = got(context, &e);
	}
	buffer_release(&content);
	return sql_end_with(&q, rc);
}

struct evidence_loop {
	struct store *store;
	int (*each)(void *, const struct store_evidence *);
	void *context;
};

static int evidence_step(void *context, const struct sha256 *sha256)
{
	struct evidence_loop *loop = context;
	return sqlite_evidence_get(loop->store, sha256, loop->each, loop->context);
}

int sqlite_evidence_each(struct store *base, int (*each)(void *, const struct store_evidence *), void *context)
{
	struct evidence_loop loop = {base, each, context};
	struct sql q = sql_read(sqlite_of(base), "read the evidence", "SELECT sha256 FROM evidence ORDER BY sha256");
	return sqlite_each_key(&q, evidence_step, &loop);
}

/* ---- collateral ---- */

static int fetched_later(struct sqlite_store *s, const struct store_collateral *c)
{
	struct sql q = sql_write(s, "file collateral",
	                         "UPDATE collateral SET fetched_ms = ?2 WHERE sha256 = ?1 AND fetched_ms < ?2");
	sql_bind_sha256(&q, &c->sha256);
	sql_bind_i64(&q, c->fetched_ms);
	return sql_run(&q);
}

int sqlite_collateral_put(struct store *base, const struct store_collateral *c)
{
	struct sqlite_store *s = sqlite_of(base);
	struct sha256 content;
	int rc = sqlite_content_put(s, c->content, &content);
	if (rc != 0)
		return rc;
	struct sql q =
	        sql_write(s, "file collateral",
	                  "INSERT INTO collateral (sha256, kind, vendor, source, label, issued_ms, next_update_ms,"
	                  " fetched_ms, content_sha256) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
	                  " ON CONFLICT DO NOTHING");
	sql_bind_sha256(&q, &c->sha256);
	sql_bind_text(&q, c->kind);
	sql_bind_text(&q, c->vendor);
	sql_bind_text(&q, c->source);
	sql_bind_text(&q, c->label);
	sql_bind_i64(&q, c->issued_ms);
	sql_bind_i64(&q, c->next_update_ms);
	sql_bind_i64(&q, c->fetched_ms);
	sql_bind_sha256(&q, &content);
	rc = sql_run_shown(&q);
	return rc == 0 ? fetched_later(s, c) : rc;
}

int sqlite_collateral_get(struct store *base, const struct sha256 *sha256,
                          int (*got)(void *, const struct store_collateral *), void *context)
{
	struct sqlite_store *s = sqlite_of(base);
	struct buffer content;
	struct sql q =
	        sql_read(s, "read collateral",
	                 "SELECT kind, vendor, source, label, issued_ms, next_update_ms, fetched_ms, content_sha256"
	                 " FROM collateral WHERE sha256 = ?");
	int rc = 1;
	buffer_init(&content, LIMIT_STORED_BYTES);
	sql_bind_sha256(&q, sha256);
	if (sql_row(&q)) {
		struct store_collateral c = {.sha256 = *sha256};
		c.kind = sql_column_text(&q);
		c.vendor = sql_column_text(&q);
		c.source = sql_column_text(&q);
		c.label = sql_column_text(&q);
		c.issued_ms = sql_column_i64(&q);
		c.next_update_ms = sql_column_i64(&q);
		c.fetched_ms = sql_column_i64(&q);
		struct sha256 content_sha256 = sql_column_sha256(&q);
		rc = q.rc == SQLITE_ROW ? sqlite_content_get(s, &content_sha256, &content) : 0;
		c.content = buffer_bytes(&content);
		if (rc == 0 && q.rc == SQLITE_ROW)
			rc = got(context, &c);
	}
	buffer_release(&content);
	return sql_end_with(&q, rc);
}

struct collateral_loop {
	struct store *store;
	int (*each)(void *, const struct store_collateral *);
	void *context;
};

static int collateral_step(void *context, const struct sha256 *sha256)
{
	struct collateral_loop *loop = context;
	return sqlite_collateral_get(loop->store, sha256, loop->each, loop->context);
}

int sqlite_collateral_each(struct store *base, int (*each)(void *, const struct store_collateral *), void *context)
{
	struct collateral_loop loop = {base, each, context};
	struct sql q = sql_read(sqlite_of(base), "read the collateral",
	                        "SELECT sha256 FROM collateral ORDER BY kind, issued_ms, sha256");
	return sqlite_each_key(&q, collateral_step, &loop);
}
