/*
 * One SQL statement from preparation to end. Errors are sticky, as in a cursor: after the first
 * one every call is a no-op, and sql_run or sql_end reports it. Parameters are bound, and columns
 * read, in order. What is bound must live until the statement has ended; what is read lives until
 * the next row. Inside src/store only.
 */
#ifndef TEEWATCH_STORE_SQL_H
#define TEEWATCH_STORE_SQL_H

#include <sqlite3.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/fault.h"
#include "base/hash.h"

struct sqlite_store;

struct sql {
	struct sqlite_store *store;
	sqlite3_stmt *stmt;
	const char *what; /* what the caller is about, for messages: "file a certificate" */
	const char *why;  /* set when the error is not SQLite's own */
	int rc;           /* first SQLite error, or SQLITE_OK, SQLITE_ROW, SQLITE_DONE */
	int bound, column;
	bool cached;
};

/* text is a string literal: statements are kept by its address. sql_write wants a transaction. */
struct sql sql_read(struct sqlite_store *s, const char *what, const char *text);
struct sql sql_write(struct sqlite_store *s, const char *what, const char *text);

void sql_bind_i64(struct sql *q, int64_t v);
void sql_bind_u64(struct sql *q, uint64_t v); /* an error past INT64_MAX */
void sql_bind_bool(struct sql *q, bool v);
void sql_bind_text(struct sql *q, const char *v);            /* NULL counts as "" */
void sql_bind_bytes(struct sql *q, struct bytes v);
void sql_bind_sha256(struct sql *q, const struct sha256 *v); /* NULL binds NULL */
void sql_bind_fault(struct sql *q, struct fault v);          /* three parameters: code, offset, field */
void sql_bind_null(struct sql *q);

/* Run to the end without reading rows. 0 or STORE_IO. */
int sql_run(struct sql *q);
/* The same for what shows in history.db: rows that really changed make it due to be published. */
int sql_run_shown(struct sql *q);

/* Go to the next row; false at the end and after an error. */
bool sql_row(struct sql *q);
int64_t sql_column_i64(struct sql *q);
uint64_t sql_column_u64(struct sql *q);
bool sql_column_bool(struct sql *q);
bool sql_column_is_null(struct sql *q); /* looks, and does not go on to the next column */
const char *sql_column_text(struct sql *q);
struct bytes sql_column_bytes(struct sql *q);
struct sha256 sql_column_sha256(struct sql *q); /* an error where it is no hash */

/* NULL, or *room filled and returned. */
const struct sha256 *sql_column_optional_sha256(struct sql *q, struct sha256 *room);
struct fault sql_column_fault(struct sql *q);    /* three columns */

/* Say that what was read is damaged. */
void sql_damaged(struct sql *q, const char *why);

/* End it early or late. 0 or STORE_IO. */
int sql_end(struct sql *q);
/* The same behind a loop whose callbacks said rc: an error of the statement comes first. */
int sql_end_with(struct sql *q, int rc);

/* Free every kept statement. */
void sql_forget_all(struct sqlite_store *s);

#endif
