#include "cmd/setup.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/limits.h"

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

int setup_pool(const struct command_context *context, struct config *c, struct pool **out)
{
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
	(void)context;
	for (size_t i = 0; watched && i < n; i++)
		watched[i] = bytes_of_text(c->policy.watches[i].domain);
	int rc = pool_start(&options, out);
	if (rc == 0)
		return EXIT_DONE;
	fprintf(stderr, "teewatch: the fetch and worker processes cannot be started: %s\n", strerror(-rc));
	return EXIT_INTERNAL;
}
