/*
 * Figures of the history for Prometheus, in its text format 0.0.4, as node_exporter's textfile collector takes
 * them. The names are a promise: teewatch-metrics(7) tells of each. Depends on base, policy, store.
 */
#ifndef TEEWATCH_REPORT_METRICS_H
#define TEEWATCH_REPORT_METRICS_H

#include "store/store.h"

struct metric {
	const char *name, *type, *help; /* type: gauge, counter */
};
extern const struct metric metrics[];
extern const size_t metric_count;

/* Append them all. 0 or a store error. */
int metrics_put(struct store *s, struct buffer *out);

#endif
