/*
 * Who is asked next: a queue for each host, each with its pace, and turns among the hosts so
 * that a slow or long queue delays no other. Pure as pace.h is. Depends on base.
 */
#ifndef TEEWATCH_NET_SCHEDULE_H
#define TEEWATCH_NET_SCHEDULE_H

#include <stddef.h>

#include "net/pace.h"

struct schedule_host;

/* Stands inside the caller's struct. */
struct schedule_node {
	struct schedule_node *next;
	struct schedule_host *host;
	uint32_t round;
};

struct schedule {
	struct schedule_host **hosts;
	size_t count, capacity;
	size_t turn;        /* the host to be looked at first */
	size_t sweep_above; /* forget hosts without a past when there are more */
	unsigned per_host;
};

void schedule_init(struct schedule *s, unsigned per_host);
void schedule_release(struct schedule *s);

/* Begin with a host where an earlier acquaintance left off; before anything is queued for it. */
void schedule_resume(struct schedule *s, const char *host, const struct pace_memory *m);

/* Queue the node for the host. */
void schedule_put(struct schedule *s, const char *host, struct schedule_node *node, int64_t now_ms);

/* The next node whose host may be asked now, which counts as running from here on; NULL when
 * there is none. */
struct schedule_node *schedule_take(struct schedule *s, int64_t now_ms);

/* A node that was taken has ended; arguments as for pace_result. Returns what to remember of its host. */
struct pace_memory schedule_done(struct schedule_node *node, enum pace_outcome outcome, int64_t retry_after_ms, uint32_t random,
                   int64_t now_ms);

/* When the next queued node may start, if only time is in the way; INT64_MAX when there is none. */
int64_t schedule_due(const struct schedule *s);

/* Take any queued node out, whatever its host's pace: for the end. NULL when there is none. */
struct schedule_node *schedule_drop(struct schedule *s);

#endif
