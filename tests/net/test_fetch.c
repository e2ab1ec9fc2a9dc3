/* Fetching over HTTP on loopback: answers good and bad, limits, pace, and what wakes a step. */
#include <sys/socket.h>
#include <zlib.h>

#include "base/clock.h"
#include "client.h"
#include "server.h"

#define TEXT(s) .body = (s), .n = sizeof(s) - 1

/* "http://HOST:PORT/PATH" of a server; one at a time. */
static const char *at(const struct server *s, const char *host, const char *path)
{
	static char url[512];
	snprintf(url, sizeof(url), "http://%s:%u%s", host, s->port, path);
	return url;
}

/* A fresh fetcher for each, as a bad answer makes the next one wait. */
static struct fetch_result get(const struct server *s, const char *path, size_t max_bytes)
{
	struct fetch_options o = client_options();
	struct fetcher *f = client_new(&o);
	struct fetch_request q = {.purpose = FETCH_LOG, .url = at(s, "127.0.0.1", path), .local_allowed = true,
	                          .max_bytes = max_bytes};
	struct fetch_result r = client_fetch(f, q);
	r.headers = NULL;
	fetcher_free(f);
	return r;
}

static bool body_is(const struct fetch_result *r, const void *p, size_t n)
{
	return r->n == n && memcmp(client_body, p, n) == 0;
}

TEST(whole_bodies)
{
	static const struct server_answer answers[] = {
		{.path = "/plain", .status = 200, TEXT("a tree head")},
		{.path = "/chunked", .status = 200, TEXT("in chunks"), .manner = SERVER_CHUNKED},
		{.path = "/unsized", .status = 200, TEXT("to the end"), .manner = SERVER_UNSIZED},
		{.path = "/empty", .status = 200, TEXT("")},
		{.path = "/query?start=0&end=31", .status = 200, TEXT("entries")},
		{NULL},
	};
	struct server s;
	server_start(&s, answers, NULL);
	for (size_t i = 0; answers[i].path; i++) {
		struct fetch_result r = get(&s, answers[i].path, 0);
		CHECK_THAT(r.outcome == FETCH_OK && r.status == 200, "%s: %s", answers[i].path, r.message);
		CHECK_THAT(body_is(&r, answers[i].body, answers[i].n), "%s", answers[i].path);
		CHECK(!r.gzip && !r.transient && !r.has_peer);
		CHECK(r.retry_after_ms == -1);
		CHECK_TEXT(r.peer_address, "127.0.0.1");
	}
	CHECK(strstr(s.seen->last, "GET /query?start=0&end=31 HTTP/1.1\r\n") == s.seen->last);
	CHECK(strstr(s.seen->last, "\r\nUser-Agent: teewatch/test (+mailto:security@example.org)\r\n"));
	CHECK(strstr(s.seen->last, "\r\nAccept-Encoding: gzip, identity\r\n"));
	CHECK(!strstr(s.seen->last, "Cookie") && !strstr(s.seen->last, "Referer"));
	CHECK(!strstr(s.seen->last, "Authorization"));
	server_stop(&s);
}

/* Bodies come as they are on the wire, never inflated. */
TEST(encodings)
{
	static uint8_t deflated[256];
	z_stream z = {0};
	static Bytef plain[] = "one tile, one tile, one tile, one tile";
	deflateInit2(&z, 9, Z_DEFLATED, 31, 9, Z_DEFAULT_STRATEGY);
	z.next_in = plain;
	z.avail_in = sizeof(plain);
	z.next_out = deflated;
	z.avail_out = sizeof(deflated);
	CHECK(deflate(&z, Z_FINISH) == Z_STREAM_END);
	size_t n = z.total_out;
	deflateEnd(&z);
	const struct server_answer answers[] = {
		{.path = "/gzip", .status = 200, .fields = "Content-Encoding: gzip\r\n", .body = deflated, .n = n},
		{.path = "/x-gzip", .status = 200, .fields = "content-encoding: X-GZIP\r\n", .body = deflated, .n = n},
		{.path = "/chunks", .status = 200, .fields = "Content-Encoding: gzip\r\n", .body = deflated, .n = n,
		 .manner = SERVER_CHUNKED},
		{.path = "/error", .status = 404, .fields = "Content-Encoding: gzip\r\n", .body = deflated, .n = n},
		{.path = "/identity", .status = 200, .fields = "Content-Encoding: identity\r\n", .body = deflated,
		 .n = n},
		{.path = "/br", .status = 200, .fields = "Content-Encoding: br\r\n", .body = deflated, .n = n},
		{.path = "/zstd", .status = 200, .fields = "Content-Encoding: zstd\r\n", TEXT("")},
		{.path = "/two", .status = 200, .fields = "Content-Encoding: gzip, gzip\r\n", .body = deflated, .n = n},
		{.path = "/twice", .status = 200, .fields = "Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n",
		 .body = deflated, .n = n},
		{.path = "/br-error", .status = 404, .fields = "Content-Encoding: br\r\n", .body = deflated, .n = n},
		{NULL},
	};
	struct server s;
	server_start(&s, answers, NULL);
	for (int i = 0; i < 5; i++) {
		struct fetch_result r = get(&s, answers[i].path, 0);
		CHECK_THAT(r.outcome == (i == 3 ? FETCH_STATUS : FETCH_OK), "%s: %s", answers[i].path, r.message);
		CHECK_THAT(body_is(&r, deflated, n), "%s", answers[i].path);
		CHECK_THAT(r.gzip == (i != 4), "%s", answers[i].path);
	}
	for (int i = 5; i < 9; i++) {
		struct fetch_result r = get(&s, answers[i].path, 0);
		CHECK_THAT(r.outcome == FETCH_FAILED && !r.transient && r.n == 0, "%s", answers[i].path);
		CHECK_THAT(strstr(r.message, "Content-Encoding"), "%s", r.message);
	}
	struct fetch_result r = get(&s, "/br-error", 0);
	CHECK(r.outcome == FETCH_STATUS && r.status == 404 && r.n == 0 && !r.gzip);
	server_stop(&s);
}

TEST(statuses)
{
	static const struct {
		int status;
		bool transient;
	} rows[] = {{201, false}, {204, false}, {206, false}, {301, false}, {302, false}, {304, false}, {308, false},
	            {400, false}, {401, false}, {403, false}, {404, false}, {408, true},  {410, false}, {425, true},
	            {429, true},  {451, false}, {500, true},  {502, true},  {503, true},  {504, true},  {599, true}};
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	struct server_answer answers[ROWS + 2] = {{.path = "/target", .status = 200, TEXT("here")}};
	char paths[ROWS][16], fields[128];
	struct server s;
	for (size_t i = 0; i < ROWS; i++) {
		snprintf(paths[i], sizeof(paths[i]), "/%d", rows[i].status);
		snprintf(fields, sizeof(fields), "Location: /target\r\n");
		answers[i + 1] = (struct server_answer){.path = paths[i], .status = rows[i].status, TEXT("<p>why</p>")};
		if (rows[i].status / 100 == 3)
			answers[i + 1].fields = fields;
	}
	server_start(&s, answers, NULL);
	for (size_t i = 0; i < ROWS; i++) {
		struct fetch_result r = get(&s, paths[i], 0);
		bool bodiless = rows[i].status == 204 || rows[i].status == 304;
		CHECK_THAT(r.outcome == FETCH_STATUS, "%s", r.message);
		CHECK_U64(r.status, rows[i].status);
		CHECK_THAT(r.transient == rows[i].transient, "%d", rows[i].status);
		CHECK_THAT(body_is(&r, "<p>why</p>", bodiless ? 0 : 10), "%d", rows[i].status);
		CHECK_THAT(strncmp(r.message, "127.0.0.1: HTTP status ", 23) == 0, "%s", r.message);
		CHECK((strstr(r.message, "redirects are not followed") != NULL) == (rows[i].status / 100 == 3));
	}
	CHECK_U64(atomic_load(&s.seen->hits[0]), 0); /* no redirect was followed */
	server_stop(&s);
}

TEST(retry_after)
{
	static const struct {
		const char *fields;
		int64_t least, most;
	} rows[] = {
		{"Retry-After: 7\r\n", 7000, 7000},
		{"retry-after: 0\r\n", 0, 0},
		{"Retry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\n", 0, 0},
		{"Date: Sun, 06 Nov 1994 08:49:07 GMT\r\nRetry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\n", 30000,
		 30000},
		{"Retry-After: Fri, 31 Dec 2199 23:59:59 GMT\r\n", 86400000, 86400000},
		{"Retry-After: soon\r\n", -1, -1},
		{"", -1, -1},
	};
	for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
		const char *fields = rows[i / 2].fields;
		const struct server_answer answers[] = {
			{.path = "/", .status = i % 2 ? 429 : 503, .fields = fields, TEXT("slow")},
			{NULL},
		};
		struct server s;
		server_start(&s, answers, NULL);
		struct fetch_result r = get(&s, "/", 0);
		CHECK(r.outcome == FETCH_STATUS && r.transient);
		CHECK_THAT(r.retry_after_ms >= rows[i / 2].least && r.retry_after_ms <= rows[i / 2].most,
		           "%s: %" PRId64, fields, r.retry_after_ms);
		server_stop(&s);
	}
}

TEST(maximum)
{
	static uint8_t block[10000];
	static const struct server_answer answers[] = {
		{.path = "/sized", .status = 200, .body = block, .n = sizeof(block)},
		{.path = "/chunked", .status = 200, .body = block, .n = sizeof(block), .manner = SERVER_CHUNKED},
		{.path = "/unsized", .status = 200, .body = block, .n = sizeof(block), .manner = SERVER_UNSIZED},
		{.path = "/endless", .status = 200, .body = block, .n = sizeof(block), .manner = SERVER_ENDLESS},
		{.path = "/huge", .status = 200, .body = block, .n = sizeof(block), .manner = SERVER_HUGE},
		{.path = "/huge-error", .status = 404, .body = block, .n = sizeof(block), .manner = SERVER_HUGE},
		{.path = "/endless-error", .status = 503, .body = block, .n = sizeof(block), .manner = SERVER_ENDLESS},
		{NULL},
	};
	struct server s;
	memset(block, 'b', sizeof(block));
	server_start(&s, answers, NULL);
	for (int i = 0; i < 5; i++) {
		struct fetch_result r = get(&s, answers[i].path, sizeof(block) - 1);
		CHECK_THAT(r.outcome == FETCH_TOO_LARGE && r.n == 0 && !r.transient, "%s: %d", answers[i].path,
		           r.outcome);
		CHECK(strstr(r.message, "larger than allowed"));
		r = get(&s, answers[i].path, sizeof(block));
		CHECK_THAT((r.outcome == FETCH_OK) == (i < 3), "%s: %s", answers[i].path, r.message);
		CHECK_THAT(body_is(&r, block, i < 3 ? sizeof(block) : 0), "%s", answers[i].path);
	}
	/* What is said in advance is believed: nothing of it is taken. */
	get(&s, "/huge", 100);
	CHECK(client_body[0] == BODY_CANARY);
	for (int i = 5; i < 7; i++) {
		struct fetch_result r = get(&s, answers[i].path, 100);
		CHECK_THAT(r.outcome == FETCH_STATUS && r.status == answers[i].status && r.n == 100, "%s", r.message);
		r = get(&s, answers[i].path, 0);
		CHECK_THAT(r.outcome == FETCH_STATUS && r.n == 65536, "%zu", r.n);
	}
	server_stop(&s);
}

TEST(broken_answers)
{
	static const struct server_answer answers[] = {
		{.path = "/cut", .status = 200, TEXT("half of this"), .manner = SERVER_CUT},
		{.path = "/cut-chunk", .status = 200, TEXT("half of this"), .manner = SERVER_CUT_CHUNK},
		{.path = "/reset", .manner = SERVER_RESET},
		{.path = "/close", .manner = SERVER_CLOSE},
		{.path = "/garbage", TEXT("\x16\x03\x01 this is no HTTP\r\n\r\n"), .manner = SERVER_GARBAGE},
		{.path = "/fields", .status = 200, .manner = SERVER_FIELDS},
		{.path = "/continue", .status = 100, TEXT(""), .manner = SERVER_CUT},
		{NULL},
	};
	struct server s;
	server_start(&s, answers, NULL);
	for (size_t i = 0; answers[i].path; i++) {
		struct fetch_result r = get(&s, answers[i].path, 0);
		CHECK_THAT(r.outcome == FETCH_FAILED && r.transient && r.n == 0, "%s: %d %s", answers[i].path,
		           r.outcome, r.message);
		CHECK_THAT(strncmp(r.message, "127.0.0.1: ", 11) == 0, "%s", r.message);
	}
	struct fetch_result r = get(&s, "/cut", 0);
	CHECK_THAT(strstr(r.message, "ended early"), "%s", r.message);
	server_stop(&s);
	r = get(&s, "/cut", 0); /* nobody listens there any more */
	CHECK(r.outcome == FETCH_FAILED && r.transient && r.status == 0);
	CHECK_THAT(strstr(r.message, "cannot connect"), "%s", r.message);
}

TEST(slow_answers)
{
	static uint8_t block[100];
	static const struct server_answer answers[] = {
		{.path = "/drip", .status = 200, TEXT("x"), .manner = SERVER_DRIP},
		{.path = "/stream", .status = 200, .body = block, .n = sizeof(block), .manner = SERVER_DRIP},
		{.path = "/hang", .manner = SERVER_HANG},
		{NULL},
	};
	struct server s;
	server_start(&s, answers, NULL);
	/* Each with a host name of its own, so that all are asked at once. */
	char entries[3][64], url[64];
	const char *list[4] = {entries[0], entries[1], entries[2], NULL};
	for (unsigned i = 0; i < 3; i++)
		snprintf(entries[i], sizeof(entries[i]), "slow%u.invalid:80:127.0.0.1:%u", i, s.port);
	struct fetch_options o = client_options();
	o.connect_to = list;
	o.timeout_s = 4;
	struct fetcher *f = client_new(&o);
	static uint8_t bodies[3][BODY_SIZE];
	for (unsigned i = 0; i < 3; i++) {
		snprintf(url, sizeof(url), "http://slow%u.invalid%s", i, answers[i].path);
		struct fetch_request q = {.id = i, .url = url, .local_allowed = true, .max_bytes = BODY_SIZE,
		                          .body = bodies[i]};
		fetcher_submit(f, &q);
	}
	for (int i = 0; i < 3; i++) {
		struct fetch_result r = client_wait(f);
		CHECK_THAT(r.outcome == FETCH_FAILED && r.transient && r.n == 0, "%s", r.message);
		CHECK_THAT(strstr(r.message, "timed out"), "%s", r.message);
		/* A drip is not waited for to the end; what keeps coming is. */
		CHECK_THAT((strstr(r.message, "bytes/sec") == NULL) == (r.id == 1), "%s", r.message);
	}
	fetcher_free(f);
	server_stop(&s);
}

TEST(header_fields)
{
	char longer[20000] = "X-Long: ";
	memset(longer + 8, 'l', 17000);
	memcpy(longer + 8 + 17000, "\r\n", 3);
	const struct server_answer answers[] = {
		{.path = "/tcb", .status = 200, .fields = "TCB-Info-Issuer-Chain: -----BEGIN%20CERTIFICATE-----%0A\r\n",
		 TEXT("{}")},
		{.path = "/two", .status = 200, .fields = "TCB-Info-Issuer-Chain: a\r\nTCB-Info-Issuer-Chain: b\r\n",
		 TEXT("{}")},
		{.path = "/long", .status = 200, .fields = longer, TEXT("{}")},
		{NULL},
	};
	struct server s;
	server_start(&s, answers, NULL);
	struct fetch_options o = client_options();
	struct fetcher *f = client_new(&o);
	struct fetch_request q = {.purpose = FETCH_VENDOR, .local_allowed = true, .headers = "tcb-info-issuer-chain",
	                          .url = at(&s, "127.0.0.1", "/tcb")};
	CHECK_TEXT(client_fetch(f, q).headers, "tcb-info-issuer-chain: -----BEGIN%20CERTIFICATE-----%0A\n");
	q.url = at(&s, "127.0.0.1", "/two");
	CHECK(client_fetch(f, q).headers == NULL);
	q.url = at(&s, "127.0.0.1", "/tcb");
	q.headers = "X-Not-There";
	CHECK(client_fetch(f, q).headers == NULL);
	q.url = at(&s, "127.0.0.1", "/long");
	q.headers = "X-Long";
	CHECK(client_fetch(f, q).headers == NULL);
	fetcher_free(f);
	server_stop(&s);
}

TEST(post)
{
	static const struct server_answer answers[] = {{.path = "/ocsp", .status = 200, TEXT("response")}, {NULL}};
	struct server s;
	server_start(&s, answers, NULL);
	struct fetch_options o = client_options();
	struct fetcher *f = client_new(&o);
	char request[] = "0\x03request";
	struct fetch_request q = {.purpose = FETCH_VENDOR, .local_allowed = true, .url = at(&s, "127.0.0.1", "/ocsp"),
	                          .post = bytes_of_text(request), .post_type = "application/ocsp-request"};
	CHECK(client_fetch(f, q).outcome == FETCH_OK);
	CHECK(strncmp(s.seen->last, "POST /ocsp HTTP/1.1\r\n", 21) == 0);
	CHECK(strstr(s.seen->last, "\r\nContent-Type: application/ocsp-request\r\n"));
	CHECK(strstr(s.seen->last, "\r\nAccept-Encoding: gzip, identity\r\n"));
	CHECK(strstr(s.seen->last, "\r\n\r\n0\x03request"));
	/* The handle is used again without a trace of it. */
	q.post.n = 0;
	CHECK(client_fetch(f, q).outcome == FETCH_OK);
	CHECK(strncmp(s.seen->last, "GET /ocsp HTTP/1.1\r\n", 20) == 0);
	CHECK(!strstr(s.seen->last, "Content-Type"));
	CHECK_U64(atomic_load(&s.seen->connections), 1);
	q.post.n = 5;
	q.purpose = FETCH_LOG;
	CHECK(client_fetch(f, q).outcome == FETCH_REFUSED);
	q.purpose = FETCH_VENDOR;
	q.post_type = NULL;
	CHECK(client_fetch(f, q).outcome == FETCH_REFUSED);
	CHECK_U64(atomic_load(&s.seen->requests), 2);
	fetcher_free(f);
	server_stop(&s);
}

TEST(connect_to)
{
	static const struct server_answer answers[] = {{.path = "/x", .status = 200, TEXT("x")}, {NULL}};
	struct server s;
	server_start(&s, answers, NULL);
	char entry[64];
	snprintf(entry, sizeof(entry), "log.invalid:80:127.0.0.1:%u", s.port);
	const char *const list[] = {entry, NULL};
	struct fetch_options o = client_options();
	o.connect_to = list;
	struct fetcher *f = client_new(&o);
	snprintf(entry, sizeof(entry), "overwritten"); /* the fetcher has its own copy */
	struct fetch_request q = {.purpose = FETCH_LOG, .local_allowed = true, .url = "http://log.invalid/x"};
	CHECK(client_fetch(f, q).outcome == FETCH_OK);
	CHECK(strstr(s.seen->last, "\r\nHost: log.invalid\r\n"));
	q.purpose = FETCH_VENDOR;
	CHECK(client_fetch(f, q).outcome == FETCH_OK);
	fetcher_free(f);
	server_stop(&s);
}

/* Logs may be behind a proxy that the environment names. */
TEST(proxy_of_the_environment)
{
	static const struct server_answer answers[] = {
		{.path = "http://log.invalid/x", .status = 200, TEXT("by proxy")},
		{NULL},
	};
	struct server s;
	server_start(&s, answers, NULL);
	setenv("http_proxy", at(&s, "127.0.0.1", "/"), 1);
	struct fetch_options o = client_options();
	struct fetcher *f = client_new(&o);
	struct fetch_request q = {.purpose = FETCH_LOG, .local_allowed = true, .url = "http://log.invalid/x"};
	struct fetch_result r = client_fetch(f, q);
	CHECK(r.outcome == FETCH_OK && body_is(&r, "by proxy", 8));
	unsetenv("http_proxy");
	fetcher_free(f);
	server_stop(&s);
}

/* ---- many requests ---- */

static void submit(struct fetcher *f, uint64_t id, const char *url)
{
	static uint8_t body[1000];
	struct fetch_request q = {.id = id, .purpose = FETCH_LOG, .url = url, .local_allowed = true,
	                          .max_bytes = sizeof(body), .body = body};
	fetcher_submit(f, &q);
}

TEST(few_at_once_on_few_connections)
{
	static const struct server_answer answers[] = {
		{.path = "/x", .status = 200, TEXT("x"), .delay_ms = 10},
		{NULL},
	};
	struct server s;
	server_start(&s, answers, NULL);
	struct fetch_options o = client_options();
	o.per_host = 3;
	struct fetcher *f = client_new(&o);
	bool seen[60] = {false};
	for (uint64_t i = 0; i < 60; i++)
		submit(f, i, at(&s, "127.0.0.1", "/x"));
	CHECK_U64(fetcher_pending(f), 60);
	for (int i = 0; i < 60; i++) {
		struct fetch_result r = client_wait(f);
		CHECK(r.outcome == FETCH_OK && r.n == 1 && r.id < 60 && !seen[r.id]);
		seen[r.id % 60] = true;
	}
	unsigned most = atomic_load(&s.seen->most_running), connections = atomic_load(&s.seen->connections);
	CHECK_THAT(most <= 3 && most >= 2, "%u at once", most);
	CHECK_THAT(connections <= 3, "%u connections", connections);
	CHECK_U64(atomic_load(&s.seen->requests), 60);
	struct fetch_result r;
	CHECK(!fetcher_result(f, &r));
	fetcher_free(f);
	server_stop(&s);
}

/* One place for all, a long queue for one host: the other host's request is not last. */
TEST(hosts_take_turns)
{
	static const struct server_answer answers[] = {{.path = "/x", .status = 200, TEXT("x")}, {NULL}};
	struct server s;
	server_start(&s, answers, NULL);
	struct fetch_options o = client_options();
	o.total = 1;
	struct fetcher *f = client_new(&o);
	for (uint64_t i = 0; i < 10; i++)
		submit(f, i, at(&s, "127.0.0.1", "/x"));
	submit(f, 99, at(&s, "localhost", "/x"));
	unsigned place = 0;
	for (unsigned i = 0; i < 11; i++) {
		struct fetch_result r = client_wait(f);
		CHECK_THAT(r.outcome == FETCH_OK, "%s", r.message);
		place = r.id == 99 ? i : place;
	}
	CHECK_U64(place, 1);
	CHECK_U64(atomic_load(&s.seen->most_running), 1);
	fetcher_free(f);
	server_stop(&s);
}

/* A host that said "in a second" is not asked before, and meanwhile others are. */
TEST(waits_as_long_as_the_host_says)
{
	static const struct server_answer answers[] = {
		{.path = "/x", .status = 429, .fields = "Retry-After: 1\r\n", TEXT("slow"), .times = 1},
		{.path = "/x", .status = 200, TEXT("x")},
		{.path = "/y", .status = 200, TEXT("y")},
		{NULL},
	};
	struct server s;
	server_start(&s, answers, NULL);
	struct fetch_options o = client_options();
	struct fetcher *f = client_new(&o);
	submit(f, 1, at(&s, "127.0.0.1", "/x"));
	struct fetch_result r = client_wait(f);
	int64_t before = clock_monotonic_ms();
	CHECK(r.status == 429 && r.retry_after_ms == 1000);
	submit(f, 2, at(&s, "127.0.0.1", "/x"));
	submit(f, 3, at(&s, "127.0.0.1", "/y"));
	submit(f, 4, at(&s, "localhost", "/y"));
	fetcher_step(f, -1, 0);
	CHECK_U64(client_wait(f).id, 4);
	CHECK_U64(atomic_load(&s.seen->requests), 2);
	CHECK_U64(client_wait(f).id, 2);
	CHECK(clock_monotonic_ms() - before >= 990); /* a clock tick or two lie between its answer and ours */
	CHECK_U64(client_wait(f).id, 3);
	fetcher_free(f);
	server_stop(&s);
}

TEST(what_ends_a_step)
{
	static const struct server_answer answers[] = {{.path = "/hang", .manner = SERVER_HANG}, {NULL}};
	struct server s;
	int fds[2];
	server_start(&s, answers, NULL);
	CHECK(pipe(fds) == 0);
	struct fetch_options o = client_options();
	struct fetcher *f = client_new(&o);
	fetcher_step(f, -1, -1); /* nothing to do: comes back */
	submit(f, 1, at(&s, "127.0.0.1", "/hang"));
	submit(f, 2, at(&s, "127.0.0.1", "/hang"));
	fetcher_step(f, fds[0], 1);
	CHECK(write(fds[1], "!", 1) == 1);
	fetcher_step(f, fds[0], -1); /* readable */
	struct fetch_result r;
	CHECK(!fetcher_result(f, &r));
	char c;
	CHECK(read(fds[0], &c, 1) == 1);
	close(fds[1]);
	fetcher_step(f, fds[0], -1); /* closed */
	CHECK(!fetcher_result(f, &r));
	close(fds[0]);
	submit(f, 3, "ftp://example.org/");
	fetcher_step(f, -1, -1); /* a result is there */
	CHECK_U64(fetcher_pending(f), 3);
	fetcher_free(f); /* with one running, one queued, one finished */
	fetcher_free(NULL);
	server_stop(&s);
}

/* Handles are used again: what one request was must not show in the next. */
TEST(a_mixture)
{
	static const struct server_answer answers[] = {
		{.path = "/ok", .status = 200, TEXT("0123456789")},
		{.path = "/404", .status = 404, TEXT("nothing")},
		{.path = "/gzip", .status = 200, .fields = "Content-Encoding: gzip\r\n", TEXT("\x1f\x8b\x08")},
		{.path = "/large", .status = 200, TEXT("0123456789x")},
		{NULL},
	};
	static uint8_t bodies[200][10];
	struct server s;
	server_start(&s, answers, NULL);
	struct fetch_options o = client_options();
	struct fetcher *f = client_new(&o);
	for (uint64_t i = 0; i < 200; i++) {
		const char *url = at(&s, i % 3 ? "127.0.0.1" : "localhost", answers[i % 4].path);
		struct fetch_request q = {.id = i, .url = url, .local_allowed = true, .max_bytes = 10,
		                          .body = bodies[i]};
		fetcher_submit(f, &q);
	}
	for (int i = 0; i < 200; i++) {
		struct fetch_result r = client_wait(f);
		const struct server_answer *a = &answers[r.id % 4];
		static const enum fetch_outcome outcomes[] = {FETCH_OK, FETCH_STATUS, FETCH_OK, FETCH_TOO_LARGE};
		CHECK_THAT(r.outcome == outcomes[r.id % 4], "%s: %d %s", a->path, r.outcome, r.message);
		CHECK_U64(r.status, a->status);
		CHECK(r.gzip == (r.id % 4 == 2));
		CHECK(r.id % 4 == 3 ? r.n == 0 : r.n == a->n && memcmp(bodies[r.id], a->body, r.n) == 0);
	}
	fetcher_free(f);
	server_stop(&s);
}
