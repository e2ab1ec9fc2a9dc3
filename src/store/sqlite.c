/* state.db: open, lock, migrate, transactions, messages. */
#include "store/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "store/schema.h"

enum { BUSY_MS = 10000 }; /* another program may read or back up the file for a moment */

/* Others may read history.db, but not the rest. */
enum { DIRECTORY_MODE = 0755, STATE_MODE = 0640 };

const struct store_ops sqlite_ops = {
	.close = sqlite_close,
	.message = sqlite_message,
	.begin = sqlite_begin,
	.commit = sqlite_commit,
	.rollback = sqlite_rollback,
	.publish = sqlite_publish,
	.setting_get = sqlite_setting_get,
	.setting_put = sqlite_setting_put,
	.run_start = sqlite_run_start,
	.run_finish = sqlite_run_finish,
	.run_each = sqlite_run_each,
	.log_put = sqlite_log_put,
	.log_get = sqlite_log_get,
	.log_each = sqlite_log_each,
	.position_get = sqlite_position_get,
	.position_put = sqlite_position_put,
	.position_rewind = sqlite_position_rewind,
	.host_put = sqlite_host_put,
	.host_each = sqlite_host_each,
	.progress_put = sqlite_progress_put,
	.progress_each = sqlite_progress_each,
	.watching_put = sqlite_watching_put,
	.promise_put = sqlite_promise_put,
	.issuer_put = sqlite_issuer_put,
	.promise_each_due = sqlite_promise_each_due,
	.promise_each = sqlite_promise_each,
	.tree_head_put = sqlite_tree_head_put,
	.tree_head_each = sqlite_tree_head_each,
	.certificate_put = sqlite_certificate_put,
	.certificate_get = sqlite_certificate_get,
	.place_put = sqlite_place_put,
	.place_each = sqlite_place_each,
	.certificate_each_due = sqlite_certificate_each_due,
	.certificate_judged = sqlite_certificate_judged,
	.certificate_each = sqlite_certificate_each,
	.unparseable_put = sqlite_unparseable_put,
	.unparseable_each = sqlite_unparseable_each,
	.document_put = sqlite_document_put,
	.document_get = sqlite_document_get,
	.carrier_put = sqlite_carrier_put,
	.carrier_each = sqlite_carrier_each,
	.evidence_put = sqlite_evidence_put,
	.evidence_get = sqlite_evidence_get,
	.evidence_each = sqlite_evidence_each,
	.verdict_put = sqlite_verdict_put,
	.verdict_each = sqlite_verdict_each,
	.collateral_put = sqlite_collateral_put,
	.collateral_get = sqlite_collateral_get,
	.collateral_each = sqlite_collateral_each,
	.measurement_known = sqlite_measurement_known,
	.key_known = sqlite_key_known,
	.issuer_known = sqlite_issuer_known,
	.key_elsewhere = sqlite_key_elsewhere,
	.baseline_get = sqlite_baseline_get,
	.baseline_close = sqlite_baseline_close,
	.baseline_put = sqlite_baseline_put,
	.anomaly_get = sqlite_anomaly_get,
	.anomaly_put = sqlite_anomaly_put,
	.anomaly_each = sqlite_anomaly_each,
	.anomaly_find = sqlite_anomaly_find,
	.event_next_seq = sqlite_event_next_seq,
	.event_put = sqlite_event_put,
	.event_each = sqlite_event_each,
	.event_last = sqlite_event_last,
	.delivery_get = sqlite_delivery_get,
	.delivery_put = sqlite_delivery_put,
	.delivery_list = sqlite_delivery_list,
	.delivery_each = sqlite_delivery_each,
	.domain_each = sqlite_domain_each,
	.measurement_each = sqlite_measurement_each,
	.tcb_each = sqlite_tcb_each,
	.tie_each = sqlite_tie_each,
	.count = sqlite_count,
};

/* ---- messages ---- */

void sqlite_explain(char *out, size_t size, const char *path, const char *what, int rc, const char *why)
{
	const char *first = "";
	switch (rc & 0xff) {
	case SQLITE_FULL:
		first = "disk full: ";
		break;
	case SQLITE_CORRUPT:
		first = "the file is damaged: ";
		break;
	case SQLITE_BUSY:
		first = "another program holds the file: ";
		break;
	default:
		break;
	}
	snprintf(out, size, "%s: cannot %s: %s%s", path, what, first, why ? why : sqlite3_errstr(rc));
}

int sqlite_fail(struct sqlite_store *s, const char *what, int rc, const char *why)
{
	if (!why && s->db && (sqlite3_extended_errcode(s->db) & 0xff) == (rc & 0xff))
		why = sqlite3_errmsg(s->db);
	sqlite_explain(s->message, sizeof(s->message), s->path, what, rc, why);
	return STORE_IO;
}

const char *sqlite_message(const struct store *base)
{
	return ((const struct sqlite_store *)(const void *)base)->message;
}

static int fail_open(struct sqlite_store *s, enum store_error error, const char *path, const char *why)
{
	snprintf(s->message, sizeof(s->message), "%s: %s", path, why);
	return (int)error;
}

/* ---- files ---- */

static char *path_in(const char *directory, const char *name)
{
	struct buffer b;
	buffer_init(&b, strlen(directory) + strlen(name) + 8);
	buffer_printf(&b, "%s/%s", directory, name);
	char *path = memory_text(buffer_text(&b));
	buffer_release(&b);
	return path;
}

char *sqlite_uri(const char *path, const char *parameters)
{
	struct buffer b;
	buffer_init(&b, strlen(path) * 3 + strlen(parameters) + 16);
	/* An absolute path gets an empty authority, so that "//x" is not taken for one. */
	buffer_put_text(&b, path[0] == '/' ? "file://" : "file:");
	for (const char *c = path; *c; c++)
		if (*c == '%' || *c == '?' || *c == '#')
			buffer_printf(&b, "%%%02x", (unsigned)*c);
		else
			buffer_put_u8(&b, (uint8_t)*c);
	buffer_printf(&b, "?%s", parameters);
	char *uri = memory_text(buffer_text(&b));
	buffer_release(&b);
	return uri;
}

/* The lock is held as long as the file is open, and goes with the process however it ends. The
 * holder's id in it is for people only. */
static int take_lock(struct sqlite_store *s)
{
	char *path = path_in(s->directory, "lock");
	int rc = 0;
	s->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, STATE_MODE);
	if (s->lock_fd < 0)
		rc = fail_open(s, STORE_IO, path, strerror(errno));
	else if (flock(s->lock_fd, LOCK_EX | LOCK_NB) != 0)
		rc = errno == EWOULDBLOCK ? fail_open(s, STORE_LOCKED, path, "another instance holds the lock")
		                          : fail_open(s, STORE_IO, path, strerror(errno));
	if (rc == 0 && ftruncate(s->lock_fd, 0) == 0)
		dprintf(s->lock_fd, "%ld\n", (long)getpid());
	free(path);
	return rc;
}

static int prepare_directory(struct sqlite_store *s)
{
	int rc = file_make_directory(s->directory, DIRECTORY_MODE);
	if (rc != 0)
		return fail_open(s, STORE_IO, s->directory, strerror(-rc));
	rc = take_lock(s);
	if (rc != 0)
		return rc;
	/* Made here and not by SQLite, so that it never has another mode. An empty file is a new database. */
	int fd = open(s->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, STATE_MODE);
	if (fd >= 0)
		close(fd);
	else if (errno != EEXIST)
		return fail_open(s, STORE_IO, s->path, strerror(errno));
	return 0;
}

/* The size of the write-ahead log; -1: there is none. */
static int64_t wal_size(const struct sqlite_store *s)
{
	char *path = path_in(s->directory, "state.db-wal");
	struct stat st;
	int64_t size = stat(path, &st) == 0 ? (int64_t)st.st_size : -1;
	free(path);
	return size;
}

bool sqlite_writer_came(const struct sqlite_store *s)
{
	return s->immutable && wal_size(s) != s->wal_bytes;
}

/* ---- opening ---- */

/* One number that a PRAGMA or query yields. SQLite result code. */
static int ask_number(sqlite3 *db, const char *text, int64_t *out)
{
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v2(db, text, -1, &stmt, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW) {
		*out = sqlite3_column_int64(stmt, 0);
		rc = SQLITE_OK;
	}
	sqlite3_finalize(stmt);
	return rc;
}

static int connect_as(struct sqlite_store *s, const char *parameters, int flags)
{
	char *uri = sqlite_uri(s->path, parameters);
	int rc = sqlite3_open_v2(uri, &s->db, flags | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
	                         NULL);
	free(uri);
	if (rc == SQLITE_OK)
		rc = sqlite3_busy_timeout(s->db, BUSY_MS);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(s->db,
		                  "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON",
		                  NULL, NULL, NULL);
	return rc;
}

/* Does the open file answer? Reads its first page, and so takes part in its locking. */
static int probe(struct sqlite_store *s)
{
	int64_t tables;
	return ask_number(s->db, "SELECT count(*) FROM sqlite_schema", &tables);
}

/* A writer of ours leaves the write-ahead log and its index in place, so a reader beside it makes no
 * file. Where there is no log (a bare copy), or an empty one that cannot be opened for want of rights
 * (read-only media), nobody writes: the file is read as it stands. */
static int connect_to_read(struct sqlite_store *s)
{
	int64_t wal = wal_size(s);
	int rc = SQLITE_CANTOPEN;
	if (wal >= 0) {
		rc = connect_as(s, "mode=ro", SQLITE_OPEN_READONLY);
		if (rc == SQLITE_OK)
			rc = probe(s);
		bool rights = (rc & 0xff) == SQLITE_CANTOPEN || (rc & 0xff) == SQLITE_READONLY;
		if (!rights || wal > 0)
			return rc;
		sqlite3_close(s->db);
		s->db = NULL;
	}
	s->immutable = true;
	s->wal_bytes = wal;
	rc = connect_as(s, "mode=ro&immutable=1", SQLITE_OPEN_READONLY);
	return rc == SQLITE_OK ? probe(s) : rc;
}

static int connect_to_write(struct sqlite_store *s)
{
	int rc = connect_as(s, "mode=rw", SQLITE_OPEN_READWRITE);
	return rc == SQLITE_OK ? probe(s) : rc;
}

/* Whose file is it, and of which version? is_new: an empty database, as a killed first run leaves it. */
static int identify(struct sqlite_store *s, int64_t *version, bool *is_new)
{
	int64_t application = 0, tables = 0;
	*version = 0;
	int rc = ask_number(s->db, "PRAGMA application_id", &application);
	if (rc == SQLITE_OK)
		rc = ask_number(s->db, "PRAGMA user_version", version);
	if (rc == SQLITE_OK)
		rc = ask_number(s->db, "SELECT count(*) FROM sqlite_schema", &tables);
	if (rc != SQLITE_OK)
		return sqlite_fail(s, "read it", rc, NULL);
	*is_new = application == 0 && *version == 0 && tables == 0;
	if (!*is_new && application != SQLITE_STORE_APPLICATION_ID)
		return fail_open(s, STORE_FOREIGN, s->path,
		                 "is not a teewatch database; name another state directory (-s)");
	if (*version > (int64_t)schema_migration_count)
		return fail_open(s, STORE_NEWER, s->path,
		                 "was written by a newer teewatch; use that one, or another state directory (-s)");
	return 0;
}

/* ---- migrations ---- */

static int put_uuid(struct sqlite_store *s)
{
	uint8_t b[16];
	char text[40];
	if (getrandom(b, sizeof(b), 0) != (ssize_t)sizeof(b))
		return sqlite_fail(s, "make its UUID", SQLITE_IOERR, strerror(errno));
	b[6] = (uint8_t)((b[6] & 0x0f) | 0x40); /* RFC 4122, version 4 */
	b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
	size_t n = 0;
	for (size_t i = 0; i < sizeof(b); i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
		                      i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x", b[i]);
	return sqlite_setting_put(&s->base, "uuid", text);
}

static int run_script(struct sqlite_store *s, const char *what, const char *script)
{
	int rc = sqlite3_exec(s->db, script, NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		return 0;
	s->failed = s->in_transaction;
	return sqlite_fail(s, what, rc, NULL);
}

/* Every missing migration in one transaction, with the version that they make. */
static int migrate(struct sqlite_store *s, int64_t version)
{
	char mark[128];
	if (version == (int64_t)schema_migration_count)
		return 0;
	int rc = sqlite_begin(&s->base);
	for (size_t i = (size_t)version; rc == 0 && i < schema_migration_count; i++)
		rc = run_script(s, "bring it up to date", schema_migrations[i]);
	snprintf(mark, sizeof(mark), "PRAGMA application_id = %d; PRAGMA user_version = %zu",
	         SQLITE_STORE_APPLICATION_ID, schema_migration_count);
	if (rc == 0)
		rc = run_script(s, "bring it up to date", mark);
	if (rc == 0 && version == 0)
		rc = put_uuid(s);
	s->changed = true;
	if (rc == 0)
		rc = sqlite_commit(&s->base);
	if (rc != 0)
		sqlite_rollback(&s->base);
	return rc;
}

static int is_wal(void *context, int n, char **values, char **names)
{
	(void)names;
	*(bool *)context = n == 1 && values[0] && strcmp(values[0], "wal") == 0;
	return 0;
}

/* WAL, every commit on disk before it counts. The log's files stay when we go, for readers' sake. Keys are
 * hashes, so rows go to scattered pages: 32 MiB of cache keep the pages of a batch in memory. */
static int set_durability(struct sqlite_store *s)
{
	int on = 1;
	bool wal = false;
	int rc = sqlite3_exec(s->db, "PRAGMA journal_mode = WAL", is_wal, &wal, NULL);
	if (rc != SQLITE_OK)
		return sqlite_fail(s, "prepare it", rc, NULL);
	if (!wal)
		return sqlite_fail(s, "prepare it", SQLITE_CANTOPEN,
		                   "this file system has no room for shared memory (WAL)");
	rc = run_script(s, "prepare it",
	                "PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 16777216; PRAGMA cache_size = -32768");
	if (rc == 0)
		sqlite3_file_control(s->db, "main", SQLITE_FCNTL_PERSIST_WAL, &on);
	return rc;
}

static int open_to_read(struct sqlite_store *s)
{
	struct stat st;
	if (stat(s->path, &st) != 0)
		return errno == ENOENT || errno == ENOTDIR
		               ? fail_open(s, STORE_MISSING, s->path,
		                           "there is no history yet; run teewatch crawl first")
		               : fail_open(s, STORE_IO, s->path, strerror(errno));
	return connect_to_read(s);
}

static int open_checked(struct sqlite_store *s)
{
	int64_t version = 0;
	bool is_new = false;
	int rc = s->writable ? prepare_directory(s) : 0;
	if (rc == 0)
		rc = s->writable ? connect_to_write(s) : open_to_read(s);
	if (rc == SQLITE_NOTADB)
		return fail_open(s, STORE_FOREIGN, s->path, "is not a teewatch database, or its first page is damaged");
	if (rc > 0)
		return sqlite_fail(s, "open it", rc, NULL);
	if (rc == 0)
		rc = identify(s, &version, &is_new);
	if (rc != 0)
		return rc;
	if (s->writable) {
		rc = set_durability(s);
		return rc == 0 ? migrate(s, version) : rc;
	}
	if (is_new)
		return fail_open(s, STORE_MISSING, s->path, "there is no history yet; run teewatch crawl first");
	if (version < (int64_t)schema_migration_count)
		return fail_open(s, STORE_IO, s->path,
		                 "was written by an older teewatch; the next teewatch crawl brings it up to date");
	return 0;
}

int sqlite_open(const char *directory, enum store_mode mode, struct store **out, char *message, size_t size)
{
	struct sqlite_store *s = memory_alloc(sizeof(*s));
	s->base.ops = &sqlite_ops;
	s->writable = mode == STORE_WRITE;
	s->lock_fd = -1;
	s->directory = memory_text(directory);
	s->path = path_in(directory, "state.db");
	*out = NULL;
	int rc = open_checked(s);
	if (rc != 0) {
		snprintf(message, size, "%s", s->message);
		sqlite_close(&s->base);
		return rc;
	}
	*out = &s->base;
	return 0;
}

void sqlite_close(struct store *base)
{
	struct sqlite_store *s = base ? sqlite_of(base) : NULL;
	if (!s)
		return;
	sqlite_rollback(base);
	sql_forget_all(s);
	sqlite3_close(s->db);
	if (s->lock_fd >= 0)
		close(s->lock_fd);
	free(s->directory);
	free(s->path);
	free(s);
}

/* ---- transactions ---- */

int sqlite_begin(struct store *base)
{
	struct sqlite_store *s = sqlite_of(base);
	if (s->in_transaction)
		return sqlite_fail(s, "begin", SQLITE_MISUSE, "a transaction is open already");
	struct sql q = s->writable ? sql_read(s, "begin", "BEGIN IMMEDIATE") : sql_read(s, "begin", "BEGIN");
	int rc = sql_run(&q);
	s->in_transaction = rc == 0;
	s->failed = s->changed = false;
	return rc;
}

/* `changes` counts the transactions that changed what history.db shows. */
static int count_change(struct sqlite_store *s)
{
	struct sql q = sql_write(s, "count the change",
	                         "INSERT INTO setting VALUES ('changes', '1') ON CONFLICT DO UPDATE "
	                         "SET value = CAST(value AS INTEGER) + 1");
	return sql_run(&q);
}

int sqlite_commit(struct store *base)
{
	struct sqlite_store *s = sqlite_of(base);
	int rc = 0;
	if (!s->in_transaction)
		return sqlite_fail(s, "commit", SQLITE_MISUSE, "no transaction is open");
	if (s->failed || sqlite3_get_autocommit(s->db)) {
		sqlite_rollback(base); /* the message stays that of the failure */
		return STORE_IO;
	}
	if (s->changed)
		rc = count_change(s);
	if (rc == 0) {
		struct sql q = sql_read(s, "commit", "COMMIT");
		rc = sql_run(&q);
	}
	if (rc != 0)
		sqlite_rollback(base);
	s->in_transaction = s->failed = s->changed = false;
	return rc;
}

void sqlite_rollback(struct store *base)
{
	struct sqlite_store *s = sqlite_of(base);
	/* After a full disk or an I/O error SQLite may have rolled back by itself. Should this fail,
	 * the journal rules: nothing of the transaction is there when the file is opened again. */
	if (s->db && !sqlite3_get_autocommit(s->db))
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	s->in_transaction = s->failed = s->changed = false;
}
