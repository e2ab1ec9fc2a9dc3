#include "proc/worker.h"

#include <stdlib.h>

#include "base/gzip.h"
#include "base/limits.h"
#include "ct/entry.h"
#include "ct/log_list.h"
#include "ct/proof.h"
#include "ct/tile.h"
#include "ct/tree_head.h"
#include "proc/channel.h"
#include "proc/message.h"

struct fault worker_body(struct worker *w, const struct task_body *body, size_t max, struct bytes *out)
{
	struct bytes raw = body->in_slot ? slots_view(&w->slots, body->slot, body->n) : body->content;
	*out = raw;
	/* Static logs and files on disk may be gzip without saying so; no body read here begins with
	 * its magic for another reason. */
	if (!gzip_is(raw)) {
		if (body->gzip)
			return fault_at(FAULT_ENCODING, 0, "content_encoding");
		return raw.n > max ? fault_at(FAULT_LIMIT, max, "body") : FAULT_OK;
	}
	w->inflated.max = max;
	struct fault f = gzip_inflate(raw, &w->inflated);
	*out = buffer_bytes(&w->inflated);
	return f;
}

/* ---- one function per task: decode, do, encode; false when the message itself is bad ---- */

static bool do_watch(struct worker *w, struct bytes in)
{
	struct cursor c = cursor_of(in);
	size_t n = message_count(&c, LIMIT_WATCHES, "domains");
	struct bytes *domains = arena_array(&w->forever, n, sizeof(*domains));
	for (size_t i = 0; domains && i < n; i++)
		domains[i] = message_bytes(&c, &w->forever, "domain");
	if (fault_is_set(cursor_end(&c, "watch")))
		return false;
	w->watched = match_set_build(&w->forever, domains, n);
	return w->watched != NULL;
}

static bool do_log_list(struct worker *w, struct bytes in)
{
	struct task_log_list t;
	struct task_log_list_reply reply = {0};
	struct ct_log_list list = {0};
	struct bytes text = {NULL, 0};
	if (fault_is_set(task_log_list_decode(in, &w->arena, &t)))
		return false;
	reply.fault = worker_body(w, &t.body, LIMIT_LOG_LIST_BYTES, &text);
	if (!fault_is_set(reply.fault))
		reply.verified = t.signature.n > 0 && ct_log_list_verify(text, t.signature, t.key);
	if (!fault_is_set(reply.fault))
		reply.fault = ct_log_list_parse(text, &w->arena, &list);
	reply.timestamp_ms = list.timestamp_ms;
	reply.logs = list.logs;
	reply.log_count = list.n;
	task_log_list_reply_encode(&reply, &w->reply);
	return true;
}

static bool do_tree_head(struct worker *w, struct bytes in)
{
	struct task_tree_head t;
	struct task_tree_head_reply reply = {.origin = ""};
	struct ct_tree_head head = {0};
	if (fault_is_set(task_tree_head_decode(in, &w->arena, &t)))
		return false;
	reply.fault = worker_body(w, &t.body, LIMIT_TREE_HEAD_BYTES, &reply.text);
	if (!fault_is_set(reply.fault))
		reply.fault = t.kind == CT_LOG_STATIC ? ct_checkpoint_parse(reply.text, &t.log_id, &w->arena, &head)
		                                      : ct_sth_parse(reply.text, &w->arena, &head);
	reply.origin = head.origin ? head.origin : "";
	if (!fault_is_set(reply.fault)) {
		reply.verified = ct_tree_head_verify(&head, t.key);
		reply.origin_matches = head.origin_matches;
		reply.tree_size = head.tree_size;
		reply.timestamp_ms = head.timestamp_ms;
		reply.root = head.root;
		reply.signature = head.signature;
	}
	task_tree_head_reply_encode(&reply, &w->reply);
	return true;
}

static struct fault seed_from_tiles(struct worker *w, const struct task_seed *t, struct ct_frontier *out)
{
	struct bytes tiles[TASK_SEED_BODIES] = {0};
	for (size_t i = 0; i < t->body_count; i++) {
		struct bytes view;
		struct fault f = worker_body(w, &t->bodies[i], LIMIT_TILE_ENTRIES * SHA256_BYTES, &view);
		if (fault_is_set(f))
			return f;
		tiles[i] = arena_bytes(&w->arena, view);
	}
	return ct_frontier_from_tiles(t->tree_size, tiles, &t->root, out) ? FAULT_OK : fault_at(FAULT_MISMATCH, 0, "root");
}

static struct fault seed_from_proof(struct worker *w, const struct task_seed *t, struct ct_frontier *out)
{
	struct bytes text, leaf_input = {NULL, 0}, extra_data = {NULL, 0};
	struct ct_proof *proof = arena_alloc(&w->arena, sizeof(*proof));
	struct fault f = t->body_count == 1 && proof ? worker_body(w, &t->bodies[0], LIMIT_BODY_BYTES, &text)
	                                             : fault_at(FAULT_MISSING, 0, "body");
	uint64_t index = t->tree_size - 1;
	if (!fault_is_set(f) && t->has_leaf)
		f = ct_proof_by_hash_parse(text, &w->arena, &index, proof);
	else if (!fault_is_set(f))
		f = ct_entry_and_proof_parse(text, &w->arena, &leaf_input, &extra_data, proof);
	if (fault_is_set(f))
		return f;
	if (index != t->tree_size - 1) /* the same leaf stands earlier too: its path does not help */
		return fault_at(FAULT_MISMATCH, 0, "leaf_index");
	struct sha256 leaf = t->has_leaf ? t->leaf : ct_leaf_hash(leaf_input);
	bool good = ct_frontier_from_audit_path(t->tree_size, &leaf, proof->nodes, proof->n, &t->root, out);
	return good ? FAULT_OK : fault_at(FAULT_MISMATCH, 0, "root");
}

static bool do_seed(struct worker *w, struct bytes in)
{
	struct task_seed t;
	struct task_seed_reply reply = {0};
	if (fault_is_set(task_seed_decode(in, &w->arena, &t)))
		return false;
	reply.fault = t.kind == CT_LOG_STATIC ? seed_from_tiles(w, &t, &reply.frontier)
	                                      : seed_from_proof(w, &t, &reply.frontier);
	if (fault_is_set(reply.fault)) {
		reply.frontier = (struct ct_frontier){0};
	} else {
		struct sha256 root = ct_frontier_root(&reply.frontier);
		reply.proven = reply.frontier.size == t.tree_size && sha256_equal(&root, &t.root);
	}
	task_seed_reply_encode(&reply, &w->reply);
	return true;
}

static struct fault consistency_from_tiles(struct worker *w, const struct task_consistency *t, struct ct_proof *out)
{
	struct ct_tile_place places[CT_CONSISTENCY_TILES];
	struct bytes tiles[CT_CONSISTENCY_TILES] = {0};
	size_t n = ct_consistency_tiles(t->first_size, t->second_size, places);
	if (n != t->body_count)
		return fault_at(FAULT_LENGTH, 0, "tiles");
	for (size_t i = 0; i < n; i++) {
		struct bytes view;
		struct fault f = worker_body(w, &t->bodies[i], LIMIT_TILE_ENTRIES * SHA256_BYTES, &view);
		if (fault_is_set(f))
			return f;
		tiles[i] = arena_bytes(&w->arena, view);
	}
	bool good = ct_consistency_from_tiles(t->first_size, t->second_size, places, tiles, n, out);
	return good ? FAULT_OK : fault_at(FAULT_TRUNCATED, 0, "hash_tile");
}

static struct fault consistency_from_answer(struct worker *w, const struct task_consistency *t, struct ct_proof *out)
{
	struct bytes text;
	struct fault f = t->body_count == 1 ? worker_body(w, &t->bodies[0], LIMIT_PROOF_BYTES, &text)
	                                    : fault_at(FAULT_MISSING, 0, "body");
	if (!fault_is_set(f))
		f = ct_consistency_parse(text, &w->arena, out);
	if (!fault_is_set(f) && !ct_consistency_expand(t->first_size, &t->first_root, out))
		f = fault_at(FAULT_LIMIT, 0, "consistency");
	return f;
}

static bool do_consistency(struct worker *w, struct bytes in)
{
	struct task_consistency t;
	struct task_consistency_reply reply = {0};
	if (fault_is_set(task_consistency_decode(in, &w->arena, &t)))
		return false;
	reply.fault = t.kind == CT_LOG_STATIC ? consistency_from_tiles(w, &t, &reply.path)
	                                      : consistency_from_answer(w, &t, &reply.path);
	if (fault_is_set(reply.fault))
		reply.path.n = 0;
	task_consistency_reply_encode(&reply, &w->reply);
	return true;
}

static bool do_entries(struct worker *w, struct bytes in)
{
	struct task_entries t;
	struct task_entries_reply reply = {0};
	if (fault_is_set(task_entries_decode(in, &w->arena, &t)))
		return false;
	worker_entries(w, &t, &reply);
	task_entries_reply_encode(&reply, &w->reply);
	return true;
}

static bool do_certificate(struct worker *w, struct bytes in)
{
	struct task_certificate_reply reply = {0};
	reply.fault = worker_certificate(w, in, &reply.finding);
	task_certificate_reply_encode(&reply, &w->reply);
	return true;
}

static bool do_document(struct worker *w, struct bytes in)
{
	struct task_document t;
	struct task_document_reply reply = {0};
	if (fault_is_set(task_document_decode(in, &w->arena, &t)))
		return false;
	reply.fault = worker_body(w, &t.body, LIMIT_DOCUMENT_BYTES, &reply.text);
	if (!fault_is_set(reply.fault))
		reply.fault = document_parse(reply.text, &w->arena, &reply.document);
	task_document_reply_encode(&reply, &w->reply);
	return true;
}

static bool do_collateral(struct worker *w, struct bytes in)
{
	struct task_collateral t;
	struct task_collateral_reply reply = {0};
	struct collateral_set set;
	struct bytes content;
	if (fault_is_set(task_collateral_decode(in, &w->arena, &t)))
		return false;
	collateral_set_init(&set, &w->arena);
	reply.fault = worker_body(w, &t.body, LIMIT_FILE_BYTES, &content);
	if (!fault_is_set(reply.fault))
		reply.fault = t.anchor ? collateral_set_add_anchor(&set, content, t.vendor[0] ? t.vendor : NULL)
		                       : collateral_set_add_answer(&set, content, t.headers, t.nonce);
	reply.items = set.items;
	reply.n = set.n;
	task_collateral_reply_encode(&reply, &w->reply);
	return true;
}

static bool do_vet(struct worker *w, struct bytes in)
{
	struct collateral_set set;
	struct task_vet_reply reply = {0};
	if (fault_is_set(task_vet_decode(in, &w->arena, &set)))
		return false;
	reply.n = set.n;
	reply.refused = arena_array(&w->arena, set.n, sizeof(*reply.refused));
	for (size_t i = 0; reply.refused && i < set.n; i++) {
		reply.refused[i] = collateral_vet(&set.items[i], &set, &w->arena);
		if (!reply.refused[i])
			reply.refused[i] = "";
	}
	if (reply.refused)
		task_vet_reply_encode(&reply, &w->reply);
	return reply.refused != NULL;
}

static bool do_judge(struct worker *w, struct bytes in)
{
	struct task_judge t = {0};
	struct task_judge_reply reply = {0};
	if (fault_is_set(task_judge_decode(in, &w->arena, &t)))
		return false;
	reply.verdict = arena_alloc(&w->arena, sizeof(*reply.verdict));
	if (!reply.verdict)
		return false;
	judge(&t.request, &w->arena, reply.verdict, &reply.needs);
	task_judge_reply_encode(&reply, &w->reply);
	return true;
}

static bool do_promise(struct worker *w, struct bytes in)
{
	struct task_promise t;
	struct task_promise_reply reply = {0};
	if (fault_is_set(task_promise_decode(in, &w->arena, &t)))
		return false;
	worker_promise(w, &t, &reply);
	task_promise_reply_encode(&reply, &w->reply);
	return true;
}

static const struct {
	enum task_kind kind;
	bool (*run)(struct worker *w, struct bytes in);
} tasks[] = {
	{TASK_WATCH, do_watch},       {TASK_LOG_LIST, do_log_list},       {TASK_TREE_HEAD, do_tree_head},
	{TASK_SEED, do_seed},         {TASK_ENTRIES, do_entries},         {TASK_CERTIFICATE, do_certificate},
	{TASK_DOCUMENT, do_document}, {TASK_COLLATERAL, do_collateral},
	{TASK_VET, do_vet},           {TASK_JUDGE, do_judge},             {TASK_PROMISE, do_promise},
	{TASK_CONSISTENCY, do_consistency},
};

static bool run_task(struct worker *w, const struct frame *f)
{
	arena_reset(&w->arena);
	buffer_clear(&w->reply);
	for (size_t i = 0; i < sizeof(tasks) / sizeof(tasks[0]); i++)
		if (tasks[i].kind == f->kind)
			return tasks[i].run(w, f->payload) && buffer_ok(&w->reply);
	return false;
}

int worker_main(int socket_fd, int slots_fd, unsigned index)
{
	static struct worker w; /* its leaves are many for a stack */
	w.index = index;
	struct channel channel;
	struct frame frame;
	arena_init(&w.forever, 64 << 20);
	arena_init(&w.arena, LIMIT_ARENA_BYTES);
	buffer_init(&w.inflated, LIMIT_PAGE_BYTES);
	buffer_init(&w.scratch, LIMIT_PAGE_BYTES);
	buffer_init(&w.reply, LIMIT_FRAME_BYTES);
	channel_init(&channel, socket_fd);
	int status = slots_attach(&w.slots, slots_fd, false) == 0 ? 0 : 3;
	while (status == 0 && channel_receive(&channel, &frame) == CHANNEL_OPEN) {
		if (!run_task(&w, &frame))
			status = 3;
		else if (frame.kind != TASK_WATCH)
			channel_queue(&channel, frame.kind, frame.id, buffer_bytes(&w.reply));
		slots_progress_set(&w.slots, index, UINT64_MAX);
		if (channel_flush(&channel) == CHANNEL_CLOSED)
			break;
	}
	channel_release(&channel);
	arena_release(&w.arena);
	arena_release(&w.forever);
	free(w.findings);
	free(w.unparseable);
	buffer_release(&w.inflated);
	buffer_release(&w.scratch);
	buffer_release(&w.reply);
	slots_release(&w.slots);
	return status;
}
