/* What pictures are drawn from: sums over the audited certificates, on basis logged. */
#include "store/sqlite.h"

#define LOGGED_MS "(SELECT min(p.timestamp_ms) FROM audited_place p WHERE p.tbs_sha256 = c.tbs_sha256)"
#define NO_DEVICES " NOT IN ('nvgpu', 'nvswitch', 'nras')"

/* The measured values that stand for software in the picture of keys: one or two registers of each kind. */
#define IS_SOFTWARE                                                                                                    \
	" x.section = 'measurement' AND x.kind = 'hex' AND ((v.kind = 'snp' AND x.name = 'measurement')"               \
	" OR (v.kind = 'sgx' AND x.name = 'mrenclave') OR (v.kind = 'nitro' AND x.name = 'pcr0')"                      \
	" OR (v.kind = 'tdx' AND x.name IN ('mrtd', 'rtmr3'))) AND x.bytes <> zeroblob(length(x.bytes))"

int sqlite_domain_each(struct store *base, int (*each)(void *, const struct store_domain *), void *context)
{
	struct sql q = sql_read(sqlite_of(base), "read the domains",
	                        "SELECT domain, count(*), count(DISTINCT spki_sha256), sum(measured), min(ms), max(ms),"
	                        " (SELECT count(*) FROM anomaly a WHERE a.domain = d.domain AND a.state IN ('new', 'ongoing'))"
	                        " AS open FROM (SELECT c.domain, c.spki_sha256, " LOGGED_MS " AS ms, EXISTS (SELECT 1"
	                        " FROM verdict v JOIN verdict_value x USING (verdict_id) WHERE v.tbs_sha256 = c.tbs_sha256"
	                        " AND v.basis = 'logged' AND x.section = 'measurement' AND x.kind = 'hex'"
	                        " AND v.kind" NO_DEVICES ") AS measured FROM certificate c) d"
	                        " WHERE ms IS NOT NULL GROUP BY domain ORDER BY open DESC, max(ms) DESC, domain");
	int rc = 0;
	while (rc == 0 && sql_row(&q)) {
		struct store_domain d;
		d.domain = sql_column_text(&q);
		d.certificates = sql_column_u64(&q);
		d.keys = sql_column_u64(&q);
		d.measured = sql_column_u64(&q);
		d.first_logged_ms = sql_column_i64(&q);
		d.last_logged_ms = sql_column_i64(&q);
		d.anomalies_open = sql_column_u64(&q);
		if (q.rc == SQLITE_ROW)
			rc = each(context, &d);
	}
	return sql_end_with(&q, rc);
}

int sqlite_measurement_each(struct store *base, const char *domain,
                            int (*each)(void *, const struct store_measurement *), void *context)
{
	struct sql q = sql_read(sqlite_of(base), "read the measurements of a domain",
	                        "SELECT kind, name, value, genuine, ms / 3600000 * 3600000 AS hour, max(not_after_ms),"
	                        " count(DISTINCT tbs_sha256) FROM (SELECT c.tbs_sha256, v.kind, x.name,"
	                        " lower(hex(x.bytes)) AS value, v.result <> 'failed' AS genuine, " LOGGED_MS " AS ms,"
	                        " c.not_after_ms FROM certificate c JOIN verdict v ON v.tbs_sha256 = c.tbs_sha256"
	                        " JOIN verdict_value x USING (verdict_id) WHERE c.domain = ? AND v.basis = 'logged'"
	                        " AND v.kind" NO_DEVICES " AND x.section = 'measurement' AND x.kind = 'hex')"
	                        " WHERE ms IS NOT NULL GROUP BY kind, name, value, genuine, hour"
	                        " ORDER BY kind, name, value, genuine, hour");
	int rc = 0;
	sql_bind_text(&q, domain);
	while (rc == 0 && sql_row(&q)) {
		struct store_measurement m;
		m.kind = sql_column_text(&q);
		m.name = sql_column_text(&q);
		m.value = sql_column_text(&q);
		m.genuine = sql_column_bool(&q);
		m.logged_ms = sql_column_i64(&q);
		m.valid_until_ms = sql_column_i64(&q);
		m.certificates = sql_column_u64(&q);
		if (q.rc == SQLITE_ROW)
			rc = each(context, &m);
	}
	return sql_end_with(&q, rc);
}

int sqlite_tcb_each(struct store *base, int (*each)(void *, const struct store_tcb *), void *context)
{
	struct sql q = sql_read(sqlite_of(base), "read the TCB claims",
	                        "SELECT ms / 86400000 * 86400000 AS day, sum(rank = 1), sum(rank = 2), sum(rank = 3) FROM"
	                        " (SELECT " LOGGED_MS " AS ms, (SELECT max(CASE m.status WHEN 'refuted' THEN 3"
	                        " WHEN 'unknown' THEN 2 ELSE 1 END) FROM verdict v JOIN verdict_claim m USING (verdict_id)"
	                        " WHERE v.tbs_sha256 = c.tbs_sha256 AND v.basis = 'logged' AND v.kind" NO_DEVICES
	                        " AND m.claim = 'tcb_up_to_date') AS rank FROM certificate c)"
	                        " WHERE ms IS NOT NULL AND rank IS NOT NULL GROUP BY day ORDER BY day");
	int rc = 0;
	while (rc == 0 && sql_row(&q)) {
		struct store_tcb t;
		t.day_ms = sql_column_i64(&q);
		t.up_to_date = sql_column_u64(&q);
		t.unknown = sql_column_u64(&q);
		t.out_of_date = sql_column_u64(&q);
		if (q.rc == SQLITE_ROW)
			rc = each(context, &t);
	}
	return sql_end_with(&q, rc);
}

int sqlite_tie_each(struct store *base, int (*each)(void *, const struct store_tie *), void *context)
{
	struct sql q = sql_read(sqlite_of(base), "read what keys stand for",
	                        "WITH tie AS (SELECT c.domain, c.spki_sha256 AS spki, v.kind, x.name, x.bytes AS value,"
	                        " c.tbs_sha256 AS tbs FROM certificate c JOIN verdict v ON v.tbs_sha256 = c.tbs_sha256"
	                        " JOIN verdict_value x USING (verdict_id) WHERE v.basis = 'logged' AND v.result <> 'failed'"
	                        " AND " LOGGED_MS " IS NOT NULL AND" IS_SOFTWARE "),"
	                        " shared AS (SELECT spki FROM (SELECT spki, name, count(DISTINCT domain) AS domains,"
	                        " count(DISTINCT value) AS n FROM tie GROUP BY spki, kind, name)"
	                        " GROUP BY spki HAVING max(domains) > 1 OR max(n) > 1)"
	                        " SELECT domain, iif(spki IN shared, spki, NULL) AS key, count(DISTINCT spki) AS keys,"
	                        " kind, name, lower(hex(value)), count(DISTINCT tbs) AS n FROM tie"
	                        " GROUP BY domain, key, kind, name, value"
	                        " ORDER BY key IS NULL, n DESC, domain, key, kind, name, value");
	struct sha256 room;
	int rc = 0;
	while (rc == 0 && sql_row(&q)) {
		struct store_tie t;
		t.domain = sql_column_text(&q);
		t.spki_sha256 = sql_column_optional_sha256(&q, &room);
		t.keys = sql_column_u64(&q);
		t.kind = sql_column_text(&q);
		t.name = sql_column_text(&q);
		t.value = sql_column_text(&q);
		t.certificates = sql_column_u64(&q);
		if (q.rc == SQLITE_ROW)
			rc = each(context, &t);
	}
	return sql_end_with(&q, rc);
}
