/*
 * The main process's side: starts the fetch process and the workers, hands out tasks and requests,
 * and gives the answers back. Single-threaded: everything happens inside pool_step() and
 * pool_call(). A worker that dies or hangs on a task is replaced; the task is tried once more, alone,
 * in a fresh worker; then it comes back as TASK_CRASHED with the entry that the worker was at.
 * Depends on base, net, proc.
 */
#ifndef TEEWATCH_PROC_POOL_H
#define TEEWATCH_PROC_POOL_H

#include "net/fetch.h"
#include "proc/fetch_process.h"
#include "proc/slots.h"
#include "proc/task.h"

struct pool;

struct pool_options {
	const char *program;      /* executable for the child processes; NULL: /proc/self/exe */
	unsigned workers;
	struct fetch_options fetch;
	const struct bytes *watched; /* normalised domains */
	size_t watched_count;
	int task_timeout_ms;      /* a worker silent for longer is ended; 0: the default of 120 s */
};

enum task_outcome { TASK_DONE, TASK_CRASHED };

/* Start the children; negative errno on error. */
int pool_start(const struct pool_options *options, struct pool **out);
void pool_stop(struct pool *p); /* ends and reaps every child */

struct slots *pool_slots(struct pool *p);

struct pool_task {
	void (*done)(void *context, enum task_outcome outcome, struct bytes reply, uint64_t crashed_at);
	void *context;
};
/* Copy the payload and hand it to the next free worker. */
void pool_submit(struct pool *p, enum task_kind kind, struct bytes payload, struct pool_task task);

struct pool_fetch {
	void (*done)(void *context, const struct fetch_result *result);
	void *context;
};
void pool_fetch(struct pool *p, const struct fetch_order *order, struct pool_fetch fetch);

/* Wait at most timeout_ms for answers and deliver them. Negative errno when a child cannot be had. */
int pool_step(struct pool *p, int timeout_ms);

/* A fetch's result.headers is valid until the next pool_step, pool_call or pool_fetch_wait. */

/* Ask and wait; other answers are delivered meanwhile. reply is copied to the arena. */
int pool_call(struct pool *p, enum task_kind kind, struct bytes payload, struct arena *a, enum task_outcome *outcome,
              struct bytes *reply);
int pool_fetch_wait(struct pool *p, const struct fetch_order *order, struct fetch_result *out);

/* What the logs' hosts bore in this run, to be remembered; valid until the next pool_step. */
const struct fetch_host *pool_hosts(const struct pool *p, size_t *n);

size_t pool_tasks_pending(const struct pool *p);
size_t pool_fetches_pending(const struct pool *p);

/* Hidden sub-commands of the program: what a child process runs. */
enum { POOL_SOCKET_FD = 3, POOL_SLOTS_FD = 4 };
int pool_child_main(const char *kind, const char *index);

#endif
