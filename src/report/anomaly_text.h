/* Open anomalies as text for people. Depends on base, policy, store. */
#ifndef TEEWATCH_REPORT_ANOMALY_TEXT_H
#define TEEWATCH_REPORT_ANOMALY_TEXT_H

#include "policy/policy.h"
#include "store/store.h"

/* An anomaly that outlives the walk over the store. Owned: release it. */
struct anomaly_copy {
	struct sha256 uid, tbs_sha256, log_id;
	bool has_certificate, has_log, has_entry;
	uint64_t entry_index;
	int64_t first_seen_ms, last_seen_ms;
	enum anomaly_state state;
	enum severity severity;
	char *rule, *domain, *detail;
};
void anomaly_copy(struct anomaly_copy *to, const struct store_anomaly *from);
void anomaly_copy_release(struct anomaly_copy *c);

/* Worst first, then newest. */
void anomaly_sort(struct anomaly_copy *anomalies, size_t n);

/* Worst first; each with what it means and what to do. Nothing at all where there is none. */
void anomaly_text_put(struct anomaly_copy *anomalies, size_t n, struct buffer *out);

#endif
