/*
 * A worker process: inflates, decodes, hashes, scans, judges. It has no file and no socket but the
 * one to the main process, and no state but the watched domains. Depends on everything pure.
 */
#ifndef TEEWATCH_PROC_WORKER_H
#define TEEWATCH_PROC_WORKER_H

#include "base/buffer.h"
#include "base/limits.h"
#include "extract/match.h"
#include "proc/slots.h"
#include "proc/task.h"

struct worker {
	struct slots slots;
	unsigned index;
	struct match_set *watched;
	struct arena forever;       /* the match set */
	struct arena arena;         /* of the present task */
	struct buffer inflated;     /* the present body, where it came deflated */
	struct buffer scratch;      /* one decoded leaf */
	struct buffer reply;
	/* Of the present page; kept from task to task, as most pages have nothing to put there. */
	struct sha256 leaves[LIMIT_PAGE_ENTRIES];
	struct finding *findings;
	struct task_unparseable *unparseable;
	size_t finding_capacity, unparseable_capacity;
};

/* Serve tasks until the socket closes; the process's exit status. */
int worker_main(int socket_fd, int slots_fd, unsigned index);

/* The bytes of a body, inflated where they are gzip; at most max. */
struct fault worker_body(struct worker *w, const struct task_body *body, size_t max, struct bytes *out);

/* worker_entries.c */
void worker_entries(struct worker *w, const struct task_entries *t, struct task_entries_reply *reply);

/* worker_promise.c */
void worker_promise(struct worker *w, const struct task_promise *t, struct task_promise_reply *reply);

/* Any form of a certificate: DER, PEM, or a bare TBSCertificate. */
struct fault worker_certificate(struct worker *w, struct bytes content, struct finding *out);

#endif
