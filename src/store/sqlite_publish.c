/* history.db: made anew beside the old one from the committed state.db, looked over, synced, renamed. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hex.h"
#include "base/memory.h"
#include "base/timestamp.h"
#include "store/schema.h"
#include "store/sqlite.h"

enum { HISTORY_MODE = 0644 };

/* ---- text forms ---- */

static void text_hex(sqlite3_context *context, int n, sqlite3_value **values)
{
	(void)n;
	if (sqlite3_value_type(values[0]) == SQLITE_NULL)
		return;
	struct bytes in = bytes_of(sqlite3_value_blob(values[0]), 0);
	in.n = (size_t)sqlite3_value_bytes(values[0]);
	char *out = memory_alloc(2 * in.n + 1);
	hex_encode(in, out);
	sqlite3_result_text(context, out, (int)(2 * in.n), free);
}

static void text_time(sqlite3_context *context, int n, sqlite3_value **values)
{
	char out[TIMESTAMP_TEXT_SIZE];
	(void)n;
	if (sqlite3_value_type(values[0]) == SQLITE_NULL)
		return;
	timestamp_text(sqlite3_value_int64(values[0]), out);
	sqlite3_result_text(context, memory_text(out), -1, free);
}

static int add_functions(sqlite3 *db)
{
	int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
	int rc = sqlite3_create_function(db, "text_hex", 1, flags, NULL, text_hex, NULL, NULL);
	return rc == SQLITE_OK ? sqlite3_create_function(db, "text_time", 1, flags, NULL, text_time, NULL, NULL) : rc;
}

/* ---- making it ---- */

static int attach_state(struct sqlite_store *s, sqlite3 *db)
{
	char *uri = sqlite_uri(s->path, s->immutable ? "mode=ro&immutable=1" : "mode=ro");
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v2(db, "ATTACH ? AS state", -1, &stmt, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_text(stmt, 1, uri, -1, SQLITE_STATIC);
	if (rc == SQLITE_OK && (rc = sqlite3_step(stmt)) == SQLITE_DONE)
		rc = SQLITE_OK;
	sqlite3_finalize(stmt);
	free(uri);
	return rc;
}

static int fill(struct sqlite_store *s, sqlite3 *db)
{
	/* Nobody else sees the file yet and a broken one is thrown away: neither journal nor syncs are needed. */
	static const char setup[] = "PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY;"
	                            "PRAGMA main.journal_mode = OFF; PRAGMA main.synchronous = OFF";
	sqlite3_busy_timeout(db, 10000);
	int rc = add_functions(db);
	if (rc == SQLITE_OK)
		rc = attach_state(s, db);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db, setup, NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db, "BEGIN", NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db, schema_history, NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db, schema_publish, NULL, NULL, NULL);
	return rc == SQLITE_OK ? sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) : rc;
}

static int is_ok(void *context, int n, char **values, char **names)
{
	(void)names;
	*(bool *)context = n == 1 && values[0] && strcmp(values[0], "ok") == 0;
	return 0;
}

static int look_over(sqlite3 *db)
{
	bool good = false;
	int rc = sqlite3_exec(db, "PRAGMA main.quick_check(1)", is_ok, &good, NULL);
	return rc == SQLITE_OK && !good ? SQLITE_CORRUPT : rc;
}

static int build(struct sqlite_store *s, const char *path)
{
	sqlite3 *db = NULL;
	char *uri = sqlite_uri(path, "mode=rw");
	int rc = sqlite3_open_v2(uri, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_URI | SQLITE_OPEN_EXRESCODE, NULL);
	if (rc == SQLITE_OK)
		rc = fill(s, db);
	if (rc == SQLITE_OK)
		rc = look_over(db);
	if (rc == SQLITE_OK && sqlite_writer_came(s))
		rc = SQLITE_BUSY;
	if (rc != SQLITE_OK)
		sqlite_explain(s->message, sizeof(s->message), path, "write the copy", rc,
		               db ? sqlite3_errmsg(db) : NULL);
	sqlite3_close(db);
	free(uri);
	return rc == SQLITE_OK ? 0 : STORE_IO;
}

static int fail_file(struct sqlite_store *s, const char *path, const char *what, int error)
{
	snprintf(s->message, sizeof(s->message), "%s: cannot %s: %s%s", path, what,
	         error == ENOSPC ? "disk full: " : "", strerror(error));
	return STORE_IO;
}

static int write_copy(struct sqlite_store *s, const char *aside, const char *target)
{
	unlink(aside); /* of a run that was killed */
	int fd = open(aside, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return fail_file(s, aside, "make it", errno);
	close(fd);
	int rc = build(s, aside);
	if (rc == 0 && chmod(aside, HISTORY_MODE) != 0)
		rc = fail_file(s, aside, "set its mode", errno);
	if (rc == 0) {
		int error = file_publish(aside, target);
		if (error != 0)
			rc = fail_file(s, target, "put it in place", -error);
	}
	if (rc != 0)
		unlink(aside);
	return rc;
}

/* ---- when ---- */

/* The number of changes so far, or of those that history.db shows; "0": none yet. */
static int read_changes(struct sqlite_store *s, const char *name, char out[32])
{
	int rc = sqlite_setting_get(&s->base, name, out, 32);
	if (rc == 1)
		memcpy(out, "0", 2);
	return rc < 0 ? rc : 0;
}

static int remember(struct sqlite_store *s, const char *changes)
{
	int rc = sqlite_begin(&s->base);
	if (rc == 0)
		rc = sqlite_setting_put(&s->base, "published_changes", changes);
	if (rc == 0)
		return sqlite_commit(&s->base);
	sqlite_rollback(&s->base);
	return rc;
}

/* NAME beside state.db; free() it. */
static char *path_beside(const struct sqlite_store *s, const char *name)
{
	struct buffer b;
	buffer_init(&b, strlen(s->directory) + strlen(name) + 2);
	buffer_printf(&b, "%s/%s", s->directory, name);
	char *path = memory_text(buffer_text(&b));
	buffer_release(&b);
	return path;
}

static int publish_here(struct sqlite_store *s)
{
	char changes[32], published[32];
	int rc = read_changes(s, "changes", changes);
	if (rc == 0)
		rc = read_changes(s, "published_changes", published);
	if (rc != 0)
		return rc;
	char *target = path_beside(s, "history.db"), *aside = path_beside(s, "history.db.tmp");
	if (strcmp(changes, published) != 0 || access(target, F_OK) != 0) {
		rc = write_copy(s, aside, target);
		if (rc == 0)
			rc = remember(s, changes);
	}
	free(target);
	free(aside);
	return rc;
}

static int publish_elsewhere(struct sqlite_store *s, const char *target)
{
	struct buffer aside;
	buffer_init(&aside, strlen(target) + 32);
	buffer_printf(&aside, "%s.tmp.%ld", target, (long)getpid());
	int rc = write_copy(s, buffer_text(&aside), target);
	buffer_release(&aside);
	return rc;
}

int sqlite_publish(struct store *base, const char *publish_to)
{
	struct sqlite_store *s = sqlite_of(base);
	if (s->in_transaction)
		return sqlite_fail(s, "publish", SQLITE_MISUSE, "a transaction is open");
	if (publish_to)
		return publish_elsewhere(s, publish_to);
	if (!s->writable)
		return sqlite_fail(s, "publish", SQLITE_READONLY, "the history is opened to read");
	return publish_here(s);
}
