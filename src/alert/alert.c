#include "alert/alert.h"

#include <stdarg.h>
#include <stdlib.h>

#include "alert/send.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"

enum {
	BATCH_EVENTS = 256,               /* of a destination that takes many at once, before its position moves */
	BATCH_BYTES = 4 << 20
};

static const struct kind {
	size_t batch;
	size_t (*send)(const struct alert_sending *s, const struct alert_message *m, size_t n, struct alert_trouble *trouble);
} kinds[] = {
	[ALERT_FILE] = {BATCH_EVENTS, alert_file_send},
	[ALERT_SYSLOG] = {BATCH_EVENTS, alert_syslog_send},
	[ALERT_HOOKS] = {1, alert_hook_send},
	[ALERT_WEBHOOK] = {1, alert_webhook_send},
};

/* What has a position of its own: a destination, or one executable of it. */
struct endpoint {
	const struct alert_destination *destination;
	const char *key;      /* in the database */
	const char *hook;
	bool failed;
};

struct alerts {
	const struct alert_options *options;
	struct arena arena;   /* of the endpoints */
	struct endpoint *v;
	size_t n;
	struct alert_trouble *trouble; /* of destinations without an endpoint, by destination; said once */
	bool failed;
};

void alert_trouble_set(struct alert_trouble *t, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(t->text, sizeof(t->text), format, args);
	va_end(args);
}

bool alert_must_stop(const struct alert_sending *s)
{
	return s->stop && *s->stop;
}

static void say(struct alerts *a, const char *name, const struct alert_trouble *t)
{
	a->failed = true;
	if (!a->options->quiet)
		fprintf(stderr, "teewatch: alert %s: %s; the next run tries again\n", name, t->text);
}

/* ---- endpoints ---- */

static void add_endpoint(struct alerts *a, const struct alert_destination *d, const char *hook)
{
	const char *slash = hook ? strrchr(hook, '/') : NULL;
	a->v = memory_grow(a->v, a->n + 1, sizeof(*a->v));
	a->v[a->n++] = (struct endpoint){
		.destination = d,
		.key = hook ? arena_format(&a->arena, "%s/%s", d->name, slash ? slash + 1 : hook) : d->name,
		.hook = hook,
	};
}

struct alerts *alerts_new(const struct alert_options *options)
{
	struct alerts *a = memory_alloc(sizeof(*a));
	a->options = options;
	arena_init(&a->arena, 4 << 20);
	a->trouble = memory_array(options->count, sizeof(*a->trouble));
	for (size_t i = 0; i < options->count; i++) {
		const struct alert_destination *d = &options->destinations[i];
		const char **hooks;
		size_t n = 0;
		if (d->kind != ALERT_HOOKS)
			add_endpoint(a, d, NULL);
		else if (alert_hooks_list(d->target, &a->arena, &hooks, &n, &a->trouble[i]))
			for (size_t j = 0; j < n; j++)
				add_endpoint(a, d, hooks[j]);
	}
	return a;
}

void alerts_free(struct alerts *a)
{
	if (!a)
		return;
	free(a->v);
	free(a->trouble);
	arena_release(&a->arena);
	free(a);
}

bool alerts_failed(const struct alerts *a)
{
	return a->failed;
}

int alerts_begin(struct alerts *a)
{
	const char **keys = memory_array(a->n, sizeof(*keys));
	for (size_t i = 0; i < a->n; i++)
		keys[i] = a->v[i].key;
	int rc = store_delivery_list(a->options->store, keys, a->n);
	free(keys);
	return rc;
}

/* ---- one batch ---- */

/* Events behind a position, those that are wanted with their texts. */
struct batch {
	const struct endpoint *endpoint;
	const struct event_format *format;
	const struct event_source *source;
	size_t most;
	struct arena *arena;
	struct alert_message v[BATCH_EVENTS];
	size_t n, bytes;
	uint64_t last;        /* seq up to which events were looked at */
	uint64_t unreadable;  /* one that no form can be made of; 0: none */
};

static bool is_wanted(const struct alert_destination *d, const struct event *e)
{
	bool listed = !d->events || !d->events[0];
	for (size_t i = 0; !listed && d->events[i]; i++)
		listed = strcmp(d->events[i], e->type) == 0;
	return listed && (!e->rule || event_severity(e) >= d->severity);
}

static int take_event(void *context, const struct store_event *row)
{
	struct batch *b = context;
	struct alert_message *m = &b->v[b->n];
	struct event *e = arena_alloc(b->arena, sizeof(*e));
	struct buffer text;
	if (b->n == b->most || b->bytes > BATCH_BYTES)
		return 1;
	b->last = row->seq;
	m->json = arena_bytes(b->arena, bytes_of_text(row->json));
	if (!e || fault_is_set(event_read(m->json, b->arena, e))) {
		b->unreadable = row->seq;
		return 0;
	}
	if (!is_wanted(b->endpoint->destination, e))
		return 0;
	buffer_init(&text, LIMIT_ALERT_BYTES);
	b->format->put(e, b->source, &text);
	m->text = arena_bytes(b->arena, buffer_bytes(&text));
	m->event = e;
	if (!buffer_ok(&text) || m->text.n == 0)
		b->unreadable = row->seq;
	else
		b->n++;
	b->bytes += m->text.n;
	buffer_release(&text);
	return 0;
}

static int move_to(struct alerts *a, const struct endpoint *e, uint64_t seq)
{
	struct store_delivery d = {.destination = e->key, .seq = seq, .delivered_ms = clock_now_ms()};
	int rc = store_begin(a->options->store);
	if (rc >= 0)
		rc = store_delivery_put(a->options->store, &d);
	return rc < 0 ? rc : store_commit(a->options->store);
}

/* Deliver what is behind *position and move it. *more: there may be further events. */
static int deliver_batch(struct alerts *a, struct endpoint *e, const struct event_source *source, uint64_t *position,
                         struct arena *arena, bool *more)
{
	const struct kind *kind = &kinds[e->destination->kind];
	struct batch *b = arena_alloc(arena, sizeof(*b));
	struct alert_trouble trouble = {""};
	*b = (struct batch){.endpoint = e, .format = event_format_find(e->destination->format), .source = source,
	                    .most = kind->batch, .arena = arena, .last = *position};
	int rc = store_event_each(a->options->store, *position, INT64_MIN, take_event, b);
	if (rc < 0)
		return rc;
	struct alert_sending sending = {.destination = e->destination, .format = b->format, .source = source,
	                                .pool = a->options->pool, .hook = e->hook, .stop = a->options->stop};
	size_t sent = b->n == 0 || alert_must_stop(&sending) ? 0 : kind->send(&sending, b->v, b->n, &trouble);
	uint64_t reached = sent == b->n ? b->last : sent > 0 ? b->v[sent - 1].event->seq : *position;
	*more = sent == b->n && b->last > *position;
	if (b->unreadable != 0 && reached >= b->unreadable) {
		alert_trouble_set(&trouble, "event %llu cannot be brought into the form %s and is left out",
		                  (unsigned long long)b->unreadable, b->format->name);
		say(a, e->key, &trouble);
	} else if (sent < b->n) {
		e->failed = true; /* without trouble: a signal came, and the next run goes on */
		if (trouble.text[0])
			say(a, e->key, &trouble);
	}
	if (reached > *position) {
		*position = reached;
		return move_to(a, e, reached);
	}
	return 0;
}

static int deliver_to(struct alerts *a, struct endpoint *e, const struct event_source *source)
{
	uint64_t position = 0;
	bool more = true;
	int rc = store_delivery_get(a->options->store, e->key, &position);
	while (rc >= 0 && more && !e->failed) {
		struct arena arena;
		arena_init(&arena, LIMIT_ARENA_BYTES);
		rc = deliver_batch(a, e, source, &position, &arena, &more);
		arena_release(&arena);
	}
	return rc;
}

int alerts_deliver(struct alerts *a)
{
	char uuid[64] = "";
	struct event_source source = {uuid, a->options->version};
	int rc = a->n > 0 ? store_setting_get(a->options->store, "uuid", uuid, sizeof(uuid)) : 0;
	for (size_t i = 0; i < a->options->count; i++) {
		if (!a->trouble[i].text[0])
			continue;
		say(a, a->options->destinations[i].name, &a->trouble[i]);
		a->trouble[i].text[0] = 0;
	}
	for (size_t i = 0; i < a->n && rc >= 0; i++)
		if (!a->v[i].failed)
			rc = deliver_to(a, &a->v[i], &source);
	return rc < 0 ? rc : 0;
}
