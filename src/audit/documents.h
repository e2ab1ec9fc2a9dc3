/*
 * Attestation documents that certificates commit to: found by hash in the --evidence directories and
 * in the archive, else fetched from the host at its well-known URL.
 */
#ifndef TEEWATCH_AUDIT_DOCUMENTS_H
#define TEEWATCH_AUDIT_DOCUMENTS_H

#include "proc/task.h"

struct audit;

struct document_file {
	struct sha256 commitment;
	const char *path;
};

struct documents {
	struct document_file *files; /* sorted by commitment */
	size_t n, capacity;
	unsigned fetched;            /* in this run */
	struct arena arena;
};

/* A document at hand, in the caller's arena. */
struct found_document {
	struct task_document_reply parsed;
	const char *source;          /* "file", "archive", the URL */
	const char *peer;            /* JSON facts of the TLS peer, "" where there was none */
	bool archived;               /* is in the history already */
};

void documents_load(struct audit *a);
void documents_release(struct documents *d);

/* The document with this hash; false where it cannot be had, and why. hosts: where it may be fetched. */
bool documents_find(struct audit *a, const struct sha256 *commitment, const char *const *hosts, size_t host_count,
                    bool may_fetch, struct arena *arena, struct found_document *out, const char **why);

/* Parse a document (embedded in a certificate, or the content of a file). */
bool documents_parse(struct audit *a, const struct task_body *body, struct arena *arena,
                     struct task_document_reply *out);

#endif
