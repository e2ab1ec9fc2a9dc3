/* What is open, worst first, rule by rule: what it means, what to do, and where. */
#include <inttypes.h>
#include <string.h>

#include "base/hex.h"
#include "report/html.h"
#include "report/html_write.h"

enum { SHORT_HEX = 12, DETAIL_CHARACTERS = 500, NAME_CHARACTERS = 120, ROWS_OF_A_RULE = 60 };

static void put_where(const struct anomaly_copy *a, struct buffer *out)
{
	char tbs[2 * SHA256_BYTES + 1], log[2 * SHA256_BYTES + 1];
	hex_encode(sha256_bytes(&a->tbs_sha256), tbs);
	hex_encode(sha256_bytes(&a->log_id), log);
	if (a->has_certificate)
		buffer_printf(out, "certificate <span class=hex title=\"%s\">%.*s</span>", tbs, SHORT_HEX, tbs);
	if (a->has_log)
		buffer_printf(out, "%slog <span class=hex title=\"%s\">%.*s</span>", a->has_certificate ? ", " : "", log, SHORT_HEX,
		              log);
	if (a->has_entry)
		buffer_printf(out, ", entry %" PRIu64, a->entry_index);
}

static void put_row(const struct anomaly_copy *a, struct buffer *out)
{
	char uid[2 * SHA256_BYTES + 1];
	hex_encode(sha256_bytes(&a->uid), uid);
	buffer_put_text(out, "<tr><td>");
	html_put_cut(out, a->domain[0] ? a->domain : "–", NAME_CHARACTERS);
	buffer_put_text(out, "</td><td class=d>");
	html_put_cut(out, a->detail, DETAIL_CHARACTERS);
	buffer_put_text(out, "</td><td class=t>");
	html_put_moment(out, a->first_seen_ms);
	buffer_put_text(out, "</td><td>");
	put_where(a, out);
	buffer_printf(out, "</td><td class=\"hex id\">%.*s</td></tr>\n", SHORT_HEX, uid);
}

static void put_left_out(struct buffer *out, uint64_t n, const char *what)
{
	buffer_put_text(out, "<p class=left>");
	html_put_number(out, n);
	buffer_printf(out, " more %s not shown here; <code>teewatch report</code> prints them all.</p>\n", what);
}

/* Every open anomaly of the rule that the first one has; returns how many. */
static size_t put_rule(const struct html_history *h, size_t first, size_t end, struct buffer *out)
{
	const struct anomaly_copy *a = &h->anomalies[first];
	const struct anomaly_rule *rule = anomaly_rule_find(a->rule);
	size_t n = 0, shown = 0;
	buffer_printf(out, "<div class=\"rule %s\">\n<h3><span class=\"pill %s\">%s</span>", severity_name(a->severity),
	              severity_name(a->severity), severity_name(a->severity));
	html_put_cut(out, a->rule, NAME_CHARACTERS);
	buffer_put_text(out, "</h3>\n");
	if (rule) {
		buffer_put_text(out, "<p>");
		html_put(out, rule->means);
		buffer_put_text(out, "</p>\n<p><span class=do>What to do.</span> ");
		html_put(out, rule->what_to_do);
		buffer_put_text(out, "</p>\n");
	}
	html_table_begin(out, a->rule, "stack");
	buffer_put_text(out, "<thead><tr><th>Domain</th><th>What was found</th><th>Since (UTC)</th><th>Where</th><th>ID</th></tr>"
	                     "</thead><tbody>\n");
	for (size_t i = first; i < end; i++) {
		if (!html_is_open(&h->anomalies[i]) || h->anomalies[i].severity != a->severity ||
		    strcmp(h->anomalies[i].rule, a->rule) != 0)
			continue;
		if (n++ < ROWS_OF_A_RULE && buffer_bytes(out).n < HTML_ANOMALIES_BYTES) {
			put_row(&h->anomalies[i], out);
			shown++;
		}
	}
	html_table_end(out);
	if (shown < n)
		put_left_out(out, n - shown, "of this rule");
	buffer_put_text(out, "</div>\n");
	return n;
}

/* Did an anomaly before this one have its rule and severity? */
static bool rule_is_told(const struct html_history *h, size_t at)
{
	for (size_t i = at; i > 0 && h->anomalies[i - 1].severity == h->anomalies[at].severity; i--)
		if (html_is_open(&h->anomalies[i - 1]) && strcmp(h->anomalies[i - 1].rule, h->anomalies[at].rule) == 0)
			return true;
	return false;
}

static void put_acknowledged(const struct html_history *h, struct buffer *out)
{
	size_t acknowledged = 0, cleared = 0;
	for (size_t i = 0; i < h->anomaly_count; i++) {
		acknowledged += h->anomalies[i].state == ANOMALY_ACKNOWLEDGED;
		cleared += h->anomalies[i].state == ANOMALY_CLEARED;
	}
	if (acknowledged + cleared == 0)
		return;
	buffer_put_text(out, "<p class=note>Beside these, ");
	html_put_number(out, acknowledged);
	buffer_printf(out, " %s acknowledged and ", acknowledged == 1 ? "was" : "were");
	html_put_number(out, cleared);
	buffer_printf(out, " %s cleared.</p>\n", cleared == 1 ? "has" : "have");
}

int html_anomalies_put(const struct html_history *h, struct buffer *out)
{
	size_t open = 0, shown = 0;
	buffer_put_text(out, "<section id=anomalies aria-labelledby=anomalies-h>\n<h2 id=anomalies-h>Open anomalies</h2>\n");
	for (size_t i = 0; i < h->anomaly_count; i++)
		open += html_is_open(&h->anomalies[i]);
	if (open == 0)
		buffer_put_text(out, "<p>None. What the audit cannot see stands below: a log that is behind, evidence that could not "
		                     "be checked.</p>\n");
	else
		buffer_put_text(out, "<p class=note>Worst first. Once you know why one is all right: "
		                     "<code>teewatch ack ID --reason TEXT</code></p>\n");
	for (size_t i = 0; i < h->anomaly_count && buffer_bytes(out).n < HTML_ANOMALIES_BYTES; i++)
		if (html_is_open(&h->anomalies[i]) && !rule_is_told(h, i))
			shown += put_rule(h, i, h->anomaly_count, out);
	if (shown < open)
		put_left_out(out, open - shown, "of other rules");
	put_acknowledged(h, out);
	buffer_put_text(out, "</section>\n");
	return 0;
}
