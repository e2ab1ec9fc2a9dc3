/* teewatch crawl: audit the logs, once or with --follow. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/audit.h"
#include "base/clock.h"
#include "base/text.h"
#include "base/timestamp.h"
#include "cmd/command.h"
#include "cmd/notify.h"
#include "cmd/setup.h"
#include "ct/log_list.h"

enum { FOLLOW_PAUSE_MS = 60000, PAUSE_STEP_MS = 500 };

struct crawl_options {
	bool follow, offline, rescan, has_at, has_fail_on;
	int64_t budget_ms, at_ms;
	const char *only_log;
	enum severity fail_on;
	struct command_list evidence, collateral, anchors;
};

static int read_options(int argc, char **argv, struct crawl_options *o)
{
	struct command_walk w = command_walk("crawl", argc, argv);
	const char *value, *name;
	while ((name = command_next(&w, &value))) {
		uint64_t n;
		if (name[0] == 0)
			return command_usage("crawl", "\"%s\" is one word too many", value);
		if (strcmp(name, "--follow") == 0)
			o->follow = true;
		else if (strcmp(name, "--offline") == 0)
			o->offline = true;
		else if (strcmp(name, "--rescan") == 0)
			o->rescan = true;
		else if (strcmp(name, "--log") == 0)
			o->only_log = value;
		else if (strcmp(name, "--evidence") == 0)
			command_list_add(&o->evidence, value);
		else if (strcmp(name, "--collateral") == 0)
			command_list_add(&o->collateral, value);
		else if (strcmp(name, "--trust-anchor") == 0)
			command_list_add(&o->anchors, value);
		else if (strcmp(name, "--budget") == 0) {
			if (!text_decimal(bytes_of_text(value), 100000000, &n) || n == 0)
				return command_usage("crawl", "--budget \"%s\" is no number of seconds", value);
			o->budget_ms = (int64_t)n * 1000;
		} else if (strcmp(name, "--at") == 0) {
			o->has_at = timestamp_parse_option(value, &o->at_ms);
			if (!o->has_at)
				return command_usage("crawl", "--at \"%s\" is neither RFC 3339 nor @ and Unix seconds", value);
		} else if (strcmp(name, "--fail-on") == 0) {
			o->has_fail_on = severity_of(value, &o->fail_on);
			if (!o->has_fail_on)
				return command_usage("crawl", "--fail-on \"%s\" is none of info, low, medium, high, critical", value);
		}
	}
	return w.failed ? EXIT_USAGE : EXIT_DONE;
}

static void add_all(struct command_list *to, const char *const *from)
{
	for (; from && *from; from++)
		command_list_add(to, *from);
}

static void fill(struct audit_options *a, const struct crawl_options *o, const struct config *c,
                 const struct command_context *context)
{
	a->policy = &c->policy;
	a->log_list = c->log_list;
	if (!a->log_list && c->log_count == 0)
		a->log_list = CT_LOG_LIST_DEFAULT_URL;
	a->log_list_key = ct_log_list_builtin_key;
	a->only_log = o->only_log;
	a->start_begin = c->start_begin;
	a->offline = o->offline;
	a->rescan = o->rescan;
	a->follow = o->follow;
	a->fetch = c->fetch == FETCH_SCOPE_ALL       ? AUDIT_FETCH_ALL
	           : c->fetch == FETCH_SCOPE_WATCHED ? AUDIT_FETCH_WATCHED
	                                             : AUDIT_FETCH_NONE;
	a->vendors = (struct vendor_urls){c->pcs_url, c->kds_url, c->rim_url, c->ocsp_url};
	a->metrics_file = c->metrics_file;
	a->alerts = c->alerts;
	a->alert_count = c->alert_count;
	a->evidence = o->evidence.items;
	a->collateral = o->collateral.items;
	a->trust_anchors = o->anchors.items;
	a->budget_ms = o->budget_ms;
	a->has_fail_on = o->has_fail_on;
	a->fail_on = o->fail_on;
	a->verbosity = context->verbosity;
	a->version = PACKAGE_VERSION;
	a->stop = context->stop;
}

static void pause_for(int ms, const volatile sig_atomic_t *stop)
{
	int64_t end_ms = clock_monotonic_ms() + ms;
	while (!*stop && clock_monotonic_ms() < end_ms) {
		notify_alive();
		poll(NULL, 0, PAUSE_STEP_MS);
	}
}

/* One run, or with --follow one after the other until a signal comes. */
static int run(struct audit_options *a, const struct crawl_options *o, const struct command_context *context)
{
	int status;
	if (o->follow) {
		notify_start();
		notify_put("READY=1\nSTATUS=auditing\nMAINPID=%ld", (long)getpid());
		a->alive = notify_alive;
	}
	for (;;) {
		a->at_ms = o->has_at ? o->at_ms : clock_now_ms();
		status = audit_run(a);
		a->rescan = false; /* once is enough */
		if (!o->follow || status == EXIT_INTERNAL || *context->stop)
			break;
		notify_put("STATUS=waiting for new tree heads; the last audit ended with status %d", status);
		/* Not all watchers ask in the same second. */
		pause_for(FOLLOW_PAUSE_MS + (int)(random() % (FOLLOW_PAUSE_MS / 4)), context->stop);
		if (*context->stop)
			break;
		notify_put("STATUS=auditing");
	}
	notify_put("STOPPING=1\nSTATUS=ended with status %d", status);
	return status;
}

static int crawl_with(const struct command_context *context, const struct crawl_options *o, struct config *c)
{
	struct audit_options a = {0};
	int status = command_store(context, STORE_WRITE, &a.store);
	if (status != 0)
		return status;
	struct bytes key = {NULL, 0};
	fill(&a, o, c, context);
	a.logs = setup_logs(c, &a.log_count);
	if (c->log_list_key) {
		status = setup_read(c, c->log_list_key, &key);
		a.log_list_key = key;
	}
	if (status == 0)
		status = setup_pool(context, c, a.store, &a.pool);
	if (status == 0)
		status = run(&a, o, context);
	pool_stop(a.pool);
	store_close(a.store);
	return status;
}

int crawl_command(const struct command_context *context, int argc, char **argv)
{
	struct crawl_options o = {0};
	struct config config;
	int status = read_options(argc, argv, &o);
	srandom((unsigned)clock_now_ms());
	if (status == EXIT_DONE)
		status = command_config(context, &config);
	if (status == EXIT_DONE) {
		add_all(&o.evidence, config.evidence);
		add_all(&o.collateral, config.collateral);
		add_all(&o.anchors, config.trust_anchors);
		status = crawl_with(context, &o, &config);
		config_release(&config);
	}
	command_list_release(&o.evidence);
	command_list_release(&o.collateral);
	command_list_release(&o.anchors);
	return status;
}
