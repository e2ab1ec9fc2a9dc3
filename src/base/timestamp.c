#include "base/timestamp.h"

#include <stdio.h>

/* Days from 1970-01-01 to the first of March of a year, in the proleptic calendar. */
static int64_t days_of_civil(int64_t y, int m, int d)
{
	y -= m <= 2;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	return era * 146097 + doe - 719468;
}

static void civil_of_days(int64_t z, int *year, int *month, int *day)
{
	z += 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	*day = (int)(doy - (153 * mp + 2) / 5 + 1);
	*month = (int)(mp < 10 ? mp + 3 : mp - 9);
	*year = (int)(yoe + era * 400 + (*month <= 2));
}

static bool is_leap(int y)
{
	return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
}

bool timestamp_of_civil(int year, int month, int day, int hour, int minute, int second, int64_t *ms)
{
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	*ms = 0;
	if (year < 0 || year > 9999 || month < 1 || month > 12 || hour < 0 || hour > 23 || minute < 0 ||
	    minute > 59 || second < 0 || second > 60)
		return false;
	if (day < 1 || day > lengths[month - 1] + (month == 2 && is_leap(year)))
		return false;
	if (second == 60)
		second = 59;
	*ms = ((days_of_civil(year, month, day) * 24 + hour) * 60 + minute) * 60000 + second * 1000;
	return true;
}

const char *timestamp_text(int64_t ms, char out[TIMESTAMP_TEXT_SIZE])
{
	const int64_t first = INT64_C(-62167219200000), last = INT64_C(253402300799999);
	ms = ms < first ? first : ms > last ? last : ms;
	int64_t days = ms / 86400000, rest = ms % 86400000;
	if (rest < 0) {
		rest += 86400000;
		days--;
	}
	int y, m, d;
	civil_of_days(days, &y, &m, &d);
	int n = snprintf(out, TIMESTAMP_TEXT_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d", y, m, d, (int)(rest / 3600000),
	                 (int)(rest / 60000 % 60), (int)(rest / 1000 % 60));
	if (rest % 1000)
		n += snprintf(out + n, TIMESTAMP_TEXT_SIZE - (size_t)n, ".%03d", (int)(rest % 1000));
	snprintf(out + n, TIMESTAMP_TEXT_SIZE - (size_t)n, "Z");
	return out;
}

/* Reads n digits at *p, moves *p on; -1 where they are no digits. */
static int digits(struct bytes *p, size_t n)
{
	int v = 0;
	if (p->n < n)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (p->p[i] < '0' || p->p[i] > '9')
			return -1;
		v = v * 10 + (p->p[i] - '0');
	}
	p->p += n;
	p->n -= n;
	return v;
}

static bool literal(struct bytes *p, const char *any)
{
	if (p->n == 0 || p->p[0] == 0 || !strchr(any, p->p[0]))
		return false;
	p->p++;
	p->n--;
	return true;
}

/* ".123456" -> 123; 0 where there is no fraction. */
static int fraction_ms(struct bytes *p)
{
	if (!literal(p, "."))
		return 0;
	int ms = 0;
	size_t n = 0;
	for (int v; (v = digits(p, 1)) >= 0; n++)
		ms += n == 0 ? v * 100 : n == 1 ? v * 10 : n == 2 ? v : 0;
	return n == 0 ? -1 : ms;
}

bool timestamp_parse(struct bytes text, int64_t *ms)
{
	struct bytes p = text;
	*ms = 0;
	int y = digits(&p, 4), mo = literal(&p, "-") ? digits(&p, 2) : -1, d = literal(&p, "-") ? digits(&p, 2) : -1;
	if (!literal(&p, "Tt "))
		return false;
	int h = digits(&p, 2), mi = literal(&p, ":") ? digits(&p, 2) : -1, s = literal(&p, ":") ? digits(&p, 2) : -1;
	int fraction = fraction_ms(&p);
	if (fraction < 0 || !timestamp_of_civil(y, mo, d, h, mi, s, ms))
		return false;
	*ms += fraction;
	if (literal(&p, "Zz"))
		return p.n == 0;
	int sign = p.n > 0 && p.p[0] == '-' ? 1 : -1;
	if (!literal(&p, "+-"))
		return false;
	int oh = digits(&p, 2), om = literal(&p, ":") ? digits(&p, 2) : -1;
	if (oh < 0 || oh > 23 || om < 0 || om > 59 || p.n != 0)
		return false;
	*ms += sign * (oh * 60 + om) * INT64_C(60000);
	return true;
}

bool timestamp_parse_option(const char *text, int64_t *ms)
{
	if (text[0] == '@') {
		int64_t v = 0;
		size_t n = 1;
		for (; text[n] >= '0' && text[n] <= '9' && n < 14; n++)
			v = v * 10 + (text[n] - '0');
		*ms = v * 1000;
		return n > 1 && text[n] == 0 && v <= INT64_C(253402300799);
	}
	struct bytes p = bytes_of_text(text);
	if (p.n != 10)
		return timestamp_parse(p, ms);
	int y = digits(&p, 4), mo = literal(&p, "-") ? digits(&p, 2) : -1, d = literal(&p, "-") ? digits(&p, 2) : -1;
	return timestamp_of_civil(y, mo, d, 0, 0, 0, ms);
}
