#include "report/anomaly_text.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/hex.h"
#include "base/memory.h"
#include "base/timestamp.h"

enum { SHORT_UID = 12 };

void anomaly_copy(struct anomaly_copy *to, const struct store_anomaly *from)
{
	*to = (struct anomaly_copy){
		.uid = from->uid,
		.has_certificate = from->tbs_sha256 != NULL,
		.has_log = from->log_id != NULL,
		.has_entry = from->has_entry,
		.entry_index = from->entry_index,
		.first_seen_ms = from->first_seen_ms,
		.last_seen_ms = from->last_seen_ms,
		.state = from->state,
		.rule = memory_text(from->rule),
		.domain = memory_text(from->domain ? from->domain : ""),
		.detail = memory_text(from->detail ? from->detail : ""),
	};
	if (from->tbs_sha256)
		to->tbs_sha256 = *from->tbs_sha256;
	if (from->log_id)
		to->log_id = *from->log_id;
	if (!severity_of(from->severity, &to->severity))
		to->severity = SEVERITY_CRITICAL;
}

void anomaly_copy_release(struct anomaly_copy *c)
{
	free(c->rule);
	free(c->domain);
	free(c->detail);
}

static int compare(const void *x, const void *y)
{
	const struct anomaly_copy *a = x, *b = y;
	if (a->severity != b->severity)
		return a->severity < b->severity ? 1 : -1;
	if (a->first_seen_ms != b->first_seen_ms)
		return a->first_seen_ms < b->first_seen_ms ? 1 : -1;
	int order = strcmp(a->rule, b->rule);
	return order != 0 ? order : memcmp(a->uid.b, b->uid.b, SHA256_BYTES);
}

void anomaly_sort(struct anomaly_copy *anomalies, size_t n)
{
	if (n > 0)
		qsort(anomalies, n, sizeof(*anomalies), compare);
}

static void put_one(const struct anomaly_copy *a, struct buffer *out)
{
	const struct anomaly_rule *rule = anomaly_rule_find(a->rule);
	char uid[2 * SHA256_BYTES + 1], tbs[2 * SHA256_BYTES + 1], log[2 * SHA256_BYTES + 1], when[TIMESTAMP_TEXT_SIZE];
	hex_encode(sha256_bytes(&a->uid), uid);
	hex_encode(sha256_bytes(&a->tbs_sha256), tbs);
	hex_encode(sha256_bytes(&a->log_id), log);
	buffer_printf(out, "%-8s  %s  %s  %.*s\n", severity_name(a->severity), a->rule, a->domain, SHORT_UID, uid);
	buffer_printf(out, "          %s\n", a->detail);
	if (rule)
		buffer_printf(out, "          do: %s\n", rule->what_to_do);
	buffer_printf(out, "          since %s", timestamp_text(a->first_seen_ms, when));
	if (a->has_certificate)
		buffer_printf(out, ", certificate %.16s", tbs);
	if (a->has_log)
		buffer_printf(out, ", log %.16s", log);
	if (a->has_entry)
		buffer_printf(out, ", entry %" PRIu64, a->entry_index);
	buffer_put_text(out, "\n\n");
}

void anomaly_text_put(struct anomaly_copy *anomalies, size_t n, struct buffer *out)
{
	if (n == 0)
		return;
	anomaly_sort(anomalies, n);
	for (size_t i = 0; i < n; i++)
		put_one(&anomalies[i], out);
	buffer_printf(out, "%zu open; `teewatch ack ID --reason TEXT` acknowledges one (ID: the last column, or its beginning)\n", n);
}
