/*
 * teewatch check: a probe for monitoring systems, in the convention of the monitoring plugins: one line with
 * performance data behind a bar, and an exit status of its own.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "cmd/command.h"
#include "report/outlook.h"

enum plugin_status { PLUGIN_OK, PLUGIN_WARNING, PLUGIN_CRITICAL, PLUGIN_UNKNOWN };

#define HOUR_MS INT64_C(3600000)

struct check {
	struct store *store;
	enum severity warning, critical;
	uint64_t stale_hours;
	uint64_t open[SEVERITY_CRITICAL + 1];
	bool ran;
	int64_t finished_ms;
	int run_status;           /* of the newest run that has finished */
	uint64_t logs, lag;
};

static int read_options(struct check *c, int argc, char **argv)
{
	struct command_walk w = command_walk("check", argc, argv);
	const char *value, *name;
	while ((name = command_next(&w, &value))) {
		if (name[0] == 0)
			return command_usage("check", "\"%s\" is one word too many", value);
		if (strcmp(name, "--stale") == 0) {
			if (!text_decimal(bytes_of_text(value), 24 * 366, &c->stale_hours) || c->stale_hours == 0)
				return command_usage("check", "--stale \"%s\" is no number of hours", value);
		} else if (!severity_of(value, strcmp(name, "-w") == 0 ? &c->warning : &c->critical)) {
			return command_usage("check", "%s \"%s\" is none of info, low, medium, high, critical", name, value);
		}
	}
	return w.failed ? EXIT_USAGE : EXIT_DONE;
}

/* ---- what there is to see ---- */

static int count_anomaly(void *context, const struct store_anomaly *a)
{
	struct check *c = context;
	enum severity s;
	if ((a->state == ANOMALY_NEW || a->state == ANOMALY_ONGOING) && severity_of(a->severity, &s))
		c->open[s]++;
	return 0;
}

static int take_run(void *context, const struct store_run *r)
{
	struct check *c = context;
	if (c->ran || r->finished_ms == 0)
		return 0;
	c->ran = true;
	c->finished_ms = r->finished_ms;
	c->run_status = r->exit_status;
	return 0;
}

static int take_size(void *context, const struct store_tree_head *h)
{
	uint64_t *size = context;
	if (h->state != TREE_HEAD_CONTRADICTED && h->tree_size > *size)
		*size = h->tree_size;
	return 0;
}

static int add_log(void *context, const struct store_log *log)
{
	struct check *c = context;
	struct store_position p;
	uint64_t size = 0;
	if (!log->listed)
		return 0;
	int rc = store_position_get(c->store, &log->log_id, &p);
	if (rc >= 0)
		rc = store_tree_head_each(c->store, &log->log_id, take_size, &size);
	c->logs++;
	if (rc >= 0 && p.started && size > p.audited_size)
		c->lag += size - p.audited_size;
	return rc < 0 ? rc : 0;
}

static int look(struct check *c)
{
	int rc = store_anomaly_each(c->store, count_anomaly, c);
	if (rc >= 0)
		rc = store_run_each(c->store, take_run, c);
	if (rc >= 0)
		rc = store_log_each(c->store, add_log, c);
	return rc;
}

/* ---- the answer ---- */

static enum plugin_status judge_open(const struct check *c)
{
	enum plugin_status status = PLUGIN_OK;
	for (int s = SEVERITY_INFO; s <= SEVERITY_CRITICAL; s++) {
		if (c->open[s] > 0 && s >= (int)c->critical)
			return PLUGIN_CRITICAL;
		if (c->open[s] > 0 && s >= (int)c->warning)
			status = PLUGIN_WARNING;
	}
	return status;
}

static void put_open(const struct check *c, struct buffer *out)
{
	const char *separator = "";
	for (int s = SEVERITY_CRITICAL; s >= SEVERITY_INFO; s--) {
		if (c->open[s] == 0)
			continue;
		buffer_printf(out, "%s%" PRIu64 " %s", separator, c->open[s], severity_name((enum severity)s));
		separator = ", ";
	}
	buffer_put_text(out, separator[0] ? " open" : "nothing open");
}

static enum plugin_status put_answer(const struct check *c, struct buffer *out)
{
	static const char *const words[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};
	int64_t age_ms = clock_now_ms() - c->finished_ms;
	char age[32];
	enum plugin_status status = judge_open(c);
	if (c->run_status == EXIT_INTERNAL)
		status = PLUGIN_CRITICAL;
	else if (c->run_status == EXIT_INCOMPLETE && status == PLUGIN_OK)
		status = PLUGIN_WARNING;
	/* What was open may be so no more, and what is new is not seen: a probe that is not fed knows nothing. */
	if (!c->ran || age_ms > (int64_t)c->stale_hours * HOUR_MS)
		status = PLUGIN_UNKNOWN;
	buffer_printf(out, "TEEWATCH %s - ", words[status]);
	put_open(c, out);
	outlook_duration_text(age_ms > 0 ? age_ms : 0, age);
	if (!c->ran)
		buffer_put_text(out, ", no crawl has ended yet");
	else
		buffer_printf(out, ", %slast crawl ended %s ago", status == PLUGIN_UNKNOWN ? "stale: the " : "", age);
	if (c->run_status == EXIT_INCOMPLETE)
		buffer_put_text(out, "; a log or collateral could not be had");
	else if (c->run_status == EXIT_INTERNAL)
		buffer_put_text(out, "; it failed");
	buffer_put_text(out, " |");
	for (int s = SEVERITY_CRITICAL; s >= SEVERITY_INFO; s--)
		buffer_printf(out, " %s=%" PRIu64 ";;;0", severity_name((enum severity)s), c->open[s]);
	buffer_printf(out, " logs=%" PRIu64 ";;;0 lag=%" PRIu64 ";;;0", c->logs, c->lag);
	if (c->ran)
		buffer_printf(out, " age=%" PRId64 "s;;;0", age_ms > 0 ? age_ms / 1000 : 0);
	buffer_put_u8(out, '\n');
	return status;
}

/* Whatever is in the way: what it is stands on stdout too, where such systems look for it. */
static int unknown(const char *why)
{
	printf("TEEWATCH UNKNOWN - %s\n", why);
	fflush(stdout);
	return PLUGIN_UNKNOWN;
}

int check_command(const struct command_context *context, int argc, char **argv)
{
	struct check c = {.warning = SEVERITY_LOW, .critical = SEVERITY_HIGH, .stale_hours = 26};
	struct buffer out;
	if (read_options(&c, argc, argv) != EXIT_DONE)
		return unknown("the probe is called in a wrong way");
	if (store_open(context->state_directory, STORE_READ, &c.store) != 0)
		return unknown(store_open_message());
	buffer_init(&out, 64 << 10);
	int status = look(&c) < 0 ? unknown(store_message(c.store)) : (int)put_answer(&c, &out);
	if (out.n > 0 && command_print(buffer_bytes(&out)) != EXIT_DONE)
		status = PLUGIN_UNKNOWN;
	buffer_release(&out);
	store_close(c.store);
	return status;
}
