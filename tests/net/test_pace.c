/* Pace and turns of hosts in simulated time: hours pass at once, nothing sleeps. */
#include "net/pace.h"
#include "net/schedule.h"

#include "test.h"

enum { HALF = 0x80000000u };

static void answer(struct pace *p, enum pace_outcome outcome, int64_t now)
{
	pace_result(p, p->round, outcome, -1, HALF, now);
}

/* How many may start at this moment. */
static unsigned starts(struct pace *p, int64_t now)
{
	unsigned n = 0;
	for (; pace_may_start(p, now) && n < 1000; n++)
		pace_start(p, now);
	return n;
}

TEST(grows_to_its_maximum)
{
	struct pace p;
	pace_init(&p, 6);
	unsigned was = 0;
	for (int turn = 0; turn < 5; turn++) {
		unsigned n = starts(&p, 0);
		CHECK_THAT(turn == 0 ? n == 1 : n > was || n == 6, "%u after %u", n, was);
		was = n;
		for (unsigned i = 0; i < n; i++)
			answer(&p, PACE_GOOD, 0);
	}
	CHECK_U64(was, 6);
	CHECK(pace_is_fresh(&p, 0));
}

TEST(no_maximum_is_one)
{
	struct pace p;
	pace_init(&p, 0);
	CHECK_U64(starts(&p, 0), 1);
	answer(&p, PACE_GOOD, 0);
	CHECK_U64(starts(&p, 0), 1);
}

/* All answers of one round say the same thing: it slows down once. */
TEST(slows_down_once_a_round)
{
	struct pace p;
	pace_init(&p, 16);
	for (int i = 0; i < 40; i++) {
		pace_start(&p, 0);
		answer(&p, PACE_GOOD, 0);
	}
	uint32_t round[16];
	for (int i = 0; i < 16; i++)
		round[i] = pace_start(&p, 0);
	CHECK(!pace_may_start(&p, 0));
	for (int i = 0; i < 16; i++)
		pace_result(&p, round[i], i == 3 ? PACE_GOOD : PACE_BUSY, -1, HALF, 0);
	CHECK_U64(p.window / 256, 12);
	CHECK_U64(p.failures, 1);
	CHECK(!pace_may_start(&p, 999));
	CHECK(pace_may_start(&p, 1000)); /* half of the first 2 s */
	CHECK(pace_due(&p) == 1000);
	CHECK(!pace_is_fresh(&p, 0));
	/* Where that was not enough, by half; trouble of the host counts the same. */
	pace_start(&p, 1000);
	answer(&p, PACE_BUSY, 1000);
	CHECK_U64(p.window / 256, 6);
	pace_start(&p, 10000);
	answer(&p, PACE_BAD, 10000);
	CHECK_U64(p.window / 256, 3);
	/* From here on it grows with care. */
	unsigned good = 0;
	for (int64_t now = 20000; p.window / 256 < 5 && good < 1000; good++) {
		pace_start(&p, now);
		answer(&p, PACE_GOOD, now);
	}
	CHECK_U64(good, 256);
}

TEST(retry_after_is_kept)
{
	struct pace p;
	pace_init(&p, 4);
	uint32_t round = pace_start(&p, 100);
	pace_result(&p, round, PACE_BUSY, 30000, UINT32_MAX, 200);
	CHECK(!pace_may_start(&p, 30199));
	CHECK(pace_may_start(&p, 30200));
	CHECK(pace_due(&p) == 30200);
	/* A late answer of the same round may ask for more, and never for less. */
	struct pace q;
	pace_init(&q, 4);
	pace_start(&q, 0);
	answer(&q, PACE_GOOD, 0);
	uint32_t a = pace_start(&q, 0), b = pace_start(&q, 0);
	pace_result(&q, a, PACE_BUSY, 1000, 0, 0);
	pace_result(&q, b, PACE_BUSY, 60000, 0, 0);
	CHECK(pace_due(&q) == 60000);
	/* Five minutes at most. */
	round = pace_start(&p, 30200);
	pace_result(&p, round, PACE_BUSY, INT64_C(86400000), 0, 30200);
	CHECK(pace_due(&p) == 30200 + PACE_DELAY_MAX_MS);
	/* Zero: now, but for the gap. */
	struct pace z;
	pace_init(&z, 4);
	round = pace_start(&z, 0);
	pace_result(&z, round, PACE_BUSY, 0, UINT32_MAX, 0);
	CHECK(pace_due(&z) > 0 && pace_due(&z) <= 1000);
	/* On a good answer the field means nothing. */
	pace_init(&z, 4);
	round = pace_start(&z, 0);
	pace_result(&z, round, PACE_GOOD, 30000, 0, 0);
	CHECK(pace_may_start(&z, 0));
}

TEST(backs_off_exponentially_with_full_jitter)
{
	struct pace p;
	int64_t now = 0, most = 2000;
	pace_init(&p, 4);
	for (int i = 0; i < 60; i++) {
		uint32_t round = pace_start(&p, now);
		struct pace least = p;
		pace_result(&least, round, PACE_BAD, -1, 0, now);
		CHECK(pace_due(&least) == now); /* full jitter reaches down to nothing */
		pace_result(&p, round, PACE_BAD, -1, UINT32_MAX, now);
		int64_t delay = pace_due(&p) - now;
		CHECK_THAT(delay <= most && delay >= most - 1000, "failure %d: %" PRId64 " of %" PRId64, i, delay,
		           most);
		now = pace_due(&p);
		most = most * 2 < PACE_DELAY_MAX_MS ? most * 2 : PACE_DELAY_MAX_MS;
	}
	CHECK(most == PACE_DELAY_MAX_MS);
	pace_start(&p, now);
	answer(&p, PACE_GOOD, now);
	CHECK_U64(p.failures, 0);
	CHECK(pace_may_start(&p, now));
}

TEST(none_changes_nothing)
{
	struct pace p;
	pace_init(&p, 4);
	uint32_t round = pace_start(&p, 0);
	pace_result(&p, round, PACE_NONE, 50000, HALF, 0);
	CHECK_U64(p.running, 0);
	CHECK(pace_may_start(&p, 0));
	CHECK_U64(p.window, 256);
}

/* ---- a host with a limit ---- */

struct limited_host {
	struct pace pace;
	double tokens, per_s, burst;  /* token bucket */
	int64_t latency_ms, tokens_at;
	int64_t ends[64];             /* running requests: when they end; 0: none */
	uint32_t rounds[64];
	enum pace_outcome outcomes[64];
	uint64_t random, good, busy;
};

static void start_one(struct limited_host *h, int64_t now)
{
	size_t i = 0;
	while (h->ends[i])
		i++;
	h->tokens += (double)(now - h->tokens_at) / 1000 * h->per_s;
	h->tokens = h->tokens > h->burst ? h->burst : h->tokens;
	h->tokens_at = now;
	h->outcomes[i] = h->tokens >= 1 ? PACE_GOOD : PACE_BUSY;
	if (h->tokens >= 1)
		h->tokens -= 1;
	h->rounds[i] = pace_start(&h->pace, now);
	h->ends[i] = now + h->latency_ms;
}

static void end_due(struct limited_host *h, int64_t now)
{
	for (size_t i = 0; i < 64; i++) {
		if (!h->ends[i] || h->ends[i] > now)
			continue;
		h->ends[i] = 0;
		*(h->outcomes[i] == PACE_GOOD ? &h->good : &h->busy) += 1;
		pace_result(&h->pace, h->rounds[i], h->outcomes[i], -1, (uint32_t)test_random(&h->random), now);
	}
}

static struct limited_host crawl(double per_s, int64_t latency_ms, unsigned max, int64_t hours)
{
	struct limited_host h = {.per_s = per_s, .burst = 10, .tokens = 10, .latency_ms = latency_ms, .random = 1};
	pace_init(&h.pace, max);
	for (int64_t now = 1; now < hours * 3600000; now++) {
		end_due(&h, now);
		while (pace_may_start(&h.pace, now))
			start_one(&h, now);
	}
	return h;
}

/* Whatever the limit, most of it is used, and few requests are asked in vain. */
TEST(finds_the_limit)
{
	static const struct {
		double per_s;
		int64_t latency_ms;
	} rows[] = {{0.5, 200}, {1, 50}, {10, 20}, {10, 500}, {32, 100}, {75, 50}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct limited_host h = crawl(rows[i].per_s, rows[i].latency_ms, 16, 1);
		double used = (double)h.good / (rows[i].per_s * 3600);
		double vain = (double)h.busy / (double)(h.good + h.busy);
		CHECK_THAT(used > 0.6 && used <= 1.01, "limit %g/s: %g used", rows[i].per_s, used);
		CHECK_THAT(vain < 0.1, "limit %g/s: %g in vain", rows[i].per_s, vain);
	}
}

TEST(is_not_slowed_without_a_limit)
{
	struct limited_host h = crawl(1e9, 100, 8, 1);
	CHECK_U64(h.busy, 0);
	CHECK_THAT(h.good > 8 * 10 * 3600 - 100, "%" PRIu64, h.good);
}

/* ---- turns ---- */

static void put(struct schedule *s, const char *host, struct schedule_node *nodes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		schedule_put(s, host, &nodes[i], 0);
}

TEST(hosts_take_turns)
{
	struct schedule s;
	struct schedule_node a[50], b[2], c[1];
	schedule_init(&s, 1);
	CHECK(schedule_take(&s, 0) == NULL);
	CHECK(schedule_due(&s) == INT64_MAX);
	put(&s, "a.example", a, 50);
	put(&s, "b.example", b, 2);
	put(&s, "c.example", c, 1);
	struct schedule_node *first[6];
	for (int i = 0; i < 6; i++) {
		first[i] = schedule_take(&s, 0);
		CHECK(first[i] != NULL);
		if (first[i])
			schedule_done(first[i], PACE_GOOD, -1, 0, 0);
	}
	CHECK(first[0] == &a[0] && first[1] == &b[0] && first[2] == &c[0]);
	CHECK(first[3] == &a[1] && first[4] == &b[1] && first[5] == &a[2]);
	size_t rest = 0;
	for (struct schedule_node *n; (n = schedule_drop(&s)); rest++)
		CHECK(n == &a[3 + rest]);
	CHECK_U64(rest, 47);
	schedule_release(&s);
}

TEST(a_host_that_backs_off_delays_no_other)
{
	struct schedule s;
	struct schedule_node a[3], b[1];
	schedule_init(&s, 4);
	put(&s, "a.example", a, 3);
	struct schedule_node *n = schedule_take(&s, 0);
	CHECK(n == &a[0]);
	CHECK(schedule_take(&s, 0) == NULL); /* the first answer is awaited */
	CHECK(schedule_due(&s) == INT64_MAX);
	schedule_done(n, PACE_BUSY, 5000, 0, 0);
	CHECK(schedule_due(&s) == 5000);
	put(&s, "b.example", b, 1);
	CHECK(schedule_take(&s, 0) == &b[0]);
	CHECK(schedule_take(&s, 4999) == NULL);
	CHECK(schedule_take(&s, 5000) == &a[1]);
	schedule_release(&s);
}

TEST(hosts_without_a_past_are_forgotten)
{
	struct schedule s;
	static struct schedule_node nodes[5000];
	schedule_init(&s, 2);
	for (size_t i = 0; i < 5000; i++) {
		char host[32];
		snprintf(host, sizeof(host), "h%zu.example", i);
		schedule_put(&s, host, &nodes[i], 0);
		struct schedule_node *n = schedule_take(&s, 0);
		CHECK(n == &nodes[i]);
		if (n)
			schedule_done(n, i % 100 == 0 ? PACE_BAD : PACE_GOOD, -1, UINT32_MAX, 0);
	}
	CHECK_THAT(s.count <= 1100, "%zu hosts", s.count);
	struct schedule_node again;
	schedule_put(&s, "h0.example", &again, 0);
	CHECK(schedule_take(&s, 0) == NULL); /* its failure is remembered */
	CHECK(schedule_take(&s, 2000) == &again);
	schedule_release(&s);
}

TEST(what_is_remembered)
{
	struct pace p, again;
	pace_init(&p, 8);
	struct pace_memory m = pace_remember(&p);
	CHECK(!m.slowed);
	pace_init(&again, 8);
	pace_resume(&again, &m);
	CHECK(again.window == p.window && !again.slowed); /* nothing learned: a beginner */
	for (int i = 0; i < 40; i++) {
		pace_start(&p, i);
		answer(&p, PACE_GOOD, i);
	}
	pace_start(&p, 100);
	answer(&p, PACE_BUSY, 100);
	m = pace_remember(&p);
	CHECK(m.slowed && m.window == 6 * 256 && m.gap_ms == 0);
	pace_init(&again, 8);
	pace_resume(&again, &m);
	CHECK(again.window == 3 * 256 && again.slowed && pace_may_start(&again, 0));
	pace_init(&again, 2);
	pace_resume(&again, &m);
	CHECK(again.window == 2 * 256); /* fewer are allowed today */
	m = (struct pace_memory){true, 0, 700};
	pace_resume(&again, &m);
	CHECK(again.window == 256 && again.gap_ms == 700);
	m = (struct pace_memory){true, UINT32_MAX, INT64_MAX};
	pace_resume(&again, &m);
	CHECK(again.window == 2 * 256 && again.gap_ms == 10000);
	m.gap_ms = -5;
	pace_resume(&again, &m);
	CHECK(again.gap_ms == 0);
}
