#include "proc/pool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/memory.h"
#include "proc/channel.h"
#include "proc/message.h"
#include "proc/worker.h"

enum { DEFAULT_TASK_TIMEOUT_MS = 120000, TASK_TRIES = 2, DEATHS_IN_A_ROW_MAX = 200, AT_HAND_MAX = 12 };

struct job {
	struct job *next;
	uint64_t id;
	enum task_kind kind;
	uint8_t *payload;
	size_t n;
	unsigned tries;
	struct pool_task task;
};

struct pending_fetch {
	struct pending_fetch *next;
	uint64_t id;
	struct pool_fetch fetch;
};

struct child {
	pid_t pid; /* 0: not running */
	struct channel channel;
	struct job *job;  /* worker: what it is at */
	size_t at_hand;   /* that one and those behind it, which lie in its socket already: so it need not wait for us
	                     in between, not even while a batch is written to the disk */
	int64_t deadline_ms;
};

struct pool {
	struct slots slots;
	char *program;
	struct buffer watch, fetch_options; /* first message to every worker, and to the fetch process */
	unsigned worker_count;
	struct child workers[LIMIT_WORKERS];
	struct child fetcher;
	struct job *queue, **queue_end;
	struct pending_fetch *fetches;
	size_t task_count, fetch_count;
	uint64_t next_id;
	int task_timeout_ms;
	unsigned deaths; /* of children, since the last answer */
	struct fetch_host *hosts; /* their names lie in the arena */
	struct arena host_names;
	size_t host_count;
	char *headers; /* of the answer that was delivered last */
};

struct slots *pool_slots(struct pool *p)
{
	return &p->slots;
}

size_t pool_tasks_pending(const struct pool *p)
{
	return p->task_count;
}

size_t pool_fetches_pending(const struct pool *p)
{
	return p->fetch_count;
}

/* ---- children ---- */

/* In the child, between fork and exec: only the two descriptors it needs go with it. */
static _Noreturn void become(const struct pool *p, int socket_fd, const char *kind, unsigned index)
{
	char number[16];
	int slots_fd = fcntl(p->slots.fd, F_DUPFD, 10), peer = fcntl(socket_fd, F_DUPFD, 10);
	snprintf(number, sizeof(number), "%u", index);
	if (slots_fd < 0 || peer < 0 || dup2(peer, POOL_SOCKET_FD) < 0 || dup2(slots_fd, POOL_SLOTS_FD) < 0)
		_exit(3);
	close_range(POOL_SLOTS_FD + 1, ~0u, 0);
	char *argv[] = {memory_text("teewatch"), memory_text(kind), memory_text(number), NULL};
	execv(p->program, argv);
	_exit(3);
}

static int start_child(struct pool *p, struct child *c, const char *kind, unsigned index)
{
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return -errno;
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0)
		become(p, pair[1], kind, index);
	int error = errno;
	close(pair[1]);
	if (pid < 0) {
		close(pair[0]);
		return -error;
	}
	fcntl(pair[0], F_SETFL, fcntl(pair[0], F_GETFL) | O_NONBLOCK);
	c->pid = pid;
	c->job = NULL;
	c->at_hand = 0;
	channel_init(&c->channel, pair[0]);
	return 0;
}

/* End it for sure and reap it. */
static void end_child(struct child *c)
{
	if (c->pid == 0)
		return;
	channel_release(&c->channel);
	kill(c->pid, SIGKILL);
	while (waitpid(c->pid, NULL, 0) < 0 && errno == EINTR)
		;
	c->pid = 0;
}

static int start_worker(struct pool *p, unsigned i)
{
	struct child *c = &p->workers[i];
	slots_progress_set(&p->slots, i, UINT64_MAX);
	int rc = start_child(p, c, "worker", i);
	if (rc == 0)
		channel_queue(&c->channel, TASK_WATCH, 0, buffer_bytes(&p->watch));
	return rc;
}

static int start_fetcher(struct pool *p)
{
	int rc = start_child(p, &p->fetcher, "fetch", 0);
	if (rc == 0)
		channel_queue(&p->fetcher.channel, FETCH_MESSAGE_OPTIONS, 0, buffer_bytes(&p->fetch_options));
	return rc;
}

int pool_start(const struct pool_options *o, struct pool **out)
{
	struct pool *p = memory_alloc(sizeof(*p));
	p->program = memory_text(o->program ? o->program : "/proc/self/exe");
	p->worker_count = o->workers < 1 ? 1 : o->workers > LIMIT_WORKERS ? LIMIT_WORKERS : o->workers;
	p->task_timeout_ms = o->task_timeout_ms > 0 ? o->task_timeout_ms : DEFAULT_TASK_TIMEOUT_MS;
	p->queue_end = &p->queue;
	p->next_id = 1;
	buffer_init(&p->watch, LIMIT_FRAME_BYTES);
	buffer_put_u32be(&p->watch, (uint32_t)o->watched_count);
	for (size_t i = 0; i < o->watched_count; i++)
		buffer_put_vector32(&p->watch, o->watched[i]);
	buffer_init(&p->fetch_options, 4 << 20);
	arena_init(&p->host_names, 2 << 20);
	fetch_options_encode(&o->fetch, &p->fetch_options);
	int rc = slots_create(&p->slots);
	for (unsigned i = 0; rc == 0 && i < p->worker_count; i++)
		rc = start_worker(p, i);
	if (rc == 0)
		rc = start_fetcher(p);
	*out = p;
	if (rc != 0) {
		pool_stop(p);
		*out = NULL;
	}
	return rc;
}

static void free_job(struct job *j)
{
	free(j->payload);
	free(j);
}

static void free_jobs(struct job *j)
{
	while (j) {
		struct job *next = j->next;
		free_job(j);
		j = next;
	}
}

void pool_stop(struct pool *p)
{
	if (!p)
		return;
	for (unsigned i = 0; i < p->worker_count; i++) {
		free_jobs(p->workers[i].job);
		end_child(&p->workers[i]);
	}
	end_child(&p->fetcher);
	free_jobs(p->queue);
	while (p->fetches) {
		struct pending_fetch *next = p->fetches->next;
		free(p->fetches);
		p->fetches = next;
	}
	slots_release(&p->slots);
	buffer_release(&p->watch);
	buffer_release(&p->fetch_options);
	free(p->headers);
	free(p->hosts);
	arena_release(&p->host_names);
	free(p->program);
	free(p);
}

/* ---- tasks ---- */

void pool_submit(struct pool *p, enum task_kind kind, struct bytes payload, struct pool_task task)
{
	struct job *j = memory_alloc(sizeof(*j));
	j->id = p->next_id++;
	j->kind = kind;
	j->payload = memory_alloc(payload.n);
	j->n = payload.n;
	if (payload.n > 0)
		memcpy(j->payload, payload.p, payload.n);
	j->task = task;
	*p->queue_end = j;
	p->queue_end = &j->next;
	p->task_count++;
}

static void finish_job(struct pool *p, struct job *j, enum task_outcome outcome, struct bytes reply, uint64_t crashed_at)
{
	/* The channel's buffer may move while the callback runs, so it sees a copy. */
	uint8_t *copy = memory_alloc(reply.n);
	if (reply.n > 0)
		memcpy(copy, reply.p, reply.n);
	p->task_count--;
	if (outcome == TASK_DONE)
		p->deaths = 0;
	j->task.done(j->task.context, outcome, bytes_of(copy, reply.n), crashed_at);
	free(copy);
	free_job(j);
}

static struct job *take_queued(struct pool *p)
{
	struct job *j = p->queue;
	p->queue = j->next;
	if (!p->queue)
		p->queue_end = &p->queue;
	j->next = NULL;
	return j;
}

static void put_in_front(struct pool *p, struct job *j)
{
	j->next = p->queue;
	p->queue = j;
	if (!j->next)
		p->queue_end = &j->next;
}

static void begin_job(struct pool *p, struct child *c)
{
	c->deadline_ms = clock_monotonic_ms() + p->task_timeout_ms;
	c->job->tries++;
}

static void append_job(struct child *c, struct job *j)
{
	struct job **end = &c->job;
	while (*end)
		end = &(*end)->next;
	*end = j;
	c->at_hand++;
}

/* To those first that have the least at hand. A task that has killed a worker before is tried alone. */
static void hand_out(struct pool *p)
{
	for (size_t round = 0; round < AT_HAND_MAX; round++)
		for (unsigned i = 0; i < p->worker_count && p->queue; i++) {
			struct child *c = &p->workers[i];
			bool alone = p->queue->tries > 0 || (c->job && c->job->tries > 1);
			if (c->pid == 0 || c->at_hand > round || (c->job && alone))
				continue;
			struct job *j = take_queued(p);
			append_job(c, j);
			if (c->job == j)
				begin_job(p, c);
			channel_queue(&c->channel, (uint8_t)j->kind, j->id, bytes_of(j->payload, j->n));
		}
}

/* What it had at hand and was not at yet, in the order in which it was. */
static void put_back(struct pool *p, struct child *c)
{
	struct job *first = c->job ? c->job->next : NULL, *last = first;
	while (last && last->next)
		last = last->next;
	if (last) {
		last->next = p->queue;
		if (!p->queue)
			p->queue_end = &last->next;
		p->queue = first;
		c->job->next = NULL;
	}
	c->job = NULL;
	c->at_hand = 0;
}

/* The worker died, hung or broke the protocol: replace it and decide what becomes of its task. */
static int lose_worker(struct pool *p, unsigned i)
{
	struct child *c = &p->workers[i];
	struct job *j = c->job;
	uint64_t at = slots_progress_get(&p->slots, i);
	put_back(p, c);
	end_child(c);
	int rc = ++p->deaths > DEATHS_IN_A_ROW_MAX ? -ECHILD : start_worker(p, i);
	if (!j)
		return rc;
	if (j->tries < TASK_TRIES) { /* once more, first of all: this worker is fresh */
		put_in_front(p, j);
		return rc;
	}
	finish_job(p, j, TASK_CRASHED, (struct bytes){NULL, 0}, at);
	return rc;
}

static int read_worker(struct pool *p, unsigned i)
{
	struct child *c = &p->workers[i];
	pid_t pid = c->pid;
	if (channel_fill(&c->channel) == CHANNEL_CLOSED)
		return lose_worker(p, i);
	for (;;) {
		struct frame f;
		bool found;
		if (channel_next(&c->channel, &f, &found) == CHANNEL_CLOSED)
			return lose_worker(p, i);
		if (!found)
			return 0;
		if (!c->job || f.id != c->job->id || f.kind != c->job->kind)
			return lose_worker(p, i);
		struct job *j = c->job;
		c->job = j->next;
		c->at_hand--;
		j->next = NULL;
		if (c->job)
			begin_job(p, c);
		finish_job(p, j, TASK_DONE, f.payload, UINT64_MAX);
		if (c->pid != pid) /* replaced while the callback waited for something */
			return 0;
	}
}

/* ---- fetches ---- */

void pool_fetch(struct pool *p, const struct fetch_order *order, struct pool_fetch fetch)
{
	struct pending_fetch *f = memory_alloc(sizeof(*f));
	struct buffer out;
	f->id = p->next_id++;
	f->fetch = fetch;
	f->next = p->fetches;
	p->fetches = f;
	p->fetch_count++;
	buffer_init(&out, LIMIT_ALERT_BYTES + (64 << 10));
	fetch_order_encode(order, &out);
	channel_queue(&p->fetcher.channel, FETCH_MESSAGE_REQUEST, f->id, buffer_bytes(&out));
	buffer_release(&out);
}

const struct fetch_host *pool_hosts(const struct pool *p, size_t *n)
{
	*n = p->host_count;
	return p->hosts;
}

static void remember_host(struct pool *p, const char *host, const struct pace_memory *pace)
{
	size_t i = 0;
	while (i < p->host_count && strcmp(p->hosts[i].host, host) != 0)
		i++;
	if (i == p->host_count) {
		const char *name = i < LIMIT_HOSTS ? arena_text(&p->host_names, bytes_of_text(host)) : NULL;
		if (!name)
			return;
		p->hosts = memory_grow(p->hosts, ++p->host_count, sizeof(*p->hosts));
		p->hosts[i].host = name;
	}
	p->hosts[i].pace = *pace;
}

static void finish_fetch(struct pool *p, const struct fetch_result *result)
{
	for (struct pending_fetch **at = &p->fetches; *at; at = &(*at)->next) {
		struct pending_fetch *f = *at;
		if (f->id != result->id)
			continue;
		*at = f->next;
		p->fetch_count--;
		p->deaths = 0;
		if (result->host[0])
			remember_host(p, result->host, &result->pace);
		f->fetch.done(f->fetch.context, result);
		free(f);
		return;
	}
}

/* Everything that was asked of it failed for now; its successor may be asked again. */
static int lose_fetcher(struct pool *p)
{
	struct pending_fetch *lost = p->fetches;
	end_child(&p->fetcher);
	int rc = ++p->deaths > DEATHS_IN_A_ROW_MAX ? -ECHILD : start_fetcher(p);
	p->fetches = NULL;
	p->fetch_count = 0;
	while (lost) {
		struct pending_fetch *next = lost->next;
		struct fetch_result r = {.id = lost->id, .outcome = FETCH_FAILED, .transient = true, .retry_after_ms = -1};
		snprintf(r.message, sizeof(r.message), "the fetch process ended unexpectedly and was started again");
		lost->fetch.done(lost->fetch.context, &r);
		free(lost);
		lost = next;
	}
	return rc;
}

static int read_fetcher(struct pool *p)
{
	struct channel *c = &p->fetcher.channel;
	pid_t pid = p->fetcher.pid;
	if (channel_fill(c) == CHANNEL_CLOSED)
		return lose_fetcher(p);
	for (;;) {
		struct frame f;
		struct fetch_result result;
		bool found;
		if (channel_next(c, &f, &found) == CHANNEL_CLOSED)
			return lose_fetcher(p);
		if (!found)
			return 0;
		free(p->headers);
		p->headers = NULL;
		if (f.kind != FETCH_MESSAGE_RESULT || fault_is_set(fetch_result_decode(f.payload, &result, &p->headers)))
			return lose_fetcher(p);
		finish_fetch(p, &result);
		if (p->fetcher.pid != pid)
			return 0;
	}
}

/* ---- the loop ---- */

static int end_hung_workers(struct pool *p)
{
	int64_t now = clock_monotonic_ms();
	int rc = 0;
	for (unsigned i = 0; rc == 0 && i < p->worker_count; i++)
		if (p->workers[i].job && now > p->workers[i].deadline_ms)
			rc = lose_worker(p, i);
	return rc;
}

int pool_step(struct pool *p, int timeout_ms)
{
	struct pollfd fds[LIMIT_WORKERS + 1];
	pid_t pids[LIMIT_WORKERS + 1];
	hand_out(p);
	for (unsigned i = 0; i <= p->worker_count; i++) {
		struct child *c = i < p->worker_count ? &p->workers[i] : &p->fetcher;
		channel_flush(&c->channel); /* a closed one is seen by the read below */
		short events = channel_wants_write(&c->channel) ? POLLIN | POLLOUT : POLLIN;
		fds[i] = (struct pollfd){.fd = c->channel.fd, .events = events};
		pids[i] = c->pid;
	}
	int n = poll(fds, p->worker_count + 1, timeout_ms);
	if (n < 0 && errno != EINTR)
		return -errno;
	int rc = 0;
	for (unsigned i = 0; n > 0 && rc == 0 && i <= p->worker_count; i++) {
		struct child *c = i < p->worker_count ? &p->workers[i] : &p->fetcher;
		if (!(fds[i].revents & (POLLIN | POLLHUP | POLLERR)) || c->pid != pids[i])
			continue;
		rc = i < p->worker_count ? read_worker(p, i) : read_fetcher(p);
	}
	return rc == 0 ? end_hung_workers(p) : rc;
}

/* ---- asking and waiting ---- */

struct wait_task {
	struct arena *arena;
	enum task_outcome *outcome;
	struct bytes *reply;
	bool finished;
};

static void on_waited_task(void *context, enum task_outcome outcome, struct bytes reply, uint64_t crashed_at)
{
	struct wait_task *w = context;
	(void)crashed_at;
	*w->outcome = outcome;
	*w->reply = arena_bytes(w->arena, reply);
	if (w->reply->n != reply.n)
		*w->outcome = TASK_CRASHED; /* an answer larger than any honest one */
	w->finished = true;
}

int pool_call(struct pool *p, enum task_kind kind, struct bytes payload, struct arena *a, enum task_outcome *outcome,
              struct bytes *reply)
{
	struct wait_task w = {a, outcome, reply, false};
	int rc = 0;
	pool_submit(p, kind, payload, (struct pool_task){on_waited_task, &w});
	while (rc == 0 && !w.finished)
		rc = pool_step(p, 1000);
	return rc;
}

struct wait_fetch {
	struct fetch_result *out;
	bool finished;
};

static void on_waited_fetch(void *context, const struct fetch_result *result)
{
	struct wait_fetch *w = context;
	*w->out = *result;
	w->finished = true;
}

int pool_fetch_wait(struct pool *p, const struct fetch_order *order, struct fetch_result *out)
{
	struct wait_fetch w = {out, false};
	int rc = 0;
	pool_fetch(p, order, (struct pool_fetch){on_waited_fetch, &w});
	while (rc == 0 && !w.finished)
		rc = pool_step(p, 1000);
	return rc;
}

int pool_child_main(const char *kind, const char *index)
{
	/* The terminal's interrupt goes to the main process, which ends its children tidily. */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	if (strcmp(kind, "worker") == 0)
		return worker_main(POOL_SOCKET_FD, POOL_SLOTS_FD, (unsigned)strtoul(index, NULL, 10));
	return fetch_process_main(POOL_SOCKET_FD, POOL_SLOTS_FD);
}
