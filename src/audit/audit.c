#include "audit/audit.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/state.h"
#include "audit/tail.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/hex.h"
#include "base/limits.h"
#include "base/memory.h"
#include "report/event.h"
#include "report/metrics.h"

/* ---- talk ---- */

static void talk(const char *format, va_list args)
{
	fputs("teewatch: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
}

void audit_warn(const struct audit *a, const char *format, ...)
{
	va_list args;
	if (a->options->verbosity < 0)
		return;
	va_start(args, format);
	talk(format, args);
	va_end(args);
}

void audit_say(const struct audit *a, const char *format, ...)
{
	va_list args;
	if (a->options->verbosity < 1)
		return;
	va_start(args, format);
	talk(format, args);
	va_end(args);
}

bool audit_store_failed(struct audit *a, int rc)
{
	if (rc >= 0)
		return false;
	store_rollback(a->store);
	if (!a->error) {
		a->error = rc;
		fprintf(stderr, "teewatch: %s; what was committed is intact\n", store_message(a->store));
	}
	return true;
}

bool audit_must_stop(const struct audit *a)
{
	if (a->options->alive)
		a->options->alive();
	if (a->error || (a->options->stop && *a->options->stop))
		return true;
	return a->deadline_ms != 0 && clock_monotonic_ms() >= a->deadline_ms;
}

int audit_take_slot(struct audit *a)
{
	for (;;) {
		int slot = slots_take(pool_slots(a->pool));
		if (slot >= 0 || audit_must_stop(a))
			return slot;
		int rc = pool_step(a->pool, 100);
		if (rc < 0 && !a->error)
			a->error = rc;
	}
}

void audit_deliver(struct audit *a)
{
	if (!a->error)
		audit_store_failed(a, alerts_deliver(a->alerts));
}

/* ---- the run ---- */

static int put_log(struct audit *a, const struct audit_log *l)
{
	struct store_log row = {
		.log_id = l->log.log_id,
		.kind = l->log.kind == CT_LOG_STATIC ? LOG_STATIC : LOG_RFC6962,
		.name = l->log.name,
		.operator = l->log.operator,
		.url = l->log.url,
		.submission_url = l->log.submission_url,
		.key = l->log.key,
		.mmd_s = l->log.mmd_s,
		.state = l->log.state,
		.state_since_ms = l->log.state_since_ms,
		.first_seen_ms = a->options->at_ms,
		.listed = true,
	};
	return store_log_put(a->store, &row);
}

/* What entries are looked at with: the watched domains, and this version's markers. */
static void digest_watches(const struct audit *a, char hex[2 * SHA256_BYTES + 1])
{
	const struct policy *p = a->options->policy;
	struct buffer b;
	buffer_init(&b, LIMIT_CONFIG_BYTES);
	buffer_put(&b, a->options->version, strlen(a->options->version) + 1);
	for (size_t i = 0; i < p->watch_count; i++)
		buffer_put(&b, p->watches[i].domain, strlen(p->watches[i].domain) + 1);
	struct sha256 digest = hash_sha256(buffer_bytes(&b));
	buffer_release(&b);
	hex_encode(sha256_bytes(&digest), hex);
}

static void start_run(struct audit *a)
{
	char text[64];
	a->run = (struct store_run){.started_ms = clock_now_ms(), .at_ms = a->options->at_ms, .sandbox = "none",
	                            .version = a->options->version};
	char watching[2 * SHA256_BYTES + 1];
	int rc = store_setting_get(a->store, "first_run_completed", text, sizeof(text));
	a->first_run = rc == 1;
	if (rc >= 0)
		rc = store_begin(a->store);
	if (rc >= 0)
		rc = store_run_start(a->store, &a->run);
	digest_watches(a, watching);
	if (rc >= 0)
		rc = alerts_begin(a->alerts);
	if (rc >= 0)
		rc = store_watching_put(a->store, watching);
	if (rc >= 0)
		rc = sources_note_changes(a);
	for (size_t i = 0; i < a->log_count && rc >= 0; i++)
		rc = put_log(a, &a->logs[i]);
	if (rc >= 0)
		rc = store_commit(a->store);
	audit_store_failed(a, rc);
}

static int exit_status(const struct audit *a)
{
	if (a->error)
		return 3;
	if (a->alarmed)
		return 4;
	return a->incomplete || alerts_failed(a->alerts) ? 1 : 0;
}

/* The baseline closes with the first run that saw every log to its end. */
static bool all_done(const struct audit *a)
{
	for (size_t i = 0; i < a->log_count; i++)
		if (a->tails[i]->state != TAIL_DONE)
			return false;
	return a->log_count > 0;
}

/* How far this run came with each log, and how fast their hosts may be asked. */
static int put_progress(struct audit *a)
{
	size_t n;
	const struct fetch_host *hosts = pool_hosts(a->pool, &n);
	int rc = 0;
	for (size_t i = 0; i < n && rc >= 0; i++) {
		struct store_host h = {hosts[i].host, hosts[i].pace.window, hosts[i].pace.gap_ms, clock_now_ms()};
		rc = store_host_put(a->store, &h);
	}
	for (size_t i = 0; i < a->log_count && rc >= 0; i++) {
		const struct tail *t = a->tails[i];
		struct store_progress p = {.log_id = t->log->log_id, .run_id = a->run.run_id, .at_ms = a->options->at_ms};
		p.tree_size = t->newest.size;
		p.audited_size = t->position.audited_size;
		if (p.audited_size > t->audited_before && t->position.audited_from <= t->audited_before)
			p.entries = p.audited_size - t->audited_before;
		p.duration_ms = t->ended_ms > t->began_ms ? t->ended_ms - t->began_ms : 0;
		if (t->newest.size > 0)
			rc = store_progress_put(a->store, &p);
	}
	return rc;
}

static void write_metrics(struct audit *a)
{
	struct buffer text;
	buffer_init(&text, 64 << 20);
	int rc = metrics_put(a->store, &text);
	if (!audit_store_failed(a, rc)) {
		rc = file_write(a->options->metrics_file, buffer_bytes(&text), 0644);
		if (rc < 0) {
			a->error = rc;
			fprintf(stderr, "teewatch: %s: the metrics cannot be written: %s\n", a->options->metrics_file, strerror(-rc));
		}
	}
	buffer_release(&text);
}

static void finish_run(struct audit *a)
{
	struct event_run facts = {a->run.entries, a->run.certificates, a->run.anomalies, exit_status(a)};
	struct event e = {.type = "run", .run = &facts};
	bool completed = all_done(a);
	int rc = store_begin(a->store);
	a->run.finished_ms = clock_now_ms();
	a->run.exit_status = exit_status(a);
	if (rc >= 0)
		rc = store_run_finish(a->store, &a->run);
	if (rc >= 0)
		rc = put_progress(a);
	if (rc >= 0)
		rc = journal_event(a, &e);
	if (rc >= 0 && completed)
		rc = store_baseline_close(a->store, a->options->at_ms);
	/* A watch whose first completed run saw nothing has learned just that. */
	for (size_t i = 0; i < a->options->policy->watch_count && rc >= 0 && completed; i++)
		rc = store_baseline_put(a->store, a->options->policy->watches[i].domain, a->options->at_ms);
	if (rc >= 0 && completed && a->first_run)
		rc = store_setting_put(a->store, "first_run_completed", "1");
	if (rc >= 0)
		rc = store_commit(a->store);
	if (rc >= 0)
		rc = store_publish(a->store, NULL);
	if (!audit_store_failed(a, rc))
		audit_deliver(a);
	if (!a->error && a->options->metrics_file)
		write_metrics(a);
}

static bool all_finished(const struct audit *a)
{
	for (size_t i = 0; i < a->log_count; i++)
		if (!tail_is_finished(a->tails[i]))
			return false;
	return true;
}

/* Every log moves as far as it can; then wait for the next answer. A different log goes first each
 * time, so that none takes all slots. */
static void follow_tails(struct audit *a)
{
	size_t turn = 0;
	while (!audit_must_stop(a) && !all_finished(a)) {
		for (size_t i = 0; i < a->log_count; i++)
			tail_advance(a->tails[(i + turn) % a->log_count]);
		turn++;
		if (a->due) {
			analysis_run(a);
			audit_deliver(a);
			continue;
		}
		if (all_finished(a))
			break;
		int rc = pool_step(a->pool, 100);
		if (rc < 0 && !a->error) {
			a->error = rc;
			fprintf(stderr, "teewatch: a child process cannot be had: %s\n", strerror(-rc));
		}
	}
}

/* Stopped by a budget or a signal: what was scanned is kept, and the next run goes on from there. */
static void keep_progress(struct audit *a)
{
	for (size_t i = 0; i < a->log_count && !a->error; i++)
		tail_keep_progress(a->tails[i]);
}

static void run_tails(struct audit *a)
{
	a->tails = memory_array(a->log_count, sizeof(*a->tails));
	for (size_t i = 0; i < a->log_count; i++)
		a->tails[i] = tail_new(a, &a->logs[i]);
	a->due = true; /* what an earlier run left */
	audit_deliver(a);
	follow_tails(a);
	if (a->due && !a->error)
		analysis_run(a);
	keep_progress(a);
	if (!audit_must_stop(a))
		promises_check(a);
	/* Answers that are still on their way hold pages and slots: wait for them before these go. */
	while (pool_tasks_pending(a->pool) + pool_fetches_pending(a->pool) > 0 && pool_step(a->pool, 100) >= 0)
		;
	if (!a->error || a->error == STORE_IO)
		finish_run(a);
	for (size_t i = 0; i < a->log_count; i++)
		tail_free(a->tails[i]);
	free(a->tails);
}

int audit_run(const struct audit_options *options)
{
	struct audit *a = memory_alloc(sizeof(*a));
	a->options = options;
	a->store = options->store;
	a->pool = options->pool;
	arena_init(&a->arena, (size_t)512 << 20);
	if (options->budget_ms > 0)
		a->deadline_ms = clock_monotonic_ms() + options->budget_ms;
	a->alert_options = (struct alert_options){
		.store = a->store, .pool = a->pool, .destinations = options->alerts, .count = options->alert_count,
		.version = options->version, .quiet = options->verbosity < 0, .stop = options->stop};
	a->alerts = alerts_new(&a->alert_options);
	audit_sources(a);
	start_run(a);
	if (!a->error)
		inventory_load(a);
	if (!a->error)
		documents_load(a);
	if (!a->error)
		run_tails(a);
	int status = exit_status(a);
	alerts_free(a->alerts);
	inventory_release(&a->inventory);
	documents_release(&a->documents);
	arena_release(&a->arena);
	free(a->logs);
	free(a);
	return status;
}
