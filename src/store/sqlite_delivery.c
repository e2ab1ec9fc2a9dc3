/* How far each destination of alerts has the events. */
#include "store/sqlite.h"

int sqlite_delivery_get(struct store *base, const char *destination, uint64_t *seq)
{
	struct sql q = sql_read(sqlite_of(base), "read how far alerts went", "SELECT seq FROM delivery WHERE destination = ?");
	bool found = false;
	sql_bind_text(&q, destination);
	if (sql_row(&q)) {
		found = true;
		*seq = sql_column_u64(&q);
	}
	int rc = sql_end(&q);
	return rc == 0 && !found ? 1 : rc;
}

int sqlite_delivery_put(struct store *base, const struct store_delivery *d)
{
	struct sql q = sql_write(sqlite_of(base), "note how far alerts went",
	                         "INSERT INTO delivery (destination, seq, delivered_ms, listed) VALUES (?1, ?2, ?3, 1)"
	                         " ON CONFLICT DO UPDATE SET seq = ?2, delivered_ms = ?3 WHERE seq < ?2");
	sql_bind_text(&q, d->destination);
	sql_bind_u64(&q, d->seq);
	sql_bind_i64(&q, d->delivered_ms);
	return sql_run(&q);
}

int sqlite_delivery_list(struct store *base, const char *const *destinations, size_t n)
{
	struct sqlite_store *s = sqlite_of(base);
	struct sql q = sql_write(s, "note the destinations of alerts", "UPDATE delivery SET listed = 0 WHERE listed");
	int rc = sql_run(&q);
	for (size_t i = 0; i < n && rc == 0; i++) {
		q = sql_write(s, "note the destinations of alerts",
		              "INSERT INTO delivery (destination, seq, delivered_ms, listed)"
		              " SELECT ?, seq, 0, 1 FROM event_counter WHERE true ON CONFLICT DO UPDATE SET listed = 1");
		sql_bind_text(&q, destinations[i]);
		rc = sql_run(&q);
	}
	return rc;
}

int sqlite_delivery_each(struct store *base, int (*each)(void *, const struct store_delivery *), void *context)
{
	struct sql q = sql_read(sqlite_of(base), "read how far alerts went",
	                        "SELECT destination, seq, delivered_ms, listed FROM delivery ORDER BY destination");
	int rc = 0;
	while (rc == 0 && sql_row(&q)) {
		struct store_delivery d;
		d.destination = sql_column_text(&q);
		d.seq = sql_column_u64(&q);
		d.delivered_ms = sql_column_i64(&q);
		d.listed = sql_column_bool(&q);
		rc = each(context, &d);
	}
	return sql_end_with(&q, rc);
}
