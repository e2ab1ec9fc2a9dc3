/* The history when things go wrong: killed at any write, a full disk, broken and strange files, two
 * instances, readers beside a writer. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "store/fault_vfs.h"
#include "store/history.h"

enum { BATCHES = 3, BATCH_PLACES = 6 };

/* ---- a small crawl: each batch adds places, moves the position and files an event ---- */

static int put_entry(struct store *s, uint64_t index)
{
	char text[3000];
	memset(text, 'a' + (int)(index % 26), sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	snprintf(text, 64, "certificate %" PRIu64, index);
	text[strlen(text)] = ' ';
	struct store_certificate c = certificate_row(text, "example.org");
	struct store_place p = place_row("one", index, text, T0 + (int64_t)index);
	int rc = store_certificate_put(s, &c);
	return rc < 0 ? rc : store_place_put(s, &p);
}

static int put_batch_rows(struct store *s, uint64_t batch)
{
	struct store_log log = log_row("one");
	uint64_t seq, size = (batch + 1) * BATCH_PLACES;
	struct store_position p = position_row(size, size);
	int rc = store_log_put(s, &log);
	for (uint64_t i = 0; rc == 0 && i < BATCH_PLACES; i++)
		rc = put_entry(s, batch * BATCH_PLACES + i);
	if (rc == 0)
		rc = store_position_put(s, &log.log_id, &p);
	if (rc == 0)
		rc = store_event_next_seq(s, &seq);
	struct store_event e = {rc == 0 ? seq : 0, T0, 1, "run", "", "{}"};
	return rc == 0 ? store_event_put(s, &e) : rc;
}

static int put_batch(struct store *s, uint64_t batch)
{
	int rc = store_begin(s);
	if (rc == 0)
		rc = put_batch_rows(s, batch);
	if (rc == 0)
		return store_commit(s);
	store_rollback(s);
	return rc;
}

static uint64_t batches_done(struct store *s)
{
	struct store_position p;
	struct sha256 log = hash_of("one");
	GOOD(store_position_get(s, &log, &p));
	CHECK(p.audited_size % BATCH_PLACES == 0);
	return p.audited_size / BATCH_PLACES;
}

/* All of these batches are there, and nothing of another. */
static void check_whole(struct store *s, uint64_t batches)
{
	struct store_counts n;
	GOOD(store_count(s, &n));
	CHECK_U64(batches_done(s), batches);
	CHECK_U64(n.places, batches * BATCH_PLACES);
	CHECK_U64(n.certificates, batches * BATCH_PLACES);
	CHECK_U64(n.events, batches);
	CHECK_TEXT(rows_of(in_directory("state.db"), "PRAGMA integrity_check"), "ok\n");
	CHECK_TEXT(rows_of(in_directory("state.db"), "PRAGMA foreign_key_check"), "");
}

static int crawl(struct store *s)
{
	int rc = 0;
	for (uint64_t batch = batches_done(s); rc == 0 && batch < BATCHES; batch++)
		rc = put_batch(s, batch);
	return rc == 0 ? store_publish(s, NULL) : rc;
}

/* ---- killed ---- */

/* A whole first run in a process of its own, which is killed at its n-th write or sync. True: it got
 * to the end. */
static bool run_killed_at(unsigned n)
{
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0) {
		struct store *s;
		fault_vfs_plan(FAULT_VFS_KILL, n);
		int rc = store_open(directory, STORE_WRITE, &s);
		_exit(rc == 0 && crawl(s) == 0 ? 0 : 1);
	}
	int status;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status))
		CHECK_U64(WEXITSTATUS(status), 0);
	else
		CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	return WIFEXITED(status);
}

static const char published_query[] = "SELECT * FROM v_certificate ORDER BY log, entry_index";

/* What a run that nobody kills publishes. */
static char *undisturbed(unsigned *calls)
{
	directory_make();
	struct store *s = open_or_die(STORE_WRITE);
	fault_vfs_plan(FAULT_VFS_NOTHING, 0);
	GOOD(crawl(s));
	*calls = fault_vfs_calls();
	store_close(s);
	char *rows = memory_text(rows_of(in_directory("history.db"), published_query));
	directory_drop();
	return rows;
}

TEST(killed_at_any_write)
{
	unsigned calls, kills = 0;
	uint64_t seed = 1;
	fault_vfs_register();
	char *want = undisturbed(&calls);
	CHECK(calls > 50 && strstr(want, "certificate") == NULL && strlen(want) > 1000);
	for (unsigned n = 0;; n += test_long() ? 1 : 1 + (unsigned)(test_random(&seed) % (calls / 24))) {
		directory_make();
		bool ended = run_killed_at(n);
		struct store *s = open_or_die(STORE_WRITE);
		check_whole(s, batches_done(s));
		GOOD(crawl(s));
		check_whole(s, BATCHES);
		store_close(s);
		CHECK_TEXT(rows_of(in_directory("history.db"), published_query), want);
		CHECK_TEXT(rows_of(in_directory("history.db"), "PRAGMA integrity_check"), "ok\n");
		CHECK(access(in_directory("history.db.tmp"), F_OK) != 0);
		directory_drop();
		kills += !ended;
		if (ended)
			break;
	}
	CHECK(kills > 20);
	free(want);
}

/* ---- a full disk, a broken one ---- */

static void check_failing_batch(struct store *s, enum fault_action action, unsigned n, bool *ended)
{
	fault_vfs_plan(action, n);
	int rc = put_batch(s, 1);
	*ended = !fault_vfs_end();
	if (*ended) {
		GOOD(rc);
		return;
	}
	CHECK_THAT(rc == STORE_IO || rc == 0, "%d at call %u", rc,
	           n); /* a failing checkpoint after the commit is none */
	if (rc == STORE_IO) {
		CHECK(strstr(store_message(s), "state.db") != NULL);
		CHECK_THAT(action != FAULT_VFS_FULL || strstr(store_message(s), "disk full"), "%s", store_message(s));
		check_whole(s, 1);
		GOOD(put_batch(s, 1));
	}
	check_whole(s, 2);
}

static void every_write_fails(enum fault_action action)
{
	bool ended = false;
	unsigned n;
	uint64_t seed = 2;
	fault_vfs_register();
	for (n = 0; !ended; n += test_long() ? 1 : 1 + (unsigned)(test_random(&seed) % 3)) {
		directory_make();
		struct store *s = open_or_die(STORE_WRITE);
		GOOD(put_batch(s, 0));
		check_failing_batch(s, action, n, &ended);
		store_close(s);
		s = open_or_die(STORE_WRITE);
		check_whole(s, 2);
		store_close(s);
		directory_drop();
	}
	CHECK(n > 10);
}

TEST(disk_full_at_any_write)
{
	every_write_fails(FAULT_VFS_FULL);
}

TEST(input_output_error_at_any_write)
{
	every_write_fails(FAULT_VFS_IO);
}

TEST(opening_fails_at_any_write)
{
	bool ended = false;
	fault_vfs_register();
	for (unsigned n = 0; !ended; n++) {
		struct store *s;
		directory_make();
		fault_vfs_plan(FAULT_VFS_FULL, n);
		int rc = store_open(directory, STORE_WRITE, &s);
		ended = !fault_vfs_end();
		CHECK_THAT(ended ? rc == 0 : rc == STORE_IO || rc == 0, "%d at call %u", rc, n);
		if (rc == 0)
			store_close(s);
		else
			CHECK_THAT(strstr(store_open_message(), "disk full"), "%s", store_open_message());
		s = open_or_die(STORE_WRITE);
		check_whole(s, 0);
		store_close(s);
		directory_drop();
	}
}

/* The system's own answer: a limit on the size of files, as a full disk would cut a write. */
TEST(file_size_limit)
{
	directory_make();
	struct store *s = open_or_die(STORE_WRITE);
	GOOD(put_batch(s, 0));
	store_close(s);
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0) {
		struct rlimit limit = {8192, 8192};
		signal(SIGXFSZ, SIG_IGN);
		s = open_or_die(STORE_WRITE);
		setrlimit(RLIMIT_FSIZE, &limit);
		bool told = put_batch(s, 1) == STORE_IO && strlen(store_message(s)) > 0;
		store_close(s);
		_exit(told ? 0 : 1);
	}
	int status;
	waitpid(pid, &status, 0);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	s = open_or_die(STORE_WRITE);
	check_whole(s, 1);
	GOOD(put_batch(s, 1));
	check_whole(s, 2);
	store_close(s);
	directory_drop();
}

TEST(publishing_fails_at_any_write)
{
	bool ended = false;
	unsigned failures = 0;
	fault_vfs_register();
	directory_make();
	struct store *s = open_or_die(STORE_WRITE);
	GOOD(put_batch(s, 0));
	GOOD(store_publish(s, NULL));
	char *old = memory_text(rows_of(in_directory("history.db"), published_query));
	GOOD(put_batch(s, 1));
	for (unsigned n = 0; !ended; n++) {
		fault_vfs_plan(FAULT_VFS_FULL, n);
		int rc = store_publish(s, NULL);
		ended = !fault_vfs_end();
		CHECK_THAT(rc == (ended ? 0 : STORE_IO), "%d at call %u: %s", rc, n, store_message(s));
		if (rc == 0)
			break;
		failures++;
		CHECK_THAT(strstr(store_message(s), "disk full"), "%s", store_message(s));
		CHECK(access(in_directory("history.db.tmp"), F_OK) != 0);
		/* The old copy until the new one is in place; only the note that it is may fail later. */
		const char *now = rows_of(in_directory("history.db"), published_query);
		CHECK(strcmp(now, old) == 0 || strlen(now) > strlen(old));
	}
	CHECK(failures > 5);
	CHECK(strlen(rows_of(in_directory("history.db"), published_query)) > strlen(old));
	free(old);
	store_close(s);
	directory_drop();
}

/* ---- two instances ---- */

TEST(one_writer_at_a_time)
{
	struct store *s, *second;
	int ready[2];
	char c;
	directory_make();
	s = open_or_die(STORE_WRITE);
	CHECK(store_open(directory, STORE_WRITE, &second) == STORE_LOCKED);
	CHECK(second == NULL && strstr(store_open_message(), "lock"));
	store_close(s);
	CHECK(pipe(ready) == 0);
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0) {
		open_or_die(STORE_WRITE);
		if (write(ready[1], "x", 1) != 1)
			_exit(1);
		pause();
		_exit(1);
	}
	CHECK(read(ready[0], &c, 1) == 1);
	CHECK(store_open(directory, STORE_WRITE, &second) == STORE_LOCKED);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	CHECK(store_open(directory, STORE_WRITE, &second) == 0);
	store_close(second);
	close(ready[0]);
	close(ready[1]);
	directory_drop();
}

/* ---- strange and broken files ---- */

static void make_empty_state(void)
{
	directory_make();
	struct store *s = open_or_die(STORE_WRITE);
	store_close(s);
}

static void overwrite(const char *name, long at, const void *p, size_t n)
{
	FILE *f = fopen(in_directory(name), "r+b");
	if (!f || fseek(f, at, SEEK_SET) != 0 || fwrite(p, 1, n, f) != n || fclose(f) != 0)
		abort();
}

static void check_refused(int want, const char *word)
{
	struct store *s;
	for (int mode = STORE_READ; mode <= STORE_WRITE; mode++) {
		CHECK_THAT(store_open(directory, (enum store_mode)mode, &s) == want, "mode %d: %s", mode,
		           store_open_message());
		CHECK(s == NULL);
		CHECK_THAT(strstr(store_open_message(), word) && strstr(store_open_message(), "state.db"), "%s",
		           store_open_message());
	}
}

TEST(newer_and_foreign_files_are_refused)
{
	make_empty_state();
	meddle("state.db", "PRAGMA user_version = 99");
	check_refused(STORE_NEWER, "newer");
	CHECK_TEXT(rows_of(in_directory("state.db"), "PRAGMA user_version"), "99\n");
	meddle("state.db", "PRAGMA user_version = 1; PRAGMA application_id = 1");
	check_refused(STORE_FOREIGN, "not a teewatch database");
	directory_drop();

	make_empty_state();
	remove(in_directory("state.db-wal"));
	remove(in_directory("state.db-shm"));
	remove(in_directory("state.db"));
	meddle("state.db", "CREATE TABLE somebody (elses INTEGER)");
	check_refused(STORE_FOREIGN, "not a teewatch database");
	CHECK_TEXT(rows_of(in_directory("state.db"), "SELECT name FROM sqlite_schema"), "somebody\n");
	directory_drop();

	make_empty_state();
	remove(in_directory("state.db-wal"));
	char noise[4096];
	memset(noise, 'n', sizeof(noise));
	overwrite("state.db", 0, noise, sizeof(noise));
	check_refused(STORE_FOREIGN, "not a teewatch database");
	directory_drop();
}

TEST(nothing_there)
{
	struct store *s;
	directory_make();
	CHECK(store_open(directory, STORE_READ, &s) == STORE_MISSING);
	CHECK(access(directory, F_OK) != 0);
	CHECK(strstr(store_open_message(), "teewatch crawl") != NULL);
	/* An empty file, as a first run leaves it that is killed at once. */
	CHECK(mkdir(directory, 0755) == 0);
	meddle("state.db", "");
	CHECK(access(in_directory("state.db"), F_OK) == 0);
	CHECK(store_open(directory, STORE_READ, &s) == STORE_MISSING);
	s = open_or_die(STORE_WRITE);
	check_whole(s, 0);
	store_close(s);
	directory_drop();
	/* A directory that cannot be made. */
	directory_make();
	FILE *f = fopen(directory, "w");
	CHECK(f && fclose(f) == 0);
	CHECK(store_open(directory, STORE_WRITE, &s) == STORE_IO);
	CHECK(strstr(store_open_message(), directory) != NULL);
	CHECK(store_open(directory, STORE_READ, &s) == STORE_MISSING);
	directory_drop();
}

static int see_certificate(void *context, const struct store_certificate *c)
{
	(void)context, (void)c;
	return 0;
}

TEST(damaged_contents_are_found)
{
	directory_make();
	struct store *s = open_or_die(STORE_WRITE);
	GOOD(put_batch(s, 0));
	store_close(s);
	static const char *const damages[] = {
	        "UPDATE content SET bytes = zeroblob(5)",
	        "UPDATE content SET encoding = 'plain'",
	        "PRAGMA foreign_keys = OFF; DELETE FROM content",
	        "PRAGMA ignore_check_constraints = ON; UPDATE certificate SET spki_sha256 = x'00'",
	};
	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		meddle("state.db", damages[i]);
		s = open_or_die(STORE_READ);
		CHECK_THAT(store_certificate_each(s, see_certificate, NULL) == STORE_IO, "%s", damages[i]);
		CHECK_THAT(strstr(store_message(s), "damaged"), "%s", store_message(s));
		store_close(s);
	}
	directory_drop();
}

TEST(damaged_pages_are_found)
{
	unsigned found = 0, pages = 0;
	for (long page = 1; page < 60; page++) {
		struct store *s;
		char noise[4096];
		directory_make();
		s = open_or_die(STORE_WRITE);
		GOOD(put_batch(s, 0));
		store_close(s);
		struct stat st;
		CHECK(stat(in_directory("state.db"), &st) == 0);
		if (page * 4096 >= st.st_size) {
			directory_drop();
			break;
		}
		memset(noise, 0x5a, sizeof(noise));
		overwrite("state.db", page * 4096, noise, sizeof(noise));
		pages++;
		int rc = store_open(directory, STORE_READ, &s);
		if (rc == 0) {
			struct store_counts n;
			rc = store_count(s, &n);
			if (rc == 0)
				rc = store_certificate_each(s, see_certificate, NULL);
			if (rc != 0)
				CHECK_THAT(strstr(store_message(s), "damaged") && strstr(store_message(s), "state.db"),
				           "%s", store_message(s));
			store_close(s);
		}
		CHECK(rc == 0 || rc == STORE_IO);
		found += rc != 0;
		directory_drop();
	}
	/* Pages of tables that were not read say nothing; most of the others do. */
	CHECK_THAT(found >= 8, "%u of %u", found, pages);
}

/* ---- readers ---- */

/* The names in the state directory, in order. */
static const char *list(void)
{
	static char names[1024];
	struct dirent **entries;
	int n = scandir(directory, &entries, NULL, alphasort);
	names[0] = 0;
	for (int i = 0; i < n; i++) {
		if (entries[i]->d_name[0] != '.') {
			strncat(names, entries[i]->d_name, sizeof(names) - strlen(names) - 2);
			strncat(names, " ", sizeof(names) - strlen(names) - 1);
		}
		free(entries[i]);
	}
	free(entries);
	return names;
}

TEST(reading_while_writing)
{
	directory_make();
	struct store *s = open_or_die(STORE_WRITE);
	GOOD(put_batch(s, 0));
	struct store *reader = open_or_die(STORE_READ);
	GOOD(store_begin(s));
	GOOD(put_batch_rows(s, 1));
	check_whole(reader, 1);
	GOOD(store_commit(s));
	check_whole(reader, 2);
	/* One view for a transaction of the reader, whatever the writer does. */
	CHECK(store_begin(reader) == 0);
	check_whole(reader, 2);
	GOOD(put_batch(s, 2));
	CHECK_U64(batches_done(reader), 2);
	CHECK(store_commit(reader) == 0);
	CHECK_U64(batches_done(reader), 3);
	/* And it cannot write. */
	CHECK(store_begin(reader) == 0);
	CHECK(store_setting_put(reader, "a", "b") == STORE_IO);
	store_rollback(reader);
	CHECK(store_publish(reader, NULL) == STORE_IO);
	store_close(reader);
	store_close(s);
	directory_drop();
}

TEST(a_reader_makes_no_file)
{
	char before[1024];
	directory_make();
	struct store *s = open_or_die(STORE_WRITE);
	GOOD(put_batch(s, 0));
	store_close(s);
	snprintf(before, sizeof(before), "%s", list());
	s = open_or_die(STORE_READ);
	check_whole(s, 1);
	store_close(s);
	CHECK_TEXT(list(), before);
	/* A bare copy, as on read-only media. */
	remove(in_directory("state.db-wal"));
	remove(in_directory("state.db-shm"));
	remove(in_directory("lock"));
	s = open_or_die(STORE_READ);
	struct store_counts n;
	GOOD(store_count(s, &n));
	CHECK_U64(n.places, BATCH_PLACES);
	CHECK_TEXT(list(), "state.db ");
	char copy[1200];
	snprintf(copy, sizeof(copy), "%s-copy.db", directory);
	GOOD(store_publish(s, copy));
	CHECK_TEXT(list(), "state.db ");
	CHECK_TEXT(rows_of(copy, "SELECT count(*) FROM v_certificate"), "6\n");
	/* Such a copy is read without locks: an answer beside a new writer does not count. */
	struct store *writer = open_or_die(STORE_WRITE);
	CHECK(store_count(s, &n) == STORE_IO);
	CHECK(strstr(store_message(s), "a writer has started") != NULL);
	store_close(writer);
	store_close(s);
	directory_drop();
}

TEST(modes_of_files)
{
	struct stat st;
	mode_t before = umask(077);
	directory_make();
	umask(022);
	struct store *s = open_or_die(STORE_WRITE);
	umask(077);
	GOOD(put_batch(s, 0));
	GOOD(store_publish(s, NULL));
	CHECK(stat(directory, &st) == 0 && (st.st_mode & 0777) == 0755);
	CHECK(stat(in_directory("state.db"), &st) == 0 && (st.st_mode & 0777) == 0640);
	CHECK(stat(in_directory("state.db-wal"), &st) == 0 && (st.st_mode & 0777) == 0640);
	CHECK(stat(in_directory("history.db"), &st) == 0 && (st.st_mode & 0777) == 0644);
	umask(before);
	store_close(s);
	directory_drop();
}
