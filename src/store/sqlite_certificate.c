/* Certificates, the places where they stand, and entries that could not be read. */
#include "base/limits.h"
#include "store/sqlite.h"

/* ---- certificates ---- */

/* A watch or domain of the configuration may have changed: then the policy must look again. */
static int certificate_update(struct sqlite_store *s, const struct store_certificate *c)
{
	struct sql q =
	        sql_write(s, "update a certificate",
	                  "UPDATE certificate SET domain = ?2, watch = ?3, reasons = ?4, due = 1 WHERE tbs_sha256 = ?1"
	                  " AND (domain, watch, reasons) IS NOT (?2, ?3, ?4)");
	sql_bind_sha256(&q, &c->tbs_sha256);
	sql_bind_text(&q, c->domain);
	sql_bind_text(&q, c->watch);
	sql_bind_i64(&q, c->reasons);
	return sql_run_shown(&q);
}

static int names_insert(struct sqlite_store *s, const struct store_certificate *c)
{
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < c->name_count; i++) {
		struct sql q =
		        sql_write(s, "file a name", "INSERT INTO name (tbs_sha256, position, name) VALUES (?, ?, ?)");
		sql_bind_sha256(&q, &c->tbs_sha256);
		sql_bind_u64(&q, i);
		sql_bind_text(&q, c->names[i]);
		rc = sql_run(&q);
	}
	return rc;
}

static int certificate_insert(struct sqlite_store *s, const struct store_certificate *c)
{
	struct sha256 content;
	int rc = sqlite_content_put(s, c->tbs, &content);
	if (rc == 0 && !sha256_equal(&content, &c->tbs_sha256)) {
		s->failed = s->in_transaction;
		return sqlite_fail(s, "file a certificate", SQLITE_MISMATCH, "its bytes do not have its hash");
	}
	if (rc != 0)
		return rc;
	struct sql q =
	        sql_write(s, "file a certificate",
	                  "INSERT INTO certificate (tbs_sha256, spki_sha256, content_sha256, issuer, subject, serial,"
	                  " not_before_ms, not_after_ms, domain, watch, reasons, first_seen_ms)"
	                  " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
	sql_bind_sha256(&q, &c->tbs_sha256);
	sql_bind_sha256(&q, &c->spki_sha256);
	sql_bind_sha256(&q, &content);
	sql_bind_text(&q, c->issuer);
	sql_bind_text(&q, c->subject);
	sql_bind_text(&q, c->serial);
	sql_bind_i64(&q, c->not_before_ms);
	sql_bind_i64(&q, c->not_after_ms);
	sql_bind_text(&q, c->domain);
	sql_bind_text(&q, c->watch);
	sql_bind_i64(&q, c->reasons);
	sql_bind_i64(&q, c->first_seen_ms);
	rc = sql_run_shown(&q);
	return rc == 0 ? names_insert(s, c) : rc;
}

int sqlite_certificate_put(struct store *base, const struct store_certificate *c)
{
	struct sqlite_store *s = sqlite_of(base);
	struct sql q = sql_read(s, "look for a certificate", "SELECT 1 FROM certificate WHERE tbs_sha256 = ?");
	sql_bind_sha256(&q, &c->tbs_sha256);
	bool there = sql_row(&q);
	int rc = sql_end(&q);
	if (rc != 0)
		return rc;
	if (!there)
		return certificate_insert(s, c);
	rc = certificate_update(s, c);
	return rc == 0 ? 1 : rc;
}

static void names_read(struct sqlite_store *s, struct arena *a, struct store_certificate *c, int *rc)
{
	struct sql q = sql_read(s, "read the names",
	                        "SELECT count(*) OVER (), name FROM name WHERE tbs_sha256 = ?"
	                        " ORDER BY position");
	const char **names = NULL;
	size_t room = 0;
	sql_bind_sha256(&q, &c->tbs_sha256);
	while (sql_row(&q)) {
		size_t count = (size_t)sql_column_u64(&q);
		const char *name = arena_text(a, bytes_of_text(sql_column_text(&q)));
		if (!names && (names = arena_array(a, count, sizeof(*names))))
			room = count;
		if (!name || c->name_count >= room)
			sql_damaged(&q, "more names than there may be");
		else
			names[c->name_count++] = name;
	}
	c->names = names;
	*rc = sql_end(&q);
}

static const char *column_copy(struct sql *q, struct arena *a)
{
	const char *text = arena_text(a, bytes_of_text(sql_column_text(q)));
	return text ? text : "";
}

/* The row without names and bytes; content: where the bytes are. False where there is none. */
static bool certificate_row(struct sql *q, struct arena *a, struct store_certificate *c, struct sha256 *content)
{
	if (!sql_row(q))
		return false;
	c->spki_sha256 = sql_column_sha256(q);
	*content = sql_column_sha256(q);
	c->issuer = column_copy(q, a);
	c->subject = column_copy(q, a);
	c->serial = column_copy(q, a);
	c->not_before_ms = sql_column_i64(q);
	c->not_after_ms = sql_column_i64(q);
	c->domain = column_copy(q, a);
	c->watch = column_copy(q, a);
	c->reasons = (unsigned)sql_column_u64(q);
	c->first_seen_ms = sql_column_i64(q);
	c->learned = sql_column_i64(q) != 0;
	return true;
}

static int certificate_read(struct sqlite_store *s, struct store_certificate *c, struct arena *a, struct buffer *tbs)
{
	struct sha256 content;
	struct sql q =
	        sql_read(s, "read a certificate",
	                 "SELECT spki_sha256, content_sha256, issuer, subject, serial, not_before_ms, not_after_ms,"
	                 " domain, watch, reasons, first_seen_ms, learned FROM certificate WHERE tbs_sha256 = ?");
	sql_bind_sha256(&q, &c->tbs_sha256);
	bool found = certificate_row(&q, a, c, &content);
	int rc = sql_end(&q);
	if (rc == 0 && !found)
		return 1;
	if (rc == 0)
		names_read(s, a, c, &rc);
	if (rc == 0)
		rc = sqlite_content_get(s, &content, tbs);
	c->tbs = buffer_bytes(tbs);
	return rc;
}

int sqlite_certificate_get(struct store *base, const struct sha256 *tbs,
                           int (*got)(void *, const struct store_certificate *), void *context)
{
	struct arena a;
	struct buffer bytes;
	struct store_certificate c = {.tbs_sha256 = *tbs};
	arena_init(&a, LIMIT_ARENA_BYTES);
	buffer_init(&bytes, LIMIT_STORED_BYTES);
	int rc = certificate_read(sqlite_of(base), &c, &a, &bytes);
	if (rc == 0)
		rc = got(context, &c);
	buffer_release(&bytes);
	arena_release(&a);
	return rc;
}

struct certificate_loop {
	struct store *store;
	int (*each)(void *, const struct store_certificate *);
	void *context;
};

static int certificate_step(void *context, const struct sha256 *tbs)
{
	struct certificate_loop *loop = context;
	return sqlite_certificate_get(loop->store, tbs, loop->each, loop->context);
}

int sqlite_certificate_each_due(struct store *base, int (*each)(void *, const struct store_certificate *),
                                void *context)
{
	struct certificate_loop loop = {base, each, context};
	struct sql q = sql_read(sqlite_of(base), "read the certificates that are due",
	                        "SELECT c.tbs_sha256, (SELECT min(timestamp_ms) FROM audited_place p"
	                        " WHERE p.tbs_sha256 = c.tbs_sha256) AS logged_ms FROM certificate c"
	                        " WHERE c.due AND logged_ms IS NOT NULL ORDER BY logged_ms, c.tbs_sha256");
	return sqlite_each_key(&q, certificate_step, &loop);
}

int sqlite_certificate_each(struct store *base, int (*each)(void *, const struct store_certificate *), void *context)
{
	struct certificate_loop loop = {base, each, context};
	struct sql q = sql_read(sqlite_of(base), "read the certificates",
	                        "SELECT tbs_sha256, min(timestamp_ms) AS logged_ms FROM audited_place"
	                        " GROUP BY tbs_sha256 ORDER BY logged_ms, tbs_sha256");
	return sqlite_each_key(&q, certificate_step, &loop);
}

/* An earlier place that is not audited yet would move the time of basis logged once it is. */
int sqlite_certificate_judged(struct store *base, const struct sha256 *tbs, bool due)
{
	struct sql q = sql_write(sqlite_of(base), "file that a certificate was judged",
	                         "UPDATE certificate SET due = ?2 OR coalesce("
	                         "(SELECT min(timestamp_ms) FROM place WHERE tbs_sha256 = ?1) <"
	                         " (SELECT min(timestamp_ms) FROM audited_place WHERE tbs_sha256 = ?1), 0)"
	                         " WHERE tbs_sha256 = ?1");
	sql_bind_sha256(&q, tbs);
	sql_bind_bool(&q, due);
	return sql_run(&q);
}

/* ---- places ---- */

/* A place with an earlier timestamp moves the time of basis logged, so the policy must look again. */
static int mark_if_earlier(struct sqlite_store *s, const struct store_place *p)
{
	struct sql q = sql_write(s, "file a place",
	                         "UPDATE certificate SET due = 1 WHERE tbs_sha256 = ?1 AND NOT due AND ?2 <"
	                         " (SELECT min(timestamp_ms) FROM audited_place WHERE tbs_sha256 = ?1)");
	sql_bind_sha256(&q, &p->tbs_sha256);
	sql_bind_i64(&q, p->timestamp_ms);
	return sql_run(&q);
}

int sqlite_place_put(struct store *base, const struct store_place *p)
{
	struct sqlite_store *s = sqlite_of(base);
	int rc = mark_if_earlier(s, p);
	if (rc != 0)
		return rc;
	struct sql q = sql_write(s, "file a place",
	                         "INSERT INTO place (log_id, entry_index, tbs_sha256, leaf_hash, timestamp_ms,"
	                         " precertificate) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO UPDATE SET"
	                         " tbs_sha256 = excluded.tbs_sha256, leaf_hash = excluded.leaf_hash,"
	                         " timestamp_ms = excluded.timestamp_ms, precertificate = excluded.precertificate"
	                         " WHERE (tbs_sha256, leaf_hash, timestamp_ms, precertificate) IS NOT (?3, ?4, ?5, ?6)"
	                         " AND NOT EXISTS (SELECT 1 FROM audited_place a WHERE a.log_id = ?1"
	                         " AND a.entry_index = ?2)");
	sql_bind_sha256(&q, &p->log_id);
	sql_bind_u64(&q, p->entry_index);
	sql_bind_sha256(&q, &p->tbs_sha256);
	sql_bind_sha256(&q, &p->leaf_hash);
	sql_bind_i64(&q, p->timestamp_ms);
	sql_bind_bool(&q, p->precertificate);
	return sql_run_shown(&q);
}

int sqlite_place_each(struct store *base, const struct sha256 *tbs, int (*each)(void *, const struct store_place *),
                      void *context)
{
	struct sql q = sql_read(sqlite_of(base), "read the places",
	                        "SELECT log_id, entry_index, leaf_hash, timestamp_ms, precertificate FROM audited_place"
	                        " WHERE tbs_sha256 = ? ORDER BY timestamp_ms, log_id, entry_index");
	int rc = 0;
	sql_bind_sha256(&q, tbs);
	while (rc == 0 && sql_row(&q)) {
		struct store_place p = {.tbs_sha256 = *tbs};
		p.log_id = sql_column_sha256(&q);
		p.entry_index = sql_column_u64(&q);
		p.leaf_hash = sql_column_sha256(&q);
		p.timestamp_ms = sql_column_i64(&q);
		p.precertificate = sql_column_bool(&q);
		if (q.rc == SQLITE_ROW)
			rc = each(context, &p);
	}
	return sql_end_with(&q, rc);
}

/* ---- entries that could not be read ---- */

int sqlite_unparseable_put(struct store *base, const struct store_unparseable *u)
{
	struct sqlite_store *s = sqlite_of(base);
	struct sha256 content;
	int rc = sqlite_content_put(s, u->leaf, &content);
	if (rc != 0)
		return rc;
	struct sql q = sql_write(s, "file an entry that cannot be read",
	                         "INSERT INTO unparseable (log_id, entry_index, content_sha256, fault, fault_offset,"
	                         " fault_field, maybe_ours, crashed, seen_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
	                         " ON CONFLICT DO UPDATE SET content_sha256 = excluded.content_sha256,"
	                         " fault = excluded.fault, fault_offset = excluded.fault_offset,"
	                         " fault_field = excluded.fault_field, maybe_ours = excluded.maybe_ours,"
	                         " crashed = excluded.crashed");
	sql_bind_sha256(&q, &u->log_id);
	sql_bind_u64(&q, u->entry_index);
	sql_bind_sha256(&q, &content);
	sql_bind_text(&q, fault_code_name(u->fault.code));
	sql_bind_u64(&q, u->fault.offset);
	sql_bind_text(&q, u->fault.field);
	sql_bind_bool(&q, u->maybe_ours);
	sql_bind_bool(&q, u->crashed);
	sql_bind_i64(&q, u->seen_ms);
	return sql_run(&q);
}

int sqlite_unparseable_each(struct store *base, int (*each)(void *, const struct store_unparseable *), void *context)
{
	struct sqlite_store *s = sqlite_of(base);
	struct buffer leaf;
	struct sql q =
	        sql_read(s, "read the entries that cannot be read",
	                 "SELECT log_id, entry_index, content_sha256, fault, fault_offset, fault_field, maybe_ours,"
	                 " crashed, seen_ms FROM unparseable ORDER BY log_id, entry_index");
	int rc = 0;
	buffer_init(&leaf, LIMIT_STORED_BYTES);
	while (rc == 0 && sql_row(&q)) {
		struct store_unparseable u;
		u.log_id = sql_column_sha256(&q);
		u.entry_index = sql_column_u64(&q);
		struct sha256 content = sql_column_sha256(&q);
		u.fault = sql_column_fault(&q);
		u.maybe_ours = sql_column_bool(&q);
		u.crashed = sql_column_bool(&q);
		u.seen_ms = sql_column_i64(&q);
		if (q.rc != SQLITE_ROW)
			break;
		rc = sqlite_content_get(s, &content, &leaf);
		u.leaf = buffer_bytes(&leaf);
		if (rc == 0)
			rc = each(context, &u);
	}
	buffer_release(&leaf);
	return sql_end_with(&q, rc);
}
