/* What is refused before anything is sent, and files as bodies. */
#include <sys/stat.h>
#include <unistd.h>

#include "client.h"
#include "net/transfer.h"

static struct fetcher *new_fetcher(void)
{
	struct fetch_options o = client_options();
	return client_new(&o);
}

static void check_refused(enum fetch_purpose purpose, const char *url, bool local_allowed, const char *why)
{
	struct fetcher *f = new_fetcher();
	struct fetch_result r =
		client_fetch(f, (struct fetch_request){.purpose = purpose, .url = url, .local_allowed = local_allowed});
	CHECK_THAT(r.outcome == FETCH_REFUSED, "%s: %d %s", url, r.outcome, r.message);
	CHECK_THAT(strstr(r.message, why) != NULL, "%s: %s", url, r.message);
	CHECK(!r.transient && r.n == 0 && r.status == 0 && !r.has_peer);
	fetcher_free(f);
}

TEST(schemes)
{
	for (int p = FETCH_LOG; p <= FETCH_DOCUMENT; p++) {
		enum fetch_purpose purpose = (enum fetch_purpose)p;
		check_refused(purpose, "http://127.0.0.1:1/x", false, "127.0.0.1: http:// is not allowed");
		check_refused(purpose, "file:///etc/hostname", false, "/etc/hostname: file:// is not allowed");
		check_refused(purpose, "ftp://127.0.0.1/x", true, "only https, http and file");
		check_refused(purpose, "https://user:secret@127.0.0.1/x", true, "user name or password");
		check_refused(purpose, "not a url", true, "must be percent-encoded");
		check_refused(purpose, "", true, "not an absolute URL");
	}
	/* What certificates name gains nothing by local_allowed. */
	check_refused(FETCH_DOCUMENT, "http://127.0.0.1:1/x", true, "http:// is not allowed");
	check_refused(FETCH_DOCUMENT, "file:///etc/hostname", true, "file:// is not allowed");
}

TEST(ports_of_documents)
{
	check_refused(FETCH_DOCUMENT, "https://example.org:8443/x", false, "example.org: only port 443");
	check_refused(FETCH_DOCUMENT, "https://example.org:22/x", true, "only port 443");
	check_refused(FETCH_DOCUMENT, "https://example.org:80/x", true, "only port 443");
}

/* Each is refused when its socket would open; names are resolved by the machine itself. */
TEST(addresses_of_documents)
{
	static const char *const urls[] = {
		"https://127.0.0.1/", "https://127.0.0.1:443/x", "https://localhost/x", "https://LOCALHOST/x",
		"https://10.0.0.1/", "https://192.168.1.1/", "https://172.16.0.1/",
		"https://169.254.169.254/latest/meta-data/", "https://100.64.0.1/", "https://0.0.0.0/",
		"https://224.0.0.1/", "https://255.255.255.255/", "https://0x7f.1/", "https://2130706433/",
		"https://017700000001/", "https://[::1]/", "https://[::]/", "https://[::ffff:127.0.0.1]/",
		"https://[::ffff:a00:1]/", "https://[64:ff9b::7f00:1]/", "https://[2002:7f00:1::1]/",
		"https://[fe80::1]/", "https://[fd00::1]/", "https://[ff02::1]/", "https://[2001:db8::1]/",
	};
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++)
		check_refused(FETCH_DOCUMENT, urls[i], i % 2, "is not public");
}

/* The message cannot move a cursor or hide in a log. */
TEST(messages_are_escaped_and_cut)
{
	struct fetcher *f = new_fetcher();
	struct fetch_result r = client_fetch(f, (struct fetch_request){.url = "https://\x1b[2J\n.example/\\"});
	CHECK_TEXT(r.message, "https://\\x1b[2J\\x0a.example/\\x5c: the URL has bytes that must be percent-encoded");
	char url[10000];
	memset(url, '\n', sizeof(url));
	url[sizeof(url) - 1] = 0;
	r = client_fetch(f, (struct fetch_request){.url = url});
	CHECK(r.outcome == FETCH_REFUSED);
	CHECK_U64(strlen(r.message), sizeof(r.message) - 1);
	for (size_t i = 0; r.message[i]; i++)
		CHECK(r.message[i] >= 0x20 && r.message[i] < 0x7f);
	fetcher_free(f);
}

/* What a result says about the host, for its pace. */
TEST(blame)
{
	static const struct {
		enum fetch_outcome outcome;
		long status;
		bool transient;
		enum pace_outcome pace;
	} rows[] = {
		{FETCH_OK, 200, false, PACE_GOOD},     {FETCH_STATUS, 404, false, PACE_GOOD},
		{FETCH_STATUS, 403, false, PACE_GOOD}, {FETCH_STATUS, 429, true, PACE_BUSY},
		{FETCH_STATUS, 503, true, PACE_BUSY},  {FETCH_STATUS, 500, true, PACE_BAD},
		{FETCH_FAILED, 0, true, PACE_BAD},     {FETCH_FAILED, 200, false, PACE_BAD},
		{FETCH_REFUSED, 0, false, PACE_NONE},  {FETCH_TOO_LARGE, 200, false, PACE_GOOD},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct transfer t = {.url = {.scheme = URL_HTTPS}};
		t.result = (struct fetch_result){.outcome = rows[i].outcome, .status = rows[i].status,
		                                 .transient = rows[i].transient};
		CHECK_THAT(transfer_pace(&t) == rows[i].pace, "row %zu", i);
		t.url.scheme = URL_FILE;
		CHECK_THAT(transfer_pace(&t) == PACE_GOOD, "row %zu", i);
	}
}

/* ---- files ---- */

static char directory[2048]; /* absolute, below the one that the tests run in */

static void write_named(const char *name, const void *p, size_t n)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/%s", directory, name);
	CHECK(file_write(path, bytes_of(p, n), 0600) == 0);
}

static struct fetch_result read_named(struct fetcher *f, const char *name, size_t max_bytes)
{
	char url[4096];
	snprintf(url, sizeof(url), "file://%s/%s", directory, name);
	return client_fetch(f, (struct fetch_request){.purpose = FETCH_LOG, .url = url, .local_allowed = true,
	                                              .max_bytes = max_bytes});
}

static void remove_named(const char *name)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/%s", directory, name);
	unlink(path);
}

static void check_file(struct fetcher *f, const char *name, size_t max, const char *content, bool gzip)
{
	struct fetch_result r = read_named(f, name, max);
	CHECK_THAT(r.outcome == FETCH_OK, "%s: %s", name, r.message);
	CHECK_THAT(r.n == strlen(content) && memcmp(client_body, content, r.n) == 0, "%s", name);
	CHECK(r.status == 0 && r.gzip == gzip && !r.has_peer && r.retry_after_ms == -1);
}

TEST(files)
{
	/* The gzip member of "hi", as gzip writes it. */
	static const char gzip[] = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcb\xc8\x04\x00\xac\x2a\x93\xd8"
	                           "\x02\x00\x00\x00";
	static const char *const names[] = {"checkpoint", "a b%", "empty", "tile", "link", "loop", "fifo"};
	char path[4096], target[4096];
	CHECK(getcwd(directory, sizeof(directory) - 32) != NULL);
	strncat(directory, "/test-files-XXXXXX", 31);
	CHECK(mkdtemp(directory) != NULL);
	write_named("checkpoint", "0123456789", 10);
	write_named("a b%", "odd", 3);
	write_named("empty", "", 0);
	write_named("tile", gzip, sizeof(gzip) - 1);
	snprintf(target, sizeof(target), "%s/checkpoint", directory);
	snprintf(path, sizeof(path), "%s/link", directory);
	CHECK(symlink(target, path) == 0);
	snprintf(path, sizeof(path), "%s/loop", directory);
	CHECK(symlink(path, path) == 0);
	snprintf(path, sizeof(path), "%s/fifo", directory);
	CHECK(mkfifo(path, 0600) == 0);
	struct fetcher *f = new_fetcher();
	check_file(f, "checkpoint", 10, "0123456789", false);
	check_file(f, "link", 10, "0123456789", false);
	check_file(f, "a%20b%25", 10, "odd", false);
	check_file(f, "empty", 10, "", false);
	struct fetch_result r = read_named(f, "tile", 100);
	CHECK(r.outcome == FETCH_OK && r.gzip && r.n == sizeof(gzip) - 1 && memcmp(client_body, gzip, r.n) == 0);
	r = read_named(f, "checkpoint", 9);
	CHECK(r.outcome == FETCH_TOO_LARGE && r.n == 0);
	static const char *const absent[] = {"none", "none/x", "checkpoint/x"};
	for (size_t i = 0; i < 3; i++) {
		r = read_named(f, absent[i], 10);
		CHECK_THAT(r.outcome == FETCH_STATUS && r.status == 404 && r.n == 0 && !r.transient, "%s", absent[i]);
		CHECK_THAT(strstr(r.message, absent[i]), "%s", r.message);
	}
	static const char *const wrong[] = {"", ".", "fifo", "loop"};
	for (size_t i = 0; i < 4; i++) {
		r = read_named(f, wrong[i], 10);
		CHECK_THAT(r.outcome == FETCH_FAILED && r.status == 0 && !r.transient, "%s: %s", wrong[i], r.message);
	}
	fetcher_free(f);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		remove_named(names[i]);
	CHECK(rmdir(directory) == 0);
}
