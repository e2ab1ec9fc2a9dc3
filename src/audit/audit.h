/*
 * The audit of the logs, from tree heads to anomalies: what `teewatch crawl` does. Runs in the main
 * process: it decides and writes the history; what came from the network is parsed by workers.
 * Depends on everything below cmd.
 */
#ifndef TEEWATCH_AUDIT_AUDIT_H
#define TEEWATCH_AUDIT_AUDIT_H

#include <signal.h>

#include "alert/destination.h"
#include "ct/log.h"
#include "policy/policy.h"
#include "proc/vendor.h"
#include "store/store.h"

enum audit_fetch { AUDIT_FETCH_WATCHED, AUDIT_FETCH_ALL, AUDIT_FETCH_NONE };

/* A log to audit. */
struct audit_log {
	struct ct_log log;
	bool local_allowed;  /* http:// and file:// may be used */
	bool has_start, start_begin;
};

struct audit_options {
	struct store *store;
	struct pool *pool;
	const struct policy *policy;
	const struct audit_log *logs;      /* of the configuration's log sections */
	size_t log_count;
	const char *log_list;              /* URL or path; NULL: no list */
	struct bytes log_list_key;         /* empty: a local list without signature */
	const char *only_log;              /* NULL: all of them */
	bool start_begin;
	int64_t at_ms;
	int64_t budget_ms;                 /* 0: none */
	bool offline, rescan;
	bool follow;                       /* runs come close after each other */
	enum audit_fetch fetch;
	struct vendor_urls vendors;
	const struct alert_destination *alerts;
	size_t alert_count;
	const char *metrics_file;          /* NULL: none */
	const char *const *evidence, *const *collateral, *const *trust_anchors; /* NULL-terminated */
	bool has_fail_on;
	enum severity fail_on;
	int verbosity;                     /* -1 quiet, 0, 1 */
	const char *version;
	const volatile sig_atomic_t *stop; /* set by a signal: end tidily */
	void (*alive)(void);               /* called between steps; may be NULL */
};

/* Audit once. Returns the exit status of the command. */
int audit_run(const struct audit_options *options);

#endif
