#include "net/pace.h"

enum { FIRST_LIMIT = 2, PAUSE_FIRST_MS = 1000, PAUSE_LAST_MS = 300000, SUCCESSES_PER_STEP = 8 };

void pace_init(struct pace *p, unsigned most)
{
	*p = (struct pace){.most = most ? most : 1};
	p->limit = p->most < FIRST_LIMIT ? p->most : FIRST_LIMIT;
}

bool pace_may_start(const struct pace *p, int64_t now_ms)
{
	return p->running < p->limit && now_ms >= p->not_before_ms;
}

void pace_started(struct pace *p)
{
	p->running++;
}

void pace_finished(struct pace *p, bool overloaded, int64_t retry_after_ms, int64_t now_ms, uint32_t random)
{
	if (p->running > 0)
		p->running--;
	if (!overloaded) {
		p->failures = 0;
		if (++p->successes >= SUCCESSES_PER_STEP && p->limit < p->most) {
			p->limit++;
			p->successes = 0;
		}
		return;
	}
	p->successes = 0;
	p->limit = p->limit > 1 ? p->limit / 2 : 1;
	int64_t pause = PAUSE_FIRST_MS;
	for (unsigned i = 0; i < p->failures && pause < PAUSE_LAST_MS; i++)
		pause *= 2;
	p->failures++;
	if (pause > PAUSE_LAST_MS)
		pause = PAUSE_LAST_MS;
	pause = (int64_t)(random % (uint64_t)(pause + 1)); /* full jitter */
	if (retry_after_ms > pause)
		pause = retry_after_ms < PAUSE_LAST_MS ? retry_after_ms : PAUSE_LAST_MS;
	if (now_ms + pause > p->not_before_ms)
		p->not_before_ms = now_ms + pause;
}
