/*
 * Points in time as milliseconds since 1970 UTC, and their RFC 3339 text. Pure: the
 * machine's clocks are in clock.h.
 */
#ifndef TEEWATCH_BASE_TIMESTAMP_H
#define TEEWATCH_BASE_TIMESTAMP_H

#include "base/bytes.h"

enum { TIMESTAMP_TEXT_SIZE = 32 }; /* room for the text and its NUL */

/* Proleptic Gregorian calendar, UTC; false where the parts name no moment (leap second 60
 * counts as 59, as RFC 5280 has no leap seconds). */
bool timestamp_of_civil(int year, int month, int day, int hour, int minute, int second, int64_t *ms);

/* "2026-01-23T00:00:00Z", with ".123" where there are milliseconds; written to out and
 * returned. Years outside 0000..9999 are clamped. */
const char *timestamp_text(int64_t ms, char out[TIMESTAMP_TEXT_SIZE]);

/* RFC 3339 with any offset and fraction (cut to milliseconds). */
bool timestamp_parse(struct bytes text, int64_t *ms);

/* What the command line takes: RFC 3339, a bare date, or '@' and Unix seconds. */
bool timestamp_parse_option(const char *text, int64_t *ms);

#endif
