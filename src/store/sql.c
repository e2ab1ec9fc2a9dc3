#include "store/sql.h"

#include "store/sqlite.h"

/* The kept statement of this text if it is free; else a new one, kept where there is room. A loop
 * whose callback runs the same statement again gets one of its own. */
static void take_statement(struct sql *q, const char *text)
{
	struct sqlite_store *s = q->store;
	struct sql_kept *kept = NULL;
	for (size_t i = 0; i < s->kept_count && !kept; i++)
		if (s->kept[i].text == text)
			kept = &s->kept[i];
	if (kept && !sqlite3_stmt_busy(kept->stmt)) {
		q->stmt = kept->stmt;
		q->cached = true;
		return;
	}
	bool keep = !kept && s->kept_count < SQLITE_STORE_STATEMENTS;
	q->rc = sqlite3_prepare_v3(s->db, text, -1, keep ? SQLITE_PREPARE_PERSISTENT : 0, &q->stmt, NULL);
	if (q->rc == SQLITE_OK && keep) {
		s->kept[s->kept_count++] = (struct sql_kept){text, q->stmt};
		q->cached = true;
	}
}

static void set_error(struct sql *q, int rc, const char *why)
{
	q->rc = rc;
	q->why = why;
}

struct sql sql_read(struct sqlite_store *s, const char *what, const char *text)
{
	struct sql q = {.store = s, .what = what};
	take_statement(&q, text);
	return q;
}

struct sql sql_write(struct sqlite_store *s, const char *what, const char *text)
{
	struct sql q = {.store = s, .what = what};
	if (!s->in_transaction || sqlite3_get_autocommit(s->db))
		set_error(&q, SQLITE_MISUSE, "no transaction is open");
	else if (s->failed)
		set_error(&q, SQLITE_ABORT, "an earlier change of this transaction failed");
	else
		take_statement(&q, text);
	return q;
}

static bool is_good(const struct sql *q)
{
	return q->rc == SQLITE_OK;
}

void sql_bind_i64(struct sql *q, int64_t v)
{
	if (is_good(q))
		q->rc = sqlite3_bind_int64(q->stmt, ++q->bound, v);
}

void sql_bind_u64(struct sql *q, uint64_t v)
{
	if (is_good(q) && v > INT64_MAX)
		set_error(q, SQLITE_RANGE, "a number past 2^63 - 1");
	sql_bind_i64(q, (int64_t)v);
}

void sql_bind_bool(struct sql *q, bool v)
{
	sql_bind_i64(q, v);
}

void sql_bind_text(struct sql *q, const char *v)
{
	if (is_good(q))
		q->rc = sqlite3_bind_text(q->stmt, ++q->bound, v ? v : "", -1, SQLITE_STATIC);
}

void sql_bind_bytes(struct sql *q, struct bytes v)
{
	/* An empty BLOB is not NULL, whatever its address. */
	if (is_good(q))
		q->rc = sqlite3_bind_blob64(q->stmt, ++q->bound, v.n > 0 ? (const void *)v.p : "", v.n, SQLITE_STATIC);
}

void sql_bind_sha256(struct sql *q, const struct sha256 *v)
{
	if (v)
		sql_bind_bytes(q, sha256_bytes(v));
	else
		sql_bind_null(q);
}

void sql_bind_fault(struct sql *q, struct fault v)
{
	sql_bind_text(q, fault_code_name(v.code));
	sql_bind_u64(q, v.offset);
	sql_bind_text(q, v.field);
}

void sql_bind_null(struct sql *q)
{
	if (is_good(q))
		q->rc = sqlite3_bind_null(q->stmt, ++q->bound);
}

bool sql_row(struct sql *q)
{
	if (q->rc != SQLITE_OK && q->rc != SQLITE_ROW)
		return false;
	q->rc = sqlite3_step(q->stmt);
	q->column = 0;
	return q->rc == SQLITE_ROW;
}

int64_t sql_column_i64(struct sql *q)
{
	return q->rc == SQLITE_ROW ? sqlite3_column_int64(q->stmt, q->column++) : 0;
}

uint64_t sql_column_u64(struct sql *q)
{
	int64_t v = sql_column_i64(q);
	if (v < 0)
		sql_damaged(q, "a negative count");
	return v < 0 ? 0 : (uint64_t)v;
}

bool sql_column_bool(struct sql *q)
{
	return sql_column_i64(q) != 0;
}

bool sql_column_is_null(struct sql *q)
{
	return q->rc != SQLITE_ROW || sqlite3_column_type(q->stmt, q->column) == SQLITE_NULL;
}

const char *sql_column_text(struct sql *q)
{
	if (q->rc != SQLITE_ROW)
		return "";
	const unsigned char *v = sqlite3_column_text(q->stmt, q->column++);
	return v ? (const char *)v : "";
}

struct bytes sql_column_bytes(struct sql *q)
{
	if (q->rc != SQLITE_ROW)
		return (struct bytes){NULL, 0};
	const void *p = sqlite3_column_blob(q->stmt, q->column);
	return bytes_of(p, (size_t)sqlite3_column_bytes(q->stmt, q->column++));
}

struct sha256 sql_column_sha256(struct sql *q)
{
	struct sha256 hash = {{0}};
	struct bytes v = sql_column_bytes(q);
	if (v.n == SHA256_BYTES)
		memcpy(hash.b, v.p, SHA256_BYTES);
	else
		sql_damaged(q, "a hash that has not 32 bytes");
	return hash;
}

const struct sha256 *sql_column_optional_sha256(struct sql *q, struct sha256 *room)
{
	if (sql_column_is_null(q)) {
		q->column++;
		return NULL;
	}
	*room = sql_column_sha256(q);
	return room;
}

struct fault sql_column_fault(struct sql *q)
{
	const char *name = sql_column_text(q);
	struct fault v = {fault_code_of(name), (size_t)sql_column_u64(q), sql_column_text(q)};
	if (!fault_is_set(v)) {
		if (strcmp(name, fault_code_name(FAULT_NONE)) != 0)
			sql_damaged(q, "a fault of an unknown name");
		return FAULT_OK;
	}
	return v;
}

void sql_damaged(struct sql *q, const char *why)
{
	if (q->rc == SQLITE_ROW)
		set_error(q, SQLITE_CORRUPT, why);
}

int sql_end(struct sql *q)
{
	struct sqlite_store *s = q->store;
	int rc = 0;
	if (s->immutable && sqlite_writer_came(s))
		set_error(q, SQLITE_BUSY, "a writer has started; ask again");
	if (q->rc != SQLITE_OK && q->rc != SQLITE_ROW && q->rc != SQLITE_DONE) {
		rc = sqlite_fail(s, q->what, q->rc, q->why);
		s->failed = s->in_transaction;
	}
	if (q->cached) {
		sqlite3_reset(q->stmt);
		sqlite3_clear_bindings(q->stmt);
	} else {
		sqlite3_finalize(q->stmt);
	}
	q->stmt = NULL;
	return rc;
}

int sql_end_with(struct sql *q, int rc)
{
	int end = sql_end(q);
	return end != 0 ? end : rc;
}

int sql_run(struct sql *q)
{
	while (sql_row(q))
		;
	return sql_end(q);
}

int sql_run_shown(struct sql *q)
{
	struct sqlite_store *s = q->store;
	int64_t before = sqlite3_total_changes64(s->db);
	int rc = sql_run(q);
	if (rc == 0 && sqlite3_total_changes64(s->db) != before)
		s->changed = true;
	return rc;
}

void sql_forget_all(struct sqlite_store *s)
{
	for (size_t i = 0; i < s->kept_count; i++)
		sqlite3_finalize(s->kept[i].stmt);
	s->kept_count = 0;
}
