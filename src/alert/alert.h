/*
 * The outbox: brings the events of the history to the destinations of the configuration. Events are committed with
 * what they tell of; each destination has a position in the same database, which moves after a delivery. So an event
 * arrives at least once, in order of seq, whatever crashes in between, and what failed is tried again by the next
 * run. Runs in the main process; webhooks go through the fetch process. Depends on base, policy, store, report, proc.
 */
#ifndef TEEWATCH_ALERT_ALERT_H
#define TEEWATCH_ALERT_ALERT_H

#include <signal.h>

#include "alert/destination.h"
#include "proc/pool.h"
#include "report/event_format.h"
#include "store/store.h"

struct alert_options {
	struct store *store;
	struct pool *pool;                   /* for webhooks */
	const struct alert_destination *destinations;
	size_t count;
	const char *version;
	bool quiet;                          /* say nothing of what cannot be delivered */
	const volatile sig_atomic_t *stop;   /* ends a delivery between two events; may be NULL */
};

struct alerts;

/* Options are borrowed until alerts_free. Never fails: a directory of hooks that cannot be read is said at the first
 * delivery. */
struct alerts *alerts_new(const struct alert_options *options);
void alerts_free(struct alerts *a);

/* In a transaction, before the run's first event: a destination that is new begins there. 0 or a store error. */
int alerts_begin(struct alerts *a);

/* Outside of transactions: deliver what is committed. A destination that fails is said on stderr and left alone until
 * alerts_free. 0 or a store error. */
int alerts_deliver(struct alerts *a);

/* Is something left that could not be delivered? */
bool alerts_failed(const struct alerts *a);

#endif
