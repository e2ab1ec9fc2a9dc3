#include "report/outlook.h"

#include <inttypes.h>
#include <stdio.h>

enum { HOUR_MS = 3600 * 1000, DAYS_LOOKED_AT = 14, ROWS_MIN = 3 };

static uint64_t last_rate(const struct store_progress *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (rows[i].entries > 0 && rows[i].duration_ms > 0)
			return (uint64_t)((double)rows[i].entries * 1000 / (double)rows[i].duration_ms);
	return 0;
}

/* The oldest row of the last days that was still behind: before it, all was well. */
static const struct store_progress *first_behind(const struct store_progress *rows, size_t n, size_t *count)
{
	const struct store_progress *first = NULL;
	*count = 0;
	for (size_t i = 0; i < n; i++) {
		if (rows[0].at_ms - rows[i].at_ms > (int64_t)DAYS_LOOKED_AT * 24 * HOUR_MS ||
		    rows[i].audited_size >= rows[i].tree_size)
			break;
		first = &rows[i];
		++*count;
	}
	return first;
}

struct outlook outlook_of(const struct store_progress *rows, size_t n, uint64_t lag)
{
	struct outlook o = {.per_second = last_rate(rows, n)};
	size_t count;
	const struct store_progress *first = first_behind(rows, n, &count);
	if (lag == 0) {
		o.has_eta = true;
		return o;
	}
	if (count >= ROWS_MIN && rows[0].at_ms - first->at_ms >= HOUR_MS && rows[0].audited_size >= first->audited_size &&
	    rows[0].tree_size >= first->tree_size) {
		double audited = (double)(rows[0].audited_size - first->audited_size);
		double grown = (double)(rows[0].tree_size - first->tree_size);
		double span_ms = (double)(rows[0].at_ms - first->at_ms), eta_ms = (double)lag * span_ms / (audited - grown);
		o.falling_behind = audited <= grown;
		o.has_eta = !o.falling_behind && eta_ms < 1e15;
		if (o.has_eta)
			o.eta_ms = (int64_t)eta_ms;
	} else if (o.per_second > 0) {
		o.has_eta = true;
		o.eta_ms = (int64_t)(lag / o.per_second * 1000);
	}
	return o;
}

void outlook_duration_text(int64_t ms, char out[32])
{
	static const struct {
		int64_t ms, below_ms;
		const char *unit;
	} units[] = {{1000, 120 * 1000, "s"}, {60 * 1000, 2 * HOUR_MS, "min"}, {HOUR_MS, INT64_C(48) * HOUR_MS, "h"},
	             {INT64_C(24) * HOUR_MS, INT64_MAX, "days"}};
	size_t i = 0;
	while (ms >= units[i].below_ms)
		i++;
	snprintf(out, 32, "%" PRId64 " %s", ms / units[i].ms + (ms % units[i].ms != 0), units[i].unit);
}
