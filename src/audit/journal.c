/* Anomalies and events: one uid per rule and subject, and an event only when something changed. */
#include <stdlib.h>
#include <string.h>

#include "audit/state.h"
#include "base/hex.h"
#include "base/limits.h"
#include "base/memory.h"
#include "report/event.h"

static const char *const state_names[] = {
	[ANOMALY_NEW] = "new",
	[ANOMALY_ONGOING] = "ongoing",
	[ANOMALY_CLEARED] = "cleared",
	[ANOMALY_ACKNOWLEDGED] = "acknowledged",
};

int journal_event(struct audit *a, struct event *e)
{
	struct buffer json;
	char uid[2 * SHA256_BYTES + 1] = "";
	e->time_ms = a->options->at_ms;
	e->run_id = a->run.run_id;
	int rc = store_event_next_seq(a->store, &e->seq);
	if (rc < 0)
		return rc;
	if (e->uid)
		hex_encode(sha256_bytes(e->uid), uid);
	buffer_init(&json, 1 << 20);
	event_put(e, &json);
	struct store_event row = {
		.seq = e->seq,
		.time_ms = e->time_ms,
		.run_id = e->run_id,
		.event_type = e->type,
		.uid = uid,
		.json = buffer_text(&json),
	};
	rc = store_event_put(a->store, &row);
	buffer_release(&json);
	return rc;
}

/* What the history knows of an anomaly. */
struct known {
	bool found;
	enum anomaly_state state;
	int64_t first_seen_ms, until_ms;
	char severity[16];
	char *detail, *ack_reason;
};

static int copy_known(void *context, const struct store_anomaly *row)
{
	struct known *k = context;
	k->found = true;
	k->state = row->state;
	k->first_seen_ms = row->first_seen_ms;
	k->until_ms = row->acknowledged_until_ms;
	size_t n = strlen(row->severity);
	memcpy(k->severity, row->severity, n < sizeof(k->severity) ? n : sizeof(k->severity) - 1);
	k->detail = memory_text(row->detail);
	k->ack_reason = memory_text(row->ack_reason);
	return 0;
}

static int put_anomaly_event(struct audit *a, const struct store_anomaly *row, const struct known *before,
                             const struct journal_subject *about)
{
	struct event_state previous = {before->found ? state_names[before->state] : "", before->severity, before->detail};
	struct event_state current = {state_names[row->state], row->severity, row->detail};
	struct event_log log = {row->log_id, about->log_name, row->has_entry, row->entry_index};
	struct event e = {
		.type = "anomaly",
		.severity = row->severity,
		.rule = row->rule,
		.uid = &row->uid,
		.state = state_names[row->state],
		.first_seen_ms = row->first_seen_ms,
		.last_seen_ms = row->last_seen_ms,
		.previous = before->found ? &previous : NULL,
		.current = &current,
		.log = row->log_id ? &log : NULL,
		.certificate = about->certificate,
	};
	return journal_event(a, &e);
}

int journal_raise(struct audit *a, const struct anomaly_rule *rule, const char *subject, const char *detail,
                  const struct journal_subject *about)
{
	struct known before = {0};
	struct store_anomaly row = {
		.uid = anomaly_uid(rule->id, subject),
		.rule = rule->id,
		.severity = severity_name(rule->severity),
		.domain = about->domain,
		.detail = detail,
		.state = ANOMALY_NEW,
		.tbs_sha256 = about->tbs_sha256,
		.log_id = about->log_id,
		.has_entry = about->has_entry,
		.entry_index = about->entry_index,
		.first_seen_ms = a->options->at_ms,
		.last_seen_ms = a->options->at_ms,
	};
	int rc = store_anomaly_get(a->store, &row.uid, copy_known, &before);
	if (rc < 0)
		return rc;
	bool acknowledged = before.found && before.state == ANOMALY_ACKNOWLEDGED &&
	                    (before.until_ms == 0 || a->options->at_ms < before.until_ms);
	bool open = before.found && before.state != ANOMALY_CLEARED &&
	            (before.state != ANOMALY_ACKNOWLEDGED || acknowledged);
	bool changed = !before.found || strcmp(before.severity, row.severity) != 0 || strcmp(before.detail, detail) != 0;
	if (open) {
		row.first_seen_ms = before.first_seen_ms;
		row.state = acknowledged ? ANOMALY_ACKNOWLEDGED : changed ? ANOMALY_ONGOING : before.state;
		row.acknowledged_until_ms = before.until_ms;
		row.ack_reason = before.ack_reason;
	} else {
		a->run.anomalies++;
		if (a->options->has_fail_on && rule->severity >= a->options->fail_on)
			a->alarmed = true;
	}
	rc = store_anomaly_put(a->store, &row);
	if (rc >= 0 && (!open || (changed && !acknowledged)))
		rc = put_anomaly_event(a, &row, &before, about);
	free(before.detail);
	free(before.ack_reason);
	return rc;
}

/* ---- clearing ---- */

struct clearing {
	const struct sha256 *tbs, *still;
	size_t still_count;
	struct sha256 uids[64];
	size_t n;
};

static int collect_cleared(void *context, const struct store_anomaly *row)
{
	struct clearing *c = context;
	if (!row->tbs_sha256 || !sha256_equal(row->tbs_sha256, c->tbs) || row->state == ANOMALY_CLEARED)
		return 0;
	for (size_t i = 0; i < c->still_count; i++)
		if (sha256_equal(&row->uid, &c->still[i]))
			return 0;
	if (c->n < sizeof(c->uids) / sizeof(c->uids[0]))
		c->uids[c->n++] = row->uid;
	return 0;
}

struct cleared {
	struct audit *audit;
	int rc;
	const struct journal_subject *about; /* NULL: a certificate's, which says nothing of a log */
};

static int clear_one(void *context, const struct store_anomaly *row)
{
	struct cleared *c = context;
	struct known before = {0};
	struct journal_subject about = {.domain = row->domain, .log_name = ""};
	struct store_anomaly now = *row;
	if (row->state == ANOMALY_CLEARED)
		return 0;
	if (c->about)
		about = *c->about;
	copy_known(&before, row);
	now.state = ANOMALY_CLEARED;
	now.last_seen_ms = c->audit->options->at_ms;
	c->rc = store_anomaly_put(c->audit->store, &now);
	if (c->rc >= 0)
		c->rc = put_anomaly_event(c->audit, &now, &before, &about);
	free(before.detail);
	free(before.ack_reason);
	return 0;
}

int journal_clear_certificate(struct audit *a, const struct sha256 *tbs, const struct sha256 *still, size_t n)
{
	struct clearing c = {.tbs = tbs, .still = still, .still_count = n};
	int rc = store_anomaly_each(a->store, collect_cleared, &c);
	for (size_t i = 0; rc >= 0 && i < c.n; i++) {
		struct cleared one = {a, 0, NULL};
		rc = store_anomaly_get(a->store, &c.uids[i], clear_one, &one);
		if (rc >= 0)
			rc = one.rc;
	}
	return rc;
}

int journal_clear(struct audit *a, const struct anomaly_rule *rule, const char *subject,
                  const struct journal_subject *about)
{
	struct sha256 uid = anomaly_uid(rule->id, subject);
	struct cleared one = {a, 0, about};
	int rc = store_anomaly_get(a->store, &uid, clear_one, &one);
	return rc < 0 ? rc : one.rc;
}

/* ---- logs ---- */

int journal_log(struct audit *a, const struct sha256 *log_id, const char *name, const struct event_change *change)
{
	struct event_log log = {.log_id = log_id, .name = name};
	struct event e = {.type = "log", .log = &log, .change = change};
	return journal_event(a, &e);
}
