#include "net/fetch.h"

#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/memory.h"
#include "net/local_file.h"
#include "net/schedule.h"
#include "net/transfer.h"

enum { TOTAL_DEFAULT = 32, PER_HOST_DEFAULT = 4, TIMEOUT_DEFAULT_S = 60, CONNECT_TIMEOUT_DEFAULT_S = 15 };

enum { IDLE_CONNECTIONS = 64 }; /* kept for reuse beside the running ones: about one for each log's host */

struct fetcher {
	CURLM *multi;
	struct transfer_settings settings;
	struct schedule schedule;
	size_t total, running_count, pending_count;
	struct transfer *running;               /* doubly linked */
	struct transfer *results, *last_result; /* finished, oldest first, by next */
	struct transfer *given;                 /* the result given last: its header fields are still in use */
	CURL **idle;                            /* handles to use again; room for total */
	size_t idle_count;
	uint64_t random;
};

/* ---- begin and end ---- */

static void copy_settings(struct transfer_settings *s, const struct fetch_options *o)
{
	s->user_agent = o->user_agent && o->user_agent[0] ? memory_text(o->user_agent) : NULL;
	s->ca_file = o->ca_file && o->ca_file[0] ? memory_text(o->ca_file) : NULL;
	s->timeout_s = o->timeout_s > 0 ? o->timeout_s : TIMEOUT_DEFAULT_S;
	s->connect_timeout_s = o->connect_timeout_s > 0 ? o->connect_timeout_s : CONNECT_TIMEOUT_DEFAULT_S;
	const curl_version_info_data *curl = curl_version_info(CURLVERSION_NOW);
	s->has_bundle = curl->age >= CURLVERSION_EIGHTH && curl->cainfo;
	s->fields = curl_slist_append(NULL, "Accept-Encoding: gzip, identity");
	for (size_t i = 0; o->connect_to && o->connect_to[i]; i++)
		s->connect_to = curl_slist_append(s->connect_to, o->connect_to[i]);
}

struct fetcher *fetcher_new(const struct fetch_options *options)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return NULL;
	struct fetcher *f = memory_alloc(sizeof(*f));
	f->total = options->total ? options->total : TOTAL_DEFAULT;
	f->idle = memory_array(f->total, sizeof(CURL *));
	schedule_init(&f->schedule, options->per_host ? options->per_host : PER_HOST_DEFAULT);
	for (size_t i = 0; i < options->host_count; i++)
		schedule_resume(&f->schedule, options->hosts[i].host, &options->hosts[i].pace);
	copy_settings(&f->settings, options);
	if (getrandom(&f->random, sizeof(f->random), GRND_NONBLOCK) != sizeof(f->random))
		f->random = (uint64_t)clock_now_ms(); /* only jitter hangs on it */
	f->multi = curl_multi_init();
	/* One request at a time on a connection, over HTTP/2 too: where large bodies share one, curl
	 * 7.88 at times forgets a stream until it times out. Pace bounds the connections. */
	if (!f->multi || !f->settings.fields ||
	    curl_multi_setopt(f->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING) != CURLM_OK ||
	    curl_multi_setopt(f->multi, CURLMOPT_MAXCONNECTS, (long)(f->total + IDLE_CONNECTIONS)) != CURLM_OK) {
		fetcher_free(f);
		return NULL;
	}
	return f;
}

static void free_list(struct transfer *t)
{
	while (t) {
		struct transfer *next = t->next;
		transfer_free(t);
		t = next;
	}
}

void fetcher_free(struct fetcher *f)
{
	if (!f)
		return;
	for (struct transfer *t = f->running; t; t = t->next) {
		curl_multi_remove_handle(f->multi, t->easy);
		curl_easy_cleanup(t->easy);
	}
	free_list(f->running);
	free_list(f->results);
	transfer_free(f->given);
	for (struct schedule_node *node; (node = schedule_drop(&f->schedule));)
		transfer_free((struct transfer *)node);
	schedule_release(&f->schedule);
	for (size_t i = 0; i < f->idle_count; i++)
		curl_easy_cleanup(f->idle[i]);
	free(f->idle);
	curl_multi_cleanup(f->multi);
	curl_slist_free_all(f->settings.fields);
	curl_slist_free_all(f->settings.connect_to);
	free(f->settings.user_agent);
	free(f->settings.ca_file);
	free(f);
	curl_global_cleanup();
}

/* ---- in and out ---- */

static void put_result(struct fetcher *f, struct transfer *t)
{
	t->next = NULL;
	if (f->results)
		f->last_result->next = t;
	else
		f->results = t;
	f->last_result = t;
}

/* The header field of the last result was promised only until now. */
static void forget_given(struct fetcher *f)
{
	transfer_free(f->given);
	f->given = NULL;
}

void fetcher_submit(struct fetcher *f, const struct fetch_request *request)
{
	bool refused;
	forget_given(f);
	struct transfer *t = transfer_new(request, &f->settings, &refused);
	f->pending_count++;
	if (refused)
		put_result(f, t);
	else
		schedule_put(&f->schedule, transfer_host(t), &t->node, clock_monotonic_ms());
}

bool fetcher_result(struct fetcher *f, struct fetch_result *out)
{
	forget_given(f);
	struct transfer *t = f->results;
	if (!t)
		return false;
	f->results = t->next;
	f->pending_count--;
	*out = t->result;
	f->given = t;
	return true;
}

size_t fetcher_pending(const struct fetcher *f)
{
	return f->pending_count;
}

/* ---- transfers ---- */

/* A number for jitter (splitmix64): spread matters, secrecy does not. */
static uint32_t next_random(struct fetcher *f)
{
	uint64_t z = (f->random += UINT64_C(0x9e3779b97f4a7c15));
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t)((z ^ (z >> 31)) >> 32);
}

static void finish(struct fetcher *f, struct transfer *t)
{
	struct fetch_result *r = &t->result;
	r->pace = schedule_done(&t->node, transfer_pace(t), r->retry_after_ms, next_random(f), clock_monotonic_ms());
	if (r->pace.slowed && t->request.purpose == FETCH_LOG)
		snprintf(r->host, sizeof(r->host), "%s", transfer_host(t));
	put_result(f, t);
}

static CURL *take_handle(struct fetcher *f)
{
	if (f->idle_count == 0)
		return curl_easy_init();
	return f->idle[--f->idle_count];
}

static void give_handle(struct fetcher *f, CURL *easy)
{
	if (!easy)
		return;
	curl_easy_reset(easy);
	f->idle[f->idle_count++] = easy; /* never more than were running at once */
}

static void link_running(struct fetcher *f, struct transfer *t)
{
	t->previous = NULL;
	t->next = f->running;
	if (t->next)
		t->next->previous = t;
	f->running = t;
	f->running_count++;
}

static void unlink_running(struct fetcher *f, struct transfer *t)
{
	if (t->previous)
		t->previous->next = t->next;
	else
		f->running = t->next;
	if (t->next)
		t->next->previous = t->previous;
	f->running_count--;
}

static void start(struct fetcher *f, struct transfer *t)
{
	if (t->url.scheme == URL_FILE) {
		local_file_read(t->url.path, t->request.body, t->request.max_bytes, &t->result);
		finish(f, t);
		return;
	}
	CURL *easy = take_handle(f);
	if (easy && transfer_prepare(t, easy, &f->settings) && curl_multi_add_handle(f->multi, easy) == CURLM_OK) {
		link_running(f, t);
		return;
	}
	transfer_fail(t, CURLE_FAILED_INIT);
	give_handle(f, easy);
	finish(f, t);
}

/* Files are read on the spot: no more of them at once than transfers, as others wait meanwhile. */
static void start_ready(struct fetcher *f)
{
	for (size_t files = 0; f->running_count < f->total && files < f->total;) {
		struct transfer *t = (struct transfer *)schedule_take(&f->schedule, clock_monotonic_ms());
		if (!t)
			return;
		files += t->url.scheme == URL_FILE;
		start(f, t);
	}
}

static void collect_ended(struct fetcher *f)
{
	int left;
	for (CURLMsg *m; (m = curl_multi_info_read(f->multi, &left));) {
		struct transfer *t = NULL;
		CURLcode code = m->data.result;
		CURL *easy = m->easy_handle;
		if (m->msg != CURLMSG_DONE || curl_easy_getinfo(easy, CURLINFO_PRIVATE, &t) != CURLE_OK || !t)
			continue;
		transfer_conclude(t, code);
		t->easy = NULL;
		unlink_running(f, t);
		curl_multi_remove_handle(f->multi, easy);
		give_handle(f, easy);
		finish(f, t);
	}
}

/* Milliseconds to wait at most: until `end`, or until a host may be asked again. */
static int wait_ms(const struct fetcher *f, int64_t end_ms, int64_t now_ms)
{
	int64_t until = end_ms;
	if (f->running_count < f->total) {
		int64_t due = schedule_due(&f->schedule);
		until = due < until ? due : until;
	}
	return until <= now_ms ? 0 : until - now_ms > INT_MAX ? INT_MAX : (int)(until - now_ms);
}

static bool is_readable(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	return fd >= 0 && poll(&p, 1, 0) > 0;
}

void fetcher_step(struct fetcher *f, int wake_fd, int timeout_ms)
{
	int64_t end = timeout_ms < 0 ? INT64_MAX : clock_monotonic_ms() + timeout_ms;
	for (;;) {
		int running;
		start_ready(f);
		curl_multi_perform(f->multi, &running);
		collect_ended(f);
		start_ready(f); /* what may go on does so while the caller looks at the results */
		int64_t now = clock_monotonic_ms();
		if (f->results || now >= end || (f->pending_count == 0 && wake_fd < 0))
			return;
		struct curl_waitfd extra = {.fd = wake_fd, .events = CURL_WAIT_POLLIN};
		curl_multi_poll(f->multi, &extra, wake_fd >= 0, wait_ms(f, end, now), NULL);
		if (is_readable(wake_fd))
			return;
	}
}
