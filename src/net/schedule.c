#include "net/schedule.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { SWEEP_ABOVE = 1024 }; /* hosts: more than all logs, few enough to look through */

struct schedule_host {
	char *name;
	struct pace pace;
	struct schedule_node *first, *last;
};

void schedule_init(struct schedule *s, unsigned per_host)
{
	*s = (struct schedule){.per_host = per_host, .sweep_above = SWEEP_ABOVE};
}

static void host_free(struct schedule_host *h)
{
	free(h->name);
	free(h);
}

void schedule_release(struct schedule *s)
{
	for (size_t i = 0; i < s->count; i++)
		host_free(s->hosts[i]);
	free(s->hosts);
	schedule_init(s, s->per_host);
}

/* Documents come from any number of hosts: what needs no memory of its past is forgotten. */
static void sweep(struct schedule *s, int64_t now_ms)
{
	size_t kept = 0;
	for (size_t i = 0; i < s->count; i++) {
		if (!s->hosts[i]->first && pace_is_fresh(&s->hosts[i]->pace, now_ms))
			host_free(s->hosts[i]);
		else
			s->hosts[kept++] = s->hosts[i];
	}
	s->count = kept;
	s->turn = 0;
	s->sweep_above = kept < SWEEP_ABOVE / 2 ? SWEEP_ABOVE : kept * 2;
}

static struct schedule_host *find_host(struct schedule *s, const char *name, int64_t now_ms)
{
	for (size_t i = 0; i < s->count; i++)
		if (strcmp(s->hosts[i]->name, name) == 0)
			return s->hosts[i];
	if (s->count >= s->sweep_above)
		sweep(s, now_ms);
	if (s->count == s->capacity) {
		s->capacity = s->capacity ? s->capacity * 2 : 16;
		s->hosts = memory_grow(s->hosts, s->capacity, sizeof(struct schedule_host *));
	}
	struct schedule_host *h = memory_alloc(sizeof(*h));
	h->name = memory_text(name);
	pace_init(&h->pace, s->per_host);
	s->hosts[s->count++] = h;
	return h;
}

void schedule_resume(struct schedule *s, const char *host, const struct pace_memory *m)
{
	pace_resume(&find_host(s, host, 0)->pace, m);
}

void schedule_put(struct schedule *s, const char *host, struct schedule_node *node, int64_t now_ms)
{
	struct schedule_host *h = find_host(s, host, now_ms);
	node->next = NULL;
	node->host = h;
	if (h->first)
		h->last->next = node;
	else
		h->first = node;
	h->last = node;
}

static struct schedule_node *pop(struct schedule_host *h)
{
	struct schedule_node *node = h->first;
	h->first = node->next;
	node->next = NULL;
	return node;
}

struct schedule_node *schedule_take(struct schedule *s, int64_t now_ms)
{
	for (size_t i = 0; i < s->count; i++) {
		size_t at = (s->turn + i) % s->count;
		struct schedule_host *h = s->hosts[at];
		if (!h->first || !pace_may_start(&h->pace, now_ms))
			continue;
		s->turn = at + 1;
		struct schedule_node *node = pop(h);
		node->round = pace_start(&h->pace, now_ms);
		return node;
	}
	return NULL;
}

struct pace_memory schedule_done(struct schedule_node *node, enum pace_outcome outcome, int64_t retry_after_ms, uint32_t random,
                   int64_t now_ms)
{
	pace_result(&node->host->pace, node->round, outcome, retry_after_ms, random, now_ms);
	struct pace_memory memory = pace_remember(&node->host->pace);
	node->host = NULL;
	return memory;
}

int64_t schedule_due(const struct schedule *s)
{
	int64_t due = INT64_MAX;
	for (size_t i = 0; i < s->count; i++) {
		int64_t at = s->hosts[i]->first ? pace_due(&s->hosts[i]->pace) : INT64_MAX;
		due = at < due ? at : due;
	}
	return due;
}

struct schedule_node *schedule_drop(struct schedule *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->hosts[i]->first)
			return pop(s->hosts[i]);
	return NULL;
}
