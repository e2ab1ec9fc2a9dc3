/* An SCT that is embedded in a certificate: is the entry that it promises in the log? (RFC 6962 section 5.3) */
#include "base/limits.h"
#include "ct/proof.h"
#include "ct/sct.h"
#include "proc/worker.h"

static enum promise_answer ask_proof(struct worker *w, const struct task_promise *t, struct task_promise_reply *reply)
{
	struct ct_proof *proof = arena_alloc(&w->arena, sizeof(*proof));
	struct bytes text;
	uint64_t index;
	reply->fault = proof ? worker_body(w, &t->bodies[0], LIMIT_PROOF_BYTES, &text) : fault_at(FAULT_LIMIT, 0, "proof");
	if (!fault_is_set(reply->fault))
		reply->fault = ct_proof_by_hash_parse(text, &w->arena, &index, proof);
	struct sha256 root = ct_frontier_root(&t->frontier);
	bool good = !fault_is_set(reply->fault) &&
	            ct_inclusion_verify(index, t->frontier.size, &reply->leaf_hash, proof->nodes, proof->n, &root);
	return good ? PROMISE_KEPT : PROMISE_UNPROVEN;
}

static enum promise_answer ask_tiles(struct worker *w, const struct task_promise *t, struct task_promise_reply *reply)
{
	struct bytes tiles[CT_TILE_LEVELS] = {{NULL, 0}};
	struct sha256 leaf;
	for (size_t i = 0; i < t->body_count; i++) {
		struct bytes view;
		reply->fault = worker_body(w, &t->bodies[i], CT_TILE_WIDTH * SHA256_BYTES, &view);
		if (fault_is_set(reply->fault))
			return PROMISE_UNPROVEN;
		tiles[i] = arena_bytes(&w->arena, view);
	}
	if (!ct_leaf_from_tiles(reply->leaf_index, &t->frontier, tiles, &leaf))
		return PROMISE_UNPROVEN;
	if (sha256_equal(&leaf, &reply->leaf_hash))
		return PROMISE_KEPT;
	reply->found = leaf;
	return ct_audit_path_from_tiles(reply->leaf_index, &t->frontier, tiles, reply->path.nodes, &reply->path.n)
	               ? PROMISE_BROKEN : PROMISE_UNPROVEN;
}

void worker_promise(struct worker *w, const struct task_promise *t, struct task_promise_reply *reply)
{
	struct ct_sct sct;
	struct buffer leaf;
	reply->fault = ct_sct_parse(t->sct, &sct);
	if (fault_is_set(reply->fault))
		return;
	buffer_init(&leaf, t->tbs.n + 0x10000 + 64);
	ct_sct_leaf_put(&sct, CT_ENTRY_PRECERT, &t->issuer_key_sha256, t->tbs, &leaf);
	reply->leaf_hash = ct_leaf_hash(buffer_bytes(&leaf));
	buffer_release(&leaf);
	reply->is_signed = ct_sct_verify(&sct, t->key, CT_ENTRY_PRECERT, &t->issuer_key_sha256, t->tbs);
	reply->has_leaf_index = sct.has_leaf_index;
	reply->leaf_index = sct.leaf_index;
	if (t->has_leaf)
		reply->leaf_hash = t->leaf;
	if (t->kind == CT_LOG_RFC6962 && t->body_count == 1)
		reply->answer = ask_proof(w, t, reply);
	else if (t->kind == CT_LOG_STATIC && t->body_count > 0 && sct.has_leaf_index)
		reply->answer = ask_tiles(w, t, reply);
}
