/*
 * The pace towards one host: how many requests at once, and how long to wait after the server asked for
 * peace. Starts without a fixed rate and adapts: one more at once after successes, half and a pause after
 * 429 and 503. Pure: time comes as a value.
 */
#ifndef TEEWATCH_NET_PACE_H
#define TEEWATCH_NET_PACE_H

#include <stdbool.h>
#include <stdint.h>

struct pace {
	unsigned limit, most;      /* requests at once now, and ever */
	unsigned running, successes, failures; /* in a row */
	int64_t not_before_ms;     /* monotonic */
};

void pace_init(struct pace *p, unsigned most);
bool pace_may_start(const struct pace *p, int64_t now_ms);
void pace_started(struct pace *p);
/* overloaded: 429 or 503, or the connection failed; retry_after_ms -1: not said. */
void pace_finished(struct pace *p, bool overloaded, int64_t retry_after_ms, int64_t now_ms, uint32_t random);

#endif
