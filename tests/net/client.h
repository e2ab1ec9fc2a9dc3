/* What the tests of fetching share: a fetcher with short timeouts, and one request at a time. */
#ifndef TEEWATCH_TEST_CLIENT_H
#define TEEWATCH_TEST_CLIENT_H

#include <unistd.h>

#include "net/fetch.h"
#include "test.h"

enum { BODY_SIZE = 1 << 20, BODY_CANARY = 0xa5 };

static uint8_t client_body[BODY_SIZE + 1];

/* The environment may name a proxy, and a test that hangs must end. */
__attribute__((constructor)) static void client_prepare(void)
{
	static const char *const names[] = {"http_proxy", "https_proxy", "all_proxy", "no_proxy",
	                                    "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unsetenv(names[i]);
	alarm(60);
}

__attribute__((unused)) static struct fetch_options client_options(void)
{
	return (struct fetch_options){
		.user_agent = "teewatch/test (+mailto:security@example.org)",
		.per_host = 4,
		.total = 8,
		.timeout_s = 10,
		.connect_timeout_s = 5,
	};
}

__attribute__((unused)) static struct fetcher *client_new(const struct fetch_options *options)
{
	struct fetcher *f = fetcher_new(options);
	if (!f) {
		fprintf(stderr, "no fetcher\n");
		exit(1);
	}
	return f;
}

/* Wait for the next result. */
__attribute__((unused)) static struct fetch_result client_wait(struct fetcher *f)
{
	struct fetch_result r = {0};
	while (!fetcher_result(f, &r)) {
		CHECK(fetcher_pending(f) > 0);
		if (fetcher_pending(f) == 0)
			break;
		fetcher_step(f, -1, 1000);
	}
	return r;
}

/* One request from start to end; its body goes to client_body unless it names another. */
__attribute__((unused)) static struct fetch_result client_fetch(struct fetcher *f, struct fetch_request q)
{
	static uint64_t id;
	q.id = ++id;
	if (!q.body) {
		memset(client_body, BODY_CANARY, sizeof(client_body));
		q.body = client_body;
		q.max_bytes = q.max_bytes ? q.max_bytes : BODY_SIZE;
	}
	fetcher_submit(f, &q);
	CHECK_U64(fetcher_pending(f), 1);
	struct fetch_result r = client_wait(f);
	CHECK_U64(r.id, q.id);
	CHECK_U64(fetcher_pending(f), 0);
	CHECK_THAT(r.n <= q.max_bytes, "%zu bytes", r.n);
	if (q.body == client_body)
		CHECK(client_body[q.max_bytes] == BODY_CANARY);
	CHECK((r.outcome == FETCH_OK) == (r.message[0] == 0));
	return r;
}

#endif
