#include "net/pace.h"

enum {
	WINDOW_ONE = 256,         /* one request in units of the window */
	BACK_OFF_BASE_MS = 2000,  /* the first delay is up to this */
	GAP_FIRST_MS = 100,       /* the first gap: 10 requests a second, the lowest limit that logs state */
	GAP_MAX_MS = 10000,       /* slower than any limit met; longer waits are delays */
	GAP_MIN_MS = 20,          /* below it the window is the better brake */
	GAP_DECAY = 64,           /* a good answer takes 1/64 of the gap */
	PROBE_ANSWERS = 128       /* one request more at once after so many good answers: each probe that finds
	                             the limit costs the host a refusal and us a pause */
};

void pace_init(struct pace *p, unsigned max)
{
	*p = (struct pace){.max = max ? max : 1, .window = WINDOW_ONE, .not_before_ms = -1};
}

static bool has_room(const struct pace *p)
{
	return p->running < p->window / WINDOW_ONE;
}

bool pace_may_start(const struct pace *p, int64_t now_ms)
{
	return has_room(p) && (p->not_before_ms < 0 || now_ms >= p->not_before_ms);
}

uint32_t pace_start(struct pace *p, int64_t now_ms)
{
	p->running++;
	if (p->gap_ms > 0)
		p->not_before_ms = now_ms + p->gap_ms;
	return p->round;
}

static void grow(struct pace *p)
{
	p->failures = 0;
	if (p->gap_ms > 0) {
		p->gap_ms -= p->gap_ms / GAP_DECAY + 1;
		if (p->gap_ms < GAP_MIN_MS)
			p->gap_ms = 0;
		return;
	}
	/* Until a limit is met, one more for each answer: twice as many in each round trip. */
	p->window += p->slowed ? WINDOW_ONE / PROBE_ANSWERS : WINDOW_ONE;
	if (p->window / WINDOW_ONE > p->max)
		p->window = p->max * WINDOW_ONE;
}

/* Up to base * 2^failures, evenly: so clients that failed together do not return together. */
static int64_t back_off_ms(uint32_t failures, uint32_t random)
{
	int64_t most = PACE_DELAY_MAX_MS;
	if (failures < 8 && ((int64_t)BACK_OFF_BASE_MS << failures) < most)
		most = (int64_t)BACK_OFF_BASE_MS << failures;
	return (int64_t)(((uint64_t)most * random) >> 32);
}

/* A little below the limit that was just found; far below where that was not enough. */
static void slow_down(struct pace *p, enum pace_outcome outcome)
{
	bool found = outcome == PACE_BUSY && p->failures == 0;
	if (outcome == PACE_BUSY && p->window < 2 * WINDOW_ONE) {
		p->gap_ms = p->gap_ms == 0 ? GAP_FIRST_MS : found ? p->gap_ms * 3 / 2 : p->gap_ms * 2;
		if (p->gap_ms > GAP_MAX_MS)
			p->gap_ms = GAP_MAX_MS;
	}
	p->window -= found ? p->window / 4 : p->window / 2;
	if (p->window < WINDOW_ONE)
		p->window = WINDOW_ONE;
	p->slowed = true;
	p->round++;
}

static void hold_until(struct pace *p, int64_t at_ms)
{
	if (at_ms > p->not_before_ms)
		p->not_before_ms = at_ms;
}

void pace_result(struct pace *p, uint32_t round, enum pace_outcome outcome, int64_t retry_after_ms, uint32_t random,
                 int64_t now_ms)
{
	if (p->running > 0)
		p->running--;
	if (outcome == PACE_NONE)
		return;
	if (outcome != PACE_GOOD && retry_after_ms >= 0)
		hold_until(p, now_ms + (retry_after_ms < PACE_DELAY_MAX_MS ? retry_after_ms : PACE_DELAY_MAX_MS));
	if (round != p->round)
		return; /* started before the last slow-down: its answer was taken into account then */
	if (outcome == PACE_GOOD) {
		grow(p);
		return;
	}
	slow_down(p, outcome);
	hold_until(p, now_ms + p->gap_ms);
	if (retry_after_ms < 0)
		hold_until(p, now_ms + back_off_ms(p->failures, random));
	if (p->failures < UINT32_MAX)
		p->failures++;
}

int64_t pace_due(const struct pace *p)
{
	return has_room(p) ? p->not_before_ms : INT64_MAX;
}

struct pace_memory pace_remember(const struct pace *p)
{
	return (struct pace_memory){p->slowed, p->window, p->gap_ms};
}

void pace_resume(struct pace *p, const struct pace_memory *m)
{
	if (!m->slowed)
		return;
	p->slowed = true;
	p->window = m->window / 2; /* it was found by going too far */
	if (p->window > p->max * WINDOW_ONE)
		p->window = p->max * WINDOW_ONE;
	if (p->window < WINDOW_ONE)
		p->window = WINDOW_ONE;
	p->gap_ms = m->gap_ms < 0 ? 0 : m->gap_ms < GAP_MAX_MS ? m->gap_ms : GAP_MAX_MS;
}

bool pace_is_fresh(const struct pace *p, int64_t now_ms)
{
	return p->running == 0 && p->gap_ms == 0 && p->failures == 0 &&
	       (p->not_before_ms < 0 || now_ms >= p->not_before_ms);
}
