/* When the audit of a log will have caught up. */
#include "test.h"

#include "report/outlook.h"

#define DAY_MS INT64_C(86400000)

static struct store_progress row(int64_t day, uint64_t entries, int64_t duration_ms, uint64_t tree_size, uint64_t audited)
{
	return (struct store_progress){.at_ms = day * DAY_MS, .entries = entries, .duration_ms = duration_ms, .tree_size = tree_size,
	                               .audited_size = audited};
}

TEST(nothing_is_known)
{
	struct outlook o = outlook_of(NULL, 0, 5);
	CHECK(!o.has_eta && !o.falling_behind && o.per_second == 0);
	o = outlook_of(NULL, 0, 0);
	CHECK(o.has_eta && o.eta_ms == 0 && !o.falling_behind);
}

TEST(one_run_tells_a_rate)
{
	struct store_progress rows[] = {row(9, 0, 50, 1000, 400), row(8, 500, 2000, 1000, 400)};
	struct outlook o = outlook_of(rows, 2, 600);
	CHECK_U64(o.per_second, 250);
	CHECK(o.has_eta && o.eta_ms == 2000 && !o.falling_behind);
}

TEST(nights_that_gain)
{
	/* 300 a night are audited, the log grows by 100: 200 of the lag of 1000 go each night. */
	struct store_progress rows[] = {row(12, 300, 1000, 2000, 1000), row(11, 300, 1000, 1900, 700), row(10, 300, 1000, 1800, 400)};
	struct outlook o = outlook_of(rows, 3, 1000);
	CHECK(o.has_eta && !o.falling_behind);
	CHECK(o.eta_ms == 5 * DAY_MS);
}

TEST(nights_that_lose)
{
	struct store_progress rows[] = {row(12, 100, 1000, 2000, 600), row(11, 100, 1000, 1900, 500), row(10, 100, 1000, 1800, 400)};
	struct outlook o = outlook_of(rows, 3, 1400);
	CHECK(!o.has_eta && o.falling_behind && o.per_second == 100);
}

TEST(one_bad_night_is_no_trend)
{
	/* It had caught up on day 11. */
	struct store_progress rows[] = {row(12, 0, 0, 2100, 1900), row(11, 100, 100, 1900, 1900), row(10, 100, 100, 1800, 1700)};
	struct outlook o = outlook_of(rows, 3, 200);
	CHECK(!o.falling_behind && o.has_eta && o.eta_ms == 0); /* 1000 a second: within a second */
}

TEST(rows_of_long_ago_and_odd_ones)
{
	struct store_progress old[] = {row(40, 1, 1000, 20, 10), row(12, 1, 1000, 15, 9), row(11, 1, 1000, 14, 8)};
	CHECK(!outlook_of(old, 3, 10).falling_behind);
	struct store_progress again[] = {row(12, 1, 1, 20, 3), row(11, 1, 1, 20, 9), row(10, 1, 1, 20, 9)}; /* a rescan */
	struct outlook o = outlook_of(again, 3, 17);
	CHECK(!o.falling_behind && o.has_eta);
}

TEST(durations)
{
	static const struct {
		int64_t ms;
		const char *text;
	} cases[] = {{0, "0 s"}, {1, "1 s"}, {119000, "119 s"}, {120000, "2 min"}, {7199999, "120 min"}, {7200000, "2 h"},
	             {2 * DAY_MS, "2 days"}, {2 * DAY_MS + 1, "3 days"}};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[32];
		outlook_duration_text(cases[i].ms, text);
		CHECK_TEXT(text, cases[i].text);
	}
}
