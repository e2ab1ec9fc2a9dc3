/* What logs promised, in SCTs that are embedded in certificates that matched. */
#include "base/limits.h"
#include "store/sqlite.h"

static const char *const promise_states[] = {"open", "denied", "kept", "broken", "void"};

static const char *state_name(enum promise_state s)
{
	return (unsigned)s < 5 ? promise_states[s] : "";
}

static enum promise_state state_of(const char *name)
{
	unsigned state = 0;
	while (state < 4 && strcmp(promise_states[state], name) != 0)
		state++;
	return (enum promise_state)state;
}

int sqlite_promise_put(struct store *base, const struct store_promise *p)
{
	struct sql q = sql_write(sqlite_of(base), "file a promise",
	                         "INSERT INTO promise (tbs_sha256, log_id, timestamp_ms, sct, state) VALUES (?, ?, ?, ?, ?)"
	                         " ON CONFLICT DO UPDATE SET state = excluded.state WHERE excluded.state <> 'open'");
	sql_bind_sha256(&q, &p->tbs_sha256);
	sql_bind_sha256(&q, &p->log_id);
	sql_bind_i64(&q, p->timestamp_ms);
	sql_bind_bytes(&q, p->sct);
	sql_bind_text(&q, state_name(p->state));
	return sql_run(&q);
}

static struct bytes hash_or_none(const struct sha256 *h)
{
	static const struct sha256 none;
	return sha256_equal(h, &none) ? bytes_of(NULL, 0) : sha256_bytes(h);
}

/* Another key may make an SCT verify that did not. */
static int reopen_void(struct sqlite_store *s, const struct sha256 *tbs, const struct sha256 *key)
{
	struct sql q = sql_write(s, "file an issuer",
	                         "UPDATE promise SET state = 'open' WHERE tbs_sha256 = ?1 AND state = 'void' AND NOT EXISTS"
	                         " (SELECT 1 FROM issuer i WHERE i.tbs_sha256 = ?1 AND (i.key_sha256 = ?2 OR i.proven))");
	sql_bind_sha256(&q, tbs);
	sql_bind_bytes(&q, sha256_bytes(key));
	return sql_run(&q);
}

int sqlite_issuer_put(struct store *base, const struct sha256 *tbs, const struct sha256 *certificate,
                      const struct sha256 *key, bool proven)
{
	struct sqlite_store *s = sqlite_of(base);
	struct bytes c = hash_or_none(certificate), k = hash_or_none(key);
	if (c.n + k.n == 0)
		return 0;
	int rc = k.n > 0 ? reopen_void(s, tbs, key) : 0;
	if (rc != 0)
		return rc;
	struct sql q = sql_write(s, "file an issuer",
	                         "INSERT INTO issuer (tbs_sha256, certificate_sha256, key_sha256, proven)"
	                         " VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET"
	                         " certificate_sha256 = iif(length(?2), ?2, certificate_sha256),"
	                         " key_sha256 = iif(length(?3) AND (?4 OR NOT proven), ?3, key_sha256),"
	                         " proven = max(proven, ?4)");
	sql_bind_sha256(&q, tbs);
	sql_bind_bytes(&q, c);
	sql_bind_bytes(&q, k);
	sql_bind_bool(&q, proven && k.n > 0);
	return sql_run(&q);
}

static struct sha256 hash_of(struct bytes b)
{
	struct sha256 h = {{0}};
	if (b.n == SHA256_BYTES)
		memcpy(h.b, b.p, SHA256_BYTES);
	return h;
}

#define PROMISE_COLUMNS                                                                                                \
	"SELECT m.tbs_sha256, m.log_id, m.timestamp_ms, m.sct, m.state, coalesce(i.certificate_sha256, x''),"          \
	" coalesce(i.key_sha256, x''), coalesce(p.started AND m.timestamp_ms > p.complete_since_ms"                   \
	" AND NOT EXISTS (SELECT 1 FROM unparseable u WHERE u.log_id = m.log_id), 0)"                                 \
	" FROM promise m LEFT JOIN issuer i USING (tbs_sha256) LEFT JOIN position p ON p.log_id = m.log_id"

static void promise_read(struct sql *q, struct arena *a, struct store_promise *p)
{
	p->tbs_sha256 = sql_column_sha256(q);
	p->log_id = sql_column_sha256(q);
	p->timestamp_ms = sql_column_i64(q);
	p->sct = arena_bytes(a, sql_column_bytes(q));
	p->state = state_of(sql_column_text(q));
	p->issuer_sha256 = hash_of(sql_column_bytes(q));
	p->issuer_key_sha256 = hash_of(sql_column_bytes(q));
	p->complete = sql_column_bool(q);
}

/* Read all, then call: so that the callback may write. */
static int promises_each(struct sql *q, int (*each)(void *, const struct store_promise *), void *context)
{
	struct node {
		struct node *next;
		struct store_promise promise;
	} *first = NULL, **last = &first;
	struct arena a;
	arena_init(&a, LIMIT_ARENA_BYTES);
	while (sql_row(q)) {
		struct node *n = arena_alloc(&a, sizeof(*n));
		if (!n) {
			sql_damaged(q, "more promises than memory has room for");
			break;
		}
		*n = (struct node){0};
		promise_read(q, &a, &n->promise);
		*last = n;
		last = &n->next;
	}
	int rc = sql_end(q);
	for (struct node *n = first; n && rc == 0; n = n->next)
		rc = each(context, &n->promise);
	arena_release(&a);
	return rc;
}

/* Kept: the very entry stands in the audited tree. */
static int file_kept(struct sqlite_store *s)
{
	struct sql q = sql_write(s, "file the promises that are kept",
	                         "UPDATE promise SET state = 'kept' WHERE state IN ('open', 'denied') AND EXISTS"
	                         " (SELECT 1 FROM audited_place p WHERE p.tbs_sha256 = promise.tbs_sha256"
	                         " AND p.log_id = promise.log_id AND p.timestamp_ms = promise.timestamp_ms"
	                         " AND p.precertificate)");
	return sql_run(&q);
}

int sqlite_promise_each_due(struct store *base, int (*each)(void *, const struct store_promise *), void *context)
{
	struct sqlite_store *s = sqlite_of(base);
	int rc = file_kept(s);
	if (rc != 0)
		return rc;
	struct sql q = sql_read(s, "read the promises that are due",
	                        PROMISE_COLUMNS " JOIN log l ON l.log_id = m.log_id"
	                        " WHERE m.state IN ('open', 'denied') AND p.started"
	                        " AND p.audited_timestamp_ms >= m.timestamp_ms + 1000 * l.mmd_s"
	                        " AND EXISTS (SELECT 1 FROM audited_place a WHERE a.tbs_sha256 = m.tbs_sha256)"
	                        " ORDER BY m.log_id, m.timestamp_ms, m.tbs_sha256");
	return promises_each(&q, each, context);
}

int sqlite_promise_each(struct store *base, const struct sha256 *tbs, int (*each)(void *, const struct store_promise *),
                        void *context)
{
	struct sql q = sql_read(sqlite_of(base), "read the promises of a certificate",
	                        PROMISE_COLUMNS " WHERE m.tbs_sha256 = ? ORDER BY m.log_id, m.timestamp_ms");
	sql_bind_sha256(&q, tbs);
	return promises_each(&q, each, context);
}
