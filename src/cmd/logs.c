/* teewatch logs: where the audit of each log stands. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/json_writer.h"
#include "base/limits.h"
#include "base/timestamp.h"
#include "cmd/canary.h"
#include "cmd/command.h"
#include "cmd/proof.h"
#include "report/outlook.h"

struct logs {
	struct store *store;
	bool json;
	struct buffer out;
	int rc;
};

struct newest {
	uint64_t size;
	int64_t timestamp_ms;
};

static int take_newest(void *context, const struct store_tree_head *h)
{
	struct newest *n = context;
	if (h->timestamp_ms >= n->timestamp_ms && h->state != TREE_HEAD_CONTRADICTED)
		*n = (struct newest){h->tree_size, h->timestamp_ms};
	return 0;
}

struct progress_rows {
	struct store_progress v[LIMIT_PROGRESS];
	size_t n;
};

static int take_progress(void *context, const struct store_progress *p)
{
	struct progress_rows *rows = context;
	if (rows->n < LIMIT_PROGRESS)
		rows->v[rows->n++] = *p;
	return 0;
}

static void put_json(struct logs *l, const struct store_log *log, const struct store_position *p, const struct newest *n,
                     const struct outlook *o)
{
	struct json_writer w = json_writer_to(&l->out);
	json_write_object(&w, NULL);
	json_write_text(&w, "schema", "teewatch.log/1");
	json_write_hex(&w, "log_id", sha256_bytes(&log->log_id));
	json_write_text(&w, "name", log->name);
	json_write_text(&w, "operator", log->operator);
	json_write_text(&w, "kind", log->kind == LOG_STATIC ? "static" : "rfc6962");
	json_write_text(&w, "url", log->url);
	json_write_text(&w, "state", log->state);
	json_write_u64(&w, "tree_size", n->size);
	json_write_bool(&w, "started", p->started);
	json_write_u64(&w, "audited_from", p->audited_from);
	json_write_u64(&w, "audited_size", p->audited_size);
	json_write_u64(&w, "scanned_size", p->scanned_size);
	json_write_hex(&w, "root_hash", sha256_bytes(&p->audited_root));
	json_write_u64(&w, "lag_entries", n->size > p->audited_size ? n->size - p->audited_size : 0);
	json_write_u64(&w, "entries_per_second", o->per_second);
	if (o->has_eta)
		json_write_i64(&w, "eta_seconds", o->eta_ms / 1000);
	else
		json_write_null(&w, "eta_seconds");
	json_write_bool(&w, "falling_behind", o->falling_behind);
	json_write_time(&w, "tree_head_time", n->timestamp_ms);
	json_write_time(&w, "last_success", p->last_success_ms);
	json_write_object_end(&w);
	buffer_put_u8(&l->out, '\n');
}

static void put_text(struct logs *l, const struct store_log *log, const struct store_position *p, const struct newest *n,
                     const struct outlook *o)
{
	char when[TIMESTAMP_TEXT_SIZE], eta[32];
	uint64_t lag = n->size > p->audited_size ? n->size - p->audited_size : 0;
	buffer_printf(&l->out, "%-40s %-8s %-10s", log->name, log->kind == LOG_STATIC ? "static" : "rfc6962", log->state);
	if (!p->started) {
		buffer_put_text(&l->out, " not started\n");
		return;
	}
	buffer_printf(&l->out, " audited %" PRIu64 " of %" PRIu64 ", %" PRIu64 " behind", p->audited_size, n->size, lag);
	if (lag > 0 && o->falling_behind) {
		buffer_put_text(&l->out, ", will not catch up at this rate");
	} else if (lag > 0 && o->has_eta) {
		outlook_duration_text(o->eta_ms, eta);
		buffer_printf(&l->out, ", done in %s", eta);
	}
	buffer_printf(&l->out, ", last success %s\n", timestamp_text(p->last_success_ms, when));
}

static int put_log(void *context, const struct store_log *log)
{
	struct logs *l = context;
	struct store_position p = {0};
	struct newest n = {0, 0};
	struct progress_rows rows = {.n = 0};
	l->rc = store_position_get(l->store, &log->log_id, &p);
	if (l->rc >= 0)
		l->rc = store_tree_head_each(l->store, &log->log_id, take_newest, &n);
	if (l->rc >= 0)
		l->rc = store_progress_each(l->store, &log->log_id, take_progress, &rows);
	if (l->rc < 0)
		return l->rc;
	struct outlook o = outlook_of(rows.v, rows.n, n.size > p.audited_size ? n.size - p.audited_size : 0);
	if (l->json)
		put_json(l, log, &p, &n, &o);
	else
		put_text(l, log, &p, &n, &o);
	return 0;
}

int logs_command(const struct command_context *context, int argc, char **argv)
{
	struct logs l = {0};
	struct command_walk w = command_walk("logs", argc, argv);
	const char *value, *name, *canary = NULL, *proof = NULL, *only = NULL;
	while ((name = command_next(&w, &value))) {
		if (name[0] == 0)
			return command_usage("logs", "\"%s\" is one word too many", value);
		if (strcmp(name, "--canary") == 0)
			canary = value;
		else if (strcmp(name, "--proof") == 0)
			proof = value;
		else if (strcmp(name, "--log") == 0)
			only = value;
		else
			l.json = true;
	}
	if (only && !proof)
		return command_usage("logs", "--log goes with --proof");
	int status = w.failed ? EXIT_USAGE : command_store(context, STORE_READ, &l.store);
	if (status != EXIT_DONE)
		return status;
	if (canary || proof) {
		status = canary ? canary_print(l.store, canary, l.json) : proof_export(l.store, only, proof);
		store_close(l.store);
		return status;
	}
	buffer_init(&l.out, 64 << 20);
	int rc = store_log_each(l.store, put_log, &l);
	if (rc < 0 || l.rc < 0) {
		fprintf(stderr, "teewatch: %s\n", store_message(l.store));
		status = EXIT_INTERNAL;
	} else {
		status = command_print(buffer_bytes(&l.out));
	}
	buffer_release(&l.out);
	store_close(l.store);
	return status;
}
