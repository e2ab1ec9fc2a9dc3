/* Ready pages are taken in order, stored in batches, and proven by the root of the tree head. */
#include <inttypes.h>
#include <libpsl.h>
#include <stdio.h>
#include <stdlib.h>

#include "audit/tail.h"
#include "base/clock.h"
#include "base/hex.h"
#include "base/limits.h"
#include "base/memory.h"

enum { BATCH_ENTRIES = 65536, BATCH_PAGES = 512 };

/* ---- storing what a page held ---- */

/* The registrable domain of a host (Public Suffix List), or the host itself. */
static const char *registrable_domain(const char *host)
{
	const psl_ctx_t *psl = psl_builtin();
	const char *domain = psl ? psl_registrable_domain(psl, host) : NULL;
	return domain ? domain : host;
}

static const char *first_host(const struct finding *f)
{
	if (f->extractions.host_count > 0)
		return f->extractions.hosts[0];
	return f->name_count > 0 ? f->names[0] : "";
}

static int put_finding(struct tail *t, const struct finding *f)
{
	struct audit *a = t->audit;
	const struct watch *w = policy_watch(a->options->policy, f->names, f->name_count, NULL);
	struct store_certificate c = {
		.tbs_sha256 = f->tbs_sha256,
		.spki_sha256 = f->spki_sha256,
		.tbs = f->tbs,
		.issuer = f->issuer,
		.subject = f->subject,
		.serial = f->serial,
		.not_before_ms = f->not_before_ms,
		.not_after_ms = f->not_after_ms,
		.names = f->names,
		.name_count = f->name_count,
		.domain = w ? w->domain : registrable_domain(first_host(f)),
		.watch = w ? w->domain : "",
		.reasons = f->reasons,
		.first_seen_ms = a->options->at_ms,
	};
	struct store_place place = {
		.log_id = t->log->log_id,
		.tbs_sha256 = f->tbs_sha256,
		.leaf_hash = f->leaf_hash,
		.entry_index = f->entry_index,
		.timestamp_ms = f->timestamp_ms,
		.precertificate = f->precertificate,
	};
	int rc = store_certificate_put(a->store, &c);
	if (rc == 0)
		a->run.certificates++;
	if (rc >= 0)
		rc = store_place_put(a->store, &place);
	if (rc >= 0)
		rc = store_issuer_put(a->store, &f->tbs_sha256, &f->issuer_sha256, &f->issuer_key_sha256, f->precertificate);
	for (size_t i = 0; i < f->promise_count && rc >= 0; i++) {
		struct store_promise promise = {.tbs_sha256 = f->tbs_sha256, .log_id = f->promises[i].log_id,
		                                .timestamp_ms = f->promises[i].timestamp_ms, .sct = f->promises[i].sct};
		rc = store_promise_put(a->store, &promise);
	}
	return rc;
}

static int put_unparseable(struct tail *t, const struct task_unparseable *u)
{
	struct audit *a = t->audit;
	struct store_unparseable row = {
		.log_id = t->log->log_id,
		.entry_index = u->entry_index,
		.leaf = u->leaf,
		.fault = u->fault,
		.maybe_ours = u->maybe_ours,
		.crashed = u->crashed,
		.seen_ms = a->options->at_ms,
	};
	int rc = store_unparseable_put(a->store, &row);
	if (rc < 0 || (!u->maybe_ours && !u->crashed))
		return rc;
	const struct anomaly_rule *rule = anomaly_rule_find(u->crashed ? "decoder_crash" : "entry_unparseable");
	struct journal_subject about = {.domain = "", .log_id = &t->log->log_id, .log_name = t->log->name,
	                                .has_entry = true, .entry_index = u->entry_index};
	char id[2 * SHA256_BYTES + 1], subject[160], detail[256];
	hex_encode(sha256_bytes(&t->log->log_id), id);
	snprintf(subject, sizeof(subject), "log:%s entry:%" PRIu64, id, u->entry_index);
	if (u->crashed)
		snprintf(detail, sizeof(detail), "entry %" PRIu64 " of %s: two workers died while reading it; its bytes are kept",
		         u->entry_index, t->log->name);
	else
		snprintf(detail, sizeof(detail),
		         "entry %" PRIu64 " of %s cannot be read (%s in %s at byte %zu) and might be ours; its bytes are kept",
		         u->entry_index, t->log->name, fault_code_name(u->fault.code), u->fault.field, u->fault.offset);
	return journal_raise(a, rule, subject, detail, &about);
}

static int put_batch(struct tail *t)
{
	int rc = 0;
	for (const struct page *p = t->batch; p && rc >= 0; p = p->next) {
		for (size_t i = 0; i < p->reply.finding_count && rc >= 0; i++)
			rc = put_finding(t, &p->reply.findings[i]);
		for (size_t i = 0; i < p->reply.unparseable_count && rc >= 0; i++)
			rc = put_unparseable(t, &p->reply.unparseable[i]);
	}
	return rc;
}

/* ---- position and root ---- */

static void set_scanned(struct tail *t)
{
	struct store_position *p = &t->position;
	p->scanned_size = t->frontier.size;
	p->scanned_node_count = t->frontier.n;
	memcpy(p->scanned_nodes, t->frontier.nodes, sizeof(p->scanned_nodes));
	p->page_entries = t->cap;
}

static void set_audited(struct tail *t)
{
	struct store_position *p = &t->position;
	p->audited_size = t->target.size;
	p->audited_root = t->target.root;
	p->audited_timestamp_ms = t->target.timestamp_ms;
	p->audited_node_count = p->scanned_node_count;
	memcpy(p->audited_nodes, p->scanned_nodes, sizeof(p->audited_nodes));
	p->last_success_ms = t->audit->options->at_ms;
}

int tail_head_state_put(struct tail *t, const struct tail_head *h, enum tree_head_state state)
{
	struct store_tree_head row = {.log_id = t->log->log_id, .root = h->root, .tree_size = h->size,
	                              .timestamp_ms = h->timestamp_ms, .first_seen_ms = t->audit->options->at_ms,
	                              .state = state};
	return store_tree_head_put(t->audit->store, &row);
}

static void clear_batch(struct tail *t)
{
	while (t->batch) {
		struct page *next = t->batch->next;
		arena_release(&t->batch->arena);
		free(t->batch);
		t->batch = next;
	}
	t->batch_end = &t->batch;
	t->batch_pages = 0;
	t->batch_from = t->frontier.size;
}

/* One transaction: the entries' results, the position with its frontier, and what it proves. */
static bool commit(struct tail *t, bool proven)
{
	struct audit *a = t->audit;
	uint64_t entries = t->frontier.size - t->batch_from;
	int rc = store_begin(a->store);
	if (rc >= 0)
		rc = put_batch(t);
	set_scanned(t);
	if (proven)
		set_audited(t);
	if (rc >= 0)
		rc = store_position_put(a->store, &t->log->log_id, &t->position);
	if (rc >= 0 && proven)
		rc = tail_head_state_put(t, &t->target, TREE_HEAD_VERIFIED);
	if (rc >= 0)
		rc = store_commit(a->store);
	if (audit_store_failed(a, rc))
		return false;
	a->run.entries += entries;
	t->ended_ms = clock_monotonic_ms();
	clear_batch(t);
	if (proven)
		a->due = true;
	return true;
}

static void on_wrong_root_checked(struct tail *t, enum check_outcome outcome, const struct ct_proof *path)
{
	struct tail_head audited = t->check.first, target = t->check.second;
	if (outcome == CHECK_INCONSISTENT)
		tail_allege_pair(t, LOG_PROOF_INCONSISTENT, &audited, &target, path);
	else
		tail_allege_root(t, outcome == CHECK_CONSISTENT);
}

/* The entries do not lead to the signed root. They are fetched once more from the verified position
 * before anybody is accused: front ends have served wrong entries for a while. Wrong again, the log is
 * asked for its own proof, which may say more than entries that it does not sign. */
static void wrong_root(struct tail *t)
{
	struct audit *a = t->audit;
	struct tail_head target = t->target;
	clear_batch(t);
	int rc = store_begin(a->store);
	if (rc >= 0)
		rc = store_position_rewind(a->store, &t->log->log_id);
	if (rc >= 0 && t->root_was_wrong)
		rc = tail_head_state_put(t, &target, TREE_HEAD_CONTRADICTED);
	if (rc >= 0)
		rc = store_commit(a->store);
	if (rc >= 0)
		rc = store_position_get(a->store, &t->log->log_id, &t->position);
	if (audit_store_failed(a, rc))
		return;
	if (!t->root_was_wrong) {
		t->root_was_wrong = true;
		audit_say(a, "log %s: the entries do not lead to the root; fetching them once more", t->log->name);
		tail_scan_from_position(t);
		return;
	}
	const struct store_position *p = &t->position;
	struct tail_head audited = {p->audited_size, p->audited_timestamp_ms, p->audited_root};
	tail_drop_pages(t);
	t->state = TAIL_CHECK; /* nothing of the scan is kept */
	if (audited.size > 0)
		tail_check(t, &audited, &target, on_wrong_root_checked);
	else
		tail_allege_root(t, false);
}

static void finish_target(struct tail *t)
{
	struct sha256 root = ct_frontier_root(&t->frontier);
	if (!sha256_equal(&root, &t->target.root)) {
		wrong_root(t);
		return;
	}
	if (!commit(t, true))
		return;
	t->root_was_wrong = false;
	tail_drop_bodies(t);
	tail_not_missing(t);
	tail_next_target(t);
}

/* ---- taking pages in order ---- */

static bool fold(struct tail *t, const struct page *p)
{
	uint64_t before = t->frontier.size;
	for (size_t i = 0; i < p->reply.subtree_count; i++) {
		const struct task_subtree *s = &p->reply.subtrees[i];
		if (!ct_frontier_append_subtree(&t->frontier, s->level, &s->hash))
			return false;
		if (t->root_was_wrong && !log_proof_append(t->served, &t->served_count, &t->served_end, s->level, &s->hash))
			return false;
	}
	if (t->root_was_wrong)
		tail_keep_body(t, p);
	return t->frontier.size - before == p->reply.count;
}

/* What a short page left over is asked for next. */
static void put_rest_in_front(struct tail *t, const struct page *p)
{
	uint64_t done = p->from + p->reply.count;
	struct page *rest = memory_alloc(sizeof(*rest));
	*rest = (struct page){.tail = t, .from = done, .to = p->to, .skip = UINT64_MAX, .slot = -1};
	rest->first = t->log->kind == CT_LOG_STATIC ? p->first : done;
	rest->width = t->log->kind == CT_LOG_STATIC ? p->width : (uint32_t)(p->to - done);
	arena_init(&rest->arena, LIMIT_ARENA_BYTES);
	rest->next = t->pages;
	if (!t->pages)
		t->pages_end = &rest->next;
	t->pages = rest;
}

static void take_page(struct tail *t)
{
	struct page *p = t->pages;
	t->pages = p->next;
	if (!t->pages)
		t->pages_end = &t->pages;
	p->next = NULL;
	if (p->reply.count < p->to - p->from)
		put_rest_in_front(t, p);
	if (p->reply.finding_count + p->reply.unparseable_count == 0) {
		arena_release(&p->arena);
		free(p);
		return;
	}
	*t->batch_end = p;
	t->batch_end = &p->next;
	t->batch_pages++;
}

void tail_accept(struct tail *t)
{
	while (t->state == TAIL_SCAN && !t->audit->error) {
		if (t->frontier.size == t->target.size) {
			finish_target(t);
			continue;
		}
		struct page *p = t->pages;
		bool ready = p && p->state == PAGE_READY;
		if (p && p->state == PAGE_GONE) { /* everything before it is here */
			tail_missing(t, p->from, p->answer);
			return;
		}
		if (ready && (p->from != t->frontier.size || !fold(t, p))) {
			tail_fail(t, "a worker's hashes of the entries from %" PRIu64 " do not fit together", p->from);
			return;
		}
		if (ready)
			take_page(t);
		bool full = t->frontier.size - t->batch_from >= BATCH_ENTRIES || t->batch_pages >= BATCH_PAGES;
		if (full && t->frontier.size < t->target.size)
			commit(t, false);
		if (!ready)
			return;
	}
}

void tail_keep_progress(struct tail *t)
{
	if (t->state == TAIL_SCAN && t->frontier.size > t->position.scanned_size)
		commit(t, false);
}
