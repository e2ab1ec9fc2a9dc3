/*
 * How fast one host may be asked. Nobody tells the rate that a log allows, and it changes, so
 * it is found: requests at once grow one by one while answers are good, and shrink by a quarter,
 * then by half, when the host says 429 or 503; where even one at a time is too many, a gap
 * between starts grows and shrinks in their place. What is not answered well is followed by a
 * delay: the one that the host asks for (Retry-After), else up to 2 s, 4 s, 8 s ... with full
 * jitter; five minutes at most. Pure: time and randomness come in as values, so that hours pass
 * in a test at once.
 */
#ifndef TEEWATCH_NET_PACE_H
#define TEEWATCH_NET_PACE_H

#include <stdbool.h>
#include <stdint.h>

enum { PACE_DELAY_MAX_MS = 5 * 60 * 1000 };

enum pace_outcome {
	PACE_GOOD, /* an answer, whatever it says */
	PACE_BUSY, /* 429 or 503: asked too fast */
	PACE_BAD,  /* no answer, or the host is in trouble */
	PACE_NONE  /* the host was not asked after all */
};

struct pace {
	uint32_t max;            /* requests at once, at most */
	uint32_t running;        /* requests now */
	uint32_t window;         /* requests that may run at once, in 1/256 */
	uint32_t failures;       /* bad rounds in a row */
	uint32_t round;          /* counts the slow-downs: an answer to an older request tells nothing new */
	bool slowed;             /* met a limit once: from then on grow with care */
	int64_t gap_ms;          /* between two starts; 0 while the window alone is enough */
	int64_t not_before_ms;   /* no start earlier; -1: none yet */
};

void pace_init(struct pace *p, unsigned max);

/* May a request start now? Times are of any clock that does not go back, in milliseconds. */
bool pace_may_start(const struct pace *p, int64_t now_ms);

/* A request starts. Returns its round, to be given back with its result. */
uint32_t pace_start(struct pace *p, int64_t now_ms);

/* A request of that round ended. retry_after_ms: what the host asked for, -1 where it did not.
 * random: any 32 random bits. */
void pace_result(struct pace *p, uint32_t round, enum pace_outcome outcome, int64_t retry_after_ms, uint32_t random,
                 int64_t now_ms);

/* The time from which a request may start, if only time is in the way; INT64_MAX when a running
 * one has to end first. */
int64_t pace_due(const struct pace *p);

/* What is worth knowing of a host on another day. */
struct pace_memory {
	bool slowed;             /* false: it never met a limit, and there is nothing to remember */
	uint32_t window;         /* requests that it bore at once, in 1/256 */
	int64_t gap_ms;
};
struct pace_memory pace_remember(const struct pace *p);

/* Begin where an earlier acquaintance left off: at half of the requests at once
 * that it bore, and with the gap that it needed. Numbers out of range are cut to it. */
void pace_resume(struct pace *p, const struct pace_memory *m);

/* Is there nothing to remember: no limit met that still holds, nothing running? */
bool pace_is_fresh(const struct pace *p, int64_t now_ms);

#endif
