/* What the policy asks of the past: what was known of a domain, and its baseline. */
#include "store/sqlite.h"

/* Is certificate c, of domain ?1 and proven to be logged, earlier than the certificate ?2 (or is there no
 * such one)? By when they were first seen, then when they were logged, then by hash. */
#define LOGGED_MS(TBS) "(SELECT min(timestamp_ms) FROM audited_place WHERE audited_place.tbs_sha256 = " TBS ")"
#define IS_EARLIER                                                                                                     \
	" c.domain = ?1 AND c.tbs_sha256 IS NOT ?2 AND " LOGGED_MS("c.tbs_sha256") " IS NOT NULL AND coalesce("        \
	"(c.first_seen_ms, " LOGGED_MS("c.tbs_sha256") ", c.tbs_sha256) < (SELECT self.first_seen_ms, coalesce("       \
	LOGGED_MS("?2") ", 9223372036854775807), self.tbs_sha256 FROM certificate self WHERE self.tbs_sha256 = ?2), 1)"

static int ask(struct sql *q, bool *known)
{
	*known = sql_row(q);
	return sql_end(q);
}

int sqlite_measurement_known(struct store *base, const char *domain, const char *name, struct bytes value,
                             const struct sha256 *except_tbs, bool *known)
{
	struct sql q = sql_read(sqlite_of(base), "look for a measurement",
	                        "SELECT 1 FROM verdict_value x JOIN verdict v USING (verdict_id)"
	                        " JOIN certificate c ON c.tbs_sha256 = v.tbs_sha256"
	                        " WHERE x.section = 'measurement' AND x.name = ?3 AND x.bytes = ?4 AND" IS_EARLIER
	                        " AND NOT EXISTS (SELECT 1 FROM verdict f WHERE f.tbs_sha256 = v.tbs_sha256"
	                        " AND f.evidence_sha256 = v.evidence_sha256 AND f.result = 'failed') LIMIT 1");
	sql_bind_text(&q, domain);
	sql_bind_sha256(&q, except_tbs);
	sql_bind_text(&q, name);
	sql_bind_bytes(&q, value);
	return ask(&q, known);
}

int sqlite_key_known(struct store *base, const char *domain, const struct sha256 *spki, const struct sha256 *except_tbs,
                     bool *known)
{
	struct sql q = sql_read(sqlite_of(base), "look for a key",
	                        "SELECT 1 FROM certificate c WHERE c.spki_sha256 = ?3 AND" IS_EARLIER " LIMIT 1");
	sql_bind_text(&q, domain);
	sql_bind_sha256(&q, except_tbs);
	sql_bind_sha256(&q, spki);
	return ask(&q, known);
}

int sqlite_issuer_known(struct store *base, const char *domain, const char *issuer, const struct sha256 *except_tbs,
                        bool *known)
{
	struct sql q = sql_read(sqlite_of(base), "look for an issuer",
	                        "SELECT 1 FROM certificate c WHERE c.issuer = ?3 AND" IS_EARLIER " LIMIT 1");
	sql_bind_text(&q, domain);
	sql_bind_sha256(&q, except_tbs);
	sql_bind_text(&q, issuer);
	return ask(&q, known);
}

int sqlite_key_elsewhere(struct store *base, const struct sha256 *spki, const char *domain, char *out, size_t size)
{
	struct sql q =
	        sql_read(sqlite_of(base), "look for a key elsewhere",
	                 "SELECT * FROM (SELECT DISTINCT domain FROM certificate c WHERE spki_sha256 = ?1"
	                 " AND domain NOT IN (?2, '') AND " LOGGED_MS("c.tbs_sha256") " IS NOT NULL"
	                 " ORDER BY domain) UNION ALL SELECT * FROM ("
	                 "WITH m (kind, name, bytes) AS (SELECT DISTINCT v.kind, x.name, x.bytes FROM certificate c"
	                 " JOIN verdict v USING (tbs_sha256) JOIN verdict_value x USING (verdict_id)"
	                 " WHERE c.spki_sha256 = ?1 AND " LOGGED_MS("c.tbs_sha256") " IS NOT NULL"
	                 " AND x.section = 'measurement' AND x.kind = 'hex' AND v.result <> 'failed')"
	                 " SELECT name || '=' || lower(hex(bytes)) FROM m WHERE (SELECT count(*) FROM m o"
	                 " WHERE o.kind = m.kind AND o.name = m.name) > 1 ORDER BY kind, name, bytes)");
	size_t used = 0;
	sql_bind_sha256(&q, spki);
	sql_bind_text(&q, domain);
	while (sql_row(&q)) {
		const char *text = sql_column_text(&q);
		size_t n = strlen(text) + 1;
		if (size < used + n + 1)
			continue;
		memcpy(out + used, text, n);
		used += n;
	}
	if (size > used)
		out[used] = 0;
	return sql_end(&q);
}

/* ---- baselines ---- */

int sqlite_baseline_get(struct store *base, const char *domain, int64_t *closed_ms)
{
	struct sql q = sql_read(sqlite_of(base), "read a baseline", "SELECT closed_ms FROM baseline WHERE domain = ?");
	sql_bind_text(&q, domain);
	bool closed = sql_row(&q);
	*closed_ms = sql_column_i64(&q);
	int rc = sql_end(&q);
	return rc == 0 ? !closed : rc;
}

int sqlite_baseline_close(struct store *base, int64_t at_ms)
{
	struct sql learn = sql_write(sqlite_of(base), "file what a baseline learned",
	                             "UPDATE certificate SET learned = 1 WHERE domain <> '' AND NOT learned"
	                             " AND domain NOT IN (SELECT domain FROM baseline) AND EXISTS (SELECT 1"
	                             " FROM audited_place p WHERE p.tbs_sha256 = certificate.tbs_sha256)");
	int rc = sql_run(&learn);
	if (rc < 0)
		return rc;
	struct sql q = sql_write(sqlite_of(base), "close the baselines",
	                         "INSERT INTO baseline (domain, closed_ms) SELECT DISTINCT domain, ? FROM certificate c"
	                         " WHERE domain <> '' AND EXISTS (SELECT 1 FROM audited_place p"
	                         " WHERE p.tbs_sha256 = c.tbs_sha256) ON CONFLICT DO NOTHING");
	sql_bind_i64(&q, at_ms);
	return sql_run(&q);
}

int sqlite_baseline_put(struct store *base, const char *domain, int64_t at_ms)
{
	struct sql q = sql_write(sqlite_of(base), "close a baseline",
	                         "INSERT INTO baseline (domain, closed_ms) VALUES (?, ?) ON CONFLICT DO NOTHING");
	sql_bind_text(&q, domain);
	sql_bind_i64(&q, at_ms);
	return sql_run(&q);
}
