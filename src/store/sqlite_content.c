/* Bulky bytes by the hash of their plain form, compressed where that makes them smaller. */
#include <stdlib.h>

#include "base/gzip.h"
#include "base/hex.h"
#include "base/limits.h"
#include "base/memory.h"
#include "store/sqlite.h"

static int content_is_there(struct sqlite_store *s, const struct sha256 *hash, bool *there)
{
	struct sql q = sql_read(s, "look for bytes", "SELECT 1 FROM content WHERE sha256 = ?");
	sql_bind_sha256(&q, hash);
	*there = sql_row(&q);
	return sql_end(&q);
}

static int content_insert(struct sqlite_store *s, const struct sha256 *hash, struct bytes plain)
{
	struct buffer packed;
	buffer_init(&packed, plain.n + plain.n / 8 + 1024);
	bool smaller = gzip_deflate(plain, &packed) && packed.n < plain.n;
	struct sql q = sql_write(s, "file bytes", "INSERT INTO content (sha256, encoding, bytes) VALUES (?, ?, ?)");
	sql_bind_sha256(&q, hash);
	sql_bind_text(&q, smaller ? "gzip" : "plain");
	sql_bind_bytes(&q, smaller ? buffer_bytes(&packed) : plain);
	int rc = sql_run(&q);
	buffer_release(&packed);
	return rc;
}

int sqlite_content_put(struct sqlite_store *s, struct bytes plain, struct sha256 *hash)
{
	bool there = false;
	if (plain.n > LIMIT_STORED_BYTES) {
		s->failed = s->in_transaction;
		return sqlite_fail(s, "file bytes", SQLITE_TOOBIG, "more than LIMIT_STORED_BYTES");
	}
	*hash = hash_sha256(plain);
	int rc = content_is_there(s, hash, &there);
	return rc == 0 && !there ? content_insert(s, hash, plain) : rc;
}

static void content_unpack(struct sql *q, struct buffer *out)
{
	bool packed = strcmp(sql_column_text(q), "gzip") == 0;
	struct bytes bytes = sql_column_bytes(q);
	if (!packed)
		buffer_put_bytes(out, bytes);
	else if (fault_is_set(gzip_inflate(bytes, out)))
		sql_damaged(q, "stored bytes cannot be inflated");
}

int sqlite_content_get(struct sqlite_store *s, const struct sha256 *hash, struct buffer *out)
{
	struct sql q = sql_read(s, "read stored bytes", "SELECT encoding, bytes FROM content WHERE sha256 = ?");
	sql_bind_sha256(&q, hash);
	buffer_clear(out);
	bool found = sql_row(&q);
	if (found) {
		content_unpack(&q, out);
		struct sha256 actual = hash_sha256(buffer_bytes(out));
		if (!buffer_ok(out) || !sha256_equal(&actual, hash))
			sql_damaged(&q, "stored bytes do not have their hash");
	}
	int rc = sql_end(&q);
	if (rc == 0 && !found)
		rc = sqlite_fail(s, "read stored bytes", SQLITE_CORRUPT, "they are not there");
	return rc;
}

int sqlite_each_key(struct sql *q, int (*each)(void *, const struct sha256 *), void *context)
{
	struct sha256 *keys = NULL;
	size_t n = 0, room = 0;
	while (sql_row(q)) {
		if (n == room) {
			room = room > 0 ? room * 2 : 64;
			keys = memory_grow(keys, room, sizeof(*keys));
		}
		keys[n++] = sql_column_sha256(q);
	}
	int rc = sql_end(q);
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = each(context, &keys[i]);
	free(keys);
	return rc;
}
