/* A page of get-entries or a data tile: hash every leaf, look at every certificate. */
#include <stdlib.h>

#include "base/base64.h"
#include "base/limits.h"
#include "base/memory.h"
#include "ct/entry.h"
#include "ct/page.h"
#include "proc/worker.h"

enum { FINDINGS_BYTES_MAX = 48 << 20 }; /* what one reply may carry; the rest of the page comes in the next one */

struct scan {
	struct worker *worker;
	const struct task_entries *task;
	struct task_entries_reply *reply;
	size_t leaf_count;     /* worker->leaves are those of entries [from, from + leaf_count) */
	struct bytes extra_data; /* of the present entry of a page, in base64: decoded where something matched */
	size_t reply_bytes;    /* held by findings and unparseable entries */
	uint64_t at;           /* index of the present entry */
};

static void note_unparseable(struct scan *s, struct bytes leaf, struct fault f, bool maybe_ours, bool crashed)
{
	struct task_entries_reply *r = s->reply;
	struct worker *w = s->worker;
	if (r->unparseable_count == w->unparseable_capacity) {
		w->unparseable_capacity = w->unparseable_capacity ? 2 * w->unparseable_capacity : 8;
		w->unparseable = memory_grow(w->unparseable, w->unparseable_capacity, sizeof(*w->unparseable));
	}
	r->unparseable = w->unparseable;
	r->unparseable[r->unparseable_count++] = (struct task_unparseable){
		.entry_index = s->at,
		.fault = f,
		.maybe_ours = maybe_ours,
		.crashed = crashed,
		.leaf = arena_bytes(&w->arena, leaf),
	};
	s->reply_bytes += leaf.n;
}

/* What stands beside the leaf about the issuer. Nothing vouches for it, so it is never evidence by itself. */
static void note_issuer(const struct scan *s, const struct ct_entry *e, struct finding *out)
{
	struct bytes issuer;
	struct cert c;
	if (e->fingerprints.n >= SHA256_BYTES)
		memcpy(out->issuer_sha256.b, e->fingerprints.p, SHA256_BYTES);
	if (e->type == CT_ENTRY_PRECERT)
		out->issuer_key_sha256 = e->issuer_key_hash;
	uint8_t *extra = memory_alloc(base64_decoded_max(s->extra_data.n));
	struct ct_entry beside = {.type = e->type};
	size_t n = 0;
	if (base64_decode(s->extra_data, extra, &n) && !fault_is_set(ct_extra_data_parse(bytes_of(extra, n), &beside))) {
		struct cursor chain = cursor_of(beside.chain);
		if (ct_chain_next(&chain, &issuer)) {
			out->issuer_sha256 = hash_sha256(issuer);
			if (e->type == CT_ENTRY_X509 && !fault_is_set(cert_parse(issuer, &c)))
				out->issuer_key_sha256 = hash_sha256(c.spki);
		}
	}
	free(extra);
}

static struct fault parse_certificate(const struct ct_entry *e, struct bytes der, struct cert *out)
{
	return e->type == CT_ENTRY_PRECERT ? cert_parse_tbs(der, out) : cert_parse(der, out);
}

/* The leaves of a page pass through one buffer, and what is found is sent when all of them were seen: so
 * it is made from a copy that stays. */
static struct fault make_finding(struct scan *s, const struct ct_entry *e, unsigned reasons, struct finding *out)
{
	struct arena *a = &s->worker->arena;
	struct cert c;
	struct bytes copy = arena_bytes(a, e->certificate);
	struct fault f = copy.n == e->certificate.n ? parse_certificate(e, copy, &c)
	                                            : fault_at(FAULT_LIMIT, 0, "certificate");
	return fault_is_set(f) ? f : finding_make(&c, reasons, a, out);
}

/* Room for one more; it counts when it is made. */
static struct finding *next_finding(struct scan *s)
{
	struct worker *w = s->worker;
	if (s->reply->finding_count == w->finding_capacity) {
		w->finding_capacity = w->finding_capacity ? 2 * w->finding_capacity : 4;
		w->findings = memory_grow(w->findings, w->finding_capacity, sizeof(*w->findings));
	}
	s->reply->findings = w->findings;
	return &w->findings[s->reply->finding_count];
}

static void look_at_certificate(struct scan *s, const struct ct_entry *e, const struct sha256 *leaf_hash, struct bytes leaf)
{
	struct worker *w = s->worker;
	struct cert c;
	struct fault f = parse_certificate(e, e->certificate, &c);
	if (fault_is_set(f)) {
		note_unparseable(s, leaf, f, match_raw(w->watched, e->certificate), false);
		return;
	}
	unsigned reasons = match_certificate(w->watched, &c, &f);
	if (reasons == 0)
		return;
	if (reasons == MATCH_UNREADABLE) {
		note_unparseable(s, leaf, f, true, false);
		return;
	}
	struct finding *found = next_finding(s);
	struct fault made = make_finding(s, e, reasons, found);
	if (fault_is_set(made)) {
		note_unparseable(s, leaf, made, true, false);
		return;
	}
	if (fault_is_set(f) && !fault_is_set(found->fault))
		found->fault = f;
	found->entry_index = s->at;
	found->timestamp_ms = (int64_t)e->timestamp_ms;
	found->precertificate = e->type == CT_ENTRY_PRECERT;
	found->leaf_hash = *leaf_hash;
	note_issuer(s, e, found);
	s->reply->finding_count++;
	s->reply_bytes += found->tbs.n * 3;
}

static void look_at_entry(struct scan *s, const struct ct_entry *e, struct fault leaf_fault, struct bytes leaf,
                          const struct sha256 *leaf_hash)
{
	struct worker *w = s->worker;
	w->leaves[s->leaf_count++] = *leaf_hash;
	s->reply->count++;
	if (s->at == s->task->skip) {
		note_unparseable(s, leaf, fault_at(FAULT_VALUE, 0, "decoder"), true, true);
		return;
	}
	if (!fault_is_set(leaf_fault) && e->has_leaf_index && e->leaf_index != s->at)
		leaf_fault = fault_at(FAULT_MISMATCH, 0, "leaf_index");
	if (fault_is_set(leaf_fault)) {
		note_unparseable(s, leaf, leaf_fault, match_raw(w->watched, leaf), false);
		return;
	}
	if ((int64_t)e->timestamp_ms > s->reply->newest_timestamp_ms)
		s->reply->newest_timestamp_ms = (int64_t)e->timestamp_ms;
	slots_progress_set(&w->slots, w->index, s->at);
	look_at_certificate(s, e, leaf_hash, leaf);
}

/* Is this entry asked for, and has the reply room for what it may hold? */
static bool is_wanted(const struct scan *s, uint64_t index)
{
	return index >= s->task->from && index < s->task->to && s->reply_bytes < FINDINGS_BYTES_MAX;
}

static bool on_page_entry(void *context, size_t ordinal, struct bytes leaf_input, struct bytes extra_data)
{
	struct scan *s = context;
	struct ct_entry e;
	s->extra_data = extra_data;
	s->at = s->task->first + ordinal;
	if (!is_wanted(s, s->at))
		return true;
	struct fault f = ct_leaf_parse(leaf_input, &e);
	struct sha256 hash = ct_leaf_hash(leaf_input);
	look_at_entry(s, &e, f, leaf_input, &hash);
	return true;
}

static struct fault scan_page(struct scan *s, struct bytes body)
{
	struct ct_page_handler handler = {on_page_entry, s};
	size_t count;
	return ct_page_each(body, s->task->expected, &s->worker->scratch, &handler, &count);
}

static struct fault scan_tile(struct scan *s, struct bytes body)
{
	struct cursor c = cursor_of(body);
	for (uint32_t i = 0; i < s->task->expected; i++) {
		struct ct_entry e;
		if (!ct_tile_entry_next(&c, &e)) {
			cursor_fail(&c, FAULT_TRUNCATED, "tile");
			return c.fault;
		}
		s->at = s->task->first + i;
		if (!is_wanted(s, s->at))
			continue;
		struct sha256 hash = ct_tile_leaf_hash(e.leaf);
		look_at_entry(s, &e, e.fault, e.leaf, &hash);
	}
	return cursor_end(&c, "tile");
}

static void fold(struct scan *s)
{
	struct ct_subtree subtrees[CT_SUBTREES_MAX];
	struct task_entries_reply *r = s->reply;
	r->subtree_count = ct_subtrees(s->task->from, s->worker->leaves, s->leaf_count, subtrees);
	for (size_t i = 0; i < r->subtree_count; i++) {
		r->subtrees[i].level = (uint8_t)subtrees[i].level;
		r->subtrees[i].hash = subtrees[i].hash;
	}
}

void worker_entries(struct worker *w, const struct task_entries *t, struct task_entries_reply *reply)
{
	struct scan s = {.worker = w, .task = t, .reply = reply};
	struct bytes body;
	reply->subtrees = arena_array(&w->arena, 2 * LIMIT_PROOF_NODES, sizeof(*reply->subtrees));
	reply->fault = worker_body(w, &t->body, LIMIT_PAGE_BYTES, &body);
	if (!fault_is_set(reply->fault))
		reply->fault = t->kind == CT_LOG_STATIC ? scan_tile(&s, body) : scan_page(&s, body);
	if (fault_is_set(reply->fault)) { /* a body is good as a whole or not at all */
		reply->count = reply->finding_count = reply->unparseable_count = reply->subtree_count = 0;
		return;
	}
	fold(&s);
}

struct fault worker_certificate(struct worker *w, struct bytes content, struct finding *out)
{
	struct cert c;
	struct fault f = cert_parse(content, &c);
	if (fault_is_set(f))
		f = cert_parse_tbs(content, &c);
	if (fault_is_set(f))
		return f;
	struct fault unread;
	unsigned reasons = match_certificate(w->watched, &c, &unread);
	f = finding_make(&c, reasons, &w->arena, out);
	if (!fault_is_set(f) && fault_is_set(unread) && !fault_is_set(out->fault))
		out->fault = unread;
	return f;
}
