#include "audit/documents.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/state.h"
#include "base/file.h"
#include "base/hex.h"
#include "base/json_writer.h"
#include "base/limits.h"
#include "base/memory.h"

enum { FETCHED_PER_RUN_MAX = 2000, HOSTS_ASKED_MAX = 2 };

bool documents_parse(struct audit *a, const struct task_body *body, struct arena *arena, struct task_document_reply *out)
{
	struct task_document t = {.body = *body};
	struct buffer message;
	struct bytes answer = {NULL, 0};
	enum task_outcome outcome = TASK_CRASHED;
	memset(out, 0, sizeof(*out));
	buffer_init(&message, LIMIT_FRAME_BYTES);
	task_document_encode(&t, &message);
	int rc = pool_call(a->pool, TASK_DOCUMENT, buffer_bytes(&message), arena, &outcome, &answer);
	buffer_release(&message);
	if (rc < 0)
		a->error = rc;
	if (rc < 0 || outcome != TASK_DONE || fault_is_set(task_document_reply_decode(answer, arena, out))) {
		out->fault = fault_at(FAULT_VALUE, 0, "decoder"); /* the decoder died on it */
		return false;
	}
	return !fault_is_set(out->fault);
}

/* ---- --evidence directories ---- */

static int compare_files(const void *x, const void *y)
{
	const struct document_file *a = x, *b = y;
	int order = memcmp(a->commitment.b, b->commitment.b, SHA256_BYTES);
	return order != 0 ? order : strcmp(a->path, b->path);
}

static void add_file(struct documents *d, const struct sha256 *commitment, const char *path)
{
	if (d->n == d->capacity) {
		d->capacity = d->capacity ? d->capacity * 2 : 64;
		d->files = memory_grow(d->files, d->capacity, sizeof(*d->files));
	}
	d->files[d->n].commitment = *commitment;
	d->files[d->n].path = arena_text(&d->arena, bytes_of_text(path));
	if (d->files[d->n].path)
		d->n++;
}

/* Read and parse the document in a file. */
static bool parse_file(struct audit *a, const char *path, struct arena *arena, struct task_document_reply *out)
{
	struct buffer content;
	buffer_init(&content, LIMIT_DOCUMENT_BYTES);
	int rc = file_read(path, &content);
	struct task_body body = {.content = buffer_bytes(&content)};
	bool good = rc == 0 && documents_parse(a, &body, arena, out);
	if (rc < 0)
		audit_warn(a, "%s: cannot be read: %s", path, strerror(-rc));
	buffer_release(&content);
	return good;
}

static int index_file(void *context, const char *path)
{
	struct audit *a = context;
	struct task_document_reply reply;
	struct arena arena;
	if (a->documents.n >= LIMIT_EVIDENCE_FILES || a->error) {
		audit_warn(a, "%s: more than %u documents in --evidence; this one is left out", path, LIMIT_EVIDENCE_FILES);
		return 1;
	}
	arena_init(&arena, LIMIT_ARENA_BYTES);
	if (parse_file(a, path, &arena, &reply)) {
		add_file(&a->documents, &reply.document.commitment, path);
		inventory_endorsement(a, reply.document.endorsement, "file");
	} else {
		audit_say(a, "%s: no attestation document (%s)", path, fault_code_name(reply.fault.code));
	}
	arena_release(&arena);
	return 0;
}

void documents_load(struct audit *a)
{
	struct documents *d = &a->documents;
	arena_init(&d->arena, 64 << 20);
	for (const char *const *p = a->options->evidence; p && *p && !a->error; p++) {
		int rc = file_each(*p, index_file, a);
		if (rc < 0) {
			audit_warn(a, "%s: cannot be read: %s", *p, strerror(-rc));
			a->incomplete = true;
		}
	}
	if (d->n > 0)
		qsort(d->files, d->n, sizeof(*d->files), compare_files);
}

void documents_release(struct documents *d)
{
	free(d->files);
	arena_release(&d->arena);
	*d = (struct documents){0};
}

static bool find_in_files(struct audit *a, const struct sha256 *commitment, struct arena *arena, struct found_document *out)
{
	const struct documents *d = &a->documents;
	for (size_t i = 0; i < d->n; i++) {
		if (!sha256_equal(&d->files[i].commitment, commitment))
			continue;
		/* The file may have changed since it was indexed: its hash decides. */
		if (parse_file(a, d->files[i].path, arena, &out->parsed) &&
		    sha256_equal(&out->parsed.document.commitment, commitment)) {
			out->source = "file";
			return true;
		}
	}
	return false;
}

/* ---- the archive ---- */

struct archived {
	struct arena *arena;
	struct bytes content;
	const char *source, *peer;
};

static int copy_archived(void *context, const struct store_document *d)
{
	struct archived *c = context;
	c->content = arena_bytes(c->arena, d->content);
	c->source = arena_text(c->arena, bytes_of_text(d->source));
	c->peer = arena_text(c->arena, bytes_of_text(d->peer));
	return 0;
}

static bool find_in_archive(struct audit *a, const struct sha256 *commitment, struct arena *arena,
                            struct found_document *out)
{
	struct archived c = {.arena = arena};
	int rc = store_document_get(a->store, commitment, copy_archived, &c);
	if (audit_store_failed(a, rc) || rc != 0)
		return false;
	struct task_body body = {.content = c.content};
	out->source = c.source;
	out->peer = c.peer;
	out->archived = true;
	return documents_parse(a, &body, arena, &out->parsed);
}

/* ---- the host itself ---- */

/* What TLS said of who answered: recorded as facts, not judged. */
static const char *peer_facts(const struct fetch_result *r, struct arena *arena)
{
	struct buffer b;
	struct json_writer w;
	if (!r->has_peer)
		return "";
	buffer_init(&b, 4096);
	w = json_writer_to(&b);
	json_write_object(&w, NULL);
	json_write_text(&w, "address", r->peer_address);
	json_write_hex(&w, "certificate_sha256", sha256_bytes(&r->peer_certificate));
	json_write_hex(&w, "spki_sha256", sha256_bytes(&r->peer_spki));
	json_write_object_end(&w);
	const char *s = arena_text(arena, buffer_bytes(&b));
	buffer_release(&b);
	return s ? s : "";
}

static bool fetch_from(struct audit *a, const char *host, const struct sha256 *commitment, struct arena *arena,
                       struct found_document *out, const char **why)
{
	struct slots *slots = pool_slots(a->pool);
	struct fetch_result result;
	const char *url = arena_format(arena, "https://%s/.well-known/tinfoil-attestation", host);
	int slot = audit_take_slot(a);
	if (!url || slot < 0) {
		slots_give(slots, slot, 0);
		*why = "the run ended before it could be fetched";
		return false;
	}
	struct fetch_order order = {
		.purpose = FETCH_DOCUMENT, .url = url, .local_allowed = false, .max_bytes = LIMIT_DOCUMENT_BYTES,
		.slot = (uint32_t)slot
	};
	int rc = pool_fetch_wait(a->pool, &order, &result);
	bool good = false;
	if (rc < 0) {
		a->error = rc;
	} else if (result.outcome != FETCH_OK) {
		*why = arena_format(arena, "%s: %s", url, result.message);
	} else {
		struct task_body body = {.in_slot = true, .gzip = result.gzip, .slot = (uint32_t)slot, .n = result.n};
		good = documents_parse(a, &body, arena, &out->parsed);
		if (!good)
			*why = arena_format(arena, "%s: what it serves is no attestation document", url);
		else if (!(good = sha256_equal(&out->parsed.document.commitment, commitment)))
			*why = arena_format(arena, "%s: serves a document with another hash", url);
	}
	slots_give(slots, slot, rc == 0 ? result.n : LIMIT_BODY_BYTES);
	out->source = url;
	out->peer = rc == 0 ? peer_facts(&result, arena) : "";
	return good;
}

bool documents_find(struct audit *a, const struct sha256 *commitment, const char *const *hosts, size_t host_count,
                    bool may_fetch, struct arena *arena, struct found_document *out, const char **why)
{
	*out = (struct found_document){.source = "", .peer = ""};
	*why = "";
	if (find_in_files(a, commitment, arena, out) || find_in_archive(a, commitment, arena, out))
		return true;
	*out = (struct found_document){.source = "", .peer = ""};
	if (a->options->offline)
		*why = "not in the archive, and --offline forbade asking the host";
	else if (!may_fetch)
		*why = "not in the archive, and the configuration's `fetch` does not let this host be asked";
	else if (host_count == 0)
		*why = "the certificate names no host that could be asked";
	else if (a->documents.fetched >= FETCHED_PER_RUN_MAX)
		*why = "this run has fetched as many documents as one run may; the next run goes on";
	if ((*why)[0] != 0)
		return false;
	for (size_t i = 0; i < host_count && i < HOSTS_ASKED_MAX && !a->error; i++) {
		a->documents.fetched++;
		if (fetch_from(a, hosts[i], commitment, arena, out, why))
			return true;
	}
	if (!*why)
		*why = "no memory for what the host said";
	return false;
}
