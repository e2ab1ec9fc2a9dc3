/*
 * Will the audit of a log catch up, and when? From how far its last runs came. Pure. Depends on base, store.
 */
#ifndef TEEWATCH_REPORT_OUTLOOK_H
#define TEEWATCH_REPORT_OUTLOOK_H

#include "store/store.h"

struct outlook {
	uint64_t per_second;     /* entries audited a second while the last run that audited any was at it; 0: unknown */
	bool has_eta;
	int64_t eta_ms;          /* until nothing is left to audit */
	bool falling_behind;     /* at the rate of the last runs it will not catch up */
};

/* rows: newest first. lag: entries that are signed and not audited. Where there are three runs or more, an hour or
 * more apart, what they audited is set against what the log grew by; else the last rate is all there is. */
struct outlook outlook_of(const struct store_progress *rows, size_t n, uint64_t lag);

/* "40 s", "3 min", "5 h", "12 days", rounded up. */
void outlook_duration_text(int64_t ms, char out[32]);

#endif
