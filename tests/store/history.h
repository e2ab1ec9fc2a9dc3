/* What the tests of the history share: a state directory that goes away, and rows that are made up. */
#ifndef TEEWATCH_TESTS_STORE_HISTORY_H
#define TEEWATCH_TESTS_STORE_HISTORY_H

#include <dirent.h>
#include <unistd.h>

#include "base/memory.h"
#include "store/store.h"
#include "test.h"

#define UNUSED __attribute__((unused))

/* 2026-01-01T00:00:00Z */
#define T0 INT64_C(1767225600000)

static char directory[1024];

/* path and, where it is a directory, all that is in it. */
UNUSED static void remove_all(const char *path)
{
	DIR *d = opendir(path);
	char below[2048];
	for (struct dirent *e; d && (e = readdir(d));) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		snprintf(below, sizeof(below), "%s/%s", path, e->d_name);
		remove_all(below);
	}
	if (d)
		closedir(d);
	remove(path);
}

/* A fresh path for a state directory that is not there yet. */
UNUSED static void directory_make(void)
{
	const char *base = getenv("TMPDIR");
	snprintf(directory, sizeof(directory), "%s/store-XXXXXX", base ? base : "/tmp");
	if (!mkdtemp(directory)) {
		perror(directory);
		exit(1);
	}
	strncat(directory, "/state", sizeof(directory) - strlen(directory) - 1);
}

UNUSED static void directory_drop(void)
{
	directory[strlen(directory) - strlen("/state")] = 0;
	remove_all(directory);
}

UNUSED static const char *in_directory(const char *name)
{
	static char path[2048];
	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

UNUSED static struct store *open_or_die(enum store_mode mode)
{
	struct store *s;
	int rc = store_open(directory, mode, &s);
	if (rc != 0) {
		fprintf(stderr, "store_open: %d: %s\n", rc, store_open_message());
		exit(1);
	}
	return s;
}

/* CHECK that a call on store s gives 0, and show why it did not. */
#define GOOD(CALL) CHECK_THAT((CALL) == 0, "%s", store_message(s))

UNUSED static struct sha256 hash_of(const char *text)
{
	return hash_sha256(bytes_of_text(text));
}

/* ---- rows ---- */

UNUSED static struct store_log log_row(const char *name)
{
	static uint8_t key[] = {0x30, 0x03, 0x02, 0x01, 0x07};
	return (struct store_log){
		.log_id = hash_of(name),
		.kind = LOG_STATIC,
		.name = name,
		.operator = "Example",
		.url = "https://log.example/",
		.submission_url = "https://submit.example/",
		.key = {key, sizeof(key)},
		.mmd_s = 60,
		.state = "usable",
		.state_since_ms = T0 - 5000,
		.first_seen_ms = T0,
		.listed = true,
	};
}

UNUSED static struct store_position position_row(uint64_t audited, uint64_t scanned)
{
	struct store_position p = {.started = true, .audited_size = audited, .scanned_size = scanned};
	p.audited_root = hash_of("root");
	p.audited_timestamp_ms = T0 + 1;
	p.audited_nodes[0] = hash_of("a0");
	p.audited_nodes[1] = hash_of("a1");
	p.audited_node_count = 2;
	p.scanned_nodes[0] = hash_of("s0");
	p.scanned_node_count = 1;
	p.page_entries = 256;
	p.last_success_ms = T0 + 2;
	return p;
}

/* Its bytes are its text. */
UNUSED static struct store_certificate certificate_row(const char *text, const char *domain)
{
	static const char *const names[] = {"app.example.org", "*.example.org", "a.example.net"};
	return (struct store_certificate){
		.tbs_sha256 = hash_of(text),
		.spki_sha256 = hash_of("key"),
		.tbs = bytes_of_text(text),
		.issuer = "CN=Example CA",
		.subject = "CN=app.example.org",
		.serial = "01ff",
		.not_before_ms = T0,
		.not_after_ms = T0 + INT64_C(86400000),
		.names = names,
		.name_count = 3,
		.domain = domain,
		.watch = domain,
		.reasons = 5,
		.first_seen_ms = T0 + 10,
	};
}

UNUSED static struct store_place place_row(const char *log, uint64_t index, const char *text, int64_t timestamp_ms)
{
	char leaf[64];
	snprintf(leaf, sizeof(leaf), "leaf %" PRIu64, index);
	return (struct store_place){hash_of(log), hash_of(text), hash_of(leaf), index, timestamp_ms, index % 2 == 1};
}

/* ---- reading with SQLite itself ---- */
#include <sqlite3.h>

/* Every row of the query as "a|b|c\n", NULL as "-". */
UNUSED static const char *rows_of(const char *path, const char *query)
{
	static struct buffer out;
	sqlite3 *db = NULL;
	sqlite3_stmt *stmt = NULL;
	buffer_release(&out);
	buffer_init(&out, 1 << 20);
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(db, query, -1, &stmt, NULL) != SQLITE_OK)
		buffer_printf(&out, "error: %s", sqlite3_errmsg(db));
	while (stmt && sqlite3_step(stmt) == SQLITE_ROW)
		for (int i = 0, n = sqlite3_column_count(stmt); i < n; i++) {
			const char *v = (const char *)sqlite3_column_text(stmt, i);
			buffer_printf(&out, "%s%s", v ? v : "-", i == n - 1 ? "\n" : "|");
		}
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return buffer_text(&out);
}

/* Run SQL on a file of the state directory, as another program would. */
UNUSED static void meddle(const char *name, const char *sql)
{
	sqlite3 *db = NULL;
	char *message = NULL;
	int rc = sqlite3_open_v2(in_directory(name), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db, sql, NULL, NULL, &message);
	if (rc != SQLITE_OK) {
		fprintf(stderr, "%s: %s\n", sql, message ? message : "cannot open");
		exit(1);
	}
	sqlite3_close(db);
}

#endif
