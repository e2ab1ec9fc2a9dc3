#include "cmd/setup.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"

#define PACE_REMEMBERED_MS (INT64_C(7) * 86400000)

enum { PER_HOST = 8, TOTAL = 32, TIMEOUT_S = 60, CONNECT_TIMEOUT_S = 15 };

const struct audit_log *setup_logs(struct config *c, size_t *n)
{
	struct audit_log *logs = arena_array(&c->arena, c->log_count, sizeof(*logs));
	*n = logs ? c->log_count : 0;
	for (size_t i = 0; i < *n; i++) {
		const struct config_log *from = &c->logs[i];
		logs[i] = (struct audit_log){
			.log = {.log_id = from->log_id, .kind = from->kind == LOG_STATIC ? CT_LOG_STATIC : CT_LOG_RFC6962, .name = from->name, .operator = "",
			        .url = from->url, .submission_url = "", .key = from->key, .mmd_s = from->mmd_s, .state = ""},
			.local_allowed = true,
			.has_start = from->has_start,
			.start_begin = from->start_begin,
		};
	}
	return logs;
}

int setup_read(struct config *c, const char *path, struct bytes *out)
{
	struct buffer b;
	buffer_init(&b, LIMIT_FILE_BYTES);
	int rc = file_read(path, &b);
	*out = arena_bytes(&c->arena, buffer_bytes(&b));
	buffer_release(&b);
	if (rc == 0)
		return EXIT_DONE;
	fprintf(stderr, "teewatch: %s: cannot be read: %s\n", path, strerror(-rc));
	return EXIT_USAGE;
}

/* The pace that hosts bore lately: a limit of last month says little about today's. */
struct hosts {
	struct arena *arena;
	struct fetch_host *v;
	size_t n;
	int64_t since_ms;
};

static int take_host(void *context, const struct store_host *h)
{
	struct hosts *hosts = context;
	if (h->seen_ms < hosts->since_ms || hosts->n == LIMIT_HOSTS)
		return 0;
	hosts->v[hosts->n].host = arena_text(hosts->arena, bytes_of_text(h->host));
	hosts->v[hosts->n].pace = (struct pace_memory){true, h->window, h->gap_ms};
	if (hosts->v[hosts->n].host)
		hosts->n++;
	return 0;
}

static int read_hosts(struct store *history, struct hosts *hosts)
{
	hosts->v = arena_array(hosts->arena, LIMIT_HOSTS, sizeof(*hosts->v));
	int rc = hosts->v && history ? store_host_each(history, take_host, hosts) : 0;
	if (rc < 0)
		fprintf(stderr, "teewatch: %s\n", store_message(history));
	return rc;
}

int setup_pool(const struct command_context *context, struct config *c, struct store *history, struct pool **out)
{
	struct hosts hosts = {.arena = &c->arena, .since_ms = clock_now_ms() - PACE_REMEMBERED_MS};
	if (read_hosts(history, &hosts) < 0)
		return EXIT_INTERNAL;
	size_t n = c->policy.watch_count;
	struct bytes *watched = arena_array(&c->arena, n, sizeof(*watched));
	const char *agent = c->contact ? arena_format(&c->arena, "teewatch/%s (+%s)", PACKAGE_VERSION, c->contact)
	                               : "teewatch/" PACKAGE_VERSION;
	struct pool_options options = {
		.workers = c->workers,
		.fetch = {.user_agent = agent, .ca_file = c->ca_file, .connect_to = c->connect_to, .per_host = PER_HOST,
		          .total = TOTAL, .timeout_s = TIMEOUT_S, .connect_timeout_s = CONNECT_TIMEOUT_S},
		.watched = watched,
		.watched_count = watched ? n : 0,
	};
	options.fetch.hosts = hosts.v;
	options.fetch.host_count = hosts.n;
	(void)context;
	for (size_t i = 0; watched && i < n; i++)
		watched[i] = bytes_of_text(c->policy.watches[i].domain);
	int rc = pool_start(&options, out);
	if (rc == 0)
		return EXIT_DONE;
	fprintf(stderr, "teewatch: the fetch and worker processes cannot be started: %s\n", strerror(-rc));
	return EXIT_INTERNAL;
}
