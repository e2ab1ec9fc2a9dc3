/* What the parts of one audit run share; private to src/audit. */
#ifndef TEEWATCH_AUDIT_STATE_H
#define TEEWATCH_AUDIT_STATE_H

#include "alert/alert.h"
#include "audit/audit.h"
#include "audit/documents.h"
#include "audit/inventory.h"

struct tail;

struct audit {
	const struct audit_options *options;
	struct store *store;
	struct pool *pool;
	struct arena arena;          /* of the whole run */
	struct inventory inventory;
	struct documents documents;
	struct audit_log *logs;
	size_t log_count;
	struct ct_log *listed;       /* every log of the list, audited or not */
	size_t listed_count;
	bool list_failed;            /* no list at hand: nothing is known of who left it */
	struct tail **tails;
	struct store_run run;
	struct alert_options alert_options;
	struct alerts *alerts;       /* the outbox */
	int64_t deadline_ms;         /* monotonic; 0: none */
	int error;                   /* first store or process error: ends the run with status 3 */
	bool incomplete;             /* a log, or collateral due in this run, could not be had */
	bool alarmed;                /* an anomaly at or above --fail-on was opened */
	bool due;                    /* newly audited certificates wait for their analysis */
	bool first_run;              /* no run of this history has completed yet */
};

/* Talk on stderr: what went wrong (always but for -q), and progress (-v). */
void audit_warn(const struct audit *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
void audit_say(const struct audit *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A negative result of the store: remembered, logged once; true when the run must end. */
bool audit_store_failed(struct audit *a, int rc);
bool audit_must_stop(const struct audit *a);

/* Bring what is committed to its destinations. Outside of transactions. */
void audit_deliver(struct audit *a);

/* A slot for a body, waiting for one where all are in use; -1 when the run must stop. */
int audit_take_slot(struct audit *a);

/* sources.c: the logs of the configuration and the list. */
void audit_sources(struct audit *a);

/* changes.c: events where what is said of a log is not what the history knows. In a transaction, before the logs
 * of this run are stored. */
int sources_note_changes(struct audit *a);
/* The name that a log's checkpoint gives itself. */
bool sources_origin_is(struct audit *a, const struct ct_log *log, const char *origin); /* the one that is known */
void sources_note_origin(struct audit *a, const struct ct_log *log, const char *origin);

/* journal.c: anomalies and events. Inside a transaction. */
struct journal_subject {
	const char *domain;
	const struct sha256 *tbs_sha256, *log_id;
	const char *log_name;
	bool has_entry;
	uint64_t entry_index;
	const struct event_certificate *certificate;
};
int journal_raise(struct audit *a, const struct anomaly_rule *rule, const char *subject, const char *detail,
                  const struct journal_subject *about);
/* Clear what is open for this certificate and not in `still` (uids). */
int journal_clear_certificate(struct audit *a, const struct sha256 *tbs, const struct sha256 *still, size_t n);
/* Clear this one, where it is open. */
int journal_clear(struct audit *a, const struct anomaly_rule *rule, const char *subject,
                  const struct journal_subject *about);
/* An event about the log itself. */
struct event_change;
int journal_log(struct audit *a, const struct sha256 *log_id, const char *name, const struct event_change *change);
struct event;
int journal_event(struct audit *a, struct event *e);

/* promises.c: every SCT of a certificate that matched whose entry must be there by now. */
void promises_check(struct audit *a);

/* analysis.c: every certificate that is due. */
void analysis_run(struct audit *a);

#endif
